"""History: who changed what and when, each change with its undo where it has one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import parse_qsl, quote, urlencode

from starlette.responses import Response

from weftmail.admin.navigation import Item
from weftmail.admin.number import whole_number
from weftmail.admin.page import local, page, parts_of
from weftmail.admin.visit import Visit, nothing_here
from weftmail.core.role import Role
from weftmail.core.wording.changes import field_in_words, in_words, is_told
from weftmail.core.wording.command import Command
from weftmail.core.wording.phrase import marked
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import undo
from weftmail.flow.setup.act import FieldChange, together
from weftmail.flow.setup.undo import Trace
from weftmail.store.audit import AuditRow

PER_PAGE = 50
LONGEST = 300
"""Of what changed in one act, so many characters are shown."""


@dataclass(frozen=True, slots=True)
class PastAct:
    """One act on the list, with what it changed in words."""

    trace: Trace
    changed: str
    to: str = ""
    """The page of what it was about, where that has one."""


def listed(visit: Visit, rows: Sequence[AuditRow], *, installation: bool = False) -> list[PastAct]:
    """Return acts as a page lists them, each with whether its undo can be offered."""
    traces = undo.traces(visit.store, None if installation else visit.company_id, rows)
    return [_listed(one, visit) for one in traces]


def _listed(trace: Trace, visit: Visit) -> PastAct:
    """Return an act with what changed: "owner Anna → Björn, state open → closed"."""
    voice, names = visit.voice, visit.site.installation.languages.names

    def words(one: FieldChange, text: str) -> str:
        if one.own:
            return text or "–"
        return in_words(one.field, text, voice.language, names, lambda at: voice.calendar.short(at, visit.now)) or "–"

    said = ", ".join(
        f"{field_in_words(one.field, voice.language, own=one.own)} {words(one, one.was)} → {words(one, one.now)}"
        for one in trace.changes
        if is_told(one.field, own=one.own)
    )
    return PastAct(trace, said if len(said) <= LONGEST else f"{said[:LONGEST]}…", page_of(trace.row))


_PAGES = {
    "record": "/records/{subject}",
    "follower": "/records/{subject}",
    "domain": "/domains/{subject}",
    "dkim_key": "/domains/{subject}",
    "dns": "/domains/{subject}",
    "user": "/users/{id}",
    "membership": "/users/{id}",
    "activity": "/records/{subject}",
    "activity_type": "/activities",
    "message": "/records/{subject}",
    "note": "/records/{subject}",
    "retention": "/retention",
    "mail": "/records",
    "file": "/records/{subject}/files",
    "participant": "/records/{subject}",
    "forward": "/records/{subject}",
    "filter": "/records",
    "delivery": "/outbox?state=failed",
    "suppression": "/contacts?q={subject}",
    "exemption": "/log?who={subject}",
    "session": "/users?q={subject}",
    "second_factor": "/users?q={subject}",
    "contact": "/contacts/{id}",
    "organisation": "/organisations/{id}",
    "review": "/log/{id}",
    "inbound": "/log/{id}",
    "outbox": "/log/out/{id}",
    "server": "/servers",
    "layout": "/layout",
    "setting": "/settings",
    "reply": "/replies",
    "signature": "/users?q={subject}",
    "alias": "/aliases?q={subject}",
    "team": "/teams?q={subject}",
    "company": "/companies",
    "record_type": "/record-types",
    "guide": "/welcome",
}
"""Where what an act was about is shown, by the noun of the act."""


def page_of(row: AuditRow) -> str:
    """Return the page of what an act was about; "" where it has none, or is gone."""
    noun = row.act.split(".")[0]
    if noun == "alias" and "@" not in row.subject:
        return ""  # A file of many.
    of_team = noun == "signature" and (row.now or row.before).get("team_id") is not None
    form = _PAGES.get("team" if of_team else noun, "")
    number = (row.now or row.before).get("id")
    if "{id}" in form and not isinstance(number, int):
        return ""
    return form.format(subject=quote(row.subject), id=number)


class NewestActs(list[PastAct]):
    """The newest acts on one thing; ``older`` is the page of all of them, where there are more."""

    older: str = ""


def changes_of(visit: Visit, subject: str, *, installation: bool = False, most: int = 20) -> NewestActs:
    """Return the newest acts on one thing, for its own page; ``installation``: it belongs to no single company."""
    rows = visit.store.audit.of(None if installation else visit.company_id, subject, most=most + 1)
    found = NewestActs(listed(visit, rows[:most], installation=installation))
    if len(rows) > most:
        found.older = f"/history?{'installation=1&' if installation else ''}subject={quote(subject, safe='')}"
    return found


def history(visit: Visit) -> Response:
    """Show the acts on the company's things, newest first, or those on the installation's."""
    subject = visit.request.query_params.get("subject", "").strip()[:LONGEST]
    everywhere = visit.owner and "installation" in visit.request.query_params
    rows = _rows(visit, subject, everywhere=everywhere)
    return visit.page(
        "history.html",
        command=Command("mail-admin audit list"),
        subject=subject,
        installation=everywhere,
        lines=listed(visit, rows[:PER_PAGE], installation=everywhere),
        older=rows[PER_PAGE - 1].id if len(rows) > PER_PAGE else 0,
    )


def _rows(visit: Visit, subject: str, *, everywhere: bool) -> Sequence[AuditRow]:
    before, most = _place(visit), PER_PAGE + 1
    if subject:
        return visit.store.audit.of(None if everywhere else visit.company_id, subject, before=before, most=most)
    if everywhere:
        return visit.store.audit.of_installation(before=before, most=most)
    return visit.store.audit.all(visit.company_id, before=before, most=most)


def _place(visit: Visit) -> int | None:
    return whole_number(visit.request.query_params.get("before", ""))


def take_back(visit: Visit) -> Response:
    """Undo one act, and return to the page where somebody asked for it."""
    found = undo.trace(visit.store, visit.request.path_params["act"])
    if found is None or not _theirs(visit, found) or not found.undoable_by(visit.role):
        raise nothing_here()
    done = undo.undo(visit.setup, found.row.id)
    if isinstance(done, Refusal):
        return _refused(visit, found, done)
    visit.site.sender.wake()
    return visit.go(_still_there(_back(visit), found.row), done)


def take_back_many(visit: Visit) -> Response:
    """Undo the decisions that somebody made at once, last one first: all of them, or none."""
    numbers = [whole_number(one) for one in visit.form.getlist("act") if isinstance(one, str)]
    traces = [undo.trace(visit.store, one) for one in numbers[:PER_PAGE] if one is not None]
    found = [one for one in traces if one is not None]
    if not found or any(not _theirs(visit, one) or not one.undoable_by(visit.role) for one in found):
        raise nothing_here()
    rows = [one.row.id for one in sorted(found, key=lambda each: -each.row.id)]
    done = together(visit.setup, [partial(undo.undo, visit.setup, one) for one in rows])
    if isinstance(done, Refusal):
        return _refused(visit, found[0], done)
    visit.site.sender.wake()
    return visit.go(f"/review?undone={'-'.join(str(one.row.id) for one in found)}")


def _refused(visit: Visit, found: Trace, refusal: Refusal) -> Response:
    return visit.page(
        "history.html",
        command=Command("mail-admin audit undo {id}", id=found.row.id),
        status=409,
        subject=found.row.subject,
        installation=found.row.company_id is None,
        lines=changes_of(visit, found.row.subject, installation=found.row.company_id is None),
        older=0,
        wrong=visit.voice.say(refusal.phrase),
    )


_MADE = {
    "alias.add": "/aliases",
    "company.add": "/companies",
    "company.restore": "/companies",
    "record_type.add": "/record-types",
    "record_type.restore": "/record-types",
    "contact.add": "/contacts",
    "organisation.add": "/contacts",
    "team.add": "/teams",
    "user.add": "/users",
    "user.invite": "/users",
}
"""The list of what an act made: what is undone there is gone, and its own page with it."""


def _still_there(page: str, row: AuditRow) -> str:
    """Return the page, or the list instead of the page of a thing that is no more."""
    list_ = _MADE.get(row.act, "")
    own = "/organisations/" if row.act == "organisation.add" else f"{list_}/"
    return list_ if list_ and page.startswith(own) and not page.startswith(f"{own}new") else page


def _theirs(visit: Visit, found: Trace) -> bool:
    row = found.row
    here = row.company_id == visit.company_id or (row.company_id is None and visit.owner)
    # What somebody may see of others' acts is the history, and that is for admins.
    return here and (visit.may(Role.ADMIN) or row.user_id == visit.user.id)


def _back(visit: Visit) -> str:
    """Return the page that the button stood on, as the browser names it, without what it said before."""
    parts = parts_of(visit.request.headers.get("referer", ""))
    kept = [one for one in parse_qsl(parts.query) if one[0] not in ("done", "company")]
    return local(f"{parts.path or '/history'}{'?' if kept else ''}{urlencode(kept)}")


item = Item(280, "/history", marked("History"), Role.ADMIN)
routes = [
    page("/history", history, role=Role.ADMIN),
    page("/history/undo", take_back_many, posts=True),
    page("/history/{act:number}/undo", take_back, posts=True),
]
