"""Who follows a record, and who outside takes part in it: what a colleague decides on its page."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.responses import JSONResponse, Response

from weftmail.admin.page import page
from weftmail.admin.pages.record import record_of
from weftmail.admin.people import contacts_called
from weftmail.admin.visit import Visit, nothing_here
from weftmail.core.role import Role
from weftmail.core.wording.command import Command
from weftmail.flow.mentions import colleague, suggestions
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import follower, participant
from weftmail.flow.setup.act import Done
from weftmail.flow.thread import Excerpt, Reader, conversation
from weftmail.store.record import Record

OFFERED = 8
"""So many colleagues and teams are offered to somebody who types."""


def follow(visit: Visit) -> Response:
    """Let the visitor be notified of what is written on the record."""
    return _changed(visit, follows=True)


def unfollow(visit: Visit) -> Response:
    """Let the visitor be notified no longer; writing on the record does not bring them back."""
    return _changed(visit, follows=False)


def _changed(visit: Visit, *, follows: bool) -> Response:
    label = record_of(visit).label
    change = follower.add if follows else follower.remove
    address = visit.store.users.addresses(visit.user.id)[0]
    done = change(visit.setup, label, address, company=visit.company.company)
    # Pressed twice, or no member of this company: the page shows how it stands.
    return visit.go(f"/records/{label}", None if isinstance(done, Refusal) else done)


def people(visit: Visit) -> Response:
    """Show who follows a record and who takes part in it, on a page of their own."""
    return _people(visit, record_of(visit))


def _people(visit: Visit, found: Record, wrong: Mapping[str, str] | None = None, status: int = 200) -> Response:
    typed = {name: visit.text(name) for name in ("who", "participant", "new_address", "address")}
    return visit.page(
        "people.html",
        command=Command("mail-admin follower list {label}", label=found.label),
        record=found,
        talk=conversation(visit.store, found, Reader(visit.user.id, visit.may_write), Excerpt(limit=0)),
        people_wrong=wrong or {},
        typed=typed,
        status=status,
    )


def change_followers(visit: Visit) -> Response:
    """Add a colleague or a team, remove somebody, say of what they are notified, or mute the record."""
    return _act(visit, FOLLOWERS, "who")


def change_participants(visit: Visit) -> Response:
    """Add somebody outside to the conversation, remove them, or put their address right."""
    return _act(visit, PARTICIPANTS, "participant")


Act = Callable[[Visit, Record], Done | Refusal]


def _act(visit: Visit, acts: Mapping[str, Act], field: str) -> Response:
    found, name = record_of(visit), visit.text("act")
    if name not in acts:
        raise nothing_here()
    try:
        done = acts[name](visit, found)
    except RefusedAct as refused:
        done = refused.refusal
    if isinstance(done, Refusal):
        place = {"correct": "new_address", "add": field}.get(name, field)
        return _people(visit, found, {place: visit.voice.say(done.phrase)}, 422)
    visit.site.sender.wake()
    return visit.go(f"/records/{found.label}", done)


def _add(visit: Visit, found: Record) -> Done | Refusal:
    company, who = visit.company.company, visit.text("who").strip()
    if "user" in visit.form:
        return follower.add(visit.setup, found.label, _address(visit), company=company)
    if "@" not in who and visit.store.teams.by_name(visit.company_id, who) is not None:
        return follower.add_team(visit.setup, found.label, who, company=company)
    address = colleague(visit.store, found, who, "who").address or ""
    return follower.add(visit.setup, found.label, address, company=company)


def _address(visit: Visit) -> str:
    """Return the address of the colleague whom the form names; nobody of another company is known here."""
    number = visit.text("user")
    there = [one.id for one in visit.store.users.colleagues(visit.company_id) if str(one.id) == number]
    addresses = visit.store.users.addresses(there[0]) if there else []
    if not addresses:
        raise nothing_here()
    return addresses[0]


def _remove(visit: Visit, found: Record) -> Done | Refusal:
    return follower.remove(visit.setup, found.label, _address(visit), company=visit.company.company)


def _set(visit: Visit, found: Record) -> Done | Refusal:
    kinds = [one for one in follower.KINDS if one in visit.form]
    return follower.change(visit.setup, found.label, _address(visit), kinds=kinds, company=visit.company.company)


def _mute(visit: Visit, found: Record) -> Done | Refusal:
    muted = visit.text("act") == "mute"
    return follower.change(visit.setup, found.label, _address(visit), muted=muted, company=visit.company.company)


def _join(visit: Visit, found: Record) -> Done | Refusal:
    return participant.add(visit.setup, found.label, visit.text("participant"), company=visit.company.company)


def _leave(visit: Visit, found: Record) -> Done | Refusal:
    return participant.remove(visit.setup, found.label, visit.text("address"), company=visit.company.company)


def _correct(visit: Visit, found: Record) -> Done | Refusal:
    words = (found.label, visit.text("address"), visit.text("new_address"))
    return participant.correct(visit.setup, *words, company=visit.company.company)


FOLLOWERS: dict[str, Act] = {"add": _add, "remove": _remove, "set": _set, "mute": _mute, "unmute": _mute}
PARTICIPANTS: dict[str, Act] = {"add": _join, "remove": _leave, "correct": _correct}


def offered(visit: Visit) -> Response:
    """Return colleagues who may be meant by what somebody types: what to write, and who that is; teams where asked."""
    found, asked = record_of(visit), visit.request.query_params
    words = asked.get("q", "")
    here = [[handle, name, address] for name, address, handle in suggestions(visit.store, found, words, OFFERED)]
    if "teams" in asked:
        teams = [one.name for one in visit.store.teams.all(visit.company_id)]
        team = visit.voice.gettext("Team")
        here += [[name, name, team] for name in teams if name.lower().startswith(words.lower())][:OFFERED]
    return JSONResponse(here)


def addresses(visit: Visit) -> Response:
    """Return contacts who may be meant by what somebody types into To, Cc or Bcc: what to write, and who that is."""
    record_of(visit)
    found = contacts_called(visit, visit.request.query_params.get("q", ""))
    return JSONResponse([[f'"{name}" <{one}>' if name else one, name or one, one] for one, name in found])


routes = [
    page("/records/{label}/follow", follow, posts=True, role=Role.AGENT),
    page("/records/{label}/unfollow", unfollow, posts=True, role=Role.AGENT),
    page("/records/{label}/people", people),
    page("/records/{label}/colleagues", offered, role=Role.AGENT),
    page("/records/{label}/addresses", addresses, role=Role.AGENT),
    page("/records/{label}/followers", change_followers, posts=True, role=Role.AGENT),
    page("/records/{label}/participants", change_participants, posts=True, role=Role.AGENT),
]
