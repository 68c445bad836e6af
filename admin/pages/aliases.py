"""Aliases: all of a company's, searched, filtered and sorted, with what came to each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast, get_args
from urllib.parse import urlencode

from starlette.responses import Response

from weftmail.admin.navigation import Item
from weftmail.admin.number import whole_number
from weftmail.admin.page import page
from weftmail.admin.visit import Visit
from weftmail.core.role import Role
from weftmail.core.wording.command import Command
from weftmail.core.wording.phrase import marked
from weftmail.flow.setup.alias import domains_of
from weftmail.store.alias import Alias
from weftmail.store.alias_list import NOBODY, Activity, AliasFilter, AliasSort, place_of

PER_PAGE = 50
DAY = 24 * 3600 * 1000
PINNED = "-"
"""Stands among the types of records for aliases that are pinned to one record."""
FILTERS = ("q", "domain", "opens", "state", "owner", "sort")
STATES = {"on": marked("on"), "off": marked("off")}
SORTS = {"address": marked("address"), "use": marked("last used"), "change": marked("last changed")}
ACCEPTS = {
    "everyone": marked("everyone"),
    "known": marked("known contacts and colleagues"),
    "participants": marked("who takes part already, and colleagues"),
    "internal": marked("colleagues only"),
}
"""Who may write to an alias, as people say it."""


@dataclass(frozen=True, slots=True)
class AliasLine:
    """An alias on the list, with what came to it."""

    alias: Alias
    activity: Activity


def aliases(visit: Visit) -> Response:
    """Show a page of the aliases that the filters leave."""
    asked = _asked(visit)
    sort = cast("AliasSort", asked["sort"] if asked["sort"] in get_args(AliasSort) else "address")
    only = filter_of(visit)
    found, newer, older = _page(visit, only, sort)
    activity = visit.store.alias_lists.activity(found, visit.now - DAY)
    return visit.page(
        "aliases.html",
        command=_command(asked),
        lines=[AliasLine(one, activity[one.id]) for one in found],
        count=visit.store.alias_lists.count(only),
        asked=asked,
        sort=sort,
        newer=_address(asked, before=newer) if newer else "",
        older=_address(asked, after=older) if older else "",
        choices=_choices(visit),
        file=_address(asked).replace("/aliases", "/aliases.csv", 1),
        accepts=ACCEPTS,
        per_page=PER_PAGE,
    )


def _page(visit: Visit, only: AliasFilter, sort: AliasSort) -> tuple[list[Alias], str, str]:
    """Return the aliases of one page, and the places from which the pages before and after it begin."""
    asked = visit.request.query_params
    after, before = asked.get("after", ""), asked.get("before", "")
    found = visit.store.alias_lists.page(only, sort, after=after, before=before, most=PER_PAGE + 1)
    more = len(found) > PER_PAGE
    if before:
        # One more than a page was read, which stands before all of it.
        found = found[-PER_PAGE:]
        return found, place_of(found[0], sort) if more else "", place_of(found[-1], sort) if found else ""
    found = found[:PER_PAGE]
    first = place_of(found[0], sort) if after and found else ""
    return found, first, place_of(found[-1], sort) if more else ""


def _asked(visit: Visit) -> dict[str, str]:
    return {name: visit.request.query_params.get(name, "") for name in FILTERS}


def filter_of(visit: Visit) -> AliasFilter:
    """Return which aliases the address of the page asks for."""
    asked = _asked(visit)
    owner = asked["owner"]
    return AliasFilter(
        (visit.company_id,),
        words=asked["q"].strip() or None,
        domain_id=_number(asked["domain"]) if asked["domain"] else None,
        record_type=("" if asked["opens"] == PINNED else asked["opens"]) if asked["opens"] else None,
        state=asked["state"] or None,
        owner_id=NOBODY if owner == "nobody" else _number(owner[1:]) if owner[:1] == "u" else None,
        team_id=_number(owner[1:]) if owner[:1] == "t" else None,
    )


def _number(text: str) -> int:
    """Return the number of a row; -1, which is none, for any other text."""
    found = whole_number(text)
    return -1 if found is None else found


def _choices(visit: Visit) -> dict[str, list[tuple[str, str]]]:
    say, store = visit.voice.gettext, visit.store
    types = [(one.name, one.name) for one in store.companies.record_types(visit.company_id)]
    return {
        "domain": [("", say("any")), *((str(one.id), one.name) for one in domains_of(store, visit.company_id))],
        "opens": [("", say("any")), *types, (PINNED, say("pinned to one record"))],
        "state": [("", say("any")), *((name, say(word)) for name, word in STATES.items())],
        "owner": [
            ("", say("any")),
            ("nobody", say("nobody")),
            *((f"t{one.id}", one.name) for one in store.teams.all(visit.company_id)),
            *((f"u{one.id}", one.name) for one in store.members.all(visit.company_id)),
        ],
        "sort": [(name, say(word)) for name, word in SORTS.items()],
    }


def _address(asked: dict[str, str], **place: str) -> str:
    kept = {name: value for name, value in asked.items() if value}
    return f"/aliases?{urlencode({**kept, **place})}"


def _command(asked: dict[str, str]) -> Command:
    """Return the command that lists the same, as far as its words can be said in one."""
    state = asked["state"] if asked["state"] in STATES else ""
    opens = asked["opens"] if asked["opens"] != PINNED else ""
    return Command("mail-admin alias list").given(state=state, opens=opens)


item = Item(210, "/aliases", marked("Aliases"), Role.ADMIN)
routes = [page("/aliases", aliases, role=Role.ADMIN)]
