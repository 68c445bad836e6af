"""Nobody is left untold: whatever waits for people is found in the inbox of somebody who may act on it."""

from __future__ import annotations

import email
import email.policy
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.faults import nothing, store_with
from tests.unit.flow.test_filing import reply_address
from tests.unit.mail import kept
from tests.unit.world import ERIK, KARIN, World
from weftmail.core.failure import TempFail
from weftmail.core.limits import NOTICES_APART
from weftmail.core.ports import Deferred, Outcome, Refused, Sent
from weftmail.core.routing.disposition import Append, Author, Hold
from weftmail.core.routing.recipients import Kind, Recipients
from weftmail.core.wording.phrase import Phrase
from weftmail.core.wording.sentences import say
from weftmail.flow import review
from weftmail.flow.actor import Actor
from weftmail.flow.channels import channels
from weftmail.flow.channels.channel import Means
from weftmail.flow.deliver import OutboxSender
from weftmail.flow.due.runner import Runner
from weftmail.flow.notices import notify_of_failure, notify_of_hold, notify_of_record
from weftmail.flow.notify import planned
from weftmail.flow.post import Draft, post
from weftmail.flow.reading import read
from weftmail.store.absence import Absence
from weftmail.store.errors import Busy

USERS = range(5)


class Box:
    """A mail server that keeps what it is handed, and answers as told."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str, bytes]] = []
        self.answer: Outcome = Sent("250 2.0.0 Ok")

    def submit(self, return_path: str, recipients: Sequence[str], data: bytes) -> Mapping[str, Outcome]:
        self.taken += [(return_path, one, data) for one in recipients]
        return dict.fromkeys(recipients, self.answer)

    def close(self) -> None:
        pass


@dataclass(frozen=True)
class State:
    """Who stands where; numbers are those of the five users."""

    roles: tuple[str, ...]
    """Of each: admin, agent, reader, or "" for no member."""
    inactive: frozenset[int]
    followers: frozenset[int]
    owner: int | None
    team: frozenset[int]
    alias_owner: int | None
    alias_team: frozenset[int]
    muted: frozenset[int] = frozenset()
    quiet: frozenset[int] = frozenset()
    """Of the followers, who muted the record, and who wants no messages of it."""
    away: tuple[tuple[int, int | None], ...] = ()
    """Who is out of office, and who stands in for them."""


STATES = st.builds(
    State,
    st.tuples(*[st.sampled_from(["admin", "agent", "reader", "", ""])] * len(USERS)),
    st.frozensets(st.sampled_from(USERS)),
    st.frozensets(st.sampled_from(USERS), max_size=2),
    st.one_of(st.none(), st.sampled_from(USERS)),
    st.frozensets(st.sampled_from(USERS), max_size=2),
    st.one_of(st.none(), st.sampled_from(USERS)),
    st.frozensets(st.sampled_from(USERS), max_size=2),
    st.frozensets(st.sampled_from(USERS)),
    st.frozensets(st.sampled_from(USERS)),
    st.lists(
        st.tuples(st.sampled_from(USERS), st.one_of(st.none(), st.sampled_from(USERS))),
        unique_by=lambda one: one[0], max_size=4,
    ).map(tuple),
)  # fmt: skip


def arranged(folder: Path, state: State) -> tuple[World, list[int]]:
    """Return an installation in that state, with LEAD-1 by Karin, and the ids of its users; Ida looks after it."""
    world = World(folder)
    store, acme = world.store, world.acme
    assert world.deliver(world.mail(), "leads@acme.example").record == "LEAD-1"
    record = world.record("LEAD-1")
    for user in (world.anna, world.bjorn):
        store.users.leave(acme, user)
        store.records.unfollow(acme, record.id, user, 2)
    store.line.dismiss(world.anna)
    store.line.appoint(store.users.add("Ida", "ida@acme.example", 1))
    ids = [store.users.add(f"U{number}", f"u{number}@acme.example", 1) for number in USERS]
    for number, role in enumerate(state.roles):
        if role:
            store.users.join(acme, ids[number], role)
        if number in state.inactive:
            found = store.users.get(ids[number])
            assert found is not None
            store.users.set(replace(found, active=False))
    for number in state.followers:
        store.records.follow(acme, record.id, ids[number], 1)
        hears: frozenset[Kind] = frozenset({"notes"} if number in state.quiet else {"messages", "notes"})
        store.records.follow_of(acme, record.id, ids[number], hears, 1 if number in state.muted else None)
    for number, substitute in state.away:
        stands_in = None if substitute in (None, number) else ids[substitute]
        store.absences.put(ids[number], Absence(1, 2**50, stands_in, away=True))
    teams = []
    for name, members in (("own", state.team), ("alias", state.alias_team)):
        teams.append(store.teams.add(acme, name, 1))
        for number in members:
            store.teams.join(acme, teams[-1], ids[number])
    owner = None if state.owner is None else ids[state.owner]
    store.records.set(replace(record, owner_id=owner, owner_team_id=teams[0] if owner is None else None), 1)
    alias_owner = None if state.alias_owner is None else ids[state.alias_owner]
    changed = {"owner_id": alias_owner, "owner_team_id": teams[1] if alias_owner is None else None}
    world.alias("sales", "lead", **changed)
    world.alias("friends", "lead", accepts="known", **changed)
    return world, ids


def who_found(world: World, inbound_id: int) -> set[int]:
    """Return who has what came of a mail in the inbox: as an unread message or as a notice."""
    row = world.row(inbound_id)
    found = world.store.connection.execute(
        "select user_id from delivery where channel = 'inbox' and state = 'unread' and message_id = :message "
        "union select user_id from notice where inbound_id = :inbound",
        {"message": row.message_id or 0, "inbound": inbound_id},
    )
    return {user_id for (user_id,) in found.fetchall()}


def may_decide(world: World, inbound_id: int, user_id: int) -> bool:
    """Say by the rows whether somebody is active and may act on a mail: decide on it where it waits for review."""
    if world.row(inbound_id).state in ("held", "unmatched", "error"):
        active = world.store.users.get(user_id)
        decides = world.store.deciders.decides_on(world.acme, user_id, [inbound_id])
        return bool(decides) and active is not None and active.active
    return may_act(world, user_id)


def may_act(world: World, user_id: int) -> bool:
    """Say by the rows whether somebody is active and may act in Acme."""
    found = world.store.connection.execute(
        "select u.active, m.role, i.user_id from users u "
        "left join membership m on m.user_id = u.id and m.company_id = 1 "
        "left join installation_admin i on i.user_id = u.id where u.id = :id",
        {"id": user_id},
    )
    ((active, role, installation),) = found.fetchall()
    return bool(active) and (role in ("admin", "agent") or installation is not None)


def waiting(world: World) -> list[int]:
    """Let one mail of each kind come that waits for people; return their rows."""
    mails = [
        (world.mail(), "sales@acme.example"),
        (world.mail(headers=[("Auto-Submitted", "auto-generated")]), "sales@acme.example"),
        (world.mail(), reply_address(world, 1, 1)),
        (world.mail(ERIK), reply_address(world, 1, 1)),
        (world.mail(ERIK), "friends@acme.example"),
        (world.mail(ERIK), "nobody@acme.example"),
        (world.mail(ERIK), "somebody@elsewhere.example"),
        (world.mail(ERIK), "postmaster@acme.example"),
        (world.mail(subject="Automatic reply: Chairs"), "sales@acme.example"),
        *[
            (world.mail(f"U{number} <u{number}@acme.example>"), recipient)
            for number in USERS
            for recipient in (reply_address(world, 1), "friends@acme.example", "nobody@acme.example")
        ],
    ]
    rows = [world.deliver(raw, recipient).id for raw, recipient in mails]
    rows.append(world.deliver(world.mail(), "sales@acme.example", sender="").id)
    rows.append(world.deliver(kept("14-report"), reply_address(world, 1, purpose="bounce"), sender="").id)
    rows.append(world.deliver(kept("14-report") + b"x", "sales@acme.example", sender="").id)
    fails = world.settler(store=store_with(world.store, inbound_settled_before=broken))
    for author in (KARIN, *[f"U{number} <u{number}@acme.example>" for number in USERS]):
        (row,) = world.accept(world.mail(author), "sales@acme.example")
        rows.append(row)
        assert fails.settle().failed == 1
    none = store_with(world.store, records_get=nothing)
    for recipient in (reply_address(world, 1, 1), "sales@acme.example"):
        (row,) = world.accept(world.mail(), recipient)
        rows.append(row)
        if "sales" in recipient:
            world.settle()
        else:
            assert world.settler(store=none).settle().failed == 1
    return rows


@settings(max_examples=40)
@given(STATES)
def test_what_waits_is_found_by_somebody_who_may_act_on_it(state: State) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world, ids = arranged(Path(folder), state)
        away = {ids[number] for number, _ in state.away}
        for inbound_id in waiting(world):
            found = who_found(world, inbound_id)
            # Ida is always there: whatever waits is found by somebody who is not out of office.
            assert any(may_decide(world, inbound_id, one) for one in found - away), (world.row(inbound_id), found)
        world.store.close()


NONE: frozenset[int] = frozenset()
NOBODY = State(("agent", "agent", "agent", "admin", "reader"), NONE, NONE, None, NONE, None, NONE)
"""Nobody follows and nobody owns; the fourth is the company's admin, the last may only read."""


