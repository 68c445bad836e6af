"""What the DKIM-Signature fields of a mail name (RFC 6376, 3.5): domain, selector, identity, as its sender wrote them.

Filters copy these names into Authentication-Results.  An identity may be written in dkim-quoted-printable, and OpenDKIM
writes it there decoded and as it is: ``i=x=3B=20dkim=3Dpass...`` becomes a result of its own, by a domain that never
signed.  Whoever believes such a field has to look at the names first, and at the tag ``l=``: what stands beyond the
length that it tells is not signed, and anybody may add it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import BinaryIO

from weftmail.core.limits import HEADER_SIZE
from weftmail.core.parsing import source

# Mail servers take a blank before the colon; the parser does not, and would hide the field from us alone.
_FIELD = re.compile(rb"(?im)^dkim-signature[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)")
_ADDRESSED = re.compile(rb"(?im)^(to|cc)[ \t]*:")
_QUOTED = re.compile(rb"=([0-9A-Fa-f]{2})")
_WHITE = re.compile(rb"\s+")
_EDGE = 4


@dataclass(frozen=True, slots=True)
class Signers:
    """Every domain, selector and identity that is named, decoded.

    ``partial``: domains that sign but a part of the text.  ``loose``: those that leave a To or Cc of the mail out, so
    that anybody may have added it.
    """

    names: tuple[str, ...] = ()
    partial: tuple[str, ...] = ()
    loose: tuple[str, ...] = ()


UNSIGNED = Signers()


def read(raw: bytes | BinaryIO) -> Signers:
    """Return what the DKIM-Signature fields of a mail name; never raises."""
    head = _head(raw)
    signatures = [_tags(field) for field in _FIELD.findall(head)]
    if not signatures:
        return UNSIGNED
    addressed = Counter(one.lower().decode("ascii") for one in _ADDRESSED.findall(head))
    return Signers(
        tuple(value for tags in signatures for name, value in tags if name in ("d", "i", "s")),
        tuple(domain for tags in signatures for domain in _values(tags, "d") if _values(tags, "l")),
        tuple(domain for tags in signatures for domain in _values(tags, "d") if _leaves_out(tags, addressed)),
    )


def _values(tags: list[tuple[str, str]], wanted: str) -> list[str]:
    return [value for name, value in tags if name == wanted]


def _leaves_out(tags: list[tuple[str, str]], addressed: Counter[str]) -> bool:
    """Say whether there are more fields of a name than the signature lists; it counts them from the bottom."""
    signed = [name for value in _values(tags, "h") for name in value.lower().split(":")]
    return any(signed.count(name) < addressed[name] for name in ("to", "cc"))


def _head(raw: bytes | BinaryIO) -> bytes:
    """Return the header; of one that is too large to be parsed, so much as would have been."""
    head, looked_at = b"", 0
    for piece in source.chunks(raw):
        head += piece
        end = source.HEADER_END.search(head, looked_at)
        if end or len(head) > HEADER_SIZE:
            return head[: end.start()] if end else head
        looked_at = max(0, len(head) - _EDGE)
    return head


def _tags(field: bytes) -> list[tuple[str, str]]:
    found = []
    for tag in field.split(b";"):
        name, _, value = tag.partition(b"=")
        text = _QUOTED.sub(lambda pair: bytes([int(pair[1], 16)]), _WHITE.sub(b"", value))
        found.append((name.strip().lower().decode("ascii", "replace"), text.decode("utf-8", "replace")))
    return found
