"""Who gets a message: colleagues who follow, by the channel they prefer, and outsiders whom it names in To or Cc.

One function answers for the composer's preview, for ``--dry-run``, for the footer of a notification and for what is
really sent, so that the people listed are the people who get it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from weftmail.core.limits import ANSWER_COPIED
from weftmail.core.notification_kind import ALL, NotificationKind, chosen
from weftmail.core.routing.disposition import Notify
from weftmail.core.wording.phrase import Phrase

EMAIL: Final = "email"
INBOX: Final = "inbox"
"""The two channels that are always there; others are rows of the table ``channel``, each with a module."""

Field = Literal["to", "cc", "bcc"]
Kind = Literal["messages", "notes", "changes"]
"""What a follower can be told of, each by itself."""
USUAL: Final[frozenset[Kind]] = frozenset({"messages", "notes"})
"""What somebody who follows is told of, unless they choose."""


@dataclass(frozen=True, slots=True)
class Following:
    """A colleague who follows the record, or stands in line because nobody does who may act on it.

    ``address`` is None for one who has none.  ``prefers`` is a channel, and ``reached_at`` their address of the kind
    that it needs; email needs ``address``.
    """

    user_id: int
    name: str
    address: str | None
    prefers: str
    language: str = "en"
    reached_at: str | None = None
    may_act: bool = True
    """They may write in the company, and not only read."""
    follows: bool = True
    hears: frozenset[Kind] = USUAL
    """Of which kinds they are told, if they are not ``muted``."""
    muted: bool = False
    mentioned: bool = False
    """The message names them: they are told of it whatever they chose."""
    email_for: str = ALL
    """The kinds of which their channel tells them; of all others they are told in the inbox alone."""
    by_team: bool = False
    """They are told of it as a new record of their team."""
    given: bool = False
    """They are told of it as a new record that is theirs."""
    away: bool = False
    """They are out of office now."""
    stands_in_for: str = ""
    """The colleague who is out of office and for whom they are told."""

    def is_told_of(self, kind: Kind) -> bool:
        """Say whether they are told of what is of this kind."""
        return self.mentioned or (kind in self.hears and not self.muted)


@dataclass(frozen=True, slots=True)
class Outsider:
    """Somebody outside who is named in To, Cc or Bcc; ``contact_id`` is 0 for an address that nobody has yet."""

    contact_id: int
    name: str
    address: str
    field: Field = "to"
    channel: str = EMAIL


NAMED: Final = {"to": Phrase("named.to"), "cc": Phrase("named.cc"), "bcc": Phrase("named.bcc")}
"""Why an outsider gets a message, by the field in which it names them."""


@dataclass(frozen=True, slots=True)
class Notified:
    """A colleague who is notified, and why by this channel; whatever it is, they find the message in the inbox, too."""

    user_id: int
    name: str
    channel: str
    address: str
    language: str
    why: Phrase
    mentioned: bool = False
    stands_in_for: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Somebody who might have been notified, and why not."""

    name: str
    why: Phrase


