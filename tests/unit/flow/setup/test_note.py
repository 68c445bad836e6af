"""Notes that their author edits or deletes: an event says so, what they said is kept until it is erased, and undone."""

from __future__ import annotations

import json

import pytest

from tests.unit.flow.setup.conftest import Office
from tests.unit.flow.setup.test_follower import as_, events, taken_back
from weftmail.core.sought import sought
from weftmail.flow.post import Draft, DraftFile
from weftmail.flow.setup import message, note, undo
from weftmail.store.message import ThreadMessage
from weftmail.store.people import User

NOTE = 2


@pytest.fixture
def lead(office: Office) -> Office:
    """LEAD-1, with Anna's note about teak under number 2."""
    office.world.deliver(office.world.mail(), "leads@acme.example")
    draft = Draft(text="Teak is out", note=True, files=[DraftFile("walnut.txt", "text/plain", b"x")])
    record = office.world.record("LEAD-1")
    office.store.records.follow(office.world.acme, record.id, office.world.bjorn, 1)
    office.did(message.post(office.setup, office.world.installation, record, user(office, office.world.anna), draft))
    return office


def user(office: Office, user_id: int) -> User:
    found = office.store.users.get(user_id)
    assert found is not None
    return found


def anna(office: Office) -> User:
    return user(office, office.world.anna)


def there(office: Office) -> ThreadMessage:
    return office.world.thread("LEAD-1")[NOTE - 1]


def found(office: Office, words: str) -> bool:
    return bool(office.store.search.find(office.world.acme, sought(words), ()).hits)


def test_an_edited_note_says_so_and_keeps_what_it_said(lead: Office) -> None:
    done = lead.did(note.edit(lead.setup, "LEAD-1", NOTE, "Oak is out", anna(lead)))
    assert (there(lead).text, there(lead).edited_at is not None) == ("Oak is out", True)
    assert events(lead) == ["Anna edited internal note 2"]
    assert found(lead, "oak") and not found(lead, "teak")
    assert "Teak" not in json.dumps([done.was, done.now])
    (version,) = lead.store.notes.versions(lead.world.acme, there(lead).id)
    assert version.text == "Teak is out"
    taken_back(lead, done)
    assert there(lead).text == "Teak is out" and found(lead, "teak")
    assert lead.refused(undo.undo(lead.setup, done.trace)) == ("", "changed_since")
    assert lead.did(note.edit(lead.setup, "LEAD-1", NOTE, "Teak is out", anna(lead))).changes == ()


def test_a_deleted_note_leaves_its_place_and_comes_back_whole(lead: Office) -> None:
    assert found(lead, "walnut")
    done = lead.did(note.remove(lead.setup, "LEAD-1", NOTE, anna(lead)))
    assert (there(lead).text, there(lead).deleted_at is not None) == ("", True)
    assert not found(lead, "teak") and not found(lead, "walnut")
    assert events(lead) == ["Anna deleted internal note 2"]
    assert lead.store.inbox.unread(lead.world.acme, lead.world.bjorn) == 0
    back = taken_back(lead, done)
    assert (there(lead).text, there(lead).deleted_at, there(lead).edited_at) == ("Teak is out", None, None)
    assert found(lead, "teak") and found(lead, "walnut") and events(lead)[-1] == "Anna restored internal note 2"
    taken_back(lead, back)
    assert there(lead).deleted_at is not None


def test_copies_that_have_not_left_do_not(lead: Office) -> None:
    store, acme, record = lead.store, lead.world.acme, lead.world.record("LEAD-1")
    carl = store.users.add("Carl", "carl@acme.example", 1)
    store.users.join(acme, carl, "agent")
    store.records.follow(acme, record.id, carl, 1)
    draft = Draft(text="Hm", note=True)
    lead.did(message.post(lead.setup, lead.world.installation, record, anna(lead), draft))
    last = lead.world.thread("LEAD-1")[-1]
    lead.did(note.remove(lead.setup, "LEAD-1", last.number, anna(lead)))
    assert {one.state for one in store.messages.deliveries(acme, last.id)} == {"read", "cancelled"}


