"""What is to become of a delivery: one frozen value, decided before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from weftmail.core.wording.phrase import Phrase
from weftmail.core.wording.sentences import say

Queue = Literal["held", "unmatched"]
"""Held: policy wants a person to decide.  Unmatched: it fits nowhere."""

Notify = Literal["everybody", "inbox", "nobody"]
"""Which colleagues are told, and how: as each prefers, in the inbox alone, or nobody."""

Audience = Literal["answered", "nobody"]
"""Which outsiders a colleague's answer goes to: those of the message that it answers, or none."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who a message is by, as far as we take it from the mail.

    A colleague has a ``user_id``.  An outsider becomes a contact of the company.  Neither means that the mail bears a
    name that it may not act under: the name is shown, and belongs to nobody.
    """

    name: str
    address: str
    user_id: int | None = None
    outsider: bool = False
    via: Phrase | None = None
    """By whom it came, where that is not the author: what stands in From, or a colleague who forwarded it."""
    sent_on_by: int | None = None
    """The colleague who forwarded it."""


@dataclass(frozen=True, slots=True)
class Append:
    """File on a thread: as ``received`` from outside, or as a colleague's ``post``, which goes to its audience.

    ``automatic``: a program wrote it.
    """

    company_id: int
    record_id: int
    record: str
    answers: int | None
    author: Author
    verified: bool
    post: bool = False
    audience: Audience = "nobody"
    automatic: bool = False
    reach: Notify = "everybody"
    add_participant: bool = False


@dataclass(frozen=True, slots=True)
class Follows:
    """The closed record that an answer was to which opens a new one."""

    record_id: int
    record: str


@dataclass(frozen=True, slots=True)
class Open:
    """Open a record of this type, the mail being its first message; by an alias, or by a person's word."""

    company_id: int
    alias_id: int | None
    record_type: str
    author: Author
    verified: bool
    automatic: bool = False
    reach: Notify = "everybody"
    fields: tuple[tuple[str, str], ...] = ()
    """What the mail says of the record's fields."""
    each: Literal["email", "pdf"] = "email"
    """``pdf``: each PDF in the mail opens a record of its own."""
    follows: Follows | None = None
    """The closed record that it answers: those who follow it follow the new one, and its owner is the new one's."""


@dataclass(frozen=True, slots=True)
class Note:
    """File on a thread, to stay inside."""

    company_id: int
    record_id: int
    record: str
    answers: int | None
    author: Author
    verified: bool = True
    automatic: bool = False
    reach: Notify = "everybody"


@dataclass(frozen=True, slots=True)
class Report:
    """A mail server's report on a message of ours.

    By our own return path it is about the delivery that this was made for: to the contact, or to colleagues for 0.
    One that is not ``confirmed`` names the message alone, which each of its recipients could: it is shown.
    """

    company_id: int
    record_id: int
    record: str
    message_id: int
    contact_id: int | None = None
    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class Hold:
    """Keep it for a person to review.

    ``notify`` is the colleague whose address it bears; of everything else those are told who stand in the line of the
    record or the alias.
    """

    queue: Queue
    why: Phrase
    company_id: int | None = None
    record_id: int | None = None
    record: str = ""
    answers: int | None = None
    notify: int | None = None
    alias_id: int | None = None
    own: bool = False
    """It is theirs without doubt, and waits for another reason."""
    reach: Notify = "everybody"


@dataclass(frozen=True, slots=True)
class Unfollow:
    """What a colleague asks for by email: to follow a record no longer, or none of its type."""

    user_id: int
    record_id: int
    of_type: bool = False
    doubt: Phrase | None = None
    """Why it is not done: nothing proves that it is theirs."""


@dataclass(frozen=True, slots=True)
class Discard:
    """Keep it in the log alone: a mail of our own that came back or goes round in circles, of a blocked sender, a
    report on what others saw of our mail, or a colleague's who unfollows."""

    why: Phrase
    company_id: int | None = None
    blocked: int | None = None
    """The contact who was blocked."""
    reports_on: str = ""
    """The domain of ours to whose page its DMARC report is added."""
    unfollow: Unfollow | None = None


Disposition = Append | Open | Note | Report | Hold | Discard


@dataclass(frozen=True, slots=True)
class Asked:
    """One rule that was asked about a mail: whether it decided, and why or why not."""

    rule: str
    matched: bool
    why: Phrase

    def plain(self) -> dict[str, Any]:
        """Return it as JSON members show it, ``why`` in English."""
        return {"rule": self.rule, "matched": self.matched, "why": say(self.why), **self.why.plain()}

    def stored(self) -> dict[str, Any]:
        """Return it as it is stored: without words."""
        return {"rule": self.rule, "matched": self.matched, **self.why.plain()}

    @classmethod
    def from_stored(cls, found: Mapping[str, Any]) -> Asked:
        """Return what ``stored`` gave."""
        return cls(found["rule"], found["matched"], Phrase.from_plain(found))


@dataclass(frozen=True, slots=True)
class Decision:
    """A disposition with the trace of every rule that was asked on the way to it."""

    disposition: Disposition
    trace: tuple[Asked, ...]
