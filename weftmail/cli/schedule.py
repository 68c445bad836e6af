"""When a message leaves that a command writes: the times that are offered, dated, in the time zone of its author."""

from __future__ import annotations

import argparse

from weftmail.cli.context import Context
from weftmail.core.failure import UsageError
from weftmail.core.wording.command import Command
from weftmail.core.wording.sentences import say
from weftmail.flow import day
from weftmail.flow.leaving import choices, named_moment
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.scheduling import Schedule
from weftmail.flow.setup.leaving import LeavesLater
from weftmail.locale.dates import calendar
from weftmail.store.people import User


def schedule_of(context: Context, author: User, arguments: argparse.Namespace) -> Schedule | None:
    """Return when the message leaves; None for at once.  Raises UsageError, with the times that are offered, for what
    is no time to come."""
    if arguments.at is None:
        if arguments.unless_answered:
            raise UsageError("--unless-answered goes with --at: what leaves at once waits for nobody", 2)
        return None
    now, there = context.clock(), day.zone(author.zone)
    try:
        at = named_moment(arguments.at, now, there)
    except RefusedAct as refused:
        offered = ", ".join(f"{one.name} ({dated(author, one.at)})" for one in choices(now, there))
        raise UsageError(f"--at: {say(refused.refusal.phrase)}; offered are {offered}", 2) from None
    return Schedule(at, arguments.unless_answered)


def dated(author: User, at: int) -> str:
    """Return a time with its day and the time zone in which it is meant."""
    there = calendar("en", author.zone)
    return f"{there.dated(at)} {there.zone_name(at)}".rstrip()


def back(later: LeavesLater) -> Command:
    """Return the command that takes a message back before it leaves."""
    return Command("mail-admin audit undo {id}", id=later.trace)
