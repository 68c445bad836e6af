"""The sum of what came in: what each part of it is called, on pages and in the shell alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from weftmail.core.wording.phrase import Phrase
from weftmail.store.inbound import Tally

SAID = {
    "filed": Phrase("came.filed"),
    "reports": Phrase("came.reports"),
    "duplicates": Phrase("came.duplicates"),
    "held": Phrase("came.held"),
    "unmatched": Phrase("came.unmatched"),
    "errors": Phrase("came.errors"),
    "discarded": Phrase("came.discarded"),
    "unfiled": Phrase("came.unfiled"),
}
"""What the log has of a mail: each part by the name of its count, in the order of the sum."""
ACCEPTED = Phrase("came.accepted")
RECEIVED = Phrase("came.received")
SPOOL = Phrase("came.spool")
DEFERRED = Phrase("came.deferred")


@dataclass(frozen=True, slots=True)
class Summand:
    """One part of the sum: its name, how many mails it has, and what it is called."""

    name: str
    count: int
    says: Phrase


def parts(tally: Tally) -> Sequence[Summand]:
    """Return the parts of what was accepted, in the order of the sum."""
    return [Summand(name, getattr(tally, name), says) for name, says in SAID.items()]
