"""The second factor at the door: a code of the app, or one of the recovery codes; each works once."""

from __future__ import annotations

import base64
import re

from weftmail.core.tokens import one_time_code
from weftmail.core.tokens.keys import Keyring
from weftmail.store.store import Store

CODES = 10
"""Recovery codes of one user."""
CODE_BYTES = 10

_GAPS = re.compile(r"[\s-]")


def is_on(store: Store, user_id: int) -> bool:
    """Say whether signing in as this user takes a code."""
    factor = store.second_factors.get(user_id)
    return factor is not None and factor.confirmed_at is not None


def accepts(store: Store, keyring: Keyring, user_id: int, text: str, now: int) -> bool:
    """Say whether this is a code that works, and use it up; to be called in the transaction of what it lets happen."""
    return is_on(store, user_id) and (
        uses_app(store, keyring, user_id, text, now) or store.second_factors.use_code(user_id, plain(text), now)
    )


def uses_app(store: Store, keyring: Keyring, user_id: int, text: str, now: int) -> bool:
    """Say whether this is a code of the app for now, and use it up; the app need not be confirmed yet."""
    factor = store.second_factors.get(user_id)
    secret = one_time_code.unseal(keyring, factor.sealed, user_id) if factor is not None else None
    step = one_time_code.step_of(secret, plain(text), now) if secret is not None else None
    return step is not None and store.second_factors.use_step(user_id, step)


def recovery_codes(random: bytes) -> list[str]:
    """Return recovery codes as people keep them, in groups of four; ``random``: 100 bytes that nobody can guess."""
    pieces = [random[at : at + CODE_BYTES] for at in range(0, CODES * CODE_BYTES, CODE_BYTES)]
    texts = [base64.b32encode(one).decode("ascii").lower() for one in pieces]
    return ["-".join(one[at : at + 4] for at in range(0, len(one), 4)) for one in texts]


def plain(code: str) -> str:
    """Return a code as it is compared: without blanks and hyphens, in small letters."""
    return _GAPS.sub("", code).lower()
