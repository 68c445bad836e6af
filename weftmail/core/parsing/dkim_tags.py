"""What the DKIM-Signature fields of a mail name and cover (RFC 6376, 3.5 and 5.4.2), as its sender wrote them.

Filters copy names into Authentication-Results.  An identity may be written in dkim-quoted-printable, and OpenDKIM
writes it there decoded and as it is: ``i=x=3B=20dkim=3Dpass...`` becomes a result of its own, by a domain that never
signed.  Whoever believes such a field has to look at the names first; then at the tag ``l=``, for what stands beyond
the length that it tells is not signed; and at ``h=``, for a field that is not listed there may be anybody's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import BinaryIO

from weftmail.core.limits import DKIM_SIGNATURES
from weftmail.core.parsing import agreement, header, transfer
from weftmail.core.parsing.block import HeaderBlock

_QUOTED = re.compile(rb"=([0-9A-Fa-f]{2})")
_WHITE = re.compile(rb"\s+")
_NAMED = frozenset(
    {
        "from", "to", "cc", "subject", "date", "in-reply-to", "references", "reply-to", "message-id",
        "auto-submitted", "mime-version",
    }
)  # fmt: skip
SHAPING = ("content-type", "content-transfer-encoding", "content-disposition")
"""The fields that say how the body is to be read."""


@dataclass(frozen=True, slots=True)
class SignatureField:
    """One DKIM-Signature field, true or not.

    ``domain`` and ``identity`` (the domain in ``i=``) as they are written, decoded.  ``leaves_out``: the fields that
    this program reads, stand in the mail, and are not all covered.  ``partial``: it covers but a part of the text.
    ``agrees``: the fields that say how to read the body are covered, or the body itself agrees with them.
    """

    domain: str
    identity: str
    leaves_out: tuple[str, ...] = ()
    partial: bool = False
    agrees: bool = True


@dataclass(frozen=True, slots=True)
class Signers:
    """What the signatures of a mail are worth, if they are true.

    ``names``: every domain, selector and identity, decoded.  ``flaws``: what in the header another reader may see in
    another way, as ``HeaderBlock.flaws`` says it.
    """

    names: tuple[str, ...] = ()
    signatures: tuple[SignatureField, ...] = ()
    flaws: tuple[str, ...] = ()

    @property
    def partial(self) -> tuple[str, ...]:
        """The domains that sign but a part of the text."""
        return tuple(one.domain for one in self.signatures if one.partial)


UNSIGNED = Signers()
Tags = list[tuple[str, str]]


def is_named(name: str) -> bool:
    """Say whether this program reads the field, so that it must not be anybody's."""
    return name in _NAMED or name.startswith("content-")


def read(top: HeaderBlock, raw: bytes | BinaryIO) -> Signers:
    """Return what the signatures in a header block name and cover; ``raw`` is the whole mail.  Never raises."""
    found = [_tags(transfer.octets(value)) for value in top.values("dkim-signature")]
    if not found:
        return UNSIGNED
    flaws = top.flaws(is_named)
    if len(found) > DKIM_SIGNATURES and "many" not in flaws:
        flaws = (*flaws, "many")
    if "mended from" not in flaws and not all(map(header.names_plainly, top.values("from"))):
        flaws = (*flaws, "mended from")
    counted = Counter(one.name for one in top.fields if is_named(one.name))
    # Every mail has these: what no signature lists may have been taken out.
    counted.update({name: 1 for name in ("from", "date") if not counted[name]})

    @cache
    def body_agrees() -> bool:
        return agreement.agrees(top, raw)

    def signature(tags: Tags, domain: str) -> SignatureField:
        # With two lists, or two domains, nobody knows which one a verifier took.
        once = all(len(_values(tags, name)) <= 1 for name in ("d", "h", "i", "l"))
        listed = Counter(_listed(tags)) if once else Counter[str]()
        left_out = tuple(name for name, count in counted.items() if name in _NAMED and listed[name] < count)
        shaped = all(listed[name] >= max(1, counted[name]) for name in SHAPING)
        identity = next(iter(_values(tags, "i")), "").rpartition("@")[2]
        return SignatureField(domain, identity, left_out, bool(_values(tags, "l")), shaped or body_agrees())

    return Signers(
        tuple(value for tags in found for name, value in tags if name in ("d", "i", "s")),
        tuple(signature(tags, domain) for tags in found[:DKIM_SIGNATURES] for domain in _values(tags, "d")[:2]),
        flaws,
    )


def _values(tags: Tags, wanted: str) -> list[str]:
    return [value for name, value in tags if name == wanted]


def _listed(tags: Tags) -> Iterable[str]:
    return (name for value in _values(tags, "h") for name in value.lower().split(":"))


def _tags(field: bytes) -> Tags:
    found = []
    for tag in field.split(b";"):
        name, _, value = tag.partition(b"=")
        text = _WHITE.sub(b"", value)
        if name.strip() != b"h":
            text = _QUOTED.sub(lambda pair: bytes([int(pair[1], 16)]), text)
        found.append((name.strip().lower().decode("ascii", "replace"), text.decode("utf-8", "replace")))
    return found
