"""The table of a domain's records as the store keeps it: a row written and read, and what no look has seen yet."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from weftmail.core.dns.finding import DnsFinding, DnsRecord, Judgement
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.dns_check import not_asked
from weftmail.flow.setup import dns
from weftmail.store.dns import StoredFinding
from weftmail.store.domain import DkimKey, Domain
from weftmail.store.store import Store


def as_stored(one: DnsFinding) -> str:
    """Return a row as JSON, its sentences as phrases."""
    judged = one.judgement
    return json.dumps(
        {
            "what": one.what,
            "name": one.name,
            "found": one.found,
            "resolved": one.resolved,
            "expected": one.expected,
            "verdict": judged.verdict,
            "reason": judged.reason.plain(),
            "step": judged.step.plain() if judged.step else None,
            "remove": [_plain(each) for each in judged.remove],
            "add": [_plain(each) for each in judged.add],
        },
        ensure_ascii=False,
    )


def from_stored(row: StoredFinding) -> DnsFinding:
    """Return the row that ``as_stored`` wrote."""
    found: dict[str, Any] = json.loads(row.body)
    judged = Judgement(
        found["verdict"],
        Phrase.from_plain(found["reason"]),
        Phrase.from_plain(found["step"]) if found["step"] else None,
        _records(found["remove"]),
        _records(found["add"]),
    )
    there, resolved, expected = (tuple(found[name]) for name in ("found", "resolved", "expected"))
    return DnsFinding(found["what"], found["name"], there, resolved, expected, judged)


def rows(store: Store, domain: Domain, host: str, now: int) -> list[tuple[DnsFinding, int]]:
    """Return the rows that the last look found, each with since when it stands so, as the keys of now want them.

    Before the first look they are what the DNS has to hold, of a server that gives the name ``host`` in HELO.

    A key that was made since stands among them with the record to add, and one that was retired does so no more.
    """
    stored = [(from_stored(one), one.changed_at) for one in store.dns.findings(domain.id)]
    if not stored and domain.state != "removed":
        asked = dns.question(store, domain.name, host, now)
        stored = [(one, domain.created_at) for one in not_asked(asked) if one.what != "dkim"]
    keys = {f"{one.selector}._domainkey.{one.domain}": one for one in store.domains.dkim_keys(domain.name)}
    live = {name: one for name, one in keys.items() if one.state != "retired"}
    kept = [(row, since) for row, since in stored if row.what != "dkim" or row.name in live or not keys]
    looked = {row.name for row, _ in kept if row.what == "dkim"}
    new = [(_not_looked(name, one), one.created_at) for name, one in live.items() if name not in looked]
    at = max((place for place, (row, _) in enumerate(kept, start=1) if row.what in _BEFORE_KEYS), default=0)
    return [*kept[:at], *new, *kept[at:]]


_BEFORE_KEYS = ("zone", "mx", "spf", "dkim")
NOT_LOOKED = "dns.dkim.not looked"
"""The reason of a key that was made since the DNS was asked."""


def _not_looked(name: str, key: DkimKey) -> DnsFinding:
    record = DnsRecord(name, "TXT", key.record)
    reason = Phrase("dns.dkim.not looked", {"selector": key.selector})
    judged = Judgement("look", reason, Phrase("dns.step.add", {"name": name}), add=(record,))
    return DnsFinding("dkim", name, (), (), (key.record,), judged)


def _plain(one: DnsRecord) -> list[str]:
    return [one.name, one.kind, one.value]


def _records(plain: Sequence[Sequence[Any]]) -> tuple[DnsRecord, ...]:
    return tuple(DnsRecord(name, kind, value) for name, kind, value in plain)
