"""Saved replies in the composer: the menu, a reply that is put in, and a word behind a slash that stands for one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from weftmail.admin import drafting
from weftmail.admin.composer import Composer
from weftmail.admin.number import whole_number
from weftmail.admin.reply_acts import ReplyAct
from weftmail.admin.visit import Visit
from weftmail.core.wording.phrase import Phrase, marked
from weftmail.flow import saved_replies
from weftmail.flow.saved_replies import ReadyReply
from weftmail.store.attachment import NewAttachment
from weftmail.store.record import Record
from weftmail.store.saved_reply import SavedReply

READ_IT = marked("Your saved reply is put in. Read it, then press the button again.")


def menu(visit: Visit, record: Record) -> Sequence[SavedReply]:
    """Return the replies that the visitor can put in on a record."""
    return saved_replies.offered(visit.store, record, visit.user.id) if visit.may_write else ()


def chosen(visit: Visit, record: Record, text: str) -> SavedReply | None:
    """Return the reply that was chosen in the menu, or else the one whose word stands alone on a line."""
    there = saved_replies.offered(visit.store, record, visit.user.id)
    wanted = whole_number(visit.text("saved_reply"))
    found = next((one for one in there if one.id == wanted), None)
    return found or saved_replies.asked_for(visit.store, record, there, text)


def typed(visit: Visit, record: Record, text: str) -> SavedReply | None:
    """Return the reply whose word stands alone on a line."""
    if "/" not in text:
        return None
    there = saved_replies.offered(visit.store, record, visit.user.id)
    return saved_replies.asked_for(visit.store, record, there, text)


def put_in(visit: Visit, record: Record, composer: Composer, reply: SavedReply) -> Composer:
    """Return the composer, kept as a draft, with what the reply says, its files, and what it does once sent."""
    ready = saved_replies.ready(visit.store, visit.site.installation.languages, record, visit.user.id, reply)
    text = saved_replies.put_into(composer.text, reply, ready.text, on_top=composer.how == "forward")
    composer = replace(
        composer,
        text=text,
        html=saved_replies.put_into_html(composer.html, reply, ready.text, on_top=composer.how == "forward"),
        saved_replies=tuple(dict.fromkeys((*composer.saved_replies, reply.id))),
        acts=_acts(composer.acts, ready),
        after_send=ready.after_send if ready.after_send != "keep" else composer.after_send,
        errors={**composer.errors, **_missing(visit, ready.missing)},
    )
    kept = drafting.keep(visit, record, composer)
    drafts = visit.store.drafts
    for one in ready.files:
        drafts.add_file(record.company_id, kept.draft_id, NewAttachment(one.blob_id, one.filename, one.content_type))
    return replace(kept, files=tuple(drafts.files(record.company_id, [kept.draft_id])))


def _acts(acts: Sequence[ReplyAct], ready: ReadyReply) -> tuple[ReplyAct, ...]:
    """Return the acts of a form with those of the reply; one record is given to one alone."""
    found = {one.field if one.kind == "tag" else "assign": one for one in acts}
    if ready.assign:
        found["assign"] = ReplyAct("assign", ready.assign, ready.assign_name)
    found |= {f"tag:{one}": ReplyAct("tag", one, one) for one in ready.tags}
    return tuple(found.values())


def _missing(visit: Visit, names: Sequence[str]) -> dict[str, str]:
    if not names:
        return {}
    named = ", ".join(f"{{{one}}}" for one in names)
    return {"text": visit.voice.say(Phrase("placeholder_empty", {"names": named}))}
