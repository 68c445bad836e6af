"""Loops whose sender is another each time, or whose fields got lost: they end, and people notice nothing of that."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from tests.unit.flow.letters import HOUR, Post, Tickets
from tests.unit.flow.test_loops import HELPDESK, LEADS, SUPPORT, duty, in_between, notices, states
from tests.unit.flow.test_loops import beta as beta
from tests.unit.thorough import some
from tests.unit.world import ANNA, KARIN, World
from weftmail.core.limits import MAIL_HOPS, SILENCE, TURNS
from weftmail.core.wording.sentences import say
from weftmail.flow.explain import explain
from weftmail.store.alias import AliasSettings
from weftmail.store.listing import InboundFilter

pytestmark = pytest.mark.timeout(60)

ALL = "all@list.example"
OUR_FIELDS = ("X-Weftmail-Hops", "X-Weftmail-Loop", "X-Weftmail-Loop")


def channels_of(world: World, message_id: int | None) -> set[str]:
    """By which channels colleagues were told of a message."""
    return {one.channel for one in world.store.messages.deliveries(world.acme, message_id or 0)}


class Responder:
    """Answers every mail as a person would, to the alias, under a name that ``author`` makes of a number."""

    def __init__(self, author: Callable[[int], str], to: str = LEADS) -> None:
        self._tickets = Tickets(HELPDESK)
        self._author = author
        self._to = to

    @property
    def answers(self) -> int:
        return self._tickets.answers

    def __call__(self, mail: EmailMessage) -> EmailMessage:
        answer = self._tickets(mail)
        del answer["From"], answer["To"]
        answer["From"], answer["To"] = self._author(self.answers), self._to
        answer["Return-Path"] = f"bounces-{self.answers}@tickets.example"
        return answer


AUTHORS = {
    "another name": lambda number: f"Case <case-{number}@tickets.example>",
    "another host": lambda number: f"Case <case@t{number}.tickets.example>",
    "another host below two short labels": lambda number: f"Case <case@t{number}.tickets.co.uk>",
    "a user's": lambda number: "Björn <bjorn@acme.example>",
    "our own": lambda number: f"Leads <{LEADS}>",
    "one name": lambda number: "Case <case@tickets.example>",
    "two at once": lambda number: f"A <a{number}@tickets.example>, B <b@tickets.example>",
    "nobody": lambda number: "undisclosed",
}


WAYS = [(author, *way) for author in AUTHORS for way in itertools.product((False, True), repeat=2)]


class TestAResponder:
    @pytest.mark.parametrize(("author", "forwarded", "signed"), some(WAYS, date.today().toordinal()))
    def test_that_writes_to_the_alias_ends(self, world: World, author: str, forwarded: bool, signed: bool) -> None:
        post = Post(signed=signed)
        post.join("acme.example", world)
        robot = post.robots[HELPDESK] = Responder(AUTHORS[author])
        post.forwards = {"duty@acme.example": HELPDESK, "duty@relay.example": HELPDESK}
        duty(world, "duty@relay.example" if forwarded else HELPDESK, world.leads)
        post.send("karin@customer.example", LEADS, world.mail())
        post.run(24)
        print(f"\none mail became {post.sent.total()}: {dict(post.sent)}")
        assert 1 < robot.answers <= TURNS + 2
        assert len(notices(world)) == 1
        # It is over: nothing of it comes in an hour of another day.
        before = robot.answers
        post.run(24)
        assert robot.answers == before

    def test_is_fed_by_new_mail_and_costs_no_more_than_twenty_each_time(self, world: World) -> None:
        post = Post()
        post.join("acme.example", world)
        robot = post.robots[HELPDESK] = Responder(AUTHORS["another name"])
        duty(world, HELPDESK, world.leads)
        for number in range(8):
            post.send("karin@customer.example", LEADS, world.mail(subject=f"Question {number}"))
            post.run(1)
        assert robot.answers <= 8 * (TURNS + 2)
        of_karin = world.store.listings.inbound(InboundFilter(sender="karin@customer.example"), most=1000)
        assert [one.state for one in of_karin] == ["filed"] * 8
        assert {"email", "inbox"} == channels_of(world, of_karin[0].message_id)
        assert len(notices(world)) <= 2

    @pytest.mark.timeout(600)
    @pytest.mark.parametrize("late", [20_000, 2 * 60_000], ids=["at once", "after two minutes"])
    def test_behind_an_address_that_forwards_ends_each_time_that_it_is_fed(self, world: World, late: int) -> None:
        """It answers from one other address to the alias, and quotes nothing of ours, all day; customers write on."""
        post = Post()
        post.join("acme.example", world)
        fixed = Responder(AUTHORS["one name"])
        waiting: list[tuple[int, EmailMessage]] = []

        def slow(mail: EmailMessage) -> None:
            answer = fixed(mail)
            del answer["Return-Path"]
            waiting.append((post.now + late, answer))

        post.robots[HELPDESK] = slow  # type: ignore[assignment]
        post.forwards = {"duty@relay.example": HELPDESK}
        duty(world, "duty@relay.example", world.leads)
        for minute in range(26 * 60):
            if minute % 60 == 7 and minute < 24 * 60:
                post.send("karin@customer.example", LEADS, world.mail(subject=f"Question {minute}"))
            for due in [one for one in waiting if one[0] <= post.now]:
                waiting.remove(due)
                post.send("case@tickets.example", LEADS, due[1].as_bytes())
            post.run(1 / 60)
        print(f"\n24 mails became {post.sent.total()}: {dict(post.sent)}")
        assert fixed.answers <= 25 * (TURNS + 2)
        assert waiting == [] and set(states(world)) == {"filed"}
        of_karin = world.store.listings.inbound(InboundFilter(sender="karin@customer.example"), most=1000)
        by_mail = ["email" in channels_of(world, one.message_id) for one in of_karin]
        assert len(by_mail) == 24 and all(by_mail)
        # An hour that nobody feeds is quiet.
        before = fixed.answers
        post.run(6)
        assert fixed.answers == before

    def test_at_a_pinned_alias_ends(self, world: World) -> None:
        post = Post()
        post.join("acme.example", world)
        post.send("karin@customer.example", LEADS, world.mail())
        post.run(1)
        record = world.record("LEAD-1")
        user = duty(world, HELPDESK, world.leads)
        world.store.records.follow_all(world.acme, record.id, [user], 1)
        world.alias("chairs", None, record_id=record.id)
        robot = post.robots[HELPDESK] = Responder(AUTHORS["another name"], "chairs@acme.example")
        post.send("karin@customer.example", "chairs@acme.example", world.mail())
        post.run(24)
        assert 1 < robot.answers <= TURNS + 2


KEEPS = {
    "all": (),
    "none of our fields": OUR_FIELDS,
    "nothing that leads to us": (*OUR_FIELDS, "In-Reply-To", "References", "Reply-To", "Message-ID"),
}


class MailingList:
    """Brings each mail to its members; what it changes is what lists change."""

    def __init__(self, post: Post, *, takes_out: tuple[str, ...], via: bool = False, marks: bool = False) -> None:
        self._post = post
        self._takes_out = takes_out
        self._via = via
        self._marks = marks
        self._count = itertools.count(1)

    def __call__(self, mail: EmailMessage) -> None:
        for member in (LEADS, "support@beta.example"):
            copy = message_from_bytes(mail.as_bytes(), policy=default)
            assert isinstance(copy, EmailMessage)
            for name in self._takes_out:
                del copy[name]
            if "Message-ID" not in copy:
                copy["Message-ID"] = f"<{next(self._count)}@list.example>"
            if self._via:
                del copy["From"]
                copy["From"] = f"Somebody via all <{ALL}>"
            if self._marks:
                subject = str(copy["Subject"])
                del copy["Subject"]
                copy["Subject"], copy["List-Id"], copy["Precedence"] = f"[all] {subject}", "<all.list.example>", "list"
                if not copy.is_multipart():
                    copy.set_content(copy.get_content() + "\n-- \nYou get this since you are on all.\n")
            self._post.send("bounces@list.example", member, copy.as_bytes())


CHANGES = [(keeps, *way) for keeps in KEEPS for way in itertools.product((False, True), repeat=2)]
"""What it keeps; whether it puts its own address into From; whether it adds a tag to the subject and a foot."""


class TestAList:
    @pytest.mark.parametrize(("keeps", "via", "marks"), some(CHANGES, date.today().toordinal()))
    def test_that_brings_each_what_the_other_notifies_ends(
        self, world: World, beta: World, keeps: str, via: bool, marks: bool
    ) -> None:
        post = Post()
        post.join("acme.example", world)
        post.join("beta.example", beta)
        post.robots[ALL] = MailingList(post, takes_out=KEEPS[keeps], via=via, marks=marks)  # type: ignore[assignment]
        duty(world, ALL, world.leads)
        duty(beta, ALL, beta.support)
        post.send("karin@customer.example", LEADS, world.mail())
        post.run(24)
        print(f"\none mail became {post.sent.total()}: {dict(post.sent)}")
        assert post.sent.total() <= 4 * (MAIL_HOPS + 2) if keeps == "all" else 8 * (TURNS + 2)
        before = post.sent.total()
        post.run(24)
        assert post.sent.total() == before

    def test_of_which_the_alias_itself_is_a_member_ends(self, world: World) -> None:
        post = Post()
        post.join("acme.example", world)
        post.robots[ALL] = MailingList(post, takes_out=KEEPS["nothing that leads to us"])  # type: ignore[assignment]
        duty(world, ALL, world.leads)
        post.send("karin@customer.example", LEADS, world.mail())
        post.run(24)
        print(f"\none mail became {post.sent.total()}: {dict(post.sent)}")
        assert post.sent.total() <= 4 * (TURNS + 2)

    def test_that_keeps_our_message_id_brings_back_what_we_sent(self, world: World) -> None:
        post = Post()
        post.join("acme.example", world)
        post.robots[ALL] = MailingList(post, takes_out=OUR_FIELDS)  # type: ignore[assignment]
        duty(world, ALL, world.leads)
        post.send("karin@customer.example", LEADS, world.mail())
        post.run(24)
        assert states(world) == {"filed": 1, "discarded": 1}

    def test_an_alias_that_forwards_by_the_envelope_alone_brings_back_what_we_sent(self, world: World) -> None:
        post = Post()
        post.join("acme.example", world)
        post.forwards = {"duty@relay.example": LEADS}
        duty(world, "duty@relay.example", world.leads)
        post.send("karin@customer.example", LEADS, world.mail())
        post.run(24)
        assert states(world) == {"filed": 1, "discarded": 1}


class TestPeople:
    """What must not be held, and how much of it is told in the inbox alone."""

    def come(self, world: World, authors: list[str], each: int = 60_000) -> tuple[list[str], int]:
        """Let them write one after the other; return what became of that, and of how many was told by mail."""
        rows = []
        for author in authors:
            in_between(world, each)
            rows.append(world.deliver(world.mail(author, subject="A question"), LEADS, author.split("<")[1][:-1]))
        by_mail = sum("email" in channels_of(world, one.message_id) for one in rows)
        return sorted({one.state for one in rows}), by_mail

    def test_sixty_customers_of_one_provider_are_filed_and_a_colleague_of_it_is_told_of_most(
        self, world: World
    ) -> None:
        duty(world, "duty@freemail.example", world.leads)
        authors = [f"P{number} <p{number}@freemail.example>" for number in range(60)]
        found, by_mail = self.come(world, authors)
        assert found == ["filed"]
        assert by_mail >= 2 * TURNS

    def test_of_a_provider_that_is_exempt_they_are_told_of_all(self, world: World) -> None:
        world.store.exemptions.add(world.acme, "@freemail.example", 1)
        authors = [f"P{number} <p{number}@freemail.example>" for number in range(60)]
        assert self.come(world, authors) == (["filed"], 60)
        assert notices(world) == []

    def test_the_same_of_many_domains_are_told_of_all(self, world: World) -> None:
        authors = [f"P{number} <p@customer{number}.example>" for number in range(60)]
        assert self.come(world, authors) == (["filed"], 60)

    def test_customers_who_wrote_before_are_told_of_all(self, world: World) -> None:
        authors = [f"P{number} <p{number}@freemail.example>" for number in range(40)]
        for author in authors:
            in_between(world, HOUR // 10)
            world.deliver(world.mail(author), LEADS, author.split("<")[1][:-1])
        assert self.come(world, authors) == (["filed"], 40)

    def test_a_shop_that_sends_150_orders_within_an_hour_is_filed(self, world: World) -> None:
        found, by_mail = self.come(world, ["Shop <orders@shop.example>"] * 150, HOUR // 150)
        assert found == ["filed"]
        # For ten minutes it is tried whether it answers anything.
        assert by_mail >= 120

    @pytest.mark.timeout(600)
    @pytest.mark.parametrize("each", [25, 100, 180])
    def test_of_a_shop_that_sends_all_day_nearly_everything_is_told_by_mail(self, world: World, each: int) -> None:
        found, by_mail = self.come(world, ["Shop <orders@shop.example>"] * each * 8, HOUR // each)
        assert found == ["filed"]
        assert by_mail >= 0.9 * each * 8
        assert len(notices(world)) == 1 and "mail-admin exemption add orders@shop.example" in notices(world)[0]

    def test_of_a_shop_that_is_exempt_all_is_told_by_mail(self, world: World) -> None:
        world.store.exemptions.add(world.acme, "orders@shop.example", 1)
        assert self.come(world, ["Shop <orders@shop.example>"] * 100, HOUR // 100) == (["filed"], 100)
        assert notices(world) == []

    def test_a_scanner_under_an_address_of_our_own_is_filed(self, world: World) -> None:
        found, by_mail = self.come(world, [f"Scanner <{SUPPORT}>"] * 30)
        assert found == ["filed"]
        assert by_mail >= TURNS

    def test_mail_that_comes_in_a_burst_answers_nothing_and_is_told_of(self, world: World) -> None:
        authors = [f"P{number} <p{number}@customer.example>" for number in range(60)]
        assert self.come(world, authors, 20) == (["filed"], 60)

    def test_ten_people_of_our_own_domain_are_told_of_all(self, world: World) -> None:
        duty(world, "duty@acme.example", world.leads)
        authors = [f"P{number} <p{number}@acme.example>" for number in range(10)] * 2
        assert self.come(world, authors) == (["filed"], 20)

    def test_who_is_told_in_the_inbox_anyway_has_no_bound(self, world: World) -> None:
        world.store.aliases.set(world.leads, AliasSettings("lead", None, world.bjorn, "everyone", "", "{}"), 1)
        authors = [f"P{number} <p{number}@freemail.example>" for number in range(60)]
        assert self.come(world, authors) == (["filed"], 0)
        assert notices(world) == []


class TestSilence:
    @pytest.fixture(autouse=True)
    def _world(self, world: World) -> None:
        self.world = world
        self.number = 0

    def come(self, verified: bool = False, recipient: str = LEADS) -> set[str]:
        """Let another stranger of one domain write; return how that is told."""
        self.number += 1
        in_between(self.world, 1000)
        author = f"P <p{self.number}@tickets.example>"
        row = self.world.deliver(self.world.mail(author, verified=verified), recipient, "p@tickets.example")
        return channels_of(self.world, row.message_id)

    def test_begins_with_the_twenty_first_and_ends_by_itself(self) -> None:
        assert [self.come() for _ in range(TURNS)] == [{"email", "inbox"}] * TURNS
        assert self.come() == {"inbox"}
        in_between(self.world, SILENCE * 1000 - 10_000)
        assert self.come() == {"inbox"}
        in_between(self.world, 10_000)
        assert [self.come() for _ in range(TURNS)] == [{"email", "inbox"}] * TURNS
        assert self.come() == {"inbox"}

    def test_is_told_once_a_day_and_in_the_inbox_alone(self) -> None:
        for _ in range(3):
            for _ in range(TURNS + 3):
                self.come()
            in_between(self.world, HOUR)
        (said,) = notices(self.world)
        assert said.startswith("Very many emails of tickets.example came to leads@acme.example within an hour")
        assert "mail-admin exemption add @tickets.example" in said
        in_between(self.world, 24 * HOUR)
        for _ in range(TURNS + 3):
            self.come()
        assert len(notices(self.world)) == 2

    def test_is_that_of_one_alias_one_domain_and_one_proof(self) -> None:
        for _ in range(TURNS + 1):
            self.come()
        assert self.come() == {"inbox"}
        assert self.come(verified=True) == {"email", "inbox"}
        assert self.come(recipient=SUPPORT) == {"email", "inbox"}
        row = self.world.deliver(self.world.mail(KARIN), LEADS)
        assert channels_of(self.world, row.message_id) == {"email", "inbox"}

    def test_is_foretold(self) -> None:
        for _ in range(TURNS):
            self.come()
        raw = self.world.mail("P <last@tickets.example>")
        (accepted,) = self.world.accept(raw, LEADS)
        answer = explain(self.world.store, self.world.installation, self.world.row(accepted).envelope, raw)
        assert answer["disposition"]["action"] == "open"  # type: ignore[index]
        assert answer["trace"][-1]["rule"] == "turns"  # type: ignore[index]
        assert "notified in the inbox alone" in str(answer["trace"][-1])  # type: ignore[index]

    def test_stands_in_the_log(self) -> None:
        for _ in range(TURNS + 1):
            self.come()
        row = self.world.store.listings.inbound(most=1)[0]
        (asked,) = self.world.row(row.id).rules[-1:]
        assert asked.rule == "turns" and "for a while" in say(asked.why)

    def test_of_a_colleagues_mail_is_as_long(self) -> None:
        for _ in range(TURNS + 1):
            self.come()
        row = self.world.deliver(self.world.mail(ANNA, verified=True), LEADS, "anna@acme.example")
        assert row.state == "filed"
