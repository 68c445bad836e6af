"""Notices: what people are told that is no message of a conversation, at once in the inbox, and by mail as they prefer.

What waits for a decision goes along the line from the owner on.  What leaves by mail says no word from outside, and
leaves at most once in 15 minutes for each person: it is gathered here, and ``due/kinds/notices`` lets it leave.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from weftmail.core.address import BadAddress, canonical, comparable, split, without_plus
from weftmail.core.notification_kind import NotificationKind, chosen
from weftmail.core.parsing.message import Message
from weftmail.core.routing.disposition import Hold
from weftmail.core.routing.recipients import EMAIL, INBOX
from weftmail.core.tokens.reply_token import mask
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.actor import Actor
from weftmail.store.absence import StandIn
from weftmail.store.delivery import NewDelivery
from weftmail.store.domain import ROLE_ADDRESSES
from weftmail.store.inbound import Accepted
from weftmail.store.inbox import NOTHING, Gathered, Reminder, Waits, What
from weftmail.store.line import InLine
from weftmail.store.record import Follower, Record
from weftmail.store.store import Store

KIND = "notices"
"""The kind of what is due, with the number of the user as its key, while a mail may leave or one has just left."""


KIND_OF: Final[Mapping[What, NotificationKind]] = {
    "review": "held",
    "failed": "failed",
    "assigned": "assigned",
    "added": "assigned",
    "passed on": "assigned",
    "due": "due",
    "dns": "other",
    "stands in": "assigned",
    "crossed": "message",
}
"""Of which kind what notices by mail tell of is: people choose by kind."""


def notify(
    store: Store,
    company_id: int,
    people: Sequence[Follower],
    says: Phrase,
    now: int,
    *,
    by_mail: What | None = None,
    inbound_id: int | None = None,
    record_id: int | None = None,
    waits: Waits = "",
    reminds: Reminder = NOTHING,
) -> None:
    """Tell people in the inbox; ``by_mail`` is what those are told by mail as well who prefer that."""
    for whose, ids in _by_whose(people).items():
        said = Phrase("notice.for", {"name": whose, "says": says}) if whose else says
        store.inbox.notify(
            company_id, ids, said, now, inbound_id=inbound_id, record_id=record_id, waits=waits, reminds=reminds
        )
    if by_mail is not None:
        _gather(store, company_id, people, by_mail, now, inbound_id, record_id)


def _by_whose(people: Sequence[Follower]) -> Mapping[str, list[int]]:
    """Return people by the colleague who is away and for whom they stand in, by "" where they do for nobody."""
    found: dict[str, list[int]] = {}
    for one in people:
        found.setdefault(one.stands_in_for if isinstance(one, (InLine, StandIn)) else "", []).append(one.user_id)
    return found


def mail_stand_in(store: Store, record: Record, user_id: int, now: int) -> None:
    """Let somebody who stands in be told by mail, if they prefer that, that a record waits for a colleague."""
    found = store.users.follower(record.company_id, user_id)
    people = [one for one in [found] if one is not None]
    _gather(store, record.company_id, people, "stands in", now, None, record.id)


def notify_of_failure(
    store: Store,
    record: Record | None,
    event_id: int,
    author_id: int | None,
    now: int,
    *,
    by_mail: bool = True,
    failure_of: int | None = None,
) -> None:
    """Tell the author of a message that did not reach everybody, or those who stand in line for its record.

    Of a record that is gone there is nothing to tell.  The ``failure_of`` a message stays in the inbox until somebody
    has done something about it.
    """
    if record is None:
        return
    author = store.users.follower(record.company_id, author_id) if author_id is not None else None
    if author is not None:
        place = (record.id, record.alias_id)
        people = [author, *_while_away(store, record.company_id, author, *place)]
    else:
        people = [*store.line.first(record.company_id, record.id, record.alias_id)]
    inbox = [NewDelivery(INBOX, user_id=one.user_id, failure_of=failure_of) for one in people]
    store.messages.deliver(record.company_id, record.id, event_id, inbox, now)
    if by_mail:
        _gather(store, record.company_id, people, "failed", now, None, record.id)


def notify_of_record(store: Store, record: Record, user_id: int, actor: Actor, what: What, now: int) -> None:
    """Tell somebody that a record is theirs now, or that they follow it; nobody is told of what they did themselves."""
    person = store.users.follower(record.company_id, user_id)
    if person is None or actor.user_id == user_id:
        return
    if what == "assigned":
        says = Phrase("notice.assigned", {"actor": actor.name, "record": record.label, "title": record.title})
    else:
        says = Phrase("notice.added", {"actor": actor.name, "record": record.label, "title": record.title})
    notify(store, record.company_id, [person], says, now, by_mail=what, record_id=record.id)
    if what == "assigned":
        _assigned_to_stand_in(store, record, person, actor, now)


def _assigned_to_stand_in(store: Store, record: Record, person: Follower, actor: Actor, now: int) -> None:
    """Say that a record is a colleague's who is away to whoever stands in for them."""
    for one in store.absences.stand_ins(record.company_id, [person.user_id], record.type):
        says = Phrase(
            "notice.assigned.stands in",
            {"actor": actor.name, "record": record.label, "title": record.title, "name": one.stands_in_for},
        )
        store.inbox.notify(record.company_id, [one.user_id], says, now, record_id=record.id)
        _gather(store, record.company_id, [one], "stands in", now, None, record.id)


