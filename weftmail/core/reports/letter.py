"""Bounces in no standard form: from old servers and large services, which write a letter instead of RFC 3464.

Three questions, the cheap ones first: does the header look like it at all; does flufl.bounce, which knows the letters
of some thirty servers, find addresses; does the letter itself name them beside words of failure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from email.message import Message

from weftmail.core.address import Mailbox, comparable
from weftmail.core.parsing import header
from weftmail.core.parsing.message import DeliveryReport, Failure
from weftmail.core.parsing.mime import Fields
from weftmail.core.reports import reason
from weftmail.core.reports.dsn import ADDRESS, LEADING, LETTER, Reported, failure, near

_DAEMON = re.compile(r"(?i)^(?:mailer[-_.]?daemon|mail[-_.]?daemon|mdaemon|mail\.delivery\.\w+|bounces?)\b")
_POSTMASTER = re.compile(r"(?i)^post[-_.]?master\b")
_OFFICE = re.compile(r"(?i)^(?:post[-_.]?master|no-?reply|system|admin\w*)\b")
_FAILED = re.compile(
    "|".join(
        (
            r"undeliver(?:ed|able)|non[- ]?deliver",
            r"(?:returned|return(?:ing)?|failed|rejected|bounced) (?:e-?)?mail",
            r"failure notice|(?:failed|failure) (?:delivery|notification)",
            r"delivery (?:\w+ )?(?:has |is |was )?(?:fail(?:ed|ure)|error|problem|status|delay|report)",
            r"delivery (?:status )?notification",
            r"(?:could not|cannot|not|unable to) (?:be )?(?:yet )?(?:been )?(?:send|deliver)",
            r"(?:mail|message|warning)\b.{0,60}\bdelayed|warning: (?:could not send|message)",
            r"(?:mail (?:system|transaction)|processing|sending) (?:error|failed)",
            r"error sending|rejected (?:mail|message)",
            r"unzustellbar|nicht zugestellt|non remis|no (?:se pudo )?entregar|non recapitabile|onbestelbaar",
            r"kunde inte levereras|olevererbart|går inte att leverera|kunne ikke leveres|toimittaminen epäonnistui",
        )
    ),
    re.I,
)
_RETURNED = re.compile(
    "|".join(
        (
            (
                r"^[ \t>]*-{2,}+.{0,80}(?:original|returned|copy|below this line|unsent|undelivered"
                r"|message (?:body|header|text|follows)).*$"
            ),
            (
                r"^.{0,40}(?:copy of (?:the|your)|original (?:message|mail|headers?)|returned message"
                r"|message headers?).{0,60}:?[ \t]*-*$"
            ),
            r"^[ \t>]*(?:Return-Path|Received|MIME-Version|X-Mailer|DKIM-Signature|Message-I[dD]|References):.*$",
        )
    ),
    re.M | re.I,
)
_SAYS = re.compile(
    r"rcpt to|\b[45]\d\d[ -]|[45]\.\d+\.\d+|unknown|undeliver|(?:not|error) (?:be )?deliver|recipient|failed|rejected"
    r"|mailbox|addressed to",
    re.I,
)
_DELAYED = re.compile(
    r"delay(?:ed)?\b|will (?:be )?(?:continue|retr|keep|try)|still (?:be(?:ing)?|in|try)|not yet (?:been )?deliver"
    r"|transient|temporar(?:y|ily) fail|do not need to resend|no action is required",
    re.I,
)
_FINAL = re.compile(
    r"permanent|giving up|given up|gave up|could not be delivered|has failed|undeliverable|expired|unable to deliver",
    re.I,
)
LETTER_RECIPIENTS = 100
_NEVER = re.compile(r"(?i)^(?:post-?master|mailer-daemon|abuse|support|help(?:desk)?)@")


def read(
    fields: Fields, author: Mailbox, subject: str, text: str, parsed: Callable[[], Message]
) -> tuple[Reported, DeliveryReport] | None:
    """Return what such a letter says, or None for a message that is none.

    ``parsed`` gives the beginning of the message as the stdlib parses it, when somebody asks.
    """
    if not plausible(fields, author, subject):
        return None
    letter, returned = _parted(text)
    own = {comparable(author.address)} | {comparable(box.address) for box in header.mailboxes(fields.first("to"))}
    original = _original(text)
    own.add((original or "")[1:-1].lower())
    named = [box.address for value in fields.all("x-failed-recipients") for box in header.mailboxes(value)]
    addresses = named or _known(parsed(), own) or list(_named(letter, own))
    addresses = addresses or (_returned_to(returned, own) if _FAILED.search(subject) else [])
    if not addresses:
        return None
    late = bool(_DELAYED.search(subject) or _DELAYED.search(letter)) and not _FINAL.search(letter + subject)
    found = tuple(_failure(address, letter, late) for address in list(dict.fromkeys(addresses))[:LETTER_RECIPIENTS])
    return ("delay" if late else "bounce"), DeliveryReport(found, original)


def plausible(fields: Fields, author: Mailbox, subject: str) -> bool:
    """Say whether the header alone lets the message be a bounce; costs next to nothing.

    It comes from nobody or from a daemon's address.  A name proves nothing: people are called System Administrator.
    """
    if _DAEMON.match(author.address):
        return True
    titled = bool(_FAILED.search(subject)) or "x-failed-recipients" in fields
    if header.unfold(fields.first("return-path")).lower().startswith(("<>", "<mailer-daemon")):
        return titled or bool(_OFFICE.match(author.address))
    return titled and bool(_POSTMASTER.match(author.address))


def _parted(text: str) -> tuple[str, str]:
    """Part the letter from the returned message that stands in the same text."""
    head = text[:LETTER]
    returned = _RETURNED.search(head, len(head) - len(head.lstrip()) + 1)
    return (head[: returned.start()], head[returned.start() :]) if returned else (head, "")


def _returned_to(returned: str, own: set[str]) -> list[str]:
    """The recipient of the returned message: the last resort, for letters that name nobody."""
    match = re.search(r"(?m)^[ \t>]*To:[ \t]*(.{1,500})$", returned)
    boxes = header.mailboxes(match[1]) if match else ()
    return [box.address for box in boxes[:1] if "@" in box.address and comparable(box.address) not in own]


def _known(message: Message, own: set[str]) -> list[str]:
    from flufl.bounce import all_failures

    try:
        late, lasting = all_failures(message)
    except (LookupError, ValueError, AttributeError, TypeError, RecursionError):
        # The detectors take a message to be well formed; this one is not, and the letter is read below.
        return []
    found = sorted(address.decode("ascii", "replace") for address in late | lasting)
    return [address for address in found if comparable(address) not in own]


def _named(letter: str, own: set[str]) -> Iterator[str]:
    """Yield the addresses that the letter names as failed; those that lead a line, if any do."""
    leading: list[str] = []
    nearby: list[str] = []
    for line in letter.split("\n"):
        for match in ADDRESS.finditer(line[:500]):
            address = match[0].strip("'.")
            if comparable(address) in own or _NEVER.match(address):
                continue
            if LEADING.match(line[: match.start()]):
                leading.append(address)
            elif _SAYS.search(line):
                nearby.append(address)
    yield from leading or nearby


def _failure(address: str, letter: str, late: bool) -> Failure:
    said = near(address, letter)
    if reason.reason(reason.status_in(said), said) == "unknown":
        said = header.clean(letter[:1000])
    return failure(address, reason.status_in(said), "delayed" if late else "failed", said)


def _original(text: str) -> str | None:
    match = re.search(r"(?im)^[ \t>]*message-id:[ \t]*(?:\n[ \t]+)?(<[^<>\s]{1,500}>)", text)
    return match[1] if match else None
