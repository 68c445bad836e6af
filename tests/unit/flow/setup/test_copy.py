"""A copy that waits or failed is let go by hand."""

from __future__ import annotations

from tests.unit.flow.setup.conftest import Office
from weftmail.flow.setup import copy


def test_a_copy_is_due_at_once_until_it_has_left(office: Office) -> None:
    world = office.world
    world.deliver(world.mail(), "leads@acme.example")
    (waiting,) = [one.row for one in office.store.listings.outbox()]
    assert office.did(copy.retry(office.setup, waiting.id)).now == {"state": "waiting", "due": "now"}
    later = world.clock() + 10**12
    (claimed,) = office.store.outbox.claim("sender", later, later + 1000, 10)
    office.store.outbox.settle(claimed.id, "sender", "sent", "", 0, later)
    assert office.refused(copy.retry(office.setup, waiting.id)) == ("id", "copy_left")
    assert office.refused(copy.retry(office.setup, 4711)) == ("id", "no_such_copy")
