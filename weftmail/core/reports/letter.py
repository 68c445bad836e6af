"""Bounces in no standard form: from old servers and large services, which write a letter instead of RFC 3464.

Three questions, the cheap ones first: do header and words look like it at all; do the fields of a report stand where
they should not, or a whole report in an attached message; whom does the letter name beside words of failure.  For the
last one flufl.bounce is asked as well, which knows the letters of some thirty servers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from email.message import Message
from typing import NamedTuple

from weftmail.core.address import comparable
from weftmail.core.limits import REPORT_LETTER, REPORT_LETTER_RECIPIENTS
from weftmail.core.parsing import header
from weftmail.core.parsing.message import DeliveryReport, Evidence, Failure
from weftmail.core.parsing.mime import Fields, Leaf, parse_header
from weftmail.core.reports import dsn, enclosed, reason
from weftmail.core.reports.dsn import ADDRESS, LEADING, NEAR, TRANSCRIPT, Reported, failure, near
from weftmail.core.reports.failing import DELAYED, FAILED, RETURNED, final, worded

_DAEMON = re.compile(r"(?i)^(?:mailer[-_.]?daemon|mail[-_.]?daemon|mdaemon|mail\.delivery\.\w+|bounces?)\b")
_MACHINERY = (
    r"(?:e?mail(?:er)?|post|master|transport|services?|systems?|servers?|gateway|gw|router|scan(?:ner)?"
    r"|admin(?:istrator)?|daemon"
    r"|delivery|agent|subsystem|relay|mta|e?smtp|mms|sms|message|messaging|internet|exchange|filter|notif(?:y"
    r"|ications?)"
    r"|dsn|bounces?|passerelle|pasarela|messagerie|courrier|correo)"
)
_OFFICE = re.compile(
    rf"(?i)^(?:(?:post[-_.]?master|gateway|mailer|mta|dsn|passerelle|pasarela|interscan\w{{0,20}}"
    rf"|microsoftexchange[0-9a-f]{{32}})(?:[-_.+]\w{{1,30}})?|(?:{_MACHINERY}[-_.]?){{2,6}}(?:\w{{1,12}})?)@"
)
"""An address that names nothing but the machinery of mail; ``mail@`` and ``post@`` are companies."""
_SYSTEM = re.compile(r"(?i)^(?:no-?reply|sys(?:tem|admin)\w*|admin\w*)\b")
_ROBOT = re.compile(r"(?i)^(?:no|do[-_.]?not)[-_.]?reply\b")
_MAIL = re.compile(
    r"(?i)mail|courriel|correo|mejl|письм|почт|邮件|郵件|メール|messag|nachricht|mensaje|mensagem|viesti"
)
_SAYS = re.compile(
    r"rcpt to|\b[45]\d\d[ -]|[45]\.\d+\.\d+|unknown|undeliver|(?:not|error) (?:be )?deliver|recipient|failed|rejected"
    r"|mailbox|addressed to|come back|not reach",
    re.I,
)
_BARE = re.compile(r"(?i)[\s>*•-]{0,20}(?:(?:recipient|address|user)[\w ]{0,20}[:=]\s{0,20})?[<\"'(\[]{0,3}")
_NEVER = re.compile(r"(?i)^(?:post-?master|mailer-daemon|abuse|support|help(?:desk)?)@")
_NOT_FOUND = (
    r"(?:(?:was|could) ?n[o'’]t (?:be )?found|n[’']t found|hittades inte|ble(?:v)? ikke fun(?:net|det)|(?:fant"
    r"|fandt) ikke"
    r"|nicht gefunden|introuvable|niet gevonden|no (?:se )?(?:encontró|encontrado)|non (?:è stato )?trovat"
    r"|não (?:foi )?encontr"
    r"|ei löyt|nie znalezion|не найден|не знайден|nenalezen|nebyl\w? nalezen|bulunamadı|nem található|nu a fost găsit"
    r"|見つかりません|找不到|찾을 수 없)"
)
_STATUS = re.compile(
    r"(?im)^(?:Content-Type:[ \t]*message/(?:global-)?delivery-status|Reporting-MTA:|Final-Recipient:)"
)
_PART = re.compile(r"(?im)^(?:--\S|Content-Type:[ \t]*(?:message/rfc822|text/rfc822-headers))")

Found = tuple[Reported, DeliveryReport]


def read(evidence: Evidence) -> Found | None:
    """Return what such a letter says, or None for a message that is none."""
    if not plausible(evidence):
        return None
    return _enclosed(evidence) or _lost(evidence.text) or _letter(evidence)


def plausible(evidence: Evidence) -> bool:
    """Say whether header and words let the message be a bounce; of people's mail it costs next to nothing.

    It comes from nobody, from a daemon's address, or from a mail gateway's.  A name proves nothing: people are called
    System Administrator.  From anybody but a daemon its title or its words have to say that mail was not delivered.
    """
    author, fields = evidence.author.address, evidence.fields
    if _DAEMON.match(author):
        return True
    titled = bool(FAILED.search(evidence.subject)) or "x-failed-recipients" in fields
    if _from_nobody(fields):
        sure = titled or not author or bool(_OFFICE.match(author) or _SYSTEM.match(author))
        return sure or (not _answers(fields) and _worded(evidence))
    if not author or _OFFICE.match(author):
        return titled or _worded(evidence)
    return titled and bool(_ROBOT.match(author) and _MAIL.search(evidence.subject)) and _worded(evidence)


def _from_nobody(fields: Fields) -> bool:
    return header.unfold(fields.first("return-path")).lower().startswith(("<>", "<mailer-daemon"))


def _answers(fields: Fields) -> bool:
    if header.keyword(fields.first("auto-submitted")).startswith("auto-replied"):
        return True
    return "in-reply-to" in fields or "references" in fields


def _worded(evidence: Evidence) -> bool:
    """The head of the letter says it, and beside it stands an address that leads a line, or a returned message.

    Of a letter without an author any address will do.
    """
    said, returned = _parted(evidence.text)
    if not worded(said):
        return False
    named = _named(said)
    return bool(named.leading or returned or _attached(evidence.leaves) or (named.all and not evidence.author.address))


def _enclosed(evidence: Evidence) -> Found | None:
    """A report in an attached message: a gateway wrapped it."""
    for leaf in evidence.leaves:
        if leaf.content_type != "message/rfc822" or not _from_nobody(parse_header(leaf.content)):
            continue
        inner = enclosed.evidence_of(leaf.content)
        if inner is None or not plausible(inner):
            return None
        found = dsn.read(inner.fields, inner.leaves, inner.text)
        if found and found[0] in ("bounce", "delay") and found[1] and found[1].recipients:
            return found[0], found[1]
        return _lost(inner.text) or _letter(inner)
    return None


def _lost(text: str) -> Found | None:
    """The fields of a report as text: its MIME was lost, or it was put into the letter of a provider."""
    head = text[: 2 * REPORT_LETTER]
    begin = _STATUS.search(head)
    if begin is None:
        return None
    end = _PART.search(head, begin.end())
    fields = dsn.groups_of(head[begin.start() : end.start() if end else len(head)])
    kind, report = dsn.status(fields, head[: begin.start()], _original(text))
    return (kind, report) if report.recipients else None


def _letter(evidence: Evidence) -> Found | None:
    said, returned = _parted(evidence.text)
    addresses = _addresses(evidence, said, returned)
    if not addresses:
        return None
    subject = evidence.subject
    late = bool(DELAYED.search(subject) or DELAYED.search(said)) and not final(f"{said} {subject}")
    found: dict[str, Failure] = {}
    for address in list(dict.fromkeys(addresses))[:REPORT_LETTER_RECIPIENTS]:
        one = _failure(address, said, late)
        found.setdefault(one.address, one)
    late = all(one.action == "delayed" for one in found.values())
    return ("delay" if late else "bounce"), DeliveryReport(tuple(found.values()), _original(evidence.text))


def _parted(text: str) -> tuple[str, str]:
    """Part the letter from the returned message that stands in the same text."""
    head = text[:REPORT_LETTER]
    for returned in RETURNED.finditer(head, len(head) - len(head.lstrip()) + 1):
        if not _listed(head, returned.start()):
            return head[: returned.start()], head[returned.start() :]
    return head, ""


def _listed(head: str, at: int) -> bool:
    """Say whether a letter merely lists the header of what it is about, set in, before it comes to the point."""
    if head[at : at + 2] != "  " or ADDRESS.search(head, 0, at):
        return False
    below = head.find("\n\n", at)
    return below > 0 and worded(head[below:]) and bool(_named(head[below : below + NEAR]).leading)


class _Named(NamedTuple):
    """The addresses that a letter names: all; those that lead a line, bare or not; those beside words of failure."""

    all: list[str]
    leading: list[str]
    nearby: list[str]
    bare: list[str]


def _named(letter: str) -> _Named:
    named = _Named([], [], [], [])
    for line in (one[:500] for one in letter.split("\n")):
        for match in ADDRESS.finditer(line):
            address, before = match[0].strip("'."), line[: match.start()]
            named.all.append(address)
            if TRANSCRIPT.fullmatch(before) or _BARE.fullmatch(before):
                named.bare.append(address)
            if LEADING.match(before):
                named.leading.append(address)
            elif _SAYS.search(line):
                named.nearby.append(address)
    return named


@dataclass(frozen=True, slots=True)
class _Own:
    """Whose addresses have hardly failed: that of the letter's author never, ours only where there is no other."""

    author: str
    ours: frozenset[str]

    def without(self, addresses: Iterable[str]) -> list[str]:
        """Return the addresses that can have failed."""
        found = self.but_author(addresses)
        return [one for one in found if comparable(one) not in self.ours and not _NEVER.match(one)]

    def but_author(self, addresses: Iterable[str]) -> list[str]:
        """Return the addresses, ours among them."""
        return [one for one in addresses if comparable(one) != self.author]


