"""By which server a copy leaves: the first that takes its sender, within its limits; the next where it is down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from weftmail.core.address import domain_of
from weftmail.core.outgoing_server import OutgoingServer
from weftmail.core.ports import Deferred, Outcome, Sent
from weftmail.core.ways import Ways
from weftmail.store.store import Store

MINUTE: Final = 60_000
LATER: Final = 10 * MINUTE
"""Where as much went as may within a day, it is asked again after so long; in milliseconds."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is to be handed over: a composed and signed mail, who stands in From, and its return path."""

    sender: str
    return_path: str
    data: bytes


def hand_over(store: Store, ways: Ways, parcel: Parcel, addresses: Sequence[str], now: int) -> Mapping[str, Outcome]:
    """Hand a mail over; return one outcome for each address."""
    outcomes: dict[str, Outcome] = {}
    left = list(addresses)
    for server in store.servers.all():
        if server.state != "on" or not server.serves(parcel.sender):
            continue
        outcomes |= _by(store, ways, server, parcel, left, now)
        left = [one for one in left if _elsewhere(outcomes[one])]
        if not left or not server.falls_back:
            break
    return outcomes


def _elsewhere(outcome: Outcome) -> bool:
    return isinstance(outcome, Deferred) and outcome.at_server


def _by(
    store: Store, ways: Ways, server: OutgoingServer, parcel: Parcel, addresses: Sequence[str], now: int
) -> dict[str, Outcome]:
    if not server.is_limited:
        return ways.to(server).submit(parcel.return_path, addresses, parcel.data)
    outcomes: dict[str, Outcome] = {}
    may: list[str] = []
    for one in addresses:
        waits = _too_much(store, server, domain_of(one), [domain_of(each) for each in may], now)
        if waits is None:
            may.append(one)
        else:
            outcomes[one] = waits
    if may:
        outcomes |= ways.to(server).submit(parcel.return_path, may, parcel.data)
    for one in may:
        if isinstance(outcomes[one], Sent):
            store.servers.used(server.id, domain_of(one), now // MINUTE, 1)
    return outcomes


def _too_much(store: Store, server: OutgoingServer, domain: str, others: Sequence[str], now: int) -> Deferred | None:
    """Return until when an address of a domain has to wait, where others are to leave with it, to the domains
    ``others``; None where it need not."""
    used = store.servers.use(server.id, domain, now // MINUTE)
    next_minute = (now // MINUTE + 1) * MINUTE
    for limit, count, until, within in (
        (server.per_day, used.day + len(others), now + LATER, "a day"),
        (server.per_minute, used.minute + len(others), next_minute, "a minute"),
        (server.per_domain, used.domain + others.count(domain), next_minute, f"a minute to {domain}"),
    ):
        if limit is not None and count >= limit:
            return Deferred(f"{server.name}: no more than {limit} leave within {within}", until=until)
    return None
