"""The registry: every kind that the programs know, by its name.  A new kind is a module, and a line here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from weftmail.flow.due.expiry import Expiry
from weftmail.flow.due.kind import Kind
from weftmail.flow.due.retry import Retry


def registry(kinds: Iterable[Kind]) -> Mapping[str, Kind]:
    """Return the kinds by name."""
    return MappingProxyType({one.name: one for one in kinds})


KINDS = registry((Expiry(), Retry()))
