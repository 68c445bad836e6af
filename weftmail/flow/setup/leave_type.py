"""Leaving a type: a colleague follows no longer any of its records that they follow now.

New records of the type come to them as before, by the alias or the team that opens them.  The records say nothing of
it, because hundreds of them would; the audit log names each.
"""

from __future__ import annotations

from weftmail.core.role import Role
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import find
from weftmail.flow.setup.act import Done, Setup, act
from weftmail.store.audit import AuditRow


@act
def leave(setup: Setup, type_: str, address: str, *, company: str | None = None) -> Done:
    """Let a colleague follow no record of this type any longer."""
    store = setup.store
    whose, user = find.company(store, company), find.user(store, address)
    kept = find.record_type(store, whose.id, type_, field="type")
    left = store.ownership.followed_of_type(whose.id, user.id, kept)
    if not left:
        raise RefusedAct("type", "follows_none", name=user.name, type=kept)
    store.ownership.unfollow(whose.id, [one.id for one in left], user.id, setup.clock())
    labels = [one.name for one in left]
    return Done(
        "follower.leave_type", whose.id, kept, {"user": address, "follows": labels}, {"user": address, "follows": []}
    )


@act
def _return(setup: Setup, row: AuditRow) -> Done:
    """Let them follow again what they left, of what they were told before."""
    store = setup.store
    whose, user = find.company(store, row.company), find.user(store, row.before["user"], field="")
    records = [find.record(store, one, row.company, field="") for one in row.before["follows"]]
    store.ownership.follow_again(whose.id, [one.id for one in records], user.id)
    return Done("follower.return_type", whose.id, row.subject, row.now, row.before)


def _leave_again(setup: Setup, row: AuditRow) -> Done | Refusal:
    return leave(setup, row.subject, row.now["user"], company=row.company)


reverses = {"follower.leave_type": _return, "follower.return_type": _leave_again}
undone_by = Role.AGENT
