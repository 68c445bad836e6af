"""mail-admin doctor: everything that keeps an installation from being healthy, with the reason and the next step."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

from weftmail.cli.arguments import Parser
from weftmail.cli.context import Context

if TYPE_CHECKING:
    from weftmail.cli.doctor import Examination

MARKS = {"good": "●", "look": "▲", "broken": "✕"}
EXIT = {"good": 0, "look": 1, "broken": 2}


def build(parser: Parser) -> None:
    """Add the flags."""
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--quiet", action="store_true", help="print what is wrong alone, for a cron job")
    parser.set_defaults(run=_doctor)


def _doctor(context: Context, arguments: argparse.Namespace) -> int:
    from weftmail.cli.doctor import examine

    found: list[Examination] = []
    for one in examine(context.config, context.config_path, context.clock, context.become_owner):
        found.append(one)
        if not arguments.json:
            # A check may take a while: each is shown as it comes.
            context.say(*_lines(one, quiet=arguments.quiet))
    if arguments.json:
        context.answer(True, [{**asdict(one), "tone": one.tone} for one in found], list)
    elif not arguments.quiet:
        wrong = sum(one.tone != "good" for one in found)
        context.say(f"{len(found)} checks, {f'{wrong} with something to do' if wrong else 'all good'}.")
    return max(EXIT[one.tone] for one in found)


def _lines(one: Examination, *, quiet: bool) -> Iterator[str]:
    if not one.findings and not quiet:
        yield f"{MARKS['good']} {one.name:13} {one.saw}".rstrip()
    for finding in one.findings:
        yield f"{MARKS[finding.level]} {one.name:13} {finding}"
