"""weftmail's listener or drain with one fault: a mail whose subject says so ends the process, or raises.

    poison.py kill|raise listen PLACE
    poison.py kill|raise drain

A program for the Python of an environment with weftmail in it; WEFTMAIL_CONFIG names the settings.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import BinaryIO

from weftmail.cli import config as configs
from weftmail.cli.listener import drain, listen
from weftmail.cli.stop import Stop
from weftmail.core.parsing.message import Message
from weftmail.flow.reading import read

POISON = "poison"


def kill(raw: bytes | BinaryIO) -> Message:
    """Read a mail; a poisoned one ends this process at once, as a fault in a C library would."""
    message = read(raw)
    if message.subject == POISON:
        os.kill(os.getpid(), signal.SIGKILL)
    return message


def fail(raw: bytes | BinaryIO) -> Message:
    """Read a mail; a poisoned one raises, as a fault of our own would."""
    message = read(raw)
    if message.subject == POISON:
        raise ValueError("this mail is poison")
    return message


def main(how: str, what: str, place: str = "") -> int:
    """Run the listener or the drain with that fault."""
    reader = {"kill": kill, "raise": fail}[how]
    config = configs.load(os.environ)
    if what == "listen":
        return listen(config, place, reader)
    drain(config, Stop(), reader)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
