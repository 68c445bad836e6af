"""The parts of a message (RFC 2045, 2046, 2183): a bounded parse, and what each part holds.

The stdlib parser (policy compat32) does the parsing; this module keeps it from what would take it long, and reads its
result.  An attached message is one part with its bytes as they came: it is never taken apart, so its words never mix
with those of the message around it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.feedparser import BytesFeedParser, FeedParser
from email.message import Message
from email.policy import compat32
from typing import Any, BinaryIO

from weftmail.core.parsing import charset, header, source, transfer
from weftmail.core.parsing.source import HEADER_END, HEADER_PIECE, Scan, chunks

_PATH = re.compile(r"^.*[/\\]", re.S)


class _Part(Message):
    """A part as the parser sees it: it goes into multiparts and into nothing else."""

    _payload: Any

    def get_content_type(self) -> str:
        # Exactly what the scan counted as a multipart may be one; the stdlib strips more than that off.
        kind = self._typed().partition(";")[0].strip(" \t\r\n").lower()
        return kind if kind.startswith("multipart/") else "text/plain"

    def get_content_maintype(self) -> str:
        return self.get_content_type().partition("/")[0]

    def get_boundary(self, failobj: Any = None) -> Any:
        # The stdlib's own reading of parameters takes quadratic time on a hostile field.
        return header.parameters(self._typed())[1].get("boundary", failobj)

    def _typed(self) -> str:
        return next((str(value) for name, value in self.raw_items() if name.lower() == "content-type"), "")

    def take(self) -> str:
        """Return the payload as the parser kept it, and let go of it.

        get_payload would put replacement characters where bytes above 127 stand.
        """
        payload, self._payload = self._payload, ""
        return payload if isinstance(payload, str) else ""


def parse(raw: bytes | BinaryIO, scan: Scan) -> Message:
    """Return the parsed message; raises TooComplex where that would take too long after all."""
    parser = FeedParser(_Part, policy=compat32)
    for piece in source.thinned(raw, scan):
        parser.feed(piece.decode("ascii", "surrogateescape"))
    return parser.close()


def parse_header(raw: bytes) -> Message:
    """Return the message's header alone, with no more than 256 KB of it."""
    end = HEADER_END.search(raw[:HEADER_PIECE])
    parser = BytesFeedParser(_Part, policy=compat32)
    parser.feed(raw[: end.end() if end else HEADER_PIECE])
    return parser.close()


_EMBEDDED = re.compile(rb"(?i)message/")


def parse_deep(raw: bytes | BinaryIO) -> Message | None:
    """Return the message with attached ones taken apart, for readers that expect the stdlib's own tree.

    None for what is large or holds many of them: this parse has no bound of its own.
    """
    head = b"".join(piece for piece, _ in zip(chunks(raw), range(5), strict=False))
    if len(head) > HEADER_PIECE or len(_EMBEDDED.findall(head)) > 10:
        return None
    parser = BytesFeedParser(policy=compat32)
    parser.feed(head)
    return parser.close()


@dataclass(frozen=True, slots=True)
class Leaf:
    """A part that is no multipart; ``content`` is decoded."""

    content_type: str
    parameters: dict[str, str]
    disposition: str
    filename: str
    content_id: str | None
    content: bytes
    defects: tuple[str, ...]

    def text(self) -> tuple[str, bool]:
        """Return the content as text, and whether its charset's label held."""
        label = self.parameters.get("charset", "")
        if not label and self.content_type == "text/html":
            label = _declared(self.content)
        return charset.decode(self.content, label)


_META = re.compile(rb"(?i)<meta[^>]{1,200}charset\s*=\s*[\"']?([\w.:-]{1,40})")


def _declared(html: bytes) -> str:
    found = _META.search(html[:2048])
    return found[1].decode("ascii", "replace") if found else ""


def kind_of(part: Message) -> tuple[str, dict[str, str]]:
    """Return a part's media type in lower case, and its parameters; text/plain where the field is none."""
    fields = Fields(part)
    if "content-type" not in fields:
        return part.get_default_type(), {}
    kind, parameters = header.parameters(fields.first("content-type"))
    kind = kind.partition(" ")[0]
    if kind.count("/") != 1 or kind.startswith("/") or kind.endswith("/"):
        kind = "text/html" if kind == "html" else "text/plain"
    return kind, parameters


