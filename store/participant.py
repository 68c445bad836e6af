"""Participants: the outsiders in the conversation of a record."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Participant:
    """An outsider in the conversation; with a ``message_id``, in that message alone.

    ``refuses`` is why nothing is sent to their address (``Suppression.why``), None where they get what is sent.
    """

    contact_id: int
    name: str
    address: str | None
    message_id: int | None
    reason: str
    refuses: str | None = None


@dataclass(frozen=True, slots=True)
class NewParticipant:
    """A contact who is about to take part, and why; with a ``message_id``, in that message alone."""

    contact_id: int
    reason: str
    message_id: int | None = None
