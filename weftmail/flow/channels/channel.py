"""The contract between the outbox and a channel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from weftmail.core.ports import Outcome
from weftmail.store.outbox import Claimed


class Channel(Protocol):
    """One way by which messages reach people."""

    @property
    def name(self) -> str:
        """Its row in the table ``channel``, which says what kind of address it needs."""
        ...

    def send(self, claimed: Claimed, addresses: Sequence[str]) -> Mapping[str, Outcome]:
        """Hand a copy over for these addresses; return one outcome for each of them.

        Never raises for what the other side says or for a connection that fails: that is Deferred for everybody whom it
        concerns.  Whatever cannot succeed, however often it is tried, is Refused.  Writes nothing: the sender settles.
        """
        ...


def registry(channels: Iterable[Channel]) -> Mapping[str, Channel]:
    """Return the channels by name."""
    return MappingProxyType({one.name: one for one in channels})
