"""New records of a team are given to its members as the team wants it, and never to somebody who is not there."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.flow.setup.conftest import Office
from tests.unit.world import ERIK, KARIN, World
from weftmail.core.wording.phrase import Phrase
from weftmail.core.wording.sentences import say
from weftmail.flow.post import Draft, post
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import absence, record, team, undo, user
from weftmail.store.absence import Absence
from weftmail.store.ownership import Owner

ANNA, BJORN = "anna@acme.example", "bjorn@acme.example"
LEADS = "leads@acme.example"


def sales(office: Office, gives: str = "round", *people: str) -> None:
    """The team Sales owns all aliases."""
    acme = office.world.acme
    office.did(team.add(office.setup, "Sales", add_members=people or (ANNA, BJORN)))
    office.did(team.change(office.setup, "Sales", gives=gives))
    found = office.store.teams.by_name(acme, "Sales")
    assert found is not None
    office.store.ownership.give(
        acme, office.store.ownership.of_user(acme, office.world.anna), Owner(team_id=found.id), 1
    )


def opens(office: Office, author: str = KARIN) -> str | None:
    """Let a mail open a record; return who owns it."""
    row = office.world.deliver(office.world.mail(author, verified=author == KARIN), LEADS)
    assert row.state == "filed" and row.record is not None
    return office.world.record(row.record).owner


def events(office: Office, label: str) -> list[str]:
    return [say(Phrase.from_json(one.phrase)) for one in office.world.thread(label) if one.kind == "event"]


def test_by_mail_in_the_round_with_an_event_and_as_assigned(office: Office) -> None:
    sales(office)
    assert [opens(office) for _ in range(4)] == ["Anna", "Björn", "Anna", "Björn"]
    assert events(office, "LEAD-1") == ["Anna got this record: the next one in the round of Sales"]
    found = office.world.record("LEAD-1")
    assert found.team == "Sales", "it stays the team's"
    followers = {one.name for one in office.store.records.followers(office.world.acme, found.id)}
    assert followers == {"Anna", "Björn"}, "all of the team follow it as before"


def test_who_has_it_is_told_by_the_preference_for_what_is_assigned(office: Office) -> None:
    sales(office)
    for address, kinds in ((ANNA, ["assigned"]), (BJORN, ["assigned"])):
        office.did(user.change(office.setup, address, prefers="email", email_for=kinds))
    opens(office)
    (message,) = [one for one in office.world.thread("LEAD-1") if one.kind == "received"]
    sent = office.store.messages.deliveries(office.world.acme, message.id)
    assert {(one.name, one.channel) for one in sent} == {
        ("Anna", "inbox"), ("Anna", "email"), ("Björn", "inbox"),
    }  # fmt: skip


def test_who_wrote_to_the_customer_last_else_the_round(office: Office) -> None:
    sales(office, "last")
    assert [opens(office), opens(office, ERIK)] == ["Anna", "Björn"]
    bjorn = office.store.users.get(office.world.bjorn)
    assert bjorn is not None
    post(office.store, office.world.installation, office.world.record("LEAD-1"), bjorn, Draft(text="I see to it"))
    assert [opens(office), opens(office)] == ["Björn", "Björn"]
    assert events(office, "LEAD-3") == ["Björn of Sales got this record, having written to this customer last"]
    office.did(absence.leave(office.setup, BJORN, "2027-02-01"))
    assert opens(office) == "Anna"


def test_nobody_is_given_anything_until_a_team_wants_it(office: Office) -> None:
    sales(office, "round")
    changed = office.did(team.change(office.setup, "Sales", gives="nobody"))
    assert opens(office) is None and events(office, "LEAD-1") == []
    office.did(undo.undo(office.setup, changed.trace))
    assert opens(office) == "Anna"
    refused = team.change(office.setup, "Sales", gives="everybody")
    assert isinstance(refused, Refusal) and (refused.field, refused.code) == ("gives", "no_such_choice")


def test_by_hand_as_well_and_a_removed_team_comes_back_as_it_was(office: Office) -> None:
    sales(office)
    office.did(team.change(office.setup, "Sales", holds_crossing=True, takes=False))
    for who in ("Anna", "Björn"):
        made = office.did(record.add(office.setup, "lead", title="Chairs", owner="Sales"))
        assert (made.now["owner"], made.now["team"]) == (who, "Sales")
        assert events(office, made.subject)[-1] == f"{who} got this record: the next one in the round of Sales"
    assert office.did(record.add(office.setup, "lead", title="Chairs", owner=BJORN)).now["owner"] == "Björn"
    # What has an owner keeps them when the team goes, whoever takes over the rest.
    gone = office.did(team.remove(office.setup, "Sales", to=ANNA))
    assert [office.world.record(one).owner for one in ("LEAD-1", "LEAD-2")] == ["Anna", "Björn"]
    assert office.world.record("LEAD-1").team is None
    office.did(undo.undo(office.setup, gone.trace))
    found = office.store.teams.by_name(office.world.acme, "Sales")
    assert found is not None and (found.gives, found.takes, found.holds_crossing) == ("round", False, True)


def test_who_joins_comes_next_and_an_answer_to_a_closed_record_keeps_its_owner(office: Office) -> None:
    sales(office)
    office.did(user.add(office.setup, "nina@acme.example", company="Acme"))
    assert [opens(office), opens(office)] == ["Anna", "Björn"]
    office.did(team.change(office.setup, "Sales", add_members=["nina@acme.example"]))
    assert [opens(office), opens(office)] == ["Nina", "Anna"]


ROLES = st.sampled_from(["admin", "agent", "agent", "reader"])


@settings(max_examples=12)
@given(
    st.tuples(ROLES, ROLES, ROLES, ROLES),
    st.frozensets(st.sampled_from(range(4))),
    st.lists(st.frozensets(st.sampled_from(range(4)), max_size=3), min_size=1, max_size=6),
    st.booleans(),
)
def test_over_random_people_nobody_gets_one_who_is_not_there(
    roles: tuple[str, ...], inactive: frozenset[int], days: list[frozenset[int]], hidden: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        store, acme = world.store, world.acme
        ids = [store.users.add(f"U{number}", f"u{number}@acme.example", 1) for number in range(4)]
        sold = store.teams.add(acme, "Sales", 1)
        named = store.teams.add(acme, "Named", 1)
        for number, role in enumerate(roles):
            store.users.join(acme, ids[number], role)
            store.teams.join(acme, sold, ids[number])
            found = store.users.get(ids[number])
            assert found is not None
            store.users.set(replace(found, active=number not in inactive))
        store.teams.join(acme, named, ids[0])
        if hidden:
            store.connection.execute("update record_type set teams_only = true where name = 'lead'")
            store.connection.execute(f"insert into record_type_team values ({acme}, 'lead', {named})")
        rule = store.teams.get(acme, sold)
        assert rule is not None
        store.teams.set_ways(replace(rule, gives="round"))
        store.ownership.give(acme, store.ownership.of_user(acme, world.anna), Owner(team_id=sold), 1)
        had: Counter[int | None] = Counter()
        for away in days:
            for number, one in enumerate(ids):
                store.absences.put(one, Absence(1, 2**50, None, away=True) if number in away else None)
            row = world.deliver(world.mail(), LEADS)
            owner = world.record(row.record or "").owner_id
            had[owner] += 1
            can = {
                one
                for number, one in enumerate(ids)
                if number not in inactive | away and roles[number] != "reader"
                and (not hidden or number == 0 or roles[number] == "admin")
            }  # fmt: skip
            assert (owner in can) if can else owner is None
        store.close()
