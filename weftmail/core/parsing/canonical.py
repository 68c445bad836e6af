"""The two forms in which header and body of a mail are signed (RFC 6376, 3.4): simple and relaxed.

The body is gone over in pieces, so that a large one costs no memory, and each run of blanks is looked at once.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final, Literal

from weftmail.core.limits import SIGNED_LENGTHS
from weftmail.core.parsing import source

# A blank by itself stays as it is, and is most of them.
_RUN: Final = re.compile(rb"\t[ \t]*| [ \t]+")
BodyFault = Literal["", "body", "length", "many"]


def relaxed(name: bytes, value: bytes) -> bytes:
    """Return a field in its relaxed form, with its line end."""
    plain = _RUN.sub(b" ", value.replace(b"\r\n", b"")).strip(b" \t\r\n")
    return name.lower().strip(b" \t") + b":" + plain + b"\r\n"


def selected(fields: Sequence[tuple[bytes, bytes]], names: Sequence[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Yield the fields of these names, of each name from the bottom up; what is not there is left out."""
    left: dict[bytes, list[tuple[bytes, bytes]]] = {}
    for one in fields:
        left.setdefault(one[0].lower(), []).append(one)
    for name in names:
        if left.get(name):
            yield left[name].pop()


def without_signature(value: bytes) -> bytes:
    """Return the value of a signature's field with the text of its tag ``b=`` taken out (3.5)."""
    parts = value.split(b";")
    for place, part in enumerate(parts):
        name, equals, _ = part.partition(b"=")
        if equals and name.strip(b" \t\r\n") == b"b":
            # Where it is the last tag, the line end is the field's own.
            parts[place] = name + b"=" + (b"\r\n" if place == len(parts) - 1 else b"")
    return b";".join(parts)


class Bodies:
    """The hashes of one mail's body, each made when it is first asked for."""

    def __init__(self, raw: bytes | BinaryIO, start: int) -> None:
        self._raw = raw
        self._start = start
        self._known: dict[tuple[str, int | None], tuple[str, int]] = {}

    def fault(self, form: str, length: int | None, wanted: bytes) -> BodyFault:
        """Say why a hash is not that of the body in this form, up to ``length`` bytes of it; "" where it is."""
        key = (form, length)
        if key not in self._known:
            if length is not None and sum(1 for _, one in self._known if one is not None) >= SIGNED_LENGTHS:
                return "many"
            self._known[key] = self._hash(form, length)
        found, size = self._known[key]
        if length is not None and length > size:
            return "length"
        return "" if found.rstrip("=") == wanted.decode("ascii").rstrip("=") else "body"

    def _hash(self, form: str, length: int | None) -> tuple[str, int]:
        sha, size = hashlib.sha256(), 0
        for piece in canonical_body(self._raw, self._start, form):
            left = len(piece) if length is None else max(0, length - size)
            sha.update(piece[:left])
            size += len(piece)
        return b64encode(sha.digest()).decode("ascii"), size


def canonical_body(raw: bytes | BinaryIO, start: int, form: str) -> Iterator[bytes]:
    """Yield the body that begins at ``start`` in one of its two forms, in pieces."""
    empty_lines, some = 0, False
    for text in _lines(raw, start):
        if form == "relaxed":
            if b"\t" in text or b"  " in text:
                text = _RUN.sub(b" ", text)
            text = text.replace(b" \n", b"\n")
            if not text.endswith(b"\n"):
                # The last line, which lacks its end.
                text = text.rstrip(b" ")
        kept = text.rstrip(b"\n")
        if kept:
            yield b"\r\n" * empty_lines + kept.replace(b"\n", b"\r\n")
            some, empty_lines = True, 0
        empty_lines += len(text) - len(kept)
    if some or form == "simple":
        yield b"\r\n"


def _lines(raw: bytes | BinaryIO, start: int) -> Iterator[bytes]:
    """Yield the body in pieces of whole lines, which end at LF."""
    left: list[bytes] = []
    for piece in source.chunks(raw, start):
        cut = piece.rfind(b"\n") + 1
        if not cut:
            left.append(piece)
            continue
        yield b"".join((*left, piece[:cut])).replace(b"\r\n", b"\n")
        left = [piece[cut:]] if cut < len(piece) else []
    if left:
        yield b"".join(left).replace(b"\r\n", b"\n")
