"""Receiving without an MX: a mailbox, a list or an alias of the mail server passes mail on to an address of ours.

The envelope then names that address alone.  The reply address still stands in To or Cc.
"""

from __future__ import annotations

from email.utils import parseaddr
from pathlib import Path

import pytest

from tests.unit.world import ERIK, KARIN, World
from weftmail.core.tokens import reply_token
from weftmail.core.tokens.reply_token import Token
from weftmail.store.alias import AliasSettings

FRONT = "leads@acme.example"
"""Where the other mailbox forwards to."""
SRS = "SRS0=HHH=TT=customer.example=karin@forwarder.example"
PASSED_ON = {
    "a mailbox": (
        ("X-Forwarded-To", FRONT), ("X-Forwarded-For", f"support@mail.example {FRONT}"),
        ("Delivered-To", "support@mail.example"),
    ),
    "a list": (("List-ID", "<support.mail.example>"), ("X-Original-To", "support@mail.example")),
    "an alias": (),
}  # fmt: skip


@pytest.fixture
def world(tmp_path: Path) -> World:
    """LEAD-1, which Karin opened."""
    world = World(tmp_path)
    assert world.deliver(world.mail(verified=True, message_id="<first@customer.example>"), FRONT).record == "LEAD-1"
    return world


def karins(world: World) -> str:
    """The reply address that Karin was given."""
    (first,) = world.thread("LEAD-1")
    contact = world.store.records.participants(world.acme, world.record("LEAD-1").id)[0].contact_id
    token = Token("post", first.id, contact, 0)
    return reply_token.address(world.installation.keyring, token, "acme.example")


@pytest.mark.parametrize("by", PASSED_ON)
@pytest.mark.parametrize("shown", ["to", "cc"])
def test_the_token_is_found_in_to_and_cc(world: World, by: str, shown: str) -> None:
    address = karins(world)
    to, cc = (address, "") if shown == "to" else ("support@mail.example", address)
    raw = world.mail(KARIN, to, "Something else", "Then 38.\n", cc=cc, verified=True, headers=PASSED_ON[by])
    row = world.deliver(raw, FRONT, SRS)
    assert (row.state, row.record) == ("filed", "LEAD-1")
    assert len(world.thread("LEAD-1")) == 2


def test_who_may_write_with_it_is_judged_as_ever(world: World) -> None:
    raw = world.mail(ERIK, karins(world), "Something else", "Send it to me.\n", verified=True)
    row = world.deliver(raw, FRONT, parseaddr(ERIK)[1])
    assert (row.state, row.record) == ("held", "LEAD-1")


@pytest.mark.parametrize(
    "address",
    ["reply+aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@acme.example", "reply@acme.example", "reply+x@other.example"],
)
def test_what_is_no_token_of_ours_opens_as_ever(world: World, address: str) -> None:
    row = world.deliver(world.mail(KARIN, address, "New", "A new thing.\n", verified=True), FRONT)
    assert (row.state, row.record) == ("filed", "LEAD-2")


def test_what_the_mail_answers_counts_before_what_it_shows(world: World) -> None:
    world.deliver(world.mail(verified=True, subject="Another", message_id="<second@customer.example>"), FRONT)
    raw = world.mail(
        KARIN, karins(world), "Re: Another", "Yes.\n", verified=True, references=["<second@customer.example>"]
    )
    assert world.deliver(raw, FRONT).record == "LEAD-2"


def test_a_token_of_one_company_leads_nowhere_from_an_alias_of_another(world: World) -> None:
    nord = world.store.companies.add("Nord", 1)
    domain = world.store.domains.add("nord.example", nord, True, 1)
    world.store.aliases.add(nord, domain, "leads", AliasSettings("lead", None, None, "everyone", "", "{}"), 1)
    ours = world.record("LEAD-1").id
    row = world.deliver(world.mail(KARIN, karins(world), "New", "A new thing.\n", verified=True), "leads@nord.example")
    assert row.state == "filed" and len(world.store.messages.thread(world.acme, ours)) == 1
