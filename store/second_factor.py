"""The second factor of users: the sealed key that their app shares with us, and their recovery codes, as hashes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from weftmail.store.connection import Connection
from weftmail.store.rows import one, queries
from weftmail.store.session import digest


@dataclass(frozen=True, slots=True)
class SealedFactor:
    """What is kept of a second factor; it counts once ``confirmed_at`` is set."""

    sealed: str
    last_step: int
    confirmed_at: int | None


class SecondFactors:
    """The second factors of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, user_id: int) -> SealedFactor | None:
        """Return what the user has set up or is about to, if anything."""
        return one(SealedFactor, queries.second_factor(self._connection, user_id=user_id))

    def begin(self, user_id: int, sealed: str, now: int) -> None:
        """Keep the key that the user is about to confirm, in place of any other."""
        queries.second_factor_put(self._connection, user_id=user_id, sealed=sealed, now=now)

    def confirm(self, user_id: int, now: int) -> None:
        """Let it count from now on."""
        queries.second_factor_confirm(self._connection, user_id=user_id, now=now)

    def use_step(self, user_id: int, step: int) -> bool:
        """Use up the codes of this step and of those before it; say whether this one was still to be used."""
        used: int = queries.second_factor_step(self._connection, user_id=user_id, step=step)
        return used == 1

    def remove(self, user_id: int) -> None:
        """Forget the key and the recovery codes."""
        queries.second_factor_remove(self._connection, user_id=user_id)
        queries.recovery_codes_remove(self._connection, user_id=user_id)

    def set_codes(self, user_id: int, codes: Sequence[str]) -> None:
        """Let these recovery codes work, and none of before."""
        queries.recovery_codes_remove(self._connection, user_id=user_id)
        rows = [{"user_id": user_id, "code_hash": digest(one)} for one in codes]
        queries.recovery_codes_add(self._connection, rows)

    def use_code(self, user_id: int, code: str, now: int) -> bool:
        """Use up a recovery code; say whether it was one that still worked."""
        used: int = queries.recovery_code_use(self._connection, user_id=user_id, code_hash=digest(code), now=now)
        return used == 1

    def codes_left(self, user_id: int) -> int:
        """Return how many recovery codes still work."""
        count: int = queries.recovery_codes_left(self._connection, user_id=user_id)
        return count
