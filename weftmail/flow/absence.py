"""Out of office: it begins and ends by itself, on days of the person's own time zone; who stands in hears of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import tzinfo

from weftmail.core.wording.phrase import Phrase
from weftmail.flow import day
from weftmail.store.absence import Absence
from weftmail.store.people import User
from weftmail.store.store import Store

ABSENCE = "absence"
"""The kind of what is due when it begins and when it ends, with the number of the user as its key."""


def put(store: Store, user: User, absence: Absence | None, now: int) -> None:
    """Let somebody be away then, or end it; what was set before is over."""
    was = store.absences.get(user.id)
    store.due.remove(ABSENCE, str(user.id))
    if absence is not None:
        absence = replace(absence, away=absence.from_at <= now)
        store.due.put(ABSENCE, str(user.id), _next(absence, now), now)
    store.absences.put(user.id, absence)
    if absence is not None and absence.away and (was is None or _new(was, absence)):
        _notify(store, user, absence, now)


def turn(store: Store, user: User, now: int) -> int | None:
    """Let an absence begin or end whose time has come; return when it turns again."""
    absence = store.absences.get(user.id)
    if absence is None:
        return None
    put(store, user, absence if absence.until_at > now else None, now)
    return _next(absence, now) if absence.until_at > now else None


def in_zone(absence: Absence, was: tzinfo | None, there: tzinfo | None) -> Absence:
    """Return the same days in another time zone."""
    first, last = day.today(absence.from_at, was), day.today(absence.until_at, was)
    return replace(absence, from_at=day.begin(first, there), until_at=day.begin(last, there))


def _next(absence: Absence, now: int) -> int:
    return absence.from_at if absence.from_at > now else absence.until_at


def _new(was: Absence, absence: Absence) -> bool:
    """Whether who stands in has something new to hear."""
    same = (was.until_at, was.substitute_id) == (absence.until_at, absence.substitute_id)
    return not (was.away and same)


def _notify(store: Store, user: User, absence: Absence, now: int) -> None:
    """Tell who stands in that it begins, and until when, in each company in which they do."""
    says = Phrase("notice.away", {"name": user.name, "day": str(day.today(absence.until_at, day.zone(user.zone)))})
    for one in store.users.memberships(user.id):
        people = [found.user_id for found in store.absences.stand_ins(one.company_id, [user.id], "")]
        store.inbox.notify(one.company_id, people, says, now)
