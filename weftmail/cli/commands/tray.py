"""mail-admin tray: mail that policy held, that fits nowhere, or that our code failed on; a person decides."""

from __future__ import annotations

import argparse

from weftmail.cli import lookup
from weftmail.cli.arguments import Parser, Verbs, number
from weftmail.cli.commands.inbound import line_value
from weftmail.cli.desk import Desk
from weftmail.cli.output import shown, table
from weftmail.cli.reached import lines_of
from weftmail.flow import tray


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    verbs.add("list", "list what waits, oldest first", _list, json=True, company=True)
    release = verbs.add("release", "file a mail: lets a new participant in, files a colleague's as theirs", _release)
    release.add_argument("id", type=number, metavar="ID")
    goal = release.add_mutually_exclusive_group()
    goal.add_argument("--record", metavar="NUMBER", help="onto this record")
    goal.add_argument("--opens", metavar="TYPE", help="as a new record of this type")
    release.add_argument("--note", action="store_true", help="file it inside")
    release.add_argument("--dry-run", action="store_true", help="say who would get it, and change nothing")
    discard = verbs.add("discard", "take a mail out of its tray; the log keeps it", _discard)
    discard.add_argument("id", type=number, metavar="ID")


def _list(desk: Desk, arguments: argparse.Namespace) -> None:
    found = desk.store.inbound.trays(lookup.company_id(desk.store, arguments.company))
    desk.answer(
        arguments.json,
        [{**line_value(one), "tray": one.state} for one in found],
        lambda: table(
            ("ID", "TRAY", "FROM", "TO", "RECORD", "SINCE", "WHY", "SUBJECT"),
            [
                (m.id, m.state, m.from_address, m.recipient, m.record, shown(m.accepted_at), m.reason, m.subject)
                for m in found
            ],
            "The trays are empty.",
        ),
    )


def _release(desk: Desk, arguments: argparse.Namespace) -> None:
    goal = {"record": arguments.record, "opens": arguments.opens, "note": arguments.note}
    if arguments.dry_run:
        planned = tray.plan(desk.store, desk.house, arguments.id, **goal)
        desk.say(f"Nothing was changed. Number {arguments.id} would go to:", *lines_of(planned.recipients))
        return
    released = tray.release(desk.store, desk.house, arguments.id, **goal)
    desk.wake_sender()
    if not released.record:
        desk.say(f"Number {arguments.id} was filed already.")
        return
    desk.say(f"Number {arguments.id} is on {released.record}. It goes to:", *lines_of(released.recipients))
    if not released.recipients.told and not released.recipients.outsiders:
        desk.say(f"Nobody is told. Let somebody follow: mail-admin follower add {released.record} ADDR")


def _discard(desk: Desk, arguments: argparse.Namespace) -> None:
    tray.discard(desk.store, desk.house, arguments.id)
    desk.say(f"Number {arguments.id} is out of its tray. Undo: mail-admin inbound replay {arguments.id}")
