"""Followers by hand: who is told of what, who muted it, a team at once, and the way back of each."""

from __future__ import annotations

import pytest

from tests.unit.flow.setup.conftest import Office
from weftmail.core.wording.sentences import say
from weftmail.flow.setup import follower, undo
from weftmail.flow.setup.act import Actor, Done, Setup
from weftmail.store.record import RecordFollower

BJORN = "bjorn@acme.example"
ANNA = "anna@acme.example"


@pytest.fixture
def lead(office: Office) -> Office:
    """LEAD-1, followed by Anna, who owns its alias."""
    office.world.deliver(office.world.mail(), "leads@acme.example")
    return office


def following(office: Office) -> dict[str, RecordFollower]:
    record = office.world.record("LEAD-1")
    return {one.name: one for one in office.store.records.followers(record.company_id, record.id)}


def events(office: Office) -> list[str]:
    return [say(one.says) for one in office.world.thread("LEAD-1") if one.says is not None]


def taken_back(office: Office, done: Done) -> Done:
    return office.did(undo.undo(office.setup, done.trace))


def as_(office: Office, name: str, user_id: int | None) -> Setup:
    setup = office.setup
    return Setup(
        setup.store, Actor(name, user_id), setup.clock, setup.map_file, setup.where_mailbox, setup.languages,
        setup.knows_zone,
    )  # fmt: skip


def test_a_follower_chooses_of_what_they_are_told(lead: Office) -> None:
    done = lead.did(follower.change(lead.setup, "LEAD-1", ANNA, kinds=["changes", "messages"]))
    assert (done.now["kinds"], done.was["kinds"]) == (["messages", "changes"], ["messages", "notes"])
    assert following(lead)["Anna"].hears == {"messages", "changes"}
    assert events(lead) == ["Anna is now notified of messages and changes"]
    taken_back(lead, done)
    assert following(lead)["Anna"].hears == {"messages", "notes"}
    lead.did(follower.change(lead.setup, "LEAD-1", ANNA, kinds=[]))
    assert events(lead)[-1] == "Anna is now notified of nothing"
    assert lead.did(follower.change(lead.setup, "LEAD-1", ANNA, kinds=[])).changes == ()


def test_a_follower_mutes_a_record_and_nobody_does_it_for_them(lead: Office) -> None:
    done = lead.did(follower.change(lead.setup, "LEAD-1", ANNA, muted=True))
    assert following(lead)["Anna"].muted_at is not None and events(lead) == ["Anna muted this record"]
    taken_back(lead, done)
    assert following(lead)["Anna"].muted_at is None and events(lead)[-1] == "Anna no longer mutes this record"
    lead.did(follower.add(lead.setup, "LEAD-1", BJORN))
    refused = follower.change(lead.setup, "LEAD-1", BJORN, muted=True)
    assert lead.refused(refused) == ("muted", "muted_by_others")
    # Whoever sits at the machine may, and anybody may end it.
    assert isinstance(follower.change(as_(lead, "root", None), "LEAD-1", BJORN, muted=True), Done)
    lead.did(follower.change(lead.setup, "LEAD-1", BJORN, muted=False))


def test_what_makes_no_sense_is_refused(lead: Office) -> None:
    for refused, where in (
        (follower.change(lead.setup, "LEAD-1", ANNA), ("", "nothing_to_change")),
        (follower.change(lead.setup, "LEAD-1", ANNA, kinds=["news"]), ("kinds", "no_such_choice")),
        (follower.change(lead.setup, "LEAD-1", BJORN, kinds=[]), ("address", "no_follower")),
        (follower.add_team(lead.setup, "LEAD-1", "Sales"), ("address", "no_such_team")),
    ):
        assert lead.refused(refused) == where


def test_who_comes_and_goes_by_themselves_is_said_so_and_comes_back_as_they_were(lead: Office) -> None:
    lead.did(follower.change(lead.setup, "LEAD-1", ANNA, kinds=["notes"], muted=True))
    gone = lead.did(follower.remove(lead.setup, "LEAD-1", ANNA))
    assert events(lead)[-1] == "Anna no longer follows this record"
    taken_back(lead, gone)
    assert (following(lead)["Anna"].hears, following(lead)["Anna"].muted_at is None) == ({"notes"}, False)
    lead.did(follower.remove(lead.setup, "LEAD-1", ANNA))
    lead.did(follower.add(lead.setup, "LEAD-1", ANNA))
    # Who is added anew begins as everybody does.
    assert (following(lead)["Anna"].hears, following(lead)["Anna"].muted_at) == ({"messages", "notes"}, None)
    assert events(lead)[-1] == "Anna follows this record"


def test_somebody_who_came_back_meanwhile_stays(lead: Office) -> None:
    gone = lead.did(follower.remove(lead.setup, "LEAD-1", ANNA))
    lead.did(follower.add(lead.setup, "LEAD-1", ANNA))
    lead.did(follower.change(lead.setup, "LEAD-1", ANNA, kinds=["changes"]))
    taken_back(lead, gone)
    assert following(lead)["Anna"].hears == {"messages", "notes"}


def test_a_team_follows_at_once_and_only_those_whom_it_brought_leave(lead: Office) -> None:
    store, acme = lead.store, lead.world.acme
    sales = store.teams.add(acme, "Sales", 1)
    for user in (lead.world.anna, lead.world.bjorn):
        store.teams.join(acme, sales, user)
    done = lead.did(follower.add_team(lead.setup, "LEAD-1", "Sales"))
    assert (done.now["added"], set(following(lead))) == ([BJORN], {"Anna", "Björn"})
    assert lead.did(follower.add_team(lead.setup, "LEAD-1", "Sales")).changes == ()
    back = taken_back(lead, done)
    assert set(following(lead)) == {"Anna"}
    again = taken_back(lead, back)
    assert set(following(lead)) == {"Anna", "Björn"}
    follower.remove(lead.setup, "LEAD-1", BJORN)
    taken_back(lead, again)
    assert events(lead).count("Anna removed Björn from the followers") == 2
    store.record_types.limit(acme, "lead", teams_only=True)
    assert lead.refused(follower.add_team(lead.setup, "LEAD-1", "Sales")) == ("address", "not_in_named_team")
    assert lead.refused(follower.add(lead.setup, "LEAD-1", BJORN)) == ("address", "not_in_named_team")


def test_who_follows_changes_finds_them_in_the_inbox_but_not_their_own(lead: Office) -> None:
    from weftmail.flow.setup import record
    from weftmail.flow.setup.record_change import RecordChanges

    store, acme, bjorn = lead.store, lead.world.acme, lead.world.bjorn
    store.records.follow_all(acme, lead.world.record("LEAD-1").id, [bjorn], 1)
    for address in (ANNA, BJORN):
        lead.did(follower.change(lead.setup, "LEAD-1", address, kinds=["changes"]))
    lead.did(record.change(lead.setup, "LEAD-1", RecordChanges(state="closed")))
    assert store.inbox.entries(acme, bjorn)[0].kind == "event"
    assert [one.kind for one in store.inbox.entries(acme, lead.world.anna)] == ["received"]
    assert all(one.channel == "inbox" for one in store.messages.deliveries(acme, lead.world.thread("LEAD-1")[-1].id))
