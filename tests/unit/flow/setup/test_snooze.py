"""Snoozing: a record waits for a day or for an answer, and comes back by itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.flow.setup.conftest import Office
from tests.unit.thorough import examples
from tests.unit.world import ERIK, KARIN
from weftmail.core.wording.sentences import say
from weftmail.flow import day
from weftmail.flow.due.runner import Runner
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import record, record_type, snooze, team, undo
from weftmail.flow.setup.record_change import RecordChanges
from weftmail.flow.setup.record_type import TypeChanges
from weftmail.store.snooze import UNTIL_ANSWER, Snooze

HOUR = 3600_000
ZONES = ["", "Europe/Stockholm", "Pacific/Apia", "America/New_York", "Nowhere/Else", "../x"]


@pytest.fixture
def lead(office: Office) -> Office:
    office.world.deliver(office.world.mail(KARIN, verified=True), "leads@acme.example")
    return office


def in_days(office: Office, days: int) -> str:
    return (day.today(office.world.clock.now, None) + timedelta(days=days)).isoformat()


def due(office: Office) -> None:
    """Do all that is due now."""
    Runner(office.store, office.world.installation, "here").round()


def events(office: Office) -> list[str]:
    return [say(one.says) for one in office.world.thread("LEAD-1") if one.says is not None]


def notices(office: Office, user_id: int) -> list[str]:
    return [say(one.says) for one in office.store.inbox.notices(user_id, office.world.acme)]


def test_it_comes_back_on_the_morning_of_its_day(lead: Office) -> None:
    assert lead.world.record("LEAD-1").awaits_us
    wanted = in_days(lead, 3)
    done = lead.did(snooze.snooze(lead.setup, "LEAD-1", wanted))
    snoozed = lead.world.record("LEAD-1")
    assert not snoozed.awaits_us and snoozed.snoozed_until_at == day.morning(date.fromisoformat(wanted), None)
    assert done.changes[0].field == "snoozed" and events(lead) == [f"Anna snoozed this until {wanted}"]
    lead.world.clock.now = snoozed.snoozed_until_at - HOUR
    due(lead)
    assert not lead.world.record("LEAD-1").awaits_us
    lead.world.clock.now += 2 * HOUR
    due(lead)
    assert lead.world.record("LEAD-1").awaits_us
    assert events(lead)[-1] == "The snooze has ended: its day has come"
    assert notices(lead, lead.world.anna) == ["LEAD-1 was snoozed until today: Quote for 40 chairs"]
    due(lead)
    assert len(events(lead)) == 2


@pytest.mark.parametrize("until", ["a day", "answer"])
def test_an_answer_ends_it(lead: Office, until: str) -> None:
    lead.did(snooze.snooze(lead.setup, "LEAD-1", in_days(lead, 3) if until == "a day" else until))
    first = lead.world.thread("LEAD-1")[0].rfc_message_id
    lead.did(record.change(lead.setup, "LEAD-1", RecordChanges(owner="bjorn@acme.example")))
    held = lead.world.deliver(lead.world.mail(ERIK, references=[first]), "leads@acme.example")
    assert held.state == "held" and not lead.world.record("LEAD-1").awaits_us
    lead.world.deliver(lead.world.mail(KARIN, verified=True, references=[first]), "leads@acme.example")
    assert lead.world.record("LEAD-1").awaits_us and lead.store.snoozes.get(lead.world.acme, snoozed_id(lead)) is None
    assert "The snooze has ended: an answer came" in events(lead)
    said = "LEAD-1 was snoozed, and an answer came: Quote for 40 chairs"
    assert said in notices(lead, lead.world.anna) and said in notices(lead, lead.world.bjorn)
    lead.world.clock.now += 10 * 24 * HOUR
    due(lead)
    assert "The snooze has ended: its day has come" not in events(lead)


def snoozed_id(office: Office) -> int:
    return office.world.record("LEAD-1").id


def test_it_is_undone_and_ended_by_hand(lead: Office) -> None:
    first = lead.did(snooze.snooze(lead.setup, "LEAD-1", in_days(lead, 3)))
    second = lead.did(snooze.snooze(lead.setup, "LEAD-1", "answer"))
    assert lead.world.record("LEAD-1").snoozed_until_at == UNTIL_ANSWER
    assert lead.refused(undo.undo(lead.setup, first.trace)) == ("", "changed_since")
    lead.did(undo.undo(lead.setup, second.trace))
    assert lead.world.record("LEAD-1").snoozed_until_at == first.now["snoozed_until_at"]
    woken = lead.did(snooze.wake(lead.setup, "LEAD-1"))
    assert lead.world.record("LEAD-1").awaits_us
    assert lead.refused(snooze.wake(lead.setup, "LEAD-1")) == ("", "not_snoozed")
    lead.did(undo.undo(lead.setup, woken.trace))
    assert not lead.world.record("LEAD-1").awaits_us
    assert [one.split("Anna ")[1] for one in events(lead)] == [
        f"snoozed this until {in_days(lead, 3)}",
        "snoozed this until somebody answers",
        f"snoozed this until {in_days(lead, 3)}",
        "ended the snooze",
        f"snoozed this until {in_days(lead, 3)}",
    ]


@pytest.mark.parametrize(
    ("until", "said"),
    [
        ("soon", ("until", "day_malformed")),
        ("", ("until", "day_malformed")),
        ("9999-12-31", ("until", "day_malformed")),
        ("2026-02-30", ("until", "day_malformed")),
        ("1999-01-01", ("until", "day_over")),
        ("today", ("until", "day_over")),
    ],
)
def test_days_that_cannot_be(lead: Office, until: str, said: tuple[str, str]) -> None:
    wanted = in_days(lead, 0) if until == "today" else until
    assert lead.refused(snooze.snooze(lead.setup, "LEAD-1", wanted)) == said


def test_what_is_closed_waits_for_nothing(lead: Office) -> None:
    wanted = in_days(lead, 1)
    lead.did(snooze.snooze(lead.setup, "LEAD-1", wanted))
    lead.did(record.change(lead.setup, "LEAD-1", RecordChanges(state="closed")))
    assert lead.refused(snooze.snooze(lead.setup, "LEAD-1", wanted)) == ("until", "snooze_closed")
    lead.world.clock.now += 3 * 24 * HOUR
    due(lead)
    assert lead.world.record("LEAD-1").snoozed_until_at is None and notices(lead, lead.world.anna) == []


def test_nobody_is_told_of_a_record_that_is_not_theirs_to_see(lead: Office) -> None:
    """Björn snoozed it, and cannot see its type any more; the row of what is due leads nowhere else."""
    world = lead.world
    lead.store.snoozes.put(world.acme, snoozed_id(lead), Snooze(world.clock.now + HOUR, world.bjorn))
    lead.store.due.put("snooze", str(snoozed_id(lead)), world.clock.now, world.clock.now, world.acme)
    lead.store.due.put("snooze", "99", world.clock.now, world.clock.now, world.acme)
    lead.store.due.put("snooze", "98", world.clock.now, world.clock.now)
    lead.did(team.add(lead.setup, "Staff", add_members=["anna@acme.example"]))
    lead.did(record_type.change(lead.setup, None, "lead", TypeChanges(teams_only=True, add_teams=["Staff"])))
    due(lead)
    assert lead.world.record("LEAD-1").snoozed_until_at is not None
    lead.store.due.put("snooze", str(snoozed_id(lead)), world.clock.now + HOUR, world.clock.now, world.acme)
    world.clock.now += 2 * HOUR
    due(lead)
    assert notices(lead, world.bjorn) == [] and notices(lead, world.anna) == [
        "LEAD-1 was snoozed until today: Quote for 40 chairs"
    ]


@settings(max_examples=examples(60), deadline=None)
@given(st.datetimes(datetime(2020, 1, 1), datetime(2190, 1, 1)), st.sampled_from(ZONES))
def test_the_morning_of_a_day_is_on_that_day(moment: datetime, name: str) -> None:
    """In whatever zone, today's and tomorrow's morning stand on those days, and tomorrow's is yet to come."""
    found = day.zone(name)
    now = int(moment.replace(tzinfo=UTC).timestamp() * 1000)
    today = day.today(now, found)
    after = today + timedelta(days=1)
    assert day.today(day.morning(today, found), found) == today
    assert day.today(day.morning(after, found), found) == after and day.morning(after, found) > now


