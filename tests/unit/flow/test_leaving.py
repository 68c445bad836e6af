"""What leaves at a time: once its time has come, never after it was taken back, and given back with the reason."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

import pytest

from tests.unit.world import World
from weftmail.core.calendar_card import card
from weftmail.core.limits import CALENDAR_SIZE
from weftmail.flow.actor import Actor
from weftmail.flow.due.runner import Runner
from weftmail.flow.forwarding import files_of
from weftmail.flow.leaving import choices, moment, named_moment
from weftmail.flow.post import Draft, DraftFile, post
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import leaving, move, undo
from weftmail.flow.setup.act import Setup
from weftmail.flow.written import Written, WrittenRecord, WrittenTo, give_back
from weftmail.store.attachment import NewAttachment
from weftmail.store.record import Record

KARIN = WrittenTo("to", "Karin Ek", "karin@customer.example")
WAIT = 10_000


class Writing:
    """LEAD-1 with Karin's mail, and Anna who writes on it."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.deliver(world.mail(verified=True), "leads@acme.example")
        self.runner = Runner(world.store, world.installation, "a test")

    @property
    def record(self) -> Record:
        return self.world.record("LEAD-1")

    def setup(self, user_id: int | None = None, name: str = "Anna") -> Setup:
        actor = Actor(name, self.world.anna if user_id is None else user_id)
        return Setup(self.world.store, actor, self.world.clock, None, lambda *_: "", ("en",), lambda _: True)

    def draft(self, words: Written | None = None) -> int:
        words = words or Written(text="Yes", subject="About chairs", people=(KARIN,))
        kind, world = "note" if words.note else "message", self.world
        return world.store.drafts.put(world.acme, self.record.id, world.anna, kind, words.as_json(), world.clock())  # type: ignore[arg-type]

    def leaves(self, draft: int, wait: int = WAIT, **how: bool) -> None:
        done = leaving.leave(self.setup(), self.world.acme, draft, self.world.clock.now + wait, **how)
        assert not isinstance(done, Refusal)

    def passes(self, wait: int) -> None:
        self.world.clock.now += wait
        while self.runner.round():
            pass

    def kinds(self) -> list[str]:
        return [one.kind for one in self.world.thread("LEAD-1")]

    def states(self) -> list[str]:
        return [
            one.state for one in self.world.store.drafts.of_record(self.world.acme, self.record.id, self.world.anna)
        ]


@pytest.fixture
def writing(world: World) -> Writing:
    return Writing(world)


def test_it_leaves_once_its_time_has_come_with_its_files_and_not_before(writing: Writing) -> None:
    world, store = writing.world, writing.world.store
    draft = writing.draft(Written(text="Yes", subject="About chairs", people=(KARIN,), after_send="close"))
    (blob,) = store.blobs.put_all(world.acme, [b"%PDF"])
    store.drafts.add_file(world.acme, draft, NewAttachment(blob, "plan.pdf", "application/pdf"))
    writing.leaves(draft)
    writing.passes(WAIT - 1000)
    assert writing.kinds() == ["received"] and writing.states() == ["leaving"]
    writing.passes(2000)
    sent = world.thread("LEAD-1")[1]
    assert (sent.kind, sent.text, sent.subject, sent.author_name) == ("post", "Yes", "About chairs", "Anna")
    assert [one.filename for one in store.messages.attachments(world.acme, sent.id)] == ["plan.pdf"]
    assert writing.states() == [] and writing.record.state == "closed" and writing.record.owner_id == world.anna
    assert [one.address for one in store.messages.deliveries(world.acme, sent.id) if one.contact_id] == [KARIN.address]
    late = leaving.take_back(writing.setup(), world.acme, draft)
    assert isinstance(late, Refusal) and late.code == "message_left"


def test_what_is_taken_back_never_leaves_and_stands_above_what_was_begun_since(writing: Writing) -> None:
    draft = writing.draft()
    writing.leaves(draft)
    again = writing.draft(Written(text="And another", people=(KARIN,)))
    assert again != draft
    done = leaving.take_back(writing.setup(), writing.world.acme, draft)
    assert not isinstance(done, Refusal)
    writing.passes(WAIT * 2)
    assert writing.kinds() == ["received"] and writing.states() == ["writing"]
    (kept,) = writing.world.store.drafts.of_record(writing.world.acme, writing.record.id, writing.world.anna)
    assert Written.from_json(kept.body).text == "Yes\n\nAnd another" and kept.id == draft
    assert Written.from_json(kept.body).about is None and not give_back(writing.world.store, kept, 1)
    twice = leaving.take_back(writing.setup(), writing.world.acme, draft)
    assert isinstance(twice, Refusal) and twice.code == "message_left"


