"""Records that somebody begins: what stands in the form of a new record is kept, with its files, until it is opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from weftmail.admin import drafting
from weftmail.admin.composer import Composer, file_of, form_of, new_pen, uploads
from weftmail.admin.number import whole_number
from weftmail.admin.visit import Visit
from weftmail.core.text import says_something
from weftmail.flow.written import WrittenRecord
from weftmail.store.attachment import NewAttachment
from weftmail.store.draft import BegunRecord

GIVEN = ("title", "customer", "reference")
"""What somebody has said of a record who named one of these; a type and an owner stand there by themselves."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A record that the visitor has begun, as the pages name it; ``at`` is when it was kept, in ms since 1970."""

    id: int
    title: str
    at: int


def begun(visit: Visit) -> list[Begun]:
    """Return the records that the visitor has begun, newest first."""
    found = visit.store.drafts.begun(visit.company_id, visit.user.id)
    return [Begun(one.id, _title(WrittenRecord.from_json(one.body)), one.changed_at) for one in found]


def _title(words: WrittenRecord) -> str:
    named = (words.opens.get("title", ""), words.opens.get("customer", ""), words.message.text)
    return next((" ".join(one.split())[:80] for one in named if one.strip()), "")


def asked(visit: Visit, text: str) -> BegunRecord | None:
    """Return the visitor's draft of this number."""
    number = whole_number(text)
    found = visit.store.drafts.begun(visit.company_id, visit.user.id) if number else []
    return next((one for one in found if one.id == number), None)


def form(visit: Visit) -> Composer:
    """Return what the form of a new record says of its message, with the files that are kept for it."""
    composer, there = form_of(visit), asked(visit, visit.text("draft"))
    if there is None:
        return composer
    ticked = {whole_number(one) for one in visit.form.getlist("kept") if isinstance(one, str)}
    files = visit.store.drafts.files(visit.company_id, [there.id])
    return replace(composer, draft_id=there.id, files=tuple(one for one in files if one.id in ticked), gone=False)


def shown(visit: Visit, there: BegunRecord) -> tuple[Mapping[str, str], Composer]:
    """Return what was begun as it stands in the form again."""
    words = WrittenRecord.from_json(there.body)
    files = tuple(visit.store.drafts.files(visit.company_id, [there.id]))
    composer = Composer(draft_id=there.id, kept_at=there.changed_at, version=there.version, pen=new_pen(), files=files)
    return words.opens, drafting.with_words(composer, words.message)


def keep(visit: Visit, opens: Mapping[str, str], composer: Composer) -> Composer:
    """Keep what the form says; one in which nothing stands is no draft.

    Where another page kept other words of the same draft meanwhile, these are a draft of their own.
    """
    drafts, company_id, new = visit.store.drafts, visit.company_id, [(file_of(one), "") for one in uploads(visit)]
    there = asked(visit, str(composer.draft_id))
    says = (
        says_something(composer.text)
        or composer.html
        or new
        or composer.files
        or any(opens[one].strip() for one in GIVEN)
    )
    if not says:
        forget(visit, composer)
        return replace(composer, draft_id=0, version=0, kept_at=None)
    body = WrittenRecord(opens, drafting.written(visit, composer)).as_json()
    kind = drafting.kind_of(composer)
    if there is None or not (there.pen == composer.pen or there.version == composer.version or there.body == body):
        draft_id = drafts.begin(company_id, visit.user.id, kind, body, visit.now, composer.pen)
        for one in composer.files:
            drafts.add_file(company_id, draft_id, NewAttachment(one.blob_id, one.filename, one.content_type))
    else:
        drafts.go_on(there, visit.user.id, kind, body, visit.now, composer.pen)
        draft_id = there.id
        drafts.keep_files(company_id, draft_id, [one.id for one in composer.files])
    drafting.add_files(visit, draft_id, new)
    kept = asked(visit, str(draft_id))
    version = kept.version if kept is not None else 0
    files = tuple(drafts.files(company_id, [draft_id]))
    return replace(composer, draft_id=draft_id, version=version, kept_at=visit.now, files=files, chosen=())


def forget(visit: Visit, composer: Composer) -> None:
    """Remove the draft that the form came from: the record was opened, or nothing stands in it."""
    if asked(visit, str(composer.draft_id)) is not None:
        visit.store.drafts.remove(visit.company_id, composer.draft_id)
