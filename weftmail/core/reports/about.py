"""What a failure is about, as far as later messages are concerned: the address, its mailbox, or neither of them.

Nothing more is sent to an address that is wrong.  A mailbox that is full today may take mail tomorrow.  What a server
has against us, the message, the network or itself says nothing of the address.
"""

from __future__ import annotations

from typing import Final, Literal

from weftmail.core.parsing.message import Failure

About = Literal["address", "mailbox", "else"]

OF_THE_MAILBOX: Final = frozenset({"mailbox full", "suspended"})
"""Reasons that a mailbox gives which exists."""


def about(failure: Failure) -> About:
    """Return what a failure is about; a delay and a success are about nothing that counts."""
    if failure.action != "failed":
        return "else"
    if failure.hard:
        return "address"
    return "mailbox" if failure.reason in OF_THE_MAILBOX else "else"
