"""What changes on a record by hand: each an event, a notice to a new owner, and an undo."""

from __future__ import annotations

import pytest

from tests.unit.flow.setup.conftest import Office
from weftmail.core.wording.sentences import say
from weftmail.flow.post import Draft, post
from weftmail.flow.setup import contact, follower, many, record, record_type, saved_filter, team, undo, ways
from weftmail.flow.setup.record_change import STALE, RecordChanges
from weftmail.flow.setup.record_type import TypeChanges
from weftmail.store.record import Record

ANNA, BJORN, KARIN = "anna@acme.example", "bjorn@acme.example", "karin@customer.example"
Changes = RecordChanges


@pytest.fixture
def lead(office: Office) -> Office:
    """A lead that Karin opened by mail, Anna's by its alias."""
    office.world.deliver(office.world.mail(verified=True), "leads@acme.example")
    office.did(contact.add(office.setup, "erik@other.example", name="Erik Ek"))
    office.did(team.add(office.setup, "Sales", add_members=[BJORN]))
    return office


def found(office: Office, label: str = "LEAD-1") -> Record:
    return office.world.record(label)


def events(office: Office, label: str = "LEAD-1") -> list[str]:
    return [say(one.says) for one in office.world.thread(label) if one.says is not None]


def test_each_change_is_an_event_that_says_what_was_and_what_is(lead: Office) -> None:
    changed = lead.did(
        record.change(
            lead.setup,
            "LEAD-1",
            Changes(
                title="38 chairs", state="waiting", owner=BJORN, team="Sales", customer="erik@other.example",
                priority="high", fields={"value": "5"}, add_tags=["VIP", "Chairs"],
            ),
        )
    )  # fmt: skip
    assert events(lead) == [
        "Anna added the tag VIP",
        "Anna added the tag Chairs",
        "Anna changed the state: open → waiting",
        "Anna changed the owner: Anna → Björn",
        "Anna changed the team: - → Sales",
        "Anna changed the customer: Karin Ek → Erik Ek",
        "Anna changed the title: Quote for 40 chairs → 38 chairs",
        "Anna changed the priority: normal → high",
        "Anna changed value: - → 5",
    ]
    notices = lead.store.inbox.notices(lead.world.bjorn, lead.world.acme)
    assert [one.label for one in notices] == ["LEAD-1", "LEAD-1"]
    assert lead.store.read_state.since(lead.world.acme, lead.world.bjorn, found(lead).id) is not None
    back = lead.did(undo.undo(lead.setup, changed.trace))
    assert (found(lead).title, found(lead).owner, found(lead).team, found(lead).customer, found(lead).values) == (
        "Quote for 40 chairs", "Anna", None, "Karin Ek", {},
    )  # fmt: skip
    assert back.now["tags"] == [] and lead.refused(undo.undo(lead.setup, changed.trace)) == ("", "undone_already")


def test_what_is_said_twice_changes_once(lead: Office) -> None:
    lead.did(record.change(lead.setup, "LEAD-1", Changes(add_tags=["VIP"])))
    before = events(lead)
    same = Changes(add_tags=["vip"], place="lists", awaits=True, owner=ANNA, state="open")
    assert lead.did(record.change(lead.setup, "LEAD-1", same)).changes == ()
    assert events(lead) == before


def test_nobody_owns_it_and_a_team_in_place_of_somebody(lead: Office) -> None:
    lead.did(record.change(lead.setup, "LEAD-1", Changes(owner="", customer="")))
    assert (found(lead).owner, found(lead).customer) == (None, None)
    lead.did(record.change(lead.setup, "LEAD-1", Changes(owner="Sales")))
    assert (found(lead).owner, found(lead).team) == (None, "Sales")
    lead.did(record.change(lead.setup, "LEAD-1", Changes(team="")))
    assert found(lead).team is None


def test_no_answer_needed_until_the_next_message(lead: Office) -> None:
    assert found(lead).awaits_us
    changed = lead.did(record.change(lead.setup, "LEAD-1", Changes(awaits=False)))
    assert not found(lead).awaits_us and events(lead) == ["Anna: no answer needed"]
    lead.did(undo.undo(lead.setup, changed.trace))
    assert found(lead).awaits_us
    lead.did(record.change(lead.setup, "LEAD-1", Changes(awaits=False)))
    answers(lead)
    assert found(lead).awaits_us


def answers(office: Office) -> None:
    first = office.world.thread("LEAD-1")[0].rfc_message_id
    office.world.deliver(office.world.mail(verified=True, references=[first]), "leads@acme.example")


