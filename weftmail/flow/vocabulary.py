"""The one JSON vocabulary: how values of the store are called by ``--json``, by ``--explain`` and by later doors.

Each function takes a value and returns a plain object; none of them asks the store.  Times are ISO 8601 in UTC.
Members are added, and none changes its meaning.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, Protocol

from weftmail.core.parsing.path import Path
from weftmail.core.routing.disposition import Asked, Author
from weftmail.core.routing.recipients import NAMED, Recipients
from weftmail.core.wording.phrase import Phrase
from weftmail.core.wording.sentences import say
from weftmail.flow.thread import Conversation, Entry
from weftmail.store.alias import Alias
from weftmail.store.company import Company
from weftmail.store.domain import DkimKey, Domain
from weftmail.store.inbound import InboundLine, InboundRow
from weftmail.store.inbox import InboxEntry, InboxNotice
from weftmail.store.message import Delivery, Flag, StoredAttachment, ThreadAddressed, ThreadMessage
from weftmail.store.outbox import PENDING, OutboxRow
from weftmail.store.people import Contact, Membership, User
from weftmail.store.record import Follower, Participant, Record

Json = dict[str, object]

FLAGS: Final[dict[Flag, Phrase]] = {
    "id reused": Phrase("flag.id reused"),
    "unreadable": Phrase("flag.unreadable"),
    "partly read": Phrase("flag.partly read"),
}
"""What is remarkable about a message, as it is said."""


def iso(milliseconds: int | None) -> str | None:
    """Return a time of the store as ISO 8601 in UTC; None stays None."""
    if milliseconds is None:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def said(one: ThreadMessage) -> str:
    """Return the new words of a message; what an event says, in English."""
    return one.reply_text if one.says is None else say(one.says)


def person(name: str, address: str | None, **more: object) -> Json:
    """Return somebody: a name and an address, and what else is known of them here."""
    return {"name": name, "address": address, **more}


def record(one: Record) -> Json:
    """Return a record without its conversation."""
    return {
        "id": one.id,
        "number": one.label,
        "company": one.company,
        "type": one.type,
        "title": one.title,
        "state": one.state,
        "fields": one.values,
        "owner": one.owner,
        "customer": one.customer,
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
        "answers": one.answers_id,
        "inbound": one.inbound_id,
        "written_at": iso(one.written_at),
        "created_at": iso(one.created_at),
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
        "changed_at": iso(one.changed_at),
    }


def follower(one: Follower) -> Json:
    """Return a colleague who follows a record."""
    return person(one.name, one.address, prefers=one.prefers)


def participant(one: Participant) -> Json:
    """Return an outsider in the conversation; with a ``message``, in that one alone."""
    return person(one.name, one.address, message=one.message_id, reason=one.reason)


def way(one: InboundRow) -> Json:
    """Return how a mail was handed over, and every rule that was asked about it."""
    return {
        "entrance": one.entrance,
        "sender": one.sender,
        "recipient": one.recipient,
        "original_recipient": one.original_recipient,
        "queue_id": one.queue_id,
        "client_address": one.client_address,
        "accepted_at": iso(one.accepted_at),
        "trace": trace(one.rules),
    }


def inbound_line(one: InboundLine | InboundRow) -> Json:
    """Return what lists say of a mail that was handed over."""
    return {
        "id": one.id,
        "company": one.company,
        "entrance": one.entrance,
        "sender": one.sender,
        "recipient": one.recipient,
        "queue_id": one.queue_id,
        "state": one.state,
        "from": one.from_address,
        "subject": one.subject,
        "record": one.record,
        "message": one.message_id,
        "reason": "" if one.why is None else say(one.why),
        "reason_code": None if one.why is None else one.why.code,
        "reason_values": None if one.why is None else one.why.plain()["values"],
        "accepted_at": iso(one.accepted_at),
        "settled_at": iso(one.settled_at),
    }


def inbound(one: InboundRow, proof: dict[str, str] | None, servers: Path) -> Json:
    """Return a mail that was handed over, whole.

    ``proof`` is that of the message that came of it, ``servers`` the path that it took before.
    """
    return {
        **inbound_line(one),
        "original_recipient": one.original_recipient,
        "client_address": one.client_address,
        "message_id": one.rfc_message_id,
        "size": one.size,
        "sha256": one.sha256,
        "blob": one.blob_id,
        "attempts": one.attempts,
        "proof": proof,
        "trace": trace(one.rules),
        "path": path(servers),
        "error": one.error,
    }


def path(one: Path) -> Json:
    """Return the servers that had a mail; delays are in seconds, as mail servers write no more."""
    hops = [{"by": hop.by, "from": hop.from_, "at": iso(hop.at), "delay": _seconds(hop.delay)} for hop in one.hops]
    return {"hops": hops, "unread": one.unread, "total": _seconds(one.total)}


def _seconds(milliseconds: int | None) -> int | None:
    return None if milliseconds is None else milliseconds // 1000


def review_line(one: InboundLine) -> Json:
    """Return a mail that waits for a person to decide; ``review`` says in which part of the queue."""
    return {**inbound_line(one), "review": one.state}


def outbox(one: OutboxRow, to: Sequence[str]) -> Json:
    """Return a copy that leaves or has left; ``to``: the addresses that it goes to."""
    return {
        "id": one.id,
        "company": one.company,
        "record": one.record,
        "message": one.message_id,
        "subject": one.subject,
        "audience": one.audience,
        "channel": one.channel,
        "to": list(to),
        "state": one.state,
        "attempts": one.attempts,
        "next_at": iso(one.next_at) if one.state in PENDING else None,
        "error": one.error,
        "created_at": iso(one.created_at),
        "changed_at": iso(one.changed_at),
    }


def alias(one: Alias) -> Json:
    """Return an alias."""
    return {
        "address": one.address,
        "company": one.company,
        "opens": one.record_type,
        "record": one.record,
        "owner": one.owner,
        "accepts": one.accepts,
        "answer_as": one.answer_as or one.address,
        "defaults": one.default_fields,
        "created_at": iso(one.created_at),
        "changed_at": iso(one.changed_at),
    }


def domain(one: Domain) -> Json:
    """Return a mail domain without its keys."""
    return {
        "name": one.name,
        "company": one.company,
        "dedicated": one.dedicated,
        "state": one.state,
        "closed_at": iso(one.closed_at),
        "created_at": iso(one.created_at),
    }


def dkim_key(one: DkimKey) -> Json:
    """Return a signing key; ``name`` and ``record`` are what the DNS should say."""
    return {
        "domain": one.domain,
        "selector": one.selector,
        "algorithm": one.algorithm,
        "state": one.state,
        "name": f"{one.selector}._domainkey.{one.domain}",
        "record": one.record,
        "created_at": iso(one.created_at),
    }


def company(one: Company) -> Json:
    """Return a company."""
    return {"name": one.name, "language": one.language, "created_at": iso(one.created_at)}


def user(one: User, addresses: Sequence[str], memberships: Sequence[Membership]) -> Json:
    """Return somebody who signs in."""
    return {
        "id": one.id,
        "name": one.name,
        "addresses": list(addresses),
        "memberships": [{"company": each.company, "role": each.role} for each in memberships],
        "prefers": one.prefers,
        "language": one.language,
        "time_zone": one.zone,
        "active": one.active,
        "created_at": iso(one.created_at),
    }


def contact(one: Contact, company_name: str, addresses: Sequence[str]) -> Json:
    """Return a person of a company who writes from outside."""
    return {
        "id": one.id,
        "name": one.name,
        "company": company_name,
        "addresses": list(addresses),
        "created_at": iso(one.created_at),
    }


def inbox_entry(one: InboxEntry) -> Json:
    """Return a message in a user's inbox; it has the members of ``notice``."""
    return {
        "kind": one.kind,
        "record": one.label,
        "message": one.message_id,
        "inbound": None,
        "from": one.author_name,
        "subject": one.subject,
        "text": one.text if one.says is None else say(one.says),
        "state": one.state,
        "created_at": iso(one.created_at),
    }


def notice(one: InboxNotice) -> Json:
    """Return a notice in a user's inbox."""
    return {
        "kind": "notice",
        "record": one.label,
        "message": None,
        "inbound": one.inbound_id,
        "from": None,
        "subject": None,
        "text": say(one.says),
        **one.says.plain(),
        "state": "unread" if one.read_at is None else "read",
        "created_at": iso(one.created_at),
    }


def author(one: Author) -> Json:
    """Return who a mail would be by."""
    whose = "colleague" if one.user_id is not None else "outsider" if one.outsider else "nobody"
    return person(one.name, one.address, **{"as": whose})


def who_gets(these: Recipients) -> list[Json]:
    """Return who would get a message: colleagues with their channel, outsiders with their field."""
    colleagues = [person(one.name, one.address, channel=one.channel, why=say(one.why)) for one in these.notified]
    outsiders = [person(one.name, one.address, channel="email", why=say(NAMED[one.field])) for one in these.outsiders]
    return colleagues + outsiders


def trace(rules: Sequence[Asked]) -> list[Json]:
    """Return every rule that was asked about a mail, in order."""
    return [one.plain() for one in rules]