@pytest.mark.parametrize(
    ("changes", "answer", "held"),
    [
        ({"followers": frozenset({0}), "owner": 1}, {0}, {1}),
        ({"followers": frozenset({4}), "owner": 1}, {1, 4}, {1}),
        ({"owner": 1, "alias_owner": 2}, {1}, {1}),
        ({"owner": 1, "inactive": frozenset({1})}, {3}, {3}),
        ({"team": frozenset({0, 2})}, {0, 2}, {0, 2}),
        ({"team": frozenset({0}), "inactive": frozenset({0})}, {3}, {3}),
        ({}, {3}, {3}),
        ({"inactive": frozenset({3})}, set(), set()),
        ({"followers": frozenset({0, 1}), "muted": frozenset({0})}, {1}, {3}),
        ({"followers": frozenset({0, 1}), "quiet": frozenset({0})}, {1}, {3}),
        ({"followers": frozenset({1}), "muted": frozenset({1}), "owner": 1}, {3}, {3}),
        ({"followers": frozenset({1}), "quiet": frozenset({1}), "owner": 1}, {3}, {3}),
        ({"followers": frozenset({0, 2}), "muted": frozenset({0}), "team": frozenset({0, 2})}, {2}, {2}),
        ({"followers": frozenset({4, 1}), "muted": frozenset({1}), "owner": 0}, {0, 4}, {0}),
        ({"owner": 1, "away": ((1, 2),)}, {2}, {2}),
        ({"owner": 1, "away": ((1, None),)}, {3}, {3}),
        ({"owner": 1, "away": ((1, 2), (2, 0))}, {3}, {3}),
        ({"owner": 1, "away": ((1, 4),)}, {3}, {3}),
        ({"followers": frozenset({0, 1}), "owner": 1, "away": ((1, 2),)}, {0, 1, 2}, {2}),
        ({"followers": frozenset({0, 1}), "away": ((1, 2),)}, {0, 1}, {3}),
        ({"followers": frozenset({1}), "away": ((1, 2),)}, {1, 2}, {3}),
        ({"followers": frozenset({1}), "away": ((1, None),)}, {1, 3}, {3}),
        ({"team": frozenset({0, 2}), "away": ((0, 1),)}, {1, 2}, {1, 2}),
        ({"away": ((3, 0),)}, set(), set()),
    ],
)
def test_the_line(tmp_path: Path, changes: dict[str, object], answer: set[int], held: set[int]) -> None:
    world, ids = arranged(tmp_path, replace(NOBODY, **changes))  # type: ignore[arg-type]
    numbers = {user: number for number, user in enumerate(ids)}
    row = world.deliver(world.mail(), reply_address(world, 1, 1))
    assert {numbers[one] for one in who_found(world, row.id) if one in numbers} == answer
    aside = world.deliver(world.mail(ERIK), reply_address(world, 1, 1))
    assert aside.state == "held"
    assert {numbers[one] for one in who_found(world, aside.id) if one in numbers} == held
    if not held:
        # Nobody of the company is left: whoever looks after the installation.
        (ida,) = world.store.line.installation()
        assert who_found(world, aside.id) == who_found(world, row.id) == {ida.user_id}


