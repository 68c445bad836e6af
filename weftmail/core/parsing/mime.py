"""The parts of a message (RFC 2045, 2046, 2183): a bounded parse, and what each part holds.

The stdlib parser (policy compat32) does the parsing; this module keeps it from what would take it long, and reads its
result.  An attached message is one part with its bytes as they came: it is never taken apart, so its words never mix
with those of the message around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.feedparser import BytesFeedParser, FeedParser
from email.message import Message
from email.policy import Compat32, compat32
from itertools import islice
from typing import Any, BinaryIO

from weftmail.core import limits
from weftmail.core.limits import FIELDS, NESTING, OUTLINE, PARTS
from weftmail.core.parsing import charset, header, source, transfer
from weftmail.core.parsing.block import HeaderBlock, read_block
from weftmail.core.parsing.source import Scan, TooComplex

_PATH = re.compile(r"^.*[/\\]", re.S)
_OF_NUMBER = re.compile(r"(?<=\d)/(?=\d)")


class _Part(Message):
    """A part as the parser sees it: it goes into multiparts and into nothing else."""

    _payload: Any
    _headers: list[tuple[str, Any]]
    _known: tuple[int, str] = (-1, "")
    """How many fields there were when its type was looked up, and the type: the parser asks eight times for each part,
    and adds fields meanwhile."""

    def get_content_type(self) -> str:
        count, kind = self._known
        if count != len(self._headers):
            # Exactly what the scan counted as a multipart may be one; the stdlib strips more than that off.
            kind = self._typed().partition(";")[0].strip(" \t\r\n").lower()
            kind = kind if kind.startswith("multipart/") else "text/plain"
            self._known = len(self._headers), kind
        return kind

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


class _Parser(FeedParser):
    """The stdlib's parser, kept from what would take it long; what it makes of the bytes it makes as ever."""

    _msgstack: list[Message]

    def __init__(self) -> None:
        self.parts = 0
        self.comparisons = 0
        super().__init__(_Part, policy=compat32)

    def take(self, piece: bytes) -> None:
        """Parse on; raises TooComplex where that takes too long for the nesting it has come to."""
        before = len(self._msgstack)
        self.feed(piece.decode("ascii", "surrogateescape"))
        # It compares each line with the boundary of every level; a carriage return alone ends a line for it, too.
        lines = piece.count(b"\n") + piece.count(b"\r") - piece.count(b"\r\n")
        self.comparisons += lines * max(before, len(self._msgstack))
        if self.comparisons > limits.BOUNDARY_COMPARISONS:
            raise TooComplex("too many lines for its nesting")

    def _new_message(self) -> None:
        self.parts += 1
        if self.parts > PARTS:
            raise TooComplex("too many parts")
        super()._new_message()  # type: ignore[misc]
        if len(self._msgstack) > NESTING + 1:
            raise TooComplex("nested too deeply")


def parsed(top: HeaderBlock, raw: bytes | BinaryIO, scan: Scan) -> Message:
    """Return the whole message as the stdlib's tree, as ``scan`` and the header block were read from ``raw``.

    Of the header it gets what says how the body is made, and no more.  Raises TooComplex where it would take too long.
    """
    parser = _Parser()
    parser.take(made_of(top).rendered() + b"\n")
    for piece in source.thinned(raw, scan):
        parser.take(piece)
    return parser.close()


def made_of(top: HeaderBlock) -> HeaderBlock:
    """Return the block with those fields alone that say how the body is made, the topmost of each name."""
    first = {one.name: one for one in reversed(top.fields) if one.name.startswith("content-")}
    return HeaderBlock(tuple(first.values()), top.end)


def parse_header(raw: bytes) -> Fields:
    """Return the fields of a message, read from no more than 256 KB of it."""
    return Fields.of(read_block(raw, OUTLINE))


TREE_SIZE = 32 * 1024
TREE_LINE = 300
TREE_LINES = 800
_EMBEDDED = re.compile(rb"(?i)(?:message|multipart)/")