def test_what_stands_below_brings_what_its_saved_replies_do(writing: Writing) -> None:
    draft = writing.draft(Written(text="Yes", people=(KARIN,), saved_replies=(1,), tags=("big",)))
    writing.leaves(draft)
    writing.draft(
        Written(text="Dear {owner.name}", people=(KARIN,), saved_replies=(2, 1), tags=("vip", "big"), assign="Sales")
    )
    assert not isinstance(leaving.take_back(writing.setup(), writing.world.acme, draft), Refusal)
    (kept,) = writing.world.store.drafts.of_record(writing.world.acme, writing.record.id, writing.world.anna)
    words = Written.from_json(kept.body)
    assert (words.saved_replies, words.tags, words.assign) == ((1, 2), ("big", "vip"), "Sales")


def test_an_empty_placeholder_of_what_stands_below_does_not_leave(writing: Writing) -> None:
    draft = writing.draft()
    writing.leaves(draft)
    writing.draft(Written(text="Dear {owner.name}", people=(KARIN,), saved_replies=(1,)))
    assert not isinstance(leaving.take_back(writing.setup(), writing.world.acme, draft), Refusal)
    writing.leaves(draft)
    writing.passes(WAIT + 1000)
    assert "post" not in writing.kinds() and writing.states() == ["writing"]


def test_what_is_to_leave_goes_back_with_a_record_that_is_separated(writing: Writing) -> None:
    world = writing.world
    world.deliver(world.mail(verified=True, subject="Lamps"), "leads@acme.example")
    draft = writing.draft()
    writing.leaves(draft, scheduled=True)
    note = writing.draft(Written(note=True, text="Ask Erik"))
    goal = world.record("LEAD-2")

    def places() -> list[list[int]]:
        found = (world.store.drafts.of_record(world.acme, one, world.anna) for one in (home, goal.id))
        return [[one.id for one in drafts] for drafts in found]

    home = writing.record.id
    assert not isinstance(move.merge(writing.setup(), "LEAD-1", "LEAD-2"), Refusal)
    assert places() == [[], [draft, note]]
    assert not isinstance(move.separate(writing.setup(), "LEAD-1"), Refusal)
    assert places() == [[draft, note], []]
    writing.passes(WAIT + 1000)
    assert [one.text for one in world.thread("LEAD-1") if one.kind == "post"] == ["Yes"]
    assert "post" not in [one.kind for one in world.thread("LEAD-2")]


def test_the_time_of_a_scheduled_one_stays_proposed_once_it_is_a_draft_again(writing: Writing) -> None:
    draft, at = writing.draft(), writing.world.clock.now + WAIT
    writing.leaves(draft, scheduled=True, unless_answered=True)
    assert not isinstance(leaving.take_back(writing.setup(), writing.world.acme, draft), Refusal)
    (kept,) = writing.world.store.drafts.of_record(writing.world.acme, writing.record.id, writing.world.anna)
    words = Written.from_json(kept.body)
    assert (words.leaves_at, words.unless_answered, words.people) == (at, True, (KARIN,))
    # One that was only in its undo time had no time of its own.
    writing.leaves(draft)
    leaving.take_back(writing.setup(), writing.world.acme, draft)
    begun = WrittenRecord({"title": "T"}, words)
    assert WrittenRecord.from_json(begun.as_json()) == begun


def test_what_answers_a_message_that_was_moved_answers_the_last_one_of_its_own_record(writing: Writing) -> None:
    world = writing.world
    first = world.thread("LEAD-1")[0]
    world.deliver(world.mail(references=[first.rfc_message_id]), "leads@acme.example")
    world.deliver(world.mail(subject="Something else"), "leads@acme.example")
    moved, draft = world.thread("LEAD-1")[1], writing.draft(Written(text="Yes", about=None, people=(KARIN,)))
    words = Written(text="Yes", about=moved.id, people=(KARIN,)).as_json()
    world.store.drafts.put(world.acme, writing.record.id, world.anna, "message", words, world.clock())
    writing.leaves(draft)
    assert not isinstance(move.move(writing.setup(), "LEAD-1", [moved.number], "LEAD-2"), Refusal)
    writing.passes(WAIT)
    sent = next(one for one in world.thread("LEAD-1") if one.kind == "post")
    assert sent.answers_id == first.id


ICS = b"""BEGIN:VCALENDAR
BEGIN:VEVENT
SUMMARY:Site visit
DTSTART:20270118T090000Z
DTEND:20270118T100000Z
LOCATION:Harbour 4
END:VEVENT
END:VCALENDAR
"""


