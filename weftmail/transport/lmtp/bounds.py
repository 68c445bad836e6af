"""Bounds on one conversation in LMTP, and on how many there are."""

from __future__ import annotations

from dataclasses import dataclass

from weftmail.core import limits as times


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one conversation, and on how many there are; times in seconds, sizes in bytes."""

    size: int = times.MESSAGE_SIZE
    """What SIZE at MAIL may say.  A longer message that did not say so is kept: see the module's text."""
    memory: int = 1024 * 1024
    """A longer message is written to a file."""
    command: int = 8192
    recipients: int = times.LMTP_RECIPIENTS
    connections: int = 500
    errors: int = 10
    idle: float = times.CONNECTION_IDLE
    whole: float = times.CONNECTION_WHOLE
    stretch: float = times.CONNECTION_STRETCH
    """The lowest rate of a message is asked for over so long a time."""
    rate: int = times.LOWEST_RATE
    accept: float = times.ACCEPT
