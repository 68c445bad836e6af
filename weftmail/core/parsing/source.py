"""The bytes of a message before anything is parsed: what a cheap pass tells, and what the parser need not see.

The stdlib's parser compares each line with the boundary of every level around it, and keeps each line of a part as a
string of its own.  Both are harmless for a letter; a hostile nesting or an attachment of 50 MB makes them minutes and
hundreds of megabytes.  So of a long body the parser gets a line that says where it lies; depth and parts are counted
as it goes (``mime``).  The header of the message is not among it: ``block`` splits that, once for all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from weftmail.core.parsing import transfer

PIECE = 64 * 1024
HEADER_TOO_LARGE = "header too large"
RUN = 512
"""A shorter run of body lines goes to the parser as it is."""

_BLANK = re.compile(rb"(?m)^\r?\n")
_MARK = b"\x01"
_BEHIND_RETURN = b"\r--"
"""A carriage return alone ends a line for the parser, so that this may be a boundary."""
_KEPT = re.compile(r"\x01(\d+):(\d+)\n")


class TooComplex(Exception):
    """Parsing this message whole would take too long; the text says why."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What one cheap pass over the body found."""

    start: int
    """Where the body begins."""
    marked: bool
    """The mark of left out lines stands in the body already, so that nothing is left out."""


def chunks(raw: bytes | BinaryIO, start: int = 0) -> Iterator[bytes]:
    """Yield the message in pieces, from its first byte, or from the one at ``start``."""
    if isinstance(raw, bytes):
        for begin in range(start, len(raw), PIECE):
            yield raw[begin : begin + PIECE]
        return
    at = start
    while True:
        # Others read the same file between two pieces.
        raw.seek(at)
        piece = raw.read(PIECE)
        if not piece:
            return
        at += len(piece)
        yield piece


def beginning(raw: bytes | BinaryIO, most: int, start: int = 0) -> bytes:
    """Return at most so many bytes, from the one at ``start``."""
    pieces: list[bytes] = []
    size = 0
    for piece in chunks(raw, start):
        pieces.append(piece)
        size += len(piece)
        if size >= most:
            break
    return b"".join(pieces)[:most]


def scan(raw: bytes | BinaryIO, start: int) -> Scan:
    """Look once over the body, which begins at ``start``."""
    return Scan(start, any(_MARK in piece for piece in chunks(raw, start)))


def thinned(raw: bytes | BinaryIO, scan: Scan) -> Iterator[bytes]:
    """Yield the body for the parser; long runs of body lines are replaced by where they lie in the message.

    Body is what comes after an empty line, up to the next line that begins with two hyphens: nothing in between can
    be a boundary or the header of a part.
    """
    state = _Thinner(scan.start)
    for block in _whole_lines(raw, scan.start):
        yield block if scan.marked else state.thin(block)


def _whole_lines(raw: bytes | BinaryIO, start: int) -> Iterator[bytes]:
    """Yield blocks that end with a line's end; the last may not, nor one of a line longer than a piece."""
    rest = b""
    for piece in chunks(raw, start):
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
    """Follows the headers of parts and their bodies through the blocks of one message."""

    def __init__(self, start: int) -> None:
        self.at = start
        self.in_body = True
        self.broken = False

    def thin(self, block: bytes) -> bytes:
        """Return the block with its long runs of body lines replaced."""
        out: list[bytes] = []
        literal = position = 0
        # The rest of a line that was too long for one block is no beginning of a line.
        if self.broken:
            position = _line_end(block, 0) or len(block)
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
            last = _last_line(block, position, max(end - 1, position))
            if last - position >= RUN and block.find(_BEHIND_RETURN, position, end) < 0:
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


def _line_end(block: bytes, start: int) -> int:
    """Return where the first line behind ``start`` begins; 0 where none does.  A bare carriage return ends one, too."""
    feed = block.find(b"\n", start)
    bare = block.find(b"\r", start, feed if feed >= 0 else len(block))
    if bare < 0 or bare + 1 == feed:
        return feed + 1
    return bare + 1


def _last_line(block: bytes, start: int, end: int) -> int:
    """Return where the last line begins that does within these bytes; 0 where none does."""
    feed, bare = block.rfind(b"\n", start, end), block.rfind(b"\r", start, end)
    if block.startswith(b"\r\n", bare):
        # Its line feed is the end; one before it may stand alone.
        bare = block.rfind(b"\r", start, bare)
    return max(feed, bare) + 1


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