def test_whom_it_mentions_since_is_told(lead: Office) -> None:
    store, acme = lead.store, lead.world.acme
    carl = store.users.add("Carl", "carl@acme.example", 1, prefers="inbox")
    store.users.join(acme, carl, "agent")
    lead.did(note.edit(lead.setup, "LEAD-1", NOTE, "Oak is out, @Carl", anna(lead)))
    assert [(one.name, one.mentioned) for one in store.messages.deliveries(acme, there(lead).id)] == [
        ("Björn", False), ("Carl", True),
    ]  # fmt: skip


def test_nobody_but_its_author_and_nothing_but_a_note(lead: Office) -> None:
    setup, bjorn = lead.setup, user(lead, lead.world.bjorn)
    edited = lead.did(note.edit(setup, "LEAD-1", NOTE, "Oak", anna(lead)))
    theirs = as_(lead, "Björn", lead.world.bjorn)
    deleted = lead.did(note.remove(setup, "LEAD-1", NOTE, anna(lead)))
    for refused, where in (
        (note.edit(setup, "LEAD-1", NOTE, "x", anna(lead)), ("number", "note_deleted")),
        (note.remove(setup, "LEAD-1", NOTE, anna(lead)), ("number", "note_deleted")),
        (note.edit(setup, "LEAD-1", NOTE, "x", bjorn), ("as", "note_of_others")),
        (note.remove(setup, "LEAD-1", NOTE, bjorn), ("as", "note_of_others")),
        (note.edit(setup, "LEAD-1", 1, "x", anna(lead)), ("number", "no_such_note")),
        (note.remove(setup, "LEAD-1", 99, anna(lead)), ("number", "no_such_note")),
        (undo.undo(theirs, deleted.trace), ("", "note_of_others")),
        (undo.undo(setup, edited.trace), ("", "changed_since")),
    ):
        assert lead.refused(refused) == where
    taken_back(lead, deleted)
    assert lead.refused(note.edit(setup, "LEAD-1", NOTE, " \n", anna(lead))) == ("text", "post_empty")
    assert lead.refused(note.edit(setup, "LEAD-1", NOTE, "\u3164", anna(lead))) == ("text", "post_empty")


def test_what_it_said_is_erased_for_good(lead: Office) -> None:
    setup = lead.setup
    assert lead.refused(note.erase(setup, "LEAD-1", NOTE)) == ("number", "nothing_to_erase")
    edited = lead.did(note.edit(setup, "LEAD-1", NOTE, "Oak", anna(lead)))
    erased = lead.did(note.erase(setup, "LEAD-1", NOTE))
    assert lead.store.notes.versions(lead.world.acme, there(lead).id) == []
    assert lead.refused(undo.undo(setup, edited.trace)) == ("", "changed_since")
    assert lead.refused(undo.undo(setup, erased.trace)) == ("", "not_undoable_but")


def test_a_note_whose_author_is_gone_is_not_deleted_again(lead: Office) -> None:
    back = taken_back(lead, lead.did(note.remove(lead.setup, "LEAD-1", NOTE, anna(lead))))
    lead.store.connection.execute("update message set author_user_id = null")
    assert lead.refused(undo.undo(lead.setup, back.trace)) == ("", "changed_since")


def test_what_was_formatted_stays_so_until_its_author_says_otherwise(lead: Office) -> None:
    setup, html = lead.setup, "<div>Oak is <b>out</b></div>"
    lead.did(note.edit(setup, "LEAD-1", NOTE, "Oak is out", anna(lead), html=html))
    assert (there(lead).text, there(lead).html) == ("Oak is out", html)
    edited = there(lead).edited_at
    lead.did(note.edit(setup, "LEAD-1", NOTE, "Oak is out", anna(lead), html=html))
    lead.did(note.edit(setup, "LEAD-1", NOTE, "Oak is out", anna(lead)))
    assert (there(lead).html, there(lead).edited_at) == (html, edited)
    lead.did(note.edit(setup, "LEAD-1", NOTE, "Oak is out", anna(lead), html="<div>Oak is out</div><script>1</script>"))
    assert there(lead).html == "<div>Oak is out</div>"
    lead.did(note.edit(setup, "LEAD-1", NOTE, "Oak is out", anna(lead), html=""))
    assert there(lead).html == ""
