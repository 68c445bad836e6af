"""mail-admin doctor: everything that keeps an installation from being healthy, with the reason and the next step."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from weftmail.cli.arguments import Parser, number
from weftmail.cli.context import Context
from weftmail.core.wording.command import Command

if TYPE_CHECKING:
    from weftmail.cli.doctor import Examination
    from weftmail.cli.doctor.prove import Step

MARKS = {"good": "●", "look": "▲", "broken": "✕"}
WAIT = 300
"""Seconds that a proof waits for the answer."""
EXIT = {"good": 0, "look": 1, "broken": 2}


def build(parser: Parser) -> None:
    """Add the flags."""
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--quiet", action="store_true", help="print what is wrong alone, for a cron job")
    parser.add_argument(
        "--prove", metavar="ADDR", help="send a real email to ADDR, who answers it, and follow both; or go on with "
        "a proof, by its record's number",
    )  # fmt: skip
    parser.add_argument("--wait", type=number, default=WAIT, metavar="SECONDS", help=f"with --prove; {WAIT} by default")
    parser.add_argument("--company", metavar="NAME", help="with --prove: the company, if there are several")
    parser.set_defaults(run=_doctor)


def _prove(context: Context, arguments: argparse.Namespace) -> int:
    """Send the email, show each step as it comes about, and say how to go on where one has not."""
    from weftmail.cli.doctor import prove

    trial = prove.begin(context, arguments.prove, arguments.company)
    if not arguments.json:
        context.say(f"{trial.record.label}: an email to {trial.address}, who has to answer it.")
    found: Sequence[prove.Step] = ()
    said: set[tuple[str, str]] = set()
    for found in prove.watch(context, trial, arguments.wait):
        # What is waited for is said once, at the end: it may come about meanwhile.
        new = [one for one in found if one.state != "waiting" and (one.name, one.state) not in said]
        said.update((one.name, one.state) for one in new)
        if not arguments.json:
            context.say(*(one.line() for one in new))
    if arguments.json:
        context.answer(True, prove.value(trial, found), list)
    else:
        context.say(*(one.line() for one in found if one.state == "waiting"))
        context.say(_ending(trial.record.label, prove.finished(found), found))
    if any(one.state == "wrong" for one in found):
        return EXIT["broken"]
    return EXIT["good"] if prove.finished(found) else EXIT["look"]


def _ending(label: str, finished: bool, found: Sequence[Step]) -> str:
    if not finished:
        return f"Not all of it yet. Wait on: {Command('mail-admin doctor --prove {label}', label=label)}"
    if any(one.state == "wrong" for one in found):
        return f"It does not work yet; what was sent is on {label}."
    return f"It all works. Close the record: {Command('mail-admin record set {label} --state closed', label=label)}"


def _doctor(context: Context, arguments: argparse.Namespace) -> int:
    from weftmail.cli.doctor import examine

    if arguments.prove is not None:
        return _prove(context, arguments)
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
