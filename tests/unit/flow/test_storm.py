"""Hostile mail among the others, while readers are killed: all is filed, nothing is lost or doubled."""

from __future__ import annotations

import pytest

from tests.unit.parsing.shapes import SHAPES
from tests.unit.storm import Weather, storm
from tests.unit.world import World

MAILS, HOSTILE = 400, 40


@pytest.mark.timeout(600)
def test_all_is_filed_once_while_readers_die_under_hostile_mail(world: World) -> None:
    found = storm(world, Weather(MAILS, HOSTILE, (16_000, 120_000), rate=100, deaths=0.8))
    print(f"\n{found.states}, {found.killed} readers killed, {found.unread} unread, p95 {found.p(95):.2f} s")
    # Reports that name no mail of ours stand in the log alone; nothing waits, fails or is held.
    assert set(found.states) == {"filed", "held"}
    assert found.states.total() == MAILS
    assert (len(found.opened), set(found.opened.values())) == (MAILS - HOSTILE, {1})
    assert len(found.waited) == MAILS - HOSTILE
    assert found.killed > 2
    assert world.store.inbound.waiting_count() == 0


@pytest.mark.parametrize("name", SHAPES)
def test_hostile_mail_that_was_read_is_filed(world: World, name: str) -> None:
    assert world.deliver(SHAPES[name](16_000), "leads@acme.example").state in ("filed", "held")


@pytest.mark.parametrize("odd", ["a@b@", "@", "@@", "@a@b", "a@", " @ ", "<@a@a@", "x@y@@", '"@"@', "\u2066@\u2069@"])
@pytest.mark.parametrize("field", ["To", "Cc", "Reply-To", "From", "Sender"])
def test_what_is_no_address_stops_no_mail(world: World, field: str, odd: str) -> None:
    raw = f"{field}: <{odd}>\n".encode() + world.mail(verified=True)
    assert world.deliver(raw, "leads@acme.example").state == "filed"
