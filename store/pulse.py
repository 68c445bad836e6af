"""What moves when a thread does: open pages ask for it often."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pulse:
    """What moves when a thread does: its entries, the newest public one, what is held, the last delivery's move."""

    messages: int | None
    public: int | None
    answerable: int | None
    """The newest public one that a person wrote, and that did not go on to somebody else: the one to be answered."""
    held: int
    changed_at: int | None
    unread_from: int | None = None
    """The first message that the user has not seen who was named; None where they have seen all."""
    unread_number: int | None = None
    """Its number in the record."""
    unread_messages: bool = False
    """The inbox of that user holds a message of it that they have not read."""
    unread_notices: bool = False
    """It holds a notice of it that they have not read."""

    @property
    def notified(self) -> bool:
        """Whether the inbox of that user holds something of it that they have not read."""
        return self.unread_messages or self.unread_notices