def test_where_everybody_muted_it_who_comes_first_is_told_in_the_inbox_alone(world: World) -> None:
    world.deliver(world.mail(), "leads@acme.example")
    record = world.record("LEAD-1")
    world.store.records.follow_of(world.acme, record.id, world.anna, {"messages", "notes"}, 1)
    row = world.deliver(world.mail(), reply_address(world, 1, 1))
    assert who_found(world, row.id) == {world.anna}
    (found,) = world.store.messages.deliveries(world.acme, row.message_id or 0)
    assert (found.channel, found.name) == ("inbox", "Anna")


def test_the_owner_of_an_alias_comes_after_the_records_own(tmp_path: Path) -> None:
    world, ids = arranged(tmp_path, replace(NOBODY, alias_owner=2))
    opened = world.deliver(world.mail(), "sales@acme.example")
    assert who_found(world, opened.id) == {ids[2]}
    world.store.records.unfollow(world.acme, world.record("LEAD-2").id, ids[2], 2)
    world.store.records.set(replace(world.record("LEAD-2"), owner_id=None), 1)
    (message,) = world.thread("LEAD-2")
    answer = world.deliver(world.mail(), reply_address(world, message.id, 1))
    assert who_found(world, answer.id) == {ids[2]}


@pytest.mark.parametrize("recipient", ["", "friends@acme.example", "nobody@acme.example", "an error"])
@pytest.mark.parametrize(
    ("author", "expected"),
    [
        # That colleague; of one who may only read, the admins; of one who has left, whoever it waits for otherwise.
        (0, {0}),
        (4, {3}),
        (2, None),
    ],
)
def test_mail_in_a_colleagues_name_is_told_to_that_colleague_else_to_the_admins(
    tmp_path: Path, recipient: str, author: int, expected: set[int] | None
) -> None:
    world, ids = arranged(tmp_path, replace(NOBODY, owner=1, alias_owner=1, inactive=frozenset({2})))
    raw = world.mail(f"U{author} <u{author}@acme.example>")
    if recipient == "an error":
        (number,) = world.accept(raw, "sales@acme.example")
        assert world.settler(store=store_with(world.store, inbound_settled_before=broken)).settle().failed == 1
    else:
        number = world.deliver(raw, recipient or reply_address(world, 1)).id
    row = world.row(number)
    assert row.state in ("held", "unmatched", "error")
    usual = {3} if recipient.startswith("nobody") else {1}
    assert who_found(world, number) == {ids[one] for one in (usual if expected is None else expected)}
    assert all(may_decide(world, number, one) for one in who_found(world, number))


