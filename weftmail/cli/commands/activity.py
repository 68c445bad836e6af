"""mail-admin activity: what colleagues are to do on records by a day."""

from __future__ import annotations

import argparse

from weftmail.cli import done
from weftmail.cli.arguments import Parser, Verbs, number
from weftmail.cli.context import Context
from weftmail.cli.listing import Listing, Whole
from weftmail.cli.output import sheet
from weftmail.cli.refusals import carried_out
from weftmail.core.failure import UsageError
from weftmail.core.wording.command import Command
from weftmail.flow.activity import KINDS
from weftmail.flow.setup import activity, activity_type, find
from weftmail.flow.setup.activity import Planned
from weftmail.store.activity import DayPlace, RecordActivity

MOST = 10_000


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    add = verbs.add("add", "plan an activity on a record", _add, company=True)
    add.add_argument("number", metavar="NUMBER", help="the number of the record, such as LEAD-17")
    add.add_argument("type", metavar="TYPE", help="call, email, meeting, to-do, or a type of your own")
    add.add_argument("day", metavar="DAY", help="by when, as 2026-11-30")
    add.add_argument("--assignee", metavar="ADDR", default="", help="the colleague who is to do it")
    add.add_argument("--note", metavar="TEXT", default="", help="what to know")
    verbs.list("list what is to be done, the soonest first", _list, "ID", company=True)
    show = verbs.add("show", "show one activity", _show, company=True)
    show.add_argument("id", type=number, metavar="ID", help="the number of the activity")
    change = verbs.add("set", "change an activity; only what you name changes", _set, company=True)
    change.add_argument("id", type=number, metavar="ID", help="the number of the activity")
    change.add_argument("--type", metavar="TYPE", help="call, email, meeting, to-do, or a type of your own")
    change.add_argument("--day", metavar="DAY", help="by when, as 2026-11-30")
    change.add_argument("--assignee", metavar="ADDR", help="the colleague who is to do it")
    change.add_argument("--note", metavar="TEXT", help="what to know; '' for nothing")
    end = verbs.add("done", "say that an activity is done", _done, company=True)
    end.add_argument("id", type=number, metavar="ID", help="the number of the activity")
    end.add_argument("--feedback", metavar="TEXT", default="", help="what came of it; it stands in the conversation")
    end.add_argument("--next", metavar="TYPE", help="plan a next one, of this type")
    end.add_argument("--next-day", metavar="DAY", help="by when the next one is due")
    end.add_argument("--next-note", metavar="TEXT", default="", help="what to know of the next one")
    remove = verbs.add("remove", "remove an activity", _remove, company=True)
    remove.add_argument("id", type=number, metavar="ID", help="the number of the activity")
    verbs.list("list the types of activities", _types, "NAME", company=True, verb="types")
    add_type = verbs.add("add-type", "add a type of activities", _add_type, company=True)
    add_type.add_argument("name", metavar="NAME", help="what it is called")
    remove_type = verbs.add("remove-type", "offer a type of activities no more", _remove_type, company=True)
    remove_type.add_argument("name", metavar="NAME", help="what it is called")


def _add(context: Context, arguments: argparse.Namespace) -> None:
    planned = Planned(arguments.type, arguments.day, arguments.assignee, arguments.note)
    made = carried_out(activity.add(context.setup, arguments.number, planned, company=arguments.company))
    said = f"Planned on {made.subject}: {made.now['type']} by {made.now['due']}, {made.now['assignee']}."
    next_ = f"Next: {Command('mail-admin activity done {id} --feedback TEXT', id=made.now['id'])}"
    context.answer(arguments.json, done.value(made), lambda: [said, next_])


def _set(context: Context, arguments: argparse.Namespace) -> None:
    if (arguments.type, arguments.day, arguments.assignee, arguments.note) == (None, None, None, None):
        raise UsageError("there is nothing to change; see: mail-admin activity set --help", status=2)
    one = activity.named(context.store, arguments.id, arguments.company)
    said = activity.fields(context.store, one)
    planned = Planned(
        arguments.type or one.type,
        arguments.day or one.due_on,
        arguments.assignee or str(said["assignee_address"]),
        one.note if arguments.note is None else arguments.note,
    )
    made = carried_out(activity.change(context.setup, one.id, planned, company=arguments.company))
    context.answer(arguments.json, done.value(made), lambda: [done.changes(made)])


def _done(context: Context, arguments: argparse.Namespace) -> None:
    if (arguments.next is None) is not (arguments.next_day is None):
        raise UsageError("a next activity has a type and a day: --next TYPE --next-day DAY", status=2)
    one = activity.named(context.store, arguments.id, arguments.company)
    whose = str(activity.fields(context.store, one)["assignee_address"])
    then = None
    if arguments.next is not None:
        then = Planned(arguments.next, arguments.next_day, whose, arguments.next_note)
    made = carried_out(activity.done(context.setup, arguments.id, arguments.feedback, then, company=arguments.company))
    context.answer(arguments.json, done.value(made), lambda: [done.changes(made)])


def _remove(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(activity.remove(context.setup, arguments.id, company=arguments.company))
    context.answer(arguments.json, done.value(made), lambda: [done.changes(made)])


def _list(context: Context, arguments: argparse.Namespace) -> None:
    store = context.store
    companies = store.companies.all() if arguments.company is None else [find.company(store, arguments.company)]
    found = [one for each in companies for one in store.activities.page(each.id, None, (), DayPlace(), MOST)]
    listing = Listing(
        Whole(found, _id),
        _id,
        lambda one: activity.fields(store, one),
        ("ID", "RECORD", "TYPE", "DUE", "ASSIGNEE", "NOTE"),
        lambda one: (one.id, one.record, one.type, one.due_on, one.user, one.note),
        "Nothing is planned. Plan something: mail-admin activity add NUMBER TYPE DAY --assignee ADDR",
    )
    context.show(listing, arguments)


def _id(one: RecordActivity) -> str:
    return str(one.id)


def _show(context: Context, arguments: argparse.Namespace) -> None:
    value = activity.fields(context.store, activity.named(context.store, arguments.id, arguments.company))
    lines = {name.replace("_", " ").capitalize(): said for name, said in value.items()}
    context.answer(arguments.json, value, lambda: sheet(lines))


def _types(context: Context, arguments: argparse.Namespace) -> None:
    of = find.company(context.store, arguments.company)
    listing = Listing(
        Whole([*KINDS, *context.store.activities.types(of.id)], str),
        str,
        lambda one: {"name": one, "own": one not in KINDS},
        ("TYPE",),
        lambda one: (one,),
        "There is no type.",
    )
    context.show(listing, arguments)


def _add_type(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(activity_type.add(context.setup, arguments.name, company=arguments.company))
    context.answer(arguments.json, done.value(made), lambda: [f"Added the type {made.subject}."])


def _remove_type(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(activity_type.remove(context.setup, arguments.name, company=arguments.company))
    context.answer(arguments.json, done.value(made), lambda: [f"Removed the type {made.subject}."])
