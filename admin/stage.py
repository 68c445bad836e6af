"""What the demo has beside its catcher: a customer who answers, and parts that can be broken.

An installation has none of it: without a ``Stage`` there are no pages for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

Line = Literal["reply", "lost", "another", "friend", "vacation", "new"]
"""What the customer does: answers, with the reply address lost, or from another address; lets a friend answer, or a
vacation program; or writes a new email."""
LINES: Final[tuple[Line, ...]] = ("reply", "lost", "another", "friend", "vacation", "new")
Part = Literal["listener", "disk"]
"""What can be broken: the listener is stopped, or the disk takes nothing more."""
PARTS: Final[tuple[Part, ...]] = ("listener", "disk")


@dataclass(frozen=True, slots=True)
class Cue:
    """What the customer does, and the email that they answer, empty where it is a new one."""

    line: Line
    name: str = ""
    address: str = ""
    message_id: str = ""
    subject: str = ""
    text: str = ""
    reply_to: str = ""
    written_from: str = ""
    return_path: str = ""


@dataclass(frozen=True, slots=True)
class PutOff:
    """An email that was deferred, and that is handed in again as a mail server would."""

    subject: str
    tries: int
    said: str


class Stage(Protocol):
    """The demo, as its pages play on it."""

    def play(self, cue: Cue) -> None:
        """Hand in the email of a cue, as a mail server does: what is put off is tried again."""
        ...

    def safe(self) -> int:
        """Return how many emails of cues are safe."""
        ...

    def waiting(self) -> Sequence[PutOff]:
        """Return those that were put off and are tried again."""
        ...

    def spooled(self) -> int:
        """Return how many emails lie in the spool, and are filed later."""
        ...

    def broken(self) -> frozenset[Part]:
        """Return what is broken now."""
        ...

    def set_broken(self, part: Part, *, broken: bool) -> None:
        """Break a part, or mend it; it takes effect within a second."""
        ...
