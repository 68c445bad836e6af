"""The words by which servers say why a delivery failed, by cause.

A word counts from its beginning ("recipient" says nothing of an "ip"); its end mostly stands open, since servers bend
words.
"""

from __future__ import annotations

import re

from weftmail.core.reports import abroad


def _any(*phrases: str, cjk: tuple[str, ...] = ()) -> re.Pattern[str]:
    return re.compile("|".join((rf"(?<!\w)(?:{'|'.join(phrases)})", *cjk)), re.I)


UNKNOWN_USER = _any(
    r"(?:user|recipient|mailbox|account|addressee|alias) (?:is |was )?(?:unknown|not found)",
    r"(?:unknown|no such|nonexistent|non-existent) (?:local )?(?:user|recipient|mailbox|account|alias|addressee)\b",
    r"(?:user|recipient|mailbox|account|address)\b[^.\n]{0,40}does(?: not|n't) exist",
    r"(?:user|recipient|person|mailbox)\b[^.\n]{0,40}(?:can ?not|could ?n[o'’]t|can't) be (?:found|located)",
    r"(?:know|knows|have|has) (?:nobody|no ?one|no (?:\w+ )?(?:user|person|recipient))\b",
    r"does ?n[o'’]t (?:live|work) here",
    r"recipient address rejected: (?:access denied|user unknown)",
    r"(?:account|mailbox)[^.\n]{0,30}(?:discontinued|closed|deleted|terminated)",
    r"no(?:body|[ -]one)? (?:\w+ ){0,2}(?:called|named|of|by|with|under) (?:that|this|the) (?:name|address)",
    r"nobody (?:called|named)\b",
    r"does ?n[o'’]t have an? \S{1,80} account",
    r"there is no (?:user|mailbox|account|person|recipient|such (?:user|mailbox|account|address))",
    *abroad.UNKNOWN_USER.words,
    cjk=abroad.UNKNOWN_USER.cjk,
)
"""These words say of a person that there is none, whatever the code beside them."""

