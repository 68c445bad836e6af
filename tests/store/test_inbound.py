"""The inbound log: accepted once for each recipient, settled once, and a person's word on what lies in a tray."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from tests.store.conftest import Office
from weftmail.core.envelope import Envelope
from weftmail.core.routing.disposition import Asked
from weftmail.core.wording.phrase import Phrase
from weftmail.store.errors import Conflict
from weftmail.store.inbound import Settled
from weftmail.store.listing import InboundFilter

FAULT = Phrase("error.fault", {"error": "ValueError"})
OPENS = Asked("alias", True, Phrase("alias.opens", {"alias": "leads@acme.example", "type": "lead"}))
RAW = b"From: karin@customer.example\n\nHello\n"


def accept(office: Office, *recipients: str) -> list[int]:
    envelopes = [Envelope(one, "karin@customer.example", one, "4F2C1", "192.0.2.9", "lmtp") for one in recipients]
    return office.store.inbound.accept(envelopes, RAW, 5)


def settled(office: Office, row: int, **changes: object) -> Settled:
    found = office.store.inbound.get(row)
    assert found is not None
    values = {
        "company_id": office.acme, "blob_id": found.blob_id, "state": "filed", "delivery_key": f"key {row}",
        "rfc_message_id": "<a@customer.example>", "from_address": "karin@customer.example", "subject": "Hello",
        "record_id": None, "answers_id": None, "message_id": None, "reason": None,
        "trace": (OPENS,), **changes,
    }  # fmt: skip
    return Settled(**values)  # type: ignore[arg-type]


def test_a_mail_for_several_is_a_row_each_and_its_bytes_once(office: Office) -> None:
    rows = accept(office, "leads@acme.example", "support@acme.example")
    inbound = office.store.inbound
    waiting = inbound.waiting()
    assert [one.id for one in waiting] == rows and inbound.waiting_count() == 2
    assert {one.blob_id for one in waiting} == {waiting[0].blob_id}
    assert {one.size for one in waiting} == {len(RAW)}
    assert waiting[0].envelope == Envelope(
        "leads@acme.example", "karin@customer.example", "leads@acme.example", "4F2C1", "192.0.2.9", "lmtp"
    )
    assert [one.id for one in inbound.waiting(1)] == rows[:1]
    found = inbound.get(rows[0])
    assert found is not None and found.envelope == waiting[0].envelope
    assert (found.state, found.company, found.rules, found.settled_at) == ("accepted", None, (), None)


def test_a_large_mail_comes_from_a_file(office: Office) -> None:
    raw = b"x" * (3 * 1024 * 1024)
    (row,) = office.store.inbound.accept([Envelope("leads@acme.example")], io.BytesIO(raw), 5)
    found = office.store.inbound.get(row)
    assert found is not None and found.size == len(raw)
    assert office.store.blobs.read(found.blob_id) == raw


def test_a_row_is_settled_once(office: Office) -> None:
    (row,) = accept(office, "leads@acme.example")
    inbound, record = office.store.inbound, office.record()
    assert inbound.settle(row, settled(office, row, record_id=record.id, reason=FAULT), 6)
    assert not inbound.settle(row, settled(office, row, state="held"), 7)
    found = inbound.get(row)
    assert found is not None
    assert (found.state, found.record, found.company, found.why, found.settled_at) == (
        "filed",
        "LEAD-1",
        "Acme",
        FAULT,
        6,
    )
    assert found.rules == (OPENS,)
    assert inbound.waiting() == [] and inbound.state(row) == "filed" and inbound.state(99) is None


def test_the_same_delivery_is_found_by_its_key(office: Office) -> None:
    first, second = accept(office, "leads@acme.example", "leads@acme.example")
    inbound = office.store.inbound
    assert inbound.settled_before(second, "key") is None
    inbound.settle(first, settled(office, first, delivery_key="key"), 6)
    assert inbound.settled_before(second, "key") == first
    assert inbound.settled_before(first, "key") is None
    with pytest.raises(Conflict):
        inbound.settle(second, settled(office, second, delivery_key="key"), 7)
    assert inbound.settle(second, settled(office, second, state="duplicate", delivery_key=None), 7)


def test_attempts_are_counted_and_a_failed_row_keeps_its_traceback(office: Office) -> None:
    (row,) = accept(office, "leads@acme.example")
    inbound = office.store.inbound
    inbound.attempt(row)
    inbound.attempt(row)
    assert inbound.waiting()[0].attempts == 2
    inbound.fail(row, FAULT, "Traceback: ...", 6)
    inbound.attempt(row)
    found = inbound.get(row)
    assert found is not None
    assert (found.state, found.attempts, found.error, found.why) == ("error", 2, "Traceback: ...", FAULT)
    inbound.fail(row, FAULT, "", 7)
    found = inbound.get(row)
    assert found is not None and found.why == FAULT


@pytest.mark.parametrize("state", ["held", "unmatched", "error", "discarded"])
def test_what_lies_in_the_review_queue_can_be_settled_again(office: Office, state: str) -> None:
    (row,) = accept(office, "leads@acme.example")
    inbound = office.store.inbound
    inbound.settle(row, settled(office, row, state=state), 6)
    inbound.attempt(row)
    assert inbound.again(row)
    assert not inbound.again(row)
    found = inbound.get(row)
    assert found is not None
    assert (found.state, found.attempts, found.reason, found.error, found.settled_at) == ("accepted", 0, "", "", None)
    assert inbound.settle(row, settled(office, row), 8)


@pytest.mark.parametrize("state", ["filed", "duplicate"])
def test_what_was_filed_stays_filed(office: Office, state: str) -> None:
    (row,) = accept(office, "leads@acme.example")
    office.store.inbound.settle(row, settled(office, row, state=state), 6)
    assert not office.store.inbound.again(row)
    assert not office.store.inbound.discard(row, Phrase("review.dropped"), 7)


def test_the_review_queue_shows_what_waits_oldest_first(office: Office) -> None:
    inbound = office.store.inbound
    beta = office.store.companies.add("Beta", 2)
    held, unmatched, filed, other = accept(office, *[f"{name}@acme.example" for name in "abcd"])
    inbound.settle(held, settled(office, held, state="held"), 6)
    inbound.settle(unmatched, settled(office, unmatched, state="unmatched", company_id=None), 6)
    inbound.settle(filed, settled(office, filed), 6)
    inbound.settle(other, settled(office, other, state="held", company_id=beta), 6)
    assert [one.id for one in office.store.listings.review()] == [held, unmatched, other]
    # What belongs to nobody yet is everybody's to see.
    assert [one.id for one in office.store.listings.review(office.acme)] == [held, unmatched]
    assert [one.id for one in office.store.listings.review(beta)] == [unmatched, other]
    assert inbound.discard(held, Phrase("review.dropped"), 9)
    assert [one.id for one in office.store.listings.review(office.acme)] == [unmatched]
    assert [one.id for one in office.store.listings.inbound()] == [other, filed, unmatched, held]
    assert [one.id for one in office.store.listings.inbound(InboundFilter(office.acme, "discarded"))] == [held]
    assert [one.id for one in office.store.listings.inbound(most=1)] == [other]
    to_b = InboundFilter(recipient="b@acme.example")
    assert [one.id for one in office.store.listings.inbound(to_b)] == [unmatched]
    assert office.store.listings.inbound(replace(to_b, sender="nobody@other.example")) == []


@pytest.mark.parametrize(
    ("what", "deciders"),
    [
        ("nobody's", {"Anna"}),
        ("the alias's owner", {"Anna", "Björn"}),
        ("the record's owner", {"Anna", "Björn"}),
        ("another's record of his alias", {"Anna"}),
        ("an unowned record of his alias", {"Anna", "Björn"}),
        ("the team's record", {"Anna", "Björn"}),
        ("told", {"Anna", "Björn"}),
        ("told of another's record", {"Anna"}),
        ("in his name", {"Anna", "Björn"}),
        ("in Anna's name, on his record", {"Anna"}),
        ("a reader's record", {"Anna"}),
    ],
)
def test_who_may_decide(office: Office, what: str, deciders: set[str]) -> None:
    store, inbound = office.store, office.store.inbound
    (row,) = accept(office, "leads@acme.example")
    team = store.teams.add(office.acme, "Sales", 1)
    store.teams.join(office.acme, team, office.bjorn)
    alias = office.alias(owner_id=None if what in ("nobody's", "told") else office.bjorn)
    owner = {
        "the record's owner": office.bjorn, "in Anna's name, on his record": office.bjorn,
        "another's record of his alias": office.anna, "told of another's record": office.anna,
        "a reader's record": office.bjorn,
    }.get(what)  # fmt: skip
    team_id = team if what == "the team's record" else None
    alias_id = None if what == "told of another's record" else alias
    record = office.record(owner_id=owner, owner_team_id=team_id, alias_id=alias_id) if "record" in what else None
    author = {"in his name": "Bjorn@acme.example", "in Anna's name, on his record": "ANNA@acme.example"}
    inbound.settle(
        row,
        settled(
            office, row, state="held", from_address=author.get(what, "karin@customer.example"),
            record_id=record.id if record is not None else None, alias_id=None if what == "told" else alias,
        ),
        6,
    )  # fmt: skip
    if "told" in what:
        store.inbox.notify(office.acme, [office.bjorn], FAULT, 6, inbound_id=row)
    if what == "a reader's record":
        store.users.join(office.acme, office.bjorn, "reader")
    assert {one.name for one in store.deciders.of(office.acme, [row])} == deciders
    his = "Björn" in deciders
    assert store.deciders.decides_on(office.acme, office.bjorn, [row]) == ({row} if his else set())
    assert store.deciders.decides_on(office.acme, office.anna, [row]) == {row}
    assert store.deciders.decides_on(office.acme + 1, office.anna, [row]) == set()
    # The quick ways of pages, for admins all and for others by the view, agree with it.
    assert inbound.review_counts(office.acme)["held"] == len(store.deciders.decides_on(office.acme, office.anna, [row]))
    assert inbound.review_counts(office.acme, office.bjorn)["held"] == his
    assert [one.id for one in store.listings.to_review(office.acme, "held", office.bjorn, 0, 9)] == [row] * his
