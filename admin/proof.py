"""The password once more, before what somebody could do at a browser that was left open."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from starlette.responses import Response

from weftmail.admin.attempts import of_user
from weftmail.admin.page import Hashed
from weftmail.admin.visit import Visit
from weftmail.core.wording.phrase import marked

WRONG = marked("This is not your password.")
TOO_MANY = marked("Too many attempts. Try again in a few minutes.")

T = TypeVar("T")


def with_password(
    visit: Visit,
    password: str,
    refused: Callable[[Visit, str], Response],
    then: Callable[[Visit, T], Response],
    work: Callable[[], T],
) -> Response | Hashed:
    """Answer with ``then`` where it is the visitor's password, or they have none; else with ``refused`` and why.

    ``work`` is done in the lane of hashes as well, and handed to ``then``.  Every attempt counts until it has proved
    right.
    """
    store, counted = visit.store, of_user(visit.user.id)
    with store.transaction():
        if counted.wait(store, visit.now):
            return refused(visit, TOO_MANY)
        failures = counted.count(store, visit.now)
    kept, passwords = store.users.password(visit.user.id), visit.site.passwords

    def compared() -> T | None:
        return work() if kept is None or passwords.check(kept, password) else None

    def decided(again: Visit, made: T | None) -> Response:
        # It may have changed while it was compared.
        if made is None or again.store.users.password(again.user.id) != kept:
            return refused(again, WRONG)
        again.store.sessions.take_back(failures)
        return then(again, made)

    return Hashed(compared, decided)
