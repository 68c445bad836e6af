"""A record, and the conversation on it."""

from __future__ import annotations

import json
from typing import Final, Protocol

from weftmail.core.wording.phrase import Phrase
from weftmail.core.wording.sentences import say
from weftmail.flow.thread import Conversation, Entry
from weftmail.flow.vocabulary.common import Json, iso, person
from weftmail.flow.vocabulary.mail import inbound_line, way
from weftmail.store.delivery import Delivery
from weftmail.store.message import Flag, StoredAttachment, ThreadAddressed, ThreadMessage
from weftmail.store.note import NoteVersion
from weftmail.store.record import Participant, Record, RecordFollower

FLAGS: Final[dict[Flag, Phrase]] = {
    "id reused": Phrase("flag.id reused"),
    "unreadable": Phrase("flag.unreadable"),
    "partly read": Phrase("flag.partly read"),
}
"""What is remarkable about a message, as it is said."""


def said(one: ThreadMessage) -> str:
    """Return the new words of a message; what an event says, in English."""
    return one.reply_text if one.says is None else say(one.says)


def record(one: Record) -> Json:
    """Return a record without its conversation."""
    return {
        "id": one.id,
        "number": one.label,
        "company": one.company,
        "type": one.type,
        "title": one.title,
        "state": one.state,
        "priority": one.priority,
        "fields": one.values,
        "owner": one.owner,
        "team": one.team,
        "customer": one.customer,
        "customer_address": one.customer_address,
        "reference": one.reference,
        "reference_url": one.reference_url,
        "created_at": iso(one.created_at),
        "changed_at": iso(one.changed_at),
    }


def conversation(one: Conversation) -> Json:
    """Return a record with a page of its conversation."""
    return {**around(one), "messages": [message(entry) for entry in one.entries]}


def around(one: Conversation) -> Json:
    """Return what stands around the messages of a conversation; ``earlier`` and ``later`` count those not shown."""
    return {
        "record": record(one.record),
        "received_at": one.received_at,
        "own_address": one.own_address or None,
        "followers": [follower(each) for each in one.followers],
        "participants": [participant(each) for each in one.participants],
        "held": [inbound_line(each) for each in one.held],
        "earlier": one.earlier,
        "later": one.later,
    }


def message(one: Entry) -> Json:
    """Return a message with its people, files and deliveries, and with the way by which it came."""
    return {
        **_message(one.message),
        "addressed": [addressed(each) for each in one.addressed],
        "attachments": [attachment(each) for each in one.attachments],
        "deliveries": [delivery(each) for each in one.deliveries],
        "way": None if one.inbound is None else way(one.inbound),
    }


def _message(one: ThreadMessage) -> Json:
    whose = "colleague" if one.author_user_id else "outsider" if one.author_contact_id else "nobody"
    return {
        "id": one.id,
        "number": one.number,
        "kind": one.kind,
        "public": one.public,
        "author": person(one.author_name, one.author_address, **{"as": whose}),
        "verified": one.verified,
        "proof": json.loads(one.proof),
        "flag": say(FLAGS[one.flag]) if one.flag else "",
        "automatic": one.automatic,
        "subject": one.subject,
        "text": one.text if one.says is None else say(one.says),
        "html": one.html,
        "reply_text": said(one),
        "message_id": one.rfc_message_id,
        "sent_as": one.sent_as,
        "reply_to": one.reply_to,
        "via": say(one.came_by) if one.came_by is not None else "",
        "answers": one.answers_id,
        "inbound": one.inbound_id,
        "written_at": iso(one.written_at),
        "created_at": iso(one.created_at),
        "edited_at": iso(one.edited_at) if one.edited_at is not None else None,
        "deleted_at": iso(one.deleted_at) if one.deleted_at is not None else None,
    }


def addressed(one: ThreadAddressed) -> Json:
    """Return somebody in To or Cc."""
    return {"field": one.field, **person(one.name, one.address)}


class _File(Protocol):
    @property
    def filename(self) -> str: ...
    @property
    def content_type(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def sha256(self) -> str: ...
    @property
    def content_id(self) -> str | None: ...
    @property
    def inline(self) -> bool: ...


def file(one: _File) -> Json:
    """Return a file of a mail; its SHA-256 is that of its bytes, in hex."""
    return {
        "filename": one.filename,
        "content_type": one.content_type,
        "size": one.size,
        "sha256": one.sha256,
        "content_id": one.content_id,
        "inline": one.inline,
    }


def attachment(one: StoredAttachment) -> Json:
    """Return a file that is kept."""
    return {"id": one.id, **file(one)}


def delivery(one: Delivery) -> Json:
    """Return how far a message got on its way to one person."""
    return {
        "name": one.name,
        "to": "colleague" if one.user_id is not None else "outsider",
        "channel": one.channel,
        "address": one.address,
        "state": one.state,
        "reason": one.reason,
        "host": one.host,
        "changed_at": iso(one.changed_at),
        "again_at": iso(one.again_at) if one.again_at else None,
        "mentioned": one.mentioned,
    }


def follower(one: RecordFollower) -> Json:
    """Return a colleague who follows a record, and of what they are told."""
    chosen = {"messages": one.messages, "notes": one.notes, "changes": one.changes}
    kinds = [kind for kind, wanted in chosen.items() if wanted]
    return person(one.name, one.address, prefers=one.prefers, kinds=kinds, muted=one.muted_at is not None)


def participant(one: Participant) -> Json:
    """Return an outsider in the conversation; with a ``message``, in that one alone."""
    return person(one.name, one.address, message=one.message_id, reason=one.reason)


def note_version(one: NoteVersion) -> Json:
    """Return what a note said ``until`` it was changed or deleted."""
    return {"id": one.id, "text": one.text, "html": one.html, "until": iso(one.created_at)}
