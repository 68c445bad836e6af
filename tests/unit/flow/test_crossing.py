"""An answer by email that crosses another waits for its author, where the team wants it; one to the newest passes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.flow.test_filing import reply_address
from tests.unit.world import ANNA, KARIN, World
from weftmail.core.envelope import Envelope
from weftmail.core.wording.sentences import say
from weftmail.flow import review
from weftmail.flow.due.runner import Runner
from weftmail.flow.explain import explain
from weftmail.flow.post import Draft, post
from weftmail.store.inbound import InboundRow

LEADS = "leads@acme.example"


@pytest.fixture
def sold(world: World) -> World:
    """LEAD-1 by Karin is of a team, Anna and Björn, that holds what crosses."""
    world.deliver(world.mail(), LEADS)
    team = world.store.teams.add(world.acme, "Sales", 1)
    for user in (world.anna, world.bjorn):
        world.store.teams.join(world.acme, team, user)
        world.store.records.follow(world.acme, world.record("LEAD-1").id, user, 1)
    found = world.store.teams.get(world.acme, team)
    assert found is not None
    world.store.teams.set_ways(replace(found, holds_crossing=True))
    world.store.records.set(replace(world.record("LEAD-1"), owner_team_id=team), 1)
    return world


def answers(world: World, number: int, refers: tuple[int, ...] = (), user: str = ANNA) -> InboundRow:
    """Let Anna answer a message of LEAD-1 from her mail program, with her login; it may refer to others, too."""
    there = world.thread("LEAD-1")
    ids = [there[one - 1].rfc_message_id for one in refers]
    raw = world.mail(user, references=ids, text="We can do that", login="anna@acme.example")
    return world.deliver(raw, reply_address(world, there[number - 1].id), "anna@acme.example")


def bjorn_writes(world: World) -> None:
    bjorn = world.store.users.get(world.bjorn)
    assert bjorn is not None
    post(world.store, world.installation, world.record("LEAD-1"), bjorn, Draft(text="No, we cannot"))


def test_an_answer_to_the_newest_passes(sold: World) -> None:
    assert answers(sold, 1).state == "filed"
    bjorn_writes(sold)
    assert answers(sold, 3).state == "filed"


def test_one_that_crosses_waits_for_its_author_and_is_sent_anyway(sold: World) -> None:
    bjorn_writes(sold)
    row = answers(sold, 1)
    assert row.state == "held" and row.why is not None
    assert say(row.why) == "Björn wrote on LEAD-1 meanwhile, and the author of this answer had not seen it"
    (notice, *_) = sold.store.inbox.notices(sold.anna, sold.acme)
    assert say(notice.says).startswith("Your answer on LEAD-1 was not sent: Björn wrote meanwhile")
    assert sold.store.inbox.notices(sold.bjorn, sold.acme) == []
    released = review.release(sold.store, sold.installation, row.id)
    assert [one.address for one in released.recipients.outsiders] == ["karin@customer.example"]
    assert sold.thread("LEAD-1")[-1].kind == "post"


@pytest.mark.parametrize("how", ["by reference", "read on the page", "her own", "a note", "no team", "not wanted"])
def test_what_she_had_seen_crosses_nothing(sold: World, how: str) -> None:
    record = sold.record("LEAD-1")
    if how == "a note":
        bjorn = sold.store.users.get(sold.bjorn)
        assert bjorn is not None
        post(sold.store, sold.installation, record, bjorn, Draft(text="Hm", note=True))
    elif how == "her own":
        anna = sold.store.users.get(sold.anna)
        assert anna is not None
        post(sold.store, sold.installation, record, anna, Draft(text="A moment"))
    else:
        bjorn_writes(sold)
    if how == "read on the page":
        sold.store.inbox.read(sold.acme, record.id, sold.anna, sold.clock())
    if how == "no team":
        sold.store.records.set(replace(record, owner_team_id=None), 1)
    if how == "not wanted":
        sold.store.connection.execute("update team set holds_crossing = false")
    assert answers(sold, 1, (1, 2) if how == "by reference" else ()).state == "filed"


def test_what_somebody_outside_wrote_meanwhile_counts_too_and_explain_says_the_same(sold: World) -> None:
    assert sold.deliver(sold.mail(KARIN, verified=True), reply_address(sold, 1, 1)).state == "filed"
    there = sold.thread("LEAD-1")[0].id
    raw = sold.mail(ANNA, text="We can do that", login="anna@acme.example")
    address = reply_address(sold, there)
    said = explain(sold.store, sold.installation, Envelope(address, "anna@acme.example", address), raw)
    row = answers(sold, 1)
    assert row.state == "held" and row.why is not None and say(row.why).startswith("Karin Ek wrote on LEAD-1")
    assert said["disposition"]["action"] == "hold"


@pytest.fixture
def free(sold: World) -> World:
    """The same, of a team that lets such answers go out."""
    sold.store.connection.execute("update team set holds_crossing = false")
    return sold


def heard_of_another(world: World) -> list[str]:
    """Return what Anna is told of answers that followed another."""
    return [
        say(one.says) for one in world.store.inbox.notices(world.anna, world.acme) if "shortly before" in say(one.says)
    ]


def test_a_second_answer_within_minutes_goes_out_and_its_author_is_told(free: World) -> None:
    bjorn_writes(free)
    free.clock.now += 14 * 60_000
    assert answers(free, 1).state == "filed"
    assert free.thread("LEAD-1")[-1].kind == "post"
    assert heard_of_another(free) == [
        "Björn answered on LEAD-1 shortly before you, and you had not seen it. Both answers have gone out."
    ]
    assert not free.store.inbox.notices(free.bjorn, free.acme)
    Runner(free.store, free.installation, "here").round()
    claimed = [one for one in free.store.outbox.claim("t", free.clock() + 1, 2**50, 100) if one.user_id == free.anna]
    assert [say(said) for one in claimed for said in one.sentences] == [
        "Acme: your answer on LEAD-1 went out shortly after another one; read both"
    ]


@pytest.mark.parametrize("how", ["later", "by reference", "read on the page", "a note", "her own", "let through"])
def test_of_what_is_no_second_answer_nobody_is_told(free: World, how: str) -> None:
    record = free.record("LEAD-1")
    if how in ("a note", "her own"):
        author = free.store.users.get(free.bjorn if how == "a note" else free.anna)
        assert author is not None
        post(free.store, free.installation, record, author, Draft(text="Hm", note=how == "a note"))
    else:
        bjorn_writes(free)
    if how == "later":
        free.clock.now += 16 * 60_000
    if how == "read on the page":
        free.store.inbox.read(free.acme, record.id, free.anna, free.clock())
    if how == "let through":
        free.store.connection.execute("update team set holds_crossing = true")
        row = answers(free, 1)
        assert row.state == "held"
        review.release(free.store, free.installation, row.id)
        assert free.thread("LEAD-1")[-1].kind == "post"
    else:
        assert answers(free, 1, (1, 2) if how == "by reference" else ()).state == "filed"
    assert heard_of_another(free) == []
