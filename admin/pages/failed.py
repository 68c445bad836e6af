"""Somebody outside did not get a message: the address is corrected and the message sent again, or they are left out."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from weftmail.admin.page import page
from weftmail.admin.visit import Visit, nothing_here
from weftmail.core.role import Role
from weftmail.core.wording.command import Command
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import failed, participant
from weftmail.flow.setup.act import Done
from weftmail.store.inbox_list import Unreached
from weftmail.store.outbox import Claimed
from weftmail.store.record import Record


def unreached(visit: Visit, record_ids: Sequence[int]) -> dict[int, list[Unreached]]:
    """Return by the record whom the failures in the visitor's inbox are about, as far as that is not mended yet."""
    writes = {one.company_id for one in visit.visitor.companies if Role.named(one.role) >= Role.AGENT}
    found: dict[int, list[Unreached]] = {}
    for one in visit.store.inbox_lists.unreached(visit.whose, record_ids):
        if one.company_id in writes:
            found.setdefault(one.record_id, []).append(one)
    return found


def correct(visit: Visit) -> Response:
    """Send the copy again, to the address that was typed."""
    copy, _ = _there(visit)
    done = failed.correct(visit.setup, copy.id, visit.text("address").strip(), company_id=visit.company_id)
    return _then(visit, done)


def leave_out(visit: Visit) -> Response:
    """Take whom it did not reach out of the conversation."""
    copy, record = _there(visit)
    address = next(iter(visit.store.outbox.addresses(copy.company_id, copy.id)), "")
    return _then(visit, participant.remove(visit.setup, record.label, address, company=visit.company.company))


def _there(visit: Visit) -> tuple[Claimed, Record]:
    """Return the copy that the path names and its record, where both exist for the visitor."""
    copy = visit.store.outbox.get(visit.request.path_params["copy"])
    if copy is None or copy.company_id != visit.company_id or copy.contact_id is None:
        raise nothing_here()
    message = visit.store.messages.get(copy.company_id, copy.message_id)
    record = visit.store.records.get(copy.company_id, message.record_id) if message is not None else None
    if record is None or record.type in visit.hidden_types:
        raise nothing_here()
    return copy, record


def _then(visit: Visit, done: Done | Refusal) -> Response:
    if isinstance(done, Refusal):
        if done.code == "no_such_copy":
            raise nothing_here()
        wrong, back = visit.voice.say(done.phrase), visit.path("/inbox")
        return visit.page("refused.html", command=Command("mail-admin outbox list"), status=422, wrong=wrong, back=back)
    visit.site.sender.wake()
    return visit.go("/inbox", done)


routes = [
    page("/failed/{copy:number}/correct", correct, posts=True, role=Role.AGENT),
    page("/failed/{copy:number}/leave-out", leave_out, posts=True, role=Role.AGENT),
]