def _gather(
    store: Store,
    company_id: int,
    people: Sequence[Follower],
    what: What,
    now: int,
    inbound_id: int | None,
    record_id: int | None,
) -> None:
    """Let those who prefer email be told in the next mail that may leave to them."""
    ids = [one.user_id for one in people if _by_mail(one, KIND_OF[what])]
    if ids:
        store.inbox.gather([Gathered(company_id, one, what, inbound_id, record_id) for one in ids], now)
        store.due.add(KIND, [str(one) for one in ids], now)


def _by_mail(one: Follower, kind: NotificationKind) -> bool:
    return one.prefers == EMAIL and one.address is not None and kind in chosen(one.email_for)


def notify_of_hold(store: Store, row: Accepted, message: Message, hold: Hold, now: int) -> None:
    """Tell whose address a held mail bears, or else those who stand in line for its record or its alias."""
    by_mail: What | None = None if hold.reach == "inbox" else "review"
    theirs = _named(store, hold)
    says = _waits(row, message, hold) if theirs is None else _in_their_name(row, hold)
    for company_id, people in reached_by_hold(store, row.recipient, author_of(message), hold):
        notify(
            store, company_id, people, says, now, by_mail=by_mail, inbound_id=row.id, record_id=hold.record_id,
            waits="held",
        )  # fmt: skip


def author_of(message: Message | None) -> str:
    """Return the address in From, in the one spelling that addresses of colleagues have; "" where there is none."""
    return comparable(message.from_[0].address) if message is not None and message.from_ else ""


def reached_by_hold(store: Store, recipient: str, author: str, hold: Hold) -> Sequence[tuple[int, Sequence[Follower]]]:
    """Return who is told of a mail by ``author`` to this address that is held, by the company in whose inbox they find
    it: people who may decide on it (the view ``decider``).
    """
    if hold.reach == "nobody":
        return []
    theirs = _named(store, hold)
    if theirs is not None and hold.company_id is not None:
        return [(hold.company_id, [theirs, *_while_away(store, hold.company_id, theirs, None, None)])]
    bearer = _bearer(store, hold.company_id, author, hold.record_id, hold.alias_id)
    if bearer:
        return bearer
    alias_id = hold.alias_id
    if hold.record_id is not None and hold.company_id is not None:
        record = store.records.get(hold.company_id, hold.record_id)
        alias_id = record.alias_id if record is not None else alias_id
    return _postmaster(store, recipient) or list(_in_charge(store, hold.company_id, hold.record_id, alias_id))


def _bearer(
    store: Store, company_id: int | None, author: str, record_id: int | None, alias_id: int | None
) -> Sequence[tuple[int, Sequence[Follower]]]:
    """Return who is told of mail that bears a colleague's address: they, or the admins where they may not act."""
    person = store.line.bearer(company_id, author, record_id, alias_id) if company_id is not None and author else None
    if person is None or company_id is None:
        return []
    if not person.may_act:
        return list(_in_charge(store, company_id, None, None))
    return [(company_id, [person, *_while_away(store, company_id, person, None, None)])]


def _named(store: Store, hold: Hold) -> Follower | None:
    """Return the colleague in whose name a mail is held."""
    if hold.notify is None or hold.company_id is None:
        return None
    return store.users.follower(hold.company_id, hold.notify)


