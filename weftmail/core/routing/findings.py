"""What was checked of who sent a mail, in sentences: by whom, and one for each method."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from weftmail.core.limits import RESULTS_OF_METHOD
from weftmail.core.routing.policy import OWN
from weftmail.core.routing.result import CheckResult
from weftmail.core.wording.phrase import Phrase

METHODS = {"spf": "SPF", "dkim": "DKIM", "dmarc": "DMARC", "arc": "ARC"}


def findings(proof: Mapping[str, Any]) -> list[Phrase]:
    """Return the sentences on what was checked of a mail, from the proof as it is stored; none for one without."""
    if "checks" not in proof:
        return []
    results = [CheckResult.from_stored(one) for one in proof["checks"]]
    scanned = [_SCANNED[proof["scanned"][0]](proof["scanned"][1])] if "scanned" in proof else []
    return [_by_whom(proof), *_results(results, own=proof["checker"] == OWN), *scanned]


_SCANNED: dict[str, Callable[[str], Phrase]] = {
    "clean": lambda _: Phrase("check.virus.clean"),
    "infected": lambda virus: Phrase("check.virus.found", {"virus": virus}),
    "too large": lambda _: Phrase("check.virus.large"),
    "dead": lambda error: Phrase("check.virus.dead", {"error": error}),
}


def _by_whom(proof: Mapping[str, Any]) -> Phrase:
    if proof["login"]:
        return Phrase("checked.login", {"login": proof["login"]})
    if proof["checker"] == OWN:
        return Phrase("checked.own", {"client": proof["client"]})
    if proof["checker"]:
        return Phrase("checked.milter", {"milter": proof["checker"]})
    return Phrase("checked.nothing") if proof["client"] else Phrase("checked.nobody")


def _results(results: list[CheckResult], *, own: bool) -> Iterator[Phrase]:
    for method, name in METHODS.items():
        found = [one for one in results if one.method == method][:RESULTS_OF_METHOD]
        yield from (_said(name, one) for one in found)
        if own and not found and method in _ABSENT:
            yield _ABSENT[method]


def _said(name: str, one: CheckResult) -> Phrase:
    if one.reason is not None:
        return one.reason
    if one.domain:
        return Phrase("check.reported.domain", {"method": name, "result": one.result, "domain": one.domain})
    return Phrase("check.reported", {"method": name, "result": one.result})


_ABSENT = {"dkim": Phrase("check.dkim.none"), "arc": Phrase("check.arc.none")}
