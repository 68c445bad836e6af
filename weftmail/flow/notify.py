"""Who is told of a message, and the rows that make it so: deliveries, and copies in the outbox."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import cast

from weftmail.core.address import comparable
from weftmail.core.parsing.message import Message
from weftmail.core.routing import turns
from weftmail.core.routing.disposition import Append, Disposition, Note, Open
from weftmail.core.routing.recipients import (
    INBOX,
    Field,
    Following,
    Named,
    Notified,
    Outsider,
    Recipients,
    audience,
    recipients,
)
from weftmail.core.wording.phrase import Phrase
from weftmail.store.delivery import NewDelivery
from weftmail.store.outbox import NewCopy
from weftmail.store.record import Follower, Record
from weftmail.store.store import Store


def following(store: Store, company_id: int, record_id: int) -> list[Following]:
    """Return the colleagues who follow the record."""
    return [_following(one) for one in store.records.followers(company_id, record_id)]


def answer_audience(store: Store, company_id: int, message_id: int) -> tuple[Outsider, ...]:
    """Return the outsiders whom an answer to this message goes to: what its footer says, and what then happens."""
    message = store.messages.get(company_id, message_id)
    if message is None or not message.public:
        return ()
    author = None
    if message.author_contact_id is not None:
        author = Outsider(message.author_contact_id, message.author_name, message.author_address)
    named = [
        Named(cast(Field, one.field), one.name, one.address, one.contact_id)
        for one in store.messages.addressed(company_id, message_id)
    ]
    taking_part = {
        one.contact_id
        for one in store.records.participants(company_id, message.record_id)
        if one.message_id in (None, message_id)
    }
    return audience(author, named, taking_part)


def planned(
    store: Store,
    disposition: Disposition,
    message: Message,
    *,
    verified: bool,
    owners: Sequence[Following] | None = None,
) -> Recipients:
    """Return who will get the mail once it is filed as ``disposition`` says; only reads.

    ``owners`` of the alias are looked up where they are not given.
    """
    have_it = named_in(message) if verified else frozenset()
    match disposition:
        case Open():
            return recipients(
                owners_of(store, disposition.company_id, disposition.alias_id) if owners is None else owners,
                author_user_id=disposition.author.user_id,
                have_it=have_it,
                quiet=disposition.quiet,
            )
        case Append():
            to: tuple[Outsider, ...] = ()
            if disposition.audience == "answered" and disposition.answers is not None:
                to = answer_audience(store, disposition.company_id, disposition.answers)
            return recipients(
                following(store, disposition.company_id, disposition.record_id),
                to,
                author_user_id=disposition.author.user_id,
                have_it=have_it,
                quiet=disposition.quiet,
            )
        case Note():
            return recipients(
                following(store, disposition.company_id, disposition.record_id),
                author_user_id=disposition.author.user_id,
                have_it=have_it,
                quiet=disposition.quiet,
                public=False,
            )
        case _:
            return Recipients()


def named_in(message: Message) -> frozenset[str]:
    """Return the canonical addresses in To and Cc of a mail."""
    return frozenset(comparable(box.address) for box in (*message.to, *message.cc))


def notify(
    store: Store, record: Record, message_id: int, who_gets: Recipients, now: int, *, again: bool = False
) -> int:
    """Write the deliveries of a message, and the copies that carry them; return how many copies wait to leave.

    Colleagues of one channel and one language share a copy; an outsider's copy is personal.  Somebody who has a
    delivery of this message already gets no second one; ``again``: it is there already, so somebody may have one.
    """
    before = store.messages.deliveries(record.company_id, message_id) if again else []
    have = {(one.user_id, one.contact_id) for one in before}
    colleagues = [one for one in who_gets.notified if (one.user_id, None) not in have]
    outsiders = [one for one in who_gets.outsiders if (None, one.contact_id) not in have]
    wanted = [*(_copy_for(one) for one in colleagues if one.channel != INBOX), *map(_copy_of_outsider, outsiders)]
    _note_turns(store, record, colleagues, outsiders, now)
    copies = store.outbox.add(record.company_id, message_id, list(dict.fromkeys(wanted)), now)
    people = [
        *(_to_colleague(one, copies) for one in colleagues),
        *(_to_outsider(one, copies[_copy_of_outsider(one)]) for one in outsiders),
    ]
    store.messages.deliver(record.company_id, record.id, message_id, people, now)
    return len(copies)


def _note_turns(
    store: Store, record: Record, colleagues: Sequence[Notified], outsiders: Sequence[Outsider], now: int
) -> None:
    """Write down to whom something of ours goes: of whom a mail waits here, that was a turn."""
    names = [
        *(name for one in colleagues if one.channel != INBOX for name in turns.names_sent_to(one.address, one.user_id)),
        *(name for one in outsiders for name in turns.names_sent_to(one.address)),
    ]
    if names:
        store.turns.went(record.company_id, names, turns.places(record.id, record.alias_id), now)


def _copy_for(one: Notified) -> NewCopy:
    return NewCopy(language=one.language, channel=one.channel)


def _copy_of_outsider(one: Outsider) -> NewCopy:
    return NewCopy(one.contact_id, channel=one.channel)


def _to_colleague(one: Notified, copies: Mapping[NewCopy, int]) -> NewDelivery:
    if one.channel == INBOX:
        return NewDelivery(INBOX, user_id=one.user_id)
    return NewDelivery(one.channel, one.address, one.user_id, outbox_id=copies[_copy_for(one)])


def _to_outsider(one: Outsider, outbox_id: int) -> NewDelivery:
    return NewDelivery(one.channel, one.address, contact_id=one.contact_id, outbox_id=outbox_id)


def notify_admins(
    store: Store, company_ids: Collection[int], says: Phrase, now: int, *, inbound_id: int | None = None
) -> None:
    """Put a notice into the inbox of every admin of these companies."""
    for company_id in company_ids:
        admins = [one.id for one in store.users.admins(company_id)]
        store.inbox.notify(company_id, admins, says, now, inbound_id=inbound_id)


def _following(one: Follower) -> Following:
    return Following(one.user_id, one.name, one.address, one.prefers, one.language, one.reached_at)


def owners_of(store: Store, company_id: int, alias_id: int | None) -> list[Following]:
    """Return who owns the alias, or the members of the team that does: the first followers of what it opens."""
    return [] if alias_id is None else [_following(one) for one in store.aliases.owners(company_id, alias_id)]
