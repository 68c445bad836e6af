"""What cannot be done, as a value: which of the values given does not fit, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as member

from weftmail.core.wording.phrase import Phrase, Value
from weftmail.core.wording.sentences import say


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an act was not carried out; nothing has changed then.

    ``field`` names the value that does not fit, as the act calls it, so that a form shows the sentence beside it; it
    is empty where no single one is to blame.  ``code`` names the sentence in ``wording.refusals`` that ``values``
    fill.
    """

    field: str
    code: str
    values: Mapping[str, Value] = member(default_factory=dict)

    @property
    def phrase(self) -> Phrase:
        """The reason, to be worded for whoever reads it."""
        return Phrase(self.code, self.values)


class RefusedAct(Exception):
    """Carries a refusal out of the transaction that it undoes; acts answer with the refusal itself."""

    def __init__(self, field_: str, code: str, **values: Value) -> None:
        self.refusal = Refusal(field_, code, values)
        super().__init__(f"{code}: {say(self.refusal.phrase)}")
