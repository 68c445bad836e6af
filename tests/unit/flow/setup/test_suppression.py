"""Suppressed addresses, lifted and put back; what did not arrive, corrected and taken back."""

from __future__ import annotations

from tests.unit.flow.setup.conftest import Office
from weftmail.flow.post import Draft, post
from weftmail.flow.setup import contact, failed, suppression, undo

WRONG, RIGHT = "karin@customer.example", "karin.ek@customer.example"


def suppressed(office: Office, address: str = WRONG) -> None:
    office.store.suppressions.add(office.world.acme, address, "no such user", "550 no", None, 1)


def bounced(office: Office) -> int:
    """Anna's answer to Karin came back; return the number of its copy."""
    world = office.world
    world.deliver(world.mail(), "leads@acme.example")
    anna = office.store.users.get(world.anna)
    assert anna is not None
    post(office.store, world.installation, world.record("LEAD-1"), anna, Draft(text="Yes"))
    (copy_id,) = [one.row.id for one in office.store.listings.outbox() if one.row.audience == "outsider"]
    now = world.clock() + 1
    claimed = office.store.outbox.claim("sender", now, now + 1000, 10)
    for one in claimed:
        office.store.outbox.settle_delivery(world.acme, one.id, WRONG, "sent", "250 ok", now)
        office.store.outbox.settle(one.id, "sender", "sent", "", 0, now)
    assert office.store.messages.failed(world.acme, [2]) == []
    (there,) = [one for one in office.store.messages.deliveries(world.acme, 2) if one.contact_id is not None]
    office.store.outbox.report(world.acme, there.id, "bounced", "550 no", ["sent"], now)
    suppressed(office)
    return copy_id


def state(office: Office) -> tuple[str, str, str]:
    (there,) = [one for one in office.store.messages.deliveries(office.world.acme, 2) if one.contact_id is not None]
    return there.address, there.state, there.reason


def test_it_is_lifted_and_put_back(office: Office) -> None:
    suppressed(office)
    done = office.did(suppression.lift(office.setup, WRONG))
    assert done.was["why"] == "no such address"
    assert office.store.suppressions.of(1, [WRONG]) == {}
    assert office.refused(suppression.lift(office.setup, WRONG)) == ("address", "not_suppressed")
    back = office.did(undo.undo(office.setup, done.trace))
    assert office.store.suppressions.of(1, [WRONG])[WRONG].answer == "550 no"
    assert office.refused(undo.undo(office.setup, done.trace)) == ("", "changed_since")
    office.did(undo.undo(office.setup, back.trace))
    assert office.store.suppressions.page(1, "", 10) == []


def test_what_came_back_is_sent_again_to_the_right_address(office: Office) -> None:
    copy_id = bounced(office)
    assert [one.outbox_id for one in office.store.messages.failed(1, [2])] == [copy_id]
    assert office.refused(failed.correct(office.setup, copy_id, WRONG, company_id=1)) == ("address", "post_suppressed")
    done = office.did(failed.correct(office.setup, copy_id, RIGHT, company_id=1))
    assert state(office) == (RIGHT, "queued", "")
    now = office.world.clock()
    assert office.store.outbox.claim("sender", now, now + 1000, 10) == []
    says = office.world.thread("LEAD-1")[-1].says
    assert says is not None and says.code == "event.corrected"
    office.did(undo.undo(office.setup, done.trace))
    assert state(office) == (WRONG, "bounced", "550 no")
    assert [one.outbox_id for one in office.store.messages.failed(1, [2])] == [copy_id]
    assert office.refused(undo.undo(office.setup, done.trace)) == ("", "undone_already")


def test_what_has_left_again_is_not_taken_back(office: Office) -> None:
    copy_id = bounced(office)
    done = office.did(failed.correct(office.setup, copy_id, RIGHT, company_id=1))
    later = office.world.clock() + 60_000
    assert [one.id for one in office.store.outbox.claim("sender", later, later + 10**9, 10)] == [copy_id]
    assert office.refused(undo.undo(office.setup, done.trace)) == ("id", "copy_left")
    assert office.refused(failed.correct(office.setup, copy_id, RIGHT, company_id=2)) == ("id", "no_such_copy")
    assert office.refused(failed.correct(office.setup, 4711, RIGHT, company_id=1)) == ("id", "no_such_copy")


def test_one_that_failed_before_it_left_too(office: Office) -> None:
    copy_id = bounced(office)
    office.store.connection.execute("update delivery set state = 'failed' where contact_id is not null", {})
    office.store.connection.execute("update outbox set state = 'failed'", {})
    done = office.did(failed.correct(office.setup, copy_id, RIGHT, company_id=1))
    office.did(undo.undo(office.setup, done.trace))
    assert office.store.outbox.state(1, copy_id) == "failed"


def test_a_correction_that_changes_nothing_writes_no_event(office: Office) -> None:
    copy_id = bounced(office)
    office.store.suppressions.lift(1, WRONG)
    before = len(office.world.thread("LEAD-1"))
    office.did(failed.correct(office.setup, copy_id, WRONG, company_id=1))
    assert len(office.world.thread("LEAD-1")) == before
    assert contact.named(office.store, WRONG, None).name == "Karin Ek"
