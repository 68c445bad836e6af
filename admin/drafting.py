"""Drafts of the composer: what stands in the form is kept on the server, with its files, and stands there again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypedDict, cast

from weftmail.admin import reply_acts
from weftmail.admin.composer import HOWS, Composer, Person, file_of, files_along, uploads
from weftmail.admin.files import image_type
from weftmail.admin.reply_acts import ReplyAct
from weftmail.admin.visit import Visit
from weftmail.core.composing.mail import html_of
from weftmail.core.routing.recipients import Field
from weftmail.core.text import says_something
from weftmail.core.wording.phrase import marked
from weftmail.flow.leaving import moment
from weftmail.flow.post import DraftFile
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.written import Written, WrittenTo
from weftmail.store.attachment import NewAttachment
from weftmail.store.draft import DraftKind, StoredDraft
from weftmail.store.message import ThreadMessage
from weftmail.store.record import Record

MOVED = marked(
    "The message that this answered is on another record now. Check below whom it answers and who gets it, then press"
    " the button again."
)


NewFile = tuple[DraftFile, str]
"""A file that came with a form, and the type of the image that it is among the words; "" where it stands below."""


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
        html=composer.html,
        people=tuple(
            WrittenTo(name, one.name, one.address, one.ticked) for name, people in fields.items() for one in people
        ),
        mention=composer.mention,
        along=tuple(one.number for one in composer.along if one.ticked),
        after_send=composer.after_send or visit.text("after_send") or "keep",
        quote=bool(visit.text("quote")) if "quote_offered" in visit.form else composer.quote,
        saved_replies=composer.saved_replies,
        assign=reply_acts.assigned(composer.acts),
        tags=reply_acts.tags(composer.acts),
        leaves_at=_chosen_time(visit, composer),
        unless_answered=composer.unless_answered,
    )


def _chosen_time(visit: Visit, composer: Composer) -> int | None:
    """Return the time that stands in the form; None where none was chosen, or what stands there is none."""
    if composer.leave == "now":
        return None
    try:
        return moment(composer.leave, composer.leave_at, visit.now, visit.voice.calendar.zone)
    except RefusedAct:
        return None


def own(visit: Visit, record: Record, composer: Composer) -> StoredDraft | None:
    """Return what the visitor has begun on the record, of the kind that the composer is of."""
    wanted = ("writing", visit.user.id, kind_of(composer))
    return next((one for one in of_record(visit, record) if (one.state, one.user_id, one.kind) == wanted), None)


def is_stale(visit: Visit, composer: Composer, there: StoredDraft | None) -> bool:
    """Say whether another page kept the draft since the one that the composer comes from was shown.

    Whoever presses a button below what the other page said knows of it.
    """
    if there is None or there.pen == composer.pen or (there.id, there.version) == (composer.draft_id, composer.version):
        return False
    press = visit.text("kind")
    return press != "mine" and not (press and composer.despite == there.version)


def keep(visit: Visit, record: Record, composer: Composer, *, files: bool = True) -> Composer:
    """Keep what the form says, with the ``files`` that came with it; a form in which nothing stands is no draft.

    Where another page kept the draft meanwhile, that stays, and what this one says is kept aside.
    """
    drafts, company_id = visit.store.drafts, record.company_id
    new = new_files(visit) if files else []
    body, there = written(visit, composer).as_json(), own(visit, record, composer)
    if there is not None and is_stale(visit, composer, there) and there.body != body:
        return _aside(visit, composer, there, body, new)
    if not (says_something(composer.text) or composer.html or new or composer.files):
        forget(visit, record, composer)
        return replace(composer, draft_id=0, kept_at=None, version=0)
    if there is not None and there.body != body and _other_page(composer, there):
        drafts.set_aside(company_id, there.id, there.body, there.changed_at)
    draft_id = drafts.put(company_id, record.id, visit.user.id, kind_of(composer), body, visit.now, composer.pen)
    if composer.draft_id not in (0, draft_id):
        # Written as the other kind until now: it is one draft, and not two.
        drafts.move_files(company_id, composer.draft_id, draft_id)
        drafts.remove(company_id, composer.draft_id)
    drafts.keep_files(company_id, draft_id, [one.id for one in composer.files])
    add_files(visit, draft_id, new)
    kept = cast(StoredDraft, drafts.get(company_id, draft_id))
    return _with_versions(visit, replace(composer, draft_id=draft_id, kept_at=visit.now), kept)


def _other_page(composer: Composer, there: StoredDraft) -> bool:
    known = (there.id, there.version) == (composer.draft_id, composer.version)
    return there.pen != composer.pen and not known


def _aside(visit: Visit, composer: Composer, there: StoredDraft, body: str, new: Sequence[NewFile]) -> Composer:
    """Keep what this page says beside the draft of the other one, and its files with it."""
    if says_something(composer.text) or composer.html:
        visit.store.drafts.set_aside(there.company_id, there.id, body, visit.now)
    add_files(visit, there.id, new)
    files = tuple(visit.store.drafts.files(there.company_id, [there.id]))
    return replace(
        composer, draft_id=there.id, version=0, despite=there.version, elsewhere=there.changed_at, files=files,
        chosen=(), kept_at=None,
    )  # fmt: skip


def add_files(visit: Visit, draft_id: int, new: Sequence[NewFile]) -> None:
    """Add files that came with the form."""
    blobs = visit.store.blobs.put_all(visit.company_id, [one.content for one, _ in new])
    for blob_id, (one, picture) in zip(blobs, new, strict=True):
        file = NewAttachment(blob_id, one.filename, picture or one.content_type, inline=bool(picture))
        visit.store.drafts.add_file(visit.company_id, draft_id, file)


def _with_versions(visit: Visit, composer: Composer, draft: StoredDraft) -> Composer:
    """Return the composer with what is known of its draft: its files, how often it was kept, what stands aside."""
    aside = Written.from_json(draft.aside).text if draft.aside is not None else ""
    return replace(
        composer,
        version=draft.version,
        despite=0,
        elsewhere=None,
        aside=aside,
        aside_at=draft.aside_at if says_something(aside) else None,
        files=tuple(visit.store.drafts.files(draft.company_id, [draft.id])),
        chosen=(),
    )


def swap(visit: Visit, record: Record, composer: Composer) -> None:
    """Let what another page said stand in the composer, and what stands in this one aside."""
    kept = keep(visit, record, composer)
    visit.store.drafts.swap(record.company_id, kept.draft_id, visit.now)


def new_files(visit: Visit) -> list[NewFile]:
    """Return the files that came with the form, each with the type of the image that stands among the words, or ""."""
    files = [(file_of(one), "") for one in uploads(visit, "files")]
    pictures = map(file_of, uploads(visit, "images"))
    return [*files, *((one, image_type(one.content) or "") for one in pictures)]


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
    kept = _with_versions(visit, replace(composer, draft_id=found.id, kept_at=found.changed_at), found)
    if how:
        said = "" if words.how == "forward" else words.text.rstrip()
        both = f"{words.html}{html_of(composer.text) if composer.text.strip() else ''}"
        formatted = both if words.html and words.how != "forward" else ""
        return replace(kept, text=f"{said}{composer.text}", html=formatted)
    others = {one.kind for one in drafts if one.state == "writing"} - {found.kind}
    return replace(_filled(visit, record, kept, words), other_draft=next(iter(others), ""))


def _filled(visit: Visit, record: Record, composer: Composer, words: Written) -> Composer:
    about = visit.store.messages.get(record.company_id, words.about) if words.about is not None else None
    if about is not None and about.record_id != record.id:
        # What was answered stands elsewhere: the words go to those of this record, and whoever wrote them is told.
        said = "" if words.how == "forward" else words.text
        errors = {"seen": visit.voice.gettext(MOVED)}
        return replace(composer, note=words.note, text=said or composer.text, mention=words.mention, errors=errors)
    forwards = words.how == "forward" and about is not None
    return replace(
        with_words(composer, words),
        how=words.how if words.how in HOWS else "answer",
        about=about,
        **_time(visit, words),
        along=files_along(visit, cast(ThreadMessage, about), {*words.along}) if forwards else (),
        quote=words.quote,
        saved_replies=words.saved_replies,
        acts=_acts(visit, record, words),
        after_send=words.after_send if words.saved_replies else "",
        left_out=0,
    )


def with_words(composer: Composer, words: Written) -> Composer:
    """Return the composer with what somebody wrote, and to whom."""
    return replace(
        composer, note=words.note, subject=words.subject, text=words.text, html=words.html, to=_people(words, "to"),
        cc=_people(words, "cc"), bcc=_people(words, "bcc"), mention=words.mention,
    )  # fmt: skip


class _Time(TypedDict):
    leave: str
    leave_at: str
    unless_answered: bool


def _time(visit: Visit, words: Written) -> _Time:
    """Return the time that the draft is to leave at, unless that is past."""
    if words.leaves_at is None or words.leaves_at <= visit.now:
        return {"leave": "now", "leave_at": "", "unless_answered": words.unless_answered}
    there = visit.voice.calendar.moment(words.leaves_at)
    return {"leave": "at", "leave_at": f"{there:%Y-%m-%dT%H:%M}", "unless_answered": words.unless_answered}


def _acts(visit: Visit, record: Record, words: Written) -> tuple[ReplyAct, ...]:
    user = visit.store.users.by_address(words.assign) if "@" in words.assign else None
    name = user.name if user is not None else words.assign
    assign = (ReplyAct("assign", words.assign, name),) if words.assign else ()
    return (*assign, *(ReplyAct("tag", one, one) for one in words.tags))


def _people(words: Written, field: Field) -> tuple[Person, ...]:
    return tuple(Person(one.name, one.address, one.ticked) for one in words.people if one.field == field)
