"""SPF: which servers may send for a domain (RFC 7208): parsed, judged, and merged with what is there."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from weftmail.core.dns import spf_macro
from weftmail.core.dns.finding import DnsRecord, Judgement, Values
from weftmail.core.dns.host import no_address, public
from weftmail.core.wording.phrase import Phrase

VERSION: Final = "v=spf1"
MOST_LOOK_UPS: Final = 10
MOST_VOID: Final = 2
"""So many look-ups may find nothing (RFC 7208, 4.6.4)."""

_MECHANISM: Final = re.compile(r"([+?~-]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?::(\S+?))?(/[/\d]*)?", re.I)
_NUMBER: Final = r"(?:0|[1-9]\d{0,2})"
_PREFIXES: Final = re.compile(rf"(?:/({_NUMBER}))?(?://({_NUMBER}))?")
_MODIFIER: Final = re.compile(r"([a-z][a-z0-9_.-]*)=(\S*)", re.I)
_ONE_PREFIX: Final = re.compile(rf"(?:/{_NUMBER})?")
_ONCE: Final = ("redirect", "exp")
"""Modifiers of which a record may have one (RFC 7208, 6)."""
_PERMISSIVE: Final = "+?~-"
"""Qualifiers, from the one that lets most through."""


class BadSpf(ValueError):
    """This is no SPF record; the message is the part that cannot be read."""


@dataclass(frozen=True, slots=True)
class Term:
    """One mechanism or modifier: ``name`` in lower case, ``target`` the domain or network, ``text`` as it stands.

    ``prefix4`` and ``prefix6`` are how many bits of an address count, where fewer than all do.
    """

    name: str
    target: str
    text: str
    qualifier: str = "+"
    modifier: bool = False
    prefix4: str = ""
    prefix6: str = ""


@dataclass(frozen=True, slots=True)
class Cost:
    """What checking a record costs: look-ups, and those that found nothing; ``fault`` what cannot be followed.

    ``passes`` are the addresses of this server that pass.
    """

    look_ups: int
    void: int
    fault: Phrase | None
    passes: frozenset[str]


def records(found: Values) -> Values:
    """Return the SPF records among the TXT records of a name."""
    return tuple(one for one in found if one.lower() == VERSION or one.lower().startswith(f"{VERSION} "))


def parse(record: str) -> tuple[Term, ...]:
    """Return the terms of a record; raise BadSpf for what cannot be read."""
    terms, unreadable = _parted(record)
    if unreadable:
        raise BadSpf(unreadable[0])
    return tuple(terms)


def _parted(record: str) -> tuple[list[Term], list[str]]:
    """Return the terms of a record, and the parts of it that are none."""
    terms: list[Term] = []
    unreadable = []
    for text in filter(None, record[len(VERSION) :].split(" ")):
        try:
            term = _term(text)
            if term.modifier and term.name in _ONCE and any(one.name == term.name for one in terms if one.modifier):
                raise BadSpf(text)
            terms.append(term)
        except BadSpf:
            unreadable.append(text)
    return terms, unreadable


def _term(text: str) -> Term:
    found = _MECHANISM.fullmatch(text)
    if found is None:
        return _modifier(text)
    name, target, prefixes = found[2].lower(), found[3] or "", found[4] or ""
    if name in ("ip4", "ip6"):
        _network(name, target, prefixes, text)
        return Term(name, f"{target}{prefixes}", text, found[1] or "+")
    bits = _PREFIXES.fullmatch(prefixes)
    four, six = (bits[1] or "", bits[2] or "") if bits is not None else ("", "")
    if (
        bits is None
        or (prefixes and name not in ("a", "mx"))
        or int(four or 0) > 32
        or int(six or 0) > 128
        or (not target and name in ("include", "exists"))
        or (target and (name == "all" or not spf_macro.readable(target)))
    ):
        raise BadSpf(text)
    return Term(name, target, text, found[1] or "+", prefix4=four, prefix6=six)


def _modifier(text: str) -> Term:
    found = _MODIFIER.fullmatch(text)
    if found is None or (found[1].lower() == "redirect" and not spf_macro.readable(found[2])):
        raise BadSpf(text)
    return Term(found[1].lower(), found[2], text, modifier=True)


def _network(name: str, target: str, prefixes: str, text: str) -> None:
    """Raise BadSpf for what is no network: masks, such as /255.255.255.0, are none."""
    try:
        network = ipaddress.ip_network(f"{target}{prefixes}", strict=False)
    except ValueError:
        raise BadSpf(text) from None
    version = 4 if name == "ip4" else 6
    if network.version != version or not {"/", "%"}.isdisjoint(target) or not _ONE_PREFIX.fullmatch(prefixes):
        raise BadSpf(text)


def naming(host: str, addresses: Sequence[str]) -> tuple[str, ...]:
    """Return the terms that name this server: its public addresses, which cost no look-up, or else its name."""
    known = public(addresses)
    return tuple(f"ip{ipaddress.ip_address(one).version}:{one}" for one in known) or (f"a:{host}",)


def wanted(found: Values, host: str, addresses: Sequence[str]) -> str:
    """Return the one record that a domain should have: what is there, and this server's addresses.

    Records are merged, their terms kept in order; of several ``all`` the one counts that lets most through, and a
    ``redirect`` beside others becomes an ``include``.  A record that is new ends with ``~all``: what is not named fails
    softly, so that a server that was forgotten, or has no address yet, is not shut out, and DMARC decides (RFC 7489,
    10.1).
    """
    there = records(found)
    terms = [term for record in there for term in _parted(record)[0]]
    ours = () if not public(addresses) and _by_name(terms, host) else naming(host, addresses)
    every = [term for term in terms if term.name == "all" and not term.modifier]
    redirects = [term for term in terms if term.name == "redirect" and term.modifier]
    last = min((term.text for term in every), key=lambda text: _PERMISSIVE.index(_qualifier(text)), default="")
    explained = [term for term in terms if term.name == "exp" and term.modifier]
    middle = [term.text for term in terms if term not in (*every, *redirects, *explained[1:])]
    if last or len(there) > 1:
        middle += [f"include:{term.target}" for term in redirects if not every]
    elif redirects:
        last = redirects[0].text
    if not last:
        last = "~all"
    # A term that shuts somebody out may shut this server out, too: of two that name it the first decides.
    shutting = any(term.qualifier != "+" for term in terms if term not in every)
    return " ".join((VERSION, *dict.fromkeys((*ours, *middle) if shutting else (*middle, *ours)), last))


def _by_name(terms: Sequence[Term], host: str) -> bool:
    """Say whether this server is named by its name already."""
    named = {one.target.lower().rstrip(".") for one in terms if one.name == "a" and one.qualifier == "+"}
    return host in named


def by_name(domain: str, host: str) -> DnsRecord:
    """Return the record that names this server by its name, where nobody knows its addresses."""
    return DnsRecord(domain, "TXT", f"{VERSION} a:{host} ~all")


def _qualifier(text: str) -> str:
    return text[0] if text[0] in _PERMISSIVE else "+"


def judge(domain: str, found: Values, cost: Cost | None, host: str, addresses: Sequence[str]) -> Judgement:
    """Say whether the domain's record lets this server send; ``cost`` is that of its one record, if it can be read.

    ``host`` is the server's name, ``addresses`` what it leads to, as ``cost`` was told.
    """
    there = records(found)
    good = _good(there, cost, public(addresses))
    if good is not None:
        return good
    target = wanted(found, host, addresses)
    remove = tuple(DnsRecord(domain, "TXT", one) for one in there if one != target)
    add = () if target in there else (DnsRecord(domain, "TXT", target),)
    step = Phrase("dns.step.replace", {"name": domain}) if there else Phrase("dns.step.add", {"name": domain})
    if not public(addresses):
        step = _by_name_step(domain, host, there, add)
        remove, add = (remove, add) if "." in host else ((), ())
    return Judgement("broken", _fault(domain, there, cost, host, addresses), _step(there, cost, step), remove, add)


def _by_name_step(domain: str, host: str, there: Values, add: Sequence[DnsRecord]) -> Phrase:
    """What to do where nobody knows from which address mail leaves."""
    if not add or "." not in host:
        return Phrase("dns.step.host address", {"host": host})
    if there:
        return Phrase("dns.step.spf by name instead", {"name": domain, "host": host})
    return Phrase("dns.step.spf by name", {"name": domain, "host": host})


def _good(there: Values, cost: Cost | None, addresses: Sequence[str]) -> Judgement | None:
    if len(there) != 1 or cost is None or cost.fault or cost.look_ups > MOST_LOOK_UPS or cost.void > MOST_VOID:
        return None
    if not addresses or not cost.passes.issuperset(addresses):
        return None
    every = next((term for term in parse(there[0]) if _everybody(term)), None)
    if every is not None:
        step = Phrase("dns.step.spf everybody") if every.name == "all" else Phrase("dns.step.spf wide")
        return Judgement("look", Phrase("dns.spf.everybody", {"term": every.text}), step)
    return Judgement("good", Phrase("dns.spf.good", {"count": cost.look_ups, "most": MOST_LOOK_UPS}))


def _everybody(term: Term) -> bool:
    """Say whether a term lets everybody send: ``all``, and addresses of which no bit counts."""
    wide = "0" in (term.prefix4, term.prefix6) or (term.name in ("ip4", "ip6") and term.target.endswith("/0"))
    return term.qualifier == "+" and ((term.name == "all" and not term.modifier) or wide)


def _fault(domain: str, there: Values, cost: Cost | None, host: str, addresses: Sequence[str]) -> Phrase:
    if not there:
        return Phrase("dns.spf.none", {"domain": domain})
    if len(there) > 1:
        return Phrase("dns.spf.several", {"count": len(there)})
    if cost is None:
        return Phrase("dns.spf.syntax", {"text": _parted(there[0])[1][0]})
    if cost.fault is not None:
        return cost.fault
    if cost.look_ups > MOST_LOOK_UPS:
        return Phrase("dns.spf.look-ups", {"count": cost.look_ups, "most": MOST_LOOK_UPS})
    if cost.void > MOST_VOID:
        return Phrase("dns.spf.void", {"count": cost.void, "most": MOST_VOID})
    missing = [one for one in public(addresses) if one not in cost.passes]
    return Phrase("dns.spf.not named", {"addresses": ", ".join(missing)}) if missing else no_address(host, addresses)


def _step(there: Values, cost: Cost | None, usual: Phrase) -> Phrase:
    """What costs too much cannot be merged away: whoever keeps the record has to take terms out."""
    if (
        len(there) == 1
        and cost is not None
        and (cost.fault is not None or cost.look_ups > MOST_LOOK_UPS or cost.void > MOST_VOID)
    ):
        return Phrase("dns.step.spf shorten")
    return usual
