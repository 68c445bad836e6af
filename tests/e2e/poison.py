"""weftmail's listener or drain with one fault: a mail whose subject says so ends the process, or raises.

    poison.py kill|raise listen PLACE
    poison.py kill|raise drain

A program for the Python of an environment with weftmail in it; WEFTMAIL_CONFIG names the settings.
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from typing import Any

from weftmail.cli import config as configs
from weftmail.cli.listener import drain, listen
from weftmail.cli.stop import Stop
from weftmail.core.address import Mailbox
from weftmail.core.parsing.message import Message
from weftmail.core.ports import Raw
from weftmail.flow.reading import Here, read

POISON = "poison"


class Deadly(tuple[Mailbox, ...]):
    """Authors that end this process as soon as somebody files the mail."""

    def __getitem__(self, _index: object) -> Any:
        os.kill(os.getpid(), signal.SIGKILL)


def kill(raw: Raw) -> Message:
    """Read a mail; a poisoned one ends this process when it is filed, as a fault in a C library would."""
    message = read(raw)
    return replace(message, from_=Deadly(message.from_)) if message.subject == POISON else message


def fail(raw: Raw) -> Message:
    """Read a mail; a poisoned one raises, as a fault of our own would."""
    message = read(raw)
    if message.subject == POISON:
        raise ValueError("this mail is poison")
    return message


def main(how: str, what: str, place: str = "") -> int:
    """Run the listener or the drain with that fault."""
    readers = Here({"kill": kill, "raise": fail}[how])
    config = configs.load(os.environ)
    if what == "listen":
        return listen(config, place, readers)
    drain(config, Stop(), readers)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
