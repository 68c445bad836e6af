"""Fate: what the mail server's log says of a copy, and what it may change."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.flow.test_reports import delivery, message_id, report, return_path
from tests.unit.flow.test_reports import world as world  # the fixture
from tests.unit.world import World
from weftmail.core.next_hop import NextHop
from weftmail.core.tokens import reply_token
from weftmail.core.tokens.reply_token import Token
from weftmail.flow.fate import follow
from weftmail.store.delivery import NewDelivery

KARIN = "karin@customer.example"
ERIK = "erik@other.example"
HOST = "mx.customer.example"


def attempt(world: World, *, taken: bool = True, relay: bool = False, to: str = KARIN, sender: str = "") -> NextHop:
    path = sender or return_path(world, KARIN)
    return NextHop(path, to, taken, HOST, relay, "250 ok" if taken else "450 busy", 5000, 0 if taken else 305_000)


def found(world: World, *attempts: NextHop) -> int:
    return follow(world.store, world.installation, attempts)


def test_a_server_that_took_it_settles_the_one_delivery(world: World) -> None:
    assert found(world, attempt(world)) == 1
    one = delivery(world, KARIN)
    assert (one.state, one.host, one.reason, one.changed_at) == ("accepted", HOST, "250 ok", 5000)
    assert delivery(world, ERIK).state == "queued"


def test_a_relay_is_no_server_of_the_recipient(world: World) -> None:
    found(world, attempt(world, relay=True))
    assert delivery(world, KARIN).state == "relayed"


def test_what_is_put_off_says_when_it_is_tried_again_until_it_is_taken(world: World) -> None:
    world.store.connection.execute("update delivery set state = 'sent'")
    found(world, attempt(world, taken=False))
    one = delivery(world, KARIN)
    assert (one.state, one.reason, one.again_at) == ("delayed", "450 busy", 305_000)
    found(world, attempt(world))
    one = delivery(world, KARIN)
    assert (one.state, one.again_at) == ("accepted", 0)


@pytest.mark.parametrize("state", ["bounced", "delivered", "failed", "cancelled", "accepted"])
def test_states_move_forward_alone(world: World, state: str) -> None:
    world.store.connection.execute("update delivery set state = ?", (state,))
    found(world, attempt(world, taken=False), attempt(world))
    assert delivery(world, KARIN).state == state


def test_a_bounce_after_acceptance_counts(world: World) -> None:
    found(world, attempt(world))
    world.deliver(report(world), return_path(world, KARIN), sender="")
    assert delivery(world, KARIN).state == "bounced"


def test_the_return_path_decides_whatever_address_an_alias_made_of_it(world: World) -> None:
    found(world, attempt(world, to="k@elsewhere.example"))
    assert delivery(world, KARIN).state == "accepted"


def test_of_a_copy_that_colleagues_share_the_named_one_is_settled_and_nobody_goes_back(world: World) -> None:
    shared = reply_token.address(world.installation.keyring, Token("bounce", message_id(world), 0, 0), "acme.example")
    people = [
        NewDelivery("email", "anna@acme.example", user_id=world.anna),
        NewDelivery("email", "bjorn@acme.example", user_id=world.bjorn),
    ]
    record = world.record("LEAD-1")
    world.store.messages.deliver(world.acme, record.id, message_id(world), people, 0)
    world.store.connection.execute("update delivery set state = 'sent' where channel = 'email'")
    found(world, attempt(world, to="bjorn@acme.example", sender=shared, taken=False))
    assert delivery(world, "bjorn@acme.example").state == "sent"
    found(world, attempt(world, to="nobody@acme.example", sender=shared))
    assert delivery(world, "bjorn@acme.example").state == "sent"
    found(world, attempt(world, to="bjorn@acme.example", sender=shared))
    assert delivery(world, "bjorn@acme.example").state == "accepted"
    assert {delivery(world, one).state for one in (KARIN, ERIK, "anna@acme.example")} == {"sent"}


def test_what_bears_no_return_path_of_ours_is_passed_over(world: World) -> None:
    reply = reply_token.address(world.installation.keyring, Token("post", message_id(world), 1, 0), "acme.example")
    forged = return_path(world, KARIN).replace("@", "a@")
    unknown = reply_token.address(world.installation.keyring, Token("bounce", 999_999, 1, 0), "acme.example")
    for sender in ("", "karin@customer.example", "bounce+@acme.example", reply, forged):
        assert found(world, NextHop(sender, KARIN, True, HOST, False, "250 ok", 5000)) == 0
    assert found(world, NextHop(unknown, KARIN, True, HOST, False, "250 ok", 5000)) == 1
    assert delivery(world, KARIN).state == "queued"


def test_nothing_said_costs_no_transaction(world: World, tmp_path: Path) -> None:
    before = world.store.data_version()
    assert found(world) == 0
    assert world.store.data_version() == before
