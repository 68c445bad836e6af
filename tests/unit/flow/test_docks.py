"""The sets that stay open: a fake channel, entrance and kind of address, each of them one row and one module."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.unit.flow.docks.channels.pigeon import Pigeons
from tests.unit.world import ANNA, HOST, KARIN, World, beyond_inbox
from weftmail.cli.config import Config
from weftmail.cli.entrances import policies
from weftmail.core.address import BadAddress
from weftmail.core.address_kind import KINDS, canonical_of
from weftmail.core.envelope import Envelope
from weftmail.core.members import members
from weftmail.core.ports import Deferred, Outcome, Refused
from weftmail.core.routing.authentication import NOBODY
from weftmail.core.routing.recipients import recipients
from weftmail.core.wording.sentences import say
from weftmail.flow import mail_import
from weftmail.flow.accept import AcceptQueue, accept_group
from weftmail.flow.channels import channels
from weftmail.flow.channels.channel import Channel, Means
from weftmail.flow.deliver import OutboxSender, Round
from weftmail.flow.due.runner import Runner
from weftmail.flow.notify import answer_audience, following, notify
from weftmail.store.alias import AliasSettings
from weftmail.store.inbound import InboundRow

LOFT = "loft 7"
"""Where Björn's pigeons live."""
LOFTS = members("tests.unit.flow.docks.address_kinds", "canonical")


@pytest.fixture
def pigeons(world: World) -> Pigeons:
    means = Means(world.store, world.installation, _Nowhere(), lambda domain: [])
    (pigeons,) = channels(means, "tests.unit.flow.docks.channels").values()
    assert isinstance(pigeons, Pigeons)
    return pigeons


@pytest.fixture
def loft(world: World) -> World:
    """The world, in which Björn prefers pigeons and follows what leads@ opens: two rows, and no table changed."""
    add_row(world, "insert into address_kind (name) values ('loft')")
    add_row(world, "insert into channel (name, address_kind) values ('pigeon', 'loft')")
    bjorn = world.store.users.get(world.bjorn)
    assert bjorn is not None
    world.store.users.set(replace(bjorn, prefers="pigeon"))
    world.alias("flock", "lead", owner_id=world.bjorn)
    return world


def add_row(world: World, sql: str) -> None:
    """What the migration of a new member does."""
    world.store.connection.execute(sql)


def sender(world: World, *ways: Channel) -> OutboxSender:
    return OutboxSender(world.store, world.installation, {one.name: one for one in ways}, "here", lambda: 0.5)


def to_bjorn(world: World, message_id: int | None) -> tuple[str, str, str, str]:
    """Return by which channel Björn got it, where, how far it came, and what was said."""
    got = beyond_inbox(world.store.messages.deliveries(world.acme, message_id or 0))
    (one,) = [one for one in got if one.user_id == world.bjorn]
    return one.channel, one.address, one.state, one.reason


