"""A decision on the review queue taken back: the mail waits as it did, and its record is as if it had not come."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.faults import nothing, store_with
from tests.unit.flow.test_filing import contact_of, reply_address
from tests.unit.world import ANNA, ERIK, KARIN, World
from weftmail.core.limits import MAIL_RECORDS, UNDO_SECONDS
from weftmail.core.wording.phrase import Phrase
from weftmail.flow import review
from weftmail.flow.actor import Actor
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.withdrawal import Standing, standing, take_back
from weftmail.store.inbound import InboundRow
from weftmail.store.record import Record

LEADS = "leads@acme.example"


@pytest.fixture
def opened(world: World) -> World:
    world.deliver(world.mail(), LEADS)
    return world


def back(world: World, row: InboundRow) -> tuple[str, ...]:
    with world.store.transaction():
        return take_back(world.store, world.row(row.id), Actor("Anna", world.anna), world.clock())


def same(now: InboundRow, before: InboundRow) -> bool:
    return replace(now, settled_at=before.settled_at, blob_id=before.blob_id) == before


def kinds(world: World, label: str = "LEAD-1") -> list[str]:
    return [one.kind for one in world.thread(label)]


def people(world: World) -> set[str]:
    record = world.record("LEAD-1")
    return {one.name for one in world.store.records.participants(world.acme, record.id)}


def from_erik(world: World, **how: Any) -> InboundRow:
    row = world.deliver(world.mail(ERIK, **how), reply_address(world, 1))
    assert row.state == "held"
    return row


@pytest.mark.parametrize("how", [{}, {"note": True}, {"record": "LEAD-1"}])
def test_it_leaves_the_conversation_and_waits_as_it_did(opened: World, how: dict[str, Any]) -> None:
    row = from_erik(opened, files=[("plan.pdf", b"%PDF plan")])
    review.release(opened.store, opened.installation, row.id, **how)
    (_, message) = opened.thread("LEAD-1")
    assert opened.store.messages.attachments(opened.acme, message.id)
    assert back(opened, row) == ()
    assert same(opened.row(row.id), row)
    (_, event) = opened.thread("LEAD-1")
    assert event.id == message.id and event.says == Phrase(
        "event.withdrawn", {"actor": "Anna", "sender": "erik@other.example"}
    )
    assert (event.text, event.html, event.reply_text, event.subject, event.inbound_id) == ("", "", "", "", None)
    assert not opened.store.messages.attachments(opened.acme, message.id)
    assert opened.store.connection.execute("select count(*) from blob").rows == [(2,)]
    assert people(opened) == {"Karin Ek"}
    assert opened.store.inbox.entries(opened.acme, opened.anna)[0].message_id != message.id
    # Nothing of it is known any more: the next mail of its author is held, an answer to it finds no thread.
    assert from_erik(opened).state == "held"
    lost = opened.deliver(opened.mail(KARIN, references=[message.rfc_message_id]), "reply@acme.example")
    assert lost.state == "unmatched"


def test_it_can_be_decided_on_again(opened: World) -> None:
    row = from_erik(opened, files=[("plan.pdf", b"%PDF plan")])
    for _ in range(2):
        review.release(opened.store, opened.installation, row.id)
        back(opened, row)
    review.release(opened.store, opened.installation, row.id)
    assert kinds(opened) == ["received", "event", "event", "received"]
    assert people(opened) == {"Karin Ek", "Erik Ek"}
    message = opened.thread("LEAD-1")[-1]
    (file,) = opened.store.messages.attachments(opened.acme, message.id)
    assert opened.store.blobs.read(file.blob_id) == b"%PDF plan"
    assert opened.deliver(opened.mail(ERIK), reply_address(opened, 1)).state == "filed"


def test_who_has_read_it_or_got_it_is_named_and_what_waits_is_cancelled(opened: World) -> None:
    row = from_erik(opened)
    review.release(opened.store, opened.installation, row.id)
    message = opened.thread("LEAD-1")[1]
    (copy,) = opened.store.withdrawals.copies(opened.acme, message.id)
    opened.store.inbox.read(opened.acme, message.record_id, opened.anna, 1)
    assert back(opened, row) == ("Anna",)
    assert opened.store.outbox.state(opened.acme, copy) == "cancelled"
    assert {(one.channel, one.state) for one in opened.store.messages.deliveries(opened.acme, message.id)} == {
        ("inbox", "read"), ("email", "cancelled"),
    }  # fmt: skip


def test_of_a_colleague_s_mail_the_customer_is_named_once_it_left(opened: World) -> None:
    row = opened.deliver(opened.mail(ANNA), reply_address(opened, 1), "anna@acme.example")
    review.release(opened.store, opened.installation, row.id)
    message = opened.thread("LEAD-1")[1]
    (copy,) = opened.store.withdrawals.copies(opened.acme, message.id)
    assert all(one.id != copy for one in opened.store.outbox.claim("t", opened.clock(), 1, 9)), "it waits for an undo"
    opened.clock.now += UNDO_SECONDS * 1000
    (claimed,) = [one for one in opened.store.outbox.claim("s", opened.clock(), 2**50, 9) if one.id == copy]
    with pytest.raises(RefusedAct, match="mail_leaving"):
        back(opened, row)
    assert opened.row(row.id).state == "filed" and kinds(opened) == ["received", "post"]
    opened.store.outbox.settle(claimed.id, "s", "sent", "", 0, opened.clock())
    opened.store.outbox.settle_delivery(opened.acme, copy, "karin@customer.example", "sent", "", opened.clock())
    assert back(opened, row) == ("Karin Ek",)
    assert opened.store.outbox.state(opened.acme, copy) == "sent"
    # The answer to what left is a person's to judge: what it answered is not public any more.
    answer = opened.deliver(
        opened.mail(KARIN), reply_address(opened, message.id, contact_of(opened, "karin@customer.example"))
    )
    assert answer.state == "held"


def test_what_a_decision_sends_waits_and_an_undo_meanwhile_takes_it_back_from_everybody(opened: World) -> None:
    row = opened.deliver(opened.mail(ANNA), reply_address(opened, 1), "anna@acme.example")
    opened.store.outbox.claim("s", opened.clock(), 2**50, 9)
    review.release(opened.store, opened.installation, row.id)
    opened.clock.now += UNDO_SECONDS * 1000 - 100
    assert opened.store.outbox.claim("s", opened.clock(), 2**50, 9) == []
    assert back(opened, row) == ()
    opened.clock.now += 1000
    assert opened.store.outbox.claim("s", opened.clock(), 2**50, 9) == [], "nobody gets what was taken back"


def test_a_record_that_it_opened_is_closed_unless_somebody_wrote_there(opened: World) -> None:
    row = opened.deliver(opened.mail(ERIK, subject="Broken"), "reply@acme.example")
    review.release(opened.store, opened.installation, row.id, opens="ticket")
    back(opened, row)
    assert same(opened.row(row.id), row)
    assert opened.record("TICKET-1").counts_as == "closed"
    assert kinds(opened, "TICKET-1") == ["event", "event"]
    review.release(opened.store, opened.installation, row.id, opens="ticket")
    to = reply_address(opened, opened.thread("TICKET-2")[0].id, contact_of(opened, "erik@other.example"))
    assert opened.deliver(opened.mail(ERIK, text="More"), to).record == "TICKET-2"
    back(opened, row)
    assert opened.record("TICKET-2").counts_as == "open"
    assert kinds(opened, "TICKET-2") == ["event", "received"]


def closed(world: World) -> Record:
    record = world.record("LEAD-1")
    states = world.store.records.states(world.acme, record.type)
    world.store.records.set_state(world.acme, record.id, next(s.name for s in states if s.counts_as == "closed"), 1)
    return world.record("LEAD-1")


def test_a_record_that_it_reopened_is_closed_again(opened: World) -> None:
    row, before = from_erik(opened), closed(opened)
    review.release(opened.store, opened.installation, row.id)
    assert opened.record("LEAD-1").counts_as == "open"
    back(opened, row)
    assert opened.record("LEAD-1").state == before.state
    # A state that somebody chose since stays.
    review.release(opened.store, opened.installation, row.id)
    opened.store.records.set_state(opened.acme, before.id, "waiting", 1)
    back(opened, row)
    assert opened.record("LEAD-1").state == "waiting"


def test_of_a_mail_that_stood_there_already_only_its_row_waits_again(opened: World) -> None:
    raw = opened.mail(ERIK, message_id="<twice@other.example>")
    first = opened.deliver(raw, reply_address(opened, 1))
    review.release(opened.store, opened.installation, first.id)
    second = opened.deliver(raw, "reply@acme.example", "else@other.example")
    assert second.state == "unmatched"
    review.release(opened.store, opened.installation, second.id, record="LEAD-1")
    assert opened.row(second.id).state == "duplicate"
    back(opened, second)
    assert same(opened.row(second.id), second) and kinds(opened) == ["received", "received"]


def test_whom_a_signed_mail_named_goes_with_it(opened: World) -> None:
    row = opened.deliver(opened.mail(ERIK, cc="Mia <mia@new.example>", verified=True), reply_address(opened, 1))
    review.release(opened.store, opened.installation, row.id)
    assert people(opened) == {"Karin Ek", "Erik Ek", "Mia"}
    back(opened, row)
    assert people(opened) == {"Karin Ek"}


def test_mail_of_no_company_waits_in_the_company_that_it_was_filed_in(world: World) -> None:
    world.store.domains.add("shared.example", None, True, 1)
    row = world.deliver(world.mail(ERIK), "reply@shared.example")
    review.release(world.store, world.installation, row.id, opens="lead")
    back(world, row)
    now = world.row(row.id)
    assert (now.state, now.company_id, now.record) == ("unmatched", world.acme, None)


def test_what_is_held_again_for_another_reason_was_not_decided_on(world: World) -> None:
    for number in range(MAIL_RECORDS):
        world.alias(f"team{number}", "lead")
    world.alias("friends", "lead", accepts="known")
    everybody = [f"team{number}@acme.example" for number in range(MAIL_RECORDS)]
    (*_, number) = world.accept(world.mail(ERIK), *everybody, "friends@acme.example")
    world.settle()
    assert world.row(number).state == "held"
    review.release(world.store, world.installation, number)
    assert world.row(number).state == "held"
    with pytest.raises(RefusedAct, match="changed_since"):
        back(world, world.row(number))


def test_what_nobody_decided_on_has_nothing_to_take_back(opened: World) -> None:
    with pytest.raises(RefusedAct, match="changed_since"):
        back(opened, opened.row(1))


def test_of_a_record_that_is_gone_nothing_is_left_to_mend(opened: World) -> None:
    row = from_erik(opened)
    review.release(opened.store, opened.installation, row.id)
    with opened.store.transaction():
        take_back(store_with(opened.store, records_get=nothing), opened.row(row.id), Actor("Anna"), 1)
    assert opened.row(row.id).state == "held"


def test_a_record_that_is_none_stands_nowhere(world: World) -> None:
    assert standing(world.store, world.acme, 99) == Standing()
