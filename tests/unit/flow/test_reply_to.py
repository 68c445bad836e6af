"""Where the author of a message asks answers to go."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.world import ANNA, KARIN, World
from weftmail.flow.notify import answer_audience

OFFICE = "office@customer.example"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def asked(world: World, reply_to: str, *, verified: bool = True, author: str = KARIN) -> tuple[str, list[str]]:
    world.deliver(world.mail(author, verified=verified, headers=[("Reply-To", reply_to)]), "leads@acme.example")
    (message,) = world.thread("LEAD-1")
    return message.reply_to, [one.address for one in answer_audience(world.store, world.acme, message.id)]


@pytest.mark.parametrize("spelling", [OFFICE, f"Karin's office <{OFFICE}>", f"{OFFICE}, Office <{OFFICE}>"])
def test_an_answer_goes_to_where_its_author_asked(world: World, spelling: str) -> None:
    kept, goes = asked(world, spelling)
    assert (kept, goes) == (OFFICE, [OFFICE])


def test_where_a_forger_asks_none_goes_by_itself(world: World) -> None:
    assert asked(world, OFFICE, verified=False) == (OFFICE, ["karin@customer.example"])


@pytest.mark.parametrize(
    "reply_to",
    ["karin@customer.example", f"{OFFICE}, b@c.example", "leads@acme.example", ANNA, "none"],
)
def test_their_own_ours_colleagues_several_and_none_are_not_asked_for(world: World, reply_to: str) -> None:
    assert asked(world, reply_to) == ("", ["karin@customer.example"])


def test_of_a_colleague_it_is_not_kept(world: World) -> None:
    world.deliver(world.mail(ANNA, login="anna@acme.example", headers=[("Reply-To", OFFICE)]), "leads@acme.example")
    assert world.thread("LEAD-1")[0].reply_to == ""


def test_of_a_message_that_is_not_there_nobody_is_asked(world: World) -> None:
    assert answer_audience(world.store, world.acme, 4711) == ()
