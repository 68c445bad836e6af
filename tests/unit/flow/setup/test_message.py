"""What is written on a record, and what is read again, leaves its row in the history."""

from __future__ import annotations

from tests.unit.flow.setup.conftest import Office
from weftmail.flow.post import Draft
from weftmail.flow.setup import message
from weftmail.flow.setup.message import Posted


def test_who_wrote_stands_in_the_history(office: Office) -> None:
    world = office.world
    world.deliver(world.mail(), "leads@acme.example")
    bjorn = office.store.users.get(world.bjorn)
    assert bjorn is not None
    acts = {}
    for draft in (Draft(text="Yes"), Draft(text="They mean oak", note=True)):
        done = office.did(message.post(office.setup, world.installation, world.record("LEAD-1"), bjorn, draft))
        assert isinstance(done, Posted) and done.now == {"message": done.message_id, "as": "Björn"}
        acts[done.act] = done.subject
    assert acts == {"record.post": "LEAD-1", "record.note": "LEAD-1"}
    rows = len(office.store.audit.all())
    for draft in (
        Draft(),
        Draft(text="\u3164"),
        Draft(text="\u2800\n", html="<p>\u200b</p>"),
        Draft(text="\ufe0f", note=True),
    ):
        nothing = message.post(office.setup, world.installation, world.record("LEAD-1"), bjorn, draft)
        assert office.refused(nothing) == ("text", "post_empty")
    assert len(office.store.audit.all()) == rows


def test_what_has_nothing_missing_is_not_read_again(office: Office) -> None:
    office.world.deliver(office.world.mail(), "leads@acme.example")
    (first, *_) = office.world.thread("LEAD-1")
    record = office.world.record("LEAD-1")
    assert office.refused(message.read_again(office.setup, office.world.installation, record, first.id)) == (
        "id", "nothing_missing",
    )  # fmt: skip
