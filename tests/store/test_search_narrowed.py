"""A narrowed search finds what a look at every message finds, in both databases, however much is newer."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.store.conftest import Office
from weftmail.core.sought import sought
from weftmail.store import search_marks
from weftmail.store.message import Addressed, NewAttachment, NewMessage
from weftmail.store.record import Record
from weftmail.store.search import MESSAGE
from weftmail.store.search_narrowing import FEW, LOOKED_AT, SLICES

WORDS = ("oak", "oaks", "beech", "birch", "pine", "ash", "Björk", "Ek")
PEOPLE = (("Karin Ek", "karin@customer.example"), ("Erik Öst", "erik@other.example"), ("Anna", "anna@acme.example"))
FIRST = datetime.date(2022, 11, 20)


@dataclass(frozen=True, slots=True)
class Written:
    """A message as the test remembers it."""

    id: int
    record: Record
    day: datetime.date
    words: str
    author: str
    recipient: str
    file: str


def write(office: Office, record: Record, dice: random.Random) -> Written:
    """Write a message of one time and one content or another."""
    words = " ".join(dice.choices(WORDS, k=3))
    author, recipient, file = dice.choice(PEOPLE), dice.choice(PEOPLE), dice.choice(("", "", "", "plan.pdf"))
    day = FIRST + datetime.timedelta(dice.randrange(500))
    at = int(datetime.datetime.combine(day, datetime.time(dice.randrange(24)), datetime.UTC).timestamp()) * 1000
    new = NewMessage(
        office.acme, record.id, "received", True, *author, "Trees", words, "", "", 1,
        rfc_message_id=f"<{dice.random()}@customer.example>",
    )  # fmt: skip
    message_id = office.store.messages.add(new, at)
    office.store.messages.address(office.acme, message_id, [Addressed("to", *recipient, None)])
    if file:
        blob = office.store.blobs.put_all(office.acme, [b"x"])[0]
        office.store.messages.attach(office.acme, record.id, message_id, [NewAttachment(blob, file, "application/pdf")])
    return Written(message_id, record, day, words.lower(), " ".join(author).lower(), " ".join(recipient).lower(), file)


def begins(text: str, word: str) -> bool:
    return any(one.startswith(word) for one in text.replace("@", " ").replace(".", " ").split())


Fits = Callable[[Written], bool]
MARCH, YEAR = datetime.date(2023, 3, 3), datetime.date(2024, 1, 1)
NARROWED: dict[str, Fits] = {
    "": lambda _: True,
    "from:karin": lambda one: begins(one.author, "karin"),
    "from:EK": lambda one: begins(one.author, "ek"),
    'from:"Erik Ost"': lambda one: "erik" in one.author,
    "from:erik@other.example": lambda one: "erik" in one.author,
    "from:example": lambda _: True,
    "to:erik": lambda one: begins(one.recipient, "erik"),
    "to:öst": lambda one: begins(one.recipient, "öst"),
    "has:file": lambda one: bool(one.file),
    "before:2023-03-03": lambda one: one.day < MARCH,
    "after:2023-03-03": lambda one: one.day >= MARCH,
    "after:2023-03-03 before:2024-01-01": lambda one: MARCH <= one.day < YEAR,
    "after:2024-01-01 before:2023-03-03": lambda _: False,
    "in:LEAD": lambda one: one.record.label.startswith("LEAD-"),
    "in:ticket": lambda one: one.record.label.startswith("TICKET-"),
    "in:LEAD-1": lambda one: one.record.label == "LEAD-1",
    "in:LEAD-11": lambda one: one.record.label == "LEAD-11",
    "in:LE": lambda _: False,
    "tag:vip": lambda one: one.record.id % 3 == 0,
    "tag:nobody": lambda _: False,
    "from:@": lambda _: False,
}
SAID: dict[str, Fits] = {
    "": lambda _: True,
    "oak": lambda one: begins(one.words, "oak"),
    "bjork": lambda one: begins(one.words, "björk"),
    "plan": lambda one: bool(one.file),
    "oak plan.pdf": lambda one: begins(one.words, "oak") and bool(one.file),
    '"pine oak"': lambda one: "pine oak" in one.words,
}


def test_every_narrowing_with_every_other_finds_what_a_look_at_all_finds(office: Office) -> None:
    dice = random.Random(19)
    records = [office.record(f"Order {number}", type=dice.choice(("lead", "ticket"))) for number in range(24)]
    tag = office.store.tags.put(office.acme, "VIP", 1)
    for one in records:
        if one.id % 3 == 0:
            office.store.tags.add(office.acme, one.id, tag.id, 1)
    with office.store.transaction():
        written = [write(office, dice.choice(records), dice) for _ in range(400)]
    office.store.records.hide(office.acme, records[4].id, "trash", 1)
    standing = [one for one in written if one.record is not records[4]]
    for first in NARROWED:
        for second in dice.sample([*NARROWED], 4):
            for words in dice.sample([*SAID], 3):
                typed = f"{first} {words} {second}"
                what = sought(typed)
                if not what or (what.sender and "from:" in first and "from:" in second) or _twice(first, second):
                    continue
                hidden = dice.choice(([], [], ["lead"]))
                fits = [NARROWED[first], NARROWED[second], SAID[words]]
                wanted = [
                    (one.record.label, one.id)
                    for one in standing
                    if all(fit(one) for fit in fits) and one.record.type not in hidden
                ]
                looked = office.store.search.find(office.acme, what, hidden, 1000)
                of_messages = [one for one in looked.hits if one.number]
                if typed.split() == ["tag:vip"]:
                    assert not of_messages and len(looked.hits) > 3
                    continue
                assert looked.whole and len(of_messages) == len(wanted), typed
                assert [one.at for one in of_messages] == [_at(office, one) for _, one in reversed(wanted)], typed
                some = office.store.search.find(office.acme, what, hidden, 7).hits
                assert some == looked.hits[:7], typed
    assert office.store.search.find(99, sought("oak"), ()).hits == []


def _twice(first: str, second: str) -> bool:
    names = [{part.partition(":")[0] for part in one.split() if ":" in part} for one in (first, second)]
    return bool(names[0] & names[1])


def _at(office: Office, message_id: int) -> int:
    sql = "select created_at from message where id = :id"
    at: int = office.store.connection.execute(sql, {"id": message_id}).rows[0][0]
    return at


def test_what_changes_is_found_as_it_is_now(office: Office) -> None:
    """A message on another record, a file that goes, a record with another number: the marks follow."""
    dice = random.Random(3)
    one, other = office.record(), office.record()
    with office.store.transaction():
        written = [write(office, one, dice) for _ in range(12)]
    filed = next(each for each in written if each.file)
    office.store.search.belong(MESSAGE, [filed.id], other.id)
    office.store.connection.execute(
        "update message set record_id = :r, number = 1 where id = :i", {"r": other.id, "i": filed.id}
    )
    assert (
        [hit.label for hit in found(office, "in:LEAD-2")]
        == ["LEAD-2"]
        == [hit.label for hit in found(office, "in:LEAD-2 plan")]
    )
    assert len(found(office, "in:LEAD-1")) == 11
    attachment = office.store.messages.attachments(office.acme, filed.id)[0]
    office.store.erasures.remove_file(office.acme, filed.id, attachment.id)
    assert found(office, "in:LEAD-2 has:file") == [] == found(office, "in:LEAD-2 plan") and found(office, "in:LEAD-2")
    assert found(office, f"in:LEAD-2 from:{filed.author.split()[0]} to:{filed.recipient.split()[0]}")
    ticket = office.store.records.retype(one, "ticket", 5)
    assert (
        len(found(office, "in:LEAD-1"))
        == len(found(office, f"in:{ticket.label}"))
        == len(found(office, "in:TICKET"))
        == 11
    )
    assert len(found(office, "in:LEAD")) == 1


def found(office: Office, typed: str) -> list[object]:
    return [*office.store.search.find(office.acme, sought(typed), (), 1000).hits]


@pytest.mark.parametrize(
    "typed", ["oak in:TICKET", "oak tag:rare", "oak from:erik", "oak has:file", "oak before:2020-01-01", "oak to:erik"]
)
def test_what_is_rare_is_found_behind_more_than_is_looked_at(sqlite_office: Office, typed: str) -> None:
    office = sqlite_office
    rare, common = office.record(type="ticket"), office.record()
    tag = office.store.tags.put(office.acme, "rare", 1)
    office.store.tags.add(office.acme, rare.id, tag.id, 1)
    new = NewMessage(
        office.acme, rare.id, "received", True, "Erik", "erik@other.example", "Trees", "oak", "", "", 1,
        rfc_message_id="<1@customer.example>",
    )  # fmt: skip
    first = office.store.messages.add(new, 1)
    office.store.messages.address(office.acme, first, [Addressed("to", "Erik", "erik@other.example", None)])
    blob = office.store.blobs.put_all(office.acme, [b"x"])[0]
    office.store.messages.attach(office.acme, rare.id, first, [NewAttachment(blob, "plan.pdf", "application/pdf")])
    behind(office, common, LOOKED_AT + 10)
    looked = office.store.search.find(office.acme, sought(typed), ())
    assert [hit.label for hit in looked.hits] == [rare.label] and looked.whole


def test_what_was_not_looked_at_is_said(sqlite_office: Office) -> None:
    """Where the newest rows that hold the words are in the trash, those behind them are not looked for without end."""
    office = sqlite_office
    kept, trash = office.record(), office.record()
    office.message(kept, text="oak")
    behind(office, trash, LOOKED_AT + 10)
    office.store.records.hide(office.acme, trash.id, "trash", 1)
    before = office.store.connection.statements.total()
    looked = office.store.search.find(office.acme, sought("oak"), ())
    assert (looked.hits, looked.whole) == ([], False)
    assert office.store.connection.statements.total() - before == 1 + len(SLICES)
    assert office.store.search.find(office.acme, sought("oak in:LEAD-1"), ()).whole


def behind(office: Office, record: Record, count: int) -> None:
    """Let so many newer rows of the index hold the word."""
    marks = search_marks.of_message(office.acme, record.id, 1_800_000_000_000, files=False)
    with office.store.transaction():
        office.store.connection.execute(
            "insert into search_text (rowid, company_id, record_id, words, author, recipients, marks)"
            " with recursive n (n) as (select 1000 union all select n + 1 from n where n < 999 + :count)"
            " select 4 * n, :company_id, :record_id, 'oak', 'anna', 'karin', :marks from n",
            {"count": count, "company_id": office.acme, "record_id": record.id, "marks": marks},
        )


def test_many_records_of_a_type_are_asked_one_by_one(office: Office) -> None:
    with office.store.transaction():
        for number in range(FEW + 5):
            made = office.record(f"Oak {number}", type="ticket" if number else "lead")
            office.message(made, text="beech")
    assert len(found(office, "beech in:TICKET")) == FEW + 4 and len(found(office, "beech in:LEAD")) == 1


def test_days_are_as_few_marks_as_can_be() -> None:
    day = datetime.date
    assert len(search_marks.of_days(day(2023, 1, 1), day(2024, 1, 1))) == 1
    assert len(search_marks.of_days(day(2023, 1, 31), day(2024, 3, 2))) == 1 + 11 + 2 + 1
    assert search_marks.of_days(None, day(1970, 1, 1)) == [] == search_marks.of_days(day(2101, 1, 1), None)
    assert len(search_marks.of_days(None, None)) == 131 == len(search_marks.of_days(day(1, 1, 1), day(9999, 12, 31)))
    for at in (-1, 0, 10**15):
        assert search_marks.of_message(1, 1, at, files=True).count(" ") == 7
