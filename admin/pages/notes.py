"""Internal notes: their author edits or deletes them, and admins read what they said before, and erase it."""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import Response

from weftmail.admin.formatted import note_in_editor, words_of_note
from weftmail.admin.page import page
from weftmail.admin.pages.record import record_of
from weftmail.admin.visit import Visit, nothing_here
from weftmail.core.role import Role
from weftmail.core.wording.command import Command
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import note as notes
from weftmail.flow.setup.act import Done
from weftmail.store.message import ThreadMessage
from weftmail.store.record import Record


def _found(visit: Visit) -> tuple[Record, ThreadMessage]:
    found = record_of(visit)
    note = visit.store.threads.numbered(found.company_id, found.id, visit.request.path_params["note"])
    if note is None or note.kind != "note":
        raise nothing_here()
    return found, note


def edit(visit: Visit) -> Response:
    """Show the form in which its author edits a note; everybody else is led to the note."""
    found, note = _found(visit)
    if note.author_user_id != visit.user.id or note.deleted_at is not None:
        return _back(visit, found, note, None)
    html = note_in_editor(note, visit.store.messages.attachments(found.company_id, note.id), found.label)
    return _form(visit, found, note, note.reply_text, html, {})


def _form(visit: Visit, found: Record, note: ThreadMessage, text: str, html: str, wrong: dict[str, str]) -> Response:
    return visit.page(
        "note_edit.html",
        command=Command(
            "mail-admin note edit {label} {number} --as ADDR --text T", label=found.label, number=note.number
        ),
        status=422 if wrong else 200,
        record=found,
        note=note,
        text=text,
        html=html,
        wrong=wrong,
    )


def save(visit: Visit) -> Response:
    """Let the note say what its author wrote now."""
    found, note = _found(visit)
    files = visit.store.messages.attachments(found.company_id, note.id)
    text, html = words_of_note(visit, note.number, files)
    words = (found.label, note.number, text, visit.user)
    done = notes.edit(
        visit.setup, *words, html=html if "html" in visit.form else None, company=visit.company.company
    )  # fmt: skip
    if isinstance(done, Refusal):
        again = note_in_editor(replace(note, html=html), files, found.label)
        return _form(visit, found, note, text, again, {"text": visit.voice.say(done.phrase)})
    visit.site.sender.wake()
    return _back(visit, found, note, done)


def delete(visit: Visit) -> Response:
    """Delete the note; pressed twice, it stays so."""
    found, note = _found(visit)
    done = notes.remove(visit.setup, found.label, note.number, visit.user, company=visit.company.company)
    return _back(visit, found, note, done)


def _back(visit: Visit, found: Record, note: ThreadMessage, done: Done | Refusal | None) -> Response:
    return visit.go(f"/records/{found.label}#m{note.number}", None if isinstance(done, Refusal) else done)


def versions(visit: Visit) -> Response:
    """Show what a note said before it was changed or deleted."""
    found, note = _found(visit)
    return visit.page(
        "note_versions.html",
        command=Command("mail-admin note versions {label} {number}", label=found.label, number=note.number),
        record=found,
        note=note,
        versions=visit.store.notes.versions(visit.company_id, note.id),
    )


def erase(visit: Visit) -> Response:
    """Forget what the note said before."""
    found, note = _found(visit)
    done = notes.erase(visit.setup, found.label, note.number, company=visit.company.company)
    return visit.go(f"/records/{found.label}/{note.number}/versions", None if isinstance(done, Refusal) else done)


routes = [
    page("/records/{label}/{note:number}/edit", edit, role=Role.AGENT),
    page("/records/{label}/{note:number}/edit/save", save, posts=True, role=Role.AGENT),
    page("/records/{label}/{note:number}/delete", delete, posts=True, role=Role.AGENT),
    page("/records/{label}/{note:number}/versions", versions, role=Role.ADMIN),
    page("/records/{label}/{note:number}/versions/erase", erase, posts=True, role=Role.ADMIN),
]
