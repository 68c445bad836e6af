"""Files of messages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NewAttachment:
    """A file about to be added to a message; its bytes are stored already."""

    blob_id: int
    filename: str
    content_type: str
    content_id: str | None = None
    inline: bool = False
    card: str = ""
    """What a calendar says, as ``core/calendar_card`` keeps it."""


@dataclass(frozen=True, slots=True)
class RecordFile:
    """A file of a record as a list of all shows it; ``file`` is its number within the message ``number``."""

    id: int
    message_id: int
    filename: str
    content_type: str
    size: int
    number: int
    author_name: str
    author_address: str
    author_user_id: int | None
    created_at: int
    file: int
    card: str


@dataclass(frozen=True, slots=True)
class StoredAttachment:
    """A file of a message; its bytes are a blob."""

    id: int
    message_id: int
    blob_id: int
    filename: str
    content_type: str
    content_id: str | None
    inline: bool
    size: int
    sha256: str
    card: str = ""
