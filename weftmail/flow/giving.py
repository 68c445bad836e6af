"""Gives a new record of a team to one of its members, as the team wants it: asks for the facts, and keeps the turn."""

from __future__ import annotations

from weftmail.core.routing.giving import Given, give
from weftmail.core.wording.phrase import Phrase
from weftmail.store.store import Store


def give_new(
    store: Store, company_id: int, team_id: int | None, record_type: str, customer_id: int | None
) -> Given | None:
    """Return who of the team gets a record that is about to be opened, and count their turn; None for nobody."""
    team = store.teams.get(company_id, team_id) if team_id is not None else None
    if team is None or team.gives == "nobody":
        return None
    wrote = store.teams.wrote_to(company_id, customer_id) if team.gives == "last" and customer_id is not None else []
    given = give(team.gives, store.teams.turns(company_id, team.id, record_type), wrote)
    if given is not None:
        store.teams.take_turn(company_id, team.id, given.user_id)
    return given


def event_of(given: Given, team: str) -> Phrase:
    """Return what the conversation says of it."""
    if given.knows_customer:
        return Phrase("event.given.last", {"name": given.name, "team": team})
    return Phrase("event.given.round", {"name": given.name, "team": team})
