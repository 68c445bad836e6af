"""What kind of address a person has, and the one spelling in which the store keeps it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from weftmail.core.address import BadAddress
from weftmail.core.members import members

Canonical = Callable[[str], str]
"""Returns the one spelling of an address; raises BadAddress for what is none."""

KINDS: Final[Mapping[str, Canonical]] = members("weftmail.core.address_kinds", "canonical")


def canonical_of(kind: str, text: str, kinds: Mapping[str, Canonical] = KINDS) -> str:
    """Return an address of that kind in its one spelling; raise BadAddress where it is none, or the kind is unknown."""
    if kind not in kinds:
        raise BadAddress(f"{kind} is no kind of address; there are {', '.join(kinds)}")
    return kinds[kind](text)
