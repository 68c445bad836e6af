"""Loops: two programs that answer each other end by themselves, and nobody else is held up by that."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, closing
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from tests.unit.flow.letters import HOUR, Post, Tickets
from tests.unit.flow.test_filing import contact_of, reply_address
from tests.unit.world import ANNA, KARIN, World
from weftmail.core.limits import FLOOD, MAIL_HOPS, TURNS
from weftmail.core.wording.sentences import say
from weftmail.flow.explain import explain
from weftmail.flow.post import Draft, post
from weftmail.flow.review import release
from weftmail.store.alias import AliasSettings
from weftmail.store.inbound import InboundRow
from weftmail.store.listing import InboundFilter

# A day of mail, or two hundred of them, take long where the machine is busy.
pytestmark = pytest.mark.timeout(600)

LEADS, SUPPORT = "leads@acme.example", "support@acme.example"
HELPDESK = "helpdesk@tickets.example"
TICKETS = f"Helpdesk <{HELPDESK}>"


@pytest.fixture
def beta(tmp_path: Path) -> Iterator[World]:
    """Another installation, at beta.example."""
    (tmp_path / "beta").mkdir()
    with ExitStack() as ending:
        made = World(tmp_path / "beta", "beta.example", "the other installation", b"b" * 32)
        ending.enter_context(closing(made.store))
        yield made


def duty(world: World, address: str, alias: int) -> int:
    """Let somebody with this address own an alias, and so be notified of all that it opens."""
    user = world.store.users.add("Duty", address, 1)
    world.store.users.join(world.acme, user, "agent")
    record_type = "lead" if alias == world.leads else "ticket"
    world.store.aliases.set(alias, AliasSettings(record_type, None, user, "everyone", "", "{}"), 1)
    return user


def states(world: World) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in world.store.listings.inbound(most=10_000):
        found[row.state] = found.get(row.state, 0) + 1
    return found


def notices(world: World) -> list[str]:
    return [say(one.says) for one in world.store.inbox.notices(world.anna, world.acme)]


def a_day_of_mail(post: Post, world: World) -> None:
    """Karin writes each hour, about something else each time."""
    for number in range(24):
        post.send("karin@customer.example", LEADS, world.mail(subject=f"Question {number}"))
        post.run(1)


def in_between(world: World, milliseconds: int = 60_000) -> None:
    world.clock.now += milliseconds


class TestTwoInstallations:
    @pytest.mark.parametrize("signed", [False, True], ids=["unsigned", "signed"])
    @pytest.mark.parametrize("forwarded", [False, True], ids=["straight", "forwarded"])
    def test_that_notify_each_other_end(self, world: World, beta: World, signed: bool, forwarded: bool) -> None:
        post = Post(signed=signed)
        post.join("acme.example", world)
        post.join("beta.example", beta)
        post.forwards = {"duty@relay.example": "support@beta.example", "staff@relay.example": LEADS}
        duty(world, "duty@relay.example" if forwarded else "support@beta.example", world.leads)
        duty(beta, "staff@relay.example" if forwarded else LEADS, beta.support)
        post.send("karin@customer.example", LEADS, world.mail())
        post.run(24)
        print(f"\none mail became {post.sent.total()}: {dict(post.sent)}")
        assert post.sent.total() <= MAIL_HOPS + 2
        assert states(world).get("held", 0) + states(beta).get("held", 0) <= 1

    def test_over_a_day_of_new_mail_nothing_of_a_person_is_held(self, world: World, beta: World) -> None:
        post = Post()
        post.join("acme.example", world)
        post.join("beta.example", beta)
        post.forwards = {"duty@relay.example": "support@beta.example", "staff@relay.example": LEADS}
        duty(world, "duty@relay.example", world.leads)
        duty(beta, "staff@relay.example", beta.support)
        a_day_of_mail(post, world)
        post.run(1)
        print(f"\n24 mails became {post.sent.total()}")
        assert post.sent.total() <= 24 * (MAIL_HOPS + 2)
        of_karin = world.store.listings.inbound(InboundFilter(sender="karin@customer.example"), most=1000)
        assert [one.state for one in of_karin] == ["filed"] * 24

    def test_whose_header_gets_lost_are_ended_by_their_turns(self, world: World, beta: World) -> None:
        post = Post()
        post.join("acme.example", world)
        post.join("beta.example", beta)
        post.strips = ("X-Weftmail-Hops", "X-Weftmail-Loop")
        duty(world, "support@beta.example", world.leads)
        duty(beta, LEADS, beta.support)
        post.send("karin@customer.example", LEADS, world.mail())
        post.run(24)
        print(f"\none mail became {post.sent.total()} without the header: {dict(post.sent)}")
        assert 2 * TURNS <= post.sent.total() <= 2 * TURNS + 3
        assert states(world).get("held", 0) + states(beta).get("held", 0) == 1

    def test_an_answer_that_a_person_writes_there_opens_a_record(self, world: World, beta: World) -> None:
        post = Post()
        post.join("beta.example", beta)
        post.join("acme.example", world)
        duty(world, "support@beta.example", world.leads)
        # Beta is told of what Acme has, by a mail that bears a hop.
        post.send("karin@customer.example", LEADS, world.mail())
        post.run(0.1)
        (heard,) = beta.store.records.all()
        (first, *_) = beta.store.messages.thread(beta.acme, heard.id)
        assert first.hops == 1
        # Anna of Beta answers with her own mail program, which knows nothing of hops.
        row = world.deliver(world.mail("Anna <anna@beta.example>", subject="We take it"), LEADS)
        assert (row.state, row.record) == ("filed", "LEAD-2")

    @pytest.mark.parametrize("hops", range(1, MAIL_HOPS + 1))
    def test_what_a_person_writes_on_pages_there_is_filed_here(self, world: World, hops: int) -> None:
        row = world.deliver(world.mail(headers=[("X-Weftmail-Hops", str(hops))]), LEADS)
        assert row.state == "filed"


class TestTheCount:
    def test_is_one_more_in_what_leaves_because_of_a_mail(self, world: World) -> None:
        letters = Post()
        letters.join("acme.example", world)
        seen: list[str] = []
        letters.robots["anna@acme.example"] = lambda mail: seen.append(str(mail["X-Weftmail-Hops"]))
        letters.send("karin@customer.example", LEADS, world.mail(headers=[("X-Weftmail-Hops", "2")]))
        letters.send("karin@customer.example", SUPPORT, world.mail())
        letters.run(1)
        assert seen == ["3", "1"]

    @pytest.mark.parametrize("forged", ["5", "999999999", " 77 "])
    def test_of_a_stranger_holds_that_mail_alone_with_its_reason(self, world: World, forged: str) -> None:
        held = world.deliver(world.mail(headers=[("X-Weftmail-Hops", forged)]), LEADS)
        assert held.state == "held"
        assert held.why is not None and "passed it on" in say(held.why)
        assert world.deliver(world.mail(), LEADS).state == "filed"

    @pytest.mark.parametrize("odd", ["", "-5", "many", "5; 6", "0x99", "٩٩", "1" * 400])
    def test_that_is_no_number_counts_as_none(self, world: World, odd: str) -> None:
        assert world.deliver(b"X-Weftmail-Hops: " + odd.encode() + b"\n" + world.mail(), LEADS).state == "filed"

    def test_on_a_copy_sent_ahead_does_not_swallow_the_mail(self, world: World) -> None:
        raw = world.mail()
        assert world.deliver(b"X-Weftmail-Hops: 9\n" + raw, LEADS).state == "held"
        assert world.deliver(raw, LEADS).state == "filed"

    def test_holds_an_answer_on_its_conversation(self, world: World) -> None:
        world.deliver(world.mail(verified=True), LEADS)
        post_as_anna(world)
        address = answer_address(world)
        row = world.deliver(world.mail(headers=[("X-Weftmail-Hops", "9")]), address)
        assert (row.state, row.record) == ("held", "LEAD-1")
        release(world.store, world.installation, row.id)
        assert world.row(row.id).state == "filed"


def post_as_anna(world: World, record: str = "LEAD-1") -> None:
    anna = world.store.users.get(world.anna)
    assert anna is not None
    post(world.store, world.installation, world.record(record), anna, Draft("We can."))


def answer_address(world: World) -> str:
    """The reply address of Karin's copy of what we wrote last."""
    return reply_address(world, world.thread("LEAD-1")[-1].id, contact=contact_of(world, "karin@customer.example"))


