"""Who is mentioned is told, by their channel, whether they follow or not; and by mail as well."""

from __future__ import annotations

import pytest

from tests.unit.flow.test_filing import reply_address
from tests.unit.flow.test_told import Box, run
from tests.unit.world import ANNA, World
from weftmail.core.wording.sentences import say
from weftmail.flow.mentions import colleague, suggestions
from weftmail.flow.post import Draft, plan, post
from weftmail.flow.refusal import RefusedAct
from weftmail.store.people import User


def user(world: World, user_id: int) -> User:
    found = world.store.users.get(user_id)
    assert found is not None
    return found


@pytest.fixture
def carl(world: World) -> int:
    """LEAD-1, followed by Anna, and Carl, who is told by mail and follows nothing."""
    world.deliver(world.mail(), "leads@acme.example")
    added = world.store.users.add("Carl Lund", "carl@acme.example", 1)
    world.store.users.join(world.acme, added, "agent")
    return added


def notified(world: World, message_id: int) -> set[tuple[str, str, bool]]:
    return {(one.name, one.channel, one.mentioned) for one in world.store.messages.deliveries(world.acme, message_id)}


def write(world: World, **draft: object) -> int:
    record = world.record("LEAD-1")
    return post(world.store, world.installation, record, user(world, world.anna), Draft(**draft))  # type: ignore[arg-type]


def test_a_note_is_told_to_whom_it_mentions_by_their_channel(world: World, carl: int) -> None:
    note = write(world, text="@Carl: 38 in stock? @björn", note=True)
    assert notified(world, note) == {
        ("Carl Lund", "inbox", True), ("Carl Lund", "email", True), ("Björn", "inbox", True),
    }  # fmt: skip
    assert carl not in {one.user_id for one in world.store.records.followers(world.acme, world.record("LEAD-1").id)}
    box = Box()
    run(world, box)
    (raw,) = [data for _, to, data in box.taken if to == "carl@acme.example"]
    assert b"because you were mentioned on LEAD-1" in raw


def test_who_follows_and_is_mentioned_gets_one_copy_and_who_muted_it_gets_it_too(world: World, carl: int) -> None:
    record = world.record("LEAD-1")
    world.store.records.follow_all(world.acme, record.id, [carl, world.bjorn], 1)
    world.store.records.follow_of(world.acme, record.id, carl, frozenset(), 1)
    quiet = write(world, text="Hm.", note=True)
    assert notified(world, quiet) == {("Björn", "inbox", False)}
    loud = write(world, html="<p>Hm, @Carl Lund</p>", note=True)
    assert notified(world, loud) == {
        ("Björn", "inbox", False), ("Carl Lund", "inbox", True), ("Carl Lund", "email", True),
    }  # fmt: skip


def test_who_muted_it_gets_no_mail_of_what_comes_and_what_is_written(world: World, carl: int) -> None:
    record = world.record("LEAD-1")
    world.store.records.follow_all(world.acme, record.id, [carl], 1)
    world.store.records.follow_of(world.acme, record.id, carl, {"messages", "notes", "changes"}, 1)
    world.deliver(world.mail(), reply_address(world, 1, 1))
    write(world, text="Yes.")
    write(world, text="Hm.", note=True)
    box = Box()
    run(world, box)
    assert "carl@acme.example" not in {to for _, to, _ in box.taken}
    assert "anna@acme.example" in {to for _, to, _ in box.taken}


def test_a_message_names_nobody_in_its_text_and_whom_the_author_names_beside_it(world: World, carl: int) -> None:
    message = write(world, text="Ask @Björn.", mentions=["carl@acme.example", "@Carl"])
    assert {name for name, _, _ in notified(world, message)} == {"Karin Ek", "Carl Lund"}


