"""ISO-2022-JP as mail has it: CP50220 and CP50221, which are wider than RFC 1468.

Beside JIS X 0208 it holds what Windows writes under that label: NEC's row 13 (circled numbers, units), the letters of
IBM, and half-width kana, by escape or by SO and SI.  No codec of Python's knows all of them.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable
from functools import cache

_SHIFT = re.compile(rb"(\x1b(?:\([BHIJ]|&@\x1b\$B|\$\(?[@ABDOPQ])|[\x0e\x0f])")
_TWO_BYTES = {b"\x1b$@", b"\x1b$B", b"\x1b$(@", b"\x1b$(B", b"\x1b&@\x1b$B"}
_KANA = {b"\x1b(I", b"\x0e"}
_ALONE = {b"\x1b(B", b"\x1b(H", b"\x1b(J", b"\x0f"}
_RUN = re.compile(rb"[\x21-\x7e]+")
_KNOWN_BY = {b"A": "iso2022_jp_2", b"D": "iso2022_jp_ext"}
_HIGH = bytes(byte | 0x80 for byte in range(256))


def decode(data: bytes) -> tuple[str, bool]:
    """Return the text, and whether every letter of it is known; ``data`` holds no byte above 127."""
    shift, out = b"\x1b(B", []
    for piece in _SHIFT.split(data):
        if _SHIFT.fullmatch(piece):
            shift = piece
        elif piece:
            out.append(_read(shift, piece))
    text = "".join(out)
    return text, "\ufffd" not in text


def _read(shift: bytes, piece: bytes) -> str:
    if shift in _ALONE:
        return piece.decode("ascii", "replace")
    if shift in _TWO_BYTES:
        return _runs(piece, _letters)
    if shift in _KANA:
        return _runs(piece, _kana)
    # JIS X 0212 and 0213, and the Chinese set that RFC 1554 adds: hardly anybody writes them.
    last = shift[-1:]
    known = b"\x1b$A" if last == b"A" else b"\x1b$(" + last
    return (known + piece).decode(_KNOWN_BY.get(last, "iso2022_jp_3"), "replace")


def _runs(piece: bytes, read: Callable[[bytes], str]) -> str:
    """Blanks and line ends within a set are what they are everywhere."""
    out, at = [], 0
    for run in _RUN.finditer(piece):
        out += [piece[at : run.start()].decode("ascii", "replace"), read(run[0])]
        at = run.end()
    return "".join((*out, piece[at:].decode("ascii", "replace")))


def _letters(run: bytes) -> str:
    table = _table()
    pairs = array("H", run[: len(run) // 2 * 2])
    return "".join([table[pair] for pair in pairs]) + ("\ufffd" if len(run) % 2 else "")


def _kana(run: bytes) -> str:
    return run.translate(_HIGH).decode("cp932", "replace")


@cache
def _table() -> dict[int, str]:
    """Return the letter of each pair of bytes, as Windows has it: two rows of JIS X 0208 are one of Shift_JIS."""
    found: dict[int, str] = {}
    for row in range(0x21, 0x7F):
        lead = ((row - 0x21) >> 1) + (0x81 if row < 0x5F else 0xC1)
        for cell in range(0x21, 0x7F):
            trail = cell + (0x7E if row % 2 == 0 else 0x1F if cell < 0x60 else 0x20)
            (pair,) = array("H", bytes((row, cell)))
            found[pair] = bytes((lead, trail)).decode("cp932", "replace")[:1]
    return found
