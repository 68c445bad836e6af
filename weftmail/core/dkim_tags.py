"""What the DKIM-Signature fields of a mail name (RFC 6376, 3.5): domain, selector, identity, as its sender wrote them.

Filters copy these names into Authentication-Results.  An identity may be written in dkim-quoted-printable, and OpenDKIM
writes it there decoded and as it is: ``i=x=3B=20dkim=3Dpass...`` becomes a result of its own, by a domain that never
signed.  Whoever believes such a field has to look at the names first.
"""

from __future__ import annotations

import re
from typing import BinaryIO

from weftmail.core import source

# Mail servers take a blank before the colon; the parser does not, and would hide the field from us alone.
_FIELD = re.compile(rb"(?im)^dkim-signature[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)")
_NAMING = re.compile(rb"(?i)\s*[dis]\s*")
_QUOTED = re.compile(rb"=([0-9A-Fa-f]{2})")
_WHITE = re.compile(rb"\s+")
_EDGE = 4


def names(raw: bytes | BinaryIO) -> tuple[str, ...]:
    """Return every domain, selector and identity that a DKIM-Signature names, decoded; never raises."""
    return tuple(name for field in _FIELD.findall(_head(raw)) for name in _names(field))


def _head(raw: bytes | BinaryIO) -> bytes:
    """Return the header; of one that is too large to be parsed, so much as would have been."""
    head, looked_at = b"", 0
    for piece in source.chunks(raw):
        head += piece
        end = source.HEADER_END.search(head, looked_at)
        if end or len(head) > source.HEADER_SIZE:
            return head[: end.start()] if end else head
        looked_at = max(0, len(head) - _EDGE)
    return head


def _names(field: bytes) -> list[str]:
    found = []
    for tag in field.split(b";"):
        name, _, value = tag.partition(b"=")
        if _NAMING.fullmatch(name):
            plain = _QUOTED.sub(lambda pair: bytes([int(pair[1], 16)]), _WHITE.sub(b"", value))
            found.append(plain.decode("utf-8", "replace"))
    return found
