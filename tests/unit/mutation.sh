#!/bin/sh
# How many small changes in core/routing and core/reports do their tests notice?  Works in a copy, about an hour.
#   tests/unit/mutation.sh [COPY]
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
copy=${1:-$(mktemp -d)}
mkdir -p "$copy"
cd "$top"
cp -R weftmail admin store mta docs bin bench samples tests pyproject.toml "$copy"
"$top/.venv/bin/python" -m pip install -q --disable-pip-version-check --target "$copy/.tool" mutmut==3.8.1
cd "$copy"
cat >setup.cfg <<'END'
[mutmut]
source_paths=
    weftmail/core/routing
    weftmail/core/reports
also_copy=
    weftmail
    admin
    store
    mta
    docs
    bin
    bench
    samples
    pyproject.toml
    tests
pytest_add_cli_args_test_selection=
    tests/unit/routing
    tests/unit/reports
pytest_add_cli_args=
    -p
    no:cacheprovider
    -n0
    --deselect
    tests/unit/routing/test_rules.py::TestWhoMayPost::test_the_table_is_total_and_the_first_row_decides
END
export PYTHONPATH="$copy/.tool"
"$top/.venv/bin/python" -m mutmut run
"$top/.venv/bin/python" -m mutmut results
