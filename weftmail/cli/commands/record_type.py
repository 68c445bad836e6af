"""mail-admin record-type: what a company keeps records of, with their numbers, states and fields."""

from __future__ import annotations

import argparse

from weftmail.cli import done
from weftmail.cli.arguments import Parser, Verbs, pairs
from weftmail.cli.context import Context, joined
from weftmail.cli.listing import Listing, Whole
from weftmail.cli.output import sheet
from weftmail.cli.refusals import carried_out
from weftmail.core.wording.command import Command
from weftmail.flow.setup import find, record_type
from weftmail.flow.setup.alias_switches import SWITCHES
from weftmail.flow.setup.record_type import TypeChanges
from weftmail.store.company import Company, RecordType
from weftmail.store.store import Store


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    add = verbs.add("add", "add a type of records", _add, company=True)
    add.add_argument("name", metavar="NAME", help="what it is called, such as contract")
    add.add_argument("prefix", metavar="PREFIX", help="what its numbers begin with, such as CON")
    verbs.list("list the types of records of a company", _list, "NAME", company=True)
    show = verbs.add("show", "show one type, its states and its fields", _show, company=True)
    show.add_argument("name", metavar="NAME", help="the name of the type")
    change = verbs.add("set", "change a type; its records follow", _set, company=True)
    change.add_argument("name", metavar="NAME", help="the name of the type")
    change.add_argument("--name", dest="new_name", metavar="NEW", help="its new name")
    change.add_argument("--prefix", metavar="PREFIX", help="what new numbers begin with; numbers given stay")
    change.add_argument(
        "--when-closed", choices=record_type.WHEN_CLOSED,
        help="what an answer from outside to a closed record does: reopen it, open a new one, or be held",
    )  # fmt: skip
    _repeated(change, "--state", "STATE=KIND", "add a state, which counts as open, waiting or closed")
    _repeated(change, "--rename-state", "OLD=NEW", "give a state another name")
    _repeated(change, "--remove-state", "STATE", "remove a state that no record is in")
    _repeated(
        change, "--field", "FIELD=KIND", "add a field: text, number, amount, date, person, or 'choice: small, large'"
    )
    _repeated(change, "--remove-field", "FIELD", "remove a field; what records hold there stays, as text")
    change.add_argument("--columns", metavar="FIELDS", help="the fields that lists show, with commas between")
    change.add_argument("--teams-only", choices=("yes", "no"), help="whether its records are for named teams only")
    _repeated(change, "--add-team", "TEAM", "name a team that sees its records")
    _repeated(change, "--remove-team", "TEAM", "name a team no longer")
    remove = verbs.add("remove", "remove a type that nothing is of: it was made by mistake", _remove, company=True)
    remove.add_argument("name", metavar="NAME", help="the name of the type")


def _repeated(parser: Parser, flag: str, metavar: str, help_: str) -> None:
    parser.add_argument(flag, action="append", default=[], metavar=metavar, help=help_)


def _add(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(record_type.add(context.setup, arguments.company, arguments.name, arguments.prefix))
    step = Command("mail-admin record-type set {name} --field value=amount", name=made.subject)
    next_ = f"Next: {context.naming(step, made.company_id)}"
    said = f"Added {made.subject}, with numbers such as {made.now['prefix']}-1. {next_}"
    context.answer(arguments.json, done.value(made), lambda: [said])


def _set(context: Context, arguments: argparse.Namespace) -> None:
    changes = TypeChanges(
        name=arguments.new_name,
        prefix=arguments.prefix,
        when_closed=arguments.when_closed,
        states=pairs(arguments.state, "STATE=KIND, as quoted=waiting"),
        renamed_states=pairs(arguments.rename_state, "OLD=NEW"),
        removed_states=arguments.remove_state,
        fields=pairs(arguments.field, "FIELD=KIND, as value=amount"),
        removed_fields=arguments.remove_field,
        columns=None
        if arguments.columns is None
        else [one.strip() for one in arguments.columns.split(",") if one.strip()],
        teams_only=None if arguments.teams_only is None else arguments.teams_only == "yes",
        add_teams=arguments.add_team,
        remove_teams=arguments.remove_team,
    )
    made = carried_out(record_type.change(context.setup, arguments.company, arguments.name, changes))
    context.answer(arguments.json, done.value(made), lambda: [done.changes(made)])


def _remove(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(record_type.remove(context.setup, arguments.company, arguments.name))
    said = f"Removed the type {made.subject}. To bring it back: {done.undo(made)}"
    context.answer(arguments.json, done.value(made), lambda: [said])


def _list(context: Context, arguments: argparse.Namespace) -> None:
    context.show(_listing(context.store, arguments.company), arguments)


def _listing(store: Store, company: str | None) -> Listing[tuple[Company, RecordType]]:
    companies = store.companies.all() if company is None else [find.company(store, company)]
    types = [(each, one) for each in companies for one in store.companies.record_types(each.id)]
    return Listing(
        Whole(types, lambda row: row[1].name),
        lambda row: row[1].name,
        lambda row: record_type.fields(store, *row),
        ("TYPE", "NUMBERS", "COMPANY", "STATES", "FIELDS"),
        lambda row: (
            row[1].name,
            f"{row[1].prefix}-1",
            row[0].name,
            joined([one.name for one in store.records.states(row[0].id, row[1].name)]),
            joined([one.name for one in store.record_types.fields(row[0].id, row[1].name)]),
        ),
        "There is no type of records yet. Add one: mail-admin record-type add NAME PREFIX",
    )


def _show(context: Context, arguments: argparse.Namespace) -> None:
    store = context.store
    whose = record_type.company_of(store, arguments.company, arguments.name)
    name = find.record_type(store, whose.id, arguments.name, field="name")
    found = next(one for one in store.companies.record_types(whose.id) if one.name == name)
    states, fields = store.records.states(whose.id, name), store.record_types.fields(whose.id, name)
    lines = {
        "Type": name,
        "Company": whose.name,
        "Numbers": f"{found.prefix}-1",
        "An answer to a closed record": SWITCHES["when_closed"].said(found.when_closed),
        "States": [f"{one.name} ({one.counts_as})" for one in states],
        "Fields": [f"{one.name} ({one.kind}{''.join(f', {each}' for each in one.choices)})" for one in fields],
        "Columns": [one.name for one in fields if one.in_list],
        "Seen by": [one.name for one in store.record_types.teams(whose.id, name)] if found.teams_only else "everybody",
    }
    context.answer(arguments.json, record_type.fields(store, whose, found), lambda: sheet(lines))
