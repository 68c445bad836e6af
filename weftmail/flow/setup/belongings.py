"""What a team has besides records and aliases: saved replies, a signature, the types that it sees.

Its replies pass to whoever takes over its work; where nobody does they go with it, since nobody else was meant to have
them.  When the team comes back, it has again what is still as it was left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from weftmail.flow.setup.act import Fields
from weftmail.flow.setup.saved_reply import as_new, word_of_another
from weftmail.store.ownership import Owner
from weftmail.store.saved_reply import NewReply, SavedReply
from weftmail.store.store import Store
from weftmail.store.team import Team


def fields(store: Store, team: Team) -> Fields:
    """Return what is said of all this; nothing of what the team has none of."""
    there = store.saved_replies.of_team(team.company_id, team.id)
    seen = store.record_types.teams_of_company(team.company_id)
    said: Fields = {
        "replies": [_said(one) for one in there if one.team_id == team.id],
        "assigned_by_replies": [one.id for one in there if one.assign_team_id == team.id],
        "signature": store.signatures.below(team.company_id, None, team.id).team,
        "sees": [type_ for type_, names in seen.items() if team.name in names],
    }
    return {name: value for name, value in said.items() if value}


def _said(one: SavedReply) -> Fields:
    return {"id": one.id, "name": one.name, "word": one.word, "removed": one.removed_at is not None}


def reply_names(said: Mapping[str, Any]) -> list[str]:
    """Return the names of the replies that a team offers, of what ``fields`` says."""
    return [one["name"] for one in said.get("replies", ()) if not one["removed"]]


def let_go(store: Store, team: Team, to: Owner, now: int) -> None:
    """Let the replies of a team pass to a colleague or a team, without a word that is taken there; to nobody: offer
    them no more.
    """
    for one in store.saved_replies.of_team(team.company_id, team.id):
        new = as_new(one)
        if one.assign_team_id == team.id:
            new = replace(new, assign_team_id=None)
        if one.team_id == team.id:
            owner = Owner() if one.removed_at is not None else to
            new = _with_free_word(
                store, team.company_id, replace(new, user_id=owner.user_id, team_id=owner.team_id), one
            )
        store.saved_replies.set(team.company_id, one.id, new, now)
        if one.team_id == team.id and one.removed_at is None and to == Owner():
            store.saved_replies.remove(team.company_id, one.id, now)


def give_back(store: Store, team: Team, had: Mapping[str, Any], heir: Owner, now: int) -> None:
    """Let a team that came back have what ``had`` names, as far as its heir, or nobody, has it as it was left."""
    for said in had.get("replies", ()):
        found = store.saved_replies.get(team.company_id, said["id"])
        owner = Owner() if said["removed"] else heir
        if found is None or (found.user_id, found.team_id) != (owner.user_id, owner.team_id):
            continue
        if (found.removed_at is not None) is not (owner == Owner()):
            continue
        new = replace(as_new(found), user_id=None, team_id=team.id, word=found.word or said["word"])
        store.saved_replies.set(team.company_id, found.id, _with_free_word(store, team.company_id, new, found), now)
        if found.removed_at is not None and not said["removed"]:
            store.saved_replies.restore(team.company_id, found.id, now)
    for reply_id in had.get("assigned_by_replies", ()):
        found = store.saved_replies.get(team.company_id, reply_id)
        if found is not None and found.assign_user_id is None and found.assign_team_id is None:
            store.saved_replies.set(team.company_id, found.id, replace(as_new(found), assign_team_id=team.id), now)
    store.signatures.put(team.company_id, had.get("signature", ""), team_id=team.id)
    there = {one.name for one in store.companies.record_types(team.company_id)}
    for type_ in had.get("sees", ()):
        if type_ in there:
            store.record_types.name_team(team.company_id, type_, team.id)


def _with_free_word(store: Store, company_id: int, new: NewReply, one: SavedReply) -> NewReply:
    return replace(new, word="") if word_of_another(store, company_id, new, one.id) else new