def test_what_was_taken_back_is_not_the_newest_and_nothing_waits_for_it(lead: Office) -> None:
    record, first = found(lead), found(lead).last_message_id
    answers(lead)
    assert found(lead).last_message_id != first
    newest = found(lead).last_message_id
    lead.store.connection.execute("update message set kind = 'event' where id = ?", (newest,))
    lead.store.records.unheard(record.company_id, record.id, 5)
    assert found(lead).last_message_id == first and found(lead).awaits_us


def blocked(office: Office) -> bool:
    karin = office.store.contacts.by_address(office.world.acme, KARIN)
    return karin is not None and karin.blocked_at is not None


def test_spam_blocks_its_sender_until_it_is_none_any_more(lead: Office) -> None:
    changed = lead.did(record.change(lead.setup, "LEAD-1", Changes(place="spam")))
    assert found(lead).hidden_as == "spam" and blocked(lead)
    assert lead.store.inbox.unread(lead.world.acme, lead.world.anna) == 0
    lead.did(undo.undo(lead.setup, changed.trace))
    assert found(lead).hidden_as is None and not blocked(lead)
    assert lead.store.inbox.unread(lead.world.acme, lead.world.anna) == 1
    lead.did(record.change(lead.setup, "LEAD-1", Changes(customer="", place="spam")))
    lead.did(record.change(lead.setup, "LEAD-1", Changes(place="lists")))
    assert events(lead)[-1] == "Anna brought this back to the lists" and not blocked(lead)


def waiting(office: Office) -> list[str]:
    """Return the states of the copies of all messages of LEAD-1, in their order."""
    sql = "select o.state from outbox o where o.message_id is not null order by o.id"
    return [row[0] for row in office.store.connection.execute(sql).rows]


def test_what_waits_to_leave_of_spam_does_not_and_does_if_it_was_none(lead: Office) -> None:
    anna = lead.store.users.get(lead.world.anna)
    assert anna is not None
    post(lead.store, lead.world.installation, found(lead), anna, Draft(text="On its way", to=[KARIN]))
    before = waiting(lead)
    lead.store.connection.execute("update outbox set state = 'delayed' where id = (select max(id) from outbox)")
    assert set(before) == {"waiting"}
    changed = lead.did(record.change(lead.setup, "LEAD-1", Changes(place="spam")))
    assert waiting(lead) == ["cancelled"] * len(before)
    lead.did(undo.undo(lead.setup, changed.trace))
    assert waiting(lead) == before
    lead.did(record.change(lead.setup, "LEAD-1", Changes(place="trash")))
    assert waiting(lead) == before, "what was written before it went to the trash was meant"


def test_what_somebody_had_taken_back_before_stays_so_and_what_is_old_is_not_sent(lead: Office) -> None:
    anna = lead.store.users.get(lead.world.anna)
    assert anna is not None
    for text in ("First", "Second"):
        post(lead.store, lead.world.installation, found(lead), anna, Draft(text=text, to=[KARIN]))
    last = lead.store.connection.execute("select max(id) from outbox").rows[0][0]
    lead.store.outbox.cancel(lead.world.acme, last, lead.world.clock())
    lead.did(record.change(lead.setup, "LEAD-1", Changes(place="spam")))
    back = lead.did(record.change(lead.setup, "LEAD-1", Changes(place="lists")))
    assert waiting(lead)[-1] == "cancelled" and set(waiting(lead)[:-1]) == {"waiting"}
    lead.did(undo.undo(lead.setup, back.trace))
    lead.store.connection.execute("update record set hidden_at = hidden_at - ?", (STALE,))
    lead.store.connection.execute("update outbox set changed_at = changed_at - ?", (STALE,))
    lead.did(record.change(lead.setup, "LEAD-1", Changes(place="lists")))
    assert set(waiting(lead)) == {"cancelled"}


def test_who_is_blocked_already_stays_so(lead: Office) -> None:
    lead.did(contact.block(lead.setup, KARIN))
    lead.did(record.change(lead.setup, "LEAD-1", Changes(place="spam")))
    lead.did(contact.unblock(lead.setup, KARIN))
    lead.did(record.change(lead.setup, "LEAD-1", Changes(place="lists")))
    assert not blocked(lead)


