"""weftmail's listener or drain with one fault: a mail whose subject says so ends a process, or raises.

    poison.py kill|raise|fault listen PLACE
    poison.py kill|raise|fault drain
    poison.py raise|fault read

``kill``: the mail ends the process that files it, as a fault in a library of ours would.  ``raise``: reading it fails
by an exception, as by a fault of our own, in its reader.  ``fault``: it ends its reader by a signal of the kernel's.
Mail is read by reader processes as ever; the last form is what they run.

A program for the Python of an environment with weftmail in it; WEFTMAIL_CONFIG names the settings.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, BinaryIO

from weftmail import reader
from weftmail.cli import config as configs
from weftmail.cli.listener import drain, listen
from weftmail.cli.stop import Stop
from weftmail.core.address import Mailbox
from weftmail.core.parsing.message import Classify, Message, Step
from weftmail.core.parsing.steps import steps
from weftmail.core.ports import Reading
from weftmail.transport.readers.pool import ReaderPool

POISON = "poison"


class Deadly(tuple[Mailbox, ...]):
    """Authors that end this process as soon as somebody files the mail."""

    def __getitem__(self, _index: object) -> Any:
        os.kill(os.getpid(), signal.SIGKILL)


class Poisoned(ReaderPool):
    """Reader processes; of what they say of a poisoned mail this process dies when it files it."""

    def ended(self, seconds: float, wake: int | None = None) -> list[tuple[int, Reading]]:
        """Return what was read, the poisoned mail with the poison in it."""
        return [(key, replace(one, message=_poisoned(one.message))) for key, one in super().ended(seconds, wake)]


def _poisoned(message: Message | None) -> Message | None:
    if message is None or message.subject != POISON:
        return message
    return replace(message, from_=Deadly(message.from_))


def raises(raw: bytes | BinaryIO, classify: Classify) -> Iterator[tuple[Step, Message]]:
    """Read a mail in steps; a poisoned one raises after the first."""
    for step, message in steps(raw, classify):
        yield step, message
        if message.subject == POISON:
            raise ValueError("this mail is poison")


def faults(raw: bytes | BinaryIO, classify: Classify) -> Iterator[tuple[Step, Message]]:
    """Read a mail in steps; a poisoned one ends its reader at once."""
    for step, message in steps(raw, classify):
        if message.subject == POISON:
            os.kill(os.getpid(), signal.SIGSEGV)
        yield step, message


def main(how: str, what: str, place: str = "") -> int:
    """Run the listener, the drain or a reader with that fault."""
    if what == "read":
        return reader.main(read={"raise": raises, "fault": faults}[how])
    readers = Poisoned() if how == "kill" else ReaderPool((sys.executable, "-I", __file__, how, "read"))
    config = configs.load(os.environ)
    if what == "listen":
        return listen(config, place, readers)
    drain(config, Stop(), readers)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
