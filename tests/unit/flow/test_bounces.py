"""What bounces and complaints do to an address: suppressed or not, told to whom, and what a message to it then does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from tests.unit.flow.test_reports import complaint, message_id, report, return_path
from tests.unit.world import ANNA, ERIK, KARIN, World
from weftmail.core.parsing.message import Failure
from weftmail.core.ports import Outcome, Refused
from weftmail.core.reports import dsn
from weftmail.core.reports.about import about
from weftmail.core.tokens import reply_token
from weftmail.core.tokens.reply_token import Token
from weftmail.flow import bounces
from weftmail.flow.channels.channel import Means
from weftmail.flow.channels.email import EmailChannel
from weftmail.flow.deliver import OutboxSender
from weftmail.flow.post import Draft, plan, post
from weftmail.flow.refusal import RefusedAct
from weftmail.store.people import User

DAY = 24 * 3600_000
WRONG = "karin@customer.example"
FULL = "552 5.2.2 mailbox full"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """LEAD-1 of Karin, who put Erik in Cc; Anna has answered both of them."""
    world = World(tmp_path)
    world.deliver(world.mail(KARIN, cc=ERIK, verified=True), "leads@acme.example")
    answer(world, WRONG, "erik@other.example")
    return world


def anna(world: World) -> User:
    found = world.store.users.get(world.anna)
    assert found is not None
    return found


def answer(world: World, *to: str) -> int:
    draft = Draft(text="Hello.", to=to or None)
    return post(world.store, world.installation, world.record("LEAD-1"), anna(world), draft)


def refuse(world: World, said: str, address: str = WRONG) -> None:
    """The mail server says no at RCPT, as a report tells it."""
    status = next((one for one in said.split() if one.count(".") == 2), "")
    failure = dsn.failure(address, status, "failed", said, "recipient")
    bounces.refused(world.store, world.acme, world.record("LEAD-1").id, address, failure, world.clock())


def is_suppressed(world: World, address: str = WRONG) -> bool:
    return bool(world.store.suppressions.of(world.acme, [address]))


def notices(world: World, code: str) -> int:
    return len([one for one in world.store.inbox.notices(world.anna, world.acme) if one.says.code == code])


def test_a_hard_bounce_suppresses_with_its_reason(world: World) -> None:
    world.deliver(report(world, address=WRONG), return_path(world, WRONG), sender="")
    kept = world.store.suppressions.of(world.acme, [WRONG, "erik@other.example"])
    assert [(one.why, one.record, one.answer) for one in kept.values()] == [
        ("no such user", "LEAD-1", "5.1.1 550 5.1.1 unknown user")
    ]
    says = world.thread("LEAD-1")[-1].says
    assert says is not None and says.code == "event.bounced"
    assert says.values["name"] == "Karin Ek <karin@customer.example>"


def test_what_is_not_confirmed_suppresses_nobody(world: World) -> None:
    returned = next(one.rfc_message_id for one in world.thread("LEAD-1") if one.kind == "post")
    world.deliver(report(world, address=WRONG, returned=returned), "leads@acme.example", sender="")
    assert not is_suppressed(world)


@pytest.mark.parametrize(
    "said",
    [
        "552 5.3.4 message too large",
        "550 5.7.1 blocked by our policy: spam",
        "451 4.3.2 system not accepting messages",
        "421 4.7.0 too many connections from your network",
        "550 5.7.26 unauthenticated mail is not accepted",
        "450 4.4.1 connection timed out",
    ],
)
def test_what_is_about_us_the_message_or_a_host_never_suppresses(world: World, said: str) -> None:
    for _ in range(10):
        refuse(world, said)
        world.clock.now += DAY
    assert not is_suppressed(world)


def test_a_full_mailbox_suppresses_on_the_fifth_day(world: World) -> None:
    for day in range(5):
        assert not is_suppressed(world), day
        refuse(world, FULL)
        refuse(world, FULL)
        world.clock.now += DAY
    assert world.store.suppressions.of(world.acme, [WRONG])[WRONG].why == "mailbox full"


@pytest.mark.parametrize(
    ("state", "later", "counts"), [("accepted", 0, True), ("delivered", 0, True), ("sent", 0, False), ("sent", 6, True)]
)
def test_a_message_that_it_took_begins_the_count_anew(world: World, state: str, later: int, counts: bool) -> None:
    for _ in range(4):
        refuse(world, FULL)
        world.clock.now += DAY
    answer(world, WRONG)
    (there,) = [one for one in world.store.messages.deliveries(world.acme, message_id(world)) if one.address == WRONG]
    world.store.outbox.report(world.acme, there.id, state, "", ["queued"], world.clock())
    world.clock.now += DAY * max(1, later)
    refuse(world, FULL)
    assert is_suppressed(world) is not counts


def test_three_addresses_of_a_domain_raise_one_alarm(world: World) -> None:
    for name in ("a", "a", "b"):
        refuse(world, "550 5.7.1 blocked by our policy: spam", f"{name}@other.example")
    assert notices(world, "notice.bounces") == 0
    for name in "cde":
        refuse(world, "550 5.7.1 blocked by our policy: spam", f"{name}@other.example")
    refuse(world, FULL, "f@elsewhere.example")
    assert notices(world, "notice.bounces") == 1


def test_a_complaint_suppresses_and_an_admin_reads_it(world: World) -> None:
    world.installation = replace(world.installation, complaint_providers=frozenset({"provider.example"}))
    for _ in range(2):
        world.deliver(complaint(world, verified=True), return_path(world, WRONG))
    assert world.store.suppressions.of(world.acme, [WRONG])[WRONG].why == "complaint"
    assert notices(world, "notice.complaint") == 1
    says = world.thread("LEAD-1")[-1].says
    assert says is not None and says.code == "event.complained"


def test_a_message_that_names_the_address_is_refused_and_one_that_need_not_leaves_without(world: World) -> None:
    refuse(world, "550 5.1.1 no such user")
    for draft in (Draft(text="x", to=[WRONG]), Draft(text="x", to=["erik@other.example"], cc=[WRONG])):
        with pytest.raises(RefusedAct) as said:
            plan(world.store, world.record("LEAD-1"), anna(world), draft, 1)
        assert said.value.refusal.code == "post_suppressed"
    planned = plan(world.store, world.record("LEAD-1"), anna(world), Draft(text="x"), 1).recipients
    assert [one.address for one in planned.outsiders] == ["erik@other.example"]
    assert [one.why.code for one in planned.skipped if one.name == "Karin Ek"] == ["skipped.suppressed"]
    refuse(world, "550 5.1.1 no such user", "erik@other.example")
    with pytest.raises(RefusedAct):
        plan(world.store, world.record("LEAD-1"), anna(world), Draft(text="x"), 1)


def test_an_answer_by_mail_leaves_them_out_and_its_author_is_told(world: World) -> None:
    refuse(world, "550 5.1.1 no such user")
    first = world.thread("LEAD-1")[0]
    token = Token("post", first.id, 0, 0)
    reply = reply_token.address(world.installation.keyring, token, "acme.example")
    row = world.deliver(world.mail(ANNA, reply, login="anna@acme.example"), reply, sender="anna@acme.example")
    assert row.state == "filed"
    written = world.thread("LEAD-1")
    assert [one.says.code for one in written if one.says is not None] == ["event.not sent"]
    sent = [one for one in written if one.kind == "post"][-1]
    who = {one.address for one in world.store.messages.deliveries(world.acme, sent.id) if one.contact_id is not None}
    assert WRONG not in who


def test_a_lifted_address_is_as_if_it_had_never_refused(world: World) -> None:
    for _ in range(4):
        refuse(world, FULL)
        world.clock.now += DAY
    world.store.suppressions.lift(world.acme, WRONG)
    refuse(world, FULL)
    assert not is_suppressed(world)
    world.store.suppressions.expire(world.clock() + 1)
    assert world.store.suppressions.days(world.acme, WRONG, 0) == 0


@pytest.mark.parametrize("action", ["delayed", "delivered"])
def test_a_delay_and_a_success_are_about_nothing(action: str) -> None:
    assert about(Failure("a@b.example", "5.1.1", action, "", True, "no such user")) == "else"


class Says:
    """A mail server that says the same of everybody."""

    def __init__(self, text: str, at: Literal["sender", "recipient", "data"]) -> None:
        self.refusal = Refused(text, at=at)

    def submit(self, return_path: str, recipients: Sequence[str], data: bytes) -> dict[str, Outcome]:
        return dict.fromkeys(recipients, self.refusal)

    def close(self) -> None:
        """Nothing to give back."""


def send(world: World, said: str, at: Literal["sender", "recipient", "data"] = "recipient") -> None:
    means = Means(world.store, world.installation, Says(said, at), lambda domain: [])
    OutboxSender(world.store, world.installation, {"email": EmailChannel(means)}, "me", lambda: 0.5).round()


@pytest.mark.parametrize(
    ("said", "suppressed"),
    [("550 5.1.1 <karin@customer.example>: user unknown", True), ("554 5.7.1 relay denied", False)],
)
def test_what_our_own_mail_server_refuses_counts_only_where_it_names_the_person(
    world: World, said: str, suppressed: bool
) -> None:
    send(world, said)
    assert is_suppressed(world) is suppressed


@pytest.mark.parametrize("said", ["550 5.1.1 <bounce+x@acme.example>: sender unknown", "550 Unknown sender", "553 no"])
def test_what_is_said_to_our_own_return_path_is_about_us(world: World, said: str) -> None:
    send(world, said, "sender")
    assert not is_suppressed(world)


@pytest.mark.parametrize(
    ("said", "suppressed"), [("550 5.1.1 no such user", True), ("550 not this one", False), ("554 5.7.1 spam", False)]
)
def test_what_is_said_to_the_mail_itself_is_about_that_unless_it_names_the_person(
    world: World, said: str, suppressed: bool
) -> None:
    send(world, said, "data")
    assert is_suppressed(world) is suppressed


def test_a_day_on_which_it_took_a_message_counts_if_it_refused_the_next(world: World) -> None:
    refuse(world, FULL)
    world.clock.now += 3600_000
    answer(world, WRONG)
    (there,) = [one for one in world.store.messages.deliveries(world.acme, message_id(world)) if one.address == WRONG]
    world.store.outbox.report(world.acme, there.id, "accepted", "", ["queued"], world.clock())
    world.clock.now += 3600_000
    refuse(world, FULL)
    for _ in range(3):
        world.clock.now += DAY
        refuse(world, FULL)
    assert not is_suppressed(world), "four days since it took one"
    world.clock.now += DAY
    refuse(world, FULL)
    assert is_suppressed(world)


def test_a_copy_that_waits_is_kept_back_once_its_address_is_wrong(world: World) -> None:
    refuse(world, "550 5.1.1 no such user")
    send(world, "250 this one would have refused nobody")
    there = world.store.messages.deliveries(world.acme, message_id(world))
    assert {one.address: one.state for one in there if one.contact_id is not None}[WRONG] == "failed"
    failures = [one.says for one in world.thread("LEAD-1") if one.says is not None]
    assert any(one.values["address"] == WRONG for one in failures if one.code == "event.failed")
