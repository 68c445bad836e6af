"""What the links of a notification open: one record, one message, and one button.

A link names no person and lets nobody in.  Whoever is signed in here acts, by a POST with their session's token; a GET
shows, and changes nothing, so that programs which open the links of a mail before anybody reads it do nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.responses import Response

from weftmail.admin.page import page
from weftmail.admin.pages.account import address_of
from weftmail.admin.pages.record import message_of
from weftmail.admin.visit import Visit, nothing_here
from weftmail.core.role import Role
from weftmail.core.wording.command import Command
from weftmail.flow.notify import following
from weftmail.flow.post import Draft, post
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import follower, leave_type, record
from weftmail.flow.setup.act import Done
from weftmail.flow.setup.record_change import RecordChanges
from weftmail.store.message import ThreadMessage
from weftmail.store.record import Record

ASKED = ("assign", "note", "mute")
"""What the links of a notification ask for; the page of *mute* offers to leave altogether, too."""


COMMANDS = {
    "assign": "mail-admin record set {label} --owner {address}",
    "note": "mail-admin record show {label}",
    "mute": "mail-admin follower set {label} {address} --mute yes",
}


def _place(visit: Visit) -> tuple[Record, ThreadMessage]:
    """Return the message that the path names, and the record on which it stands now."""
    message = message_of(visit)
    found = visit.store.records.get(visit.company_id, message.record_id)
    if found is None or visit.request.path_params["press"] not in (*ASKED, *ACTS):
        raise nothing_here()
    return found, message


def ask(visit: Visit) -> Response:
    """Show the record's title and the button; a reader sees that there is nothing for them to press."""
    found, message = _place(visit)
    if visit.request.path_params["press"] not in ASKED:
        raise nothing_here()
    return _page(visit, found, message, {})


def _page(visit: Visit, found: Record, message: ThreadMessage, wrong: Mapping[str, str]) -> Response:
    press = visit.request.path_params["press"]
    follows = {one.user_id: one for one in following(visit.store, found.company_id, found.id)}
    mine = follows.get(visit.user.id)
    return visit.page(
        "mail_act.html",
        command=Command(COMMANDS.get(press, COMMANDS["mute"]), label=found.label, address=address_of(visit)),
        status=422 if wrong else 200,
        record=found,
        message=message,
        press=press if press in ASKED else "mute",
        mine=mine,
        alike=len(visit.store.ownership.followed_of_type(found.company_id, visit.user.id, found.type)),
        hear=[one.name for one in follows.values() if one.user_id != visit.user.id and one.is_told_of("notes")],
        text=visit.text("text"),
        wrong=wrong,
    )


def act(visit: Visit) -> Response:
    """Do it as whoever is signed in, and show the record at the message."""
    found, message = _place(visit)
    try:
        done = ACTS[visit.request.path_params["press"]](visit, found, message)
    except RefusedAct as refused:
        done = refused.refusal
    if isinstance(done, Refusal):
        return _page(visit, found, message, {"text": visit.voice.say(done.phrase)})
    visit.site.sender.wake()
    last = visit.store.threads.last_number(found.company_id, found.id) if done is None else message.number
    return visit.go(f"/records/{found.label}?at={last}#m{last}", done)


def _assign(visit: Visit, found: Record, _message: ThreadMessage) -> Done | Refusal:
    return record.change(
        visit.setup, found.label, RecordChanges(owner=address_of(visit)), company=visit.company.company
    )


def _note(visit: Visit, found: Record, message: ThreadMessage) -> None:
    draft = Draft(text=visit.text("text"), note=True, answers_id=message.id)
    post(visit.store, visit.site.installation, found, visit.user, draft)


def _mute(visit: Visit, found: Record, _message: ThreadMessage) -> Done | Refusal:
    return follower.change(visit.setup, found.label, address_of(visit), muted=True, company=visit.company.company)


def _unfollow(visit: Visit, found: Record, _message: ThreadMessage) -> Done | Refusal:
    return follower.remove(visit.setup, found.label, address_of(visit), company=visit.company.company)


def _leave_type(visit: Visit, found: Record, _message: ThreadMessage) -> Done | Refusal:
    return leave_type.leave(visit.setup, found.type, address_of(visit), company=visit.company.company)


Press = Callable[[Visit, Record, ThreadMessage], Done | Refusal | None]
ACTS: dict[str, Press] = {
    "assign": _assign,
    "note": _note,
    "mute": _mute,
    "unfollow": _unfollow,
    "leave": _leave_type,
}

routes = [
    page("/records/{label}/{number:number}/mail/{press}", ask),
    page("/records/{label}/{number:number}/mail/{press}/do", act, posts=True, role=Role.AGENT),
]