def test_what_a_loop_holds_shares_one_notice(world: World) -> None:
    for number in range(30):
        row = world.deliver(world.mail(subject=f"Case {number}"), "leads@acme.example")
        post(world.store, world.installation, world.record(f"LEAD-{number + 1}"), anna(world), Draft(text="x")) if (
            row.state == "filed"
        ) else None
    held = world.store.inbound.get(row.id)
    assert held is not None and held.state == "held"
    notices = [one for one in world.store.inbox.notices(world.anna) if "notice.turns" in one.phrase]
    assert len(notices) == len(world.store.inbox.notices(world.anna)) == 1


# --- by mail -----------------------------------------------------------------------------------------------------


def anna(world: World):
    found = world.store.users.get(world.anna)
    assert found is not None
    return found


def run(world: World, box: Box) -> list[EmailMessage]:
    """Do what is due and hand over what waits; return the emails of notices among it."""
    before = len(box.taken)
    Runner(world.store, world.installation, "here").round()
    means = Means(world.store, world.installation, box, lambda domain: [])  # type: ignore[arg-type]
    out = OutboxSender(world.store, world.installation, channels(means), "here", lambda: 0.5)
    while out.round().worked:
        pass
    mails = [email.message_from_bytes(raw, policy=email.policy.default) for _, _, raw in box.taken[before:]]
    return [one for one in mails if str(one["Message-ID"]).startswith("<notices.")]  # type: ignore[misc]


