"""Content-Transfer-Encoding: from what travels to the bytes that were meant (RFC 2045 section 6).

What is encoded comes in pieces, so that a large attachment is never there twice.  Everything that real senders break
is read as far as it goes: characters outside the alphabet, padding in the middle, a last group that was cut off.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable
from io import BytesIO

from weftmail.core.limits import BROKEN_LINES, UUENCODED_LINE

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_OTHERS = bytes(set(range(256)) - set(_ALPHABET))
_BLANKS = b" \t\r\n"
_UU_BEGIN = re.compile(rb"(?m)^begin [0-7]{3,4} ?.*$")
# The first line that is no base64, below one that is; what it begins has words, and no long line of base64 any more.
_PLAIN_BELOW = re.compile(rb"(?m)(?<=[A-Za-z0-9+/=\s]\n)^[A-Za-z0-9+/=]*[^A-Za-z0-9+/=\s].*$")
_WORDS = re.compile(rb"[A-Za-z]{2} [A-Za-z]{2}")
_ENCODED = re.compile(rb"(?m)^[A-Za-z0-9+/]{60,}=*\r?$")
PLAIN = ("", "7bit", "8bit", "binary")
"""The encodings that leave the bytes as they are."""


def octets(text: str) -> bytes:
    """Return text as the parser keeps it (bytes above 127 as lone surrogates) as the bytes that came."""
    try:
        return text.encode("ascii", "surrogateescape")
    except UnicodeEncodeError:
        # Letters that were decoded already: a header that was read once, or a text that is looked at again.
        return text.encode("utf-8", "replace")


def decode(pieces: Iterable[bytes], encoding: str) -> tuple[bytes, bool]:
    """Return the bytes that ``pieces`` stand for, and whether they were well formed; never raises.

    An encoding that nobody knows leaves the bytes as they are.
    """
    name = encoding.partition(";")[0].strip().lower()
    if name == "base64":
        return base64(pieces)
    data = b"".join(pieces)
    if name == "quoted-printable":
        return binascii.a2b_qp(data), True
    if name in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return uu(data)
    return data, name in PLAIN


def base64(pieces: Iterable[bytes]) -> tuple[bytes, bool]:
    """Return decoded base64, and whether it was well formed.

    Senders glue encoded texts together, each with its own padding; each is decoded to its end.
    """
    out = BytesIO()
    rest, padded, good = b"", False, True
    for piece in pieces:
        clean = piece.translate(None, _OTHERS)
        good = good and len(clean) == len(piece.translate(None, _BLANKS))
        groups = (rest + clean).split(b"=")
        for group in groups[:-1]:
            out.write(_group(group))
        rest = groups[-1]
        good = good and not any(groups[1:]) and not (padded and clean.strip(b"="))
        padded = padded or len(groups) > 1
        full = len(rest) // 4 * 4
        out.write(binascii.a2b_base64(rest[:full]))
        rest = rest[full:]
    out.write(_group(rest))
    return out.getvalue(), good and not rest


def before_text(data: bytes) -> bytes | None:
    """Return decoded base64 with the plain lines that a mailing list put below it; None where there are none."""
    found = _PLAIN_BELOW.search(data)
    if found is None or not _WORDS.search(data, found.start()) or _ENCODED.search(data, found.start()):
        return None
    return base64([data[: found.start()]])[0] + b"\n" + data[found.start() :]


def _group(group: bytes) -> bytes:
    """Decode what stands before a padding, of whatever length it is; a single last character says nothing."""
    if len(group) % 4 == 1:
        group = group[:-1]
    return binascii.a2b_base64(group + b"=" * (-len(group) % 4))


def uu(data: bytes) -> tuple[bytes, bool]:
    """Return decoded uuencode, and whether it was whole; what is for the most part none comes back as it is."""
    begin = _UU_BEGIN.search(data)
    out: list[bytes] = []
    broken = 0
    for line in BytesIO(data[begin.end() if begin else 0 :]):
        line = line.rstrip(b"\r\n")
        if line.rstrip() == b"end":
            return b"".join(out), begin is not None and not broken
        decoded = _uu_line(line) if line else b""
        if decoded is None:
            broken += 1
            if broken > BROKEN_LINES:
                return data, False
        else:
            out.append(decoded)
    return b"".join(out), False


def uu_file(data: bytes, start: int) -> tuple[bytes, int] | None:
    """Return a file whose lines of uuencode begin at ``start``, and where what follows it does.

    None where a line is none, or no ``end`` closes it: only what is whole is a file.
    """
    out: list[bytes] = []
    at, last = start, False
    while at < len(data):
        end = data.find(b"\n", at, at + UUENCODED_LINE)
        line = data[at : end if end >= 0 else at + UUENCODED_LINE].rstrip(b"\r")
        behind = end + 1 if end >= 0 else len(data)
        if line.rstrip() == b"end":
            return (b"".join(out), behind) if last else None
        decoded = _uu_line(line) if line else None
        if decoded is None or last or end < 0:
            return None
        out.append(decoded)
        # A line of no bytes is the last one.
        last = not decoded
        at = behind
    return None


def _uu_line(line: bytes) -> bytes | None:
    # Some encoders pad the last group wrongly; the length that the line's first character names is right.  A line
    # much shorter than it says would be filled up with zeros: two bytes of mail for forty-five of memory.
    length = (((line[0] - 32) & 63) * 4 + 5) // 3
    if len(line) < length // 2:
        return None
    for data in (line, line[:length]):
        try:
            return binascii.a2b_uu(data)
        except binascii.Error:
            continue
    return None
