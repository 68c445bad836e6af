"""A message, parsed: everything that later rules ask about it, as one frozen value (RFC 5322, 2045).

``parse`` takes any bytes and never raises.  What would take too long to parse comes back with its header, its raw
text and a defect that says so.  What kind of message it is stands in the value, too, but is judged one room higher, in
``reports``: whoever calls ``parse`` brings that judgement along.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.message import Message as Parsed
from html import escape
from typing import Any, BinaryIO, Literal

from weftmail.core.address import Mailbox
from weftmail.core.parsing import charset, digest, dkim_tags, forward, header, html, mime, quote, source
from weftmail.core.parsing.dkim_tags import UNSIGNED, Signers
from weftmail.core.parsing.forward import Forwarded
from weftmail.core.parsing.mime import Block, Contents, Fields, Leaf
from weftmail.core.parsing.source import Scan

__all__ = [
    "Attachment",
    "Classify",
    "DeliveryReport",
    "Evidence",
    "Failure",
    "Forwarded",
    "Kind",
    "Message",
    "explain",
    "parse",
]

Kind = Literal["mail", "machine", "auto-reply", "bounce", "delay", "receipt", "complaint"]
REFERENCES = 50
RAW_TEXT = 256 * 1024


@dataclass(frozen=True, slots=True)
class Failure:
    """What a report says about one recipient."""

    address: str
    status: str
    action: str
    diagnostic: str
    hard: bool
    reason: str


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What a mail server or a mailbox says became of a message of ours."""

    recipients: tuple[Failure, ...]
    original_message_id: str | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a message is judged by: its header fields, its parts, its subject, authors and words.

    ``full_depth`` parses the message once more, for whoever needs the tree; None where it is too complex.
    """

    fields: Fields
    leaves: tuple[Leaf, ...]
    subject: str
    author: Mailbox
    text: str
    full_depth: Callable[[], Parsed | None]


Classify = Callable[[Evidence], tuple[Kind, DeliveryReport | None]]
"""Says what kind of message this is and, for a report, what it reports."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came along; its bytes are never recoded."""

    filename: str
    content_type: str
    content: bytes
    sha256: str
    content_id: str | None
    inline: bool
    """The HTML shows it in its place."""

    @property
    def size(self) -> int:
        """The number of bytes."""
        return len(self.content)


@dataclass(frozen=True, slots=True)
class Message:
    """What a message says.  Texts hold no lone surrogate and no NUL; values of header fields are one clean line."""

    message_id: str
    subject: str
    from_: tuple[Mailbox, ...]
    sender: tuple[Mailbox, ...]
    reply_to: tuple[Mailbox, ...]
    to: tuple[Mailbox, ...]
    cc: tuple[Mailbox, ...]
    date: int | None
    """Milliseconds since 1970, UTC."""
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    """At most the last 50."""
    text: str
    """The words: the plain form where there is one, else taken from the HTML."""
    html: str
    """The HTML form as it came, not sanitised; "" where there is none."""
    reply_text: str
    attachments: tuple[Attachment, ...]
    forwarded: Forwarded | None
    defects: tuple[str, ...]
    kind: Kind
    report: DeliveryReport | None
    received: tuple[str, ...]
    """The Received fields, topmost first."""
    results_above: tuple[str, ...]
    """Authentication-Results fields above the topmost Received field: written by the last server, or after it."""
    auto_submitted: str
    loop: tuple[str, ...]
    content_hash: str
    signers: Signers = UNSIGNED
    """What its DKIM-Signature fields name, true or not."""


def parse(raw: bytes | BinaryIO, classify: Classify) -> Message:
    """Return the message that ``raw`` holds; an open binary file is read in pieces, from its start.

    ``classify`` judges what kind of message it is.

    Never raises for anything that the bytes say.
    """
    scan = source.scan(raw)
    if scan.reason:
        return _unparsed(raw, scan, scan.reason, classify)
    try:
        part = mime.parse(raw, scan)
    except source.TooComplex as error:
        return _unparsed(raw, scan, str(error), classify)
    fields = Fields(part)
    contents = Contents(raw, scan, defects=[type(defect).__name__ for defect in part.defects])
    blocks = mime.blocks(part, contents)
    return _message(raw, fields, blocks, contents, classify)


def _unparsed(raw: bytes | BinaryIO, scan: Scan, reason: str, classify: Classify) -> Message:
    head = b""
    for piece in source.chunks(raw):
        head += piece
        if len(head) >= RAW_TEXT:
            break
    fields = Fields(mime.parse_header(head))
    block = Block(text=charset.decode(head[:RAW_TEXT])[0])
    message = _message(raw, fields, [block], Contents(raw, scan, defects=[f"too complex: {reason}"]), classify)
    # Of a header that was not read to its end nobody knows what else it says.
    return replace(message, results_above=()) if reason == source.HEADER_TOO_LARGE else message