def text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    found: str = body.get_content()
    return found


class TestByMail:
    def test_from_a_domain_that_is_none_it_fails_for_good(self, world: World) -> None:
        box = Box()
        world.deliver(world.mail("Mallory <m@evil.example>"), "nobody@acme.example")
        world.store.connection.execute("update domain set name = 'no domain'")
        assert run(world, box) == []
        assert {one.row.state for one in world.store.listings.outbox()} == {"failed"}

    def test_one_leaves_at_once_and_the_rest_is_gathered(self, world: World) -> None:
        box = Box()
        world.deliver(world.mail("Mallory <m@evil.example>", subject="Click here"), "nobody@acme.example")
        (first,) = run(world, box)
        assert "Acme: 1 email is in the review queue" in text(first)
        for number in range(3):
            world.deliver(world.mail(subject=f"Click {number}"), "nobody@acme.example")
        assert run(world, box) == []
        world.clock.now += NOTICES_APART * 1000
        (second,) = run(world, box)
        assert "Acme: 3 emails are in the review queue" in text(second)
        world.clock.now += NOTICES_APART * 1000
        assert run(world, box) == []
        assert [one for one in world.store.due.all() if one.kind == "notices"] == []
        world.deliver(world.mail(), "nobody@acme.example")
        assert len(run(world, box)) == 1

    def test_it_says_no_word_from_outside_and_nothing_comes_back_to_it(self, world: World) -> None:
        box = Box()
        raw = world.mail("Mallory Mole <m@evil.example>", subject="Buy now", text="cheap pills\n")
        world.deliver(raw, "nobody@acme.example")
        (mail,) = run(world, box)
        whole = mail.as_string()
        assert not any(word in whole for word in ("Mallory", "evil", "Buy now", "pills", "nobody@"))
        (return_path, to, _) = next(one for one in box.taken if b"<notices." in one[2])
        assert (return_path, to) == ("", "anna@acme.example")
        assert (mail["Auto-Submitted"], mail["X-Weftmail-Loop"]) == ("auto-generated", "this installation")
        assert (mail["From"], mail["To"], mail["Reply-To"]) == (
            "Acme <notifications@acme.example>", "Anna <anna@acme.example>", None,
        )  # fmt: skip
        assert "https://mail.acme.example/review?company=1" in text(mail)
        back = world.deliver(whole.encode(), "leads@acme.example", sender="")
        assert back.state == "discarded"

    def test_it_happens_once_with_two_programs(self, world: World) -> None:
        world.deliver(world.mail(), "nobody@acme.example")
        for name in ("one", "two"):
            Runner(world.store, world.installation, name).round()
        found = [one.row for one in world.store.listings.outbox() if one.row.audience == "notices"]
        assert len(found) == 1
        assert (found[0].record, found[0].message_id) == (None, None)

    def test_who_prefers_the_inbox_gets_none(self, world: World) -> None:
        world.store.users.set(replace(anna(world), prefers="inbox"))
        world.deliver(world.mail(), "nobody@acme.example")
        assert len(world.store.inbox.notices(world.anna)) == 1
        assert run(world, Box()) == []

    @pytest.mark.parametrize("change", [{"prefers": "inbox"}, {"active": False}])
    def test_who_changed_meanwhile_gets_none(self, world: World, change: dict[str, object]) -> None:
        world.deliver(world.mail(), "nobody@acme.example")
        world.store.users.set(replace(anna(world), **change))  # type: ignore[arg-type]
        assert run(world, Box()) == []

    def test_what_was_decided_on_meanwhile_is_left_out(self, world: World) -> None:
        row = world.deliver(world.mail(), "nobody@acme.example")
        review.discard(world.store, world.installation, row.id)
        assert run(world, Box()) == []

    def test_automatic_answers_are_told_in_the_inbox_alone(self, world: World) -> None:
        raw = world.mail(subject="Automatic reply: Chairs")
        assert world.deliver(raw, "leads@acme.example").state == "held"
        (notice,) = world.store.inbox.notices(world.anna)
        assert "was set aside" in say(notice.says)
        assert run(world, Box()) == []

    def test_one_mail_tells_of_all_companies_and_of_each_thing_once(self, world: World) -> None:
        store = world.store
        nord = store.companies.add("Nord", 1)
        store.domains.add("nord.example", nord, True, 1)
        store.users.join(nord, world.anna, "admin")
        world.deliver(world.mail(), "leads@acme.example")
        box = Box()
        run(world, box)
        for recipient in ("x@nord.example", "x@acme.example", "y@acme.example"):
            world.deliver(world.mail(), recipient)
        record = world.record("LEAD-1")
        for what in ("assigned", "assigned", "added"):
            notify_of_record(store, record, world.anna, Actor("root"), what, 1)  # type: ignore[arg-type]
        (mail,) = run(world, box)
        lines = [line for line in text(mail).splitlines() if line.startswith("- ")]
        assert lines == [
            "- Nord: 1 email is in the review queue",
            "- Acme: 2 emails are in the review queue",
            "- Acme: LEAD-1 was assigned to you",
            "- Acme: you were added to LEAD-1",
        ]
        assert mail["Subject"] == "4 notifications"

    def test_nobody_is_told_of_what_they_did_themselves(self, world: World) -> None:
        world.deliver(world.mail(), "leads@acme.example")
        notify_of_record(world.store, world.record("LEAD-1"), world.anna, Actor("Anna", world.anna), "assigned", 1)
        notify_of_record(world.store, world.record("LEAD-1"), 999, Actor("Anna", world.anna), "added", 1)
        assert world.store.inbox.notices(world.anna) == []

    def test_a_failure_is_told_to_its_author_or_along_the_line(self, world: World) -> None:
        box = Box()
        world.deliver(world.mail(), "leads@acme.example")
        run(world, box)
        bjorn = world.store.users.get(world.bjorn)
        assert bjorn is not None
        world.store.users.set(replace(bjorn, prefers="email"))
        post(world.store, world.installation, world.record("LEAD-1"), bjorn, Draft(text="x"))
        box.answer = Refused("550 5.1.1 no such user")
        run(world, box)
        event = world.thread("LEAD-1")[-1]
        assert event.kind == "event"
        first = world.store.inbox.entries(world.acme, world.bjorn)[0]
        assert first.says is not None and "did not get it" in say(first.says)
        box.answer = Sent("250 Ok")
        gathered = [one for one in run(world, box) if "did not reach everybody" in text(one)]
        assert [str(one["To"]) for one in gathered] == ["Björn <bjorn@acme.example>", "Anna <anna@acme.example>"][:1]

    def test_one_that_cannot_leave_is_tried_again_and_then_given_up(self, world: World) -> None:
        box = Box()
        box.answer = Deferred("450 later")
        world.deliver(world.mail(), "nobody@acme.example")
        run(world, box)
        (row,) = [one.row for one in world.store.listings.outbox()]
        assert row.state == "delayed"
        box.answer = Refused("550 no")
        world.clock.now += 120_000
        run(world, box)
        (row,) = [one.row for one in world.store.listings.outbox()]
        assert row.state == "failed"

    def test_a_company_without_a_domain_writes_nothing(self, world: World) -> None:
        world.store.connection.execute("update domain set state = 'removed'")
        world.deliver(world.mail(), "nobody@elsewhere.example")
        assert len(world.store.inbox.notices(world.anna)) == 1
        assert run(world, Box()) == []

    def test_one_whose_user_lost_the_address_is_refused(self, world: World) -> None:
        world.deliver(world.mail(), "nobody@acme.example")
        Runner(world.store, world.installation, "here").round()
        world.store.connection.execute("update domain set state = 'removed'")
        run(world, Box())
        (row,) = [one.row for one in world.store.listings.outbox()]
        assert row.state == "failed"


