"""What the mail server says about a delivery, apart from the message itself (RFC 5321, 2.3.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_UNSAFE = re.compile("[\u0000-\u001f\u007f\ud800-\udfff]")


def clean(text: str) -> str:
    """Return ``text`` without control characters and lone surrogates, cut at 1,000 characters."""
    return _UNSAFE.sub("", text)[:1000]


@dataclass(frozen=True, slots=True)
class Envelope:
    """One recipient of one message: mail to five of our addresses is five envelopes."""

    recipient: str
    sender: str = ""
    """The return path; empty for the null sender, of bounces and the like."""
    original_recipient: str = ""
    """The address before the mail server's own aliases rewrote it, where it says so."""
    queue_id: str = ""
    client_address: str = ""
    entrance: str = "pipe"
    """Which way the mail came in by: a row of the table ``entrance``, and a policy of the installation."""
