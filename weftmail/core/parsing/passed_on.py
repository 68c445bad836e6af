"""The fields that mailboxes, lists and servers write when they pass a mail on: X-Forwarded-To, Delivered-To and so on.

No RFC orders them; each name is what one program or provider writes.  Anybody can write them: they say which way a mail
seems to have come, and prove nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import BinaryIO, Final, Literal

from weftmail.core.limits import FORWARDING_FIELD, FORWARDING_FIELDS, OUTLINE
from weftmail.core.parsing import header
from weftmail.core.parsing.block import read_block
from weftmail.core.parsing.message import Stamp

Says = Literal["recipient", "mailbox", "target", "redirect", "list", "sender"]
"""What such a field tells: whom the mail was for before; which mailbox forwards, and to where; who redirects it; which
list sends it on; the envelope's sender as it stood there."""

_NAMES: Final[Mapping[Says, tuple[str, ...]]] = {
    "target": ("X-Forwarded-To",),
    "mailbox": ("X-Forwarded-For",),
    "recipient": (
        "Delivered-To", "X-Delivered-To", "X-Original-Delivered-To", "X-Original-To", "X-Gm-Original-To",
        "Envelope-To", "X-Envelope-To", "X-Rcpt-To", "X-Original-Rcpt-To", "X-SimpleLogin-Envelope-To",
        "Original-Recipient", "X-Resolved-To",
    ),
    "redirect": (
        "Resent-From", "X-MS-Exchange-Inbox-Rules-Loop", "X-MS-Exchange-ForwardingLoop",
        "X-Sieve-Redirected-From", "X-Forwarded-By",
    ),
    "list": ("List-Id", "Mailing-List", "X-Mailing-List", "X-BeenThere", "X-Google-Group-Id"),
    "sender": ("Return-Path",),
}  # fmt: skip
FIELDS: Final[Mapping[str, tuple[str, Says]]] = MappingProxyType(
    {name.lower(): (name, says) for says, names in _NAMES.items() for name in names}
)
"""What is read, by its name in lower case: the name as it is written, and what it tells."""

_BETWEEN = re.compile(r"[\s<>,;:\"()\[\]]+")
_LIST_ID = re.compile(r"<([^<>@\s]+)>")


@dataclass(frozen=True, slots=True)
class Addressing:
    """Whom a mail names as its recipients, and the fields of those who passed it on."""

    named: tuple[str, ...]
    """The addresses of To and Cc."""
    fields: tuple[Stamp, ...]
    """Topmost first: the last one who passed it on wrote the first."""


def read(fields: Iterable[tuple[str, str]]) -> tuple[Stamp, ...]:
    """Return these fields of a header, each with how many Received fields stand above it."""
    found: list[Stamp] = []
    above = 0
    for name, value in fields:
        if name == "received":
            above += 1
        elif name in FIELDS and len(found) < FORWARDING_FIELDS:
            found.append(Stamp(name, above, header.trace(value)[:FORWARDING_FIELD]))
    return tuple(found)


def addressing(raw: bytes | BinaryIO) -> Addressing:
    """Return the same of a whole mail; only its header is looked at, and never more than 256 KB."""
    block = read_block(raw, OUTLINE)
    named = (box.address for name in ("to", "cc") for value in block.values(name) for box in header.mailboxes(value))
    return Addressing(tuple(named), read((one.name, one.value) for one in block.fields))


def addresses(value: str) -> list[str]:
    """Return the addresses that stand in such a field, as they are written."""
    return [one for one in _BETWEEN.split(value) if 0 < one.find("@") < len(one) - 1]


def before(fields: Sequence[Stamp]) -> Iterator[str]:
    """Give the addresses that the mail was for before it was passed on, the last one first."""
    for one in fields:
        if FIELDS[one.name][1] in ("recipient", "mailbox", "target"):
            yield from addresses(one.value)


def list_of(field: Stamp) -> str:
    """Return how a list calls itself in one of its fields: its address where that stands there."""
    found = addresses(field.value)
    if found:
        return found[0]
    identifier = _LIST_ID.search(field.value)
    return identifier[1] if identifier else ""
