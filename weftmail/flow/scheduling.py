"""A message that a command writes and that leaves at a time: it is its author's draft until then."""

from __future__ import annotations

from dataclasses import dataclass, field

from weftmail.flow.post import Draft, PostPlan
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import leaving
from weftmail.flow.setup.act import Setup
from weftmail.flow.setup.after_send import AfterSend
from weftmail.flow.setup.leaving import LeavesLater
from weftmail.flow.written import Written, WrittenTo
from weftmail.store.attachment import NewAttachment


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a message leaves, in milliseconds since 1970; ``unless_answered``: not if somebody outside writes first."""

    at: int
    unless_answered: bool = False


@dataclass(frozen=True, slots=True)
class FromReply:
    """What a saved reply brings: its number, 0 for none, and what it does once the message has left."""

    saved_reply: int = 0
    then: AfterSend = field(default_factory=AfterSend)


def schedule(
    setup: Setup, planned: PostPlan, draft: Draft, when: Schedule, reply: FromReply | None = None
) -> LeavesLater | Refusal:
    """Keep a message until it leaves, for those whom the plan names; to be called inside a transaction.

    Raises RefusedAct for an internal note, and where its author has begun a message on the record and not sent it: one
    draft of a kind stands on a record.
    """
    drafts, record, author, reply = setup.store.drafts, planned.record, planned.author, reply or FromReply()
    if draft.note:
        raise RefusedAct("leave", "note_not_scheduled")
    for one in drafts.of_record(record.company_id, record.id, author.id):
        if (one.state, one.user_id, one.kind) == ("writing", author.id, "message"):
            raise RefusedAct("leave", "draft_unsent", name=author.name, number=record.label)
    words = _written(planned, draft, reply)
    draft_id = drafts.put(record.company_id, record.id, author.id, "message", words.as_json(), setup.clock())
    for file in _files(setup, planned, draft):
        drafts.add_file(record.company_id, draft_id, file)
    return leaving.leave(
        setup, record.company_id, draft_id, when.at, scheduled=True, unless_answered=when.unless_answered
    )


def _written(planned: PostPlan, draft: Draft, reply: FromReply) -> Written:
    """Return what would stand in the form of such a message."""
    forwards = draft.forwards_id is not None
    return Written(
        how="forward" if forwards else "new" if draft.new else "answer",
        about=draft.forwards_id if forwards else planned.answers_id,
        subject=planned.subject,
        text=draft.text,
        html=draft.html,
        people=tuple(WrittenTo(one.field, one.name, one.address) for one in planned.recipients.outsiders),
        mention=", ".join(draft.mentions),
        after_send=reply.then.state,
        quote=draft.quote,
        saved_replies=(reply.saved_reply,) if reply.saved_reply else (),
        assign=reply.then.assign,
        tags=tuple(reply.then.tags),
    )


def _files(setup: Setup, planned: PostPlan, draft: Draft) -> list[NewAttachment]:
    """Return the files of the message, those of one that is sent on among them; the bytes of new ones are stored."""
    blobs = setup.store.blobs.put_all(planned.record.company_id, [one.content for one in draft.files])
    new = [
        NewAttachment(blob_id, one.filename, one.content_type) for blob_id, one in zip(blobs, draft.files, strict=True)
    ]
    return [*draft.kept, *new]
