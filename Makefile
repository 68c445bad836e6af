# One place for every command.  `make` alone lists them.
PYTHON := $(shell [ -x /usr/bin/python3.11 ] && echo /usr/bin/python3.11 || echo python3)
BIN := .venv/bin

.PHONY: help check test format
help:
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

.venv/ready: pyproject.toml constraints.txt
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

check: .venv/ready ## format, lint, types, imports and unit tests, in under a minute
	$(BIN)/ruff format --check -q .
	$(BIN)/ruff check -q .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache >/dev/null || $(BIN)/lint-imports --no-cache
	$(BIN)/pytest -q -n 2 tests/unit

format: .venv/ready ## put the code into its one format
	$(BIN)/ruff format -q .
	$(BIN)/ruff check -q --fix .
