"""The inbox: each record once, over all companies, until its reader is done with it; what waits stays until settled."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.unit.flow.setup.conftest import Office
from tests.unit.flow.test_reports import report
from tests.unit.world import ERIK, KARIN, World
from weftmail.core.tokens import reply_token
from weftmail.core.tokens.reply_token import Token
from weftmail.core.wording.phrase import Phrase
from weftmail.core.wording.sentences import say
from weftmail.flow import day, inbox, review
from weftmail.flow.actor import Actor
from weftmail.flow.due.runner import Runner
from weftmail.flow.inbox import InboxGroup
from weftmail.flow.post import Draft, post
from weftmail.flow.setup import activity, participant, record, undo
from weftmail.flow.setup.activity import Planned
from weftmail.flow.setup.record_change import RecordChanges
from weftmail.flow.withdrawal import take_back
from weftmail.store.inbox_list import InboxPlace, Whose

LEADS = "leads@acme.example"
DAY = 24 * 3600_000
FIRST = InboxPlace()


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """LEAD-1 of Karin, whom Anna has not answered yet."""
    made = Office(World(tmp_path))
    made.world.deliver(made.world.mail(KARIN, verified=True), LEADS)
    return made


def annas(office: Office, *more: int) -> Whose:
    return Whose(office.world.anna, (office.world.acme, *more))


def shown(office: Office, before: InboxPlace = FIRST, most: int = 50) -> list[InboxGroup]:
    return list(inbox.page(office.store.inbox_lists, annas(office), before, most).groups)


def labels(office: Office) -> list[str]:
    return [one.label for one in shown(office)]


def unread(office: Office) -> int:
    return office.store.inbox_lists.unread(annas(office))


def done(office: Office, key: str = "r1") -> int:
    """Be done with a group as it stands now; return when."""
    now = office.world.clock()
    inbox.done(office.store.inbox_lists, office.world.acme, office.world.anna, key, now, now)
    return now


def answer(office: Office, text: str = "And by when?", author: str = KARIN, **more: bool) -> None:
    first = office.world.thread("LEAD-1")[0].rfc_message_id
    raw = office.world.mail(author, text=text, references=[first], verified=more.get("verified", True))
    office.world.deliver(raw, LEADS)


def bounce(office: Office) -> None:
    """Anna answers Karin, and Karin's mailbox is gone."""
    anna = office.store.users.get(office.world.anna)
    assert anna is not None
    post(
        office.store, office.world.installation, office.world.record("LEAD-1"), anna,
        Draft(text=f"Hello at {office.world.clock()}.", to=["karin@customer.example"]),
    )  # fmt: skip
    sent = office.world.thread("LEAD-1")[-1].id
    there = office.store.messages.deliveries(office.world.acme, sent)
    contact = next(one.contact_id for one in there if one.contact_id is not None)
    token = Token("bounce", sent, contact or 0, 0)
    path = reply_token.address(office.world.installation.keyring, token, "acme.example")
    said = report(office.world, address="karin@customer.example").replace(b"by mail", f"{sent}".encode())
    office.world.deliver(said, path, sender="")


def plan(office: Office) -> int:
    """Plan an activity for tomorrow, let its morning come, and return its number."""
    tomorrow = day.today(office.world.clock.now, None) + timedelta(days=1)
    made = office.did(activity.add(office.setup, "LEAD-1", Planned("call", tomorrow.isoformat(), note="oak")))
    office.world.clock.now = max(office.world.clock.now, day.morning(tomorrow, None) + 1)
    Runner(office.store, office.world.installation, "here").round()
    number = made.now["id"]
    assert isinstance(number, int)
    return number


def test_a_record_stands_once_by_its_newest_entry(office: Office) -> None:
    office.world.deliver(office.world.mail(ERIK, subject="Tables"), LEADS)
    answer(office)
    assert labels(office) == ["LEAD-1", "LEAD-2"]
    first, second = shown(office)
    assert (first.entries, first.unread, second.entries) == (2, 2, 1)
    assert first.message is not None and first.message.text.startswith("And by when?") and first.notice is None
    assert first.title == "Quote for 40 chairs" and unread(office) == 3


