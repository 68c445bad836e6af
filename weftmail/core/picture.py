"""A file as a picture: what is to be drawn of it, and what came of that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from weftmail.core.limits import VIEW_SIZE
from weftmail.core.parsing.file_type import IMAGES

PDF: Final = "application/pdf"
DRAWN: Final = IMAGES | {PDF}
"""The types of files that can be drawn."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Which page of a file is to be drawn, from 1, and how many pixels it may be wide and high."""

    page: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A page of a file, drawn: an image in WebP, and how many pages the file has."""

    content: bytes
    width: int
    height: int
    pages: int


@dataclass(frozen=True, slots=True)
class NoPicture:
    """Nothing could be drawn: it is locked with a password, has too many pixels, lacks that page, or is broken."""

    why: Literal["locked", "large", "no page", "broken"]


def can_be_drawn(content_type: str, size: int) -> bool:
    """Say whether a file is of a type and size that are drawn."""
    return content_type.lower() in DRAWN and 0 < size <= VIEW_SIZE