def test_without_any_company_of_theirs_admins_of_the_installation_find_it_in_the_first_one(tmp_path: Path) -> None:
    world, _ = arranged(tmp_path, NOBODY)
    row = world.deliver(world.mail(), "somebody@elsewhere.example")
    (ida,) = world.store.line.installation()
    found = world.store.users.get(ida.user_id)
    assert found is not None and who_found(world, row.id) == {ida.user_id}
    assert [one.company_id for one in world.store.users.enters(found)] == [world.acme]
    assert world.store.line.dismiss(ida.user_id) and not world.store.line.dismiss(ida.user_id)


@pytest.mark.parametrize("recipient", ["odd", "x@acme.example", "x@elsewhere.example"])
def test_an_error_is_told_whatever_the_mail_was_sent_to(world: World, recipient: str) -> None:
    (row,) = world.accept(world.mail(), recipient)
    assert world.settler(store=store_with(world.store, inbound_settled_before=broken)).settle().failed == 1
    assert (world.row(row).state, who_found(world, row)) == ("error", {world.anna})


def broken(*_: object) -> None:
    raise ArithmeticError("a fault of ours")


def test_a_fault_in_telling_of_an_error_holds_nothing_up(world: World) -> None:
    (row,) = world.accept(world.mail(), "x@acme.example")
    assert world.settler(store=store_with(world.store, domains_by_name=broken)).settle().failed == 1
    assert (world.row(row).state, who_found(world, row)) == ("error", set())


