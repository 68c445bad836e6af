"""S/MIME whose content stands inside its signature: the content, taken out (CMS, RFC 5652; BER, X.690).

Nothing is verified.  Read are the few elements on the way to the content, in the definite and the indefinite form; what
they hold beside is passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from weftmail.core.limits import SIGNED_DEPTH, SIGNED_PIECES

Sealed = Literal["signed", "encrypted", ""]

_SIGNED: Final = bytes.fromhex("2a864886f70d010702")
_ENCRYPTED: Final = (
    bytes.fromhex("2a864886f70d010703"),
    bytes.fromhex("2a864886f70d010706"),
    # With its own authentication: AES-GCM.
    bytes.fromhex("2a864886f70d0109100117"),
)
_SEQUENCE, _EXPLICIT, _OCTETS, _OCTETS_IN_PIECES, _OBJECT = 0x30, 0xA0, 0x04, 0x24, 0x06


class _NoContent(Exception):
    """It is no such data."""


class _Element(NamedTuple):
    """One element: its tag, where its content starts and ends, where the next one starts."""

    tag: int
    start: int
    end: int
    behind: int


def kind_of(data: bytes) -> Sealed:
    """Say whether the data is signed or encrypted; "" for what is neither. Never raises."""
    try:
        kind, _ = _outer(data)
    except _NoContent:
        return ""
    return "signed" if kind == _SIGNED else "encrypted" if kind in _ENCRYPTED else ""


def content_of(data: bytes) -> bytes | None:
    """Return what was signed; None where the data is nothing signed, or holds no content. Never raises."""
    try:
        kind, inside = _outer(data)
        if kind != _SIGNED:
            return None
        elements = _children(data, _only(data, inside, _SEQUENCE))
        # A version, the digests, and then the content.
        _, _, encapsulated = (next(elements), next(elements), next(elements))
        fields = list(_children(data, encapsulated))
        if len(fields) < 2 or fields[1].tag != _EXPLICIT:
            return None
        return b"".join(_octets(data, next(_children(data, fields[1]), None), 0, [SIGNED_PIECES]))
    except (_NoContent, StopIteration):
        return None


def _outer(data: bytes) -> tuple[bytes, _Element]:
    parts = _children(data, _element(data, 0, len(data)))
    kind, inside = next(parts, None), next(parts, None)
    if kind is None or inside is None or kind.tag != _OBJECT or inside.tag != _EXPLICIT:
        raise _NoContent
    return data[kind.start : kind.end], inside


def _only(data: bytes, outer: _Element, tag: int) -> _Element:
    found = next(_children(data, outer), None)
    if found is None or found.tag != tag:
        raise _NoContent
    return found


def _octets(data: bytes, element: _Element | None, depth: int, left: list[int]) -> Iterator[bytes]:
    """Yield the bytes of a string, which may come in pieces."""
    left[0] -= 1
    if element is None or depth > SIGNED_DEPTH or left[0] < 0:
        raise _NoContent
    if element.tag == _OCTETS:
        yield data[element.start : element.end]
    elif element.tag == _OCTETS_IN_PIECES:
        for piece in _children(data, element):
            yield from _octets(data, piece, depth + 1, left)
    else:
        raise _NoContent


def _children(data: bytes, outer: _Element) -> Iterator[_Element]:
    at = outer.start
    while at < outer.end:
        if data[at : at + 2] == b"\0\0" and outer.behind < 0:
            return
        element = _element(data, at, outer.end)
        yield element
        at = element.behind if element.behind >= 0 else _end_of(data, element)


def _element(data: bytes, at: int, end: int) -> _Element:
    """Read the head of an element; ``behind`` is -1 where only its end mark says how long it is."""
    if at + 2 > end or data[at] & 0x1F == 0x1F:
        raise _NoContent
    length = data[at + 1]
    start = at + 2
    if length == 0x80:
        return _Element(data[at], start, end, -1)
    if length > 0x80:
        size = length & 0x7F
        if size > 8 or start + size > end:
            raise _NoContent
        length = int.from_bytes(data[start : start + size], "big")
        start += size
    # A mail that was cut still says what stands before the cut.
    return _Element(data[at], start, min(start + length, end), start + length)


def _end_of(data: bytes, outer: _Element) -> int:
    """Return where an element without a length ends: each one inside is passed over once."""
    at, depth = outer.start, 1
    while depth:
        if data[at : at + 2] == b"\0\0":
            at, depth = at + 2, depth - 1
            continue
        element = _element(data, at, outer.end)
        at, depth = (element.behind, depth) if element.behind >= 0 else (element.start, depth + 1)
    return at
