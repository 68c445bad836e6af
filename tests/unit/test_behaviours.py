"""The table of behaviours in docs/routing.md names tests that are there, or says why there is none."""

from __future__ import annotations

import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
_SPEC = spec_from_file_location("make_routing", TOP / "docs/make_routing.py")
assert _SPEC is not None and _SPEC.loader is not None
MAKE = module_from_spec(_SPEC)
_SPEC.loader.exec_module(MAKE)
ROWS = MAKE.behaviours()


def test_every_row_has_a_test_or_a_reason() -> None:
    assert [row[0] for row in ROWS if len(row) != 4 or not (row[2] or row[3])] == []
    numbers = [int(row[0]) for row in ROWS]
    assert numbers == sorted(set(numbers)) and set(range(1, 92)) == set(numbers)


@pytest.mark.parametrize("named", sorted({one for row in ROWS for one in row[3].split()}))
def test_each_test_that_is_named_is_there(named: str) -> None:
    path, *classes, name = named.split("::")
    text = (TOP / "tests" / path).read_text(encoding="utf-8")
    for one in classes:
        found = re.search(rf"^class {one}\b.*?(?=^class |\Z)", text, re.M | re.S)
        assert found is not None, one
        text = found[0]
    assert re.search(rf"^\s*def {name}\(", text, re.M), name
