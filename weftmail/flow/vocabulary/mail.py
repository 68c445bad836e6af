"""What came in, where it went and why, and what leaves."""

from __future__ import annotations

import json
from collections.abc import Sequence

from weftmail.core.parsing.path import Path
from weftmail.core.routing.disposition import Asked, Author
from weftmail.core.routing.findings import findings
from weftmail.core.routing.passed_on import Forwarder
from weftmail.core.routing.recipients import NAMED, Recipients
from weftmail.core.tokens.reply_token import mask
from weftmail.core.wording.sentences import say
from weftmail.flow.vocabulary.common import Json, iso, person
from weftmail.store.inbound import InboundLine, InboundRow
from weftmail.store.outbox import PENDING, OutboxRow
from weftmail.store.unread import UnreadLine


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


def unread_line(one: UnreadLine) -> Json:
    """Return what lists say of a message whose email could not be read to its end."""
    return {
        "message": one.id,
        "inbound": one.inbound_id,
        "company": one.company,
        "record": one.record,
        "from": one.author_address,
        "subject": one.subject,
        "flag": one.flag,
        "created_at": iso(one.created_at),
    }


def inbound(one: InboundRow, servers: Path, before: Sequence[Forwarder]) -> Json:
    """Return a mail that was handed over, whole; ``servers`` had it, and ``before`` are those who passed it on."""
    proof = json.loads(one.proof)
    return {
        **inbound_line(one),
        "original_recipient": one.original_recipient,
        "client_address": one.client_address,
        "message_id": one.rfc_message_id,
        "size": one.size,
        "sha256": one.sha256,
        "blob": one.blob_id,
        "attempts": one.attempts,
        "proof": proof or None,
        "checked": [say(each) for each in findings(proof)],
        "asks": one.asks,
        "trace": trace(one.rules),
        "path": path(servers),
        "passed_on": passed_on(before),
        "error": one.error,
    }


def path(one: Path) -> Json:
    """Return the servers that had a mail; delays are in seconds, as mail servers write no more."""
    hops = [{"by": hop.by, "from": hop.from_, "at": iso(hop.at), "delay": _seconds(hop.delay)} for hop in one.hops]
    return {"hops": hops, "unread": one.unread, "total": _seconds(one.total)}


def passed_on(these: Sequence[Forwarder]) -> list[Json]:
    """Return who passed a mail on, the last one first, and the fields that tell of it."""
    return [
        {"way": one.way, "fields": list(one.fields), "address": mask(one.address), "says": say(one.phrase)}
        for one in these
    ]


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
