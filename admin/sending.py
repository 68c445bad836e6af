"""What follows an answer: what becomes of its record, who owns it then, and which page comes next."""

from __future__ import annotations

from urllib.parse import quote, unquote

from starlette.responses import Response

from weftmail.admin.record_filter import asked
from weftmail.admin.visit import Visit
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import record as records
from weftmail.flow.setup import ways
from weftmail.flow.setup.act import Done
from weftmail.flow.setup.record_change import RecordChanges
from weftmail.store.record import Record
from weftmail.store.record_list import Neighbours, place_of

STATES = {"close": "closed", "wait": "waiting"}


def listed(visit: Visit) -> str | None:
    """Return the words of the list that the record was opened from; None where it was opened by itself."""
    given = visit.request.query_params.get("list")
    if given is None and "list" in visit.form:
        given = visit.text("list")
    return None if given is None else unquote(given)[:2000]


def neighbours(visit: Visit, found: Record) -> Neighbours | None:
    """Return what stands beside the record in its list."""
    words = listed(visit)
    if words is None:
        return None
    wanted = asked(visit, words)
    return visit.store.record_lists.neighbours(wanted.only, wanted.sort, place_of(found, wanted.sort))


def afterwards(visit: Visit, found: Record, number: int) -> Response:
    """Let the record be what the visitor chose beside Send, and go where they want to be next."""
    after_send, then_show = visit.text("after_send"), visit.text("then_show")
    _keep(visit, after_send, then_show)
    # The list is asked before the record leaves it.
    next_to = neighbours(visit, found) if then_show == "next" else None
    done = _changed(visit, found, after_send) if visit.text("kind") == "message" else None
    words = listed(visit)
    back = f"?list={quote(words, safe='')}" if words is not None else ""
    if next_to is not None and next_to.after is not None:
        return visit.go(f"/records/{next_to.after}{back}", done)
    if words is not None and then_show in ("next", "list"):
        return visit.go(f"/records{'?' if words else ''}{words}", done)
    return visit.go(f"/records/{found.label}{back}#m{number}", done)


def _keep(visit: Visit, after_send: str, then_show: str) -> None:
    """Keep the last choice, where it is another one."""
    user = visit.user
    if after_send in ways.AFTER_SEND and then_show in ways.THEN_SHOW and (after_send, then_show) != (
        user.after_send, user.then_show,
    ):  # fmt: skip
        ways.change(visit.setup, _address(visit), after_send=after_send, then_show=then_show)


def _address(visit: Visit) -> str:
    return visit.store.users.addresses(visit.user.id)[0]


def _changed(visit: Visit, found: Record, after_send: str) -> Done | None:
    stands = visit.store.records.get(found.company_id, found.id) or found
    state = _state(visit, stands, after_send)
    owner = _address(visit) if _takes(visit, stands) else None
    if state is None and owner is None:
        return None
    changes = RecordChanges(state=state, owner=owner)
    done = records.change(visit.setup, found.label, changes, company=visit.company.company)
    return None if isinstance(done, Refusal) else done


def _state(visit: Visit, found: Record, after_send: str) -> str | None:
    wanted = STATES.get(after_send)
    if wanted is None or found.counts_as == wanted:
        return None
    states = visit.store.records.states(found.company_id, found.type)
    return next((one.name for one in states if one.counts_as == wanted), None)


def _takes(visit: Visit, found: Record) -> bool:
    """Say whether who answers takes the record: nobody owns it, and its team, if it has one, wants it so."""
    member = any(one.company_id == found.company_id for one in visit.store.users.memberships(visit.user.id))
    if found.owner_id is not None or not member:
        return False
    team = visit.store.teams.get(found.company_id, found.owner_team_id) if found.owner_team_id is not None else None
    return team is None or team.takes
