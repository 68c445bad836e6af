"""Placeholders: found in a text, filled with what stands on a record, and left where nothing does."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from weftmail.core.placeholders import PLACEHOLDERS, filled, placeholders, unknown


def test_a_value_takes_the_place_of_its_name() -> None:
    text, missing = filled("Hi {customer.name},\n{record.number} {me.name}", {"customer.name": "Karin", "me.name": " "})
    assert text == "Hi Karin,\n{record.number} {me.name}"
    assert missing == ("record.number", "me.name")


def test_braces_of_somebody_else_stay() -> None:
    text = '{"customer": 1} { me } {name} {{x}} {customer}'
    assert (placeholders(text), filled(text, {})) == ((), (text, ()))


def test_a_name_that_is_none_is_found() -> None:
    assert unknown("{customer.nmae} {field.Order no} {field.Size}", ["Order no"]) == ("customer.nmae", "field.Size")
    assert unknown(" ".join(f"{{{one}}}" for one in PLACEHOLDERS), []) == ()


@given(st.dictionaries(st.sampled_from([*PLACEHOLDERS]), st.text(max_size=20)), st.text(max_size=40))
def test_what_is_filled_in_is_never_read_again(values: dict[str, str], around: str) -> None:
    """A customer whose name is a placeholder cannot bring another value into a text."""
    text = around + "".join(f"[{{{one}}}]" for one in values)
    said, missing = filled(text, values)
    for name, value in values.items():
        assert f"[{value if value.strip() else '{' + name + '}'}]" in said
    assert set(missing) >= {name for name, value in values.items() if not value.strip()}


def test_the_document_has_the_same_list() -> None:
    text = (Path(__file__).parents[2] / "docs/saved-replies.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `\{([a-z_.]+)\}` \| (.+?) \|$", text, re.M))
    assert rows == PLACEHOLDERS