class TestATicketSystem:
    @pytest.mark.parametrize("signed", [False, True], ids=["unsigned", "signed"])
    def test_that_is_notified_of_its_own_answers_ends(self, world: World, signed: bool) -> None:
        post = Post(signed=signed)
        post.join("acme.example", world)
        robot = post.robots[HELPDESK] = Tickets(HELPDESK, to="From")
        duty(world, HELPDESK, world.leads)
        post.send("karin@customer.example", LEADS, world.mail())
        post.run(24)
        print(f"\none mail became {post.sent.total()}: {dict(post.sent)}")
        assert robot.answers <= TURNS + 1
        assert states(world).get("held", 0) <= 1

    def test_of_a_customer_and_one_of_a_colleague_end(self, world: World) -> None:
        post = Post(signed=True)
        post.join("acme.example", world)
        theirs = post.robots["karin@customer.example"] = Tickets("karin@customer.example")
        ours = post.robots[HELPDESK] = Tickets(HELPDESK)
        duty(world, HELPDESK, world.leads)
        post.send("karin@customer.example", LEADS, world.mail())
        post.run(24)
        print(f"\none mail became {post.sent.total()}: {dict(post.sent)}")
        assert TURNS - 1 <= ours.answers <= TURNS + 1
        assert theirs.answers <= TURNS + 1
        assert states(world)["held"] == 1
        assert len(notices(world)) == 1

    def test_over_a_day_of_new_mail_costs_no_more_than_twenty_an_hour(self, world: World) -> None:
        post = Post()
        post.join("acme.example", world)
        robot = post.robots[HELPDESK] = Tickets(HELPDESK, to="From")
        duty(world, HELPDESK, world.leads)
        a_day_of_mail(post, world)
        print(f"\n24 mails became {post.sent.total()}; {len(notices(world))} notices")
        assert robot.answers <= 25 * (TURNS + 2)
        of_karin = world.store.listings.inbound(InboundFilter(sender="karin@customer.example"), most=1000)
        assert [one.state for one in of_karin] == ["filed"] * 24

    def test_that_takes_another_name_for_each_answer_ends_at_a_reply_address(self, world: World) -> None:
        post = Post(signed=True)
        post.join("acme.example", world)
        robot = Tickets(HELPDESK)

        def shifting(mail: EmailMessage) -> EmailMessage:
            answer = robot(mail)
            del answer["From"]
            answer["From"] = f"Case <case-{robot.answers}@tickets.example>"
            return answer

        post.robots[HELPDESK] = shifting
        duty(world, HELPDESK, world.leads)
        post.send("karin@customer.example", LEADS, world.mail())
        post.run(24)
        assert robot.answers == 1
        assert states(world) == {"filed": 1, "held": 1}


