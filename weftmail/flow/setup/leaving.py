"""A message that leaves at a time: in its author's undo time, or when they said; until then it can be taken back.

The draft is the message until it leaves, so that nothing has to be undone but that.  Whoever comes first, the runner
that sends it or the person who takes it back, finds it; the other one finds nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from weftmail.core.role import Role
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.flow.setup.undo import Reverse
from weftmail.flow.written import give_back
from weftmail.store.audit import AuditRow
from weftmail.store.draft import StoredDraft
from weftmail.store.record import Record

DUE: Final = "send"
"""The kind of what is due when a message leaves, with the number of its draft as its key."""


@dataclass(frozen=True, slots=True)
class LeavesLater(Done):
    """A message that leaves at a time; ``draft_id`` is its draft."""

    draft_id: int = 0


@act
def leave(
    setup: Setup, company_id: int, draft_id: int, at: int, *, scheduled: bool = False, unless_answered: bool = False
) -> LeavesLater:
    """Let the draft leave at a time; what was to leave already does so then."""
    draft = _own(setup, company_id, draft_id)
    label, now = _label(setup, draft), setup.clock()
    setup.store.drafts.leave(draft, "scheduled" if scheduled else "leaving", at, now, unless_answered=unless_answered)
    setup.store.due.put(DUE, str(draft.id), at, now, company_id)
    act_ = "message.schedule" if scheduled else "message.leave"
    # The number of a draft that is gone may be another one's since.
    which: Fields = {"id": draft.id, "begun_at": draft.created_at}
    became = {**which, "state": "scheduled" if scheduled else "leaving", "leaves_at": at}
    return LeavesLater(act_, company_id, label, {**which, "state": draft.state}, became, draft.id)


@act
def take_back(setup: Setup, company_id: int, draft_id: int) -> Done:
    """Let a message that has not left be a draft again: only its author may.

    What they had begun meanwhile on the same record stands below it.
    """
    store, draft = setup.store, _own(setup, company_id, draft_id)
    label = _label(setup, draft)
    if draft.state == "writing" or not give_back(store, draft, setup.clock()):
        raise RefusedAct("", "message_left", number=label)
    store.due.remove(DUE, str(draft.id))
    return Done(
        "message.back", company_id, label, {"id": draft.id, "state": draft.state}, {"id": draft.id, "state": "draft"}
    )


@act
def left(setup: Setup, draft: StoredDraft, record: Record) -> Done:
    """Write down that it has left, so that nobody is offered to take it back."""
    was: Fields = {"id": draft.id, "state": draft.state}
    return Done("message.left", record.company_id, record.label, was, {"id": draft.id, "state": "left"})


def _own(setup: Setup, company_id: int, draft_id: int) -> StoredDraft:
    draft = setup.store.drafts.get(company_id, draft_id)
    if draft is None:
        raise RefusedAct("", "message_left", number="")
    if setup.actor.user_id not in (None, draft.user_id):
        raise RefusedAct("", "message_of_others", name=draft.author)
    return draft


def _label(setup: Setup, draft: StoredDraft) -> str:
    found = setup.store.records.get(draft.company_id, draft.record_id)
    return found.label if found is not None else ""


def _undo(setup: Setup, row: AuditRow) -> Done | Refusal:
    number, company_id = row.now.get("id"), row.company_id
    draft = setup.store.drafts.get(company_id or 0, number) if isinstance(number, int) else None
    if draft is None or draft.created_at != row.now.get("begun_at"):
        return Refusal("", "message_left", {"number": row.subject})
    return take_back(setup, draft.company_id, draft.id)


reverses: Mapping[str, Reverse] = {"message.leave": _undo, "message.schedule": _undo}
undone_by = Role.AGENT