@dataclass(frozen=True, slots=True)
class Recipients:
    """Everybody whom a message reaches, and those passed over with the reason."""

    notified: tuple[Notified, ...] = ()
    outsiders: tuple[Outsider, ...] = ()
    skipped: tuple[Skipped, ...] = ()

    @property
    def beyond_inbox(self) -> bool:
        """Whether a colleague is told elsewhere than in the inbox."""
        return any(one.channel != INBOX for one in self.notified)


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody in To or Cc of a stored message; a contact only where the company knows the address."""

    field: Field
    name: str
    address: str
    contact_id: int | None


def recipients(
    following: Sequence[Following],
    outsiders: Sequence[Outsider] = (),
    *,
    author_user_id: int | None = None,
    have_it: Collection[str] = (),
    reach: Notify = "everybody",
    kind: Kind = "messages",
    suppressed: Mapping[str, Phrase] = MappingProxyType({}),
) -> Recipients:
    """Return who gets a message.

    A colleague is spared nothing but what they wrote themselves: that is all that we know them to have.  ``outsiders``:
    those whom it names, To before Cc.  ``have_it``: canonical addresses to which a verified colleague sent it
    themselves; what anybody else says of that must not stand here.  A note or a change, and an automatic message, reach
    no outsider, whoever is named.  Of somebody who stands among ``following`` twice the first entry counts.
    ``suppressed``: addresses to which nothing is sent, with why not.
    """
    notified: list[Notified] = []
    skipped: list[Skipped] = []
    first: dict[int, Following] = {}
    for each in following:
        first.setdefault(each.user_id, each)
    for one in first.values():
        why = _why_skipped(one, author_user_id, reach, kind)
        if why is not None:
            skipped.append(Skipped(one.name, why))
        else:
            notified.append(_notified(one, reach, _kind(one, kind)))
    who_gets: dict[int | str, Outsider] = {}
    for outsider in outsiders:
        if reach != "everybody" or kind != "messages":
            skipped.append(Skipped(outsider.name or outsider.address, Phrase("skipped.inside")))
        elif outsider.address in suppressed:
            why_not = Phrase("skipped.suppressed", {"why": suppressed[outsider.address]})
            skipped.append(Skipped(outsider.name or outsider.address, why_not))
        elif outsider.address in have_it:
            skipped.append(Skipped(outsider.name or outsider.address, Phrase("skipped.has it")))
        else:
            who_gets.setdefault(outsider.contact_id or outsider.address, outsider)
    return Recipients(tuple(notified), tuple(who_gets.values()), tuple(skipped))


def _why_skipped(one: Following, author_user_id: int | None, reach: Notify, kind: Kind) -> Phrase | None:
    if one.user_id == author_user_id:
        return Phrase("skipped.author")
    if reach == "nobody":
        return Phrase("skipped.automatic")
    if one.is_told_of(kind):
        return None
    return Phrase("skipped.muted") if one.muted else KIND_OFF[kind]


KIND_OFF: Final[dict[Kind, Phrase]] = {
    "messages": Phrase("skipped.messages"),
    "notes": Phrase("skipped.notes"),
    "changes": Phrase("skipped.changes"),
}
"""Why a follower is not told of something, by its kind."""


def _kind(one: Following, kind: Kind) -> NotificationKind:
    if one.mentioned:
        return "mentioned"
    if one.given:
        return "assigned"
    if one.by_team:
        return "new"
    return "message" if kind == "messages" else "note"


def _notified(one: Following, reach: Notify, kind: NotificationKind) -> Notified:
    where = one.address if one.prefers == EMAIL else one.reached_at
    if reach == "inbox":
        why = Phrase("notified.automatic")
        return Notified(one.user_id, one.name, INBOX, "", one.language, why, one.mentioned, one.stands_in_for)
    wanted = kind in chosen(one.email_for)
    channel, address = (one.prefers, where) if wanted and where is not None else (INBOX, "")
    how = _prefers(one, where) if wanted else Phrase("prefers.inbox")
    why = _why(one, how)
    return Notified(one.user_id, one.name, channel, address, one.language, why, one.mentioned, one.stands_in_for)


def _why(one: Following, how: Phrase) -> Phrase:
    if one.mentioned:
        return Phrase("notified.mentioned", {"how": how})
    if one.stands_in_for:
        return Phrase("notified.stands in", {"name": one.stands_in_for, "how": how})
    return Phrase("notified.follows", {"how": how}) if one.follows else Phrase("notified.in line", {"how": how})


def _prefers(one: Following, where: str | None) -> Phrase:
    if one.prefers == INBOX:
        return Phrase("prefers.inbox")
    if where is None:
        return Phrase("prefers.no address")
    return Phrase("prefers.email") if one.prefers == EMAIL else Phrase("prefers.channel", {"channel": one.prefers})


def audience(author: Outsider | None, named: Sequence[Named], taking_part: Collection[int]) -> tuple[Outsider, ...]:
    """Return the outsiders whom an answer to a message goes to: its author first, then whom it named.

    ``author`` is None where a colleague wrote it.  ``taking_part``: contacts who are in the conversation, or in this
    message; whom an unverified mail named is not among them, and so gets nothing.  Of those whom somebody outside
    named the first 20 are copied: more are a list that they would have us write to.  Nobody of a Bcc is answered by
    others: they would be shown.
    """
    found: dict[int, Outsider] = {}
    if author is not None and author.contact_id in taking_part:
        found[author.contact_id] = Outsider(author.contact_id, author.name, author.address, "to")
    for one in named:
        if one.contact_id is not None and one.contact_id in taking_part and one.field != "bcc":
            # Who stood beside the author in To is copied; whom a colleague wrote to is answered in To again.
            field: Field = "cc" if author is not None else one.field
            if author is not None and len(found) - (author.contact_id in found) >= ANSWER_COPIED:
                break
            found.setdefault(one.contact_id, Outsider(one.contact_id, one.name, one.address, field))
    return tuple(found.values())
