"""Drafts in both stores: one of a kind, and whoever comes first finds what is about to leave."""

from __future__ import annotations

import threading

import pytest

from tests.store.conftest import Office
from weftmail.store.attachment import NewAttachment
from weftmail.store.draft import StoredDraft


def begun(office: Office, kind: str = "message") -> StoredDraft:
    """Return a draft of Anna's on a record of its own."""
    record = office.record()
    drafts = office.store.drafts
    found = drafts.get(office.acme, drafts.put(office.acme, record.id, office.anna, kind, "{}", 1))  # type: ignore[arg-type]
    assert found is not None
    return found


def test_there_is_one_of_a_kind_for_each_person_and_record(office: Office) -> None:
    drafts, record = office.store.drafts, office.record()
    first = drafts.put(office.acme, record.id, office.anna, "message", "{}", 1)
    assert drafts.put(office.acme, record.id, office.anna, "message", '{"text": "T"}', 2) == first
    note = drafts.put(office.acme, record.id, office.anna, "note", "{}", 1)
    others = drafts.put(office.acme, record.id, office.bjorn, "message", "{}", 1)
    assert len({first, note, others}) == 3
    assert [one.id for one in drafts.of_record(office.acme, record.id, office.anna)] == [first, note]
    (kept, _) = drafts.of_record(office.acme, record.id, office.anna)
    assert (kept.body, kept.author, kept.changed_at, kept.created_at) == ('{"text": "T"}', "Anna", 2, 1)
    drafts.leave(kept, "leaving", 10, 3, unless_answered=False)
    # What is about to leave is everybody's to see, and another one can be begun.
    assert [one.id for one in drafts.of_record(office.acme, record.id, office.bjorn)] == [first, others]
    assert drafts.put(office.acme, record.id, office.anna, "message", "{}", 4) not in (first, note, others)


def test_what_another_page_said_stands_aside_and_changes_places(office: Office) -> None:
    drafts, draft = office.store.drafts, begun(office)
    assert (draft.version, draft.pen, draft.aside) == (1, "", None) and not drafts.swap(office.acme, draft.id, 2)
    drafts.put(office.acme, draft.record_id, office.anna, "message", '"b"', 2, "pen")
    drafts.set_aside(office.acme, draft.id, '"a"', 3)
    assert not drafts.swap(office.acme + 1, draft.id, 4) and drafts.swap(office.acme, draft.id, 4)
    found = drafts.get(office.acme, draft.id)
    assert found is not None
    assert (found.body, found.aside, found.aside_at, found.changed_at) == ('"a"', '"b"', 2, 4)
    assert (found.version, found.pen) == (3, "")


def test_records_are_begun_without_a_record_and_are_their_authors_alone(office: Office) -> None:
    drafts = office.store.drafts
    first = drafts.begin(office.acme, office.anna, "note", "1", 1, "p")
    second = drafts.begin(office.acme, office.anna, "message", "2", 2, "q")
    drafts.begin(office.acme, office.bjorn, "message", "3", 3, "r")
    found = drafts.begun(office.acme, office.anna)
    assert [(one.id, one.body, one.version) for one in found] == [(second, "2", 1), (first, "1", 1)]
    drafts.go_on(found[1], office.bjorn, "note", "no", 4, "r")
    drafts.go_on(found[1], office.anna, "message", "yes", 4, "s")
    again = drafts.begun(office.acme, office.anna)[1]
    assert (again.body, again.kind, again.version, again.pen, again.changed_at) == ("yes", "message", 2, "s", 4)
    # No page of a record knows of it, and no company of another one.
    assert drafts.get(office.acme, first) is None and drafts.begun(office.acme + 1, office.anna) == []