class TestChannel:
    def test_a_delivery_is_queued_sent_and_settled(self, loft: World, pigeons: Pigeons) -> None:
        loft.store.users.add_address(loft.bjorn, LOFTS["loft"]("Loft 07"), "loft")
        row = loft.deliver(loft.mail(to="flock@acme.example"), "flock@acme.example")
        assert to_bjorn(loft, row.message_id) == ("pigeon", LOFT, "queued", "")
        (copy,) = [one.row for one in loft.store.listings.outbox()]
        assert (copy.channel, copy.audience, copy.state) == ("pigeon", "colleagues", "waiting")
        assert sender(loft, pigeons).round() == Round(sent=1)
        assert pigeons.flown == [(row.message_id, None, (LOFT,))]
        assert to_bjorn(loft, row.message_id) == ("pigeon", LOFT, "sent", "landed")
        assert loft.store.listings.outbox()[0].row.state == "sent"

    def test_it_is_tried_again_and_fails_like_any_other(self, loft: World, pigeons: Pigeons) -> None:
        loft.store.users.add_address(loft.bjorn, LOFT, "loft")
        row = loft.deliver(loft.mail(to="flock@acme.example"), "flock@acme.example")
        pigeons.answers[LOFT] = Deferred("a storm")
        assert sender(loft, pigeons).round() == Round(deferred=1)
        assert to_bjorn(loft, row.message_id) == ("pigeon", LOFT, "delayed", "a storm")
        loft.clock.now += 120_000
        Runner(loft.store, loft.installation, "here").round()
        pigeons.answers[LOFT] = Refused("no such loft")
        assert sender(loft, pigeons).round() == Round(refused=1)
        assert to_bjorn(loft, row.message_id) == ("pigeon", LOFT, "failed", "no such loft")

    def test_email_and_pigeons_leave_apart(self, loft: World, pigeons: Pigeons) -> None:
        loft.store.users.add_address(loft.bjorn, LOFT, "loft")
        row = loft.deliver(loft.mail(), "leads@acme.example")
        loft.store.records.follow(loft.acme, loft.record("LEAD-1").id, loft.bjorn, loft.clock())
        who_gets = recipients(following(loft.store, loft.acme, loft.record("LEAD-1").id))
        assert [(one.name, one.channel, one.address, say(one.why)) for one in who_gets.notified] == [
            ("Anna", "email", "anna@acme.example", "follows, prefers email"),
            ("Björn", "pigeon", LOFT, "follows, prefers pigeon"),
        ]
        assert notify(loft.store, loft.record("LEAD-1"), row.message_id or 0, who_gets, loft.clock(), again=True) == 1
        assert sorted(one.channel for one in [one.row for one in loft.store.listings.outbox()]) == ["email", "pigeon"]

    def test_whoever_has_no_address_of_its_kind_reads_it_in_the_inbox(self, loft: World) -> None:
        row = loft.deliver(loft.mail(to="flock@acme.example"), "flock@acme.example")
        assert to_bjorn(loft, row.message_id) == ("inbox", "", "unread", "")
        assert [one.row for one in loft.store.listings.outbox()] == []

    def test_an_outsider_can_be_reached_by_it(self, loft: World, pigeons: Pigeons) -> None:
        row = loft.deliver(loft.mail(), "leads@acme.example")
        (karin,) = answer_audience(loft.store, loft.acme, row.message_id or 0)
        other = loft.store.messages.get(loft.acme, row.message_id or 0)
        assert other is not None
        loft.store.connection.execute("delete from delivery")
        loft.store.connection.execute("delete from outbox")
        who_gets = recipients([], [replace(karin, channel="pigeon", address="loft 9")])
        notify(loft.store, loft.record("LEAD-1"), other.id, who_gets, loft.clock())
        sender(loft, pigeons).round()
        assert pigeons.flown == [(other.id, karin.contact_id, ("loft 9",))]

    def test_a_program_without_its_module_leaves_it_to_one_that_has_it(self, loft: World, pigeons: Pigeons) -> None:
        loft.store.users.add_address(loft.bjorn, LOFT, "loft")
        row = loft.deliver(loft.mail(to="flock@acme.example"), "flock@acme.example")
        assert sender(loft).round() == Round(deferred=1)
        assert to_bjorn(loft, row.message_id)[2:] == ("delayed", "pigeon is not set up here")
        loft.clock.now += 120_000
        Runner(loft.store, loft.installation, "there").round()
        assert sender(loft, pigeons).round() == Round(sent=1)


class TestEntrance:
    @pytest.fixture
    def loaded(self, world: World) -> World:
        """The world, with an entrance that believes the mail server of a carrier."""
        add_row(world, "insert into entrance (name) values ('carrier')")
        added = policies(Config(), "tests.unit.flow.docks.entrances")
        world.installation = replace(world.installation, policies={**world.installation.policies, **added})
        return world

    def hand_over(self, world: World, raw: bytes, entrance: str) -> InboundRow:
        """Hand a mail over as an entrance does, and settle it."""
        queue = AcceptQueue()
        envelope = Envelope("leads@acme.example", "karin@customer.example", entrance=entrance)
        kept = queue.accept([envelope], raw)
        assert accept_group(world.store, world.clock, queue.take()) == 1
        assert kept.result() == [True]
        world.settle()
        return world.store.inbound.get(world.store.listings.inbound(most=1)[0].id) or pytest.fail(
            "it is not in the log"
        )

    @pytest.mark.parametrize(
        ("entrance", "written_by", "verified"),
        [
            ("carrier", "carrier.example", True),
            ("carrier", HOST, False),
            ("lmtp", HOST, True),
            ("lmtp", "carrier.example", False),
        ],
    )
    def test_each_believes_its_own_mail_server(
        self, loaded: World, entrance: str, written_by: str, verified: bool
    ) -> None:
        raw = loaded.mail(KARIN, verified=True).replace(HOST.encode(), written_by.encode())
        row = self.hand_over(loaded, raw, entrance)
        assert (row.state, row.record, row.entrance) == ("filed", "LEAD-1", entrance)
        (message,) = loaded.thread("LEAD-1")
        assert message.verified is verified

    def test_a_colleague_is_proven_by_it_too(self, loaded: World) -> None:
        raw = loaded.mail(ANNA, verified=True).replace(HOST.encode(), b"carrier.example")
        self.hand_over(loaded, raw, "carrier")
        (message,) = loaded.thread("LEAD-1")
        assert message.author_user_id == loaded.anna and message.verified

    def test_one_without_a_policy_believes_nobody(self, loaded: World) -> None:
        add_row(loaded, "insert into entrance (name) values ('upload')")
        assert loaded.installation.policy("upload") is NOBODY
        self.hand_over(loaded, loaded.mail(KARIN, verified=True), "upload")
        (message,) = loaded.thread("LEAD-1")
        assert not message.verified


