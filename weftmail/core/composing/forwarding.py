"""The words of a message that is sent on to somebody: whose they are, then the words themselves, as plain text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from weftmail.core.composing import fields
from weftmail.core.tokens.reply_token import mask
from weftmail.core.wording.language import Language
from weftmail.core.wording.phrase import Phrase
from weftmail.core.wording.sentences import say


@dataclass(frozen=True, slots=True)
class ForwardedWords:
    """The message; ``to`` names its recipients, ``date`` is in milliseconds."""

    author: str
    date: int
    subject: str
    to: Sequence[str]
    text: str


def forwarded(one: ForwardedWords, language: Language) -> str:
    """Return what stands below the words of whoever forwards; no reply address of ours goes along."""
    head = [
        ("from", one.author),
        ("date", fields.date(one.date)),
        ("subject", one.subject),
        ("to", ", ".join(one.to)),
    ]
    title = f"---------- {say(Phrase('mail.forwarded'), language)} ----------"
    lines = [say(Phrase(f"mail.forwarded.{name}", {"value": value}), language) for name, value in head if value]
    return mask("\n".join([title, *lines, "", one.text.strip(), ""]))
