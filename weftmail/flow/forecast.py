"""Where would a mail go: one of our own making, or one that somebody has, put to the very functions that file mail.

Nothing is written.  What the mail server would say at RCPT is asked of the map that it asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from types import MappingProxyType

from weftmail.core.address import comparable
from weftmail.core.envelope import Envelope, clean
from weftmail.core.failure import TempFail
from weftmail.core.limits import MESSAGE_SIZE
from weftmail.core.ports import Machine, MapFile
from weftmail.core.routing.disposition import Append, Disposition, Hold, Note, Open, Report
from weftmail.core.routing.result import CheckResult
from weftmail.core.tokens import reply_token
from weftmail.core.tokens.reply_token import Token
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.checking import NOTHING, Checked
from weftmail.flow.explain import Explanation, explanation
from weftmail.flow.identity import identity_of
from weftmail.flow.installation import Installation
from weftmail.flow.notices import author_of, reached_by_hold
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import find
from weftmail.store.record import Participant, Record
from weftmail.store.store import Store

CASES: Mapping[str, Phrase] = MappingProxyType(
    {
        "stranger": Phrase("forecast.case.stranger"),
        "verified": Phrase("forecast.case.verified"),
        "answer": Phrase("forecast.case.answer"),
        "forged": Phrase("forecast.case.forged"),
        "automatic": Phrase("forecast.case.automatic"),
        "machine": Phrase("forecast.case.machine"),
        "large": Phrase("forecast.case.large"),
        "answer-stranger": Phrase("forecast.case.answer stranger"),
        "answer-forged": Phrase("forecast.case.answer forged"),
        "answer-automatic": Phrase("forecast.case.answer automatic"),
    }
)
"""What a mail may be, for one who asks without a mail at hand, and how that is said."""
ANSWER = "answer"
"""What the names of those cases begin with that are answers to a record."""
QUEUES: Mapping[str, Phrase] = MappingProxyType(
    {"held": Phrase("review.state.held"), "unmatched": Phrase("review.state.unmatched")}
)
LARGE = 30 * 1024 * 1024
"""The size, in bytes, of a large mail."""
STRANGER = "somebody@customer.example"
"""Who writes where nobody is named."""
_QUEUE_ID = "FORECAST"
_FIELDS: Mapping[str, str] = MappingProxyType(
    {"automatic": "auto-replied", "answer-automatic": "auto-replied", "machine": "auto-generated"}
)


@dataclass(frozen=True, slots=True)
class Supposed:
    """A mail that may come: to whom, from whom, of which of the ``CASES``, or the mail itself as ``raw``.

    ``record`` is the label of the record that an answer is to, one of ``company_id`` where that is given;
    ``colleague`` is the address that a forged mail bears.
    """

    recipient: str
    sender: str = ""
    case: str = "stranger"
    record: str = ""
    colleague: str = ""
    raw: bytes | None = None
    company_id: int | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What would become of it.

    ``taken``: whether the mail server takes the address, None where its map cannot be read.  ``largest``: the bytes
    of the largest mail that it takes, None where nobody knows.  ``company_id``: whose mail it is.  ``decide`` are the
    names of those who are told that it waits.
    """

    envelope: Envelope
    explanation: Explanation
    taken: bool | None
    size: int
    largest: int | None
    company_id: int | None
    case: str = "stranger"
    decide: tuple[str, ...] = ()

    @property
    def disposition(self) -> Disposition:
        """Where it would go."""
        return self.explanation.decision.disposition

    @property
    def too_large(self) -> bool:
        """Whether the mail server refuses it for its size."""
        return self.size > (MESSAGE_SIZE if self.largest is None else self.largest)

    @property
    def refused(self) -> bool:
        """Whether the mail server takes it at all: what it refuses reaches nobody."""
        return self.taken is False or self.too_large

    @property
    def reply(self) -> str:
        """What the sender would read of the mail server's answer, where that refuses it (RFC 3463); "" elsewhere."""
        if self.taken is False:
            return f"550 5.1.1 <{self.envelope.recipient}>: Recipient address rejected: User unknown"
        return "552 5.3.4 Message size exceeds fixed limit" if self.too_large else ""

    @property
    def because(self) -> Phrase | None:
        """What follows from what the mail is, beside the rules; None where they say it all."""
        if self.case == "machine":
            return Phrase("forecast.because.machine")
        if self.case == "large" and not self.too_large:
            return Phrase("forecast.because.large", {"size": _megabytes(self.largest)})
        return None

    @property
    def headline(self) -> Phrase:
        """What becomes of it, in one sentence."""
        if self.taken is False:
            return Phrase("forecast.refused")
        if self.too_large:
            return Phrase("forecast.too large", {"size": _megabytes(self.largest)})
        return becomes(self.disposition)

    @property
    def at_the_door(self) -> tuple[Phrase, ...]:
        """What the mail server says to the address, and to the size."""
        door = Phrase("forecast.taken") if self.taken else Phrase("forecast.not taken")
        size = Phrase("forecast.size", {"size": _megabytes(self.largest)})
        no_size = Phrase("forecast.no size", {"size": _megabytes(None)})
        return (
            Phrase("forecast.no map") if self.taken is None else door,
            no_size if self.largest is None else size,
        )


