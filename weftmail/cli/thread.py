"""A record's conversation as the command line shows it: as JSON, and as lines."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, TypeVar

from weftmail.cli.output import Fields, iso, one_line
from weftmail.core.wording.phrase import Phrase
from weftmail.core.wording.sentences import say
from weftmail.store.message import ThreadMessage
from weftmail.store.record import Record
from weftmail.store.store import Store

T = TypeVar("T")


def record_value(record: Record) -> Fields:
    """Return a record as a plain object."""
    return {
        "id": record.id,
        "number": record.label,
        "company": record.company,
        "type": record.type,
        "title": record.title,
        "state": record.state,
        "fields": record.values,
        "owner": record.owner,
        "customer": record.customer,
        "reference": record.reference,
        "reference_url": record.reference_url,
        "created_at": iso(record.created_at),
        "changed_at": iso(record.changed_at),
    }


def thread_value(store: Store, record: Record) -> dict[str, Any]:
    """Return record, messages, followers and participants as a plain object."""
    addressed = _by_message(store.messages.thread_addressed(record.id))
    attachments = _by_message(store.messages.thread_attachments(record.id))
    deliveries = _by_message(store.messages.thread_deliveries(record.id))
    messages = [
        {
            **_message(one),
            "addressed": [
                {"field": who.field, "name": who.name, "address": who.address} for who in addressed.get(one.id, [])
            ],
            "attachments": [
                {
                    "id": file.id,
                    "filename": file.filename,
                    "content_type": file.content_type,
                    "size": file.size,
                    "content_id": file.content_id,
                    "inline": file.inline,
                }
                for file in attachments.get(one.id, [])
            ],
            "deliveries": [
                {
                    "name": to.name,
                    "to": "colleague" if to.user_id is not None else "outsider",
                    "channel": to.channel,
                    "address": to.address,
                    "state": to.state,
                    "reason": to.reason,
                    "changed_at": iso(to.changed_at),
                }
                for to in deliveries.get(one.id, [])
            ],
        }
        for one in store.messages.thread(record.id)
    ]
    return {
        "record": record_value(record),
        "messages": messages,
        "followers": [
            {"name": one.name, "address": one.address, "prefers": one.prefers}
            for one in store.records.followers(record.id)
        ],
        "participants": [
            {"name": one.name, "address": one.address, "message": one.message_id, "reason": one.reason}
            for one in store.records.participants(record.id)
        ],
    }


def _message(one: ThreadMessage) -> Fields:
    whose = "colleague" if one.author_user_id else "outsider" if one.author_contact_id else "nobody"
    return {
        "id": one.id,
        "kind": one.kind,
        "public": one.public,
        "author": {"name": one.author_name, "address": one.author_address, "as": whose},
        "verified": one.verified,
        "proof": json.loads(one.proof),
        "flag": say(Phrase("flag.id reused")) if one.flag else "",
        "automatic": one.automatic,
        "subject": one.subject,
        "text": one.text if one.says is None else say(one.says),
        "html": one.html,
        "reply_text": one.reply_text if one.says is None else say(one.says),
        "message_id": one.rfc_message_id,
        "sent_as": one.sent_as,
        "answers": one.answers_id,
        "inbound": one.inbound_id,
        "written_at": iso(one.written_at),
        "created_at": iso(one.created_at),
    }


def _by_message(rows: Iterable[T]) -> dict[int, list[T]]:
    found: dict[int, list[T]] = {}
    for row in rows:
        found.setdefault(row.message_id, []).append(row)  # type: ignore[attr-defined]
    return found


def thread_lines(value: dict[str, Any]) -> list[str]:
    """Return the conversation as lines, for what ``thread_value`` gave."""
    lines = ["", "In the conversation (they get what names them)"]
    lines += [
        f"  {_who(one)}  {one['reason']}" + ("" if one["message"] is None else f", in message {one['message']} alone")
        for one in value["participants"]
    ] or ["  nobody"]
    lines += ["Following (colleagues)"]
    lines += [f"  {_who(one)}  prefers {one['prefers']}" for one in value["followers"]] or ["  nobody"]
    for message in value["messages"]:
        lines += ["", *_message_lines(message)]
    return lines


def _message_lines(message: dict[str, Any]) -> list[str]:
    author = message["author"]
    marks = [message["kind"].upper() if message["kind"] == "note" else message["kind"]]
    marks += [] if message["verified"] else ["not verified"]
    marks += [message["flag"]] if message["flag"] else []
    lines = [f"{message['id']}  {_who(author)}  {', '.join(marks)}  {message['created_at']}"]
    lines.append(f"    {one_line(message['subject'])}")
    lines += [
        f"    | {one_line(text, 2000) if text.strip() else ''}".rstrip() for text in message["reply_text"].splitlines()
    ]
    lines += [f"    {one['field'].capitalize()}: {_who(one)}" for one in message["addressed"]]
    lines += [f"    file {one_line(one['filename'])}, {one['size']} bytes" for one in message["attachments"]]
    for one in message["deliveries"]:
        reason = f", {one_line(one['reason'])}" if one["reason"] else ""
        lines.append(f"    -> {_who(one)}  {one['channel']}: {one['state']}{reason}")
    return lines


def _who(one: dict[str, Any]) -> str:
    if one["name"] and one["address"]:
        return f"{one_line(one['name'])} <{one_line(one['address'])}>"
    return one_line(one["name"] or one["address"])
