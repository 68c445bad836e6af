"""Content-Transfer-Encoding: from what travels to the bytes that were meant (RFC 2045 section 6).

Everything that real senders break is read as far as it goes: characters outside the alphabet, padding in the middle,
a last group that was cut off.
"""

from __future__ import annotations

import binascii
import re

_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/=]+")
_PADDED = re.compile(r"=+")
_UU_BEGIN = re.compile(r"(?m)^begin [0-7]{3,4} ?.*$")


def octets(payload: str) -> bytes:
    """Return a part's payload, as the parser keeps it (bytes above 127 as lone surrogates), as bytes."""
    return (
        payload.encode("ascii", "surrogateescape") if not _holds_text(payload) else payload.encode("utf-8", "replace")
    )


def _holds_text(payload: str) -> bool:
    return not payload.isascii() and any("\u007f" < letter < "\udc80" or letter > "\udcff" for letter in payload)


def decode(payload: str, encoding: str) -> tuple[bytes, bool]:
    """Return the bytes that ``payload`` stands for, and whether it was well formed; never raises.

    An encoding that nobody knows leaves the bytes as they are.
    """
    name = encoding.partition(";")[0].strip().lower()
    if name == "base64":
        return base64(payload)
    if name == "quoted-printable":
        return binascii.a2b_qp(octets(payload)), True
    if name in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return uu(payload)
    return octets(payload), name in ("", "7bit", "8bit", "binary")


def base64(text: str) -> tuple[bytes, bool]:
    """Return decoded base64, and whether it was well formed.

    The quick way is taken first: a well-formed attachment of 36 MB is decoded with no second copy of its text.
    """
    if text.isascii():
        end = text.find("=")
        if end < 0 or not text[end:].strip("= \t\r\n"):
            try:
                return binascii.a2b_base64(text), True
            except binascii.Error:
                pass
    clean = _NOT_BASE64.sub("", text)
    # Senders glue encoded pieces together, each with its own padding; a decoder stops at the first.
    return b"".join(_group(piece) for piece in _PADDED.split(clean)), False


def _group(piece: str) -> bytes:
    if len(piece) % 4 == 1:
        piece = piece[:-1]
    return binascii.a2b_base64(piece + "=" * (-len(piece) % 4))


def uu(text: str) -> tuple[bytes, bool]:
    """Return decoded uuencode, and whether it had its first and last line."""
    begin = _UU_BEGIN.search(text)
    out: list[bytes] = []
    for line in text[begin.end() if begin else 0 :].splitlines():
        if line.rstrip() == "end":
            return b"".join(out), begin is not None
        if line:
            out.append(_uu_line(line))
    return b"".join(out), False


def _uu_line(line: str) -> bytes:
    data = octets(line)
    try:
        return binascii.a2b_uu(data)
    except binascii.Error:
        pass
    # Some encoders pad the last group wrongly; the length that the line's first character names is right.
    length = (((data[0] - 32) & 63) * 4 + 5) // 3
    try:
        return binascii.a2b_uu(data[:length])
    except binascii.Error:
        return b""
