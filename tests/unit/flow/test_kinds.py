"""What reaches a colleague by email is what they chose by kind; the inbox holds all of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.flow.test_told import Box, run, text
from tests.unit.world import World
from weftmail.core.notification_kind import ALL, KINDS, chosen, stored
from weftmail.core.routing.recipients import INBOX, Following, recipients
from weftmail.flow.actor import Actor
from weftmail.flow.notices import notify_of_record
from weftmail.flow.post import Draft, post


def choose(world: World, user_id: int, *kinds: str) -> None:
    """Let the user prefer email, for these kinds alone."""
    found = world.store.users.get(user_id)
    assert found is not None
    world.store.users.set(replace(found, prefers="email", email_for=stored(kinds)))


def channels_of(world: World, message_id: int, user_id: int) -> set[str]:
    """Return the channels by which the user was told of the message."""
    return {one.channel for one in world.store.messages.deliveries(world.acme, message_id) if one.user_id == user_id}


@given(st.frozensets(st.sampled_from(KINDS)), st.booleans(), st.booleans(), st.booleans())
def test_somebody_is_told_always_and_by_email_as_they_chose(
    kinds: frozenset[str], note: bool, mentioned: bool, by_team: bool
) -> None:
    person = Following(1, "Anna", "a@acme.example", "email", email_for=stored(kinds), mentioned=mentioned)
    person = replace(person, by_team=by_team)
    (found,) = recipients([person], kind="notes" if note else "messages").notified
    kind = "mentioned" if mentioned else "new" if by_team else "note" if note else "message"
    assert (found.channel != INBOX) is (kind in kinds)


def test_a_choice_is_kept_in_one_order() -> None:
    assert stored(reversed(KINDS)) == ALL
    assert chosen(stored(["held", "note", "held"])) == {"note", "held"}
    assert (stored([]), chosen("")) == ("", frozenset())


@pytest.mark.parametrize(("kinds", "by_email"), [(("message",), True), (("note", "new"), False), ((), False)])
def test_a_message_from_outside(world: World, kinds: tuple[str, ...], by_email: bool) -> None:
    choose(world, world.anna, *kinds)
    row = world.deliver(world.mail(), "leads@acme.example")
    assert channels_of(world, row.message_id or 0, world.anna) == ({"email", "inbox"} if by_email else {"inbox"})


@pytest.mark.parametrize(("kinds", "by_email"), [(("note",), True), (("message", "new"), False)])
def test_a_note_of_a_colleague(world: World, kinds: tuple[str, ...], by_email: bool) -> None:
    world.deliver(world.mail(), "leads@acme.example")
    choose(world, world.anna, *kinds)
    bjorn = world.store.users.get(world.bjorn)
    assert bjorn is not None
    number = post(world.store, world.installation, world.record("LEAD-1"), bjorn, Draft(text="x", note=True))
    assert channels_of(world, number, world.anna) == ({"email", "inbox"} if by_email else {"inbox"})


@pytest.mark.parametrize(("kinds", "by_email"), [(("new",), True), (("message", "note"), False)])
def test_a_new_record_of_their_team_and_what_follows_on_it(
    world: World, kinds: tuple[str, ...], by_email: bool
) -> None:
    team = world.store.teams.add(world.acme, "Sales", 1)
    world.store.teams.join(world.acme, team, world.bjorn)
    world.alias("sales", "lead", owner_id=None, owner_team_id=team)
    choose(world, world.bjorn, *kinds)
    first = world.deliver(world.mail(), "sales@acme.example")
    assert channels_of(world, first.message_id or 0, world.bjorn) == ({"email", "inbox"} if by_email else {"inbox"})


@pytest.mark.parametrize(
    ("kinds", "count"), [(("held", "assigned"), 2), (("assigned",), 1), (("held",), 1), (("message",), 0)]
)
def test_notices_leave_by_kind_and_all_stand_in_the_inbox(world: World, kinds: tuple[str, ...], count: int) -> None:
    world.deliver(world.mail(), "leads@acme.example")
    box = Box()
    run(world, box)
    choose(world, world.anna, *kinds)
    world.deliver(world.mail(), "nobody@acme.example")
    notify_of_record(world.store, world.record("LEAD-1"), world.anna, Actor("root"), "assigned", 1)
    assert len(world.store.inbox.notices(world.anna)) == 2
    said = [line for mail in run(world, box) for line in text(mail).splitlines() if line.startswith("- ")]
    assert len(said) == count
