"""The header block of a mail, split once: into the fields that everything else reads (RFC 5322, 2.2; RFC 6376, 3.5).

It is split as a verifier of DKIM does: lines end at LF, and a line goes on the one before where it begins with a blank
or a tab, as its author wrote it; nothing else is ever folded.  A carriage return by itself ends no line.  What a reader
could take in two ways is read in one, and marked, so that nothing is believed that another program may see elsewhere.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from weftmail.core.limits import FIELDS, HEADER_SIZE
from weftmail.core.parsing import source

_EMPTY_LINE = re.compile(rb"(?m)^\r*\n")
_ITEM = re.compile(rb"[^\n]*(?:\n[ \t][^\n]*)*\n?")
_NAME = re.compile(rb"([!-9;-~]+)([ \t]*):[ \t]*")
_KNOWN = re.compile(rb"(?im)^(?:from|to|subject|date|message-id|mime-version|content-type)[ \t]*:")
_LINE_END = re.compile(rb"\r+\n")
_BARE = re.compile(rb"\r(?!\n)")
_ENVELOPE = b"From "


@dataclass(frozen=True, slots=True)
class HeaderField:
    """One field: its name in lower case, its value as it stands, bytes above 127 as lone surrogates.

    ``mended``: another reader may see another name, another value, or no field at all.
    """

    name: str
    value: str
    mended: bool = False


@dataclass(frozen=True, slots=True)
class HeaderBlock:
    """The fields in their order, and where in the mail the body begins."""

    fields: tuple[HeaderField, ...]
    end: int
    complete: bool = True
    """The header was read to its end; of the rest of one that is too large nobody knows what it says."""
    stray: bool = False
    """A line stands in it that is no field and belongs to none."""
    steered: bool = False
    """A carriage return without a line feed, or a NUL, stands in it."""

    def values(self, name: str) -> list[str]:
        """Return the values of every field of this name, topmost first."""
        return [one.value for one in self.fields if one.name == name]

    def rendered(self, wanted: Callable[[str], bool] = bool) -> bytes:
        """Return the fields whose names are wanted as bytes that every parser splits in this one way."""
        chosen = (f"{one.name}: {one.value}\n" for one in self.fields if wanted(one.name))
        return "".join(chosen).encode("ascii", "surrogateescape").replace(b"\r\n", b"\n")

    def flaws(self, names: Callable[[str], bool]) -> tuple[str, ...]:
        """Return what keeps two readers from seeing the same header: ``control``, ``stray`` or ``many``, and, for
        fields that ``names`` chooses, ``mended NAME`` and ``twice NAME``.
        """
        counted = Counter(one.name for one in self.fields if names(one.name))
        mended = dict.fromkeys(one.name for one in self.fields if one.mended and names(one.name))
        return (
            *(("control",) if self.steered else ()),
            *(("stray",) if self.stray else ()),
            *(("many",) if len(self.fields) > FIELDS or not self.complete else ()),
            *(f"mended {name}" for name in mended),
            *(f"twice {name}" for name, count in counted.items() if count > 1),
        )


def read_block(raw: bytes | BinaryIO, most: int = HEADER_SIZE) -> HeaderBlock:
    """Return the header block of a mail, or of an open binary file; of a longer one its first ``most`` bytes."""
    head, line, end = b"", 0, None
    for piece in source.chunks(raw):
        before = len(head)
        head += piece
        # A line that goes on is looked at once, when it ends.
        if b"\n" in piece:
            end = _EMPTY_LINE.search(head, line)
            line = before + piece.rfind(b"\n") + 1
        if end or len(head) > most:
            break
    at = end.start() if end else len(head)
    if at > most:
        return _split(head[: head.rfind(b"\n", 0, most) + 1 or most], most, complete=False)
    return _split(head[:at], end.end() if end else at)


def _split(head: bytes, end: int, *, complete: bool = True) -> HeaderBlock:
    fields: list[HeaderField] = []
    stray, last = False, -1
    for item in _ITEM.finditer(head):
        found = _NAME.match(item[0])
        if found:
            fields.append(_field(found, item[0]))
        elif item[0] and (item.start() or not item[0].startswith(_ENVELOPE)):
            if not stray:
                stray, last = True, max((one.start() for one in _KNOWN.finditer(head)), default=-1)
            if last < item.start():
                # No usual field comes any more: it is the first line of a body that lacks its empty line.
                head, end = head[: item.start()], item.start()
                break
    steered = b"\0" in head or _BARE.search(head) is not None
    return HeaderBlock(tuple(fields), end, complete, stray, steered)


def _field(found: re.Match[bytes], item: bytes) -> HeaderField:
    value = item[found.end() :]
    odd = b"\0" in value or _BARE.search(value) is not None
    if odd:
        value = _BARE.sub(b" ", _LINE_END.sub(b"\n", value)).lstrip(b" \t")
    text = value.rstrip(b"\r\n").decode("ascii", "surrogateescape")
    return HeaderField(found[1].lower().decode("ascii"), text, odd or bool(found[2]))
