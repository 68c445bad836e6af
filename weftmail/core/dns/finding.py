"""What was found of one record of a domain, and what should be there: verdict, reason, next step."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

from weftmail.core.ports import DnsAnswer, DnsFailure, DnsResult, DnsType
from weftmail.core.wording.phrase import Phrase

Verdict = Literal["good", "optional", "look", "broken"]
ORDER: Final[tuple[Verdict, ...]] = ("good", "optional", "look", "broken")
"""From the best to the worst."""

Values = tuple[str, ...]
"""The records of one name and type, as ``DnsAnswer`` has them; none where there are none."""


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """One record of the DNS."""

    name: str
    kind: DnsType
    value: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is to be said of the records of one name; ``remove`` and ``add`` make them as they should be."""

    verdict: Verdict
    reason: Phrase
    step: Phrase | None = None
    remove: tuple[DnsRecord, ...] = ()
    add: tuple[DnsRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """The answers for one name and type: those of the zone's servers, by their names, and that of the resolver."""

    name: str
    kind: DnsType
    servers: tuple[tuple[str, DnsResult], ...]
    resolver: DnsResult

    def answers(self) -> dict[str, Values]:
        """What those servers have that answered."""
        return {name: values(found) for name, found in self.servers if not isinstance(found, DnsFailure)}

    def failures(self) -> dict[str, str]:
        """What became of asking the others."""
        return {name: found.text for name, found in self.servers if isinstance(found, DnsFailure)}

    def everything(self) -> Values:
        """Each record that any server has, once."""
        return tuple(dict.fromkeys(value for found in self.answers().values() for value in found))


@dataclass(frozen=True, slots=True)
class DnsFinding:
    """One row of the table: ``what`` is the record (mx, spf, dkim and so on), at ``name``.

    ``found`` is what the zone's servers have, ``resolved`` what the resolver says, ``expected`` what should be there.
    """

    what: str
    name: str
    found: Values
    resolved: Values
    expected: Values
    judgement: Judgement

    @property
    def verdict(self) -> Verdict:
        """How it stands."""
        return self.judgement.verdict


def values(result: DnsResult) -> Values:
    """Return the records of an answer; none where there is no such name or no such record."""
    return result.values if isinstance(result, DnsAnswer) else ()


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst of the verdicts; good where there are none."""
    return max(verdicts, key=ORDER.index, default="good")


def over_servers(view: View, judge: Callable[[Values], Judgement]) -> Judgement:
    """Return what is to be said of all servers together, where ``judge`` says it of the records of one."""
    answers, failures = view.answers(), view.failures()
    if not answers:
        servers, text = _named(failures), "; ".join(dict.fromkeys(failures.values()))
        return Judgement(
            "broken",
            Phrase("dns.unanswered", {"servers": servers, "text": text}),
            Phrase("dns.step.servers", {"servers": servers}),
        )
    judged = {server: judge(found) for server, found in answers.items()}
    least = worst(one.verdict for one in judged.values())
    behind = [server for server, one in judged.items() if one.verdict == least]
    one = judged[behind[0]]
    if len(behind) < len(judged):
        one = _spreading(one, behind, [server for server in judged if server not in behind])
    if failures:
        return _with_failures(one, failures)
    return _with_resolver(one, view.resolver, judge)


def _spreading(one: Judgement, behind: list[str], ahead: list[str]) -> Judgement:
    names = {"behind": ", ".join(behind), "ahead": ", ".join(ahead)}
    reason = Phrase("dns.servers differ", {"behind": names["behind"], "ahead": names["ahead"], "reason": one.reason})
    return Judgement("look", reason, Phrase("dns.step.wait", {"servers": names["behind"]}), one.remove, one.add)


def _with_failures(one: Judgement, failures: dict[str, str]) -> Judgement:
    text = "; ".join(dict.fromkeys(failures.values()))
    reason = Phrase("dns.some unanswered", {"reason": one.reason, "servers": _named(failures), "text": text})
    step = one.step if one.verdict == "broken" else Phrase("dns.step.servers", {"servers": _named(failures)})
    return replace(one, verdict=worst((one.verdict, "look")), reason=reason, step=step)


def _with_resolver(one: Judgement, result: DnsResult, judge: Callable[[Values], Judgement]) -> Judgement:
    """Where the zone is right, the world may still have what stood there before."""
    if one.verdict != "good":
        return one
    if isinstance(result, DnsFailure):
        return replace(one, verdict="look", reason=Phrase("dns.resolver failed", {"text": result.text}))
    said = judge(values(result))
    if said.verdict == "good":
        return one
    return replace(
        one, verdict="look", reason=Phrase("dns.resolver behind", {"reason": said.reason}), step=Phrase("dns.step.ttl")
    )


def with_cname(one: Judgement, name: str, target: str) -> Judgement:
    """Return what is to be said where the records of a name are those of another: it can have none of its own."""
    reason = Phrase("dns.beside cname", {"reason": one.reason, "name": name, "target": target})
    step = Phrase("dns.step.cname", {"name": name})
    return replace(one, reason=reason, step=step, remove=(DnsRecord(name, "CNAME", target),))


def _named(failures: dict[str, str]) -> str:
    return ", ".join(failures)
