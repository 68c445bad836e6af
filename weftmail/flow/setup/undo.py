"""Taking an act back: each module of set-up says by itself which of its acts can be, and how.

What is taken back is a row of the audit log, so it can be done at any later time, as long as what the act left has not
been changed since; and it is an act like every other one, which can be taken back, too.

Pages offer what nothing has overtaken: ``traces`` compares each act with what was done since to the same thing.

A module offers ``reverses``, a function for each act that can be undone, and where others than admins may undo them,
``undone_by``.  Why any other act cannot be undone is said by ``weftmail.core.wording.acts.FINAL``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from weftmail.core.members import members
from weftmail.core.role import Role
from weftmail.core.wording import acts
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup.act import Done, FieldChange, Fields, Setup
from weftmail.store.audit import AuditRow
from weftmail.store.store import Store

Reverse = Callable[[Setup, AuditRow], Done | Refusal]
"""Takes back the act that a row of the audit log tells of; itself an act."""


@dataclass(frozen=True, slots=True)
class Reversal:
    """How acts of one name are undone, and who may."""

    undo: Reverse
    role: Role


@dataclass(frozen=True, slots=True)
class Trace:
    """An act that was carried out, as the audit log keeps it."""

    row: AuditRow
    latest: bool = True
    """Whether nothing later is known that would have to be undone first."""

    @property
    def says(self) -> Phrase:
        """What was done."""
        return acts.done(self.row.act, self.row.subject, self.row.before, self.row.now)

    @property
    def changes(self) -> tuple[FieldChange, ...]:
        """What it changed from what to what; nothing where something was made or removed."""
        row = self.row
        if not (row.before and row.now):
            return ()
        return Done(row.act, row.company_id, row.subject, row.before, row.now).changes

    @property
    def notified(self) -> str:
        """Who was notified already of what was taken back; "" where nobody was."""
        return notified(self.row.now)

    def waits(self, now: int) -> bool:
        """Say whether what it sends has not left yet: to undo it now takes it back from everybody."""
        leaves_at = self.row.now.get("leaves_at")
        return isinstance(leaves_at, int) and leaves_at > now

    @property
    def final(self) -> Phrase | None:
        """Why it cannot be undone; None where it can."""
        return None if self.row.act in _reversals() else acts.final(self.row.act)

    def undoable_by(self, role: Role) -> bool:
        """Say whether somebody in that role may undo it; what belongs to no single company is the owner's."""
        reversal = _reversals().get(self.row.act)
        least = Role.READER if self.row.company_id is not None else Role.OWNER
        return reversal is not None and role >= max(reversal.role, least)

    def offered_to(self, role: Role) -> bool:
        """Say whether to offer somebody in that role to undo it: they may, and it was not undone or overtaken."""
        return self.latest and self.undoable_by(role)


def trace(store: Store, audit_id: int) -> Trace | None:
    """Return the act of this number."""
    row = store.audit.get(audit_id)
    return None if row is None else Trace(row)


def traces(store: Store, company_id: int | None, rows: Sequence[AuditRow]) -> list[Trace]:
    """Return acts of one company, or of the installation, with what was done since to the same things."""
    open_ = [row for row in rows if row.act in _reversals()]
    names = sorted({name for row in open_ for name in _names(row)})
    later = store.audit.later(company_id, names, min(row.id for row in open_), LATER) if open_ else []
    return [Trace(row, latest=not any(_overtakes(one, row) for one in later)) for row in rows]


LATER = 500
"""Of what was done since to the things of a page of acts, so many rows are looked at, newest first."""
_FAMILIES = {"membership": "user", "inbound": "review"}
"""Nouns whose acts are about the same things as those of another noun."""
_ABOUT = ("id", "user", "address")
"""What tells things apart that have one name in the log; the first of them that both acts state."""


def _overtakes(later: AuditRow, row: AuditRow) -> bool:
    """Say whether a later act changed what an act has left."""
    if later.id <= row.id or not _names(later) & _names(row) or _family(later) != _family(row):
        return False
    left, touched = _said(row), _said(later)
    apart = next((name for name in _ABOUT if name in left and name in touched), None)
    if apart is not None and left[apart] != touched[apart]:
        return False
    was, became = later.before, later.now
    changed = any(was.get(name) != became.get(name) for name in left if not name.endswith("_at"))
    return changed or later.act.split(".")[0] != row.act.split(".")[0]


def _names(row: AuditRow) -> set[str]:
    """Return what the thing of an act is called, before it and since."""
    found = {row.subject, row.before.get("name"), row.now.get("name")}
    return {one for one in found if isinstance(one, str)}


def _family(row: AuditRow) -> str:
    noun = row.act.split(".")[0]
    return _FAMILIES.get(noun, noun)


def _said(row: AuditRow) -> Fields:
    return {**row.before, **row.now}


def undo(setup: Setup, audit_id: int) -> Done | Refusal:
    """Take back the act of this number.

    Refused where there is none, where it cannot be taken back, where it was taken back already, and where its thing has
    been changed since.
    """
    row = setup.store.audit.get(audit_id)
    if row is None:
        return Refusal("", "no_such_act", {"number": audit_id})
    reversal = _reversals().get(row.act)
    if reversal is None:
        why = acts.final(row.act)
        return Refusal("", "not_undoable_but", {"why": why}) if why is not None else Refusal("", "not_undoable")
    done = reversal.undo(setup, row)
    if isinstance(done, Refusal) and _undone(setup.store, row):
        return Refusal("", "undone_already", {"subject": row.subject})
    return done


def _undone(store: Store, row: AuditRow) -> bool:
    """Say whether the newest act on its thing put back what stood before this one."""
    later = store.audit.later(row.company_id, sorted(_names(row)), row.id, LATER)
    newest = next((one for one in later if _overtakes(one, row)), None)
    return newest is not None and _puts_back(newest, row)


def _puts_back(later: AuditRow, row: AuditRow) -> bool:
    # What was erased for good is gone, not undone.
    if later.act.endswith(".erase") or not (row.before or row.now):
        return False
    if not (row.before and row.now):
        sides = ((later.now, row.before), (later.before, row.now))
        return all(bool(one) == bool(other) and _agree(one, other) for one, other in sides)
    changed = {name for name in _said(row) if row.before.get(name) != row.now.get(name) and not name.endswith("_at")}
    there = [later.before.get(name) == row.now.get(name) for name in changed]
    back = [later.now.get(name) == row.before.get(name) for name in changed]
    return bool(changed) and all(there) and all(back)


def _agree(one: Fields, other: Fields) -> bool:
    """Say whether two acts say the same of what both name; times do not count."""
    return all(one[name] == other[name] for name in one.keys() & other.keys() if not name.endswith("_at"))


def notified(now: Fields) -> str:
    """Return the names of those who were notified already of what an act took back; "" where nobody was."""
    names = now.get("notified")
    return ", ".join(names) if isinstance(names, list) else ""


def check_unchanged(row: AuditRow, now: Fields) -> None:
    """Refuse to take an act back whose thing is not as the act left it; times of change do not count."""
    left = {name: value for name, value in row.now.items() if not name.endswith("_at")}
    if any(now.get(name) != value for name, value in left.items()):
        raise RefusedAct("", "changed_since", subject=row.subject)


@cache
def _reversals() -> Mapping[str, Reversal]:
    roles = members("weftmail.flow.setup", "undone_by")
    found: dict[str, Reversal] = {}
    for name, offered in members("weftmail.flow.setup", "reverses").items():
        found |= {act: Reversal(undo, roles.get(name, Role.ADMIN)) for act, undo in offered.items()}
    return found
