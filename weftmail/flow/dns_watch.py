"""Looking at the DNS of domains: each day, and sooner while keys wait to be seen; what changed is told.

The network is asked outside of any transaction; what it said is kept in one.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from weftmail.core.dns.finding import DnsFinding
from weftmail.core.dns.key_life import LIVE, YEAR, KeyAge, moves
from weftmail.core.ports import Zones
from weftmail.core.wording.phrase import Phrase
from weftmail.flow import notices
from weftmail.flow.actor import Actor
from weftmail.flow.dns_check import Table, check
from weftmail.flow.dns_kept import as_stored, from_stored
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import dkim_key, dns
from weftmail.flow.setup.act import Setup
from weftmail.flow.setup.dkim_key import KeyFiles
from weftmail.store.dns import DnsLook, StoredFinding
from weftmail.store.domain import Domain

SOON = 5 * 60_000
"""While a key waits to be seen, the DNS is asked again after so long; in milliseconds."""
OURSELVES = Actor("weftmail")
"""Who acts where the DNS decides."""


@dataclass(frozen=True, slots=True)
class DnsWatch:
    """Looks at domains; ``host`` is the name that this server gives in HELO, ``files`` where private keys lie."""

    setup: Setup
    zones: Zones
    host: str
    files: KeyFiles

    def run(self) -> None:
        """Look at one domain that is due, if there is one."""
        for name in self.setup.store.dns.due(self.setup.clock(), most=1):
            # It may have been removed meanwhile; then there is nothing to look at.
            with contextlib.suppress(RefusedAct):
                self.look(name)

    def look(self, name: str) -> Table:
        """Ask for a domain's records, keep what was found, and let its keys follow.

        Raises RefusedAct for an unknown one.
        """
        store = self.setup.store
        found = check(self.zones, dns.question(store, name, self.host, self.setup.clock()), self.setup.clock())
        domain = dns.domain(store, name)
        with store.transaction():
            self._keep(domain, found)
            retired = self._follow(domain, found)
        # Files go once the store says so: what was deleted cannot be rolled back.
        dkim_key.forget(self.setup, domain, self.files, retired)
        self._renew(domain)
        return found

    @property
    def _ours(self) -> Setup:
        return replace(self.setup, actor=OURSELVES)

    def _keep(self, domain: Domain, found: Table) -> None:
        store, now = self.setup.store, self.setup.clock()
        before = {(one.what, one.name): one for one in store.dns.findings(domain.id)}
        rows = [_row(at, one, before, now) for at, one in enumerate(found.findings)]
        self._tell(domain, found, before)
        look = DnsLook(domain.id, None, now, found.zone, json.dumps(found.servers), found.verdict)
        store.dns.keep(look, rows, now)

    def _tell(self, domain: Domain, found: Table, before: Mapping[tuple[str, str], StoredFinding]) -> None:
        """Tell of a record that stands worse than before or was changed; the first look tells nothing."""
        says = _news(domain.name, found, before) if before else None
        if says is not None:
            notices.notify_of_domain(self.setup.store, domain.company_id, says, self.setup.clock())

    def _follow(self, domain: Domain, found: Table) -> list[str]:
        """Let the keys follow what was found; return those whose overlap is over."""
        store, now = self.setup.store, self.setup.clock()
        keys = store.domains.dkim_keys(domain.name)
        ages = [KeyAge(one.selector, one.algorithm, one.state, one.changed_at) for one in keys]
        states = moves(ages, found.keys, now)
        if states:
            dkim_key.move(self._ours, domain, {one.id: states[one.selector] for one in keys if one.selector in states})
        waiting = any(states.get(one.selector, one.state) in ("made", "published") for one in keys)
        if waiting or states:
            store.dns.want(domain.id, now + SOON)
        return [selector for selector, state in states.items() if state == "retired"]

    def _renew(self, domain: Domain) -> None:
        """Replace keys that have signed for a year; the private halves are made outside of any transaction."""
        keys = [one for one in self.setup.store.domains.dkim_keys(domain.name) if one.state in LIVE]
        now = self.setup.clock()
        old = [one for one in keys if one.state == "signing" and now - one.changed_at >= YEAR]
        if old and len(keys) == len([one for one in keys if one.state == "signing"]):
            dkim_key.rotate(self._ours, domain.name, self.files)


def _row(position: int, one: DnsFinding, before: Mapping[tuple[str, str], StoredFinding], now: int) -> StoredFinding:
    last = before.get((one.what, one.name))
    since = last.changed_at if last is not None and last.verdict == one.verdict else now
    return StoredFinding(position, one.what, one.name, one.verdict, as_stored(one), since)


def _worse(one: DnsFinding, before: StoredFinding | None) -> bool:
    if before is None or one.verdict not in ("look", "broken"):
        return False
    return before.verdict != "broken" and one.verdict != before.verdict


def _news(domain: str, found: Table, before: Mapping[tuple[str, str], StoredFinding]) -> Phrase | None:
    """Return what there is to tell: what is worse first, then that all is good again, then what was changed."""
    for one in found.findings:
        if _worse(one, before.get((one.what, one.name))):
            return Phrase("notice.dns.worse", {"domain": domain, "reason": one.judgement.reason})
    if found.verdict == "good" and any(one.verdict in ("look", "broken") for one in before.values()):
        return Phrase("notice.dns.good", {"domain": domain})
    for one in found.findings:
        if _changed(one, before.get((one.what, one.name))):
            return Phrase("notice.dns.changed", {"domain": domain, "name": one.name, "reason": one.judgement.reason})
    return None


def _changed(one: DnsFinding, before: StoredFinding | None) -> bool:
    """Say whether the zone holds something else than before; a server that was silent has changed nothing."""
    if before is None or not one.found:
        return False
    there = from_stored(before).found
    return bool(there) and sorted(there) != sorted(one.found)