def _addresses(evidence: Evidence, said: str, returned: str) -> list[str]:
    """Whom the letter names as failed, from the surest source that names anybody."""
    fields = evidence.fields
    if sure := [box.address for value in fields.all("x-failed-recipients") for box in header.mailboxes(value)]:
        return sure
    ours = {comparable(box.address) for box in header.mailboxes(fields.first("to"))}
    ours.add((_original(evidence.text) or "")[1:-1].lower())
    own = _Own(comparable(evidence.author.address), frozenset(ours))
    named, known = _named(said), _known(evidence.bounded_tree())
    # What the library finds is often one of several.
    others = [one for one in list(dict.fromkeys(named.bare))[:REPORT_LETTER_RECIPIENTS] if _explained(one, said)]
    found = own.without([*known, *others]) or own.without(named.leading) or own.without(named.nearby)
    if found or not (FAILED.search(evidence.subject) or worded(said)):
        return found
    sent_to = _sent_to(returned) or _attached(evidence.leaves)
    only = list(dict.fromkeys(own.without(named.all)))
    return own.without(sent_to) or only[: len(only) == 1] or own.but_author([*known, *named.leading] or sent_to)


def _explained(address: str, letter: str) -> bool:
    """A letter says of each failed address why; of another that leads a line it says nothing."""
    about = near(address, letter)
    return bool(reason.status_in(about)) or reason.reason("", about) != "unknown"


