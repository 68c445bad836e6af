"""Whom we believe of what comes in: our own check, or the report of one milter, and which servers are ours."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Final

from weftmail.core.address import fold_ascii

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Policy:
    """Whom we believe.

    ``authserv_id`` is the one name under which our own milter reports; None believes no report.  ``hostnames``
    are the names that stand after "by" in our mail server's own Received; with none of them nothing is believed.
    Case does not matter in either.  ``relays`` are the addresses of relays and backup servers that are ours.
    With ``own_check`` SPF, DKIM, DMARC and ARC are checked here, and no report counts.
    """

    authserv_id: str | None
    hostnames: frozenset[str]
    relays: tuple[Network, ...] = ()
    own_check: bool = False
    spam: str = ""
    """The field of our own spam filter, with its place, as the settings say it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "hostnames", frozenset(fold_ascii(name) for name in self.hostnames))

    def is_relay(self, client: str) -> bool:
        """Say whether the address is that of a relay of ours."""
        address = ipaddress.ip_address(client)
        return any(address in network for network in self.relays if network.version == address.version)

    @property
    def checker(self) -> str:
        """Who checks: ``own``, the milter's name, or "" for nobody."""
        return OWN if self.own_check else self.authserv_id or ""


NOBODY: Final = Policy(None, frozenset())
"""Believes nothing: the policy of an entrance that has none."""
OWN: Final = "own"
"""Who checked, where we did."""