def _message(
    raw: bytes | BinaryIO, fields: Fields, blocks: list[Block], contents: Contents, classify: Classify
) -> Message:
    text, page = _joined(blocks)
    label = contents.charset
    subject = header.text(fields.first("subject"), label)
    authors = _people(fields, "from", label)
    author = authors[0] if authors else Mailbox("", "")
    kind, about = classify(
        Evidence(fields, tuple(contents.attached), subject, author, text, lambda: mime.parse_deep(raw))
    )
    above, received = _trace(fields)
    return Message(
        message_id=next(iter(header.identifiers(fields.first("message-id"), bare=True)), ""),
        subject=subject,
        from_=authors,
        sender=_people(fields, "sender", label),
        reply_to=_people(fields, "reply-to", label),
        to=_people(fields, "to", label),
        cc=_people(fields, "cc", label),
        date=header.date(fields.first("date")),
        in_reply_to=header.identifiers(" ".join(fields.all("in-reply-to")))[-REFERENCES:],
        references=header.identifiers(" ".join(fields.all("references")))[-REFERENCES:],
        text=text,
        html=page,
        reply_text=_new_words(blocks, text, page),
        attachments=tuple(_attachment(leaf, page, label) for leaf in contents.attached),
        forwarded=forward.find(text, subject, contents.attached) if kind in ("mail", "machine") else None,
        defects=tuple(dict.fromkeys(contents.defects)),
        kind=kind,
        report=about,
        received=received,
        results_above=above,
        auto_submitted=header.keyword(fields.first("auto-submitted")),
        loop=tuple(header.text(value) for value in fields.all("x-weftmail-loop")),
        content_hash=digest.content_hash(raw),
        signers=dkim_tags.read(raw),
    )


def _people(fields: Fields, name: str, label: str) -> tuple[Mailbox, ...]:
    # A field that stands twice counts whole: two authors are two authors, however they were written down.
    return tuple(box for value in fields.all(name) for box in header.mailboxes(value, label))[: header.MAILBOXES]


def _joined(blocks: list[Block]) -> tuple[str, str]:
    """Return the whole text and the whole HTML; a piece that has one form alone is turned into the other."""
    texts = [block.text if block.text.strip() else html.text_of(block.html) for block in blocks]
    text = "\n".join(piece for piece in texts if piece)
    if not any(block.html for block in blocks):
        return text, ""
    pages = [block.html or f"<pre>{escape(block.text)}</pre>" for block in blocks if block.html or block.text.strip()]
    return text, "\n".join(pages)


def _new_words(blocks: list[Block], text: str, page: str) -> str:
    """Return the new words; mail that is HTML alone tells where its quote begins, which its words no longer do."""
    if html and not any(block.text.strip() for block in blocks):
        return quote.new_words(html.text_of(quote.new_html(page))) or quote.new_words(text)
    return quote.new_words(text)


def _attachment(leaf: Leaf, page: str, label: str) -> Attachment:
    name = leaf.filename
    if not name and leaf.content_type == "message/rfc822":
        subject = header.text(Fields(mime.parse_header(leaf.content)).first("subject"), label)
        name = mime.safe_filename((subject.replace("/", "-").replace("\\", "-") or "message") + ".eml")
    return Attachment(
        filename=name,
        content_type=leaf.content_type,
        content=leaf.content,
        sha256=hashlib.sha256(leaf.content).hexdigest(),
        content_id=leaf.content_id,
        inline=leaf.content_id is not None and f"cid:{leaf.content_id}" in page,
    )


def _trace(fields: Fields) -> tuple[tuple[str, ...], tuple[str, ...]]:
    above: list[str] = []
    received: list[str] = []
    for name, value in fields.order:
        if name == "received":
            received.append(header.trace(value))
        elif name == "authentication-results" and not received:
            above.append(header.trace(value))
    return tuple(above), tuple(received)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _iso(at: int | None) -> str | None:
    if at is None:
        return None
    return (_EPOCH + timedelta(milliseconds=at)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _boxes(boxes: tuple[Mailbox, ...]) -> list[dict[str, str]]:
    return [{"name": box.name, "address": box.address} for box in boxes]


def explain(message: Message) -> dict[str, Any]:
    """Return the members ``message``, ``kind`` and ``bounce`` of the object that ``mail-ingest --explain`` prints."""
    return {"message": _described(message), "kind": message.kind, "bounce": _reported(message.report)}


def _described(message: Message) -> dict[str, Any]:
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
        "attachments": [
            {
                "filename": each.filename,
                "content_type": each.content_type,
                "size": each.size,
                "sha256": each.sha256,
                "content_id": each.content_id,
                "inline": each.inline,
            }
            for each in message.attachments
        ],
        "forwarded": None
        if forwarded is None
        else {
            "from": {"name": forwarded.from_.name, "address": forwarded.from_.address},
            "subject": forwarded.subject,
            "date": _iso(forwarded.date),
        },
        "defects": list(message.defects),
    }


def _reported(about: DeliveryReport | None) -> dict[str, Any] | None:
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
