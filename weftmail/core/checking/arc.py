"""Does a chain of ARC sets hold (RFC 8617, 5.2)?  Shown, and nothing else: nobody gets a right by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from weftmail.core.checking import dkim
from weftmail.core.limits import ARC_KEYS
from weftmail.core.parsing.seal import Seal
from weftmail.core.ports import Resolver
from weftmail.core.routing.result import CheckResult
from weftmail.core.wording.phrase import Phrase


def check(seals: Sequence[Seal], resolver: Resolver, now: int) -> CheckResult | None:
    """Return what becomes of the chain; None where there is none.  Never raises."""
    chain = [one for one in seals if one.kind != "dkim"]
    if not chain:
        return None
    newest = chain[0].domain.lower()
    if _out_of_form(chain):
        return _failed(newest, Phrase("check.arc.form"))
    if chain[1].chain == "fail":
        return _failed(newest, Phrase("check.arc.said so"))
    if len(chain) > ARC_KEYS + 1:
        return CheckResult("arc", "policy", newest, reason=Phrase("check.arc.long", {"count": len(chain) - 1}))
    for one in chain:
        # When a set was made is of no account, nor for how long its signature is to last.
        found = dkim.check(replace(one, made_at=None, expires_at=None), resolver, now)
        if found.result == "temperror":
            return CheckResult("arc", "temperror", newest, reason=found.reason)
        if found.result != "pass":
            return _failed(newest, Phrase("check.arc.broken", {"domain": found.domain or one.domain}))
    names = ", ".join(dict.fromkeys(one.domain.lower() for one in reversed(chain)))
    return CheckResult("arc", "pass", newest, reason=Phrase("check.arc.pass", {"domains": names}))


def _out_of_form(chain: Sequence[Seal]) -> bool:
    """Say whether a seal says of the chain before it what cannot be: the first has none, the others had one."""
    if chain[0].kind != "message" or any(one.fault in ("syntax", "algorithm") for one in chain):
        return True
    wanted = {1: ("none",)}
    return any(one.chain not in wanted.get(one.instance, ("pass", "fail")) for one in chain[1:])


def _failed(domain: str, reason: Phrase) -> CheckResult:
    return CheckResult("arc", "fail", domain, reason=reason)
