"""The sets that stay open, in the store: a word outside of one is refused, and one row lets it in."""

from __future__ import annotations

import pytest

from tests.store.conftest import Office
from weftmail.core.envelope import Envelope
from weftmail.store.delivery import NewDelivery
from weftmail.store.errors import Conflict
from weftmail.store.outbox import NewCopy
from weftmail.store.record import NewRecord, RecordState


def deliver(office: Office, channel: str) -> int:
    record = office.record()
    people = [NewDelivery(channel, "loft 7", office.anna)]
    return office.store.messages.deliver(office.acme, record.id, office.message(record), people, 2)


def accept(office: Office, entrance: str) -> list[int]:
    with office.store.transaction():
        return office.store.inbound.accept([Envelope("leads@acme.example", entrance=entrance)], b"Hej\n", 1)


def add_address(office: Office, kind: str) -> bool:
    return office.store.contacts.add_address(office.acme, office.contact(), "loft 7", 1, kind)


@pytest.mark.parametrize(
    ("write", "row"),
    [
        (lambda office: deliver(office, "pigeon"), "insert into channel (name) values ('pigeon')"),
        (
            lambda office: office.store.outbox.add(
                office.acme, office.message(office.record()), [NewCopy(channel="pigeon")], 1
            ),
            "insert into channel (name) values ('pigeon')",
        ),
        (
            lambda office: office.store.users.add("Eva", "eva@acme.example", 1, prefers="pigeon"),
            "insert into channel (name) values ('pigeon')",
        ),
        (lambda office: accept(office, "carrier"), "insert into entrance (name) values ('carrier')"),
        (lambda office: add_address(office, "loft"), "insert into address_kind (name) values ('loft')"),
        (
            lambda office: office.store.users.add_address(office.anna, "loft 7", "loft"),
            "insert into address_kind (name) values ('loft')",
        ),
        (
            lambda office: office.store.connection.execute(
                "update record set state = 'on hold', counts_as = 'waiting'"
            ),
            "insert into record_state values (1, 'lead', 'on hold', 'waiting', 3)",
        ),
    ],
    ids=["delivery", "outbox", "preference", "entrance", "address of a contact", "address of a user", "state"],
)
def test_one_row_is_a_new_member(office: Office, write, row: str) -> None:
    office.record()
    with pytest.raises(Conflict):
        write(office)
    office.store.connection.execute(row)
    assert write(office) != []


def test_a_user_can_prefer_every_channel_there_is(office: Office) -> None:
    assert office.store.users.channels() == ["email", "inbox"]
    office.store.connection.execute("insert into channel (name) values ('a pigeon')")
    assert office.store.users.channels() == ["email", "inbox", "a pigeon"]


def test_the_same_text_can_be_an_address_of_two_kinds(office: Office) -> None:
    office.store.connection.execute("insert into address_kind (name) values ('loft')")
    users = office.store.users
    users.add_address(office.bjorn, "anna@acme.example", "loft")
    anna, bjorn = users.by_address("anna@acme.example"), users.by_address("anna@acme.example", "loft")
    assert anna is not None and bjorn is not None and (anna.id, bjorn.id) == (office.anna, office.bjorn)
    assert users.addresses(office.bjorn) == ["bjorn@acme.example"]
    assert users.remove_address(office.bjorn, "anna@acme.example", "loft")


class TestStates:
    def test_a_type_begins_with_three(self, office: Office) -> None:
        states = office.store.records.states(office.acme, "lead")
        assert states == [RecordState(one, one) for one in ("open", "waiting", "closed")]
        assert office.record().state == "open"

    def test_a_company_adds_its_own_to_one_type(self, office: Office) -> None:
        office.store.companies.add_record_state(office.acme, "lead", "offer sent", "waiting")
        office.store.companies.add_record_state(office.acme, "lead", "offer sent", "closed")
        assert office.store.records.states(office.acme, "lead")[3:] == [RecordState("offer sent", "waiting")]
        assert len(office.store.records.states(office.acme, "order")) == 3

    def test_a_record_begins_with_the_first_state_of_its_type(self, office: Office) -> None:
        office.store.companies.add_record_type(office.acme, "claim", "CLAIM")
        office.store.companies.add_record_state(office.acme, "claim", "received", "open")
        office.store.connection.execute("update record_state set position = -1 where name = 'received'")
        record = office.store.records.open(NewRecord(office.acme, "claim", "A broken chair"), 1)
        assert record.state == "received"

    def test_another_companys_states_are_not_ours(self, office: Office) -> None:
        other = office.store.companies.add("Other", 1)
        office.store.companies.add_record_state(other, "lead", "lost", "closed")
        office.record()
        with pytest.raises(Conflict):
            office.store.connection.execute("update record set state = 'lost'")


class TestTeams:
    def test_members_come_and_go(self, office: Office) -> None:
        teams = office.store.teams
        sales = teams.add(office.acme, "Sales", 1)
        teams.add(office.acme, "Care", 1)
        assert [one.name for one in teams.all(office.acme)] == ["Care", "Sales"]
        for user in (office.bjorn, office.anna, office.anna):
            teams.join(office.acme, sales, user)
        assert teams.members(office.acme, sales) == [office.anna, office.bjorn]
        office.store.users.leave(office.acme, office.anna)
        assert teams.members(office.acme, sales) == [office.bjorn], "who left the company is in no team of it"
        assert teams.leave(office.acme, sales, office.bjorn) and not teams.leave(office.acme, sales, office.bjorn)
        assert teams.members(office.acme, sales) == []

    def test_two_of_one_name_and_two_owners_are_refused(self, office: Office) -> None:
        sales = office.store.teams.add(office.acme, "Sales", 1)
        with pytest.raises(Conflict):
            office.store.teams.add(office.acme, "Sales", 2)
        with pytest.raises(Conflict):
            office.alias(owner_id=office.anna, owner_team_id=sales)
        # A record is a team's and has an owner in it.
        both = office.record(owner_id=office.anna, owner_team_id=sales)
        assert (both.owner_id, both.owner_team_id) == (office.anna, sales)
