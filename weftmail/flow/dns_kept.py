"""A row of a domain's table as the store keeps it, and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from weftmail.core.dns.finding import DnsFinding, DnsRecord, Judgement
from weftmail.core.wording.phrase import Phrase
from weftmail.store.dns import StoredFinding


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


def _plain(one: DnsRecord) -> list[str]:
    return [one.name, one.kind, one.value]


def _records(plain: Sequence[Sequence[Any]]) -> tuple[DnsRecord, ...]:
    return tuple(DnsRecord(name, kind, value) for name, kind, value in plain)
