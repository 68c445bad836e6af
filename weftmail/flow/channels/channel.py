"""The contract between the outbox and a channel."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from weftmail.core.composing.dkim import SigningKey
from weftmail.core.ports import Outcome, Submitter
from weftmail.core.ways import Ways
from weftmail.flow.installation import Installation
from weftmail.store.outbox import Claimed
from weftmail.store.store import Store

Keys = Callable[[str], Sequence[SigningKey]]
"""Returns the signing keys of a domain; none where it has none yet."""


class Meanwhile:
    """What is done while a mail server writes a mail down: one piece of work, given anew for each mail."""

    def __init__(self) -> None:
        self._work: Callable[[], None] | None = None

    def give(self, work: Callable[[], None] | None) -> None:
        """Let this be done next, in place of what was given before; it never raises."""
        self._work = work

    def __call__(self) -> None:
        """Do what was given, once."""
        work, self._work = self._work, None
        if work is not None:
            work()


@dataclass(frozen=True, slots=True)
class Means:
    """What a program has that a channel may need."""

    store: Store
    installation: Installation
    submitter: Submitter
    """Hands emails to the mail server of this machine."""
    keys: Keys
    ways: Ways | None = None
    """Lead to other mail servers as well; None where there is that of this machine alone."""


class Channel(Protocol):
    """One way by which messages reach people."""

    @property
    def name(self) -> str:
        """Its row in the table ``channel``, which says what kind of address it needs."""
        ...

    def prepare(self, claimed: Claimed) -> None:
        """Do what can be done before the copy's turn, while the one before it is under way; ``send`` does the rest.

        Never raises: what goes wrong is raised by ``send``.  Writes nothing.
        """
        ...

    def send(self, claimed: Claimed, addresses: Sequence[str]) -> Mapping[str, Outcome]:
        """Hand a copy over for these addresses; return one outcome for each of them.

        Never raises for what the other side says or for a connection that fails: that is Deferred for everybody whom it
        concerns.  Whatever cannot succeed, however often it is tried, is Refused.  Writes nothing: the sender settles.
        """
        ...
