"""Who is told of a message, and the rows that make it so: deliveries, and copies in the outbox."""

from __future__ import annotations

from collections.abc import Collection
from typing import cast

from weftmail.core.address import comparable
from weftmail.core.parsing.message import Message
from weftmail.core.routing.disposition import Append, Disposition, Note, Open
from weftmail.core.routing.recipients import (
    INBOX,
    Field,
    Following,
    Named,
    Outsider,
    Recipients,
    audience,
    recipients,
)
from weftmail.core.wording.phrase import Phrase
from weftmail.store.record import Follower
from weftmail.store.store import Store


def following(store: Store, record_id: int) -> list[Following]:
    """Return the colleagues who follow the record."""
    return [_following(one) for one in store.records.followers(record_id)]


def answer_audience(store: Store, message_id: int) -> tuple[Outsider, ...]:
    """Return the outsiders whom an answer to this message goes to: what its footer says, and what then happens."""
    message = store.messages.get(message_id)
    if message is None or not message.public:
        return ()
    author = None
    if message.author_contact_id is not None:
        author = Outsider(message.author_contact_id, message.author_name, message.author_address)
    named = [
        Named(cast(Field, one.field), one.name, one.address, one.contact_id)
        for one in store.messages.addressed(message_id)
    ]
    taking_part = {
        one.contact_id for one in store.records.participants(message.record_id) if one.message_id in (None, message_id)
    }
    return audience(author, named, taking_part)


def planned(store: Store, disposition: Disposition, message: Message, *, verified: bool) -> Recipients:
    """Return who will get the mail once it is filed as ``disposition`` says; only reads."""
    have_it = named_in(message) if verified else frozenset()
    match disposition:
        case Open():
            return recipients(
                _owners(store, disposition.alias_id),
                author_user_id=disposition.author.user_id,
                have_it=have_it,
                quiet=disposition.quiet,
            )
        case Append():
            to: tuple[Outsider, ...] = ()
            if disposition.audience == "answered" and disposition.answers is not None:
                to = answer_audience(store, disposition.answers)
            return recipients(
                following(store, disposition.record_id),
                to,
                author_user_id=disposition.author.user_id,
                have_it=have_it,
                quiet=disposition.quiet,
            )
        case Note():
            return recipients(
                following(store, disposition.record_id),
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


def notify(store: Store, company_id: int, message_id: int, who_gets: Recipients, now: int) -> int:
    """Write the deliveries of a message, and the copies that carry them; return how many copies wait to leave.

    Colleagues of one channel and one language share a copy; an outsider's copy is personal.  Somebody who has a
    delivery of this message already gets no second one.
    """
    copies = 0
    have = {(one.user_id, one.contact_id) for one in store.messages.deliveries(message_id)}
    leaves = [one for one in who_gets.notified if one.channel != INBOX and (one.user_id, None) not in have]
    for channel, language in dict.fromkeys((one.channel, one.language) for one in leaves):
        outbox_id = store.outbox.add(company_id, message_id, "colleagues", now, channel=channel, language=language)
        copies += 1
        for one in leaves:
            if (one.channel, one.language) == (channel, language):
                _deliver(store, company_id, message_id, one.user_id, channel, one.address, outbox_id, now)
    for one in who_gets.notified:
        if one.channel == INBOX:
            _deliver(store, company_id, message_id, one.user_id, INBOX, "", None, now)
    for outsider in who_gets.outsiders:
        if (None, outsider.contact_id) in have:
            continue
        outbox_id = store.outbox.add(
            company_id, message_id, "outsider", now, channel=outsider.channel, contact_id=outsider.contact_id
        )
        copies += 1
        store.messages.deliver(
            company_id,
            message_id,
            contact_id=outsider.contact_id,
            channel=outsider.channel,
            address=outsider.address,
            outbox_id=outbox_id,
            now=now,
        )
    return copies


def notify_admins(
    store: Store, company_ids: Collection[int], says: Phrase, now: int, *, inbound_id: int | None = None
) -> None:
    """Put a notice into the inbox of every admin of these companies."""
    for company_id in company_ids:
        for admin in store.users.admins(company_id):
            store.inbox.notify(company_id, admin.id, says, now, inbound_id=inbound_id)


def _deliver(
    store: Store,
    company_id: int,
    message_id: int,
    user_id: int,
    channel: str,
    address: str,
    outbox_id: int | None,
    now: int,
) -> None:
    store.messages.deliver(
        company_id,
        message_id,
        user_id=user_id,
        channel=channel,
        address=address,
        outbox_id=outbox_id,
        now=now,
    )


def _following(one: Follower) -> Following:
    return Following(one.user_id, one.name, one.address, one.prefers, one.language, one.reached_at)


def _owners(store: Store, alias_id: int | None) -> list[Following]:
    """Return who owns the alias, or the members of the team that does: the first followers of what it opens."""
    return [] if alias_id is None else [_following(one) for one in store.aliases.owners(alias_id)]
