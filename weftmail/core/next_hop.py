"""What a mail server's log says of a message of ours that it handed on, and of a mail that it handed over to us."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NextHop:
    """One attempt, for one recipient.  Times are in milliseconds since 1970."""

    sender: str
    """The return path that the message left with: one of ours."""
    recipient: str
    taken: bool
    """The next server took the message; otherwise it is tried again."""
    host: str
    """The next server, as the mail server names it; empty where it could not be reached."""
    relay: bool
    """That server is one that passes mail on for us, not the recipient's own."""
    answer: str
    """The server's words, or why it could not be reached."""
    at: int
    again_at: int = 0
    """When it is tried again, about; 0 where it is not."""


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A mail that the mail server handed over to us for one recipient; ``at`` in milliseconds since 1970."""

    queue_id: str
    recipient: str
    at: int