def _while_away(
    store: Store, company_id: int, person: Follower, record_id: int | None, alias_id: int | None
) -> Sequence[Follower]:
    """Return who else is told of what is somebody's, while they are away: who comes first in line."""
    absence = store.absences.get(person.user_id)
    if absence is None or not absence.away:
        return []
    return [one for one in store.line.first(company_id, record_id, alias_id) if one.user_id != person.user_id]


def _in_their_name(row: Accepted, hold: Hold) -> Phrase:
    place = hold.record or row.recipient
    if hold.why.code == "held.crossing":
        return Phrase("notice.held.crossing", {"record": place, "name": hold.why.values["name"]})
    return Phrase("notice.held.own", {"record": place}) if hold.own else Phrase("notice.held", {"record": place})


def _postmaster(store: Store, recipient: str) -> Sequence[tuple[int, Sequence[Follower]]]:
    """Who is told of mail to postmaster and abuse, in a company of theirs; nobody where the admins are."""
    local, _, domain = recipient.lower().rpartition("@")
    user_id = store.domains.postmaster(domain) if without_plus(local) in ROLE_ADDRESSES else None
    if user_id is None:
        return []
    found = (
        (one.company_id, store.users.follower(one.company_id, user_id)) for one in store.users.memberships(user_id)
    )
    return [(company_id, [person]) for company_id, person in found if person is not None][:1]


def notify_of_domain(store: Store, company_id: int | None, says: Phrase, now: int) -> None:
    """Tell the admins of a domain's company, or of the installation where the domain is shared."""
    for home, people in _in_charge(store, company_id, None, None):
        notify(store, home, people, says, now, by_mail="dns")


def notify_of_error(store: Store, row: Accepted, author: str, now: int) -> int | None:
    """Tell whose address a mail bears that our code failed on, or else those who stand in line for its alias.

    ``author`` is the address in From, as far as it is known.  Returns the company that the mail belongs to.
    """
    company_id, alias_id = _addressed(store, row.recipient)
    if company_id is not None:
        store.inbound.belongs(row.id, company_id, alias_id)
    says = Phrase("notice.error", {"recipient": mask(row.recipient)})
    bearer = _bearer(store, company_id, author, None, alias_id)
    for home, people in bearer or _in_charge(store, company_id, None, alias_id):
        notify(store, home, people, says, now, by_mail="review", inbound_id=row.id, waits="held")
    return company_id


def _addressed(store: Store, recipient: str) -> tuple[int | None, int | None]:
    """The company and the alias that an address belongs to, as far as it does."""
    try:
        address = canonical(recipient)
    except BadAddress:
        return None, None
    alias = store.aliases.by_address(address)
    if alias is not None:
        return alias.company_id, alias.id
    domain = store.domains.by_name(split(address)[1])
    return (domain.company_id if domain is not None else None), None


def _in_charge(
    store: Store, company_id: int | None, record_id: int | None, alias_id: int | None
) -> Iterator[tuple[int, Sequence[Follower]]]:
    """Those who come first in line, by the company in whose inbox they find it.

    What belongs to no company is told to the admins of the installation, in a company of their own.
    """
    if company_id is not None:
        yield company_id, store.line.first(company_id, record_id, alias_id)
        return
    everywhere = [one.id for one in store.companies.all()]
    for one in store.line.installation():
        own = [membership.company_id for membership in store.users.memberships(one.user_id)]
        for first in (own or everywhere)[:1]:
            yield first, [one]


def _waits(row: Accepted, message: Message, hold: Hold) -> Phrase:
    sender = message.from_[0].address if message.from_ else row.sender
    subject, recipient = message.subject or Phrase("record.untitled"), mask(row.recipient)
    if hold.reach == "inbox":
        place = hold.record or recipient
        return Phrase("notice.set aside", {"sender": sender, "subject": subject, "recipient": place, "why": hold.why})
    if hold.record:
        return Phrase("notice.waits.record", {"sender": sender, "subject": subject, "record": hold.record})
    queue = Phrase("review.state.held") if hold.queue == "held" else Phrase("review.state.unmatched")
    return Phrase("notice.waits", {"sender": sender, "subject": subject, "recipient": recipient, "state": queue})