def test_a_store_that_cannot_tell_of_an_error_now_files_nothing_by_halves(world: World) -> None:
    (row,) = world.accept(world.mail(), "x@acme.example")
    broke: list[bool] = []

    def breaks(*_: object) -> None:
        broke.append(True)
        raise ArithmeticError("a fault of ours")

    def by_name(*values: str) -> object:
        if broke:
            raise Busy("locked")
        return world.store.domains.by_name(*values)

    failing = store_with(world.store, inbound_settled_before=breaks, domains_by_name=by_name)
    with pytest.raises((Busy, TempFail)):
        world.settler(store=failing).settle()
    assert broke and world.row(row).state == "accepted"


def test_of_what_is_gone_nobody_is_told_and_those_in_line_stand_in(world: World) -> None:
    store, message = world.store, read(world.mail())
    notify_of_failure(store, None, 1, world.anna, 1)
    assert store.listings.outbox() == []
    append = Append(world.acme, 4711, "LEAD-9", None, Author("Karin", "karin@customer.example"), verified=True)
    assert planned(store, append, message, verified=True) == Recipients()
    (row,) = world.accept(world.mail(), "leads@acme.example")
    hold = Hold("held", Phrase("held.colleague"), world.acme, notify=4711)
    notify_of_hold(store, store.inbound.waiting()[0], message, hold, world.clock())
    assert who_found(world, row) == {world.anna}


DELAYED = b"""From: MAILER-DAEMON@mx.customer.example
To: <%s>
Subject: Delayed
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

It is tried again.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.customer.example

Final-Recipient: rfc822; karin@customer.example
Action: delayed
Status: 4.4.1

--b--
"""


def test_a_delay_is_no_failure(world: World) -> None:
    world.deliver(world.mail(), "leads@acme.example")
    before = world.store.inbox.unread(world.acme, world.anna)
    path = reply_address(world, 1, purpose="bounce")
    row = world.deliver(DELAYED % path.encode(), path, sender="")
    assert (row.state, row.record) == ("filed", "LEAD-1")
    assert world.store.inbox.unread(world.acme, world.anna) == before
