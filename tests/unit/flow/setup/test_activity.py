"""Activities: planned, reminded of, done with feedback and a next one, and each act taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.unit.flow.setup.conftest import Office
from tests.unit.flow.setup.test_snooze import HOUR, due, events, in_days, notices
from tests.unit.world import KARIN
from weftmail.core.wording.sentences import say
from weftmail.flow import day
from weftmail.flow.activity import word
from weftmail.flow.setup import absence, activity, activity_type, record, record_type, team, undo
from weftmail.flow.setup.act import Actor, Done, Setup
from weftmail.flow.setup.activity import Planned
from weftmail.flow.setup.record_change import RecordChanges
from weftmail.flow.setup.record_type import TypeChanges
from weftmail.store.activity import DayPlace

BJORN = "bjorn@acme.example"
DAY = 24 * HOUR


@pytest.fixture
def lead(office: Office) -> Office:
    office.world.deliver(office.world.mail(KARIN, verified=True), "leads@acme.example")
    return office


def planned(office: Office, days: int = 3, **more: Any) -> Done:
    return office.did(activity.add(office.setup, "LEAD-1", Planned("call", in_days(office, days), **more)))


def open_(office: Office) -> list[tuple[str, str, str]]:
    found = office.store.activities.of_record(office.world.acme, office.world.record("LEAD-1").id)
    return [(one.type, one.due_on, one.user) for one in found]


def test_somebody_is_told_now_and_reminded_on_the_morning(lead: Office) -> None:
    world, wanted = lead.world, in_days(lead, 3)
    planned(lead, assignee=BJORN, note="About oak")
    assert open_(lead) == [("call", wanted, "Björn")]
    assert events(lead) == [f"Anna planned a call for Björn by {wanted}: About oak"]
    assert notices(lead, world.bjorn) == [f"Anna planned a call on LEAD-1 for you by {wanted}: About oak"]
    morning = day.morning(day.named("", wanted), None)
    world.clock.now = morning - HOUR
    due(lead)
    assert len(notices(lead, world.bjorn)) == 1
    world.clock.now = morning + HOUR
    due(lead), due(lead)
    said = "Due today on LEAD-1, Quote for 40 chairs: Call: About oak"
    assert notices(lead, world.bjorn).count(said) == 1 and notices(lead, world.anna) == []


def test_whoever_stands_in_is_reminded_too_and_says_for_whom(lead: Office) -> None:
    world, wanted = lead.world, in_days(lead, 3)
    planned(lead, assignee=BJORN)
    lead.did(absence.leave(lead.setup, BJORN, in_days(lead, 9), substitute="anna@acme.example"))
    world.clock.now = day.morning(day.named("", wanted), None) + HOUR
    due(lead)
    said = "Due today on LEAD-1, Quote for 40 chairs: Call"
    assert said in notices(lead, world.bjorn)
    assert f"For Björn, who is away: {said}" in notices(lead, world.anna)


def test_who_prefers_email_is_reminded_by_email(lead: Office) -> None:
    """Anna prefers it: a mail that says no word from outside is in the outbox."""
    planned(lead)
    lead.world.clock.now += 4 * DAY
    due(lead), due(lead)
    (copy,) = [one for one in lead.store.listings.outbox() if one.row.audience == "notices"]
    assert copy.addresses == ("anna@acme.example",)
    ((says,),) = lead.store.connection.execute("select says from outbox where audience = 'notices'").rows
    assert "mail.notice.due" in says and "chairs" not in says


@pytest.mark.parametrize("end", ["done", "removed", "moved", "trashed", "hidden", "left"])
def test_what_is_over_reminds_nobody(lead: Office, end: str) -> None:
    world, made = lead.world, planned(lead, assignee=BJORN)
    number = int(str(made.now["id"]))
    match end:
        case "done":
            lead.did(activity.done(lead.setup, number))
        case "removed":
            lead.did(activity.remove(lead.setup, number))
        case "moved":
            lead.did(activity.change(lead.setup, number, Planned("call", in_days(lead, 30), BJORN)))
        case "trashed":
            lead.did(record.change(lead.setup, "LEAD-1", RecordChanges(place="trash")))
        case "hidden":
            lead.did(team.add(lead.setup, "Staff", add_members=["anna@acme.example"]))
            lead.did(record_type.change(lead.setup, None, "lead", TypeChanges(teams_only=True, add_teams=["Staff"])))
        case _:
            lead.store.users.leave(world.acme, world.bjorn)
    if end in ("done", "removed"):
        # A row of before, as another program may have claimed it.
        lead.store.due.put("activity", str(number), world.clock.now, world.clock.now, world.acme)
    world.clock.now += 4 * DAY
    due(lead)
    assert not [one for one in notices(lead, world.bjorn) if one.startswith("Due today")]


def test_a_row_that_names_nothing_does_nothing(lead: Office) -> None:
    lead.store.due.put("activity", "99", 1, 1, lead.world.acme)
    lead.store.due.put("activity", "98", 1, 1)
    due(lead)
    assert [one.kind for one in lead.store.due.all() if one.kind == "activity"] == []


def test_done_with_feedback_and_a_next_one_and_back(lead: Office) -> None:
    made = planned(lead)
    number = int(str(made.now["id"]))
    following = Planned("meeting", in_days(lead, 9), BJORN, "Bring samples")
    done = lead.did(activity.done(lead.setup, number, " She wants 38.\nNot 40. ", following))
    assert open_(lead) == [("meeting", in_days(lead, 9), "Björn")]
    assert "Anna has done a call\nShe wants 38.\nNot 40." in events(lead)
    assert (done.now["state"], done.now["feedback"]) == ("done", "She wants 38.\nNot 40.")
    assert lead.refused(activity.done(lead.setup, number)) == ("", "activity_over")
    back = lead.did(undo.undo(lead.setup, done.trace))
    assert back.act == "activity.reopen" and open_(lead) == [("call", in_days(lead, 3), "Anna")]
    assert lead.refused(undo.undo(lead.setup, done.trace)) == ("", "changed_since")


def test_a_next_one_that_is_done_already_stays_so(lead: Office) -> None:
    number = int(str(planned(lead).now["id"]))
    done = lead.did(activity.done(lead.setup, number, "", Planned("email", in_days(lead, 5))))
    lead.did(activity.done(lead.setup, int(str(done.now["next"])), "Sent"))
    lead.did(undo.undo(lead.setup, done.trace))
    next_one = lead.store.activities.get(lead.world.acme, int(str(done.now["next"])))
    assert next_one is not None and next_one.done_at is not None
    assert open_(lead) == [("call", in_days(lead, 3), "Anna")]


def test_it_is_changed_removed_and_back(lead: Office) -> None:
    made = planned(lead)
    number = int(str(made.now["id"]))
    changed = lead.did(activity.change(lead.setup, number, Planned("email", in_days(lead, 5), BJORN, "N")))
    assert lead.refused(undo.undo(lead.setup, made.trace)) == ("", "changed_since")
    same = lead.did(activity.change(lead.setup, number, Planned("email", in_days(lead, 5), BJORN, "N")))
    assert same.changes == ()
    lead.did(undo.undo(lead.setup, changed.trace))
    assert open_(lead) == [("call", in_days(lead, 3), "Anna")]
    gone = lead.did(activity.remove(lead.setup, number))
    assert open_(lead) == []
    lead.did(undo.undo(lead.setup, gone.trace))
    assert open_(lead) == [("call", in_days(lead, 3), "Anna")]
    lead.did(undo.undo(lead.setup, made.trace))
    assert open_(lead) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("dance", "2027-01-20"), ("type", "no_such_choice")),
        (("call", "soon"), ("due", "day_malformed")),
        (("call", "2027-01-20", "nobody@acme.example"), ("assignee", "no_such_user")),
        (("call", "2027-01-20", "rolf@acme.example"), ("assignee", "post_not_allowed")),
        (("call", "2027-01-20", "", "x" * 5001), ("note", "text_long")),
    ],
)
def test_plans_that_cannot_be(lead: Office, words: tuple[str, ...], said: tuple[str, str]) -> None:
    rolf = lead.store.users.add("Rolf", "rolf@acme.example", 1)
    lead.store.users.join(lead.world.acme, rolf, "reader")
    assert lead.refused(activity.add(lead.setup, "LEAD-1", Planned(*words))) == said
    number = int(str(planned(lead).now["id"]))
    wrong = (f"next_{said[0]}", said[1])
    assert lead.refused(activity.done(lead.setup, number, "F", Planned(*words))) == wrong
    assert len(open_(lead)) == 1 and "F" not in " ".join(events(lead))


def test_nobody_is_to_do_what_they_cannot_see(lead: Office) -> None:
    lead.did(team.add(lead.setup, "Staff", add_members=["anna@acme.example"]))
    lead.did(record_type.change(lead.setup, None, "lead", TypeChanges(teams_only=True, add_teams=["Staff"])))
    said = lead.refused(activity.add(lead.setup, "LEAD-1", Planned("call", in_days(lead, 1), BJORN)))
    assert said == ("assignee", "not_in_named_team")


def test_the_shell_has_to_say_who(lead: Office) -> None:
    setup = lead.setup
    shell = Setup(setup.store, Actor("root", None), setup.clock, None, setup.where_mailbox, ("en",), setup.knows_zone)
    assert lead.refused(activity.add(shell, "LEAD-1", Planned("call", "2027-01-20"))) == ("assignee", "assignee_wanted")
    done = activity.add(shell, "LEAD-1", Planned("call", in_days(lead, 1), BJORN), company="Acme")
    assert isinstance(done, Done)
    assert lead.refused(activity.remove(shell, 99)) == ("", "no_such_activity")
    assert lead.refused(activity.remove(shell, 99, company="Acme")) == ("", "no_such_activity")


def test_types_of_a_companys_own(lead: Office) -> None:
    made = lead.did(activity_type.add(lead.setup, "Site visit"))
    assert lead.refused(activity_type.add(lead.setup, "SITE VISIT")) == ("name", "activity_type_there")
    assert lead.refused(activity_type.add(lead.setup, "Call")) == ("name", "activity_type_there")
    lead.did(activity.add(lead.setup, "LEAD-1", Planned("Site visit", in_days(lead, 1))))
    gone = lead.did(activity_type.remove(lead.setup, "site visit"))
    assert open_(lead)[0][0] == "Site visit" and say(word("Site visit")) == "Site visit"
    assert lead.refused(activity_type.remove(lead.setup, "Site visit")) == ("name", "no_such_choice")
    lead.did(undo.undo(lead.setup, gone.trace))
    lead.did(undo.undo(lead.setup, made.trace))
    assert lead.store.activities.types(lead.world.acme) == []


def test_lists_are_in_the_order_of_days_a_page_at_a_time(lead: Office) -> None:
    acts, of = lead.store.activities, lead.world.acme
    for days in (5, 1, 3, 1, -2):
        planned(lead, days, assignee=BJORN if days == 3 else "")
    first = acts.page(of, None, (), DayPlace(), 2)
    rest = acts.page(of, None, (), DayPlace(first[-1].due_on, first[-1].id), 9)
    assert [one.due_on for one in [*first, *rest]] == [in_days(lead, days) for days in (-2, 1, 1, 3, 5)]
    assert len({one.id for one in [*first, *rest]}) == 5
    assert len(acts.page(of, lead.world.anna, (), DayPlace(), 9)) == 4
    assert acts.page(of, None, ("lead",), DayPlace(), 9) == []
    today = day.today(lead.world.clock.now, None)
    waits, tomorrow = lead.store.waits, (today + timedelta(days=1)).isoformat()
    assert waits.counts(of, lead.world.anna, (), tomorrow, "own").due == 3
    assert waits.counts(of, lead.world.anna, ("lead",), "2999-01-01", "own").due == 0
    assert acts.next_of(of, [lead.world.record("LEAD-1").id]) == {lead.world.record("LEAD-1").id: in_days(lead, -2)}
    assert acts.next_of(of, []) == {}
