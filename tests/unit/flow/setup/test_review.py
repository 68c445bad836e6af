"""Decisions on the review queue: each leaves its row in the audit log, and what was dropped comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NoReturn

import pytest

from tests.unit.flow.setup.conftest import Office
from tests.unit.world import ERIK, World
from weftmail.core.limits import UNDO_SECONDS
from weftmail.flow.actor import Actor
from weftmail.flow.refusal import Refusal
from weftmail.flow.replay import replay_errors, replay_later
from weftmail.flow.setup import contact, review, snooze, undo, user
from weftmail.flow.setup.act import FieldChange

Decision = Callable[..., Any]


def broken(*_: object) -> NoReturn:
    raise RuntimeError("ours")


@pytest.fixture
def held(office: Office, world: World) -> int:
    """The number of a mail that is held: a stranger answers with the reply address of another."""
    world.deliver(world.mail(), "leads@acme.example")
    first = world.thread("LEAD-1")[0].rfc_message_id
    row = world.deliver(world.mail(ERIK, references=[first]), "leads@acme.example")
    assert row.state == "held"
    return row.id


def test_a_mail_is_filed_and_the_log_says_by_whom(office: Office, held: int) -> None:
    done = office.did(review.release(office.setup, office.world.installation, held))
    assert isinstance(done, review.Decided) and done.released is not None
    assert (done.subject, done.released.record) == ("Quote for 40 chairs · erik@other.example", "LEAD-1")
    assert done.changes == (FieldChange("state", "held", "filed"),)
    back = office.did(undo.undo(office.setup, done.trace))
    assert (back.act, back.changes) == ("review.back", (FieldChange("state", "filed", "held"),))
    trace = undo.trace(office.store, back.trace)
    assert trace is not None and trace.notified == ""
    assert office.refused(undo.undo(office.setup, done.trace)) == ("", "undone_already")


def test_it_says_for_how_long_what_it_sends_can_be_taken_back_from_everybody(office: Office, held: int) -> None:
    office.store.users.set_ways(office.world.anna, "keep", "stay", shortcuts=True, undo_seconds=UNDO_SECONDS)
    done = office.did(review.release(office.setup, office.world.installation, held))
    found = undo.trace(office.store, done.trace)
    assert found is not None and found.waits(office.world.clock())
    office.world.clock.now += UNDO_SECONDS * 1000
    assert not found.waits(office.world.clock())
    office.did(undo.undo(office.setup, done.trace))
    # Where nothing leaves, nothing waits.
    office.did(user.change(office.setup, "anna@acme.example", prefers="inbox"))
    again = office.did(review.release(office.setup, office.world.installation, held))
    there = undo.trace(office.store, again.trace)
    assert there is not None and not there.waits(0)


def test_what_cannot_be_filed_leaves_no_row(office: Office, held: int) -> None:
    before = len(office.store.audit.all())
    answer = review.release(office.setup, office.world.installation, held, record="LEAD-99")
    assert office.refused(answer) == ("record", "no_such_record")
    assert office.refused(review.release(office.setup, office.world.installation, 99)) == ("id", "no_such_inbound")
    assert office.refused(review.discard(office.setup, office.world.installation, 99)) == ("id", "no_such_inbound")
    assert len(office.store.audit.all()) == before


@pytest.mark.parametrize(
    ("act", "reason"),
    [(review.discard, "review.dropped"), (review.spam, "review.spam"), (review.block, "review.dropped")],
)
def test_what_was_dropped_comes_back_as_it_was(office: Office, held: int, act: Decision, reason: str) -> None:
    before = office.world.row(held)
    done = office.did(act(office.setup, office.world.installation, held))
    dropped = office.world.row(held)
    assert dropped.state == "discarded" and dropped.why is not None and dropped.why.code == reason
    office.did(undo.undo(office.setup, done.trace))
    assert replace(office.world.row(held), settled_at=before.settled_at) == before
    # A sender who was blocked is an act of its own, which stands beside it.
    again = "changed_since" if act is review.block else "undone_already"
    assert office.refused(undo.undo(office.setup, done.trace)) == ("", again)


def test_a_blocked_sender_is_let_in_again_with_the_undo_unless_they_were_blocked_before(
    office: Office, held: int
) -> None:
    done = office.did(review.block(office.setup, office.world.installation, held))
    assert FieldChange("blocked", "no", "yes") in done.changes
    (blocked,) = office.store.contacts.blocked(office.world.acme)
    assert (blocked.address, blocked.blocked_by) == ("erik@other.example", office.setup.actor.name)
    office.did(undo.undo(office.setup, done.trace))
    assert office.store.contacts.blocked(office.world.acme) == []
    office.did(contact.block(office.setup, "erik@other.example"))
    again = office.did(review.block(office.setup, office.world.installation, held))
    office.did(undo.undo(office.setup, again.trace))
    assert len(office.store.contacts.blocked(office.world.acme)) == 1
    office.did(contact.unblock(office.setup, "erik@other.example"))
    once_more = office.did(review.block(office.setup, office.world.installation, held))
    office.did(contact.unblock(office.setup, "erik@other.example"))
    office.did(undo.undo(office.setup, once_more.trace))
    assert office.store.inbound.state(held) == "held"


def test_whom_nobody_may_block(office: Office, world: World) -> None:
    world.store.domains.add("shared.example", None, True, 1)
    forged = world.deliver(world.mail("Anna <anna@acme.example>"), "x@shared.example")
    assert office.refused(review.block(office.setup, world.installation, forged.id)) == (
        "address", "contact_is_colleague",
    )  # fmt: skip
    assert office.store.inbound.state(forged.id) == forged.state == "unmatched"
    assert office.refused(review.block(office.setup, world.installation, 99)) == ("id", "no_such_inbound")


def test_what_was_routed_once_more_since_does_not_come_back_twice(office: Office, held: int) -> None:
    done = office.did(review.discard(office.setup, office.world.installation, held))
    office.did(replay_later(office.setup, held))
    office.world.settle()
    again = office.did(review.discard(office.setup, office.world.installation, held))
    assert again.trace != done.trace
    office.store.connection.execute("update inbound set undecided = ''")
    assert office.refused(undo.undo(office.setup, again.trace)) == ("", "changed_since")


def test_after_a_repair_all_errors_are_read_once_more(office: Office, world: World) -> None:
    assert office.did(replay_errors(office.setup, world.acme)).trace == 0
    rows = [*world.accept(world.mail(), "leads@acme.example"), *world.accept(world.mail(), "x@elsewhere.example")]
    nobodys, ours = world.settler(reader=broken), world.acme
    while nobodys.settle().settled:
        pass
    assert [world.row(one).company_id for one in rows] == [ours, None]
    assert office.store.inbound.review_counts(ours)["error"] == 1
    done = office.did(replay_errors(office.setup, ours))
    assert (done.now, office.store.inbound.being_read(rows)) == ({"mails": rows[:1]}, 1)
    assert office.did(replay_errors(office.setup, ours, nobodys=True)).now == {"mails": rows[1:]}
    world.settle()
    assert office.store.inbound.being_read(rows) == 0
    assert [world.row(one).state for one in rows] == ["filed", "unmatched"]


@pytest.mark.parametrize("nobodys", [False, True])
def test_a_type_for_others_is_none_for_who_decides(office: Office, held: int, nobodys: bool) -> None:
    world, store = office.world, office.store
    world.deliver(world.mail(subject="Secret"), "support@acme.example")
    staff = store.teams.add(world.acme, "Staff", 1)
    store.record_types.name_team(world.acme, "ticket", staff)
    store.record_types.limit(world.acme, "ticket", teams_only=True)
    if nobodys:
        row = world.deliver(world.mail(), "nobody-there@elsewhere.example")
        assert (row.state, row.company_id) == ("unmatched", None)
        held = row.id
    bjorn = replace(office.setup, actor=Actor("bjorn", world.bjorn))
    release, of = review.release, world.installation
    if not nobodys:
        # Control: what is not hidden takes it, and gives it back.
        done = release(bjorn, of, held, record="LEAD-1")
        assert isinstance(done, review.Decided) and not isinstance(undo.undo(bjorn, done.trace), Refusal)
    there = office.refused(release(bjorn, of, held, record="TICKET-1"))
    assert there == office.refused(release(bjorn, of, held, record="TICKET-99")) == ("record", "no_such_record")
    assert office.refused(release(bjorn, of, held, opens="ticket")) == ("opens", "no_such_record_type")
    refusal = release(bjorn, of, held, opens="nothing")
    assert isinstance(refusal, Refusal) and "ticket" not in str(refusal.values["names"])
    # At the command, where nobody is signed in, and for those of the team all of it is there.
    store.teams.join(world.acme, staff, world.bjorn)
    done = release(bjorn, of, held, opens="ticket")
    assert isinstance(done, review.Decided) and done.now["record"] == "TICKET-2"


@pytest.mark.parametrize("until", ["answer", "2030-05-06"])
def test_what_the_mail_ended_stands_as_before_when_it_is_taken_back(office: Office, held: int, until: str) -> None:
    """A snooze, and the trash: the mail that is released brings the record back, and its undo does the reverse."""
    store, world = office.store, office.world
    lead = world.record("LEAD-1")
    office.did(snooze.snooze(office.setup, "LEAD-1", until))
    store.records.hide(world.acme, lead.id, "trash", 1)
    before, due = store.snoozes.get(world.acme, lead.id), len(store.due.all())
    done = office.did(review.release(office.setup, world.installation, held))
    assert store.snoozes.get(world.acme, lead.id) is None and world.record("LEAD-1").hidden_as is None
    office.did(undo.undo(office.setup, done.trace))
    assert store.snoozes.get(world.acme, lead.id) == before is not None
    assert world.record("LEAD-1").hidden_as == "trash" and len(store.due.all()) == due
    assert '"event.snoozed again"' in world.thread("LEAD-1")[-1].phrase


@pytest.mark.parametrize("since", ["a day", "anew", "nothing"])
def test_a_snooze_that_is_over_does_not_begin_again(office: Office, held: int, since: str) -> None:
    store, world = office.store, office.world
    lead = world.record("LEAD-1")
    if since != "nothing":
        office.did(snooze.snooze(office.setup, "LEAD-1", "2030-05-06"))
    done = office.did(review.release(office.setup, world.installation, held))
    if since == "a day":
        world.clock.now = 1_904_288_400_000 + 24 * 3600_000
    if since == "anew":
        office.did(snooze.snooze(office.setup, "LEAD-1", "answer"))
    now = store.snoozes.get(world.acme, lead.id)
    office.did(undo.undo(office.setup, done.trace))
    assert store.snoozes.get(world.acme, lead.id) == now
