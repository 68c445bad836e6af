"""Out of office: days of one's own zone, who stands in, what reaches them, and the way back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.flow.setup.conftest import Office
from tests.unit.world import ERIK
from weftmail.core.wording.sentences import say
from weftmail.flow import day
from weftmail.flow.actor import Actor
from weftmail.flow.due.runner import Runner
from weftmail.flow.notices import notify_of_failure, notify_of_record
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import absence, record, undo, user
from weftmail.flow.setup.record_change import RecordChanges
from weftmail.store.absence import AwayColleague

ANNA, BJORN = "anna@acme.example", "bjorn@acme.example"
TODAY, TOMORROW, LATER = "2027-01-15", "2027-01-16", "2027-01-20"
"""The clock of the tests begins on the first of them."""


def away(office: Office, address: str = ANNA, until: str = LATER, **how: str) -> None:
    office.did(absence.leave(office.setup, address, until, **{"substitute": BJORN, **how}))


def due(office: Office) -> None:
    Runner(office.store, office.world.installation, "here").round()


def told_of(office: Office, user_id: int) -> list[str]:
    return [say(one.says) for one in office.store.inbox.notices(user_id, office.world.acme)]


def is_away(office: Office) -> bool:
    found = office.store.absences.get(office.world.anna)
    return found is not None and found.away


def test_it_begins_and_ends_by_itself_and_who_stands_in_hears_of_it(office: Office) -> None:
    away(office, from_=TOMORROW)
    assert not is_away(office) and told_of(office, office.world.bjorn) == []
    office.world.clock.now += 24 * 3600_000
    due(office)
    assert is_away(office)
    assert told_of(office, office.world.bjorn) == ["Anna is away until 2027-01-20, and you stand in"]
    (found,) = office.store.absences.of_company(office.world.acme)
    assert found == AwayColleague(office.world.anna, "Anna", found.until_at, office.world.bjorn, "Björn")
    office.world.clock.now += 6 * 24 * 3600_000
    due(office)
    assert office.store.absences.get(office.world.anna) is None and office.store.absences.of_company(1) == []
    assert [one for one in office.store.due.all() if one.kind == "absence"] == []


def test_at_once_and_back_again_with_undo(office: Office) -> None:
    made = office.did(absence.leave(office.setup, ANNA, LATER, substitute=BJORN))
    assert (made.now["away_from"], made.now["away_until"], made.now["substitute"]) == (TODAY, LATER, BJORN)
    assert is_away(office) and len(told_of(office, office.world.bjorn)) == 1
    again = office.did(absence.leave(office.setup, ANNA, LATER, substitute=BJORN, from_=TODAY))
    assert again.changes == () and len(told_of(office, office.world.bjorn)) == 1, "nothing new to hear"
    ended = office.did(absence.back(office.setup, ANNA))
    assert not is_away(office)
    assert isinstance(absence.back(office.setup, ANNA), Refusal)
    office.did(undo.undo(office.setup, ended.trace))
    assert is_away(office)
    ended = office.did(absence.back(office.setup, ANNA))
    office.world.clock.now += 10 * 24 * 3600_000
    assert isinstance(undo.undo(office.setup, ended.trace), Refusal), "it would be over"


def test_nobody_need_stand_in_and_what_was_planned_is_undone(office: Office) -> None:
    made = office.did(absence.leave(office.setup, ANNA, LATER, from_=TOMORROW))
    assert made.now["substitute"] is None
    office.did(undo.undo(office.setup, made.trace))
    assert office.store.absences.get(office.world.anna) is None
    moved = office.did(absence.leave(office.setup, ANNA, LATER))
    ended = office.did(absence.back(office.setup, ANNA))
    office.did(undo.undo(office.setup, ended.trace))
    assert isinstance(undo.undo(office.setup, moved.trace), Refusal) is False


@pytest.mark.parametrize(
    ("how", "field", "code"),
    [
        ({"until": "tomorrow"}, "away_until", "day_malformed"),
        ({"until": TODAY}, "away_until", "back_too_early"),
        ({"until": TOMORROW, "from_": TOMORROW}, "away_until", "back_too_early"),
        ({"until": LATER, "from_": "x"}, "away_from", "day_malformed"),
        ({"until": LATER, "substitute": ANNA}, "substitute", "substitute_self"),
        ({"until": LATER, "substitute": "nobody@acme.example"}, "substitute", "no_such_user"),
        ({"until": LATER, "substitute": "eva@acme.example"}, "substitute", "substitute_elsewhere"),
        ({"until": LATER, "substitute": "rolf@acme.example"}, "substitute", "substitute_elsewhere"),
    ],
)
def test_what_cannot_be(office: Office, how: dict[str, str], field: str, code: str) -> None:
    office.store.companies.add("Beta", 1)
    office.did(user.add(office.setup, "eva@acme.example", company="Beta"))
    office.did(user.add(office.setup, "rolf@acme.example", company="Acme", role="reader"))
    refused = absence.leave(office.setup, ANNA, **how)
    assert isinstance(refused, Refusal) and (refused.field, refused.code) == (field, code)
    assert office.store.absences.get(office.world.anna) is None


def test_the_days_are_those_of_the_persons_zone_and_move_with_it(office: Office) -> None:
    office.did(user.change(office.setup, ANNA, time_zone="Europe/Stockholm"))
    away(office, from_=TOMORROW)
    found = office.store.absences.get(office.world.anna)
    assert found is not None
    assert found.from_at == day.begin(day.named("", TOMORROW), day.zone("Europe/Stockholm"))
    changed = office.did(user.change(office.setup, ANNA, time_zone="America/New_York"))
    moved = office.store.absences.get(office.world.anna)
    assert moved is not None and moved.from_at - found.from_at == 6 * 3600_000
    office.did(undo.undo(office.setup, changed.trace))
    assert office.store.absences.get(office.world.anna) == found


def test_what_is_assigned_to_somebody_away_reaches_who_stands_in(office: Office) -> None:
    office.world.deliver(office.world.mail(), "leads@acme.example")
    away(office)
    office.did(record.change(office.setup, "LEAD-1", RecordChanges(owner="")))
    by = replace(office.setup, actor=Actor("Karl", None))
    assert not isinstance(record.change(by, "LEAD-1", RecordChanges(owner=ANNA)), Refusal)
    assert told_of(office, office.world.anna)[0].startswith("Karl assigned LEAD-1 to you")
    assert told_of(office, office.world.bjorn)[0].startswith("Karl assigned LEAD-1 to Anna, who is away")
    notify_of_record(office.store, office.world.record("LEAD-1"), office.world.anna, Actor("Karl", None), "added", 9)
    assert "added you as a follower" in told_of(office, office.world.anna)[0]
    assert "follower" not in told_of(office, office.world.bjorn)[0]


def test_an_answer_and_a_failure_reach_who_stands_in_and_say_whose_they_are(office: Office) -> None:
    office.world.deliver(office.world.mail(), "leads@acme.example")
    office.did(user.change(office.setup, BJORN, prefers="email"))
    away(office)
    office.did(record.change(office.setup, "LEAD-1", RecordChanges(owner=ANNA)))
    first = office.world.thread("LEAD-1")[0].rfc_message_id
    row = office.world.deliver(office.world.mail(references=[first]), "leads@acme.example")
    assert row.record == "LEAD-1" and row.message_id is not None
    people = {one.user_id for one in office.store.messages.deliveries(office.world.acme, row.message_id)}
    assert people == {office.world.anna, office.world.bjorn}
    found = office.store.connection.execute(
        "select stands_in_for from delivery where message_id = :id and user_id = :user and channel = 'inbox'",
        {"id": row.message_id, "user": office.world.bjorn},
    )
    assert found.fetchall() == [("Anna",)]
    held = office.world.deliver(office.world.mail(ERIK, references=[first]), "leads@acme.example")
    assert held.state == "held"
    assert told_of(office, office.world.bjorn)[0].startswith("For Anna, who is away: An email from erik@other.example")
    office.world.clock.now += 16 * 60_000
    due(office)
    found_record = office.world.record("LEAD-1")
    assert (found_record.stand_in, found_record.owner_away_until_at is not None) == ("Björn", True)
    notify_of_failure(office.store, found_record, row.message_id, office.world.anna, office.world.clock())
    people = {one.user_id for one in office.store.messages.deliveries(office.world.acme, row.message_id)}
    assert people == {office.world.anna, office.world.bjorn}
    mails = [one for one in office.store.listings.outbox() if one.row.audience == "notices"]
    assert len(mails) == 1, "by mail, too, who stands in reads whose it is"


def test_who_is_gone_meanwhile_leaves_nothing_behind(office: Office) -> None:
    office.store.due.put("absence", "99", 1, 1)
    office.store.due.put("absence", str(office.world.bjorn), 1, 1)
    due(office)
    assert [one for one in office.store.due.all() if one.kind == "absence"] == []
