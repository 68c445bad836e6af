"""Messages moved to another record or into a new one, and a record merged into another; each with its way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.responses import JSONResponse, Response

from weftmail.admin.number import whole_number
from weftmail.admin.page import page
from weftmail.admin.pages.record import record_of
from weftmail.admin.visit import Visit
from weftmail.core.role import Role
from weftmail.core.wording.command import Command
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import forward
from weftmail.flow.setup import move as moves
from weftmail.flow.setup.act import Done
from weftmail.store.move import Goal, Movable
from weftmail.store.record import Record

SHOWN = 200
"""Of the messages of a record the newest so many can be ticked on one page."""


@dataclass(frozen=True, slots=True)
class Ticked:
    """A message that can be chosen."""

    message: Movable
    on: bool


def others(visit: Visit) -> Response:
    """Return records that what somebody types may mean, as the form asks for while they type."""
    found = record_of(visit)
    words = visit.request.query_params.get("q", "")[:100]
    return JSONResponse([[one.label, one.title] for one in _goals(visit, found, words)])


def _goals(visit: Visit, found: Record, words: str) -> list[Goal]:
    there = visit.store.moves.goals(visit.company_id, words)
    return [one for one in there if one.id != found.id and one.type not in visit.hidden_types]


def ask_move(visit: Visit) -> Response:
    """Ask which messages go, and where."""
    chosen = whole_number(visit.request.query_params.get("m", ""))
    return _move_page(visit, record_of(visit), [] if chosen is None else [chosen])


def move(visit: Visit) -> Response:
    """Move the ticked messages to the record that was named, or into a new one."""
    found, numbers = record_of(visit), _numbers(visit)
    if visit.text("find"):
        return _move_page(visit, found, numbers, found_=_goals(visit, found, visit.text("to")))
    company = visit.company.company
    if visit.text("kind") == "split":
        title, type_ = visit.text("title"), visit.text("type") or None
        done = moves.split(visit.setup, found.label, numbers, title=title, type_=type_, company=company)
    else:
        done = moves.move(visit.setup, found.label, numbers, _to(visit, "to"), company=company)
    if isinstance(done, Refusal):
        # Words of a title are no number: the records that they name are offered.
        named = _goals(visit, found, visit.text("to")) if done.code == "no_such_record" else []
        wrong = {done.field: visit.voice.say(_which(done, named))}
        return _move_page(visit, found, numbers, wrong=wrong, found_=named or None)
    return _gone(visit, done)


def _which(refusal: Refusal, named: Sequence[Goal]) -> Phrase:
    """Return why nothing was done; where words name records, that one is to be chosen of them."""
    return Phrase("record_wanted") if named else refusal.phrase


def _numbers(visit: Visit) -> list[int]:
    given = (whole_number(str(one)) for one in visit.form.getlist("m"))
    return [one for one in given if one is not None]


def _to(visit: Visit, name: str) -> str:
    """Return the record that was picked of those found, else the one that was typed."""
    return visit.text("pick") or visit.text(name)


def _gone(visit: Visit, done: Done) -> Response:
    visit.site.sender.wake()
    return visit.go(f"/records/{done.now['record']}", done)


def _move_page(
    visit: Visit,
    found: Record,
    numbers: Sequence[int],
    *,
    wrong: Mapping[str, str] | None = None,
    found_: Sequence[Goal] | None = None,
) -> Response:
    there = [one for one in visit.store.moves.messages(found.company_id, found.id) if one.kind != "event"]
    first = next((one.subject for one in there if one.number in numbers and one.subject), found.title)
    types = [one.name for one in visit.store.companies.record_types(found.company_id)]
    return visit.page(
        "record_move.html",
        command=Command("mail-admin record move {label} N --to NUMBER", label=found.label),
        status=422 if wrong else 200,
        record=found,
        messages=[Ticked(one, one.number in numbers) for one in there[-SHOWN:]],
        more=max(0, len(there) - SHOWN),
        found=found_,
        likely=_likely(visit, found),
        types=[(one, one) for one in types if one not in visit.hidden_types],
        typed={
            "to": visit.text("to"),
            "title": visit.text("title") or first,
            "type": visit.text("type") or found.type,
        },
        wrong=wrong or {},
    )


def _likely(visit: Visit, found: Record) -> list[Goal]:
    """Return the other records of the customer: the likely ones."""
    if found.customer_id is None:
        return []
    there = visit.store.moves.of_customer(found.company_id, found.customer_id, found.id)
    return [one for one in there if one.type not in visit.hidden_types]


def ask_merge(visit: Visit) -> Response:
    """Ask which record this one is to be part of; and list those that are part of this one."""
    return _merge_page(visit, record_of(visit))


def merge(visit: Visit) -> Response:
    """Let the record be part of the one that was named."""
    found = record_of(visit)
    if visit.text("find"):
        return _merge_page(visit, found, found_=_goals(visit, found, visit.text("into")))
    done = moves.merge(visit.setup, found.label, _to(visit, "into"), company=visit.company.company)
    if isinstance(done, Refusal):
        named = _goals(visit, found, visit.text("into")) if done.code == "no_such_record" else []
        wrong = {done.field: visit.voice.say(_which(done, named))}
        return _merge_page(visit, found, wrong=wrong, found_=named or None)
    return _gone(visit, done)


def separate(visit: Visit) -> Response:
    """Let a record that was merged into this one be one of its own again."""
    found = record_of(visit)
    merged = [one.label for one in visit.store.moves.merged_into(found.company_id, found.id)]
    number = visit.text("number")
    if number not in merged:
        return visit.go(f"/records/{found.label}/merge")
    done = moves.separate(visit.setup, number, company=visit.company.company)
    if isinstance(done, Refusal):
        return _merge_page(visit, found, wrong={"number": visit.voice.say(done.phrase)})
    return _gone(visit, done)


def _merge_page(
    visit: Visit, found: Record, *, wrong: Mapping[str, str] | None = None, found_: Sequence[Goal] | None = None
) -> Response:
    return visit.page(
        "record_merge.html",
        command=Command("mail-admin record merge {label} NUMBER", label=found.label),
        status=422 if wrong else 200,
        record=found,
        merged=visit.store.moves.merged_into(found.company_id, found.id),
        found=found_,
        likely=_likely(visit, found),
        typed=visit.text("into"),
        wrong=wrong or {},
    )


def forward_back(visit: Visit) -> Response:
    """Let an email that a colleague forwarded be their own: its author leaves the record."""
    found = record_of(visit)
    number = visit.request.path_params["number"]
    done = forward.take_back(visit.setup, found.label, number, company=visit.company.company)
    return visit.go(f"/records/{found.label}#m{number}", None if isinstance(done, Refusal) else done)


routes = [
    page("/records/{label}/{number:number}/forward-back", forward_back, posts=True, role=Role.AGENT),
    page("/records/{label}/others", others, role=Role.AGENT),
    page("/records/{label}/move", ask_move, role=Role.AGENT),
    page("/records/{label}/move/save", move, posts=True, role=Role.AGENT),
    page("/records/{label}/merge", ask_merge, role=Role.AGENT),
    page("/records/{label}/merge/save", merge, posts=True, role=Role.AGENT),
    page("/records/{label}/separate", separate, posts=True, role=Role.AGENT),
]
