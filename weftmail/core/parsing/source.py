"""The bytes of a message before anything is parsed: what a cheap pass tells, and what the parser need not see.

The stdlib's parser compares each line with the boundary of every level around it, and keeps each line of a part as a
string of its own.  Both are harmless for a letter; a hostile nesting or an attachment of 50 MB makes them minutes and
hundreds of megabytes.  So of a long body the parser gets a line that says where it lies; depth and parts are counted
as it goes (``mime``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from weftmail.core.limits import HEADER_SIZE, OUTLINE
from weftmail.core.parsing import transfer

PIECE = 64 * 1024
HEADER_TOO_LARGE = "header too large"
HEADER_PIECE = OUTLINE
"""So much of a header is read where the message is not parsed whole."""
COMPARISONS = 4_000_000
"""Lines times depth: the parser does about three million such comparisons in a second."""
RUN = 512
"""A shorter run of body lines goes to the parser as it is."""
HEADER_END = re.compile(rb"\r?\n\r?\n")

_BLANK = re.compile(rb"(?m)^\r?\n")
_MARK = b"\x01"
_KEPT = re.compile(r"\x01(\d+):(\d+)\n")
_OVERLAP = 4


class TooComplex(Exception):
    """Parsing this message whole would take too long; the text says why."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What one cheap pass over the bytes found."""

    reason: str
    """Why the message must not be parsed whole, or ""."""
    marked: bool
    """The mark of left out lines stands in the message already, so that nothing is left out."""


def chunks(raw: bytes | BinaryIO) -> Iterator[bytes]:
    """Yield the message in pieces, from its first byte."""
    if isinstance(raw, bytes):
        for start in range(0, len(raw), PIECE):
            yield raw[start : start + PIECE]
        return
    at = 0
    while True:
        # Others read the same file between two pieces.
        raw.seek(at)
        piece = raw.read(PIECE)
        if not piece:
            return
        at += len(piece)
        yield piece


def head(raw: bytes | BinaryIO, most: int, *, whole: bool = False) -> bytes:
    """Return the header, or with ``whole`` the beginning of all; at most so many bytes of it."""
    pieces: list[bytes] = []
    size = 0
    for piece in chunks(raw):
        pieces.append(piece)
        size += len(piece)
        if size >= most or (not whole and HEADER_END.search(b"".join(pieces[-2:]))):
            break
    found = b"".join(pieces)[:most]
    end = None if whole else HEADER_END.search(found)
    return found[: end.end()] if end else found


def scan(raw: bytes | BinaryIO) -> Scan:
    """Look over the whole message once."""
    size = 0
    tail, header_end, marked = b"\n", -1, False
    for piece in chunks(raw):
        marked = marked or _MARK in piece
        if header_end < 0 and (found := HEADER_END.search(tail + piece)):
            header_end = size + found.start()
        size += len(piece)
        tail = piece[-_OVERLAP:]
    too_large = (header_end if header_end >= 0 else size) > HEADER_SIZE
    return Scan(HEADER_TOO_LARGE if too_large else "", marked)


def thinned(raw: bytes | BinaryIO, scan: Scan) -> Iterator[bytes]:
    """Yield the message for the parser; long runs of body lines are replaced by where they lie.

    Body is what comes after an empty line, up to the next line that begins with two hyphens: nothing in between can
    be a boundary or the header of a part.
    """
    state = _Thinner()
    for number, block in enumerate(_whole_lines(raw)):
        mended = block if number else _mended(block)
        if scan.marked or mended is not block:
            out = mended
            state.pass_by(block)
        else:
            out = state.thin(block)
        yield out


def _whole_lines(raw: bytes | BinaryIO) -> Iterator[bytes]:
    """Yield blocks that end with a line's end; the last may not, nor one of a line longer than a piece."""
    rest = b""
    for piece in chunks(raw):
        cut = piece.rfind(b"\n") + 1
        if cut:
            yield rest + piece[:cut]
            rest = piece[cut:]
        elif len(rest) < PIECE:
            rest += piece
        else:
            yield rest
            rest = piece
    if rest:
        yield rest


class _Thinner:
    """Follows header and body through the blocks of one message."""

    def __init__(self) -> None:
        self.at = 0
        self.in_body = False
        self.broken = False

    def pass_by(self, block: bytes) -> None:
        """Leave a block as it is; what comes next counts as header until an empty line says otherwise."""
        self.at += len(block)
        self.in_body = False

    def thin(self, block: bytes) -> bytes:
        """Return the block with its long runs of body lines replaced."""
        out: list[bytes] = []
        literal = position = 0
        # The rest of a line that was too long for one block is no beginning of a line.
        if self.broken:
            position = block.find(b"\n") + 1 or len(block)
        while position < len(block):
            if not self.in_body:
                blank = _BLANK.search(block, position)
                if blank is None:
                    break
                position = blank.end()
                self.in_body = True
                continue
            end = self._body_end(block, position)
            # The parser takes the last line's end for the boundary's: that line it gets itself.
            last = block.rfind(b"\n", position, max(end - 1, position)) + 1
            if last - position >= RUN and _no_bare_return(block, position, last):
                out += (block[literal:position], b"%b%d:%d\n" % (_MARK, self.at + position, last - position))
                literal = last
            position = end
            if end < len(block):
                self.in_body = False
                position = block.find(b"\n", end) + 1 or len(block)
        out.append(block[literal:])
        self.broken = not block.endswith(b"\n")
        self.at += len(block)
        return b"".join(out)

    @staticmethod
    def _body_end(block: bytes, position: int) -> int:
        if block.startswith(b"--", position):
            return position
        found = block.find(b"\n--", position)
        return found + 1 if found >= 0 else len(block)


def _no_bare_return(block: bytes, start: int, end: int) -> bool:
    """A carriage return alone ends a line for the parser, and a boundary may follow it."""
    return block.count(b"\r", start, end) == block.count(b"\r\n", start, end)


def fetched(payload: str, raw: bytes | BinaryIO, scan: Scan) -> Iterator[bytes]:
    """Yield the bytes of a part's payload as they came, those that were left out from where they lie."""
    at = 0
    for kept in () if scan.marked else _KEPT.finditer(payload):
        yield transfer.octets(payload[at : kept.start()])
        yield from _lying(raw, int(kept[1]), int(kept[2]))
        at = kept.end()
    yield transfer.octets(payload[at:] if at else payload)


def _lying(raw: bytes | BinaryIO, start: int, length: int) -> Iterator[bytes]:
    if isinstance(raw, bytes):
        yield raw[start : start + length]
    else:
        raw.seek(start)
        yield raw.read(length)


_STRAY = re.compile(rb"(?m)^(?![!-9;-~]+:|[ \t\r\n]|From )(?=.)")
_KNOWN = re.compile(rb"(?im)^(?:from|to|subject|date|message-id|mime-version|content-type):")


def _mended(piece: bytes) -> bytes:
    """Fold a stray line in the midst of the header into the field above it.

    The parser ends the header there, and sender, subject and type would be read as text.  Where no usual field
    follows the stray line it is the first line of a body that lacks its empty line.
    """
    end = HEADER_END.search(piece)
    head = piece[: end.start()] if end else b""
    stray = _STRAY.search(head)
    if stray is None or stray.start() == 0:
        return piece
    last = max((found.start() for found in _KNOWN.finditer(head)), default=0)
    if last < stray.start():
        return piece
    return _STRAY.sub(b" ", head[:last]) + piece[last:]
