"""Sign-in: sessions, one-time links and failed attempts; tokens are kept as hashes alone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from weftmail.store.connection import Connection
from weftmail.store.people import User
from weftmail.store.rows import made, many, queries, two


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in with one browser."""

    id: int
    user_id: int
    csrf: str
    device: str
    created_at: int
    seen_at: int
    expires_at: int
    lacks_second_factor: bool
    """A second factor is demanded of the user, and they have none."""
    sending_paused: bool
    """Nothing leaves the installation, which every page says."""
    restored: bool
    """The store was brought back from a backup, and nobody has said yet that email may leave."""


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A session as lists show it."""

    id: int
    device: str
    created_at: int
    seen_at: int
    expires_at: int


Purpose = Literal["sign in", "invitation", "reset", "second factor"]
"""What the one use of a link is."""


@dataclass(frozen=True, slots=True)
class Failures:
    """How often sign-in failed, and when last; 0 where it never did."""

    failures: int
    last_at: int


def digest(token: str) -> str:
    """Return what the store keeps of a token: its SHA-256, so that a copy of the store signs nobody in."""
    return hashlib.sha256(token.encode()).hexdigest()


class Sessions:
    """The sessions of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, token: str, user_id: int, csrf: str, now: int, expires_at: int, device: str = "") -> None:
        """Begin a session with a browser, which ``device`` names."""
        queries.session_add(
            self._connection,
            token_hash=digest(token),
            user_id=user_id,
            csrf=csrf,
            device=device,
            now=now,
            expires_at=expires_at,
        )

    def visitor(self, token: str, now: int) -> tuple[Session, User] | None:
        """Return the session of this token with whose it is, unless it has expired: every request asks for both."""
        return two(Session, User, queries.session_with_user(self._connection, token_hash=digest(token), now=now))

    def end(self, token: str) -> None:
        """End one session."""
        queries.session_remove(self._connection, token_hash=digest(token))

    def seen(self, session_id: int, now: int) -> None:
        """Say that the session is in use."""
        queries.session_seen(self._connection, id=session_id, now=now)

    def of_user(self, user_id: int, now: int) -> list[SessionLine]:
        """Return the sessions of a user, the one used last first."""
        return many(SessionLine, queries.sessions_of_user(self._connection, user_id=user_id, now=now))

    def end_one(self, user_id: int, session_id: int) -> bool:
        """End one session of a user; say whether there was such a one."""
        ended: int = queries.session_remove_by_id(self._connection, user_id=user_id, id=session_id)
        return ended == 1

    def end_others(self, user_id: int, session_id: int) -> int:
        """End all sessions of a user but one; return how many there were."""
        ended: int = queries.sessions_remove_others(self._connection, user_id=user_id, id=session_id)
        return ended

    def end_all(self, user_id: int) -> None:
        """End all sessions of a user, and let no sign-in link of theirs work any more."""
        queries.sessions_remove(self._connection, user_id=user_id)
        queries.sign_in_links_remove(self._connection, user_id=user_id)

    def count(self, user_id: int, now: int) -> int:
        """Return with how many browsers a user is signed in."""
        count: int = queries.sessions_count(self._connection, user_id=user_id, now=now)
        return count

    def expire(self, now: int, failures_before: int) -> None:
        """Remove sessions and links that work no longer, and failed sign-ins from before that time."""
        queries.sessions_expire(self._connection, now=now)
        queries.sign_in_links_expire(self._connection, now=now)
        queries.sign_in_failures_expire(self._connection, before=failures_before)

    def add_link(self, token: str, user_id: int, expires_at: int, purpose: Purpose = "sign in") -> None:
        """Keep a link that works once, for one purpose."""
        queries.sign_in_link_add(
            self._connection, token_hash=digest(token), user_id=user_id, purpose=purpose, expires_at=expires_at
        )

    def end_links(self, user_id: int, purpose: Purpose) -> None:
        """Let no link of a user for this purpose work any more."""
        queries.sign_in_links_remove_of(self._connection, user_id=user_id, purpose=purpose)

    def link_user(self, token: str, now: int, purpose: Purpose = "sign in") -> int | None:
        """Return whom the link would sign in; looking does not use it up."""
        user_id: int | None = queries.sign_in_link_user(
            self._connection, token_hash=digest(token), purpose=purpose, now=now
        )
        return user_id

    def use_link(self, token: str, now: int, purpose: Purpose = "sign in") -> int | None:
        """Return whom the link signs in, and let it work no more; None where it does not work."""
        user_id: int | None = queries.sign_in_link_use(
            self._connection, token_hash=digest(token), purpose=purpose, now=now
        )
        return user_id

    def failed(self, subject: str, now: int) -> int:
        """Count a failed sign-in for a client, for an address from a client, or for a browser; return its id."""
        found: int = queries.sign_in_failure_add(self._connection, subject=subject, now=now)
        return found

    def failures(self, subject: str, since: int) -> Failures:
        """Return how often sign-in failed for the subject since then, and when last."""
        return made(Failures, queries.sign_in_failures(self._connection, subject=subject, since=since))

    def take_back(self, ids: Sequence[int]) -> None:
        """Forget these failures: nothing was tried, or it proved right."""
        queries.sign_in_failure_remove(self._connection, ids=list(ids))

    def forgive(self, subject: str) -> None:
        """Forget the subject's failures."""
        queries.sign_in_failures_clear(self._connection, subject=subject)