class _TextPolicy(Compat32):
    """The stdlib's policy, whose header values are text even where raw letters beyond ASCII stand in them."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        """Return the value; a letter that is none is replaced."""
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def bounded_tree(top: HeaderBlock, body: bytes) -> Message:
    """Return the beginning of a message as the stdlib's own tree, attached ones taken apart.

    For readers that know nothing else, and that bear neither long lines nor many: those are cut, and what holds many
    messages within each other is read as its header alone.
    """
    head = top.rendered()[:TREE_SIZE] + b"\n"
    lines = (head + body)[:TREE_SIZE].splitlines()[:TREE_LINES]
    short = b"\n".join(line[:TREE_LINE] for line in lines)
    if len(_EMBEDDED.findall(short)) > 10:
        short = short.partition(b"\n\n")[0]
    parser = BytesFeedParser(policy=_TextPolicy())
    parser.feed(short)
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
    location: str = ""
    """Its Content-Location."""

    @property
    def label(self) -> str:
        """The charset that the part names: its own, or the one that stands in its HTML; "" where it names none."""
        said = self.parameters.get("charset", "")
        if self.content_type != "text/html" or charset.codec(said) not in ("", "ascii"):
            return said
        return _declared(self.content) or said


_META = re.compile(rb"(?i)<meta[^>]{1,200}charset\s*=\s*[\"']?([\w.:-]{1,40})")


def _declared(html: bytes) -> str:
    found = _META.search(html[:4096])
    label = found[1].decode("ascii", "replace") if found else ""
    # It was read as ASCII, so that it is no charset that could not be.
    return "" if charset.shifts(label) else label


def kind_of(fields: Fields, default: str = "text/plain", label: str = "") -> tuple[str, dict[str, str]]:
    """Return a part's media type in lower case, and its parameters; text/plain where the field is none.

    ``default`` is the type of a part that has no such field.
    """
    if "content-type" not in fields:
        return default, {}
    kind, parameters = header.parameters(fields.first("content-type"), label)
    kind = kind.partition(" ")[0]
    if kind.count("/") != 1 or kind.startswith("/") or kind.endswith("/"):
        kind = "text/html" if kind == "html" else "text/plain"
    return kind, parameters


def leaf(part: Message, raw: bytes | BinaryIO, scan: Scan, label: str = "") -> Leaf:
    """Return what a part holds, and let the parser's own copy of it go; ``raw`` and ``scan`` as for ``parse``.

    ``label``: the charset that raw letters of its header are likely in.
    """
    fields = Fields.of_part(part)
    kind, parameters = kind_of(fields, part.get_default_type(), label)
    disposition, more = header.parameters(fields.first("content-disposition"), label)
    name = more.get("filename") or parameters.get("name") or more.get("name") or ""
    encoding = header.text(fields.first("content-transfer-encoding"))
    payload = part.take() if isinstance(part, _Part) else ""
    content, good = transfer.decode(source.fetched(payload, raw, scan), encoding)
    if not good and kind.startswith("text/") and encoding.lower() == "base64" and len(content) <= TREE_SIZE:
        content = transfer.before_text(b"".join(source.fetched(payload, raw, scan))) or content
    found = header.identifiers(fields.first("content-id"), bare=True)
    return Leaf(
        content_type=kind,
        parameters=parameters,
        disposition=disposition,
        filename=safe_filename(name),
        content_id=found[0][1:-1] if found else None,
        content=content,
        defects=() if good else (f"{kind}: broken transfer encoding",),
        location="".join(header.text(fields.first("content-location")).split()),
    )


def safe_filename(name: str) -> str:
    """Return a file name without folders, steering characters and excess length."""
    # A slash between digits is a part of what a file is called: "Offer 12/2026.pdf".
    name = _PATH.sub("", _OF_NUMBER.sub("-", header.clean(name))).strip()
    if name in (".", ".."):
        return ""
    if len(name) > 200:
        stem, dot, ending = name.rpartition(".")
        name = stem[: 199 - len(ending)] + dot + ending if dot and len(ending) <= 16 else name[:200]
    return name


class Fields:
    """A header's fields in order; names in lower case, values as the parser keeps them."""

    __slots__ = ("_by_name", "order")

    def __init__(self, fields: Iterable[tuple[str, str]]) -> None:
        self.order = list(fields)
        self._by_name: dict[str, list[str]] = {}
        for name, value in self.order:
            self._by_name.setdefault(name, []).append(value)

    @classmethod
    def of(cls, top: HeaderBlock) -> Fields:
        """Return all fields of a header block."""
        return cls((one.name, one.value) for one in top.fields)

    @classmethod
    def of_part(cls, part: Message) -> Fields:
        """Return the first fields of a part."""
        return cls((name.lower(), str(value)) for name, value in islice(part.raw_items(), FIELDS))

    def all(self, name: str) -> list[str]:
        """Return the values of every field of this name, topmost first."""
        return self._by_name.get(name, [])

    def first(self, name: str) -> str:
        """Return the topmost value, or "" where there is none."""
        return self._by_name.get(name, [""])[0]

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    @property
    def plain(self) -> bool:
        """All values are ASCII, so that no charset beside them matters."""
        return all(value.isascii() for _, value in self.order)
