"""A digest: what waits for one colleague, by the company; ``templates/digest.*`` lay it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from weftmail.core.composing.rendering import render


@dataclass(frozen=True, slots=True)
class DigestLine:
    """One thing that waits, and the address of its page."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class DigestPart:
    """What waits in one company."""

    company: str
    lines: Sequence[DigestLine]


@dataclass(frozen=True, slots=True)
class Closing:
    """How it ends: why somebody gets it, and what stops it, with the address that does."""

    why: str
    stop: str
    url: str


def as_text(parts: Sequence[DigestPart], closing: Closing) -> str:
    """Return it as plain text."""
    return render("digest.txt", parts=parts, closing=closing)


def as_html(parts: Sequence[DigestPart], closing: Closing) -> str:
    """Return it as HTML; whatever it names is escaped."""
    return render("digest.html", parts=parts, closing=closing)
