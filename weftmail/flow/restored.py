"""A store that was brought back from a backup: nothing leaves, and nothing that is due happens, until a person says so.

What waited when the backup was made may have left in the hours after it; sent again, a customer reads it twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from weftmail.flow.refusal import RefusedAct
from weftmail.flow.running import PAUSED
from weftmail.flow.setup.act import Done, Setup, act
from weftmail.store.store import Store

__all__ = ["BroughtBack", "mark", "release", "restored"]

_SETTING = "restored"
"""When the backup was made and when it was brought back: two times in milliseconds, with a blank between them."""


@dataclass(frozen=True, slots=True)
class BroughtBack:
    """The store is that of a backup; times in milliseconds since 1970."""

    made_at: int
    at: int


def mark(store: Store, made_at: int, now: int) -> None:
    """Say of the store that it was brought back, and pause sending."""
    with store.transaction():
        store.settings.put(_SETTING, f"{made_at} {now}")
        store.settings.put(PAUSED.name, "1")


def restored(store: Store) -> BroughtBack | None:
    """Return of when the backup is, while nobody has released it; None for a store that goes its way."""
    made_at, blank, at = (store.settings.get(_SETTING) or "").partition(" ")
    return BroughtBack(int(made_at), int(at)) if blank else None


@act
def release(setup: Setup) -> Done:
    """Let messages leave and what is due happen again; raises RefusedAct where there is nothing to release."""
    found = restored(setup.store)
    if found is None:
        raise RefusedAct("", "not_restored")
    setup.store.settings.remove(_SETTING)
    setup.store.settings.put(PAUSED.name, "0")
    moment = datetime.fromtimestamp(found.made_at / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return Done(
        "backup.release", None, moment, {"made_at": found.made_at}, {"made_at": found.made_at, "released": "yes"}
    )
