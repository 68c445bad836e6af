"""Ways: how a user likes to work on the pages, such as which page comes after an answer."""

from __future__ import annotations

from dataclasses import replace

from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import find
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.store.people import User

AFTER_SEND = ("keep", "close", "wait")
THEN_SHOW = ("stay", "next", "list")
LONGEST_UNDO = 60
"""Seconds for which what somebody sends can wait."""


@act
def change(
    setup: Setup,
    address: str,
    *,
    after_send: str | None = None,
    then_show: str | None = None,
    shortcuts: bool | None = None,
    undo_seconds: int | None = None,
) -> Done:
    """Keep what the user chose; what is not given stays."""
    found = find.user(setup.store, address)
    if undo_seconds is not None and not 0 <= undo_seconds <= LONGEST_UNDO:
        raise RefusedAct("undo_seconds", "undo_seconds_out", most=LONGEST_UNDO)
    changed = replace(
        found,
        after_send=found.after_send if after_send is None else find.choice("after_send", after_send, AFTER_SEND),
        then_show=found.then_show if then_show is None else find.choice("then_show", then_show, THEN_SHOW),
        shortcuts=found.shortcuts if shortcuts is None else shortcuts,
        undo_seconds=found.undo_seconds if undo_seconds is None else undo_seconds,
    )
    setup.store.users.set_ways(
        found.id, changed.after_send, changed.then_show, shortcuts=changed.shortcuts, undo_seconds=changed.undo_seconds
    )
    return Done("user.ways", None, found.name, _fields(found), _fields(changed))


def _fields(user: User) -> Fields:
    names = ("after_send", "then_show", "shortcuts", "undo_seconds")
    return {name: getattr(user, name) for name in names}