@pytest.mark.parametrize(
    ("name", "content_type", "content", "kept"),
    [
        ("visit.ics", "text/calendar", ICS, True),
        ("visit.ICS", "application/octet-stream", ICS, True),
        ("visit.txt", "text/plain", ICS, False),
        ("visit.ics", "text/calendar", b"no calendar", False),
        ("visit.ics", "text/calendar", ICS + b" " * CALENDAR_SIZE, False),
    ],
)
def test_a_calendar_that_a_colleague_sends_has_its_card(
    writing: Writing, name: str, content_type: str, content: bytes, kept: bool
) -> None:
    """Kept with a draft, handed in with a message, and sent on once more."""
    world, store = writing.world, writing.world.store
    draft = writing.draft()
    (blob,) = store.blobs.put_all(world.acme, [content])
    store.drafts.add_file(world.acme, draft, NewAttachment(blob, name, content_type))
    writing.leaves(draft)
    writing.passes(WAIT)
    anna = store.users.get(world.anna)
    assert anna is not None
    files = [DraftFile(name, content_type, content)]
    second = post(store, world.installation, writing.record, anna, Draft("Here", to=[KARIN.address], files=files))
    first = next(one for one in world.thread("LEAD-1") if one.kind == "post")
    again = store.messages.get(world.acme, second)
    assert again is not None
    for message in (first, again):
        (file,) = store.messages.attachments(world.acme, message.id)
        found = card(file.card)
        assert (found is not None) is kept and (
            found is None or (found.summary, found.place) == ("Site visit", "Harbour 4")
        )
        assert [one.card for one in files_of(store, message)] == [file.card]


def test_only_its_author_takes_it_back_or_moves_its_time(writing: Writing) -> None:
    draft = writing.draft()
    writing.leaves(draft)
    bjorn = writing.setup(writing.world.bjorn, "Björn")
    for done in (
        leaving.take_back(bjorn, writing.world.acme, draft),
        leaving.leave(bjorn, writing.world.acme, draft, 1),
    ):
        assert isinstance(done, Refusal) and done.code == "message_of_others"
    gone = leaving.take_back(writing.setup(), writing.world.acme, 99)
    assert isinstance(gone, Refusal) and gone.code == "message_left"


def test_a_scheduled_one_is_moved_and_leaves_at_its_new_time(writing: Writing) -> None:
    draft = writing.draft()
    writing.leaves(draft, 3600_000, scheduled=True)
    writing.leaves(draft, 7200_000, scheduled=True)
    writing.passes(3600_000 + 1000)
    assert writing.states() == ["scheduled"]
    writing.passes(3600_000)
    assert writing.kinds() == ["received", "post"]


@pytest.mark.parametrize("answers", [True, False])
def test_it_does_not_leave_if_they_answer_first(writing: Writing, answers: bool) -> None:
    world, draft = writing.world, writing.draft()
    writing.leaves(draft, 3600_000, scheduled=True, unless_answered=True)
    if answers:
        first = world.thread("LEAD-1")[0].rfc_message_id
        world.deliver(world.mail(text="Never mind", verified=True, references=[first]), "leads@acme.example")
    writing.passes(3600_000)
    assert writing.states() == (["writing"] if answers else [])
    assert writing.kinds() == (["received", "received", "event"] if answers else ["received", "post"])
    if answers:
        says = world.thread("LEAD-1")[-1].says
        assert says is not None and says.code == "event.not left" and says.values["name"] == "Anna"
        found = world.store.messages.deliveries(world.acme, world.thread("LEAD-1")[-1].id)
        assert {one.user_id for one in found} == {world.anna}


def test_what_cannot_be_sent_any_more_is_a_draft_again_with_the_reason(writing: Writing) -> None:
    world, draft = writing.world, writing.draft()
    writing.leaves(draft)
    anna = world.store.users.get(world.anna)
    assert anna is not None
    world.store.users.set(replace(anna, active=False))
    writing.passes(WAIT)
    assert writing.kinds() == ["received", "event"] and writing.states() == ["writing"]


def test_what_is_gone_or_not_due_is_left_alone(writing: Writing) -> None:
    world, draft = writing.world, writing.draft()
    writing.leaves(draft)
    # A clock that was set back: it comes again at its time.
    world.store.due.put("send", str(draft), 1, 1, world.acme)
    writing.passes(0)
    assert writing.states() == ["leaving"]
    world.store.due.put("send", "99", 1, 1, world.acme)
    world.store.due.put("send", "98", 1, 1, None)
    writing.passes(0)
    writing.passes(WAIT)
    assert writing.kinds() == ["received", "post"] and world.store.due.remove("send", "98") is False


