"""How many statements a mail costs, whatever it brings: a mail server's burst must not become ours."""

from __future__ import annotations

import pytest

from tests.unit.world import ANNA, KARIN, World
from weftmail.core.tokens import locator

PLAIN, MOST = 35, 45
OF_THE_BATCH = ("inbound_waiting", "begin", "aliases_mailed", "commit")
"""What one batch runs once, for all of its mails."""


def cost(world: World, raw: bytes, recipient: str, sender: str = "somebody@customer.example") -> int:
    """Return how many statements it takes to settle a mail, its savepoint among them and those of its batch aside."""
    world.accept(raw, recipient, sender=sender)
    world.store.connection.statements.clear()
    assert world.settler().settle().settled == 1
    ran = world.store.connection.statements
    return sum(count for name, count in ran.items() if name not in OF_THE_BATCH)


def people(count: int) -> str:
    return ", ".join(f"P{number} <p{number}@customer.example>" for number in range(count))


def files(count: int) -> list[tuple[str, bytes]]:
    return [(f"f{number}", b"file %d" % number) for number in range(count)]


def references(world: World, count: int) -> list[str]:
    """Ids of ours and of others, of messages that are there and of others that are not."""
    keyring = world.installation.keyring
    ours = [locator.mint(keyring, number, "public", "acme.example") for number in range(1, count // 2 + 1)]
    return [*ours, *(f"<m{number}@customer.example>" for number in range(1, count - len(ours) + 1))]


def test_a_plain_mail_costs_few(world: World) -> None:
    first = cost(world, world.mail(), "leads@acme.example")
    verified = cost(world, world.mail(verified=True), "leads@acme.example")
    print(f"\nplain mail, first of its author: {first} statements; verified: {verified}")
    assert max(first, verified) <= PLAIN


@pytest.mark.parametrize("count", [1, 10, 100])
def test_what_a_mail_brings_costs_no_more(world: World, count: int) -> None:
    for _ in range(5):
        world.deliver(world.mail(verified=True), "leads@acme.example")
    for number in range(count):
        user = world.store.users.add(f"U{number}", f"u{number}@acme.example", 1)
        world.store.users.join(world.acme, user, "agent")
        world.store.records.follow(world.acme, world.record("LEAD-1").id, user, 1)
    known = references(world, count)
    raw = world.mail(KARIN, verified=True, references=[*known, known[0]])
    found = {
        "references": cost(world, raw, "leads@acme.example"),
        "in Cc": cost(world, world.mail(verified=True, cc=people(count)), "leads@acme.example"),
        "files": cost(world, world.mail(verified=True, files=files(count)), "leads@acme.example"),
        "all of it, by a colleague": cost(
            world,
            world.mail(ANNA, verified=True, cc=people(count), files=files(count), references=known),
            "leads@acme.example",
            "anna@acme.example",
        ),
    }
    print(f"\n{count:3} of them: " + ", ".join(f"{name} {total}" for name, total in found.items()))
    assert max(found.values()) <= MOST, found
