# One place for every command.  `make` alone lists them.
PYTHON := $(shell [ -x /usr/bin/python3.11 ] && echo /usr/bin/python3.11 || echo python3)
BIN := .venv/bin
# The stores of tests are thrown away: where memory has room for them, no test waits for a disk.
ROOM := $(shell df --output=avail -m /dev/shm 2>/dev/null | awk 'NR == 2 && $$1 > 4000 { print "/dev/shm" }')
PYTEST := $(if $(ROOM),TMPDIR=$(ROOM)) $(BIN)/pytest -q

.PHONY: editor screenshots help run clean-run check lint unit test test-packages deb wheel format corpora bench bench-growth
help:
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):[^#]*## /  make \1\t/' | expand -t 22

# What runs needs the dependencies alone; what is checked and tested needs the tools as well.
.venv/ready: pyproject.toml constraints.txt
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv .venv || { echo "Python cannot make an environment: apt-get install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e . 2>.venv/pip.log || { \
	  tail -n 3 .venv/pip.log >&2; \
	  echo "Packages cannot be had: connect this machine, then: $(BIN)/python -m pip install -c constraints.txt -e ." >&2; exit 1; }
	@touch $@

.venv/ready-dev: .venv/ready
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev]' 2>.venv/pip.log || { \
	  tail -n 3 .venv/pip.log >&2; \
	  echo "Packages cannot be had: connect this machine, then: $(BIN)/python -m pip install -c constraints.txt -e '.[dev]'" >&2; exit 1; }
	@touch $@

run: ## the whole of it on this machine, with a demo company; no mail server needed, MTA=postfix brings one of its own
	@mkdir -p var && touch var/.began; \
	if [ ! -e var/state/weftmail.db ]; then echo "weftmail, first run: about 90 seconds. Later runs: 3."; fi
	@$(MAKE) --no-print-directory -s .venv/ready
	@$(BIN)/python -m weftmail.cli.demo $(MTA)

clean-run: ## the same from the beginning: forgets all that the demo kept under var/
	@if [ -S var/state/listener.sock ] && $(BIN)/python -c "import socket; socket.socket(socket.AF_UNIX).connect('var/state/listener.sock')" 2>/dev/null; then echo "the demo runs: stop it first, with Ctrl-C in its terminal" >&2; exit 1; fi
	@rm -rf var
	@$(MAKE) --no-print-directory run

check: lint unit ## format, lint, types, imports and unit tests, in a few minutes

lint: .venv/ready-dev ## what is seen without running anything: format, lint, types, imports
	$(BIN)/ruff format --check -q .
	$(BIN)/ruff check -q .
	$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

unit: .venv/ready-dev ## the unit tests
	$(PYTEST) -n 4 tests/unit

test: .venv/ready-dev ## everything, with the real Postfix, OpenDKIM and Chromium; sets up what is missing
	$(BIN)/python -m tests.e2e.machine
	$(PYTEST) -n 2 tests/unit --cov --cov-report=term --cov-fail-under=100
	$(PYTEST) -n 3 --dist loadfile --no-loadscope-reorder tests/e2e tests/admin tests/store

editor: ## make the editor's library anew, of the versions in admin/editor/package.json; needs npm
	admin/editor/make.sh

test-packages: .venv/ready-dev ## the Debian package in clean roots of Debian 12 and 13, and from one to the other; half an hour, as root
	WEFTMAIL_CLEAN=bookworm $(BIN)/pytest -q -s tests/e2e/test_package.py
	WEFTMAIL_CLEAN=bookworm $(BIN)/pytest -q -s --timeout 1800 tests/e2e/packages.py

screenshots: .venv/ready-dev ## a picture of every page, languages, colours and widths apart, in var/screenshots; as root
	$(if $(ROOM),TMPDIR=$(ROOM)) $(BIN)/python -m tests.admin.screenshots var/screenshots '$(PAGES)'

deb: ## a Debian package for this machine's Debian and Python, in dist/
	@packaging/deb/build dist

wheel: .venv/ready-dev ## a wheel, in dist/
	@rm -rf build/lib build/bdist.*  # what an earlier version had would get into this one
	@$(BIN)/python -m build -q --wheel --outdir dist .

format: .venv/ready-dev ## put the code into its one format
	$(BIN)/ruff format -q .
	$(BIN)/ruff check -q --fix .

corpora: .venv/ready-dev ## measure the reading of mail: make corpora CORPORA=DIR, a folder of mails with expectations
	@$(BIN)/python bench/corpora.py "$(CORPORA)" "$(MISSES)"

bench: .venv/ready-dev ## speed, each figure beside its floor
	$(BIN)/python -m bench

bench-growth: .venv/ready-dev ## how the store bears being filled: make bench-growth SIZES=1000,20000
	$(BIN)/python -m bench growth $(if $(SIZES),--sizes $(SIZES))
