"""Sign-in: sessions, one-time links and failed attempts; tokens are kept as hashes alone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from weftmail.store.connection import Connection
from weftmail.store.rows import made, one, queries


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in with one browser."""

    user_id: int
    csrf: str
    created_at: int
    expires_at: int


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

    def add(self, token: str, user_id: int, csrf: str, now: int, expires_at: int) -> None:
        """Begin a session."""
        queries.session_add(
            self._connection,
            token_hash=digest(token),
            user_id=user_id,
            csrf=csrf,
            now=now,
            expires_at=expires_at,
        )

    def get(self, token: str, now: int) -> Session | None:
        """Return the session of this token, unless it has expired."""
        return one(Session, queries.session_by_hash(self._connection, token_hash=digest(token), now=now))

    def end(self, token: str) -> None:
        """End one session."""
        queries.session_remove(self._connection, token_hash=digest(token))

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

    def add_link(self, token: str, user_id: int, expires_at: int) -> None:
        """Keep a one-time sign-in link."""
        queries.sign_in_link_add(self._connection, token_hash=digest(token), user_id=user_id, expires_at=expires_at)

    def link_user(self, token: str, now: int) -> int | None:
        """Return whom the link would sign in; looking does not use it up."""
        user_id: int | None = queries.sign_in_link_user(self._connection, token_hash=digest(token), now=now)
        return user_id

    def use_link(self, token: str, now: int) -> int | None:
        """Return whom the link signs in, and let it work no more; None where it does not work."""
        user_id: int | None = queries.sign_in_link_use(self._connection, token_hash=digest(token), now=now)
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