def test_a_notice_and_a_message_of_one_record_are_one_group(office: Office) -> None:
    says = Phrase("notice.assigned", {"actor": "Björn", "record": "LEAD-1", "title": "Chairs"})
    record_id = office.world.record("LEAD-1").id
    office.store.inbox.notify(office.world.acme, [office.world.anna], says, office.world.clock(), record_id=record_id)
    (group,) = shown(office)
    assert (group.entries, group.unread, group.message) == (2, 2, None)
    assert group.notice is not None and say(group.notice) == "Björn assigned LEAD-1 to you: Chairs"
    answer(office)
    (group,) = shown(office)
    assert group.message is not None and group.entries == 3 and not group.stays


def test_done_removes_it_until_something_new_and_can_be_undone(office: Office) -> None:
    moment = done(office)
    assert shown(office) == [] and unread(office) == 0
    office.store.inbox_lists.back(annas(office), moment)
    assert labels(office) == ["LEAD-1"] and unread(office) == 1
    done(office)
    answer(office)
    (group,) = shown(office)
    assert (group.entries, group.label) == (1, "LEAD-1")


def test_done_leaves_what_came_since_it_was_shown(office: Office) -> None:
    then = office.world.clock()
    answer(office)
    now = office.world.clock()
    assert inbox.done(office.store.inbox_lists, office.world.acme, office.world.anna, "r1", then, now)
    (group,) = shown(office)
    assert group.entries == 1
    assert not inbox.done(office.store.inbox_lists, office.world.acme, office.world.anna, "r1", then, now)


@pytest.mark.parametrize("key", ["", "r", "rx", "r99", "n99", "x1", "r²", "r" + "9" * 30])
def test_what_names_nothing_changes_nothing(office: Office, key: str) -> None:
    lists, world = office.store.inbox_lists, office.world
    for user in (world.anna, world.bjorn):
        assert not inbox.done(lists, world.acme, user, key if key != "x1" or user != world.anna else "", 10**15, 1)
    inbox.read(office.store, world.acme, world.anna, key if key != "x1" else "r99", 1)
    inbox.unread(lists, world.acme, world.anna, key, 1, message=False)
    assert labels(office) == ["LEAD-1"] and unread(office) == 1


def test_read_and_unread(office: Office) -> None:
    lists, world = office.store.inbox_lists, office.world
    inbox.read(office.store, world.acme, world.anna, "r1", world.clock())
    assert unread(office) == 0 and labels(office) == ["LEAD-1"]
    inbox.unread(lists, world.acme, world.anna, "r1", world.clock(), message=True)
    assert unread(office) == 1
    says = Phrase("notice.second factor on")
    office.store.inbox.notify(world.acme, [world.anna], says, world.clock())
    (alone, _) = shown(office)
    assert alone.notice is not None and say(alone.notice) == "A second factor was turned on for your sign-in"
    assert alone.key == "n1" and alone.unread == 1 and alone.entries == 1 and alone.title == "" and not alone.stays
    inbox.read(office.store, world.acme, world.anna, "n1", world.clock())
    assert unread(office) == 1
    inbox.unread(lists, world.acme, world.anna, "n1", world.clock(), message=False)
    assert unread(office) == 2
    done(office, "n1")
    assert labels(office) == ["LEAD-1"] and unread(office) == 1
    office.store.inbox.notify(world.acme, [world.anna], says, world.clock(), record_id=1)
    inbox.read(office.store, world.acme, world.anna, "r1", world.clock())
    inbox.unread(lists, world.acme, world.anna, "r1", world.clock(), message=False)
    assert unread(office) == 1 and shown(office)[0].message is None


def test_pages_end_where_the_next_begins_even_within_one_moment(office: Office) -> None:
    says = Phrase("notice.second factor on")
    for _ in range(7):
        office.store.inbox.notify(office.world.acme, [office.world.anna], says, 5)
    bounce(office)
    seen, before = [], FIRST
    for _ in range(9):
        found = inbox.page(office.store.inbox_lists, annas(office), before, 2)
        seen += [one.key for one in found.groups]
        if found.following is None:
            break
        before = found.following
    assert seen == ["r1", *(f"n{number}" for number in range(7, 0, -1))]


