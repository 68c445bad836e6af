"""Signatures of people and teams, in one company each; what stood there before comes back by an undo."""

from __future__ import annotations

from collections.abc import Mapping

from weftmail.core.role import Role
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import find
from weftmail.flow.setup.act import Done, Setup, act
from weftmail.flow.setup.undo import Reverse, check_unchanged
from weftmail.store.audit import AuditRow

MOST_LINES, MOST_LETTERS = 12, 1000


@act
def of_person(setup: Setup, address: str, text: str, *, company: str | None = None) -> Done:
    """Keep what stands below the messages of a colleague; "" for their name alone."""
    whose = find.company(setup.store, company)
    user = find.member(setup.store, address, whose.id, field="who")
    return _kept(setup, whose.id, user.name, text, user_id=user.id)


@act
def of_team(setup: Setup, name: str, text: str, *, company: str | None = None) -> Done:
    """Keep what stands below the messages on a team's records; "" for the name in From."""
    whose = find.company(setup.store, company)
    team = find.team(setup.store, whose.id, name, field="who")
    return _kept(setup, whose.id, team.name, text, team_id=team.id)


def _kept(
    setup: Setup, company_id: int, name: str, text: str, *, user_id: int | None = None, team_id: int | None = None
) -> Done:
    said = "\n".join(line.rstrip() for line in text.strip().splitlines())
    if len(said) > MOST_LETTERS or said.count("\n") >= MOST_LINES:
        raise RefusedAct("signature", "signature_long", lines=MOST_LINES, letters=MOST_LETTERS)
    before = setup.store.signatures.below(company_id, user_id, team_id)
    setup.store.signatures.put(company_id, said, user_id=user_id, team_id=team_id)
    which = {"user_id": user_id, "team_id": team_id}
    was = before.person if user_id is not None else before.team
    return Done("signature.set", company_id, name, {**which, "signature": was}, {**which, "signature": said})


def _back(setup: Setup, row: AuditRow) -> Done | Refusal:
    return _take_back(setup, row)


@act
def _take_back(setup: Setup, row: AuditRow) -> Done:
    company_id = row.company_id or 0
    user_id, team_id = (_number(row, name) for name in ("user_id", "team_id"))
    below = setup.store.signatures.below(company_id, user_id, team_id)
    check_unchanged(row, {**row.now, "signature": below.person if user_id is not None else below.team})
    return _kept(setup, company_id, row.subject, str(row.before["signature"]), user_id=user_id, team_id=team_id)


def _number(row: AuditRow, name: str) -> int | None:
    found = row.now.get(name)
    return found if isinstance(found, int) else None


reverses: Mapping[str, Reverse] = {"signature.set": _back}
undone_by = Role.AGENT
