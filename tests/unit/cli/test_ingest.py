"""mail-ingest --drain in this process: it files what waits, or says who does."""

from __future__ import annotations

import logging

import pytest

from tests.unit.shell import Shell
from tests.unit.world import KARIN
from weftmail.cli import ingest
from weftmail.transport.settle_lock import FileSettleLock


def test_a_drain_leaves_what_waits_to_another_that_settles(shell: Shell, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    world = shell.world
    world.accept(world.mail(KARIN), "leads@acme.example")
    lock = FileSettleLock(shell.folder / "settle.lock")
    assert lock.acquire()
    assert ingest.main(["--drain"]) == 0
    assert "another process settles; it files what waits" in caplog.text
    assert world.store.inbound.waiting_count() == 1
    lock.close()
    caplog.clear()
    assert ingest.main(["--drain"]) == 0
    assert "another process" not in caplog.text
    assert world.store.inbound.waiting_count() == 0
    assert FileSettleLock(shell.folder / "settle.lock").acquire()