def test_an_answer_brings_a_record_back_from_the_trash_and_opens_what_waits(lead: Office) -> None:
    lead.did(record.change(lead.setup, "LEAD-1", Changes(place="trash", state="waiting")))
    answers(lead)
    assert (found(lead).hidden_as, found(lead).state) == (None, "open")
    assert events(lead)[-2:] == [
        "Karin Ek wrote, so the record is back in the lists",
        "Karin Ek answered, so the record is open again: waiting → open",
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (Changes(state="won"), ("state", "no_such_choice")),
        (Changes(priority="none"), ("priority", "no_such_choice")),
        (Changes(place="moon"), ("place", "no_such_choice")),
        (Changes(team="Nobody"), ("team", "no_such_team")),
        (Changes(customer="x@nobody.example"), ("customer", "no_such_contact")),
        (Changes(remove_tags=["VIP"]), ("remove_tag", "no_such_tag")),
        (Changes(add_tags=[" "]), ("tag", "text_empty")),
        (Changes(title=""), ("title", "text_empty")),
        (Changes(), ("", "nothing_to_change")),
    ],
)
def test_what_does_not_fit_is_refused(lead: Office, changes: Changes, said: tuple[str, str]) -> None:
    assert lead.refused(record.change(lead.setup, "LEAD-1", changes)) == said


def test_a_tag_that_another_record_has_is_not_taken_off(lead: Office) -> None:
    lead.did(record.add(lead.setup, "lead", title="Other"))
    lead.did(record.change(lead.setup, "LEAD-2", Changes(add_tags=["VIP"])))
    refused = record.change(lead.setup, "LEAD-1", Changes(remove_tags=["VIP"]))
    assert lead.refused(refused) == ("remove_tag", "no_such_tag")
    assert [one.name for one in lead.store.tags.all(lead.world.acme)] == ["VIP"]


def test_who_took_part_is_not_brought_back_by_an_undo(lead: Office) -> None:
    gone = lead.did(record.change(lead.setup, "LEAD-1", remove_participants=[KARIN]))
    assert lead.refused(undo.undo(lead.setup, gone.trace)) == ("", "not_undoable")


def test_nobody_outside_the_named_teams_is_given_a_record(lead: Office) -> None:
    only = TypeChanges(teams_only=True, columns=[])
    changed = lead.did(record_type.change(lead.setup, None, "lead", only))
    assert lead.refused(record.change(lead.setup, "LEAD-1", Changes(owner=BJORN))) == ("owner", "not_in_named_team")
    assert lead.refused(record.change(lead.setup, "LEAD-1", Changes(team="Sales"))) == ("owner", "not_in_named_team")
    assert lead.refused(follower.add(lead.setup, "LEAD-1", BJORN)) == ("address", "not_in_named_team")
    assert lead.refused(record.add(lead.setup, "lead", title="T", owner=BJORN)) == ("owner", "not_in_named_team")
    named = lead.did(record_type.change(lead.setup, None, "lead", TypeChanges(add_teams=["Sales"])))
    assert (named.now["teams_only"], named.now["teams"]) == (True, ["Sales"])
    lead.did(record.change(lead.setup, "LEAD-1", Changes(owner=BJORN)))
    lead.did(record_type.change(lead.setup, None, "lead", TypeChanges(remove_teams=["Sales"])))
    lead.did(record_type.change(lead.setup, None, "lead", TypeChanges(add_teams=["Sales"])))
    assert changed.was["teams_only"] is False


def test_columns_are_fields_of_the_type(lead: Office) -> None:
    changes = TypeChanges(fields={"value": "amount", "size": "text"}, columns=["value"])
    changed = lead.did(record_type.change(lead.setup, None, "lead", changes))
    assert changed.now["columns"] == ["value"]
    lead.did(undo.undo(lead.setup, changed.trace))
    refused = record_type.change(lead.setup, None, "lead", TypeChanges(columns=["weight"]))
    assert lead.refused(refused) == ("columns", "no_such_choice")