def leaf(part: Message, raw: bytes | BinaryIO, scan: Scan) -> Leaf:
    """Return what a part holds, and let the parser's own copy of it go; ``raw`` and ``scan`` as for ``parse``."""
    kind, parameters = kind_of(part)
    fields = Fields(part)
    disposition, more = header.parameters(fields.first("content-disposition"))
    name = more.get("filename") or parameters.get("name") or more.get("name") or ""
    encoding = header.text(fields.first("content-transfer-encoding"))
    payload = part.take() if isinstance(part, _Part) else ""
    content, good = transfer.decode(source.fetched(payload, raw, scan), encoding)
    found = header.identifiers(fields.first("content-id"), bare=True)
    return Leaf(
        content_type=kind,
        parameters=parameters,
        disposition=disposition,
        filename=safe_filename(name),
        content_id=found[0][1:-1] if found else None,
        content=content,
        defects=() if good else (f"{kind}: broken transfer encoding",),
    )


def safe_filename(name: str) -> str:
    """Return a file name without folders, steering characters and excess length."""
    name = _PATH.sub("", header.clean(name)).strip()
    if name in (".", ".."):
        return ""
    if len(name) > 200:
        stem, dot, ending = name.rpartition(".")
        name = stem[: 199 - len(ending)] + dot + ending if dot and len(ending) <= 16 else name[:200]
    return name


FIELDS = 2000


class Fields:
    """A header's fields in order; names in lower case, values as the parser keeps them."""

    __slots__ = ("_by_name", "order")

    def __init__(self, part: Message) -> None:
        self.order: list[tuple[str, str]] = []
        self._by_name: dict[str, list[str]] = {}
        for name, value in list(part.raw_items())[:FIELDS]:
            self.order.append((name.lower(), str(value)))
            self._by_name.setdefault(name.lower(), []).append(str(value))

    def all(self, name: str) -> list[str]:
        """Return the values of every field of this name, topmost first."""
        return self._by_name.get(name, [])

    def first(self, name: str) -> str:
        """Return the topmost value, or "" where there is none."""
        return self._by_name.get(name, [""])[0]

    def __contains__(self, name: str) -> bool:
        return name in self._by_name


@dataclass(frozen=True, slots=True)
class Block:
    """Text of a body in one or both of its forms, in reading order."""

    text: str = ""
    html: str = ""


@dataclass(slots=True)
class Contents:
    """What a walk over the parts needs, and what it collects beside the text."""

    raw: bytes | BinaryIO
    scan: Scan
    attached: list[Leaf] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    charset: str = ""
    """The first label of a text part, which raw letters in the header most likely share."""


def blocks(part: Message, contents: Contents) -> list[Block]:
    """Return what is to be read in ``part``, in order; what is attached goes into ``contents``."""
    kind, _ = kind_of(part)
    payload = part.get_payload()
    if kind.startswith("multipart/") and isinstance(payload, list):
        children: list[Message] = [child for child in payload if isinstance(child, Message)]
        found = [block for child in children for block in blocks(child, contents)]
        payload.clear()
        return _alternative(found) if kind == "multipart/alternative" else found
    this = leaf(part, contents.raw, contents.scan)
    contents.defects.extend(this.defects)
    if not _readable(this):
        contents.attached.append(this)
        return []
    contents.charset = contents.charset or this.parameters.get("charset", "")
    text, good = this.text()
    if not good:
        contents.defects.append(f"{this.content_type}: charset does not hold")
    return [Block(html=text) if this.content_type == "text/html" else Block(text=text)]


def _alternative(found: list[Block]) -> list[Block]:
    """The plain form is the joined plain text, the HTML form the joined HTML; either may be missing."""
    if not found:
        return []
    plain = "\n".join(block.text for block in found if block.text)
    return [Block(plain, "\n".join(block.html for block in found if block.html))]


def _readable(this: Leaf) -> bool:
    if this.content_type.startswith("multipart/"):
        return not this.disposition.startswith("attachment")
    if this.content_type not in ("text/plain", "text/html", "text/enriched"):
        return False
    return not this.disposition.startswith("attachment") and not this.filename