def forecast(
    store: Store,
    installation: Installation,
    supposed: Supposed,
    map_file: MapFile | None = None,
    machine: Machine | None = None,
) -> Forecast:
    """Return what would become of a mail now; writes nothing.

    Raises RefusedAct for what is no address, and where there is no such record, or no answer to it could come.
    """
    recipient, sender = clean(supposed.recipient.strip()), clean(supposed.sender.strip()) or STRANGER
    if supposed.case.startswith(ANSWER) and supposed.raw is None:
        recipient, sender = _answered(store, installation, supposed)
    if supposed.case.endswith("forged") and supposed.raw is None:
        sender = supposed.colleague
    find.address("to", recipient)
    entrance, raw = _mail(store, installation, supposed, recipient, sender)
    envelope = Envelope(recipient, sender, queue_id=_QUEUE_ID, client_address="192.0.2.1", entrance=entrance)
    found = explanation(store, installation, envelope, raw, _checked(supposed, sender))
    size = LARGE if supposed.case == "large" and supposed.raw is None else len(raw)
    largest = machine.largest_mail() if machine is not None else None
    whose = _company(store, recipient, found.decision.disposition)
    case = supposed.case if supposed.raw is None else "stranger"
    decide = _decide(store, recipient, author_of(found.message), found.decision.disposition)
    return Forecast(envelope, found, _taken(map_file, recipient), size, largest, whose, case, decide)


def _decide(store: Store, recipient: str, author: str, disposition: Disposition) -> tuple[str, ...]:
    """Return the names of those who would be told that it waits."""
    if not isinstance(disposition, Hold):
        return ()
    return tuple(one.name for _, people in reached_by_hold(store, recipient, author, disposition) for one in people)


def becomes(disposition: Disposition) -> Phrase:
    """Return the sentence that says where a mail would go."""
    match disposition:
        case Open():
            return Phrase("forecast.open", {"type": disposition.record_type})
        case Append(post=True):
            return Phrase("forecast.post", {"record": disposition.record})
        case Append():
            return Phrase("forecast.append", {"record": disposition.record})
        case Note():
            return Phrase("forecast.note", {"record": disposition.record})
        case Report():
            return Phrase("forecast.report", {"record": disposition.record})
        case Hold():
            return Phrase("forecast.hold", {"queue": QUEUES[disposition.queue], "why": disposition.why})
    return Phrase("forecast.discard", {"why": disposition.why})


def _taken(map_file: MapFile | None, recipient: str) -> bool | None:
    try:
        return map_file.takes(recipient) if map_file is not None else None
    except TempFail:
        return None


def _company(store: Store, recipient: str, disposition: Disposition) -> int | None:
    """Return whose mail it is: of the record or the alias that it goes to, else of the domain."""
    if disposition.company_id is not None:
        return disposition.company_id
    domain = store.domains.by_name(comparable(recipient).rpartition("@")[2])
    return domain.company_id if domain is not None else None