class TestMany:
    """Several records at once, with one undo."""

    def test_they_are_changed_and_changed_back_but_for_what_was_changed_since(self, lead: Office) -> None:
        for title in ("Two", "Three"):
            lead.did(record.add(lead.setup, "lead", title=title))
        labels = ["LEAD-1", "LEAD-2", "LEAD-3", "LEAD-1"]
        changes = Changes(owner=BJORN, state="closed", add_tags=["VIP"])
        changed = lead.did(many.change(lead.setup, labels, changes))
        assert changed.subject == "LEAD-1, LEAD-2, LEAD-3"
        assert changed.now["LEAD-2 state"] == "closed" and changed.now["LEAD-1 owner"] == "Björn"
        lead.did(record.change(lead.setup, "LEAD-2", Changes(state="open")))
        lead.did(undo.undo(lead.setup, changed.trace))
        assert [(found(lead, f"LEAD-{n}").state, found(lead, f"LEAD-{n}").owner) for n in (1, 2, 3)] == [
            ("open", "Anna"), ("open", "Björn"), ("open", None),
        ]  # fmt: skip
        assert lead.refused(undo.undo(lead.setup, changed.trace)) == ("", "changed_since")

    def test_read_and_unread(self, lead: Office) -> None:
        lead.did(record.add(lead.setup, "lead", title="Two"))
        acme, anna = lead.world.acme, lead.world.anna
        ids = [found(lead, one).id for one in ("LEAD-1", "LEAD-2")]
        assert lead.store.read_state.among(acme, anna, ids) == {ids[0]}
        read = lead.did(many.mark(lead.setup, ["LEAD-1", "LEAD-2"], read=True))
        assert read.now == {"LEAD-1 read": True} and lead.store.read_state.among(acme, anna, ids) == frozenset()
        lead.did(undo.undo(lead.setup, read.trace))
        assert lead.store.read_state.among(acme, anna, ids) == {ids[0]}
        unread = lead.did(many.mark(lead.setup, ["LEAD-1", "LEAD-2"], read=False))
        assert lead.store.read_state.among(acme, anna, ids) == {*ids}
        lead.did(undo.undo(lead.setup, unread.trace))
        assert (
            lead.store.read_state.among(acme, anna, ids) == {ids[0]}
            and lead.store.read_state.among(acme, anna, []) == set()
        )

    def test_at_least_one(self, lead: Office) -> None:
        assert lead.refused(many.change(lead.setup, [], Changes(state="open"))) == ("record", "nothing_ticked")
        for number in range(6):
            lead.did(record.add(lead.setup, "lead", title=str(number)))
        changed = lead.did(many.change(lead.setup, [f"LEAD-{n}" for n in range(1, 8)], Changes(place="trash")))
        assert changed.subject == "LEAD-1, LEAD-2, LEAD-3, LEAD-4, LEAD-5 +2"


def test_a_filter_is_kept_shared_replaced_and_removed(lead: Office) -> None:
    first = lead.did(saved_filter.add(lead.setup, " Late ", "only=waiting"))
    lead.did(saved_filter.add(lead.setup, "Late", "only=mine", shared=True))
    (kept,) = lead.store.saved_filters.of(lead.world.acme, lead.world.bjorn)
    assert (kept.name, kept.query, kept.author, first.subject) == ("Late", "only=mine", "Anna", "Late")
    (row,) = [one for one in lead.store.audit.all(most=9) if one.act == "filter.add" and one.before]
    lead.did(undo.undo(lead.setup, row.id))
    assert lead.store.saved_filters.of(lead.world.acme, lead.world.bjorn) == []
    removed = lead.did(saved_filter.remove(lead.setup, kept.id))
    assert lead.refused(saved_filter.remove(lead.setup, kept.id)) == ("", "no_such_filter")
    lead.did(undo.undo(lead.setup, removed.trace))
    (again,) = lead.store.saved_filters.of(lead.world.acme, lead.world.anna)
    lead.did(undo.undo(lead.setup, first.trace)) if again.id == kept.id else None
    theirs = lead.store.saved_filters.put(lead.world.acme, lead.world.bjorn, "His", "", shared=False, now=1)
    assert lead.refused(saved_filter.remove(lead.setup, theirs)) == ("", "filter_of_another")


def test_a_new_filter_is_undone(lead: Office) -> None:
    made = lead.did(saved_filter.add(lead.setup, "Late", "only=waiting"))
    lead.did(undo.undo(lead.setup, made.trace))
    assert lead.store.saved_filters.of(lead.world.acme, lead.world.anna) == []


def test_how_somebody_works(lead: Office) -> None:
    changed = lead.did(ways.change(lead.setup, ANNA, after_send="close", then_show="next", shortcuts=False))
    assert changed.now == {"after_send": "close", "then_show": "next", "shortcuts": False, "undo_seconds": 0}
    anna = lead.store.users.get(lead.world.anna)
    assert anna is not None and (anna.after_send, anna.then_show, anna.shortcuts) == ("close", "next", False)
    assert lead.did(ways.change(lead.setup, ANNA)).changes == ()
    assert lead.refused(ways.change(lead.setup, ANNA, after_send="burn")) == ("after_send", "no_such_choice")
    for seconds in (-1, 61):
        assert lead.refused(ways.change(lead.setup, ANNA, undo_seconds=seconds)) == ("undo_seconds", "undo_seconds_out")
    assert lead.did(ways.change(lead.setup, ANNA, undo_seconds=60)).now["undo_seconds"] == 60
