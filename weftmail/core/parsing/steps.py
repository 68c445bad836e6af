"""Reading a message in steps: header, text, files, HTML; each leaves all that is known so far.

``parse`` takes any bytes and never raises.  What would take too long to parse comes back with its header, its raw
text and a defect that says so.  Every pass is linear in the bytes; where one is not after all, the reader process
around it ends, and what the steps before had left still counts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.message import Message as Parsed
from html import escape
from typing import Any, BinaryIO

from weftmail.core.address import Mailbox
from weftmail.core.limits import FIELD_ADDRESSES, HTML_SIZE, OUTLINE, REFERENCES
from weftmail.core.parsing import (
    charset,
    cite,
    digest,
    dkim_tags,
    dmarc_report,
    forward,
    header,
    hops,
    html,
    mime,
    passed_on,
    quote,
    seal,
    source,
    words,
)
from weftmail.core.parsing.block import HeaderBlock, read_block
from weftmail.core.parsing.data_images import inline_images
from weftmail.core.parsing.inline import Pictures
from weftmail.core.parsing.message import Attachment, Classify, Evidence, Message, Stamp, Step
from weftmail.core.parsing.mime import Fields, Leaf
from weftmail.core.parsing.parts import Block, Contents, card_of, read_parts

RAW_TEXT = OUTLINE
STAMPS = ("authentication-results", "x-spam-flag", "x-spam-status", "x-spamd-result")
"""The fields of filters that are kept with their place."""


def parse(raw: bytes | BinaryIO, classify: Classify) -> Message:
    """Return the message that ``raw`` holds; an open binary file is read in pieces, from its start.

    ``classify`` judges what kind of message it is.

    Never raises for anything that the bytes say.
    """
    *_, (_, message) = steps(raw, classify)
    return message


def steps(raw: bytes | BinaryIO, classify: Classify) -> Iterator[tuple[Step, Message]]:
    """Yield, for each step in its order, the message as far as it is read; the last one is whole."""
    top = read_block(raw)
    fields = Fields.of(top)
    message = replace(_of_header(raw, top, fields, classify), seals=seal.read(top, raw) if top.complete else ())
    yield "header", message
    blocks, contents = _parts(raw, top)
    if not fields.plain:
        message = _with_names(message, fields, _charset(fields, contents.charset))
    read = _Reading(raw, top, fields, contents, classify)
    texts = [block.text if block.text.strip() else words.flat(block.html) for block in blocks]
    defects = tuple(dict.fromkeys(contents.defects))
    message = read.with_words(message, "\n".join(filter(None, texts)), defects=defects, missing=("files", "html"))
    yield "text", message
    pages, images = inline_images(_pages(blocks))
    files = (*map(_attachment, contents.attached), *images)
    dmarc = dmarc_report.read(message.subject, contents.attached)
    message = replace(message, attachments=files, forwarded=read.forwarded(message), dmarc=dmarc, missing=("html",))
    yield "files", message
    yield "html", read.with_html(message, blocks, pages) if pages else replace(message, missing=())


def outline(raw: bytes | BinaryIO, classify: Classify) -> Message:
    """Return what a bounded look at the header tells of a mail that no reader could read; never raises."""
    top = read_block(raw, OUTLINE)
    return _of_header(raw, top, Fields.of(top), classify)


def _of_header(raw: bytes | BinaryIO, top: HeaderBlock, fields: Fields, classify: Classify) -> Message:
    subject = header.text(fields.first("subject"))
    authors = _people(fields, "from", "")
    stamps, received = _trace(fields)
    author = authors[0] if authors else Mailbox("", "")
    judged = classify(Evidence(fields, (), subject, author, "", Parsed))
    return Message(
        message_id=next(iter(header.identifiers(fields.first("message-id"), bare=True)), ""),
        subject=subject,
        from_=authors,
        sender=_people(fields, "sender", ""),
        reply_to=_people(fields, "reply-to", ""),
        to=_people(fields, "to", ""),
        cc=_people(fields, "cc", ""),
        date=header.date(fields.first("date")),
        in_reply_to=header.identifiers(" ".join(fields.all("in-reply-to")))[-REFERENCES:],
        references=header.identifiers(" ".join(fields.all("references")))[-REFERENCES:],
        text="",
        html="",
        reply_text="",
        attachments=(),
        forwarded=None,
        defects=(),
        kind=judged.kind,
        report=judged.report,
        titled=judged.titled,
        received=received,
        # Of a header that was not read to its end nobody knows what else it says.
        stamps=stamps if top.complete else (),
        auto_submitted=header.keyword(fields.first("auto-submitted")),
        loop=tuple(header.text(value) for value in fields.all("x-weftmail-loop")),
        hops=hops.read(fields.all(hops.FIELD)),
        content_hash=digest.content_hash(raw, top),
        signers=dkim_tags.read(top, raw),
        signed_hash=digest.signed_hash(raw, top) if "dkim-signature" in fields else "",
        original_from=_people(fields, "x-original-from", ""),
        passed_on=passed_on.read(fields.order),
        missing=("text", "files", "html"),
    )


def _with_names(message: Message, fields: Fields, label: str) -> Message:
    people = {name: _people(fields, field, label) for name, field in _PEOPLE.items()}
    return replace(message, subject=header.text(fields.first("subject"), label), **people)  # type: ignore[arg-type]


_PEOPLE = {
    "from_": "from",
    "sender": "sender",
    "reply_to": "reply-to",
    "to": "to",
    "cc": "cc",
    "original_from": "x-original-from",
}
_NAMED = ("subject", *_PEOPLE.values())


def _parts(raw: bytes | BinaryIO, top: HeaderBlock) -> tuple[list[Block], Contents]:
    """Parse the body; what would take too long is its raw text."""
    scan = source.scan(raw, top.end)
    reason = "" if top.complete else source.HEADER_TOO_LARGE
    try:
        if not reason:
            part = mime.parsed(top, raw, scan)
            contents = Contents(raw, scan, defects=[type(defect).__name__ for defect in part.defects])
            return read_parts(part, contents), contents
    except source.TooComplex as error:
        reason = str(error)
    text = charset.decode(source.beginning(raw, RAW_TEXT))[0]
    return [Block(text=text)], Contents(raw, scan, defects=[f"too complex: {reason}"])


def _pages(blocks: list[Block]) -> str:
    """Return the whole HTML, "" where there is none; a piece that is text alone is turned into HTML."""
    if not any(block.html for block in blocks):
        return ""
    pages = (block.html or f"<pre>{escape(block.text)}</pre>" for block in blocks if block.html or block.text.strip())
    return "\n".join(pages)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the later steps need of the earlier ones."""

    raw: bytes | BinaryIO
    top: HeaderBlock
    fields: Fields
    contents: Contents
    classify: Classify

    def with_words(self, message: Message, text: str, **more: Any) -> Message:
        """Return the message with these words, judged by them, and with what more there is to say."""
        author = message.from_[0] if message.from_ else Mailbox("", "")
        leaves = tuple(self.contents.attached)
        judged = self.classify(Evidence(self.fields, leaves, message.subject, author, text, self._tree))
        return replace(
            message, text=text, reply_text=quote.new_words(text),
            kind=judged.kind, report=judged.report, titled=judged.titled, **more,
        )  # fmt: skip

    def _tree(self) -> Parsed:
        return mime.bounded_tree(self.top, source.beginning(self.raw, mime.TREE_SIZE, self.top.end))

    def forwarded(self, message: Message) -> forward.Forwarded | None:
        """Return what the message sends on, if it does."""
        if message.kind not in ("mail", "machine"):
            return None
        return forward.find(message.text, message.subject, self.contents.attached)

    def with_html(self, message: Message, blocks: list[Block], pages: str) -> Message:
        """Return the message with its HTML, sanitised, and the files that it shows; of pieces without text beside them,
        or with a text that only says that there is HTML, the words are made of it.
        """
        pictures = Pictures(message.attachments, [leaf.location for leaf in self.contents.attached])
        page = html.sanitise(pages, pictures.address)
        message = replace(message, html=pages, page=page, attachments=pictures.shown_in(page), missing=())
        blocks = [Block(html=block.html) if _stands_in(block) else block for block in blocks]
        if all(block.text.strip() or not block.html for block in blocks):
            return message
        message = self.with_words(message, "\n".join(filter(None, _texts(blocks))))
        own = cite.new_html(pages)
        if own != pages and not any(block.text.strip() for block in blocks):
            # Mail that is HTML alone tells where its quote begins, which its words no longer do.
            said = quote.new_words(words.text_of(own))
            message = replace(message, reply_text=said if said.strip("> \n") else message.reply_text)
        return replace(message, forwarded=self.forwarded(message))


