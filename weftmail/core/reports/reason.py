"""Why a delivery failed, and whether trying again could help (RFC 3463, and the words that servers use).

Servers give the same code to "there is no such person" and "we do not like your network"; the words beside it are
read first, the enhanced status where they say nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(phrases), re.I)


# Ordered: a sentence that names a mailbox as full also calls it unavailable; the more exact word decides.
_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "mailbox full",
        _any(
            (
                r"(?:mailbox|mail ?box|inbox|account|user|recipient|storage|disk)[^.\n]{0,40}(?:is |are |has |"
                r"was )?(?:full\b|over ?quota|out of (?:storage|space)|exceed)"
            ),
            r"over (?:the |its |disk |mail )*quota",
            r"quota (?:is )?(?:exceeded|full|violation)",
            r"exceed\w*[^.\n]{0,40}(?:quota|storage|mailbox|allocat)",
            r"insufficient (?:disk|storage|system) ?space",
            r"not enough (?:storage|disk|space)",
        ),
    ),
    (
        "too large",
        _any(
            (
                r"(?:message|mail|size)[^.\n]{0,40}(?:too (?:big|large)|exceed\w*[^.\n]{0,30}(?:size|limit|"
                r"maximum))"
            ),
            r"size limit",
            r"max(?:imum)?[^.\n]{0,20}size",
        ),
    ),
    (
        "no such user",
        _any(
            r"(?:user|recipient|mailbox|account) (?:is )?(?:unknown|not found)",
            r"(?:unknown|no such|nonexistent|non-existent) (?:local )?(?:user|recipient|mailbox|account)\b",
            r"(?:user|recipient|mailbox|account|address)[^.\n]{0,40}does(?: not|n't) exist",
            r"recipient address rejected: (?:access denied|user unknown)",
            r"(?:account|mailbox)[^.\n]{0,30}(?:discontinued|closed|deleted|terminated)",
        ),
    ),
    (
        "too many connections",
        _any(
            r"too many (?:connections|messages|emails|recipients|concurrent|sessions|errors)",
            r"rate limit",
            r"throttl",
            r"too fast",
            r"(?:try|come) (?:again|back) later[^.\n]{0,20}(?:limit|many)",
        ),
    ),
    (
        "no such domain",
        _any(
            (
                r"(?:host|domain)(?: name)?(?: is| was)? ?(?:unknown|not found|does not exist|lookup (?:failed|"
                r"failure)|lookup did not)"
            ),
            r"unknown (?:host|domain)",
            r"domain is not reachable",
            r"no such (?:host|domain)",
            r"unrouteable (?:mail )?(?:domain|address)",
            r"unroutable",
            r"name or service not known",
            r"couldn'?t find any host",
            r"domain (?:does not|doesn'?t) exist",
            r"invalid domain",
            r"(?:bad|illegal) (?:destination )?(?:host|domain)",
            r"host or domain name not found",
            r"no mx (?:record )?(?:found|for)",
            r"nxdomain",
            r"nonexistent domain",
            r"non-?existent (?:host|domain)",
            r"(?:couldn'?t|could not) be found[^.\n]{0,10}domain",
            r"no route to domain",
        ),
    ),
    (
        "does not take mail",
        _any(
            r"null ?mx",
            r"no smtp service",
            r"does not accept (?:any )?(?:mail|email|messages)",
            r"(?:domain|host|server)[^.\n]{0,30}(?:not|n'?t) accept(?:ing)? (?:any )?(?:mail|email|smtp)",
            r"smtp protocol returned a permanent error",
            r"no (?:mail )?(?:service|server) (?:at|for) (?:this|that) (?:domain|host)",
        ),
    ),
    (
        "expired",
        _any(
            r"(?:retry|queue|delivery) ?(?:time|timeout|period)[^.\n]{0,20}(?:exceeded|expired|exhausted)",
            r"could not be delivered (?:for|after|in|within)",
            r"expired",
            r"failed \d+ attempts",
            r"could not deliver for",
            r"did ?n[o']t accept our requests? to connect",
            r"timed? ?out",
            r"too long in (?:the )?queue",
            r"been in (?:the )?queue (?:too long|for)",
            r"retry time not reached",
            r"unable to deliver[^.\n]{0,20}(?:hours|days)",
            r"has been delayed",
            r"delivery (?:is |was )?delayed",
            r"still (?:being )?(?:re)?tr(?:y|ied)",
            r"retry limit",
            r"(?:maximum|max) (?:retries|attempts)",
        ),
    ),
    (
        "network",
        _any(
            r"connection (?:refused|reset|closed|lost|dropped|timed|failed|was refused)",
            r"lost connection",
            r"network (?:is )?unreachable",
            r"no route to host",
            r"host (?:is )?(?:unreachable|down)",
            r"cannot connect",
            r"could ?n[o']t (?:connect|establish|contact)",
            r"unable to connect",
            r"mail loop",
            r"routing loop",
            r"loop(?:s|ing)? (?:back|detected)",
            r"too many hops",
            r"dns (?:error|server failure|lookup)",
            r"not responding",
            r"service (?:is )?(?:not available|unavailable)",
        ),
    ),
    (
        "moved",
        _any(
            r"user (?:has )?moved",
            r"has moved to",
            r"no longer (?:uses|using) this",
            r"address (?:has )?changed",
            r"please (?:forward|use|update)[^.\n]{0,40}(?:new )?address",
            r"recipient has moved",
        ),
    ),
    (
        "authentication",
        _any(
            r"\bdmarc\b",
            r"\bspf\b",
            r"\bdkim\b",
            r"sender policy",
            r"unauthenticated (?:e-?)?mail",
            r"not authenticated",
            r"authentication (?:required|checks|failed)",
        ),
    ),
    (
        "network address refused",
        _any(
            r"reverse (?:dns|ip|lookup)",
            r"ptr record",
            r"rdns",
            r"hostname[^.\n]{0,30}(?:lookup|resolve|match)",
            r"helo[^.\n]{0,40}(?:reject|invalid|resolve)",
            r"black ?list",
            r"block ?list",
            r"blocked",
            r"spamhaus",
            r"spamcop",
            r"\brbl\b",
            r"dnsbl",
            r"(?:poor|bad|low) reputation",
            r"reputation",
            r"(?:ip|client|host|ip address|connection)[^.\n]{0,40}(?:blocked|denied|rejected|banned|not allowed)",
            r"dynamic ip",
            r"access denied",
            r"go away",
        ),
    ),
    (
        "spam or policy",
        _any(
            r"spam",
            r"\bjunk",
            r"unsolicited",
            r"bulk mail",
            r"virus",
            r"malware",
            r"phish",
            r"content (?:rejected|filter)",
            r"policy",
            r"prohibited",
            r"forbidden",
            r"not permitted",
            r"message (?:was )?(?:blocked|filtered|rejected)",
            r"(?:rejected|refused) (?:by|due to)[^.\n]{0,20}(?:filter|rule|content)",
            r"bounce(?:d)? by admin",
            r"administratively",
        ),
    ),
    (
        "sender refused",
        _any(
            r"sender address rejected",
            r"sender (?:address )?(?:rejected|denied|refused|not allowed|verif)",
            r"(?:rejected|invalid|bad) (?:sender|return path|from)",
            r"does not like (?:sender|the sender)",
            r"relay(?:ing)? (?:access )?(?:denied|not permitted|prohibited)",
            r"relaying",
            r"not permitted to relay",
            r"unable to relay",
            r"we do not relay",
        ),
    ),
    (
        "suspended",
        _any(
            (
                r"(?:mailbox|mail ?box|account|user|recipient|address)[^.\n]{0,40}(?:suspend|inactive|disabled|"
                r"not active|locked|currently unavailable|expired|deactivated|frozen|blocked)"
            ),
            r"(?:inactive|disabled|suspended) (?:user|mailbox|account|recipient)",
            r"not yet been activated",
        ),
    ),
    (
        "no such user",
        _any(
            (
                r"(?:user|recipient|mailbox|mail ?box|account|address|addressee|alias|"
                r"local part)[^.\n]{0,60}?(?:unknown|not found|n[o']t exist|does ?n[o']t exist|invalid|"
                r"not (?:a )?(?:valid|known|listed|recogni[sz]ed|exist|local)|n'?t have|no such|undeliverable|"
                r"cannot be found|couldn'?t be found|wasn'?t found|could not be found|not available|unavailable|"
                r"rejected|deleted)"
            ),
            (
                r"(?:unknown|no such|invalid|bad|nonexistent|non-?existent|illegal|unrecogni[sz]ed|"
                r"no)[ -](?:local )?(?:user|recipient|mailbox|mail ?box|account|address|person|alias|destination|"
                r"addressee)"
            ),
            r"no mailbox",
            r"doesn'?t have an? \S+ account",
            r"not our customer",
            r"no one (?:here )?by that name",
            r"isn'?t (?:in|on) (?:our|my)",
            r"not listed in",
            r"this user (?:does ?n[o']t|is not)",
            r"\buser is unknown",
            r"no longer (?:valid|available|here|works?|employed|on server|active|exists)",
            r"invalid mailbox",
            r"unknown (?:or illegal )?alias",
            r"is not a (?:known|valid|registered)",
            r"address(?:es)? (?:failed|error)",
            r"can(?:no|')t find (?:any )?(?:the )?(?:user|mailbox|person)",
            r"inconnu",
            r"inexistant",
            r"unbekannt",
            r"desconocid",
            r"sconosciut",
            r"okänd",
            r"ukjent",
            r"ukendt",
            r"tuntematon",
        ),
    ),
    (
        "system",
        _any(
            r"local (?:error|configuration)",
            r"configuration error",
            r"internal (?:server )?error",
            r"system (?:error|failure|not|problem)",
            r"mailer error",
            r"command (?:died|failed|output)",
            r"unknown mailer error",
            r"can'?t create",
            r"out of memory",
            r"i/o error",
            r"no space left",
            r"read-only",
        ),
    ),
)
_BY_STATUS = {
    "1.0": "no such user",
    "1.1": "no such user",
    "1.2": "no such domain",
    "1.3": "no such user",
    "1.4": "no such user",
    "1.6": "moved",
    "1.8": "sender refused",
    "1.10": "does not take mail",
    "2.1": "suspended",
    "2.2": "mailbox full",
    "2.3": "too large",
    "3.4": "too large",
    "3.5": "system",
    "4.1": "network",
    "4.2": "network",
    "4.4": "no such domain",
    "4.6": "network",
    "4.7": "expired",
    "7.1": "spam or policy",
    "7.20": "authentication",
    "7.23": "authentication",
    "7.25": "network address refused",
    "7.26": "authentication",
}
# What the second number of a status says where the exact pair is not known.
_BY_SUBJECT = {
    "2": "suspended",
    "3": "system",
    "4": "network",
    "5": "system",
    "6": "spam or policy",
    "7": "spam or policy",
}
_PERMANENT = re.compile(r"permanent(?:ly)?\b|invalid\b|fatal error", re.I)
_LASTING = {"no such user", "no such domain", "moved", "does not take mail"}
_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_REPLY = re.compile(r"(?<![\d.\w-])([45])\d\d(?![\d.]*\d)(?=[ \-])")


DIAGNOSTIC = 1000
"""More of a diagnostic is not looked through for words."""


def status_in(text: str) -> str:
    """Return the enhanced status that stands in ``text``, one made of its SMTP reply code, or ""."""
    found = _ENHANCED.search(text)
    if found:
        return found[1]
    code = _REPLY.search(text)
    return f"{code[1]}.0.0" if code else ""


def better(stated: str, diagnostic: str) -> str:
    """Return the status that says more: many reports state 5.0.0 and have the real one in the diagnostic."""
    if stated and not stated.endswith(".0.0"):
        return stated
    inside = _ENHANCED.search(diagnostic)
    return inside[1] if inside and not inside[1].endswith(".0.0") else stated or status_in(diagnostic)


@lru_cache(maxsize=64)
def reason(status: str, diagnostic: str) -> str:
    """Return the reason in plain words; "unknown" where neither says one."""
    text = diagnostic[:DIAGNOSTIC]
    exact = _BY_STATUS.get(status[2:], "")
    if exact in ("mailbox full", "moved", "authentication") or status[2:] == "1.1":
        return exact
    for name, words in _WORDS:
        if words.search(text):
            return name
    return exact or _BY_SUBJECT.get(status[2:3], "unknown")


def is_hard(status: str, why: str, diagnostic: str) -> bool:
    """Say whether a failure tells against the address itself: then nothing should be sent to it again.

    A full mailbox, a policy, a network fault are failures as well, but the address may be good.  A permanent failure
    for which no reason can be made out counts against it; a temporary one never, unless it names the person as
    unknown.
    """
    if status.startswith("4"):
        return why == "no such user"
    return why in _LASTING or (why == "unknown" and (status.startswith("5") or bool(_PERMANENT.search(diagnostic))))
