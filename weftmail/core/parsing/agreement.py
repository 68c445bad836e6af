"""Does a body agree with what the header says of it?  Asked where that part of the header is not signed.

Many mail servers sign the body and leave Content-Type out (Google, OpenDKIM).  Whoever passes such a mail on can then
change how it is read: another boundary hides the author's own words, another encoding makes lines out of a quote.  So
the signed body itself has to show that it was made this way (RFC 2045, 2046).
"""

from __future__ import annotations

import re
from typing import BinaryIO

from weftmail.core.limits import WORDS_SIZE
from weftmail.core.parsing import charset, header, mime, source, transfer
from weftmail.core.parsing.block import HeaderBlock

_EDGE = 4096
# What mail programs write above the first boundary, for readers that know no MIME.
_PREAMBLE = re.compile(rb"(?i)This is a (?:multi-?part message|message with multiple parts) in MIME format\.?\s+")
_BASE64 = re.compile(rb"(?=.)(?:[A-Za-z0-9+/]{4})*+(?:[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)?")
_BASE64_LINES = re.compile(rb"[A-Za-z0-9+/\r\n]{24,}+={0,2}+\s*+")
# What no program encodes: letters, digits, angle brackets, control characters and line ends.  "F" is one that some do,
# at the beginning of "From".
_QUOTED_PRINTABLE = re.compile(
    rb"(?:[\t\r\n -<>-~]|=[ \t]*\r?\n|=(?:09|2[0-9A-F]|3[ABDF]|4[06]|5[B-F]|60|7[B-E]|[89A-F][0-9A-F]))*+"
)
_SEEMS_QUOTED = re.compile(rb"=\r?\n|=[C-F][0-9A-F](?:=[89AB][0-9A-F])+")
_ESCAPE = b"\x1b"
# Where soft line ends are undone, such a line becomes a quote; and with DelSp the blank at the end of one goes.
_STUFFED = re.compile(rb"(?m)^>*+ >")
_SOFT = re.compile(rb"(?m) \r?$")


def agrees(top: HeaderBlock, raw: bytes | BinaryIO) -> bool:
    """Say whether the body of ``raw`` shows by itself that it is what the header says; never raises."""
    fields = mime.Fields.of(top)
    kind, parameters = mime.kind_of(fields)
    shown, more = header.parameters(fields.first("content-disposition"))
    named = "name" in parameters or bool({"name", "filename"} & set(more))
    encoding = header.text(fields.first("content-transfer-encoding")).lower()
    if shown not in ("", "inline") or named:
        # As a file, the author's words would be none.
        return False
    if kind.startswith("multipart/"):
        return encoding in transfer.PLAIN and _bounded(raw, top.end, parameters.get("boundary", ""))
    if kind not in ("text/plain", "text/html"):
        return False
    body = source.beginning(raw, WORDS_SIZE + 1, top.end)
    decoded = _decoded(body, encoding) if len(body) <= WORDS_SIZE else None
    if decoded is None or not _of_charset(decoded, parameters.get("charset", "")):
        return False
    if _undone(decoded, parameters):
        return False
    inner = decoded.strip()
    return kind != "text/html" or (inner[:1], inner[-1:]) == (b"<", b">")


def _undone(body: bytes, parameters: dict[str, str]) -> bool:
    """Say whether format=flowed, which may have been put in, makes other words of the body."""
    if parameters.get("format", "").lower() != "flowed":
        return False
    joins = parameters.get("delsp", "").lower() == "yes" and _SOFT.search(body)
    return bool(joins or _STUFFED.search(body))


def _bounded(raw: bytes | BinaryIO, start: int, boundary: str) -> bool:
    """Say whether the body begins and ends with this boundary."""
    mark = b"--" + transfer.octets(boundary)
    first = _PREAMBLE.sub(b"", source.beginning(raw, _EDGE, start).lstrip(), count=1).partition(b"\n")[0]
    return bool(boundary) and first.rstrip() == mark and _last_line(raw, start) == mark + b"--"


def _last_line(raw: bytes | BinaryIO, start: int) -> bytes:
    size = len(raw) if isinstance(raw, bytes) else raw.seek(0, 2)
    return source.beginning(raw, _EDGE, max(start, size - _EDGE)).rstrip().rpartition(b"\n")[2]


def _decoded(body: bytes, encoding: str) -> bytes | None:
    """Return what the body stands for; None where it is not in this encoding, or seems to be in another."""
    if encoding == "base64":
        squeezed = b"".join(body.split())
        return transfer.base64((body,))[0] if _BASE64.fullmatch(squeezed) else None
    if encoding == "quoted-printable":
        return transfer.decode((body,), encoding)[0] if _QUOTED_PRINTABLE.fullmatch(body) else None
    if encoding not in transfer.PLAIN:
        return None
    return None if _SEEMS_QUOTED.search(body) or _BASE64_LINES.fullmatch(body) or _seems_multipart(body) else body


def _seems_multipart(body: bytes) -> bool:
    first = _PREAMBLE.sub(b"", body[:_EDGE].lstrip(), count=1).partition(b"\n")[0].rstrip()
    return len(first) > 2 and first.startswith(b"--") and body[-_EDGE:].rstrip().endswith(first + b"--")


def _of_charset(data: bytes, label: str) -> bool:
    """Say whether the bytes are text in this charset, and would not be quite another one in the author's own."""
    text, held = charset.decode(data, label)
    if not held and charset.shifts(label):
        return False
    if data.isascii():
        # Of charsets that make other letters of ASCII, those alone whose escapes the body itself holds.
        return held if _ESCAPE in data else text == charset.clean(data.decode("ascii"))
    try:
        return text == charset.clean(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return held and not charset.shifts(label)
