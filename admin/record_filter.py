"""Which records a list shows: what stands in its address, as a filter of the store and as words of the form."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast, get_args
from urllib.parse import parse_qsl, urlencode

from weftmail.admin.number import whole_number
from weftmail.admin.people import contacts_called
from weftmail.admin.visit import Visit
from weftmail.core.address import BadAddress, canonical
from weftmail.core.wording.command import Command
from weftmail.flow import day
from weftmail.store.record_list import RecordFilter, RecordSort

ONLY = ("mine", "unassigned", "teams", "unread", "waiting", "held", "snoozed", "drafts")
"""What a list can be narrowed to; any of them together."""
KINDS_OF_STATE = ("active", "open", "waiting", "closed")
"""Every state counts as one of the last three; active is what is not closed."""
ACTIVITIES = {"overdue": "due_before", "today": "due_on", "planned": "due_after"}
"""Which records with something to be done, by its day seen from today."""
HIDDEN = ("spam", "trash")
PRIORITIES = ("low", "normal", "high", "urgent")
FIELDS = ("state", "type", "owner", "team", "tag", "customer", "priority", "activity", "since", "until", "in", "sort")


@dataclass(frozen=True, slots=True)
class ListAsked:
    """A list as an address asks for it: the filter, the order, and the words of the address without a place in it."""

    only: RecordFilter
    sort: RecordSort
    words: Mapping[str, str]
    narrowed: tuple[str, ...]

    @property
    def query(self) -> str:
        """What stands in the address of this list."""
        return query_of(self.narrowed, self.words)

    @property
    def filtered(self) -> bool:
        """Whether it leaves out any record."""
        return bool(self.narrowed) or any(name != "sort" for name in self.words)

    @property
    def chosen(self) -> int:
        """How many things of its filter and its order somebody chose."""
        return len(self.narrowed) + sum(bool(value) for value in self.words.values())


def query_of(narrowed: Iterable[str], words: Mapping[str, str]) -> str:
    """Return the words of an address."""
    pairs = [("only", one) for one in narrowed] + [(name, words[name]) for name in FIELDS if words.get(name)]
    return urlencode(pairs)


def asked(visit: Visit, query: str) -> ListAsked:
    """Return the list that the words of an address ask for; what makes no sense in them is left out."""
    pairs = parse_qsl(query, max_num_fields=50)
    narrowed = tuple(one for one in ONLY if ("only", one) in pairs)
    given = {name: value.strip() for name, value in pairs if name in FIELDS and value.strip()}
    only = RecordFilter(visit.company_id, visit.user.id, visit.hidden_types)
    flags: dict[str, Any] = dict.fromkeys(narrowed, True)
    only = replace(only, **flags)
    kept: dict[str, str] = {}
    for name, value in given.items():
        changes = _narrowed(visit, name, value)
        if changes:
            only, kept[name] = replace(only, **changes), value
    sort = given.get("sort", "changed")
    if sort not in get_args(RecordSort):
        sort = "changed"
    elif sort != "changed":
        kept["sort"] = sort
    return ListAsked(only, cast(RecordSort, sort), kept, narrowed)


_SAID = ("unassigned", "waiting", "held", "snoozed")
"""What can be said in the shell as it stands; what is of one reader alone, as unread, cannot."""


def command_of(visit: Visit, wanted: ListAsked) -> Command | None:
    """Return the command that lists the same; None where part of it is the visitor's alone, so that none does."""
    only, words = wanted.only, wanted.words
    if set(wanted.narrowed) - {"mine", *_SAID} or "activity" in words or (only.mine and only.owner_id is not None):
        return None
    named = _names(visit, only)
    if "" in named.values():
        return None
    made = Command("mail-admin record list").given(**{flag: flag in wanted.narrowed for flag in _SAID}, **named)
    plain = {name: words.get(name, "") for name in ("state", "type", "tag", "priority", "since", "until", "sort")}
    return made.given(in_=only.hidden_as or "", **plain)


def _names(visit: Visit, only: RecordFilter) -> dict[str, str]:
    """Return what a filter names by number, as people write it; "" for what is not there."""
    store, found = visit.store, {}
    owner = visit.user.id if only.mine else only.owner_id
    if owner is not None:
        found["owner"] = next(iter(store.users.addresses(owner)), "")
    if only.team_id is not None:
        teams = store.teams.all(visit.company_id)
        found["team"] = next((one.name for one in teams if one.id == only.team_id), "")
    if only.customer_id is not None:
        addresses = store.contacts.addresses_of(visit.company_id, [only.customer_id])
        found["customer"] = next(iter(addresses.get(only.customer_id, ())), "")
    return found


def _narrowed(visit: Visit, name: str, value: str) -> dict[str, Any]:
    """Return the conditions that one word of the address stands for; none where it makes no sense."""
    match name:
        case "state":
            return _state(value)
        case "type":
            return {"type": value[:100]}
        case "owner" | "team":
            number = whole_number(value)
            return {} if number is None else {f"{name}_id": number}
        case "tag":
            tag = visit.store.tags.by_name(visit.company_id, value)
            return {"tag_id": tag.id if tag is not None else 0}
        case "customer":
            return {"customer_id": _contact(visit, value)}
        case "activity" if value in ACTIVITIES:
            return {ACTIVITIES[value]: day.today(visit.now, visit.voice.calendar.zone).isoformat()}
        case "since" | "until":
            at = _day(visit, value, 1 if name == "until" else 0)
            return {} if at is None else {name: at}
        case _:
            return _chosen(name, value)


def _state(value: str) -> dict[str, Any]:
    if value == "active":
        return {"active": True}
    return {"counts_as": value} if value in KINDS_OF_STATE else {"state": value[:100]}


def _chosen(name: str, value: str) -> dict[str, Any]:
    if name == "priority" and value in PRIORITIES:
        return {"priority": value}
    return {"hidden_as": value} if name == "in" and value in HIDDEN else {}


def _contact(visit: Visit, text: str) -> int:
    """Return the contact who is named by number, by an address, or by words that fit nobody else; 0 for nobody."""
    number = whole_number(text)
    if number is not None:
        return number
    called = contacts_called(visit, text) if "@" not in text else []
    address = called[0][0] if len(called) == 1 else text
    try:
        found = visit.store.contacts.by_address(visit.company_id, canonical(address))
    except BadAddress:
        return 0
    return found.id if found is not None else 0


def _day(visit: Visit, text: str, more: int) -> int | None:
    """Return when a day begins for the visitor, or the one after it."""
    try:
        begins = datetime.date.fromisoformat(text) + datetime.timedelta(days=more)
        moment = datetime.datetime.combine(begins, datetime.time(), visit.voice.calendar.zone)
        return int(moment.timestamp() * 1000)
    except (ValueError, OverflowError):
        return None