_STAND_IN = 1000
"""Characters of a text that may stand in for HTML: a program writes no more of it."""
_SHARE = 3
_GRAM = 4


def _stands_in(block: Block) -> bool:
    """Say whether the text only says that there is HTML: much shorter than that, and hardly a word of it in there."""
    text = "".join(block.text.split())
    if not text or len(text) > _STAND_IN or len(block.html) < 2 * len(text):
        return False
    said = "".join(words.flat(block.html).split())
    if len(said) < 2 * len(text):
        return False
    grams = _grams(text)
    return _SHARE * len(grams & _grams(said)) < len(grams)


def _grams(text: str) -> set[str]:
    letters = "".join(filter(str.isalnum, text[: 20 * _STAND_IN].casefold()))
    return {letters[at : at + _GRAM] for at in range(max(1, len(letters) - _GRAM + 1))}


def _texts(blocks: list[Block]) -> Iterator[str]:
    """Yield the words of each piece; of HTML beyond 2 MB in all, those that a plain look finds."""
    left = HTML_SIZE
    for block in blocks:
        if block.text.strip():
            yield block.text
            continue
        yield words.text_of(block.html) if len(block.html) <= left else words.flat(block.html)
        left -= len(block.html)


def _charset(fields: Fields, label: str) -> str:
    """Return the charset of the header's raw letters: that of the body, or the likeliest for all of them together."""
    return charset.fitting(label, header.raw_letters(value for name, value in fields.order if name in _NAMED))


def _people(fields: Fields, name: str, label: str) -> tuple[Mailbox, ...]:
    # A field that stands twice counts whole: two authors are two authors, however they were written down.
    found: list[Mailbox] = []
    for value in fields.all(name):
        found += header.mailboxes(value, label)
        if len(found) >= FIELD_ADDRESSES:
            break
    return tuple(found[:FIELD_ADDRESSES])


def _attachment(leaf: Leaf) -> Attachment:
    return Attachment(
        filename=leaf.filename,
        content_type=leaf.content_type,
        content=leaf.content,
        sha256=hashlib.sha256(leaf.content).hexdigest(),
        content_id=leaf.content_id,
        inline=False,
        card=card_of(leaf),
    )


def _trace(fields: Fields) -> tuple[tuple[Stamp, ...], tuple[str, ...]]:
    stamps: list[Stamp] = []
    received: list[str] = []
    for name, value in fields.order:
        if name == "received":
            received.append(header.trace(value))
        elif name in STAMPS:
            stamps.append(Stamp(name, len(received), header.trace(value)))
    return tuple(stamps), tuple(received)
