"""Followers: the colleagues who are told what happens on a record, and of what."""

from __future__ import annotations

from dataclasses import dataclass

from weftmail.core.notification_kind import ALL
from weftmail.core.routing.recipients import Kind


@dataclass(frozen=True, slots=True)
class Follower:
    """A colleague who is told what happens on a record, and how they prefer to be told.

    ``address`` is of email; ``reached_at`` is of the kind that the preferred channel needs.  ``may_act``: they may
    write in the company, and not only read.
    """

    user_id: int
    name: str
    prefers: str
    language: str
    address: str | None
    reached_at: str | None
    may_act: bool = True
    email_for: str = ALL
    """The kinds of notifications that also reach them by the channel that they prefer."""


@dataclass(frozen=True, slots=True)
class RecordFollower(Follower):
    """A follower of a record, of which kinds of entries they are told; of none while they are muted."""

    messages: bool = True
    notes: bool = True
    changes: bool = False
    muted_at: int | None = None
    away: bool = False
    """They are out of office now."""

    @property
    def hears(self) -> frozenset[Kind]:
        """Of which kinds they chose to be told."""
        chosen: dict[Kind, bool] = {"messages": self.messages, "notes": self.notes, "changes": self.changes}
        return frozenset(kind for kind, wanted in chosen.items() if wanted)


@dataclass(frozen=True, slots=True)
class Mentionable(Follower):
    """A colleague whom a note can mention; ``hidden``: records of its type do not exist for them."""

    hidden: bool = False
