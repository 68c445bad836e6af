"""Decisions on the review queue: each leaves its row in the audit log, and what was dropped comes back."""

from __future__ import annotations

import pytest

from tests.unit.flow.setup.conftest import Office
from tests.unit.world import ERIK, World
from weftmail.flow.setup import review, undo
from weftmail.flow.setup.act import FieldChange


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
    assert office.refused(undo.undo(office.setup, done.trace)) == ("", "not_undoable")


def test_what_cannot_be_filed_leaves_no_row(office: Office, held: int) -> None:
    before = len(office.store.audit.all())
    answer = review.release(office.setup, office.world.installation, held, record="LEAD-99")
    assert office.refused(answer) == ("record", "no_such_record")
    assert office.refused(review.release(office.setup, office.world.installation, 99)) == ("id", "no_such_inbound")
    assert office.refused(review.discard(office.setup, office.world.installation, 99)) == ("id", "no_such_inbound")
    assert len(office.store.audit.all()) == before


def test_what_was_dropped_comes_back_and_is_held_again(office: Office, held: int) -> None:
    done = office.did(review.discard(office.setup, office.world.installation, held))
    assert office.store.inbound.state(held) == "discarded"
    office.did(undo.undo(office.setup, done.trace))
    assert office.store.inbound.state(held) == "accepted"
    office.world.settle()
    assert office.store.inbound.state(held) == "held"
    assert office.refused(undo.undo(office.setup, done.trace)) == ("", "changed_since")
