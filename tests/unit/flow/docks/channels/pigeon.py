"""Pigeons fly from loft to loft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from weftmail.core.ports import Outcome, Sent
from weftmail.flow.channels.channel import Means
from weftmail.store.outbox import Claimed


class Pigeons:
    """Fulfils ``Channel``."""

    name = "pigeon"

    def __init__(self, means: Means) -> None:
        self.means = means
        self.flown: list[tuple[int, int | None, tuple[str, ...]]] = []
        self.answers: dict[str, Outcome] = {}

    def prepare(self, claimed: Claimed) -> None:
        """A pigeon needs no time."""

    def send(self, claimed: Claimed, addresses: Sequence[str]) -> Mapping[str, Outcome]:
        self.flown.append((claimed.message_id, claimed.contact_id, tuple(addresses)))
        return {one: self.answers.get(one, Sent("landed")) for one in addresses}


channel = Pigeons
