"""Teams: colleagues who own aliases and records together."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from weftmail.admin.navigation import Item
from weftmail.admin.page import page
from weftmail.admin.pages.history import changes_of
from weftmail.admin.people import heirs
from weftmail.admin.visit import Visit, nothing_here
from weftmail.core.role import Role
from weftmail.core.wording.command import Command
from weftmail.core.wording.phrase import marked
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import belongings, find, signature, team
from weftmail.store.team import Team


def teams(visit: Visit) -> Response:
    """Show all teams, with their members and how much they own."""
    return _list(visit, {})


def add(visit: Visit) -> Response:
    """Add a team, and go to its page."""
    company, name = visit.company.company, visit.text("name")
    done = team.add(visit.setup, name, company=company)
    if isinstance(done, Refusal):
        return _list(visit, {done.field: visit.voice.say(done.phrase)})
    return visit.go(f"/teams/{find.team(visit.store, visit.company_id, done.subject).id}", done)


def one(visit: Visit) -> Response:
    """Show one team."""
    return _page(visit, _team_of(visit), {})


def save(visit: Visit) -> Response:
    """Rename a team, and let those who are ticked belong to it."""
    found = _team_of(visit)
    wanted = [str(value) for value in visit.form.getlist("member")]
    before = list(team.members(visit.store, found))
    done = team.change(
        visit.setup,
        found.name,
        company=visit.company.company,
        new_name=visit.text("name"),
        add_members=[one for one in wanted if one not in before],
        remove_members=[one for one in before if one not in wanted],
        takes=bool(visit.text("takes")) if visit.text("switches") else None,
        gives=visit.text("gives") or None,
        holds_crossing=bool(visit.text("holds_crossing")) if visit.text("switches") else None,
    )
    if isinstance(done, Refusal):
        return _page(visit, found, {done.field: visit.voice.say(done.phrase)})
    return visit.go(f"/teams/{found.id}", done)


def remove(visit: Visit) -> Response:
    """Remove a team, with whoever takes over what it owns."""
    found = _team_of(visit)
    done = team.remove(visit.setup, found.name, company=visit.company.company, to=visit.text("to") or None)
    if isinstance(done, Refusal):
        return _page(visit, found, {done.field: visit.voice.say(done.phrase)})
    return visit.go("/teams", done)


def sign(visit: Visit) -> Response:
    """Keep the signature of a team."""
    found = _team_of(visit)
    done = signature.of_team(visit.setup, found.name, visit.text("signature"), company=visit.company.company)
    if isinstance(done, Refusal):
        return _page(visit, found, {done.field: visit.voice.say(done.phrase)})
    return visit.go(f"/teams/{found.id}", done)


def _team_of(visit: Visit) -> Team:
    found = visit.store.teams.get(visit.company_id, visit.request.path_params["team"])
    if found is None:
        raise nothing_here()
    return found


def _list(visit: Visit, wrong: Mapping[str, str]) -> Response:
    members: dict[int, list[str]] = {}
    for one_ in visit.store.members.of_teams(visit.company_id):
        members.setdefault(one_.team_id, []).append(one_.name)
    return visit.page(
        "teams.html",
        command=Command("mail-admin team list"),
        status=422 if wrong else 200,
        lines=visit.store.members.teams(visit.company_id),
        members=members,
        typed=visit.text("name"),
        wrong=wrong,
    )


def _page(visit: Visit, found: Team, wrong: Mapping[str, str]) -> Response:
    inside = team.members(visit.store, found)
    return visit.page(
        "team.html",
        command=Command("mail-admin team show {name}", name=found.name),
        status=422 if wrong else 200,
        team=found,
        typed=visit.text("name") or found.name,
        people=[one for one in visit.store.members.all(visit.company_id) if one.active and one.address],
        inside=[str(one) for one in visit.form.getlist("member")] if wrong else list(inside),
        away=[one for one in visit.store.absences.of_company(visit.company_id) if one.away_name in inside.values()],
        signature=visit.text("signature")
        if "signature" in visit.form
        else visit.store.signatures.below(visit.company_id, None, found.id).team,
        holdings=visit.store.ownership.of_team(visit.company_id, found.id),
        replies=belongings.reply_names(belongings.fields(visit.store, found)),
        heirs=[one for one in heirs(visit) if one[0] != found.name],
        wrong=wrong,
        history=changes_of(visit, found.name),
    )


item = Item(250, "/teams", marked("Teams"), Role.ADMIN)
routes = [
    page("/teams", teams, role=Role.ADMIN),
    page("/teams/new", add, posts=True, role=Role.ADMIN),
    page("/teams/{team:number}", one, role=Role.ADMIN),
    page("/teams/{team:number}/save", save, posts=True, role=Role.ADMIN),
    page("/teams/{team:number}/signature", sign, posts=True, role=Role.ADMIN),
    page("/teams/{team:number}/remove", remove, posts=True, role=Role.ADMIN),
]
