"""Search in both databases: the same words find the same."""

from __future__ import annotations

import pytest

from tests.store.conftest import Office
from weftmail.core.folding import folded
from weftmail.core.sought import sought
from weftmail.store.message import NewAttachment
from weftmail.store.search import MESSAGE
from weftmail.store.search_narrowing import SLICES


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("smorgas", [1]), ('"fyrtio stolar"', [1]), ('"stolar fyrtio"', []), ("plan", [1]), ("BJÖRK", [2]),
        ("bjork from:karin", [2]), ("bjork from:erik", []), ("has:file", [1]), ("in:LEAD-1 bjork", [2]),
        ("in:ORDER", []),
        ("quote", [None]), ("before:1970-01-01", []), ("after:1970-01-01 bjork", [2]), ("bjork to:x", []),
        ("it's & | !", []),
    ],
)  # fmt: skip
def test_the_same_is_found(office: Office, typed: str, numbers: list[int | None]) -> None:
    made = office.record()
    first = office.message(made, text="Smörgåsbord för fyrtio stolar", subject="", kind="received")
    blob = office.store.blobs.put_all(office.acme, [b"x"])[0]
    office.store.messages.attach(office.acme, made.id, first, [NewAttachment(blob, "plan.pdf", "application/pdf")])
    second = office.message(
        made, text="Björk", subject="", author_name="Karin", author_address="karin@customer.example"
    )
    what = sought(typed)
    found = office.store.search.find(office.acme, what, ()).hits
    assert sorted({one.number for one in found}, key=str) == numbers
    assert (
        office.store.search.find(office.acme, what, ["lead"]).hits == office.store.search.find(99, what, ()).hits == []
    )
    for one in (first, second):
        office.store.search.forget(MESSAGE, one)
    left = office.store.search.find(office.acme, what, ()).hits if what.phrases else []
    assert [one.number for one in left] in ([], [None])


def test_what_is_folded() -> None:
    assert folded("Smörgåsbord Ésprit") == "smorgasbord esprit"


def test_words_that_are_near_are_known_to_sqlite(sqlite_office: Office, postgresql_office: Office) -> None:
    sqlite_office.message(sqlite_office.record(), text="Björk")
    assert "bjork" in sqlite_office.store.search.near("bjork") and sqlite_office.store.search.near("") == ()
    assert postgresql_office.store.search.near("bjork") == ()


def test_a_letter_is_a_word_and_two_begin_one(office: Office) -> None:
    made = office.record()
    office.message(made, text="Vitamin b twelve", subject="", kind="received")
    office.message(made, text="birch beech", subject="", kind="received")
    found = {
        typed: office.store.search.find(office.acme, sought(typed), ()).hits for typed in ("b", "bi", "bee b", "be bi")
    }
    assert {typed: [one.number for one in hits] for typed, hits in found.items()} == {
        "b": [1], "bi": [2], "bee b": [], "be bi": [2],
    }  # fmt: skip


def test_what_is_rare_is_found_behind_much_that_is_newer(office: Office) -> None:
    made = office.record()
    office.message(made, text="oak", subject="", kind="received", author_name="Erik", author_address="e@other.example")
    for _ in range(SLICES[0] + 5):
        office.message(made, text="oak", subject="", kind="received")
    erik = office.store.search.find(office.acme, sought("oak from:erik"), ()).hits
    assert [one.number for one in erik] == [1]
    assert [one.number for one in office.store.search.find(office.acme, sought("oak in:LEAD"), (), 2).hits] == [
        134,
        133,
    ]
