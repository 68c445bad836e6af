"""Deliveries: one message to one person by one channel."""

from __future__ import annotations

from dataclasses import dataclass

from weftmail.core.limits import QUEUE_LIFETIME


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """One person whom a message goes to, by one channel: a user or a contact, and the copy that carries it."""

    channel: str
    address: str = ""
    user_id: int | None = None
    contact_id: int | None = None
    outbox_id: int | None = None
    mentioned: bool = False
    failure_of: int | None = None
    """In the inbox: the message of which this one tells that it did not arrive."""
    stands_in_for: str = ""
    """The colleague who is out of office and for whom this one is told."""


def person(user_id: int | None, contact_id: int | None) -> str:
    """Return what a delivery calls somebody, so that each person has one row a channel."""
    return f"user:{user_id}" if user_id is not None else f"contact:{contact_id}"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one person by one channel, and how far it got."""

    id: int
    message_id: int
    person: str
    user_id: int | None
    contact_id: int | None
    name: str
    channel: str
    address: str
    state: str
    reason: str
    changed_at: int
    mentioned: bool = False
    """The message mentions this colleague."""
    host: str = ""
    """The server that took it or put it off, as the mail server's log names it."""
    again_at: int = 0
    """When the mail server tries again, about; 0 where it does not."""

    outbox_id: int | None = None

    def is_quiet(self, now: int) -> bool:
        """Say whether it left so long ago that a failure would have been reported by now, and none was."""
        return self.state == "sent" and now - self.changed_at > QUEUE_LIFETIME
