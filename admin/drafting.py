"""Drafts of the composer: what stands in the form is kept on the server, with its files, and stands there again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from weftmail.admin.composer import HOWS, Composer, Person, file_of, files_along, says_something, uploads
from weftmail.admin.visit import Visit
from weftmail.core.routing.recipients import Field
from weftmail.flow.written import Written, WrittenTo
from weftmail.store.attachment import NewAttachment
from weftmail.store.draft import DraftKind, StoredDraft
from weftmail.store.message import ThreadMessage
from weftmail.store.record import Record


def of_record(visit: Visit, record: Record) -> list[StoredDraft]:
    """Return what the visitor writes on a record, and what is about to leave from it."""
    return visit.store.drafts.of_record(record.company_id, record.id, visit.user.id if visit.may_write else 0)


def pending(drafts: Sequence[StoredDraft]) -> list[StoredDraft]:
    """Return what is about to leave, whoever wrote it."""
    return [one for one in drafts if one.state != "writing"]


def kind_of(composer: Composer) -> DraftKind:
    """Return of which kind the draft is."""
    return "note" if composer.note else "message"


def written(visit: Visit, composer: Composer) -> Written:
    """Return what the composer says as it is kept."""
    fields: dict[Field, tuple[Person, ...]] = {"to": composer.to, "cc": composer.cc, "bcc": composer.bcc}
    return Written(
        how=composer.how,
        about=composer.about.id if composer.about is not None else None,
        note=composer.note,
        subject=composer.subject,
        text=composer.text,
        people=tuple(
            WrittenTo(name, one.name, one.address, one.ticked) for name, people in fields.items() for one in people
        ),
        mention=composer.mention,
        along=tuple(one.number for one in composer.along if one.ticked),
        after_send=visit.text("after_send") or "keep",
    )


def keep(visit: Visit, record: Record, composer: Composer, *, files: bool = True) -> Composer:
    """Keep what the form says, with the ``files`` that came with it; a form in which nothing stands is no draft."""
    drafts, company_id = visit.store.drafts, record.company_id
    new = [file_of(one) for one in uploads(visit)] if files else []
    if not (says_something(composer.text) or new or composer.files):
        forget(visit, record, composer)
        return replace(composer, draft_id=0, kept_at=None)
    body = written(visit, composer).as_json()
    draft_id = drafts.put(company_id, record.id, visit.user.id, kind_of(composer), body, visit.now)
    if composer.draft_id not in (0, draft_id):
        # Written as the other kind until now: it is one draft, and not two.
        drafts.move_files(company_id, composer.draft_id, draft_id)
        drafts.remove(company_id, composer.draft_id)
    drafts.keep_files(company_id, draft_id, [one.id for one in composer.files])
    blobs = visit.store.blobs.put_all(company_id, [one.content for one in new])
    for blob_id, one in zip(blobs, new, strict=True):
        drafts.add_file(company_id, draft_id, NewAttachment(blob_id, one.filename, one.content_type))
    kept = tuple(drafts.files(company_id, [draft_id]))
    return replace(composer, draft_id=draft_id, kept_at=visit.now, files=kept, chosen=())


def forget(visit: Visit, record: Record, composer: Composer) -> None:
    """Remove the draft of this kind: it was sent, or nothing stands in it."""
    for one in of_record(visit, record):
        if one.state == "writing" and one.user_id == visit.user.id and one.kind == kind_of(composer):
            visit.store.drafts.remove(record.company_id, one.id)


def with_draft(visit: Visit, record: Record, composer: Composer, drafts: Sequence[StoredDraft], how: str) -> Composer:
    """Return the composer with what the visitor has begun to write on the record.

    Where the address of the page asks ``how`` to answer, the proposal of that stands around the words.
    """
    mine = sorted((one for one in drafts if one.state == "writing"), key=lambda one: one.changed_at)
    wanted = visit.request.query_params.get("draft", "")
    mine = [one for one in mine if one.kind == wanted] or mine
    if how:
        mine = [one for one in mine if one.kind == kind_of(composer)]
    if not mine:
        return composer
    found, words = mine[-1], Written.from_json(mine[-1].body)
    files = tuple(visit.store.drafts.files(record.company_id, [found.id]))
    kept = replace(composer, draft_id=found.id, kept_at=found.changed_at, files=files)
    if how:
        said = "" if words.how == "forward" else words.text.rstrip()
        return replace(kept, text=f"{said}{composer.text}")
    others = {one.kind for one in drafts if one.state == "writing"} - {found.kind}
    return replace(_filled(visit, record, kept, words), other_draft=next(iter(others), ""))


def _filled(visit: Visit, record: Record, composer: Composer, words: Written) -> Composer:
    about = visit.store.messages.get(record.company_id, words.about) if words.about is not None else None
    forwards = words.how == "forward" and about is not None
    return replace(
        composer,
        note=words.note,
        how=words.how if words.how in HOWS else "answer",
        about=about,
        subject=words.subject,
        text=words.text,
        to=_people(words, "to"),
        cc=_people(words, "cc"),
        bcc=_people(words, "bcc"),
        mention=words.mention,
        along=files_along(visit, cast(ThreadMessage, about), {*words.along}) if forwards else (),
        left_out=0,
    )


def _people(words: Written, field: Field) -> tuple[Person, ...]:
    return tuple(Person(one.name, one.address, one.ticked) for one in words.people if one.field == field)
