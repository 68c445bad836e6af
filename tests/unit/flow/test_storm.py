"""Hostile mail among the others, while readers are killed: all is filed, nothing is lost or doubled."""

from __future__ import annotations

import pytest

from tests.unit.storm import Weather, storm
from tests.unit.world import World

MAILS, HOSTILE = 400, 40


@pytest.mark.timeout(600)
def test_all_is_filed_once_while_readers_die_under_hostile_mail(world: World) -> None:
    found = storm(world, Weather(MAILS, HOSTILE, (16_000, 120_000), rate=100, deaths=0.8))
    print(f"\n{found.states}, {found.killed} readers killed, {found.unread} unread, p95 {found.p(95):.2f} s")
    # Reports that name no mail of ours stand in the log alone; nothing waits, fails or is held.
    assert set(found.states) == {"filed", "discarded"}
    assert found.states.total() == MAILS
    assert (len(found.opened), set(found.opened.values())) == (MAILS - HOSTILE, {1})
    assert len(found.waited) == MAILS - HOSTILE
    assert found.killed > 2
    assert world.store.inbound.waiting_count() == 0
