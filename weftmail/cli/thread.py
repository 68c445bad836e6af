"""A record's conversation as the command line shows it: as lines for people, and as one JSON document."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator

from weftmail.cli.output import as_json, one_line, sheet, shown
from weftmail.core.address import in_full
from weftmail.core.wording.command import Command
from weftmail.core.wording.sentences import say
from weftmail.flow import vocabulary
from weftmail.flow.thread import Conversation, Entry
from weftmail.flow.vocabulary import FLAGS, said
from weftmail.store.delivery import Delivery
from weftmail.store.inbound import InboundRow
from weftmail.store.record import Record
from weftmail.store.thread import HELD

JOINED = {
    "opened": "started this conversation",
    "addressed": "addressed in To",
    "copied": "copied in Cc",
    "added": "added by a colleague",
}
"""How somebody outside came into a conversation."""


def whole_json(head: Conversation, entries: Iterable[Entry]) -> Iterator[str]:
    """Return the JSON of a conversation in pieces: its messages last, one piece each."""
    around = as_json({**vocabulary.around(head), "messages": []})
    yield around.removesuffix("[]\n}") + "["
    mark = "\n"
    for entry in entries:
        yield mark + _indented(json.dumps(vocabulary.message(entry), ensure_ascii=False, indent=2))
        mark = ",\n"
    yield "]\n}" if mark == "\n" else "\n  ]\n}"


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.split("\n"))


def lines(one: Conversation, naming: Callable[[Command, int], Command]) -> Iterator[str]:
    """Return a conversation as lines; the last ones say how many messages more there are, and how to see them.

    ``naming`` lets a command name a company, where that is needed.
    """
    yield from _head(one)
    yield from ("", "Participants (they only receive messages addressed to them)")
    for who in one.participants:
        alone = "" if who.message_id is None else f", in message {who.message_id} only"
        yield f"  {_who(who.name, who.address)}  {JOINED[who.reason]}{alone}"
    yield from () if one.participants else ("  nobody",)
    yield "Followers (colleagues notified of what is written here)"
    for follower in one.followers:
        yield f"  {_who(follower.name, follower.address)}  by {follower.prefers}"
    yield from () if one.followers else ("  nobody",)
    for entry in one.entries:
        yield ""
        yield from _entry(entry)
    yield from _more(one, naming)


def _head(one: Conversation) -> list[str]:
    record = one.record
    return sheet(
        {
            "Record": f"{record.label}  {record.title}",
            "Company": record.company,
            "State": record.state,
            "Owner": _owner(record),
            "Customer": in_full(record.customer or "", record.customer_address or ""),
            "Received at": one.received_at,
            "Own address": one.own_address or None,
            "Fields": ", ".join(f"{name}={text}" for name, text in record.values.items()),
            "Reference": record.reference,
            "Held": f"{_count(len(one.held))}; see: mail-admin review list" if one.held else None,
        }
    )


def _owner(record: Record) -> str | None:
    """The owner, and until when they are away."""
    if record.owner_away_until_at is None:
        return record.owner
    stands_in = f", {record.stand_in} stands in" if record.stand_in else ""
    return f"{record.owner}, away until {shown(record.owner_away_until_at)}{stands_in}"


def _more(one: Conversation, naming: Callable[[Command, int], Command]) -> Iterator[str]:
    record = one.record
    show = naming(Command("mail-admin record show {number}", number=record.label), record.company_id)
    if one.earlier or one.later:
        yield ""
    if one.earlier:
        yield f"{_messages(one.earlier, 'earlier')}; see: {show} --before {one.oldest.id}"
    if one.later:
        yield f"{_messages(one.later, 'later')}; see: {show} --after {one.newest.id}"


def _messages(count: int, when: str) -> str:
    return f"1 {when} message" if count == 1 else f"{count} {when} messages"


def _entry(one: Entry) -> Iterator[str]:
    message = one.message
    marks = ["internal note" if message.kind == "note" else message.kind]
    marks += [f"edited {shown(message.edited_at)}"] if message.edited_at is not None else []
    marks += [f"deleted {shown(message.deleted_at)}"] if message.deleted_at is not None else []
    marks += [] if message.verified else ["sender not verified"]
    marks += [say(FLAGS[message.flag])] if message.flag else []
    author = _who(message.author_name, message.author_address)
    yield f"{message.id}  {author}  {', '.join(marks)}  {shown(message.created_at)}"
    yield f"    {one_line(message.subject)}"
    for text in said(message).splitlines():
        yield f"    | {one_line(text, 2000) if text.strip() else ''}".rstrip()
    for who in one.addressed:
        yield f"    {who.field.capitalize()}: {_who(who.name, who.address)}"
    for file in one.attachments:
        yield f"    file {one_line(file.filename)}, {file.size} bytes, SHA-256 {file.sha256}"
    for to in one.deliveries:
        yield _delivery(to)
    if one.inbound is not None:
        yield _way(one.inbound)


def _delivery(to: Delivery) -> str:
    host = f" by {one_line(to.host)}" if to.host and to.state in ("accepted", "relayed") else ""
    reason = f"{host}, {one_line(to.reason)}" if to.reason else host
    return f"    -> {_who(to.name, to.address)}  {to.channel}: {to.state}{reason}"


def _way(row: InboundRow) -> str:
    """The rule that decided stands here; ``inbound show`` has all of them."""
    decided = next((f": {asked.rule}, {say(asked.why)}" for asked in row.rules if asked.matched), "")
    return f"    received at {one_line(row.recipient)} as inbound {row.id}{one_line(decided) if decided else ''}"


def _who(name: str, address: str | None) -> str:
    return one_line(in_full(name, address or ""))


def _count(held: int) -> str:
    return f"{HELD} or more" if held >= HELD else str(held)