@pytest.mark.parametrize(
    ("text", "named", "refused"),
    [
        ("@Anna", (), ("text", "mention_unclear")),
        ("", ("anna",), ("mention", "mention_unclear")),
        ("", ("Nobody",), ("mention", "no_such_colleague")),
        ("", ("nobody@acme.example",), ("mention", "no_such_colleague")),
        ("", ("karin",), ("mention", "no_such_colleague")),
    ],
)
def test_a_mention_that_names_nobody_or_several_is_refused(
    world: World, carl: int, text: str, named: tuple[str, ...], refused: tuple[str, str]
) -> None:
    for name in ("Anna Ek", "Anna Lind"):
        added = world.store.users.add(name, f"{name.replace(' ', '')}@acme.example", 1)
        world.store.users.join(world.acme, added, "agent")
    world.store.connection.execute("update users set name = 'Berit' where name = 'Anna'")
    with pytest.raises(RefusedAct) as error:
        write(world, text=text or "x", note=True, mentions=named)
    assert (error.value.refusal.field, error.value.refusal.code) == refused


def hide(world: World) -> None:
    staff = world.store.teams.add(world.acme, "Staff", 1)
    world.store.teams.join(world.acme, staff, world.bjorn)
    world.store.record_types.name_team(world.acme, "lead", staff)
    world.store.record_types.limit(world.acme, "lead", teams_only=True)


def test_whom_the_record_is_hidden_from_cannot_be_mentioned_and_is_not_offered(world: World, carl: int) -> None:
    hide(world)
    record, anna = world.record("LEAD-1"), user(world, world.anna)
    assert [name for name, _, _ in suggestions(world.store, record, "")] == ["Anna", "Björn"]
    assert suggestions(world.store, record, "bjo") == suggestions(world.store, record, "BJÖ")
    assert suggestions(world.store, record, "lund") == []
    for draft, field in (
        (Draft(text="@Carl", note=True), "text"),
        (Draft(text="x", note=True, mentions=["Carl"]), "mention"),
        (Draft(text="x", to=["karin@customer.example"], mentions=["carl@acme.example"]), "mention"),
    ):
        with pytest.raises(RefusedAct) as error:
            plan(world.store, record, anna, draft, 1)
        assert (error.value.refusal.field, error.value.refusal.code) == (field, "not_in_named_team")
        assert "lead" in say(error.value.refusal.phrase)


def test_a_note_by_mail_mentions_too_and_what_cannot_be_is_said(world: World, carl: int) -> None:
    post(world.store, world.installation, world.record("LEAD-1"), user(world, world.bjorn), Draft(text="x", note=True))
    note = world.thread("LEAD-1")[-1]
    world.store.users.join(world.acme, world.store.users.add("Björn Ek", "be@acme.example", 1), "agent")
    world.store.connection.execute("update users set name = 'Björn Ask' where name = 'Björn'")
    text = "@Carl and @Björn, look\n\nAnna wrote:\n> ask @Anna\n"
    row = world.deliver(world.mail(ANNA, text=text, verified=True), reply_address(world, note.id, purpose="note"))
    assert row.message_id is not None
    assert notified(world, row.message_id) >= {("Carl Lund", "email", True)}
    events = [say(one.says) for one in world.thread("LEAD-1") if one.says is not None]
    assert "@björn was mentioned and not notified: several colleagues are called that" in events
    hide(world)
    row = world.deliver(world.mail(ANNA, text="@Carl\n", verified=True), reply_address(world, note.id, purpose="note"))
    assert ("Carl Lund", "inbox", True) not in notified(world, row.message_id or 0)
    last = world.thread("LEAD-1")[-1].says
    assert last is not None and say(last) == (
        "Carl Lund was mentioned and not notified: records of type lead are for named teams only"
    )


def test_a_colleague_is_named_by_name_or_address(world: World, carl: int) -> None:
    record = world.record("LEAD-1")
    assert {
        colleague(world.store, record, one, "who").user_id for one in ("Carl", "@carl lund", "carl@acme.example")
    } == {carl}
    for one in ("Nina", "nina@acme.example"):
        with pytest.raises(RefusedAct) as refused:
            colleague(world.store, record, one, "who")
        assert (refused.value.refusal.code, refused.value.refusal.field) == ("no_such_colleague", "who")
    hide(world)
    with pytest.raises(RefusedAct) as refused:
        colleague(world.store, record, "Carl", "who")
    assert refused.value.refusal.code == "not_in_named_team"