def test_a_day_in_other_spellings() -> None:
    assert day.named("until", " 2026-11-30 ") == day.named("until", "20261130") == date(2026, 11, 30)
    with pytest.raises(RefusedAct):
        day.named("until", "30.11.2026")


def test_many_at_once_and_each_that_is_as_it_was_left_comes_back(lead: Office) -> None:
    for title in ("Two", "Three"):
        lead.did(record.add(lead.setup, "lead", title=title))
    labels, wanted = ["LEAD-1", "LEAD-2", "LEAD-3"], in_days(lead, 3)
    lead.did(snooze.snooze(lead.setup, "LEAD-3", in_days(lead, 9)))
    before = lead.world.record("LEAD-3").snoozed_until_at
    done = lead.did(snooze.snooze_many(lead.setup, labels, wanted))
    assert done.subject == "LEAD-1, LEAD-2, LEAD-3"
    assert len({lead.world.record(one).snoozed_until_at for one in labels}) == 1
    lead.did(snooze.wake(lead.setup, "LEAD-2"))
    lead.did(undo.undo(lead.setup, done.trace))
    assert [lead.world.record(one).snoozed_until_at for one in labels] == [None, None, before]
    refused = undo.undo(lead.setup, done.trace)
    assert lead.refused(refused)[1] == "changed_since"
    assert lead.refused(snooze.snooze_many(lead.setup, [], wanted)) == ("record", "nothing_ticked")
    assert lead.refused(snooze.snooze_many(lead.setup, labels, "2001-01-04"))[1] == "day_over"
