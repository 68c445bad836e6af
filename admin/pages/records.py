"""The list of records: narrowed, sorted, a page at a time; and where somebody lands who has just signed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote, urlencode

from starlette.responses import Response

from weftmail.admin import beginning
from weftmail.admin.fields import fields_of
from weftmail.admin.navigation import Item
from weftmail.admin.number import whole_number
from weftmail.admin.page import live, page
from weftmail.admin.people import heirs
from weftmail.admin.record_filter import HIDDEN, KINDS_OF_STATE, ListAsked, asked, command_of, query_of
from weftmail.admin.visit import Visit
from weftmail.core.field import FieldKind
from weftmail.core.role import Role
from weftmail.core.wording.phrase import marked
from weftmail.flow import day, guide
from weftmail.store.company import RecordType
from weftmail.store.listing import COUNTED
from weftmail.store.record import Record
from weftmail.store.record_list import LastMessage, ListPlace, RecordCounts, place_of
from weftmail.store.tag import Tag

PER_PAGE = 30


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the list; ``newer`` and ``older`` are the places from which to read on, "" where nothing is."""

    records: Sequence[Record]
    newer: str = ""
    older: str = ""


@dataclass(frozen=True, slots=True)
class ListRow:
    """One record of the list with what else its row shows."""

    record: Record
    last: LastMessage | None
    tags: Sequence[Tag]
    unread: bool
    columns: Mapping[str, str]
    due: str
    """The next day by which something is to be done; "" where nothing is."""


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the lists that everybody has; ``here``: it is the one that is shown."""

    name: str
    query: str
    count: int | None
    here: bool


def home(visit: Visit) -> Response:
    """Send the visitor to the records, or straight to the record where there is only one.

    Whoever looks after the installation is led through setting it up while there is no address.
    """
    if visit.owner and guide.begins(visit.store, visit.company_id):
        return visit.go("/welcome")
    if visit.may(Role.ADMIN) and not visit.site.demo:
        return visit.go("/overview")
    newest = visit.store.record_lists.page(asked(visit, "").only, most=2)
    return visit.go(f"/records/{newest[0].label}" if len(newest) == 1 else "/records")


def records(visit: Visit) -> Response:
    """Show one page of the company's records, or go to the one whose number was typed."""
    number = visit.request.query_params.get("number", "").strip()
    found = _numbered(visit, number) if number else None
    if found is not None:
        return visit.go(f"/records/{found.label}")
    with visit.store.snapshot():
        return _page(visit, asked(visit, visit.request.url.query), number)


def _page(visit: Visit, wanted: ListAsked, number: str) -> Response:
    total = visit.store.record_lists.count(wanted.only, wanted.sort)
    listed = _listed(visit, wanted, few=total <= COUNTED) if total else Listed([])
    counts = visit.store.record_lists.counts(visit.company_id, visit.user.id, visit.hidden_types)
    tags, members = visit.store.tags.all(visit.company_id), visit.store.members.all(visit.company_id)
    begun = beginning.begun(visit) if visit.may_write else []
    teams, kinds = visit.store.teams.all(visit.company_id), _kinds(visit, wanted)
    here = visit.request.url.query
    since = whole_number(visit.request.query_params.get("as-of", ""))
    shown = ".".join(one.label for one in listed.records)
    newest = visit.store.record_lists.page(asked(visit, "").only, most=1)
    as_of = urlencode({"as-of": newest[0].changed_at if newest else 0, "shown": shown})
    return visit.page(
        "records.html",
        command=command_of(visit, wanted),
        live=visit.path(f"/live/records?seen={_mark(visit, newest, counts)}"),
        at=visit.path(f"/records?{'&'.join(filter(None, [here, as_of]))}"),
        listed=listed,
        rows=_rows(visit, listed.records, kinds),
        columns=[one.name for one in kinds if one.in_list],
        total=total,
        most=COUNTED,
        wanted=wanted,
        tabs=_tabs(wanted, counts, len(begun)),
        begun=begun if wanted.only.drafts else [],
        news=_news(visit, wanted, since),
        saved=visit.store.saved_filters.of(visit.company_id, visit.user.id),
        types=[(one.name, one.name) for one in _types(visit)],
        states=_states(visit, wanted),
        owners=[(str(one.id), one.name) for one in members if one.active],
        teams=teams,
        tags=tags,
        tag_choices=[(one.name, one.name) for one in tags],
        heirs=heirs(visit, members=members, teams=teams) if visit.may_write else [],
        back=quote(_back(visit, wanted), safe=""),
        number=number,
        today=day.today(visit.now, visit.voice.calendar.zone).isoformat(),
        plain=visit.path("/records"),
    )


def _numbered(visit: Visit, text: str) -> Record | None:
    """Return the record whose number was typed, with the prefix of its type or without."""
    digits = whole_number(text)
    names = [text] if digits is None else [f"{one.prefix}-{digits}" for one in _types(visit)]
    for name in names:
        for found in visit.store.records.by_label(name, visit.company_id):
            if found.type not in visit.hidden_types:
                return found
    return None


def _types(visit: Visit) -> list[RecordType]:
    found = visit.store.companies.record_types(visit.company_id)
    return [one for one in found if one.name not in visit.hidden_types]


