"""The life of a signing key: made, published, signing, retiring, retired, as the DNS shows it.

A key signs only when every server of the zone shows it.  It replaces an older one of its algorithm from then on, which
stays in the DNS for seven days, for what is still on its way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from weftmail.core.dns import dkim
from weftmail.core.dns.dkim import PublicKey
from weftmail.core.dns.finding import View, values
from weftmail.core.ports import DnsFailure

KeyState = Literal["made", "published", "signing", "retiring", "retired"]
Shown = Literal["unknown", "not", "zone", "everywhere"]
"""Which servers show a key: nobody knows, not all of the zone's, all of the zone's, and the resolver besides."""

OVERLAP: Final = 7 * 24 * 3600 * 1000
"""For so long a key stays in the DNS after it has signed for the last time; in milliseconds."""
YEAR: Final = 365 * 24 * 3600 * 1000
"""A key that has signed for so long is replaced."""
LIVE: Final = ("made", "published", "signing")


@dataclass(frozen=True, slots=True)
class KeyAge:
    """A key, and since when it is in its state; keys come in the order in which they were made."""

    selector: str
    algorithm: str
    state: str
    changed_at: int


def shown(key: PublicKey, view: View) -> Shown:
    """Say which servers show a key."""
    if any(not dkim.shows(key, found) for found in view.answers().values()):
        return "not"
    if view.failures() or not view.servers:
        return "unknown"
    if isinstance(view.resolver, DnsFailure) or not dkim.shows(key, values(view.resolver)):
        return "zone"
    return "everywhere"


def moves(keys: Sequence[KeyAge], seen: Mapping[str, Shown], now: int) -> dict[str, KeyState]:
    """Return the keys whose state changes, with the new one."""
    found = dict(_each(keys, seen, now))
    after = [(one, found.get(one.selector, one.state)) for one in keys]
    for algorithm in {one.algorithm for one in keys}:
        signing = [one for one, state in after if state == "signing" and one.algorithm == algorithm]
        found |= {one.selector: "retiring" for one in signing[:-1]}
    return found


def _each(keys: Sequence[KeyAge], seen: Mapping[str, Shown], now: int) -> Iterator[tuple[str, KeyState]]:
    for key in keys:
        if key.state == "retiring":
            if now - key.changed_at >= OVERLAP:
                yield key.selector, "retired"
            continue
        if key.state in LIVE:
            became = _state(key.state, seen.get(key.selector, "unknown"))
            if became is not None:
                yield key.selector, became


def _state(state: str, shown_at: Shown) -> KeyState | None:
    match shown_at:
        case "not" if state != "made":
            return "made"
        case "zone" if state == "made":
            return "published"
        case "everywhere" if state != "signing":
            return "signing"
        case _:
            return None
