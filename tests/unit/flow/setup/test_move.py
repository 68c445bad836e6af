"""Messages moved, split off and merged: what goes along, where answers come to, and how it is undone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.flow.setup.conftest import Office
from tests.unit.world import ANNA, ERIK, KARIN
from weftmail.core.tokens import reply_token
from weftmail.core.tokens.reply_token import Token
from weftmail.core.wording.sentences import say
from weftmail.flow.actor import Actor
from weftmail.flow.identity import address_of
from weftmail.flow.post import Draft, post
from weftmail.flow.search import search
from weftmail.flow.setup import follower, move, record, record_type, retype, snooze, team, undo
from weftmail.flow.setup.record_change import RecordChanges
from weftmail.flow.setup.record_type import TypeChanges
from weftmail.store.inbound import InboundRow
from weftmail.store.record import NewRecord, Record


def opened(office: Office, author: str = KARIN, subject: str = "Chairs", **more: object) -> Record:
    """A record that somebody opens by mail."""
    raw = office.world.mail(author, subject=subject, text=f"About {subject}.\n", verified=True, **more)  # type: ignore[arg-type]
    row = office.world.deliver(raw, "leads@acme.example")
    assert row.state == "filed"
    return office.world.record(row.record or "")


def answered(office: Office, label: str, text: str = "Yes.", author: str = KARIN, number: int = 0) -> InboundRow:
    """Somebody outside answers a message of a record."""
    thread = [one for one in office.world.thread(label) if one.kind != "event"]
    refers = [(thread[number] if number else thread[0]).rfc_message_id]
    return office.world.deliver(
        office.world.mail(author, text=f"{text}\n", verified=True, references=refers), "leads@acme.example"
    )


def words(office: Office, label: str) -> list[str]:
    """What people wrote on a record, oldest first."""
    return [one.reply_text.strip() for one in office.world.thread(label) if one.kind != "event"]


def events(office: Office, label: str) -> list[str]:
    return [say(one.says) for one in office.world.thread(label) if one.says is not None]


def written(office: Office, label: str, text: str, *to: str, note: bool = False) -> int:
    """Anna writes on a record."""
    anna = office.store.users.get(office.world.anna)
    assert anna is not None
    with office.store.transaction():
        return post(
            office.store, office.world.installation, office.world.record(label), anna,
            Draft(text=text, note=note, to=list(to) or None),
        )  # fmt: skip


def names(office: Office, found: Record) -> set[str | None]:
    return {one.address for one in office.store.records.participants(office.world.acme, found.id)}


# --- merge ----------------------------------------------------------------------------------------------------------


def test_a_merged_record_is_part_of_the_other_one(office: Office) -> None:
    one, two = opened(office), opened(office, ERIK, "Tables")
    done = office.did(move.merge(office.setup, "LEAD-2", "LEAD-1"))
    assert (done.subject, done.was["record"], done.now["record"], done.now["count"]) == (
        "LEAD-2",
        "LEAD-2",
        "LEAD-1",
        1,
    )
    assert words(office, "LEAD-1") == ["About Chairs.", "About Tables."]
    assert office.world.record("LEAD-2").id == one.id
    assert events(office, "LEAD-1")[-1] == "Anna merged LEAD-2 into this record: Tables (1 message)"
    alone = office.store.records.numbered("LEAD-2", office.world.acme)[0]
    assert (alone.id, alone.hidden_as, alone.merged_into_id) == (two.id, "merged", one.id)
    left = office.store.messages.thread(office.world.acme, two.id)
    assert [say(one.says) for one in left if one.says] == ["Anna merged this record into LEAD-1"]
    assert names(office, one) == {"karin@customer.example", "erik@other.example"}


def test_an_answer_to_the_old_record_lands_on_the_new_one(office: Office) -> None:
    one, two = opened(office), opened(office, ERIK, "Tables")
    world = office.world
    ours = written(office, "LEAD-2", "We can.")
    office.did(move.merge(office.setup, "LEAD-2", "LEAD-1"))
    erik = world.store.contacts.by_address(world.acme, "erik@other.example")
    assert erik is not None
    token = reply_token.address(world.installation.keyring, Token("post", ours, erik.id), "acme.example")
    by_token = world.deliver(world.mail(ERIK, token, text="By token.\n"), token)
    by_locator = answered(office, "LEAD-1", "By locator.", ERIK, 2)
    by_foreign_id = answered(office, "LEAD-1", "By their own id.", ERIK, 1)
    own = address_of(world.store, world.installation, two)
    by_own = world.deliver(world.mail(ANNA, ERIK, text="By its own address.\n", login="anna@acme.example"), own)
    assert [(row.state, row.record_id) for row in (by_token, by_locator, by_foreign_id, by_own)] == [
        ("filed", one.id)
    ] * 4


def test_later_a_merge_is_undone_by_what_answers_what(office: Office) -> None:
    one, two = opened(office), opened(office, ERIK, "Tables")
    first = {each.number: each.rfc_message_id for each in office.world.thread("LEAD-2")}
    done = office.did(move.merge(office.setup, "LEAD-2", "LEAD-1"))
    answered(office, "LEAD-1", "About the tables again.", ERIK, 1)
    answered(office, "LEAD-1", "About the chairs again.", KARIN)
    written(office, "LEAD-1", "No hurry.", note=True)
    back = office.did(undo.undo(office.setup, done.trace))
    assert (back.act, back.subject, back.now["record"], back.now["count"]) == ("record.separate", "LEAD-2", "LEAD-2", 2)
    assert words(office, "LEAD-1") == ["About Chairs.", "About the chairs again.", "No hurry."]
    assert words(office, "LEAD-2") == ["About Tables.", "About the tables again."]
    stands = office.world.record("LEAD-2")
    assert (stands.id, stands.hidden_as, stands.awaits_us) == (two.id, None, True)
    assert {each.number: each.rfc_message_id for each in office.world.thread("LEAD-2") if each.number in first} == first
    assert names(office, one) == {"karin@customer.example"}
    assert names(office, two) == {"erik@other.example"}
    assert answered(office, "LEAD-2", "Once more.", ERIK, 1).record_id == two.id
    assert "2 messages went with it; 1 came later" in events(office, "LEAD-1")[-1]
    again = office.did(undo.undo(office.setup, back.trace))
    assert (again.act, office.world.record("LEAD-2").id) == ("record.merge", one.id)
    assert sorted(words(office, "LEAD-1")) == sorted([
        "About Chairs.", "About the chairs again.", "No hurry.", "About Tables.", "About the tables again.",
        "Once more.",
    ])  # fmt: skip
    assert office.refused(undo.undo(office.setup, done.trace)) == ("", "changed_since")


def test_a_mail_that_came_to_both_stands_there_once(office: Office) -> None:
    one = opened(office, message_id="<both@customer.example>")
    raw = office.world.mail(
        subject="Chairs", text="About Chairs.\n", verified=True, message_id="<both@customer.example>"
    )
    row = office.world.deliver(raw, "support@acme.example")
    assert row.record == "TICKET-1"
    done = office.did(move.merge(office.setup, "TICKET-1", "LEAD-1"))
    assert words(office, "LEAD-1") == ["About Chairs."]
    # Its copy stayed behind; what answers that lands on the record, too.
    stayed = office.store.messages.thread(office.world.acme, row.record_id or 0)[0]
    facts = office.store.messages.facts([stayed.id])[stayed.id]
    assert (facts.record_id, facts.label) == (one.id, "LEAD-1")
    office.did(undo.undo(office.setup, done.trace))
    assert words(office, "TICKET-1") == ["About Chairs."]


def test_what_belongs_to_a_record_goes_along_and_comes_back(office: Office) -> None:
    world, acme = office.world, office.world.acme
    one, two = opened(office), opened(office, ERIK, "Tables")
    office.did(record.change(office.setup, "LEAD-1", RecordChanges(state="closed", owner="", customer="")))
    office.did(record.change(office.setup, "LEAD-2", RecordChanges(add_tags=["wood"], priority="high")))
    office.did(follower.add(office.setup, "LEAD-2", "bjorn@acme.example"))
    office.did(snooze.snooze(office.setup, "LEAD-2", "2030-01-02"))
    add = "insert into activity (company_id, record_id, type, due_on, user_id, created_by, created_at)"
    world.store.connection.execute(f"{add} values ({acme}, {two.id}, 'call', '2026-12-01', {world.anna}, 'Anna', 1)")
    tables = world.alias("tables", None, record_id=two.id)
    held = world.deliver(
        world.mail("Eva <eva@third.example>", references=[world.thread("LEAD-2")[0].rfc_message_id]),
        "leads@acme.example",
    )
    assert (held.state, held.record) == ("held", "LEAD-2")
    done = office.did(move.merge(office.setup, "LEAD-2", "LEAD-1"))
    stands = world.record("LEAD-1")
    assert (stands.state, stands.owner, stands.customer_address) == ("open", "Anna", "erik@other.example")
    assert [each.name for each in world.store.tags.of(acme, [one.id])[one.id]] == ["wood"]
    assert world.bjorn in {each.user_id for each in world.store.records.followers(acme, one.id)}
    assert world.row(held.id).record == "LEAD-1"
    alias = world.store.aliases.get(acme, tables)
    assert alias is not None and alias.record_id == one.id
    assert world.store.moves.activities(acme, one.id) == [1]
    snoozes = "select key from due where kind = 'snooze'"
    assert world.store.connection.execute(snoozes).rows == []
    office.did(undo.undo(office.setup, done.trace))
    back = world.record("LEAD-1")
    assert (back.state, back.owner, back.customer) == ("closed", None, None)
    assert world.store.tags.of(acme, [one.id]).get(one.id, ()) == ()
    assert world.bjorn not in {each.user_id for each in world.store.records.followers(acme, one.id)}
    assert world.row(held.id).record == "LEAD-2"
    alias = world.store.aliases.get(acme, tables)
    assert alias is not None and alias.record_id == two.id
    assert world.store.moves.activities(acme, two.id) == [1]
    assert world.record("LEAD-2").snoozed_until_at is not None
    assert world.store.connection.execute(snoozes).rows == [(str(two.id),)]


def test_search_lists_and_counts_know_one_record(office: Office) -> None:
    world, acme = office.world, office.world.acme
    one, two = opened(office), opened(office, ERIK, "Tables", files=[("wood.pdf", b"%PDF")])
    world.store.read_state.read(acme, world.anna, [one.id])
    done = office.did(move.merge(office.setup, "LEAD-2", "LEAD-1"))

    def hits(text: str) -> set[str]:
        return {each.label for each in search(world.store, acme, text, ()).hits}

    assert (hits("tables"), hits("LEAD-2"), hits("wood")) == ({"LEAD-1"},) * 3
    assert world.store.read_state.among(acme, world.anna, [one.id, two.id]) == {one.id}
    stands = world.record("LEAD-1")
    assert stands.last_message_id == world.thread("LEAD-2")[-2].id
    assert stands.awaits_us
    files = world.store.connection.execute(f"select record_id from attachment where company_id = {acme}").rows
    assert files == [(one.id,)]
    office.did(undo.undo(office.setup, done.trace))
    assert (hits("tables"), hits("LEAD-2"), hits("wood")) == ({"LEAD-2"},) * 3
    assert world.store.read_state.among(acme, world.anna, [one.id, two.id]) == {two.id}


def test_who_was_taken_out_meanwhile_stays_out_of_both(office: Office) -> None:
    world, acme = office.world, office.world.acme
    one, two = opened(office), opened(office, ERIK, "Tables")
    office.did(follower.add(office.setup, "LEAD-2", "bjorn@acme.example"))
    done = office.did(move.merge(office.setup, "LEAD-2", "LEAD-1"))
    office.did(record.change(office.setup, "LEAD-1", remove_participants=["erik@other.example"]))
    office.did(follower.remove(office.setup, "LEAD-1", "bjorn@acme.example"))
    office.did(undo.undo(office.setup, done.trace))
    assert names(office, two) == set()
    assert world.bjorn not in {each.user_id for each in world.store.records.followers(acme, two.id)}
    assert names(office, one) == {"karin@customer.example"}


def test_a_merge_brings_back_who_was_taken_out_until_it_is_undone(office: Office) -> None:
    one, two = opened(office), opened(office, subject="Tables")
    office.did(record.change(office.setup, "LEAD-1", remove_participants=["karin@customer.example"]))
    done = office.did(move.merge(office.setup, "LEAD-2", "LEAD-1"))
    assert names(office, one) == {"karin@customer.example"}
    office.did(undo.undo(office.setup, done.trace))
    assert (names(office, one), names(office, two)) == (set(), {"karin@customer.example"})


def test_merges_of_merges_lead_on_and_come_apart_in_any_order(office: Office) -> None:
    one, _, three = opened(office), opened(office, ERIK, "Tables"), opened(office, subject="Lamps")
    first = office.did(move.merge(office.setup, "LEAD-3", "LEAD-2"))
    second = office.did(move.merge(office.setup, "LEAD-2", "LEAD-1"))
    assert {office.world.record(f"LEAD-{each}").id for each in (1, 2, 3)} == {one.id}
    assert office.store.moves.standing(office.world.acme, three.id) == one.id
    office.did(undo.undo(office.setup, first.trace))
    assert (words(office, "LEAD-3"), words(office, "LEAD-1")) == (["About Lamps."], ["About Chairs.", "About Tables."])
    office.did(undo.undo(office.setup, second.trace))
    assert [words(office, f"LEAD-{each}") for each in (1, 2, 3)] == [
        ["About Chairs."],
        ["About Tables."],
        ["About Lamps."],
    ]


# --- move and split -------------------------------------------------------------------------------------------------


def test_a_message_goes_to_another_record_and_back_with_what_answers_it(office: Office) -> None:
    world, acme = office.world, office.world.acme
    one, two = opened(office), opened(office, ERIK, "Tables")
    answered(office, "LEAD-1", "Wrong place.", KARIN)
    done = office.did(move.move(office.setup, "LEAD-1", [2], "lead-2"))
    assert (done.was["record"], done.now["record"], done.now["messages"]) == ("LEAD-1", "LEAD-2", [2])
    assert (words(office, "LEAD-1"), words(office, "LEAD-2")) == (["About Chairs."], ["About Tables.", "Wrong place."])
    assert events(office, "LEAD-1")[-1] == "Anna moved 1 message to LEAD-2"
    assert events(office, "LEAD-2")[-1] == "Anna moved 1 message here from LEAD-1"
    moved = next(each for each in world.thread("LEAD-2") if each.reply_text.strip() == "Wrong place.")
    assert world.store.moves.led_on(acme, one.id, 2) == moved.id
    assert names(office, two) == {"karin@customer.example", "erik@other.example"}
    row = answered(office, "LEAD-2", "It answers what was moved.", KARIN, 1)
    assert row.record_id == two.id
    back = office.did(undo.undo(office.setup, done.trace))
    assert words(office, "LEAD-1") == ["About Chairs.", "Wrong place.", "It answers what was moved."]
    assert [each.number for each in world.thread("LEAD-1") if each.reply_text.strip() == "Wrong place."] == [2]
    assert names(office, two) == {"erik@other.example"}
    assert office.refused(undo.undo(office.setup, done.trace)) == ("", "changed_since")
    forth = office.did(undo.undo(office.setup, back.trace))
    assert words(office, "LEAD-2") == ["About Tables.", "Wrong place.", "It answers what was moved."]
    office.did(undo.undo(office.setup, forth.trace))


def test_who_has_nothing_left_takes_part_no_more(office: Office) -> None:
    one = opened(office)
    opened(office, ERIK, "Tables")
    office.did(move.merge(office.setup, "LEAD-2", "LEAD-1"))
    opened(office, ERIK, "Lamps")
    number = next(each.number for each in office.world.thread("LEAD-1") if "Tables" in each.subject)
    office.did(move.move(office.setup, "LEAD-1", [number], "LEAD-3"))
    assert names(office, one) == {"karin@customer.example"}


def test_messages_become_a_record_of_their_own(office: Office) -> None:
    world = office.world
    one = opened(office)
    answered(office, "LEAD-1", "And tables?", KARIN)
    noted = written(office, "LEAD-1", "Ask Björn.", note=True)
    office.did(follower.add(office.setup, "LEAD-1", "bjorn@acme.example"))
    note = next(each.number for each in world.thread("LEAD-1") if each.id == noted)
    done = office.did(move.split(office.setup, "LEAD-1", [2, note], title="Tables", type_="order"))
    new = world.record("ORDER-1")
    assert (new.title, new.owner, new.customer_address, new.alias_id) == (
        "Tables",
        "Anna",
        "karin@customer.example",
        one.alias_id,
    )
    assert (words(office, "ORDER-1"), words(office, "LEAD-1")) == (["And tables?", "Ask Björn."], ["About Chairs."])
    assert {each.user_id for each in world.store.records.followers(world.acme, new.id)} >= {world.anna, world.bjorn}
    assert new.awaits_us and names(office, new) == {"karin@customer.example"}
    answered(office, "ORDER-1", "Oak, please.", KARIN)
    back = office.did(undo.undo(office.setup, done.trace))
    assert (back.act, world.record("ORDER-1").id) == ("record.merge", one.id)
    assert words(office, "LEAD-1") == ["About Chairs.", "And tables?", "Ask Björn.", "Oak, please."]
    assert office.refused(undo.undo(office.setup, done.trace)) == ("", "changed_since")
    office.did(undo.undo(office.setup, back.trace))
    assert words(office, "ORDER-1") == ["And tables?", "Ask Björn.", "Oak, please."]


def test_a_second_copy_of_what_was_moved_is_no_second_message(office: Office) -> None:
    world = office.world
    opened(office)
    opened(office, ERIK, "Tables")
    refers = [world.thread("LEAD-1")[0].rfc_message_id]
    raw = world.mail(KARIN, text="Twice.\n", verified=True, references=refers)
    world.deliver(raw, "leads@acme.example")
    office.did(move.move(office.setup, "LEAD-1", [2], "LEAD-2"))
    second = world.deliver(raw, "support@acme.example")
    assert (second.state, words(office, "LEAD-1")) == ("duplicate", ["About Chairs."])


def test_no_answer_needed_is_kept(office: Office) -> None:
    opened(office)
    opened(office, ERIK, "Tables")
    answered(office, "LEAD-1", "Thanks.", KARIN)
    office.did(record.change(office.setup, "LEAD-1", RecordChanges(awaits=False)))
    office.did(record.change(office.setup, "LEAD-2", RecordChanges(awaits=False)))
    office.did(move.move(office.setup, "LEAD-1", [2], "LEAD-2"))
    assert not office.world.record("LEAD-1").awaits_us
    assert not office.world.record("LEAD-2").awaits_us
    office.did(snooze.snooze(office.setup, "LEAD-2", "answer"))
    answered(office, "LEAD-1", "But when?", KARIN)
    number = office.world.thread("LEAD-1")[-1].number
    office.did(move.move(office.setup, "LEAD-1", [number], "LEAD-2"))
    stands = office.world.record("LEAD-2")
    assert (stands.awaits_us, stands.snoozed_until_at, office.world.record("LEAD-1").awaits_us) == (True, None, False)


# --- what cannot be -------------------------------------------------------------------------------------------------


def test_what_cannot_be_moved(office: Office) -> None:
    opened(office, message_id="<both@customer.example>")
    assert office.refused(move.move(office.setup, "LEAD-1", [], "LEAD-2")) == ("to", "no_such_record")
    opened(office, ERIK, "Tables")
    assert office.refused(move.move(office.setup, "LEAD-1", [], "LEAD-2")) == ("messages", "no_message_chosen")
    assert office.refused(move.move(office.setup, "LEAD-1", [7], "LEAD-2")) == ("messages", "no_such_message")
    assert office.refused(move.move(office.setup, "LEAD-1", [1], "LEAD-1")) == ("to", "move_same")
    assert office.refused(move.merge(office.setup, "LEAD-1", "LEAD-1")) == ("into", "move_same")
    office.did(record.change(office.setup, "LEAD-1", RecordChanges(state="waiting")))
    number = office.world.thread("LEAD-1")[-1].number
    assert office.refused(move.move(office.setup, "LEAD-1", [number], "LEAD-2")) == ("messages", "event_stays")
    office.did(record.change(office.setup, "LEAD-2", RecordChanges(place="trash")))
    assert office.refused(move.move(office.setup, "LEAD-1", [1], "LEAD-2")) == ("to", "move_hidden")
    assert office.refused(move.split(office.setup, "LEAD-2", [1], title="T")) == ("messages", "move_hidden")
    again = office.world.mail(
        subject="Chairs", text="About Chairs.\n", verified=True, message_id="<both@customer.example>"
    )
    office.world.deliver(again, "support@acme.example")
    assert office.refused(move.move(office.setup, "LEAD-1", [1], "TICKET-1")) == ("to", "message_there")


def test_nothing_goes_to_another_company(office: Office) -> None:
    opened(office)
    nord = office.store.companies.add("Nord", 1)
    office.store.companies.add_record_type(nord, "case", "CASE")
    office.store.records.open(NewRecord(nord, "case", "Theirs"), 1)
    setup = office.setup
    assert office.refused(move.merge(setup, "LEAD-1", "CASE-1", company="Acme")) == ("into", "move_of_another")
    # Who may not see that company learns nothing of it.
    other = replace(setup, actor=Actor("Björn", office.world.bjorn))
    assert office.refused(move.merge(other, "LEAD-1", "CASE-1", company="Acme")) == ("into", "no_such_record")
    shell = replace(setup, actor=Actor("root"))
    assert office.refused(move.merge(shell, "LEAD-1", "CASE-1", company="Acme")) == ("into", "move_of_another")


def test_types_for_named_teams_stay_among_themselves(office: Office) -> None:
    opened(office)
    opened(office, ERIK, "Tables")
    office.did(team.add(office.setup, "Staff", add_members=["anna@acme.example"]))
    office.did(record.add(office.setup, "ticket", title="Secret"))
    office.did(record_type.change(office.setup, None, "ticket", TypeChanges(teams_only=True, add_teams=["Staff"])))
    assert office.refused(move.move(office.setup, "LEAD-1", [1], "TICKET-1")) == ("to", "move_seen_by_others")
    assert office.refused(move.merge(office.setup, "TICKET-1", "LEAD-1")) == ("into", "move_seen_by_others")
    assert office.refused(move.split(office.setup, "LEAD-1", [1], title="T", type_="ticket")) == (
        "type",
        "move_seen_by_others",
    )
    # Two types of the same teams are seen by the same people.
    office.did(record_type.change(office.setup, None, "order", TypeChanges(teams_only=True, add_teams=["Staff"])))
    office.did(record.add(office.setup, "order", title="Secret, too"))
    office.did(move.merge(office.setup, "ORDER-1", "TICKET-1"))
    # What would be seen by others since is not taken back, either.
    merged = office.did(move.merge(office.setup, "LEAD-2", "LEAD-1"))
    office.did(record.change(office.setup, "LEAD-1", RecordChanges(owner="")))
    office.did(retype.change(office.setup, "LEAD-1", "ticket"))
    assert office.refused(undo.undo(office.setup, merged.trace)) == ("", "move_seen_by_others")


def test_an_undo_that_nothing_is_left_of(office: Office) -> None:
    opened(office)
    opened(office, ERIK, "Tables")
    opened(office, subject="Lamps")
    answered(office, "LEAD-1", "Wrong place.", KARIN)
    moved = office.did(move.move(office.setup, "LEAD-1", [2], "LEAD-2"))
    number = next(each.number for each in office.world.thread("LEAD-2") if each.reply_text.strip() == "Wrong place.")
    on = office.did(move.move(office.setup, "LEAD-2", [number], "LEAD-3"))
    assert office.refused(undo.undo(office.setup, moved.trace)) == ("", "changed_since")
    office.did(undo.undo(office.setup, on.trace))
    merged = office.did(move.merge(office.setup, "LEAD-2", "LEAD-1"))
    assert office.refused(undo.undo(office.setup, moved.trace)) == ("", "moved_together")
    office.did(record.change(office.setup, "LEAD-1", RecordChanges(place="trash")))
    assert office.refused(undo.undo(office.setup, merged.trace)) == ("", "move_hidden")


@pytest.mark.parametrize(
    ("number", "code"),
    [("LEAD-9", "no_such_record"), ("chairs", "no_such_record"), ("", "record_wanted"), (" ", "record_wanted")],
)
def test_a_record_that_is_not_there(office: Office, number: str, code: str) -> None:
    opened(office)
    assert office.refused(move.merge(office.setup, "LEAD-1", number)) == ("into", code)


def test_an_answer_that_came_since_wakes_what_was_snoozed(office: Office) -> None:
    opened(office)
    opened(office, ERIK, "Tables")
    office.did(record.change(office.setup, "LEAD-2", RecordChanges(state="waiting")))
    office.did(snooze.snooze(office.setup, "LEAD-2", "answer"))
    done = office.did(move.merge(office.setup, "LEAD-2", "LEAD-1"))
    answered(office, "LEAD-1", "Still there?", ERIK, 1)
    office.did(undo.undo(office.setup, done.trace))
    stands = office.world.record("LEAD-2")
    assert (stands.snoozed_until_at, stands.state, stands.awaits_us) == (None, "open", True)