class TestAMailingList:
    @pytest.mark.parametrize("own_author", [False, True], ids=["the author's", "the list's"])
    def test_that_brings_each_what_the_other_notifies_ends(self, world: World, beta: World, own_author: bool) -> None:
        post = Post()
        post.join("acme.example", world)
        post.join("beta.example", beta)

        def expanded(mail: EmailMessage) -> None:
            for member in (LEADS, "support@beta.example"):
                copy = message_from_bytes(mail.as_bytes(), policy=default)
                copy["List-Id"], copy["Precedence"] = "<all.list.example>", "list"
                if own_author:
                    del copy["From"]
                    copy["From"] = "Karin Ek by way of all <all@list.example>"
                post.send("bounces@list.example", member, copy.as_bytes())

        post.robots["all@list.example"] = expanded
        duty(world, "all@list.example", world.leads)
        duty(beta, "all@list.example", beta.support)
        post.send("karin@customer.example", LEADS, world.mail())
        post.run(24)
        print(f"\none mail became {post.sent.total()}: {dict(post.sent)}")
        assert post.sent.total() <= 4 * (MAIL_HOPS + 2)


class TestTurns:
    """By hand: the helpdesk owns leads@ and so gets what it wrote itself."""

    @pytest.fixture(autouse=True)
    def _owner(self, world: World) -> None:
        self.world = world
        duty(world, HELPDESK, world.leads)

    def come(self, count: int = 1, recipient: str = LEADS, **words: object) -> list[InboundRow]:
        rows = []
        for _ in range(count):
            in_between(self.world)
            raw = self.world.mail(TICKETS, **words)  # type: ignore[arg-type]
            rows.append(self.world.deliver(raw, recipient, HELPDESK))
        return rows

    def test_more_than_twenty_in_an_hour_are_held_with_one_notice(self) -> None:
        rows = self.come(TURNS + 5)
        assert [one.state for one in rows] == ["filed"] * TURNS + ["held"] * 5
        assert rows[-1].why is not None
        assert say(rows[-1].why).startswith(f"more than 20 times within an hour {HELPDESK} wrote to {LEADS}")
        assert [one.rule for one in rows[-1].rules][-1] == "turns"
        (said,) = notices(self.world)
        assert f"mail-admin exemption add {HELPDESK}" in said

    def test_whose_alias_it_is_is_told_beside_the_admins(self) -> None:
        owner = self.world.store.users.by_address(HELPDESK)
        assert owner is not None
        self.come(TURNS + 2)
        found = self.world.store.inbox.notices(owner.id, self.world.acme)
        assert [one.says.code for one in found] == ["notice.turns"] and len(notices(self.world)) == 1

    def test_other_places_and_other_people_go_on(self) -> None:
        self.come(TURNS + 1)
        assert self.come(1, SUPPORT)[0].state == "filed"
        assert self.world.deliver(self.world.mail(), LEADS).state == "filed"

    def test_it_opens_again_after_a_quiet_hour_and_not_before(self) -> None:
        self.come(TURNS + 1)
        in_between(self.world, HOUR // 2)
        assert self.come()[0].state == "held"
        in_between(self.world, HOUR - 90_000)
        assert self.come()[0].state == "held"
        in_between(self.world, HOUR)
        assert self.come()[0].state == "filed"
        assert len(notices(self.world)) == 1

    def test_each_time_that_it_closes_admins_are_told(self) -> None:
        for _ in range(2):
            self.come(TURNS + 2)
            in_between(self.world, 2 * HOUR)
        assert len(notices(self.world)) == 2

    def test_twenty_in_more_than_an_hour_are_none(self) -> None:
        rows = []
        for _ in range(3 * TURNS):
            in_between(self.world, HOUR // TURNS)
            rows += self.come()
        assert {one.state for one in rows} == {"filed"}

    @pytest.mark.parametrize("exempt", [HELPDESK, "@tickets.example"])
    def test_who_is_exempt_is_not_held(self, exempt: str) -> None:
        self.world.store.exemptions.add(self.world.acme, exempt, 1)
        assert {one.state for one in self.come(TURNS + 5)} == {"filed"}

    def test_an_exemption_of_others_helps_nobody(self) -> None:
        self.world.store.exemptions.add(self.world.acme, "@ickets.example", 1)
        self.world.store.exemptions.add(self.world.acme, "desk@tickets.example", 1)
        assert self.come(TURNS + 1)[-1].state == "held"

    def test_a_new_plus_part_each_time_is_the_same_sender(self) -> None:
        rows = []
        for number in range(TURNS + 1):
            in_between(self.world)
            raw = self.world.mail(f"Helpdesk <helpdesk+{number}@tickets.example>")
            rows.append(self.world.deliver(raw, LEADS, f"bounce+{number}@tickets.example"))
        # That address is nobody's here; where answers go is the helpdesk's.
        assert rows[-1].state == "held"

    def test_a_new_author_each_time_is_known_by_where_answers_go(self) -> None:
        rows = []
        for number in range(TURNS + 1):
            in_between(self.world)
            raw = self.world.mail(f"Case <case-{number}@tickets.example>", headers=[("Reply-To", HELPDESK)])
            rows.append(self.world.deliver(raw, LEADS, f"bounce-{number}@tickets.example"))
        assert [one.state for one in rows] == ["filed"] * TURNS + ["held"]

    def test_what_says_that_it_is_automatic_is_held_like_anything_else(self) -> None:
        self.come(TURNS + 1)
        assert self.come(1, headers=[("Auto-Submitted", "auto-generated")])[0].state == "held"

    def test_what_says_that_it_is_automatic_is_told_in_the_inbox_alone_once_it_is_too_much(self) -> None:
        """A program that is notified by way of an address that forwards answers from another: that ends here."""
        for number in range(FLOOD + 1):
            raw = self.world.mail("Shop <shop@shop.example>", headers=[("Auto-Submitted", "auto-generated")])
            row = self.world.deliver(raw, LEADS, "shop@shop.example")
            got = {one.channel for one in self.world.store.messages.deliveries(self.world.acme, row.message_id or 0)}
            assert got == ({"email", "inbox"} if number < FLOOD else {"inbox"})
        plain = self.world.deliver(self.world.mail("Shop <shop@shop.example>"), LEADS, "shop@shop.example")
        got = {one.channel for one in self.world.store.messages.deliveries(self.world.acme, plain.message_id or 0)}
        assert got == {"email", "inbox"}

    def test_a_stranger_under_that_name_holds_up_no_verified_mail(self) -> None:
        """Who bears an owner's address causes turns of that name; the owner's own mail is counted apart."""
        assert self.come(TURNS + 1)[-1].state == "held"
        assert self.come(1, verified=True)[0].state == "filed"

    def test_a_person_can_release_what_was_held(self) -> None:
        held = self.come(TURNS + 1)[-1]
        release(self.world.store, self.world.installation, held.id)
        assert self.world.row(held.id).state == "filed"

    def test_the_same_delivery_twice_counts_once(self) -> None:
        raws = [self.world.mail(TICKETS) for _ in range(TURNS)]
        for raw in (*raws, *raws):
            self.world.deliver(raw, LEADS, HELPDESK)
        assert states(self.world) == {"filed": TURNS, "duplicate": TURNS}
        assert self.come()[0].state == "held"

    def test_explain_says_what_would_happen(self) -> None:
        self.come(TURNS)
        (accepted,) = self.world.accept(self.world.mail(TICKETS), LEADS, sender=HELPDESK)
        envelope = self.world.row(accepted).envelope
        answer = explain(self.world.store, self.world.installation, envelope, self.world.mail(TICKETS))
        assert answer["disposition"]["action"] == "hold"  # type: ignore[index]

    def test_what_was_quiet_for_long_is_forgotten(self) -> None:
        self.come(TURNS)
        world = self.world
        assert world.store.turns.of(world.acme, [HELPDESK], [f"alias {world.leads}"])
        world.store.turns.expire(world.clock.now + HOUR, world.clock.now)
        assert not world.store.turns.of(world.acme, [HELPDESK], [f"alias {world.leads}"])


class TestAConversation:
    def test_of_two_people_may_be_brisk(self, world: World) -> None:
        """Karin sends ten pictures a time, and is answered each time: ten turns, not a hundred."""
        world.deliver(world.mail(verified=True), LEADS)
        for _ in range(10):
            post_as_anna(world)
            address = answer_address(world)
            for _ in range(10):
                in_between(world, 1000)
                assert world.deliver(world.mail(verified=True), address).state == "filed"

    def test_that_goes_to_and_fro_too_often_is_held_on_its_record(self, world: World) -> None:
        row = world.deliver(world.mail(verified=True), LEADS)
        for _ in range(TURNS):
            assert row.state == "filed"
            post_as_anna(world)
            row = world.deliver(world.mail(verified=True), answer_address(world))
        assert (row.state, row.record) == ("held", "LEAD-1")
        assert row.why is not None and "wrote to LEAD-1" in say(row.why)
        # What somebody else says there is filed, and so is what she writes elsewhere.
        assert world.deliver(world.mail(verified=True), SUPPORT).state == "filed"

    def test_a_colleague_who_is_notified_in_the_inbox_alone_makes_no_turns(self, world: World) -> None:
        world.store.aliases.set(world.leads, AliasSettings("lead", None, world.bjorn, "everyone", "", "{}"), 1)
        rows = [
            world.deliver(world.mail("Björn <bjorn@acme.example>"), LEADS, "bjorn@acme.example")
            for _ in range(TURNS + 5)
        ]
        assert {one.state for one in rows} == {"filed"}


class TestAFlood:
    def test_of_one_who_gets_nothing_is_told_once_and_nothing_is_held(self, world: World) -> None:
        rows = [world.deliver(world.mail(subject=f"Order {one}"), LEADS) for one in range(FLOOD + 20)]
        assert {one.state for one in rows} == {"filed"}
        (said,) = notices(world)
        assert said.startswith("More than 200 emails came from karin@customer.example to leads@acme.example")

    def test_below_that_nobody_is_told(self, world: World) -> None:
        for number in range(FLOOD + 20):
            in_between(world, HOUR // FLOOD + 1000)
            world.deliver(world.mail(subject=f"Order {number}"), LEADS)
        assert [one for one in notices(world) if one.startswith("More than")] == []

    def test_of_a_participant_by_their_reply_address_names_the_record(self, world: World) -> None:
        world.deliver(world.mail(), LEADS)
        post_as_anna(world)
        address = answer_address(world)
        for number in range(FLOOD + 2):
            world.deliver(world.mail(subject=f"Order {number}"), address)
        (said,) = notices(world)
        assert "to LEAD-1 within an hour" in said

    def test_of_many_authors_with_one_return_path_is_none(self, world: World) -> None:
        for number in range(FLOOD + 2):
            world.deliver(world.mail(f"P <p@customer{number}.example>"), LEADS, "bounces@service.example")
        assert notices(world) == []

    def test_of_an_exempt_sender_is_nobodys_concern(self, world: World) -> None:
        world.store.exemptions.add(world.acme, "@customer.example", 1)
        for number in range(FLOOD + 2):
            world.deliver(world.mail(subject=f"Order {number}"), LEADS)
        assert notices(world) == []

    def test_what_names_no_sender_counts_nowhere(self, world: World) -> None:
        raw = world.mail(f"{KARIN}, {ANNA}")
        assert world.deliver(raw, LEADS, "nobody").state == "filed"
        assert json.loads(world.store.listings.inbound()[0].reason or "null") is None
