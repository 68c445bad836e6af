"""Sessions that somebody ends for themselves, in one browser or in all others."""

from __future__ import annotations

from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import find, membership
from weftmail.flow.setup.act import Done, Setup, act


@act
def end(setup: Setup, address: str, session_id: int) -> Done:
    """End one session of the user."""
    found = find.user(setup.store, address)
    there = {one.id: one.device for one in setup.store.sessions.of_user(found.id, setup.clock())}
    if not setup.store.sessions.end_one(found.id, session_id):
        raise RefusedAct("", "no_such_session")
    home = membership.home(setup.store, found)
    return Done("session.end", home, found.name, {"browser": there.get(session_id, "")})


@act
def end_others(setup: Setup, address: str, session_id: int) -> Done:
    """End all sessions of the user but this one."""
    found = find.user(setup.store, address)
    count = setup.store.sessions.end_others(found.id, session_id)
    home = membership.home(setup.store, found)
    return Done("session.end_others", home, found.name, {"sessions": count + 1}, {"sessions": 1})