def test_drafts_go_with_a_record_that_is_part_of_another_one(office: Office) -> None:
    drafts, origin, goal = office.store.drafts, office.record(), office.record()
    for user, record, kind in (
        (office.anna, origin, "message"), (office.anna, origin, "note"), (office.anna, goal, "note"),
        (office.bjorn, origin, "message"), (office.bjorn, goal, "note"),
    ):  # fmt: skip
        drafts.put(office.acme, record.id, user, kind, f"{user} {kind} {record.id == goal.id}", 7)  # type: ignore[arg-type]
    (leaving, *_) = drafts.of_record(office.acme, origin.id, office.bjorn)
    drafts.leave(leaving, "scheduled", 99, 8, unless_answered=False)
    came = drafts.give(office.acme, origin.id, goal.id)
    anna, bjorn = office.anna, office.bjorn
    found = drafts.of_record(office.acme, goal.id, anna)
    assert {(one.kind, one.state, one.body, one.aside, one.aside_at) for one in found} == {
        ("message", "writing", f"{anna} message False", None, None),
        ("note", "writing", f"{anna} note True", f"{anna} note False", 7),
        ("message", "scheduled", f"{bjorn} message False", None, None),
    }
    assert [one.aside for one in drafts.of_record(office.acme, goal.id, bjorn) if one.kind == "note"] == [None]
    # They go back, but for one that was begun anew on the record meanwhile, and none of another company.
    drafts.put(office.acme, origin.id, anna, "message", "anew", 9)
    drafts.give_back(office.acme + 1, goal.id, origin.id, came)
    assert len(came) == 2 and {one.id for one in drafts.of_record(office.acme, goal.id, anna)} >= {*came}
    drafts.give_back(office.acme, goal.id, origin.id, came)
    assert leaving.id in {one.id for one in drafts.of_record(office.acme, origin.id, anna)}
    assert [one.body for one in drafts.of_record(office.acme, goal.id, anna) if one.kind == "message"] == [
        f"{anna} message False"
    ]


def test_files_go_with_their_draft(office: Office) -> None:
    drafts, draft = office.store.drafts, begun(office)
    blobs = office.store.blobs.put_all(office.acme, [b"one", b"two!"])
    ids = [drafts.add_file(office.acme, draft.id, NewAttachment(one, f"{one}.txt", "text/plain")) for one in blobs]
    assert [(one.id, one.size) for one in drafts.files(office.acme, [draft.id])] == [(ids[0], 3), (ids[1], 4)]
    drafts.keep_files(office.acme, draft.id, ids[1:])
    other = begun(office)
    drafts.move_files(office.acme, draft.id, other.id)
    assert [one.id for one in drafts.files(office.acme, [draft.id, other.id])] == ids[1:]
    drafts.keep_files(office.acme, other.id, [])
    drafts.remove(office.acme, other.id)
    assert drafts.files(office.acme, [other.id]) == drafts.files(office.acme, []) == []
    assert drafts.get(office.acme, other.id) is None


def test_it_is_taken_at_its_time_alone(office: Office) -> None:
    drafts, draft = office.store.drafts, begun(office)
    assert not drafts.take(office.acme, draft.id, 99) and not drafts.back(office.acme, draft.id, 99)
    drafts.leave(draft, "scheduled", 10, 3, unless_answered=True)
    assert not drafts.take(office.acme, draft.id, 9) and drafts.take(office.acme, draft.id, 10)
    assert drafts.back(office.acme, draft.id, 11) and not drafts.take(office.acme, draft.id, 99)


@pytest.mark.parametrize("tries", [20])
def test_undone_or_sent_and_never_both_and_never_neither(office: Office, tries: int) -> None:
    """The sender and the person who takes it back race, each by a connection of their own."""
    sender, person = office.again(), office.again()
    done: list[tuple[int, str]] = []

    def send(draft: StoredDraft, start: threading.Barrier) -> None:
        start.wait()
        with sender.transaction():
            if sender.drafts.take(office.acme, draft.id, 10):
                sender.drafts.remove(office.acme, draft.id)
                done.append((draft.id, "sent"))

    def undo(draft: StoredDraft, start: threading.Barrier) -> None:
        start.wait()
        with person.transaction():
            if person.drafts.back(office.acme, draft.id, 10):
                done.append((draft.id, "undone"))

    for _ in range(tries):
        draft, start = begun(office), threading.Barrier(2)
        office.store.drafts.leave(draft, "leaving", 10, 3, unless_answered=False)
        threads = [threading.Thread(target=act, args=(draft, start)) for act in (send, undo)]
        for one in threads:
            one.start()
        for one in threads:
            one.join(30)
        ((_, came),) = done
        done.clear()
        left = office.store.drafts.get(office.acme, draft.id)
        assert (came, left and left.state) in (("sent", None), ("undone", "writing"))
