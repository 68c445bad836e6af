"""Out of office: from a day, until the day on which somebody is back, and who stands in for them meanwhile."""

from __future__ import annotations

from datetime import date

from weftmail.core.role import Role
from weftmail.flow import absence, day
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import find, membership
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.flow.setup.undo import check_unchanged
from weftmail.store.absence import Absence
from weftmail.store.audit import AuditRow
from weftmail.store.people import User
from weftmail.store.store import Store


@act
def leave(setup: Setup, address: str, until: str, *, from_: str = "", substitute: str = "") -> Done:
    """Let somebody be away from a day, else from today, until the day on which they are back.

    ``substitute`` is a colleague by an address.  Raises RefusedAct for days that are none, are over or do not follow
    each other, and for a substitute who works in none of their companies or is the person themselves.
    """
    store = setup.store
    found = find.active_user(store, address)
    zone = day.zone(found.zone)
    today = day.today(setup.clock(), zone)
    first = day.named("away_from", from_) if from_.strip() else today
    back = day.named("away_until", until)
    if back <= max(first, today):
        raise RefusedAct("away_until", "back_too_early", day=back.isoformat())
    stands_in = _substitute(store, found, substitute) if substitute.strip() else None
    wanted = Absence(day.begin(first, zone), day.begin(back, zone), stands_in)
    return _put(setup, "user.away", found, wanted)


@act
def back(setup: Setup, address: str) -> Done:
    """Let somebody be here again, or not be away as was planned.  Raises RefusedAct where nothing of it is known."""
    found = find.user(setup.store, address)
    if setup.store.absences.get(found.id) is None:
        raise RefusedAct("", "not_away", name=found.name)
    return _put(setup, "user.back", found, None)


def _substitute(store: Store, user: User, text: str) -> int:
    found = find.active_user(store, text, field="substitute")
    if found.id == user.id:
        raise RefusedAct("substitute", "substitute_self")
    if not store.users.writes_in(found.id) & {one.company_id for one in store.users.memberships(user.id)}:
        raise RefusedAct("substitute", "substitute_elsewhere", name=found.name, address=text)
    return found.id


def _put(setup: Setup, name: str, user: User, wanted: Absence | None) -> Done:
    store, was = setup.store, said(setup.store, user)
    absence.put(store, user, wanted, setup.clock())
    return Done(name, membership.home(store, user), user.name, was, said(store, user))


def said(store: Store, user: User) -> Fields:
    """Return what is said of somebody's absence: its days, and who stands in."""
    found, zone = store.absences.get(user.id), day.zone(user.zone)
    if found is None:
        return {"id": user.id, "away_from": None, "away_until": None, "substitute": None}
    return {
        "id": user.id,
        "away_from": day.today(found.from_at, zone).isoformat(),
        "away_until": day.today(found.until_at, zone).isoformat(),
        "substitute": next(iter(store.users.addresses(found.substitute_id)), None) if found.substitute_id else None,
    }


@act
def _back(setup: Setup, row: AuditRow) -> Done:
    store = setup.store
    found = membership.by_id(store, row)
    check_unchanged(row, said(store, found))
    before, zone = row.before, day.zone(found.zone)
    name = "user.away" if row.act == "user.back" else "user.back"
    if before["away_until"] is None:
        return _put(setup, name, found, None)
    first, last = (day.begin(date.fromisoformat(before[one]), zone) for one in ("away_from", "away_until"))
    if last <= setup.clock():
        raise RefusedAct("", "changed_since", subject=row.subject)
    substitute = store.users.by_address(before["substitute"]) if before["substitute"] else None
    wanted = Absence(first, last, substitute.id if substitute is not None else None)
    return _put(setup, name, found, wanted)


reverses = {"user.away": _back, "user.back": _back}
undone_by = Role.READER
