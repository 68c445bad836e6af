"""Internal notes that their author changes or deletes: an event says so, and admins can read what they said before."""

from __future__ import annotations

from weftmail.core.parsing.html import sanitise
from weftmail.core.parsing.words import shows_something
from weftmail.core.role import Role
from weftmail.core.routing.recipients import recipients
from weftmail.core.text import says_something
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.events import write_event
from weftmail.flow.mentions import mentioned
from weftmail.flow.notify import notify
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import find
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.store.audit import AuditRow
from weftmail.store.message import ThreadMessage
from weftmail.store.people import User
from weftmail.store.record import Record
from weftmail.store.store import Store


def said(store: Store, note: ThreadMessage, *, deleted: bool) -> Fields:
    """Return what the log keeps of a note: how often it was changed, and never what it says."""
    revision = len(store.notes.versions(note.company_id, note.id))
    return {"id": note.id, "note": note.number, "revision": revision, "deleted": deleted}


@act
def edit(
    setup: Setup,
    number: str,
    note: int,
    text: str,
    author: User,
    *,
    html: str | None = None,
    company: str | None = None,
) -> Done:
    """Let a note say something else, in the name of its ``author``; whom it mentions since is told of it.

    ``html`` is what was formatted, "" for plain words; None says nothing of it, and other words are plain then.
    """
    store = setup.store
    record, found = _own(store, number, note, author, company)
    if found.deleted_at is not None:
        raise RefusedAct("number", "note_deleted", note=note, number=record.label)
    if not says_something(text) and not shows_something(html or ""):
        raise RefusedAct("text", "post_empty")
    was = said(store, found, deleted=False)
    formatted = None if html is None else sanitise(html)
    if text.strip() != found.reply_text.strip() or formatted not in (None, found.html):
        _write(setup, record, found, text, formatted or "")
        _tell_mentioned(setup, record, found, text)
    return Done("note.edit", record.company_id, record.label, was, said(store, found, deleted=False))


def _write(setup: Setup, record: Record, note: ThreadMessage, text: str, html: str) -> None:
    now = setup.clock()
    setup.store.notes.keep(note, now)
    setup.store.notes.write(note, text, html, now)
    says = Phrase("event.note edited", {"actor": setup.actor.name, "note": note.number})
    write_event(setup.store, record, says, now, setup.actor.user_id)


def _tell_mentioned(setup: Setup, record: Record, note: ThreadMessage, text: str) -> None:
    people = mentioned(setup.store, record, text)
    if people:
        who_gets = recipients(people, author_user_id=note.author_user_id, kind="notes")
        notify(setup.store, record, note.id, who_gets, setup.clock(), again=True)


@act
def remove(setup: Setup, number: str, note: int, author: User, *, company: str | None = None) -> Done:
    """Delete a note in the name of its ``author``: its place stays, its words, files and unsent copies go."""
    store, now = setup.store, setup.clock()
    record, found = _own(store, number, note, author, company)
    if found.deleted_at is not None:
        raise RefusedAct("number", "note_deleted", note=note, number=record.label)
    was = said(store, found, deleted=False)
    store.notes.keep(found, now)
    store.notes.delete(found, now)
    for copy in store.withdrawals.copies(record.company_id, found.id):
        store.outbox.cancel(record.company_id, copy, now)
    says = Phrase("event.note deleted", {"actor": setup.actor.name, "note": found.number})
    write_event(store, record, says, now, setup.actor.user_id)
    return Done("note.remove", record.company_id, record.label, was, said(store, found, deleted=True))


@act
def erase(setup: Setup, number: str, note: int, *, company: str | None = None) -> Done:
    """Forget what a note said before it was changed or deleted; nothing brings that back."""
    store = setup.store
    record, found = named(store, number, note, company)
    was = said(store, found, deleted=found.deleted_at is not None)
    if not was["revision"]:
        raise RefusedAct("number", "nothing_to_erase", note=note, number=record.label)
    store.notes.erase(record.company_id, found.id)
    return Done("note.erase", record.company_id, record.label, was, {**was, "revision": 0})


def named(store: Store, number: str, note: int, company: str | None) -> tuple[Record, ThreadMessage]:
    """Return a note by its number, and its record."""
    record = find.record(store, number, company)
    found = store.threads.numbered(record.company_id, record.id, note)
    if found is None or found.kind != "note":
        raise RefusedAct("number", "no_such_note", note=note, number=record.label)
    return record, found


def _own(store: Store, number: str, note: int, author: User, company: str | None) -> tuple[Record, ThreadMessage]:
    record, found = named(store, number, note, company)
    if found.author_user_id != author.id:
        raise RefusedAct("as", "note_of_others", name=found.author_name, note=note)
    return record, found


@act
def _back(setup: Setup, row: AuditRow) -> Done:
    """Let a note say what it said before; refused where it was changed or erased since."""
    store, now = setup.store, setup.clock()
    record, found = named(store, row.subject, row.now["note"], row.company)
    versions = store.notes.versions(record.company_id, found.id)
    deleted = found.deleted_at is not None
    if found.author_user_id != setup.actor.user_id and setup.actor.user_id is not None:
        raise RefusedAct("", "note_of_others", name=found.author_name, note=found.number)
    if len(versions) != row.now["revision"] or not versions or deleted is not row.now["deleted"]:
        raise RefusedAct("", "changed_since", subject=row.subject)
    was = said(store, found, deleted=deleted)
    if deleted:
        store.notes.write(found, versions[-1].text, versions[-1].html, found.edited_at)
        says = Phrase("event.note restored", {"actor": setup.actor.name, "note": found.number})
        write_event(store, record, says, now, setup.actor.user_id)
    else:
        _write(setup, record, found, versions[-1].text, versions[-1].html)
    act_ = "note.restore" if deleted else "note.edit"
    return Done(act_, record.company_id, record.label, was, said(store, found, deleted=False))


def _deleted_again(setup: Setup, row: AuditRow) -> Done | Refusal:
    record = find.record(setup.store, row.subject, row.company, field="")
    found = setup.store.threads.numbered(record.company_id, record.id, row.now["note"])
    author = setup.store.users.get(found.author_user_id or 0) if found is not None else None
    if author is None:
        return Refusal("", "changed_since", {"subject": row.subject})
    return remove(setup, row.subject, row.now["note"], author, company=row.company)


reverses = {"note.edit": _back, "note.remove": _back, "note.restore": _deleted_again}
undone_by = Role.AGENT