class TestKindOfAddress:
    def test_an_address_of_it_is_somebodys_own(self, loft: World) -> None:
        contacts = loft.store.contacts
        kinds = {**KINDS, **LOFTS}
        karin = contacts.add(loft.acme, "Karin Ek", "karin@customer.example", 1)
        address = canonical_of("loft", " LOFT 009", kinds)
        assert contacts.add_address(loft.acme, karin, address, 2, "loft")
        assert not contacts.add_address(loft.acme, karin, address, 2, "loft"), "it is taken"
        found = contacts.by_address(loft.acme, "loft 9", "loft")
        assert found is not None and found.id == karin
        assert contacts.by_address(loft.acme, "loft 9") is None, "as an address of email nobody has it"
        assert contacts.addresses(loft.acme, karin) == ["karin@customer.example"]
        assert contacts.addresses(loft.acme, karin, "loft") == ["loft 9"]
        assert contacts.remove_address(loft.acme, "loft 9", "loft")

    def test_mail_goes_to_addresses_of_email_alone(self, loft: World) -> None:
        row = loft.deliver(loft.mail(), "leads@acme.example")
        contacts = loft.store.contacts
        karin = contacts.by_address(loft.acme, "karin@customer.example")
        assert karin is not None
        loft.store.connection.execute("update contact_address set created_at = 10000000000000")
        contacts.add_address(loft.acme, karin.id, LOFT, 1, "loft")
        loft.store.users.add_address(loft.anna, "loft 1", "loft")
        (taking_part,) = loft.store.records.participants(loft.acme, row.record_id or 0)
        assert taking_part.address == "karin@customer.example"
        (anna,) = loft.store.records.followers(loft.acme, row.record_id or 0)
        assert (anna.address, anna.reached_at) == ("anna@acme.example", "anna@acme.example")

    def test_what_is_none_is_refused(self) -> None:
        assert canonical_of("email", "Karin@Customer.Example") == "Karin@customer.example".lower()
        with pytest.raises(BadAddress, match="no loft"):
            canonical_of("loft", "the attic", LOFTS)
        with pytest.raises(BadAddress, match="pigeonhole is no kind of address; there are email"):
            canonical_of("pigeonhole", "7")


class TestOwner:
    def test_a_team_owns_what_its_alias_opens_and_its_members_follow(self, world: World) -> None:
        store = world.store
        sales = store.teams.add(world.acme, "Sales", 1)
        eva = store.users.add("Eva", "eva@acme.example", 1)
        gone = store.users.add("Gone", "gone@acme.example", 1)
        for user in (world.bjorn, eva, gone):
            store.teams.join(world.acme, sales, user)
        store.users.join(world.acme, eva, "agent")
        world.alias("sales", "lead", owner_id=None, owner_team_id=sales)
        row = world.deliver(world.mail(to="sales@acme.example"), "sales@acme.example")
        record = world.record("LEAD-1")
        assert (record.owner_id, record.owner_team_id) == (None, sales)
        assert [one.name for one in store.records.followers(record.company_id, record.id)] == ["Björn", "Eva"]
        assert {
            (one.name, one.channel)
            for one in beyond_inbox(store.messages.deliveries(record.company_id, row.message_id or 0))
        } == {
            ("Björn", "inbox"),
            ("Eva", "email"),
        }

    def test_an_alias_says_so_and_can_pass_to_a_person(self, world: World) -> None:
        sales = world.store.teams.add(world.acme, "Sales", 1)
        alias_id = world.alias("sales", "lead", owner_id=None, owner_team_id=sales)
        alias = world.store.aliases.get(world.acme, alias_id)
        assert alias is not None and (alias.owner_id, alias.owner_team_id) == (None, sales)
        world.store.aliases.set(alias_id, AliasSettings("lead", None, world.anna, "everyone", "", "{}"), 2)
        alias = world.store.aliases.get(world.acme, alias_id)
        assert alias is not None and (alias.owner, alias.owner_team_id) == ("Anna", None)
        assert [one.name for one in world.store.aliases.owners(world.acme, alias_id)] == ["Anna"]


class TestRegistries:
    """Each set stands in the store and in its folder: neither may have a member that the other has not."""

    def test_a_module_for_the_others_is_no_member(self, pigeons: Pigeons) -> None:
        assert pigeons.name == "pigeon", "_feathers has what a channel has, and a name that begins with an underscore"
        assert "channel" not in members("weftmail.flow.channels", "channel"), "the contract is no channel"

    def rows(self, world: World, sql: str) -> set[str]:
        return {row[0] for row in world.store.connection.execute(sql)}

    def test_every_entrance_has_a_policy(self, world: World) -> None:
        # Nobody is believed in what is imported.
        assert self.rows(world, "select name from entrance") == {*policies(Config()), mail_import.ENTRANCE}

    def test_every_channel_that_leaves_has_a_module(self, world: World) -> None:
        known = channels(Means(world.store, world.installation, _Nowhere(), lambda domain: []))
        assert self.rows(world, "select name from channel where address_kind is not null") == set(known)

    def test_every_kind_of_address_has_its_canonical_form(self, world: World) -> None:
        assert self.rows(world, "select name from address_kind") == set(KINDS)


class _Nowhere:
    """A mail server that is never asked."""

    def submit(self, return_path: str, recipients: Sequence[str], data: bytes) -> dict[str, Outcome]:
        raise AssertionError("nothing is sent here")

    def close(self) -> None:
        pass