def _sent_to(returned: str) -> list[str]:
    """The recipient of the returned message: the last resort, for letters that name nobody."""
    match = re.search(r"(?m)^[ \t>]*To:[ \t]*(.{1,500})$", returned)
    boxes = header.mailboxes(match[1]) if match else ()
    return [box.address for box in boxes[:1] if "@" in box.address]


def _attached(leaves: Iterable[Leaf]) -> list[str]:
    """The same of a returned message that is attached."""
    for leaf in leaves:
        if leaf.content_type in ("message/rfc822", "text/rfc822-headers", "message/global"):
            boxes = header.mailboxes(parse_header(leaf.content.lstrip()).first("to"))
            return [box.address for box in boxes[:1] if "@" in box.address]
    return []


def _known(message: Message) -> list[str]:
    from flufl.bounce import all_failures

    try:
        late, lasting = all_failures(message)
    except (LookupError, ValueError, AttributeError, TypeError, RecursionError):
        # The detectors take a message to be well formed; this one is not, and the letter is read below.
        return []
    return sorted(address.decode("ascii", "replace") for address in late | lasting)


def _failure(address: str, letter: str, late: bool) -> Failure:
    said = near(address, letter)
    whom = dsn.original_of(address, said)
    status = reason.status_in(said)
    if not status and reason.reason("", said) == "unknown":
        said = header.clean(letter[:1000])
        status = reason.status_in(said)
    one = failure(whom, status, "delayed" if late and not status.startswith("5") else "failed", said)
    if one.reason == "unknown" and one.action == "failed" and _is_nobody(address, said):
        return replace(one, reason="no such user", hard=True)
    return one


def _is_nobody(address: str, said: str) -> bool:
    """Say whether a letter says of the name alone, without the domain, that it was not found there."""
    name = rf"(?<![\w@.]){re.escape(address.partition('@')[0])}(?![\w@])"
    found = rf"(?i){name}[^\n]{{0,80}}?{_NOT_FOUND}|{_NOT_FOUND}[^\n]{{0,20}}?{name}"
    return bool(re.search(found, said))


def _original(text: str) -> str | None:
    match = re.search(r"(?im)^[ \t>]*message-id:[ \t]*(?:\n[ \t]+)?(<[^<>\s]{1,500}>)", text)
    return match[1] if match else None
