"""Which records a list shows: the flags of ``mail-admin record list``, read into the filter that the page has, too."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from weftmail.cli.arguments import Parser
from weftmail.core.failure import UsageError
from weftmail.flow import day
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.search import search
from weftmail.flow.setup import find
from weftmail.store.record import Record
from weftmail.store.record_list import RecordFilter
from weftmail.store.store import Store

FLAGS = ("unassigned", "waiting", "held", "snoozed")
"""What a list is narrowed to without a value."""
VALUES = ("owner", "team", "state", "type", "tag", "customer", "priority", "in_", "since", "until")
"""What it is narrowed to by one."""
KINDS_OF_STATE = ("open", "waiting", "closed")
PRIORITIES = ("low", "normal", "high", "urgent")
MOST_FOUND = 200
"""So many messages and records are looked at for one list of what was found."""


def add_flags(parser: Parser) -> None:
    """Add the flags."""
    parser.add_argument("--owner", metavar="ADDR", help="only what this colleague owns")
    parser.add_argument("--team", metavar="TEAM", help="only what this team owns")
    parser.add_argument("--unassigned", action="store_true", help="only what nobody owns")
    parser.add_argument("--waiting", action="store_true", help="only what waits for an answer of ours")
    parser.add_argument("--held", action="store_true", help="only records with email in the review queue")
    parser.add_argument("--snoozed", action="store_true", help="only what is snoozed")
    parser.add_argument("--state", metavar="STATE", help="only in this state; active is all that is not closed")
    parser.add_argument("--type", metavar="TYPE", help="only of this type")
    parser.add_argument("--tag", metavar="TAG", help="only with this tag")
    parser.add_argument("--customer", metavar="ADDR", help="only of this contact")
    parser.add_argument("--priority", choices=PRIORITIES, help="only of this priority")
    parser.add_argument("--in", dest="in_", choices=("spam", "trash"), help="what lies there, instead of the lists")
    parser.add_argument("--since", metavar="DATE", help="only what changed from this day on, such as 2026-11-24")
    parser.add_argument("--until", metavar="DATE", help="only what changed up to the end of this day")
    parser.add_argument(
        "--search",
        metavar="WORDS",
        help='only what is found by words, "phrases", from: to: has:file in: tag: before: after:',
    )


def asked(arguments: argparse.Namespace) -> bool:
    """Say whether any flag leaves out a record."""
    return any(getattr(arguments, name) for name in (*FLAGS, *VALUES))


def wanted(store: Store, company_id: int, arguments: argparse.Namespace) -> RecordFilter:
    """Return the filter; raises RefusedAct for what names nothing, and for what is no day."""
    flags: dict[str, Any] = {name: True for name in FLAGS if getattr(arguments, name)}
    only = replace(RecordFilter(company_id, 0), **flags)
    for name in VALUES:
        value = getattr(arguments, name)
        if value is not None:
            only = replace(only, **_NARROWED[name](store, company_id, value))
    return only


def _state(_store: Store, _of: int, value: str) -> dict[str, Any]:
    if value == "active":
        return {"active": True}
    return {"counts_as": value} if value in KINDS_OF_STATE else {"state": value}


def _tag(store: Store, of: int, value: str) -> dict[str, Any]:
    found = store.tags.by_name(of, value)
    if found is None:
        there = find.joined([one.name for one in store.tags.all(of)]) or "-"
        raise RefusedAct("tag", "no_such_choice", choice=value, choices=there)
    return {"tag_id": found.id}


_NARROWED: Mapping[str, Callable[[Store, int, str], dict[str, Any]]] = {
    "owner": lambda store, of, value: {"owner_id": find.user(store, value, field="owner").id},
    "team": lambda store, of, value: {"team_id": find.team(store, of, value, field="team").id},
    "state": _state,
    "type": lambda store, of, value: {"type": find.record_type(store, of, value, field="type")},
    "tag": _tag,
    "customer": lambda store, of, value: {"customer_id": find.contact(store, of, value, field="customer").id},
    "priority": lambda store, of, value: {"priority": value},
    "in_": lambda store, of, value: {"hidden_as": value},
    "since": lambda store, of, value: {"since": day.begin(day.named("since", value), None)},
    "until": lambda store, of, value: {"until": day.after(day.named("until", value), None)},
}


@dataclass(frozen=True, slots=True)
class FoundPages:
    """The records that words find, as the page of the search has them: the newest first."""

    store: Store
    company_id: int
    words: str

    def _found(self) -> Sequence[Record]:
        found = search(self.store, self.company_id, self.words, (), MOST_FOUND)
        if found.wrong is not None:
            raise RefusedAct("search", "day_malformed", day=found.what.no_day)
        labels = dict.fromkeys(one.label for one in found.hits)
        return [one for label in labels for one in self.store.records.by_label(label, self.company_id)]

    def page(self, after: str | None, most: int) -> Sequence[Record]:
        """Return a page."""
        found = self._found()
        at = next((place for place, one in enumerate(found, 1) if str(one.id) == after), 0)
        return found[at : at + most]

    def left(self, after: str) -> int:
        """Return how many follow."""
        return len(self.page(after, MOST_FOUND))


def refuse_both(arguments: argparse.Namespace) -> None:
    """Raise UsageError for words beside what narrows a list: the search looks among all records."""
    if arguments.search is not None and asked(arguments):
        raise UsageError("--search looks among all records: leave out the other flags, or write in: or tag: there", 2)
