"""A store that was brought back from a backup holds everything back until it is released."""

from __future__ import annotations

from tests.unit.flow.setup.conftest import Office
from weftmail.flow.due.runner import Runner
from weftmail.flow.restored import mark, release, restored
from weftmail.flow.setup import copy


def test_nothing_that_is_due_happens_until_it_is_released(office: Office) -> None:
    runner = Runner(office.store, office.world.installation, "test")
    runner.round()
    assert restored(office.store) is None
    office.store.due.put("expiry", "x", 0, 0, None)
    mark(office.store, 5, 7)
    found = restored(office.store)
    assert found is not None and (found.made_at, found.at) == (5, 7)
    assert not runner.waits() and runner.round() == 0
    assert office.did(release(office.setup)).act == "backup.release"
    assert restored(office.store) is None and runner.waits()
    assert office.store.settings.get("sending_paused") == "0"
    assert office.refused(release(office.setup)) == ("", "not_restored")


def test_the_button_that_resumes_sending_releases_it(office: Office) -> None:
    mark(office.store, 5, 7)
    assert office.did(copy.resume(office.setup)).act == "backup.release"
    assert restored(office.store) is None and office.store.settings.get("sending_paused") == "0"
