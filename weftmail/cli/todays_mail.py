"""Where the mail of a domain goes today, as the DNS says (RFC 5321, 5.1; RFC 7505), and what follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from weftmail.core.ports import DnsAnswer, DnsFailure, NoSuchName, Resolver

Way = Literal["whole", "subdomain", "single", "forwarded"]
"""How mail reaches records: the whole domain comes here, a subdomain does, single addresses beside mailboxes of this
server do, or another mailbox forwards to us."""
Goes = Literal["elsewhere", "here", "to_its_host", "nowhere", "unregistered", "unknown"]

WAYS: Final[tuple[Way, ...]] = ("whole", "subdomain", "single", "forwarded")
"""In the order of their numbers, from 1 on."""

_PROVIDERS = {
    "google.com": "Google",
    "googlemail.com": "Google",
    "outlook.com": "Microsoft 365",
    "mx.microsoft": "Microsoft 365",
    "messagingengine.com": "Fastmail",
    "mailbox.org": "mailbox.org",
    "protonmail.ch": "Proton",
    "zoho.com": "Zoho",
    "zoho.eu": "Zoho",
    "icloud.com": "iCloud",
    "ovh.net": "OVH",
    "gandi.net": "Gandi",
    "one.com": "one.com",
    "ionos.com": "IONOS",
    "kundenserver.de": "IONOS",
    "migadu.com": "Migadu",
    "loopia.se": "Loopia",
}
"""Whose the mail servers below a domain are."""


@dataclass(frozen=True, slots=True)
class TodaysMail:
    """Where mail to ``domain`` goes: the ``server`` that is asked first, "" where there is none, and why not."""

    domain: str
    goes: Goes
    server: str = ""
    why: str = ""

    @property
    def provider(self) -> str:
        """Whose server it is; "" where we do not know."""
        labels = self.server.split(".")
        return next((_PROVIDERS[one] for at in range(len(labels)) if (one := ".".join(labels[at:])) in _PROVIDERS), "")

    @property
    def proposed(self) -> Way:
        """The way that costs nobody a mailbox."""
        match self.goes:
            case "nowhere" | "unregistered":
                return "whole"
            case "here":
                return "single"
            case _:
                return "subdomain"

    def lines(self) -> Iterator[str]:
        """Say where it goes and what that means for the choice of a way."""
        whose = f" ({self.provider})" if self.provider else ""
        match self.goes:
            case "elsewhere":
                yield f"Its mail goes to {self.server}{whose} today, so choice 2 or 4 keeps your mailboxes."
                yield "Choice 1 takes all of them away once the MX points here. Choice 3 works if that server passes"
                yield "single addresses on to this one."
            case "here":
                yield f"Its mail comes to this server today, by {self.server}."
                yield "Choice 3 keeps the mailboxes that are here; choice 1 if there are none."
            case "to_its_host":
                yield f"It has no MX, so its mail goes to its own address, {self.server}."
                yield "Choice 2 or 4 if there are mailboxes, else 1."
            case "nowhere":
                yield f"No mail goes there today{self.why}, so choice 1 takes nothing from anybody."
            case "unregistered":
                yield "The DNS has no such name today. Check the spelling; a new subdomain gets its MX later."
            case "unknown":
                yield f"Where its mail goes today, the DNS does not say now: {self.why}."
                yield "Choice 2 is safe whatever it is."


def todays_mail(resolver: Resolver, domain: str, server: str) -> TodaysMail:
    """Ask the DNS where mail to a domain goes; ``server`` is this machine's own name as a mail server."""
    found = resolver.query(domain, "MX")
    if isinstance(found, DnsFailure):
        return TodaysMail(domain, "unknown", why=found.text.rstrip("."))
    if isinstance(found, NoSuchName):
        return TodaysMail(domain, "unregistered")
    if not isinstance(found, DnsAnswer):
        return _without_mx(resolver, domain, server)
    named = sorted(_exchange(value) for value in found.values)
    # Only the best servers count: the others keep mail for them.
    best = [one for preference, one in named if preference == named[0][0]]
    if best == ["."]:
        return TodaysMail(domain, "nowhere", why=", as its MX says")
    ours = _addresses(resolver, server)
    others = [one for one in best if one != server and not ours & _addresses(resolver, one)]
    return TodaysMail(domain, "elsewhere", others[0]) if others else TodaysMail(domain, "here", best[0])


def _without_mx(resolver: Resolver, domain: str, server: str) -> TodaysMail:
    """Without an MX mail goes to the domain's own address, if it has one."""
    there = _addresses(resolver, domain)
    if not there:
        return TodaysMail(domain, "nowhere")
    here = domain == server or bool(there & _addresses(resolver, server))
    return TodaysMail(domain, "here" if here else "to_its_host", domain if here else min(there))


def _exchange(value: str) -> tuple[int, str]:
    preference, _, name = value.partition(" ")
    return int(preference), name


def _addresses(resolver: Resolver, name: str) -> frozenset[str]:
    if "." not in name:
        return frozenset()
    found = [resolver.query(name, "A"), resolver.query(name, "AAAA")]
    return frozenset(one for answer in found if isinstance(answer, DnsAnswer) for one in answer.values)
