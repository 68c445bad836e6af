"""What an act changed, in words: no code of ours, no time but in the reader's zone."""

from __future__ import annotations

import pytest

from weftmail.core.wording.changes import field_in_words, in_words, is_told
from weftmail.core.wording.language import ENGLISH
from weftmail.locale import NAMES, language

SWEDISH = language("sv")


def at(milliseconds: int) -> str:
    return f"<{milliseconds}>"


@pytest.mark.parametrize(
    ("field", "text", "english", "swedish"),
    [
        ("state", "leaving", "about to leave", "på väg ut"),
        ("state", "To be called", "To be called", "To be called"),
        ("language", "sv", "Svenska", "Svenska"),
        ("language", "xx", "xx", "xx"),
        ("place", "lists", "in the lists", "i listorna"),
        ("LEAD-4 snoozed", "2026-11-28T07:00:00.000Z", "<1795849200000>", "<1795849200000>"),
        ("snoozed", "answer", "until an answer", "tills ett svar kommer"),
        ("title", "open", "open", "open"),
        ("active", "no", "no", "nej"),
        ("memberships", "Acme reader, Beta AB reader", "Acme reader, Beta AB reader", "Acme läsare, Beta AB läsare"),
        ("wm27a", "retired", "retired", "avvecklad"),
        ("when_closed", "type", "as its type says", "som typen säger"),
        ("note", "from 2026-11-28T08:00:00+01:00 on", "from <1795849200000> on", "from <1795849200000> on"),
        ("owner", "", "", ""),
    ],
)
def test_values_are_said_as_people_say_them(field: str, text: str, english: str, swedish: str) -> None:
    assert in_words(field, text, ENGLISH, NAMES, at) == english
    assert in_words(field, text, SWEDISH, NAMES, at) == swedish


def test_fields_are_named_and_numbers_of_ours_are_no_news() -> None:
    assert field_in_words("time_zone", ENGLISH) == "time zone" and field_in_words("time_zone", SWEDISH) == "tidszon"
    assert (
        field_in_words("LEAD-4 owner", SWEDISH) == "LEAD-4 ägare"
        and field_in_words("own_thing", SWEDISH) == "own thing"
    )
    assert [one for one in ("owner", "snoozed_until_at", "LEAD-4 closed_at", "id", "move") if is_told(one)] == ["owner"]
