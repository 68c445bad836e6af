"""One result of a check, as a milter reports it or as we found it ourselves (RFC 8601, 2.7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from weftmail.core.wording.phrase import Phrase


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one method found.

    ``method``: ``spf``, ``dkim``, ``dmarc``, ``arc`` or ``auth``.  ``domain`` is the one that it speaks of: of the
    envelope's sender, of the signature, of From; "" where that is not told, or told twice.  ``by_helo``: of SPF, that
    no domain but HELO was asked about.  ``login``: of ``auth``.  ``reason`` says why, where we checked ourselves.
    """

    method: str
    result: str
    domain: str = ""
    by_helo: bool = False
    login: str = ""
    reason: Phrase | None = field(default=None, compare=False)

    def stored(self) -> dict[str, Any]:
        """Return it as it is stored."""
        found: dict[str, Any] = {"method": self.method, "result": self.result, "domain": self.domain}
        if self.by_helo:
            found["by_helo"] = True
        if self.reason is not None:
            found["reason"] = self.reason.plain()
        return found

    @classmethod
    def from_stored(cls, found: Mapping[str, Any]) -> CheckResult:
        """Return what ``stored`` gave."""
        reason = Phrase.from_plain(found["reason"]) if found.get("reason") else None
        return cls(found["method"], found["result"], found["domain"], found.get("by_helo", False), "", reason)


def words(results: Sequence[CheckResult], method: str) -> list[str]:
    """Return the results of one method, in their order."""
    return [one.result for one in results if one.method == method]


def first(results: Sequence[CheckResult], method: str) -> str:
    """Return the first result of a method; ``none`` where there is none."""
    return next(iter(words(results, method)), "none")
