"""The hop that counts: where a mail crossed from outside into what is ours (RFC 5321, 4.4; RFC 8601, 5).

Each server writes its Received field above those of the servers before it.  The topmost one is our mail server's; below
it may stand those of our own filters, which hand the mail back over loopback, and of relays that the operator named.
The first one with a client from outside counts: who handed the mail over, under which name, with which login, is read
there, and only results above it are ours.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from weftmail.core.address import fold_ascii
from weftmail.core.limits import HOP_FIELDS
from weftmail.core.parsing import received
from weftmail.core.routing.policy import Policy


@dataclass(frozen=True, slots=True)
class CountingHop:
    """The hop that counts: its place among the Received fields, from the top, and what stands in it."""

    index: int
    client: str
    helo: str
    login: str = ""


def counting(fields: Sequence[str], queue_id: str, policy: Policy) -> CountingHop | None:
    """Return where the mail came in from outside; None where no field of ours tells of it.

    ``fields`` are the values of the Received fields, topmost first; ``queue_id`` that of this delivery, or "".
    """
    by_relay = by_filter = False
    for index, value in enumerate(fields[:HOP_FIELDS]):
        taken = received.read(value)
        if taken is None:
            return None
        ours = fold_ascii(taken.by) in policy.hostnames
        inside = _is_loopback(taken.client)
        if not (ours or by_relay or (by_filter and inside)):
            return None
        # The login of another delivery proves nothing of this one.
        login = taken.login if ours and (index or not queue_id or taken.queue_id == queue_id) else ""
        if login or (taken.client and not inside and not policy.is_relay(taken.client)):
            return CountingHop(index, taken.client, taken.helo, login)
        if not taken.client:
            return None
        by_relay = by_relay or not inside
        by_filter = by_filter or inside
    return None


def _is_loopback(client: str) -> bool:
    return bool(client) and ipaddress.ip_address(client).is_loopback