def test_it_is_one_inbox_over_all_companies(office: Office) -> None:
    store, world = office.store, office.world
    other = store.companies.add("Other", 1)
    store.users.join(other, world.anna, "agent")
    store.inbox.notify(other, [world.anna], Phrase("notice.dns.good", {"domain": "other.example"}), world.clock())
    both = annas(office, other)
    found = inbox.page(store.inbox_lists, both, FIRST, 50).groups
    assert [one.company_id for one in found] == [other, world.acme] and store.inbox_lists.unread(both) == 2
    assert unread(office) == 1, "who left a company has nothing of it"
    assert store.inbox_lists.done_with_all(both, world.clock(), world.clock()) == 2
    assert inbox.page(store.inbox_lists, both, FIRST, 50).groups == []


def test_what_is_held_stays_until_somebody_decides(office: Office) -> None:
    answer(office, author=ERIK)
    (held,) = office.store.listings.review()
    (group,) = shown(office)
    assert group.waiting is not None and group.waiting.held == 1 and not group.stays
    done(office)
    (group,) = shown(office)
    assert group.stays and group.entries == 1 and unread(office) == 1
    review.discard(office.store, office.world.installation, held.id)
    assert shown(office) == [] and unread(office) == 0
    with office.store.transaction():
        take_back(office.store, office.world.row(held.id), Actor("Anna", office.world.anna), office.world.clock())
    assert labels(office) == ["LEAD-1"]


def test_mail_that_is_held_without_a_record_stays_as_well(office: Office) -> None:
    row = office.world.deliver(office.world.mail(subject="Automatic reply: Chairs"), LEADS)
    assert row.state == "held"
    (alone, _) = shown(office)
    assert alone.stays and alone.alone is not None and alone.alone.held
    done(office, alone.key)
    assert len(shown(office)) == 2
    mark = inbox.mark(office.store.inbox_lists, annas(office), 0)
    review.discard(office.store, office.world.installation, row.id)
    assert labels(office) == ["LEAD-1"] and inbox.mark(office.store.inbox_lists, annas(office), 0) != mark


@pytest.mark.parametrize("how", ["taken out", "put right"])
def test_a_failure_stays_until_somebody_does_something_about_it(office: Office, how: str) -> None:
    bounce(office)
    done(office)
    (group,) = shown(office)
    assert group.waiting is not None and group.waiting.failed == 1 and group.stays
    if how == "taken out":
        made = office.did(participant.remove(office.setup, "LEAD-1", "karin@customer.example"))
    else:
        made = office.did(participant.correct(office.setup, "LEAD-1", "karin@customer.example", "karin@new.example"))
    assert shown(office) == [] and unread(office) == 0
    office.did(undo.undo(office.setup, made.trace))
    assert labels(office) == ["LEAD-1"]


def test_an_activity_stays_until_it_is_done(office: Office) -> None:
    number = plan(office)
    done(office)
    (group,) = shown(office)
    assert group.waiting is not None and group.waiting.due == 1 and group.stays
    made = office.did(activity.done(office.setup, number))
    assert shown(office) == [] and unread(office) == 0
    office.did(undo.undo(office.setup, made.trace))
    assert labels(office) == ["LEAD-1"]
    later = (day.today(office.world.clock.now, None) + timedelta(days=9)).isoformat()
    office.did(activity.change(office.setup, number, Planned("call", later)))
    assert shown(office) == []
    office.world.clock.now += 10 * DAY
    Runner(office.store, office.world.installation, "here").round()
    (group,) = shown(office)
    assert group.waiting is not None and group.waiting.due == 1


def test_a_record_in_the_trash_has_no_entries_but_what_is_held(office: Office) -> None:
    answer(office, author=ERIK)
    office.did(record.change(office.setup, "LEAD-1", RecordChanges(title="Chairs")))
    office.store.records.hide(office.world.acme, office.world.record("LEAD-1").id, "trash", office.world.clock())
    (group,) = shown(office)
    assert group.waiting is not None and group.waiting.held == 1


