"""The mail log: both directions in one list, a stretch at a time, nothing left out and nothing shown twice."""

from __future__ import annotations

import pytest

from tests.unit.world import World
from weftmail.flow.mail_log import Place, by_file, log_page
from weftmail.flow.post import Draft, post
from weftmail.flow.reading import read
from weftmail.store.inbound import InboundLine
from weftmail.store.log import EVERYTHING, Remembered, number


def fill(world: World, count: int) -> None:
    """Let mail come and answers leave in turns."""
    anna = world.store.users.get(world.anna)
    assert anna is not None
    for place in range(count):
        world.deliver(world.mail(subject=f"Mail {place}"), "leads@acme.example")
        draft = Draft(text="Yes", to=["karin@customer.example"])
        post(world.store, world.installation, world.record(f"LEAD-{place + 1}"), anna, draft)
        world.clock.now += 1000


@pytest.mark.parametrize(("most", "stretch"), [(1, 1), (3, 2), (4, 50), (50, 3)])
@pytest.mark.parametrize("company", [True, False])
def test_every_line_comes_once_newest_first(world: World, most: int, stretch: int, company: bool) -> None:
    fill(world, 6)
    at, seen = Place(), []
    while at.more:
        page = log_page(world.store, world.acme if company else None, EVERYTHING, at, most, stretch)
        assert len(page.lines) <= most
        seen += [(isinstance(one, InboundLine), number(one)) for one in page.lines]
        at = page.older
    came = [one for way, one in seen if way]
    left = [one for way, one in seen if not way]
    assert came == sorted(came, reverse=True) and left == sorted(left, reverse=True)
    assert len(came) == 6 and len(set(came)) == 6
    assert len(left) == len(set(left)) == len(world.store.listings.outbox())


def test_an_empty_log(world: World) -> None:
    page = log_page(world.store, world.acme, EVERYTHING, Place(), 5)
    assert page.lines == () and not page.older.more


def test_a_mail_at_hand_is_looked_for_in_every_stretch(world: World) -> None:
    raw = world.mail(subject="First")
    world.deliver(raw, "support@acme.example")
    fill(world, 3)
    found = by_file(world.store, world.installation, world.acme, read(raw), 5, 1)
    assert [one.subject for one in found.lines if isinstance(one, InboundLine)] == ["First"] and not found.older.more
    sent = world.thread("LEAD-1")[-1].rfc_message_id
    ours = by_file(world.store, world.installation, world.acme, read(f"Message-ID: {sent}\n\n".encode()), 5, 1)
    assert ours.lines and not any(isinstance(one, InboundLine) for one in ours.lines)
    assert by_file(world.store, world.installation, world.acme, read(b"\n"), 5, 1).lines == ()
    unknown = read(b"Message-ID: <x@nowhere.example>\n\n")
    assert by_file(world.store, world.installation, world.acme, unknown, 5, 1).lines == ()


def test_what_is_special_in_a_pattern_is_taken_as_it_is(world: World) -> None:
    world.deliver(world.mail(subject="100% off_now!"), "leads@acme.example")
    for words, count in (("100%", 1), ("off_now", 1), ("!", 1), ("100_", 0), ("of%now", 0), ("OFF", 1)):
        found = log_page(world.store, world.acme, Remembered(words=words), Place(), 5)
        assert len([one for one in found.lines if isinstance(one, InboundLine)]) == count, words
