"""A sentence as a value: its code and what it tells of, without any words yet.

Whatever is stored or returned (a notice, an event, a reason, a line of a trace, a refusal) is a ``Phrase``.  The words
come from one table of English sentences by code, and from a translator of the reader's language.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Value = str | int

Translate = Callable[[str], str]
"""Returns a sentence in another language, its placeholders kept; the English one where it knows no other."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """``code`` names a sentence of ``sentences.SENTENCES``; ``values`` fill its placeholders."""

    code: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def as_json(self) -> str:
        """Return the phrase as it is stored."""
        return json.dumps({"code": self.code, "values": dict(self.values)}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Phrase:
        """Return the phrase that ``as_json`` wrote."""
        found = json.loads(text)
        return cls(found["code"], found["values"])


def marked(sentence: str) -> str:
    """Return the sentence as it is; its name marks it for extraction into the catalogues."""
    return sentence


def english(sentence: str) -> str:
    """Translate into English: the sentences are written in it."""
    return sentence
