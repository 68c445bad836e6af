"""mail-admin team: colleagues who own records and aliases together."""

from __future__ import annotations

import argparse

from weftmail.cli import done
from weftmail.cli.arguments import Parser, Verbs
from weftmail.cli.context import Context, joined
from weftmail.cli.listing import Listing, Whole
from weftmail.cli.output import sheet
from weftmail.cli.refusals import carried_out
from weftmail.core.routing.giving import GIVING_RULES
from weftmail.core.wording.command import Command
from weftmail.flow.setup import belongings, find, team
from weftmail.store.store import Store
from weftmail.store.team import Team


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    add = verbs.add("add", "add a team", _add, company=True)
    add.add_argument("name", metavar="NAME", help="the name of the team")
    add.add_argument("--member", action="append", default=[], metavar="ADDR", help="a colleague who belongs to it")
    verbs.list("list the teams of a company", _list, "NAME", company=True)
    show = verbs.add("show", "show one team, its members and what it owns", _show, company=True)
    show.add_argument("name", metavar="NAME", help="the name of the team")
    change = verbs.add("set", "rename a team, or change who belongs to it", _set, company=True)
    change.add_argument("name", metavar="NAME", help="the name of the team")
    change.add_argument("--name", dest="new_name", metavar="NEW", help="its new name")
    change.add_argument("--add-member", action="append", default=[], metavar="ADDR", help="add a colleague")
    change.add_argument("--remove-member", action="append", default=[], metavar="ADDR", help="remove a colleague")
    change.add_argument(
        "--takes", choices=("yes", "no"), help="whether who answers takes a record of the team that nobody owns"
    )
    change.add_argument(
        "--gives", choices=GIVING_RULES,
        help="who gets a new record: nobody, the next in the round, or the last who wrote to its customer",
    )  # fmt: skip
    change.add_argument(
        "--hold-crossing", choices=("yes", "no"),
        help="whether an answer by email waits that was written before somebody else wrote",
    )  # fmt: skip
    remove = verbs.add("remove", "remove a team", _remove, company=True)
    remove.add_argument("name", metavar="NAME", help="the name of the team")
    remove.add_argument(
        "--hand-over-to", metavar="WHO", help="the colleague, by address, or the team, by name, who takes over its work"
    )


def _add(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(team.add(context.setup, arguments.name, company=arguments.company, add_members=arguments.member))
    step = Command("mail-admin team set {name} --add-member ADDR", name=made.subject)
    next_ = f"Next: {context.naming(step, made.company_id)}"
    context.answer(arguments.json, done.value(made), lambda: [f"Added the team {made.subject}. {next_}"])


def _set(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(
        team.change(
            context.setup,
            arguments.name,
            company=arguments.company,
            new_name=arguments.new_name,
            add_members=arguments.add_member,
            remove_members=arguments.remove_member,
            takes=_yes(arguments.takes),
            gives=arguments.gives,
            holds_crossing=_yes(arguments.hold_crossing),
        )
    )
    context.answer(arguments.json, done.value(made), lambda: [done.changes(made)])


def _yes(text: str | None) -> bool | None:
    return None if text is None else text == "yes"


def _remove(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(team.remove(context.setup, arguments.name, company=arguments.company, to=arguments.hand_over_to))
    heir = made.was.get("passed_to")
    passed = f" What it owned passed to {heir}." if heir else ""
    names = joined(belongings.reply_names(made.was))
    replies = f" Its saved replies {'passed along' if heir else 'went with it'}: {names}." if names else ""
    context.answer(arguments.json, done.value(made), lambda: [f"Removed the team {made.subject}.{passed}{replies}"])


def _list(context: Context, arguments: argparse.Namespace) -> None:
    context.show(_listing(context.store, arguments.company), arguments)


def _listing(store: Store, company: str | None) -> Listing[Team]:
    companies = store.companies.all() if company is None else [find.company(store, company)]
    teams = [one for each in companies for one in store.teams.all(each.id)]
    names = {one.id: one.name for one in companies}
    return Listing(
        Whole(teams, lambda one: one.name),
        lambda one: one.name,
        lambda one: team.fields(store, one),
        ("TEAM", "COMPANY", "MEMBERS"),
        lambda one: (one.name, names[one.company_id], joined(list(team.members(store, one).values()))),
        "There is no team yet. Add one: mail-admin team add NAME --member ADDR",
    )


def _show(context: Context, arguments: argparse.Namespace) -> None:
    store = context.store
    whose = find.company_with_team(store, arguments.company, arguments.name)
    found = find.team(store, whose.id, arguments.name)
    owns = store.ownership.of_team(whose.id, found.id)
    aliases = [one.name for one in owns.here]
    replies = belongings.reply_names(belongings.fields(store, found))
    value = {**team.fields(store, found), "aliases": aliases, "records": len(owns.records), "replies": replies}
    lines = {
        "Team": found.name,
        "Company": whose.name,
        "Members": [f"{name} <{address}>" for address, name in team.members(store, found).items()],
        "Who answers takes it": found.takes,
        "New records go to": found.gives,
        "Crossing answers wait": found.holds_crossing,
        "Aliases": aliases,
        "Records": len(owns.records),
        "Saved replies": replies,
    }
    context.answer(arguments.json, value, lambda: sheet(lines))
