"""What was read from a mail, in the one JSON vocabulary: the members that ``mail-ingest --explain`` begins with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from weftmail.core.address import Mailbox
from weftmail.core.parsing.message import DeliveryReport, Message
from weftmail.flow import vocabulary
from weftmail.flow.vocabulary import Json

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parsed(message: Message) -> Json:
    """Return the members ``message``, ``kind`` and ``bounce`` of the object that ``mail-ingest --explain`` prints."""
    return {"message": _described(message), "kind": message.kind, "bounce": _reported(message.report)}


def _described(message: Message) -> Json:
    forwarded = message.forwarded
    return {
        "message_id": message.message_id,
        "subject": message.subject,
        "from": _boxes(message.from_),
        "sender": _boxes(message.sender),
        "reply_to": _boxes(message.reply_to),
        "to": _boxes(message.to),
        "cc": _boxes(message.cc),
        "date": _iso(message.date),
        "in_reply_to": list(message.in_reply_to),
        "references": list(message.references),
        "text": message.text,
        "html": message.html,
        "reply_text": message.reply_text,
        "attachments": [vocabulary.file(each) for each in message.attachments],
        "forwarded": None
        if forwarded is None
        else {
            "from": vocabulary.person(forwarded.from_.name, forwarded.from_.address),
            "subject": forwarded.subject,
            "date": _iso(forwarded.date),
        },
        "defects": list(message.defects),
    }


def _reported(about: DeliveryReport | None) -> Json | None:
    if about is None:
        return None
    return {
        "recipients": [
            {
                "address": each.address,
                "status": each.status,
                "action": each.action,
                "diagnostic": each.diagnostic,
                "hard": each.hard,
                "reason": each.reason,
            }
            for each in about.recipients
        ],
        "original_message_id": about.original_message_id,
    }


def _iso(at: int | None) -> str | None:
    if at is None:
        return None
    return (_EPOCH + timedelta(milliseconds=at)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _boxes(boxes: tuple[Mailbox, ...]) -> list[Json]:
    return [vocabulary.person(box.name, box.address) for box in boxes]
