"""Try again: a message that was filed without its words is filled in place."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.faults import store_with
from tests.unit.flow.setup.conftest import Office
from tests.unit.flow.test_ahead import Ending, hostile, partly, settled
from tests.unit.world import World
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import message as messages
from weftmail.flow.setup.act import FieldChange
from weftmail.flow.unread import try_again


@pytest.fixture
def unread(world: World) -> World:
    """LEAD-1, whose one message could not be read."""
    world.accept(world.mail(text="hostile", files=[("plan.pdf", b"%PDF plan")]), "leads@acme.example")
    settled(world, Ending("memory", "memory"))
    assert world.thread("LEAD-1")[0].flag == "unreadable"
    return world


def counts(world: World) -> tuple[int, int, int]:
    (message,) = world.thread("LEAD-1")
    deliveries = len(world.store.messages.deliveries(world.acme, message.id))
    return len(world.store.records.all()), deliveries, len(world.store.listings.outbox())


def test_the_same_message_is_filled_and_nobody_notified_twice(unread: World):
    before, (message,) = counts(unread), unread.thread("LEAD-1")
    assert try_again(unread.store, unread.installation, unread.acme, message.id)
    (after,) = unread.thread("LEAD-1")
    assert (after.id, after.flag, after.text.strip(), after.reply_text.strip()) == (
        message.id,
        "",
        "hostile",
        "hostile",
    )
    assert [one.filename for one in unread.store.messages.attachments(unread.acme, after.id)] == ["plan.pdf"]
    assert counts(unread) == before
    with pytest.raises(RefusedAct):
        try_again(unread.store, unread.installation, unread.acme, message.id)


def test_what_still_cannot_be_read_stays_as_it_is(unread: World):
    (message,) = unread.thread("LEAD-1")
    still = replace(unread.installation, reader=lambda raw: partly(raw, "text", "files", "html"))
    assert not try_again(unread.store, still, unread.acme, message.id)
    assert unread.thread("LEAD-1") == [message]


def test_two_who_press_at_once_fill_it_once(unread: World):
    (message,) = unread.thread("LEAD-1")
    late = store_with(unread.store, messages_fill=lambda *_: False)
    assert try_again(late, unread.installation, unread.acme, message.id)
    assert unread.store.messages.attachments(unread.acme, message.id) == []


def test_files_that_were_read_before_are_not_kept_twice(world: World):
    world.accept(world.mail(text="hostile", files=[("plan.pdf", b"%PDF plan")]), "leads@acme.example")
    settled(world, Ending("fault", "fault", said=lambda raw: partly(raw, "html")))
    (message,) = world.thread("LEAD-1")
    assert message.flag == "partly read"
    assert try_again(world.store, world.installation, world.acme, message.id)
    assert len(world.store.messages.attachments(world.acme, message.id)) == 1


def test_only_of_what_was_filed_unread(world: World):
    hostile(world)
    world.settle()
    with pytest.raises(RefusedAct):
        try_again(world.store, world.installation, world.acme, world.thread("LEAD-1")[0].id)
    with pytest.raises(RefusedAct):
        try_again(world.store, world.installation, world.acme, 99)


def test_a_message_whose_mail_is_gone_says_so(unread: World):
    (message,) = unread.thread("LEAD-1")
    without = store_with(unread.store, messages_get=lambda *_: replace(message, inbound_id=None))
    with pytest.raises(RefusedAct, match="message_by_no_email"):
        try_again(without, unread.installation, unread.acme, message.id)


def test_what_was_read_again_stands_in_the_history(unread: World):
    (message,) = unread.thread("LEAD-1")
    office, still = Office(unread), replace(unread.installation, reader=lambda raw: partly(raw, "text"))
    nothing = office.did(messages.read_again(office.setup, still, unread.record("LEAD-1"), message.id))
    assert not nothing.changes
    done = office.did(messages.read_again(office.setup, unread.installation, unread.record("LEAD-1"), message.id))
    assert (done.subject, done.changes) == ("LEAD-1", (FieldChange("whole", "no", "yes"),))


@pytest.mark.parametrize("column", ["edited_at", "deleted_at"])
def test_a_note_that_was_changed_since_is_not_filled_with_what_it_said_before(unread: World, column: str) -> None:
    unread.store.connection.execute(f"update message set {column} = 5")
    message = unread.thread("LEAD-1")[0]
    with pytest.raises(RefusedAct):
        try_again(unread.store, unread.installation, unread.acme, message.id)
