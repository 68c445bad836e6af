"""What routing has to know that does not stand in the mail itself: looked up before, so that deciding asks nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from weftmail.core.address import Mailbox
from weftmail.core.field import FieldKind
from weftmail.core.wording.phrase import Phrase

Carrier = Literal["token", "record", "locator", "foreign id", "shared id"]
"""How a mail says which message it answers: our reply address, the own address of a record, our Message-ID, an id that
we filed, or one that a mail which we filed refers to as well."""

Purpose = Literal["post", "note", "bounce", "record", "unfollow", "unfollow type"]
LEAVING: Final[tuple[Purpose, Purpose]] = ("unfollow", "unfollow type")
"""What the addresses are for by which a colleague follows a record, or all of its type, no longer."""

WhenClosed = Literal["reopen", "new", "hold"]

Accepts = Literal["everyone", "known", "participants", "internal"]


@dataclass(frozen=True, slots=True)
class Sender:
    """Who the mail says it is from, and what is known of that address."""

    name: str
    address: str
    """In canonical form; empty where the mail names nobody, or several."""
    user_id: int | None = None
    writes_in: frozenset[int] = frozenset()
    """The companies in whose records this user may write."""
    verified: bool = False
    """The address is verified: aligned DKIM or SPF, or an authenticated submission of its owner."""
    verified_as_colleague: bool = False
    """The stronger proof that acting as a colleague takes: an authenticated submission, or a signature of exactly their
    domain that covers what is believed, on a mail that was meant for the address that it came to."""
    doubt: Phrase | None = None
    """Their domain signed the mail, and yet it does not count as theirs: why, and how to do better."""
    ours: bool = False
    """One of our own addresses: never an author."""
    behind: str = ""
    """What stands in From, where it is not the sender's: a form, a list in front of us, an address of ours."""

    def colleague_in(self, company_id: int) -> bool:
        """Say whether the address is that of a user who may write in the company's records; proves nothing."""
        return self.user_id is not None and company_id in self.writes_in


@dataclass(frozen=True, slots=True)
class Referred:
    """A message of ours that the mail refers to, and how the sender stands to it."""

    carrier: Carrier
    company_id: int
    record_id: int
    record: str
    record_type: str
    message_id: int
    public: bool
    created_at: int
    alias_id: int | None = None
    came_by: int | None = None
    """The alias that it was sent to, whatever its record is since."""
    """The alias that opened the record."""
    title: str = ""
    """The title of the record."""
    sent_as: str = ""
    """The address that the message went out as; empty for what came in."""
    closed: bool = False
    """The record is closed."""
    when_closed: WhenClosed = "reopen"
    """What an answer from outside does then."""
    purpose: Purpose | None = None
    """What a token was given out for."""
    contact_id: int = 0
    """Whom the token was given to; 0 for colleagues."""
    personal: bool = False
    """The token was given to one outsider alone."""
    shown: str = ""
    """The address in To or Cc by which it was found, where the envelope names another one."""
    seen: bool = False
    """The address of the record was given to colleagues, and somebody outside has seen it."""
    sender_is_owner: bool = False
    """That outsider's address is the sender's."""
    sender_takes_part: bool = False
    sent_to_sender: bool = False

    @property
    def given_to_colleagues(self) -> bool:
        """Colleagues alone were given the address that the mail was sent to."""
        return self.carrier in ("token", "record") and not (self.personal or self.seen)

    @property
    def answers(self) -> int | None:
        """The message that is answered; None where a record has none yet."""
        return self.message_id or None


@dataclass(frozen=True, slots=True)
class AliasFacts:
    """The alias that the mail was delivered to."""

    id: int
    company_id: int
    address: str
    record_type: str | None = None
    record_id: int | None = None
    record: str = ""
    pinned_type: str = ""
    """The type of the record that it is pinned to."""
    closed: bool = False
    """That record is closed."""
    when_closed: WhenClosed = "reopen"
    """What mail from outside does then."""
    accepts: Accepts = "everyone"
    active: bool = True
    machines: str = "open"
    """What programs send of their own accord opens records, or is held: ``hold``."""
    spam: str = "hold"
    """What our own filter marks as spam is held, dropped (``drop``), or treated like all else (``nothing``)."""
    pattern: str = ""
    """How subjects are built."""
    reads: str = "message"
    each: Literal["email", "pdf"] = "email"
    fields: tuple[FieldKind, ...] = ()
    """The fields of the records that it opens, where it reads any."""
    sender_known: bool = False
    """The sender is a contact of the company."""
    sender_takes_part: bool = False
    """The sender takes part in the pinned record, or in a record that the alias opened."""


@dataclass(frozen=True, slots=True)
class Facts:
    """All of it, for one delivery."""

    sender: Sender
    company_id: int | None = None
    """The company of the recipient's domain, where it has one."""
    domain_known: bool = True
    system: str = ""
    """``reply``, ``bounce``, ``notifications``, ``postmaster``, ``abuse`` or ``dmarc``, where it is to one of these."""
    reports_on: str = ""
    """The domain of ours that the DMARC report in it is about."""
    alias: AliasFacts | None = None
    alias_in_to: bool = False
    """The alias at work stands in To, and not only in Cc or nowhere."""
    token: str = ""
    """What is to say of the token in the recipient address: empty for none, else ``good``, ``bad`` or ``revoked``."""
    by_token: Referred | None = None
    by_id: tuple[Referred, ...] = ()
    names_outsiders: bool = False
    """A mail to a record's own address names somebody outside in To or Cc."""
    writer: Mailbox | None = None
    """The person whom a program, a list or an address of ours in From names as the author; nothing vouches for it."""
    sent_on: Mailbox | None = None
    """The author of what a colleague forwards: somebody outside."""
    blocked: int | None = None
    """The contact whom the sender is, where somebody blocked them."""
    by_report: Referred | None = None
    """The message of ours whose Message-ID stands in what a report returns."""
    provider: bool = False
    """The mail is signed by a provider whose complaints count."""
    own_loop: bool = False
    hops: int = 0
    spam: str = ""
    """The field by which our own filter marks the mail as spam."""
    virus: str | None = None
    """The virus in it; "" where nobody could look for one, and None where there is nothing to say."""
