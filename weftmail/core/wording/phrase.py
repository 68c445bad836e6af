"""A sentence as a value: its code and what it tells of, without any words yet.

Whatever is stored or returned (a notice, an event, a reason, a line of a trace, a refusal) is a ``Phrase``.  The words
come from one table of English sentences by code, and from a translator of the reader's language.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Union

Value = Union[str, int, "Phrase"]
"""What fills a placeholder; a phrase is worded in the reader's language, too."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """``code`` names a sentence of ``sentences.SENTENCES``; ``values`` fill its placeholders."""

    code: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """Return the phrase as a plain object, as JSON members show it."""
        return {"code": self.code, "values": {name: _plain(value) for name, value in self.values.items()}}

    @classmethod
    def from_plain(cls, found: Mapping[str, Any]) -> Phrase:
        """Return the phrase that ``plain`` gave."""
        return cls(found["code"], {name: _read(value) for name, value in found["values"].items()})

    def as_json(self) -> str:
        """Return the phrase as it is stored."""
        return json.dumps(self.plain(), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Phrase:
        """Return the phrase that ``as_json`` wrote."""
        return cls.from_plain(json.loads(text))


def _plain(value: Value) -> object:
    return value.plain() if isinstance(value, Phrase) else value


def _read(value: Any) -> Value:
    found: Value = Phrase.from_plain(value) if isinstance(value, dict) else value
    return found


@dataclass(frozen=True, slots=True)
class Plural:
    """A sentence that counts: its two English forms; the placeholder ``count`` chooses."""

    one: str
    many: str


Sentence = str | Plural


def marked(sentence: str) -> str:
    """Return the sentence as it is; its name marks it for extraction into the catalogues."""
    return sentence


def counted(one: str, many: str) -> Plural:
    """Return a sentence that counts; its name marks both forms for extraction."""
    return Plural(one, many)