def _back(visit: Visit, wanted: ListAsked) -> str:
    """Return the words by which a record leads back to this very page of the list."""
    params = visit.request.query_params
    place = [(name, params[name]) for name in ("newer", "older") if name in params]
    return "&".join(filter(None, [wanted.query, urlencode(place)]))


def _rows(visit: Visit, found: Sequence[Record], kinds: Sequence[FieldKind]) -> list[ListRow]:
    ids = [one.id for one in found]
    last = visit.store.record_lists.last_messages(visit.company_id, list(found))
    tags = visit.store.tags.of(visit.company_id, ids)
    unread = visit.store.read_state.among(visit.company_id, visit.user.id, ids)
    due = visit.store.activities.next_of(visit.company_id, ids)
    columns = fields_of(visit, found, kinds) if any(one.in_list for one in kinds) else {}
    return [
        ListRow(
            one,
            last.get(one.id),
            tags.get(one.id, ()),
            one.id in unread,
            columns.get(one.id, {}),
            due.get(one.id, ""),
        )
        for one in found
    ]


def _kinds(visit: Visit, wanted: ListAsked) -> Sequence[FieldKind]:
    """The fields of all records of the list, where they are of one type: some of them stand as columns."""
    if wanted.only.type is None:
        return ()
    return visit.store.record_types.fields(visit.company_id, wanted.only.type)


def _states(visit: Visit, wanted: ListAsked) -> list[str]:
    """The states to choose from: the three that all types have, and those of the type that is shown."""
    if wanted.only.type is None:
        return list(KINDS_OF_STATE[1:])
    found = [one.name for one in visit.store.records.states(visit.company_id, wanted.only.type)]
    return list(dict.fromkeys([*KINDS_OF_STATE[1:], *found]))


def _tabs(wanted: ListAsked, counts: RecordCounts, begun: int) -> list[Tab]:
    asked_for = [
        ("mine", {"state": "active"}, counts.mine),
        ("unassigned", {"state": "active"}, counts.unassigned),
        ("teams", {"state": "active"}, counts.teams),
        ("unread", {}, counts.unread),
        ("waiting", {"sort": "waiting"}, counts.waiting),
        ("held", {}, counts.held),
        ("drafts", {}, counts.drafts + begun),
    ]
    hidden = [Tab(name, query_of([], {"in": name}), None, False) for name in HIDDEN]
    own = [Tab(name, query_of([name], words), count, False) for name, words, count in asked_for]
    every = [Tab("all", "", None, False), *own, *hidden]
    return [Tab(one.name, one.query, one.count, one.query == wanted.query) for one in every]


def _news(visit: Visit, wanted: ListAsked, since: int | None) -> int:
    """Return how many records of an open list have changed since it was read."""
    if since is None:
        return 0
    labels = [one for one in visit.request.query_params.get("shown", "").split(".") if one][:PER_PAGE]
    return visit.store.record_lists.changed(wanted.only, labels, since)


def _listed(visit: Visit, wanted: ListAsked, *, few: bool) -> Listed:
    """Return the page that the address asks for: read on from a place in the list, which stays where it was."""
    older, newer = (_place(visit, visit.request.query_params.get(name, "")) for name in ("older", "newer"))
    ask = partial(visit.store.record_lists.page, few=few)
    if newer is not None:
        found = ask(wanted.only, wanted.sort, before=newer, most=PER_PAGE + 1)
        # A page that begins at the top is the first one, whole.
        if len(found) > PER_PAGE:
            return Listed(found[1:], _name(found[1], wanted), _name(found[-1], wanted))
        older = None
    if older is not None:
        found = ask(wanted.only, wanted.sort, after=older, most=PER_PAGE + 1)
        if found:
            return Listed(found[:PER_PAGE], _name(found[0], wanted), _more(found, wanted))
    found = ask(wanted.only, wanted.sort, most=PER_PAGE + 1)
    return Listed(found[:PER_PAGE], "", _more(found, wanted))


def _more(found: Sequence[Record], wanted: ListAsked) -> str:
    return _name(found[PER_PAGE - 1], wanted) if len(found) > PER_PAGE else ""


def _name(one: Record, wanted: ListAsked) -> str:
    """A place in the list: the value by which the record there is sorted, and its own."""
    place = place_of(one, wanted.sort)
    return f"{place.at}-{one.label}"


def _place(visit: Visit, name: str) -> ListPlace | None:
    """Return the place of this name; None where there is none, or it is no name."""
    at, _, label = name.partition("-")
    moment = whole_number(at)
    found = visit.store.records.by_label(label, visit.company_id) if moment is not None else []
    return ListPlace(moment, found[0].id) if moment is not None and found else None


def mark(visit: Visit) -> str:
    """Return what changes when the records do that the visitor may see."""
    newest = visit.store.record_lists.page(asked(visit, "").only, most=1)
    return _mark(visit, newest, visit.store.record_lists.counts(visit.company_id, visit.user.id, visit.hidden_types))


def _mark(visit: Visit, newest: Sequence[Record], counts: RecordCounts) -> str:
    changed = f"{newest[0].label}-{newest[0].changed_at}" if newest else "0"
    numbers = ".".join(str(getattr(counts, name)) for name in RecordCounts.__slots__)
    return f"{changed}-{numbers}-{visit.unread}"


item = Item(20, "/records", marked("Records"))
routes = [live("/live/records", mark), page("/", home), page("/records", records)]
