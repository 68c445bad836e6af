"""What follows an answer: what becomes of its record, who owns it then, and which page comes next."""

from __future__ import annotations

from urllib.parse import quote, unquote

from starlette.responses import Response

from weftmail.admin import reply_acts
from weftmail.admin.record_filter import asked
from weftmail.admin.visit import Visit
from weftmail.flow.setup import after_send as acts
from weftmail.flow.setup import ways
from weftmail.flow.setup.act import Done
from weftmail.flow.setup.after_send import AfterSend
from weftmail.store.record import Record
from weftmail.store.record_list import Neighbours, place_of


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


def afterwards(visit: Visit, found: Record, place: str, later: Done | None = None) -> Response:
    """Let the record be what the visitor chose beside Send, and go where they want to be next.

    What leaves ``later`` changes the record then.
    """
    after_send, then_show = visit.text("after_send"), visit.text("then_show")
    _keep(visit, after_send, then_show)
    # The list is asked before the record leaves it.
    next_to = neighbours(visit, found) if then_show == "next" else None
    sent_now = later is None and visit.text("kind") == "message"
    done = acts.after_send(visit.setup, found, visit.user, _wanted(visit, after_send)) if sent_now else later
    words = listed(visit)
    back = f"?list={quote(words, safe='')}" if words is not None else ""
    if next_to is not None and next_to.after is not None:
        return visit.go(f"/records/{next_to.after}{back}", done)
    if words is not None and then_show in ("next", "list"):
        return visit.go(f"/records{'?' if words else ''}{words}", done)
    return visit.go(f"/records/{found.label}{back}#{place}", done)


def _wanted(visit: Visit, after_send: str) -> AfterSend:
    chosen = reply_acts.of_form(visit)
    return AfterSend(after_send, reply_acts.assigned(chosen), reply_acts.tags(chosen))


def _keep(visit: Visit, after_send: str, then_show: str) -> None:
    """Keep the last choice, where it is another one."""
    user = visit.user
    if after_send in ways.AFTER_SEND and then_show in ways.THEN_SHOW and (after_send, then_show) != (
        user.after_send, user.then_show,
    ):  # fmt: skip
        ways.change(visit.setup, _address(visit), after_send=after_send, then_show=then_show)


def _address(visit: Visit) -> str:
    return visit.store.users.addresses(visit.user.id)[0]