# Ordered: a sentence that names a mailbox as full also calls it unavailable; the more exact word decides.
CAUSES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "sender refused",
        _any(
            r"sender(?:'s)? (?:address |domain )?(?:rejected|verif\w{0,12} (?:failed|error)|does not exist|not found)",
            r"domain of (?:the )?sender",
            (
                r"(?:mail from|return[ -]?path|envelope (?:sender|from))\b[^.\n]{0,40}(?:reject|invalid|"
                r"not (?:exist|allow))"
            ),
        ),
    ),
    (
        "too large",
        _any(r"(?:maximum |max )?line length|line (?:is )?too long"),
    ),
    (
        "mailbox full",
        _any(
            (
                r"(?:mailbox|mail ?box|inbox|account|user|recipient|storage|disk)[^.\n]{0,40}(?:is |are |has |"
                r"was )?(?:full\b|over ?quota|out of (?:storage|space)|exceed)"
            ),
            r"over (?:the |its |disk |mail )*quota",
            r"(?:disk )?quota\b",
            r"exceed\w{0,12}[^.\n]{0,40}(?:quota|storage|mailbox|allocat)",
            r"insufficient (?:disk|storage|system) ?(?:space|storage)",
            r"not enough (?:storage|disk|space|room)",
            r"no (?:more |disk |storage |free )?(?:room|space) (?:left|in|on|for|at)\b",
            r"(?:mailbox|mail ?box|inbox|account|user|box)\b[^.\n]{0,60}(?:reached|hit) (?:its|the|his|her|their)\b",
            *abroad.FULL.words,
            cjk=abroad.FULL.cjk,
        ),
    ),
    (
        "too large",
        _any(
            (
                r"(?:message|mail|size|line)[^.\n]{0,40}(?:too (?:big|large|long)|exceed\w{0,12}[^.\n]{0,30}"
                r"(?:size|limit|maximum))"
            ),
            r"(?:size|line) (?:length )?limit",
            r"max(?:imum)?[^.\n]{0,20}size",
            *abroad.LARGE.words,
            cjk=abroad.LARGE.cjk,
        ),
    ),
    ("no such user", UNKNOWN_USER),
    (
        "system",
        _any(
            r"pipe to \||\|/",
            r"command (?:died|failed|output|exited|returned)",
            r"child process of",
            r"(?:unknown )?mailer error",
            r"exit (?:code|status)",
        ),
    ),
    (
        "too many connections",
        _any(
            r"too (?:many|much|often|frequent)(?! hops)",
            r"rate limit",
            r"(?:connection|sending|message|mail|frequency|rate)\b[^.\n]{0,20}limit(?:ed|s)\b",
            r"gr[ea]y-?list",
            r"throttl",
            r"too fast",
            r"(?:try|come) (?:again|back) later[^.\n]{0,20}(?:limit|many)",
        ),
    ),
    (
        "network",
        _any(
            r"not found,? (?:please )?try again",
            r"temporar\w{0,12} (?:name|dns|lookup|resolution)[^.\n]{0,20}(?:fail|error|problem)",
            r"(?:name ?server|dns(?: server)?)[^.\n]{0,30}(?:timed? ?out|not (?:answer|respond)|unreachable)",
            r"host name lookup failure|malformed[^.\n]{0,30}name ?server|unexpected name ?server",
            r"servfail",
        ),
    ),
    (
        "no such domain",
        _any(
            (
                r"(?:host|domain)(?: name)?(?: [\"'<]?[\w.-]{1,255}[\"'>]?)?(?: is| was)? ?(?:unknown|"
                r"not (?:found|known)|does(?: not|n't) exist|c(?:ould not|annot) be (?:found|resolved)|has no mx|"
                r"lookup (?:failed|failure)|lookup did not)"
            ),
            r"(?:unable to|could ?n[o']t|can(?:no|')t) (?:resolve|find|locate) (?:the |any )?(?:host|domain)",
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
            r"no (?:mx|a|aaaa)(?: (?:or|and) (?:mx|a|aaaa))?(?: records?)? (?:found|for)",
            r"nxdomain",
            r"nonexistent domain",
            r"non-?existent (?:host|domain)",
            r"(?:couldn'?t|could not) be found[^.\n]{0,10}domain",
            r"no route to domain",
            *abroad.UNKNOWN_DOMAIN.words,
            cjk=abroad.UNKNOWN_DOMAIN.cjk,
        ),
    ),
    (
        "does not take mail",
        _any(
            r"null ?mx",
            r"no smtp service",
            r"does not accept (?:any )?(?:mail|email|messages)\b(?! (?:from|that|with))",
            r"(?:domain|host|server)[^.\n]{0,30}(?:not|n'?t) accept(?:ing)? (?:any )?(?:mail|email|smtp)\b(?! from)",
            r"(?:takes?|accepts?|receives?) no (?:mail|messages)\b(?! from)",
            r"(?:do|does|will) ?(?:not|n't) (?:take|accept|receive) (?:any )?mail(?: here| at all)?\W*$",
            r"(?:never|no longer) (?:takes?|accepts?|receives?) (?:any )?(?:e?-?mail|messages)\b(?! from)",
            r"no mail (?:service|is (?:taken|accepted|received)) here",
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
            r"(?:can(?:not|['’]t)|could ?n[o']t) be reached|not reachable|unreachable",
            r"service (?:is )?(?:currently |temporarily )?(?:not available|unavailable)",
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
            r"dmarc\b",
            r"spf\b",
            r"dkim\b",
            r"sender policy",
            r"unauthenticated",
            r"not authenticated",
            r"(?:not |un)authori[sz]ed|permission denied",
            r"authentication (?:is )?(?:required|checks|failed)",
            r"(?:smtp )?auth(?:entication)? (?:is )?required",
            r"(?:must|have to|need to|please) (?:first )?(?:log ?in|sign ?in|authenticate)",
            r"log ?in before",
        ),
    ),
    (
        "network address refused",
        _any(
            r"reverse (?:dns|ip|lookup)",
            r"ptr record",
            r"rdns",
            r"hostname[^.\n]{0,30}(?:lookup|resolve|match)",
            r"(?:helo|ehlo)\b[^.\n]{0,40}(?:reject|invalid|resolve|not (?:a |an )?(?:host|valid|fully))",
            r"(?:invalid|bad|bogus|forged) (?:helo|ehlo)",
            r"(?:mails?|messages) from (?:your )?(?:\d{1,3}\.){3}\d",
            r"(?:black|block|deny) ?list",
            r"blocked",
            r"spamhaus",
            r"spamcop",
            r"rbl\b",
            r"dnsbl",
            r"(?:poor|bad|low) reputation",
            r"reputation",
            r"(?:ip|client|host|ip address|connection)\b[^.\n]{0,40}(?:blocked|denied|rejected|banned|not allowed)",
            r"dynamic ip",
            r"your (?:ip|host|(?:mail ?)?server|network|system|provider)\b",
            r"(?<!not )listed (?:at|on|by)\b",
            r"(?:sending|connecting) (?:ip|host|server|network|system)\b",
            r"access denied",
            r"go away",
        ),
    ),
    (
        "spam or policy",
        _any(
            r"spam",
            r"junk",
            r"unsolicited",
            r"bulk mail",
            r"virus",
            r"malware",
            r"phish",
            r"content (?:rejected|filter)",
            (
                r"(?:message|content|attachment|header|body)\b[^.\n]{0,40}(?:reject|refus|not accept|unaccept|denied|"
                r"violat|suspicious|looks like)"
            ),
            r"policy",
            r"(?:attachment|file|extension)[^.\n]{0,40}(?:not (?:allow|permit)|block|banned|forbidden)",
            r"(?:protocol|rfc|standards?) violation|violat\w{0,12} (?:rfc|protocol)",
            r"prohibited",
            r"forbidden",
            r"not permitted",
            r"message (?:was )?(?:blocked|filtered|rejected)",
            r"(?:rejected|refused) (?:by|due to)[^.\n]{0,20}(?:filter|rule|content)",
            r"bounce(?:d)? by admin",
            r"administratively",
            *abroad.SPAM.words,
            cjk=abroad.SPAM.cjk,
        ),
    ),
    (
        "sender refused",
        _any(
            r"sender address rejected",
            r"sender\b[^.\n]{0,40}(?:not\b|reject|denied|refus|unknown|invalid|block)",
            r"sender (?:address )?(?:rejected|denied|refused|not allowed|verif)",
            r"(?:rejected|invalid|bad) (?:sender|return path|from)",
            r"does not like (?:sender|the sender)",
            r"relay(?:ing)? (?:access )?(?:denied|not permitted|prohibited)",
            r"relaying",
            r"(?:allowed )?rcpt-?hosts",
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
                r"deleted)"
            ),
            (
                r"(?:unknown|no such|invalid|bad|nonexistent|non-?existent|illegal|unrecogni[sz]ed|"
                r"no)[ -](?:local )?(?:user|recipient|mailbox|mail ?box|account|address|person|alias|destination|"
                r"addressee)"
            ),
            r"no mailbox",
            r"not our customer",
            r"no one (?:here )?by that name",
            r"isn'?t (?:in|on) (?:our|my)",
            r"not (?:listed )?in (?:the |our )?(?:\w+ ){0,3}(?:directory|address book)|not listed in",
            r"this user (?:does ?n[o']t|is not)",
            r"user is unknown",
            r"no longer (?:valid|available|here|works?|employed|on server|active|exists)",
            r"invalid mailbox",
            r"unknown (?:or illegal )?alias",
            r"is not a (?:known|valid|registered)",
            r"address(?:es)? (?:failed|error)",
            (
                r"(?:unable to|could ?n[o']t|can(?:no|')t|did ?n[o']t|failed to) (?:find|locate|verify|match)"
                r" (?:\w+ ){0,2}(?:user|mailbox|person|recipient|account|address|name|alias)"
            ),
            r"no(?:ne of (?:its|the|your|these))? (?:valid )?recipients?(?: (?:is|are|was|were) valid)?\b",
            r"all (?:of )?(?:its|the|your|these) recipients",
            r"not in use\b",
            r"inconnu",
            r"inexistant",
            r"unbekannt",
            r"desconocid",
            r"desconhecid",
            r"sconosciut",
            r"okänd",
            r"ukjent",
            r"ukendt",
            r"tuntematon",
            r"onbekend",
            r"nieznan",
        ),
    ),
    (
        "system",
        _any(
            r"local (?:error|configuration)",
            r"configuration error",
            r"internal (?:server )?error",
            r"system (?:error|failure|not|problem)",
            r"can'?t create",
            r"out of memory",
            r"i/o error",
            r"no space left",
            r"read-only",
        ),
    ),
)
