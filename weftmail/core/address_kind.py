"""The kinds of addresses that a person can have, and the one spelling in which the store keeps each of them.

A new kind is a row of the table ``address_kind``, a module with its canonical form, and a line here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from weftmail.core.address import BadAddress, canonical

Canonical = Callable[[str], str]
"""Returns the one spelling of an address; raises BadAddress for what is none."""

KINDS: Final[Mapping[str, Canonical]] = MappingProxyType({"email": canonical})
"""The registry."""


def canonical_of(kind: str, text: str, kinds: Mapping[str, Canonical] = KINDS) -> str:
    """Return an address of that kind in its one spelling; raise BadAddress where it is none, or the kind is unknown."""
    if kind not in kinds:
        raise BadAddress(f"{kind} is no kind of address; there are {', '.join(kinds)}")
    return kinds[kind](text)