def test_what_was_settled_long_ago_is_not_looked_at_again(office: Office) -> None:
    bounce(office)
    answer(office, author=ERIK)
    (held,) = office.store.listings.review()
    review.discard(office.store, office.world.installation, held.id)
    made = office.did(participant.remove(office.setup, "LEAD-1", "karin@customer.example"))
    office.world.clock.now += 31 * DAY
    Runner(office.store, office.world.installation, "here").round()
    done(office)
    office.did(undo.undo(office.setup, made.trace))
    assert shown(office) == []


class Play:
    """Things that happen on LEAD-1 at random; what waits is known beside the inbox."""

    def __init__(self, office: Office, seed: int) -> None:
        self.office, self.chance = office, random.Random(seed)
        self.undecided: list[int] = []
        self.decided: list[int] = []
        self.reminded: list[int] = []
        self.over: list[tuple[int, int]] = []
        self.failures = 0
        self.out: int | None = None
        self.moments: list[int] = []

    def hold(self) -> None:
        before = {one.id for one in self.office.store.listings.review()}
        answer(self.office, f"Is it {self.chance.random()}?", ERIK)
        self.undecided += [one.id for one in self.office.store.listings.review() if one.id not in before]

    def decide(self) -> None:
        if self.undecided:
            row = self.undecided.pop(self.chance.randrange(len(self.undecided)))
            review.discard(self.office.store, self.office.world.installation, row)
            self.decided.append(row)

    def take_back(self) -> None:
        if self.decided:
            row, world = self.decided.pop(), self.office.world
            with world.store.transaction():
                take_back(world.store, world.row(row), Actor("Anna", world.anna), world.clock())
            self.undecided.append(row)

    def plan(self) -> None:
        self.reminded.append(plan(self.office))

    def act(self) -> None:
        if self.reminded:
            number = self.reminded.pop(self.chance.randrange(len(self.reminded)))
            self.over.append((number, self.office.did(activity.done(self.office.setup, number)).trace))

    def reopen(self) -> None:
        if self.over:
            number, trace = self.over.pop()
            self.office.did(undo.undo(self.office.setup, trace))
            self.reminded.append(number)

    def fail(self) -> None:
        # Once: what has bounced is written to no more.
        if self.failures == 0:
            bounce(self.office)
            self.failures += 1

    def take_out(self) -> None:
        if self.failures and self.out is None:
            self.out = self.office.did(participant.remove(self.office.setup, "LEAD-1", "karin@customer.example")).trace

    def put_back(self) -> None:
        if self.out is not None:
            self.office.did(participant.add(self.office.setup, "LEAD-1", "karin@customer.example"))
            self.out = None

    def be_done(self) -> None:
        self.moments.append(done(self.office))

    def undo(self) -> None:
        if self.moments:
            self.office.store.inbox_lists.back(annas(self.office), self.moments.pop())

    def read(self) -> None:
        world = self.office.world
        inbox.read(self.office.store, world.acme, world.anna, "r1", world.clock())

    def waits(self) -> tuple[int, int, int]:
        return len(self.undecided), self.failures if self.out is None else 0, len(self.reminded)


@pytest.mark.parametrize("seed", range(12))
def test_each_thing_that_waits_has_an_entry_until_it_is_settled_and_none_after(office: Office, seed: int) -> None:
    play = Play(office, seed)
    acts: list[Callable[[], None]] = [
        play.hold, play.decide, play.take_back, play.plan, play.act, play.reopen, play.fail, play.take_out,
        play.put_back, play.be_done, play.undo, play.read,
    ]  # fmt: skip
    for _ in range(25):
        play.chance.choice(acts)()
        found = [one for one in shown(office) if one.waiting is not None]
        waits = [(one.waiting.held, one.waiting.failed, one.waiting.due) for one in found if one.waiting is not None]
        assert waits == ([play.waits()] if any(play.waits()) else [])
    done(office)
    (entries, expected) = (sum(one.entries for one in shown(office)), sum(play.waits()))
    assert entries == expected