def test_forwards_and_notes_are_kept_as_what_they_are(writing: Writing) -> None:
    world = writing.world
    mail = world.mail(files=[("plan.pdf", b"%PDF")], references=[world.thread("LEAD-1")[0].rfc_message_id])
    world.deliver(mail, "leads@acme.example")
    about = world.thread("LEAD-1")[1]
    words = Written(how="forward", about=about.id, text="See", people=(KARIN, replace(KARIN, ticked=False)), along=(1,))
    again = Written.from_json(words.as_json())
    assert again == words and again.named("to") == ('"Karin Ek" <karin@customer.example>',)
    draft = again.draft(world.store, world.acme, [])
    assert (draft.forwards_id, draft.answers_id, [one.filename for one in draft.kept]) == (about.id, None, ["plan.pdf"])
    bare = replace(words, along=(), people=(WrittenTo("cc", "", "x@y.example"),)).draft(world.store, world.acme, [])
    assert bare.kept == [] and bare.cc == ("x@y.example",)
    note = Written(note=True, text="In", about=about.id, mention="Anna, ").draft(world.store, world.acme, [])
    assert (note.to, note.answers_id, note.mentions) == (None, about.id, ["Anna"])
    assert Written(how="new", text="T").draft(world.store, world.acme, []).new


def test_undone_or_sent_and_never_both_whatever_comes_first(writing: Writing) -> None:
    chance, undone, sent = random.Random(7), 0, 0
    for number in range(60):
        draft = writing.draft(Written(text=f"Number {number}", people=(KARIN,)))
        writing.leaves(draft)
        before = writing.kinds().count("post")
        writing.passes(chance.choice((0, WAIT - 2000, WAIT + 1000)))
        back = not isinstance(leaving.take_back(writing.setup(), writing.world.acme, draft), Refusal)
        writing.passes(WAIT * 2)
        left = writing.kinds().count("post") - before
        assert (back, left) in ((True, 0), (False, 1))
        undone, sent = undone + back, sent + left
        if back:
            writing.world.store.drafts.remove(writing.world.acme, draft)
    assert undone > 10 and sent > 10


STOCKHOLM = ZoneInfo("Europe/Stockholm")
NOON = int(datetime(2026, 11, 27, 11, 0, tzinfo=UTC).timestamp() * 1000)


def local(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, STOCKHOLM).isoformat(timespec="minutes")[:16]


def test_an_undo_knows_its_own_draft(writing: Writing) -> None:
    draft = writing.draft()
    done = leaving.leave(writing.setup(), writing.world.acme, draft, writing.world.clock.now + WAIT)
    assert not isinstance(done, Refusal)
    writing.passes(WAIT)
    # Another one has its number since.
    writing.world.clock.now += 1000
    assert writing.draft() == draft
    writing.leaves(draft)
    late = undo.undo(writing.setup(), done.trace)
    assert isinstance(late, Refusal) and late.code == "message_left"


@pytest.mark.parametrize(("takes", "owner"), [(True, True), (False, False)])
def test_who_answers_takes_what_nobody_owns_where_its_team_wants_it(writing: Writing, takes: bool, owner: bool) -> None:
    world = writing.world
    team = world.store.teams.add(world.acme, "Sales", 1)
    found = world.store.teams.get(world.acme, team)
    assert found is not None
    world.store.teams.set_ways(replace(found, takes=takes))
    world.store.records.set(replace(writing.record, owner_id=None, owner_team_id=team), 1)
    writing.leaves(writing.draft(Written(text="Yes", people=(KARIN,), after_send="wait")))
    writing.passes(WAIT)
    assert (writing.record.owner_id == world.anna) is owner and writing.record.state == "waiting"


def offered(now: int, zone: ZoneInfo) -> str:
    return ", ".join(
        f"{one.name} {datetime.fromtimestamp(one.at / 1000, zone):%-d %H:%M}" for one in choices(now, zone)
    )