def _answered(store: Store, installation: Installation, supposed: Supposed) -> tuple[str, str]:
    """Return the reply address that the last public message of a record gave its sender, and that sender."""
    found = store.records.by_label(supposed.record.strip(), supposed.company_id)
    if not found:
        raise find.no_record("record", supposed.record)
    record = found[0]
    message_id = store.messages.last_public(record.company_id, record.id)
    message = store.messages.get(record.company_id, message_id) if message_id is not None else None
    if message is None:
        raise RefusedAct("record", "nothing_to_answer")
    wanted = supposed.sender if supposed.case == ANSWER else ""
    person = _person(store, record, wanted)
    contact_id = person.contact_id if person is not None else 0
    token = Token("post", message.id, contact_id, message.token_epoch)
    address = reply_token.address(installation.keyring, token, identity_of(store, record).domain)
    known = person.address if person is not None and supposed.case != "answer-stranger" else None
    return address, supposed.sender or known or STRANGER


def _person(store: Store, record: Record, sender: str) -> Participant | None:
    """Return who answers: the participant with that address, or the first of them where none is named."""
    people = store.records.participants(record.company_id, record.id)
    return next((one for one in people if one.address == sender or not sender), None)


def _mail(
    store: Store, installation: Installation, supposed: Supposed, recipient: str, sender: str
) -> tuple[str, bytes]:
    """Return by which entrance the mail comes, and the mail with what our own mail server writes above it."""
    entrance, host, authserv_id = _door(installation)
    if supposed.raw is not None:
        return entrance, supposed.raw
    date = format_datetime(datetime.fromtimestamp(installation.clock() // 1000, UTC))
    lines = _written_here(store, sender, host, authserv_id, date, verified=supposed.case == "verified")
    lines += [f"From: <{sender}>", f"To: <{recipient}>", "Subject: Where would this mail go?", f"Date: {date}"]
    if supposed.case in _FIELDS:
        lines.append(f"Auto-Submitted: {_FIELDS[supposed.case]}")
    return entrance, ("\n".join([*lines, "", "Where would this mail go?", ""])).encode("utf-8", "replace")


def _checked(supposed: Supposed, sender: str) -> Checked | None:
    """Return what our own check would find of a mail that is but supposed; None where there is one to ask about."""
    if supposed.raw is not None:
        return None
    if supposed.case != "verified":
        return NOTHING
    domain = comparable(sender).rpartition("@")[2]
    return Checked(tuple(CheckResult(method, "pass", domain) for method in ("spf", "dkim", "dmarc")))


def _door(installation: Installation) -> tuple[str, str, str]:
    """Return an entrance by which mail may come verified: its name, our mail server's, and under which it reports."""
    for entrance, policy in installation.policies.items():
        if policy.hostnames:
            return entrance, min(policy.hostnames), policy.authserv_id or ""
    return "pipe", "", ""


def _written_here(store: Store, sender: str, host: str, authserv_id: str, date: str, *, verified: bool) -> list[str]:
    """Return the fields of our own mail server: who handed the mail over, and what it found of the sender."""
    if not host:
        return []
    user = store.users.by_address(sender) if verified else None
    signed_in = user is not None and user.active
    login = f" (Authenticated sender: {sender})" if signed_in else ""
    with_ = "ESMTPSA" if signed_in else "ESMTPS"
    client = "client.example (client.example [192.0.2.1])"
    received = f"Received: from {client}{login} by {host} (Postfix) with {with_} id {_QUEUE_ID}; {date}"
    if not (verified and authserv_id) or signed_in:
        return [received]
    domain = comparable(sender).rpartition("@")[2]
    found = f"dkim=pass header.d={domain}; dmarc=pass header.from={domain}; spf=pass smtp.mailfrom={sender}"
    return [f"Authentication-Results: {authserv_id}; {found}", received]


def _megabytes(count: int | None) -> str:
    return f"{(MESSAGE_SIZE if count is None else count) // 1_000_000} MB"
