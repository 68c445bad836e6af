"""What the DKIM-Signature fields of a mail name (RFC 6376, 3.5): domain, selector, identity, as its sender wrote them.

Filters copy these names into Authentication-Results.  An identity may be written in dkim-quoted-printable, and OpenDKIM
writes it there decoded and as it is: ``i=x=3B=20dkim=3Dpass...`` becomes a result of its own, by a domain that never
signed.  Whoever believes such a field has to look at the names first, and at the tag ``l=``: what stands beyond the
length that it tells is not signed, and anybody may add it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import BinaryIO

from weftmail.core import source

# Mail servers take a blank before the colon; the parser does not, and would hide the field from us alone.
_FIELD = re.compile(rb"(?im)^dkim-signature[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)")
_QUOTED = re.compile(rb"=([0-9A-Fa-f]{2})")
_WHITE = re.compile(rb"\s+")
_EDGE = 4


@dataclass(frozen=True, slots=True)
class Signers:
    """Every domain, selector and identity that is named, decoded; and the domains that sign but a part of the text."""

    names: tuple[str, ...] = ()
    partial: tuple[str, ...] = ()


UNSIGNED = Signers()


def read(raw: bytes | BinaryIO) -> Signers:
    """Return what the DKIM-Signature fields of a mail name; never raises."""
    fields = [_tags(field) for field in _FIELD.findall(_head(raw))]
    return Signers(
        tuple(value for tags in fields for name, value in tags if name in ("d", "i", "s")),
        tuple(value for tags in fields for name, value in tags if name == "d" and any(one == "l" for one, _ in tags)),
    )


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


def _tags(field: bytes) -> list[tuple[str, str]]:
    found = []
    for tag in field.split(b";"):
        name, _, value = tag.partition(b"=")
        plain = _QUOTED.sub(lambda pair: bytes([int(pair[1], 16)]), _WHITE.sub(b"", value))
        found.append((name.strip().lower().decode("ascii", "replace"), plain.decode("utf-8", "replace")))
    return found