def at(zone: str, *when: int) -> int:
    return int(datetime(*when, tzinfo=ZoneInfo(zone)).timestamp() * 1000)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("zone", "now", "wanted"),
    [
        # A Friday.
        ("Europe/Stockholm", (2026, 11, 27, 12), "today 27 17:00, tomorrow 28 08:00, monday 30 08:00"),
        # To the minute: what has begun is over.
        ("Europe/Stockholm", (2026, 11, 27, 16, 59), "today 27 17:00, tomorrow 28 08:00, monday 30 08:00"),
        ("Europe/Stockholm", (2026, 11, 27, 17), "tomorrow 28 08:00, monday 30 08:00"),
        # A Sunday: tomorrow is Monday, which is offered once.
        ("Europe/Stockholm", (2026, 11, 29, 9), "today 29 17:00, tomorrow 30 08:00"),
        # A Monday: the next one.
        ("Europe/Stockholm", (2026, 11, 30, 1), "today 30 17:00, tomorrow 1 08:00, monday 7 08:00"),
        # The evening before the clocks go forward, and before they go back: eight by the clock of the morning.
        ("Europe/Stockholm", (2026, 3, 28, 20), "tomorrow 29 08:00, monday 30 08:00"),
        ("Europe/Stockholm", (2026, 10, 24, 20), "tomorrow 25 08:00, monday 26 08:00"),
        # One moment is another day elsewhere.
        ("Pacific/Auckland", (2026, 11, 28, 1), "today 28 17:00, tomorrow 29 08:00, monday 30 08:00"),
        ("America/St_Johns", (2026, 12, 31, 23, 59), "tomorrow 1 08:00, monday 4 08:00"),
        ("Asia/Kathmandu", (2026, 11, 27, 16, 45), "today 27 17:00, tomorrow 28 08:00, monday 30 08:00"),
        # A day that a zone left out as it changed sides of the date line.
        ("Pacific/Apia", (2011, 12, 29, 9), "today 29 17:00, monday 2 08:00"),
    ],
)  # fmt: skip
def test_times_are_those_of_the_users_zone(zone: str, now: tuple[int, ...], wanted: str) -> None:
    assert offered(at(zone, *now), ZoneInfo(zone)) == wanted


def test_every_time_that_is_offered_is_to_come_and_leaves_when_it_says() -> None:
    """Of 3,000 moments in 40 zones: each is in the future, once, in order, and what the form holds for it is it."""
    chance = random.Random(20)
    zones = chance.sample(sorted(available_timezones() - {"localtime"}), 40)
    for _ in range(3000):
        zone, now = ZoneInfo(chance.choice(zones)), chance.randrange(1_600_000_000_000, 2_000_000_000_000)
        found = choices(now, zone)
        assert [one.at for one in found] == sorted({one.at for one in found}) and all(now < one.at for one in found)
        for one in found:
            assert moment(one.value, "", now, zone) == named_moment(one.name, now, zone) == one.at
            there = datetime.fromtimestamp(one.at / 1000, zone)
            assert (there.hour, there.minute) == ((17, 0) if one.name == "today" else (8, 0))
            assert one.name != "monday" or there.weekday() == 0


def test_what_was_seen_is_what_is_meant() -> None:
    evening, morning, _ = choices(NOON, STOCKHOLM)
    assert local(moment(morning.value, "", NOON, STOCKHOLM)) == "2026-11-28T08:00"
    # Sent after midnight it still leaves when its author saw, and after five it does not.
    assert local(moment(morning.value, "", NOON + 13 * 3600_000, STOCKHOLM)) == "2026-11-28T08:00"
    with pytest.raises(RefusedAct, match="time_past"):
        moment(evening.value, "", NOON + 6 * 3600_000, STOCKHOLM)
    with pytest.raises(RefusedAct, match="time_malformed"):
        moment("evening", "2026-11-28T08:00", NOON, STOCKHOLM)
    assert local(moment("at", " 2026-12-24T15:30", NOON, STOCKHOLM)) == "2026-12-24T15:30"
    assert moment("at", "2026-12-24T15:30", NOON, None) > NOON
    assert local(named_moment(" Monday ", NOON, STOCKHOLM)) == "2026-11-30T08:00"
    # The hour that the clocks leave out, to either side of it, and the one that they show twice.
    for typed, code in (("2027-03-28T02:30", "time_skipped"), ("2027-03-28T02:00", "time_skipped")):
        with pytest.raises(RefusedAct, match=code):
            moment("at", typed, NOON, STOCKHOLM)
    for typed in ("2027-03-28T01:59", "2027-03-28T03:00", "2027-10-31T02:30", "2027-03-28T03:00:00.123456"):
        assert local(moment("at", typed, NOON + 60 * 24 * 3600_000, STOCKHOLM)) == typed[:16]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("soon", "time_malformed"),
        ("", "time_malformed"),
        ("2026-11-27T11:59", "time_past"),
        ("2028-01-01T08:00", "time_past"),
    ],
)
def test_what_is_no_time_to_leave_at(typed: str, code: str) -> None:
    with pytest.raises(RefusedAct) as refused:
        moment("at", typed, NOON, STOCKHOLM)
    assert refused.value.refusal.code == code
