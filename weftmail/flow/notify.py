"""Who is told of a message, and the rows that make it so: deliveries, and copies in the outbox."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import cast

from weftmail.core.address import comparable
from weftmail.core.parsing.message import Message
from weftmail.core.routing import turns
from weftmail.core.routing.disposition import Append, Disposition, Note, Open
from weftmail.core.routing.line import to_stand_in_for
from weftmail.core.routing.recipients import (
    INBOX,
    USUAL,
    Field,
    Following,
    Kind,
    Named,
    Notified,
    Outsider,
    Recipients,
    Skipped,
    audience,
    recipients,
)
from weftmail.core.wording.phrase import Phrase
from weftmail.flow import notices
from weftmail.flow.mentions import mentioned_by_mail
from weftmail.flow.suppression import suppressed
from weftmail.flow.thread import Entry
from weftmail.store.alias import AliasOwner
from weftmail.store.delivery import NewDelivery
from weftmail.store.message import Addressed, ThreadAddressed, ThreadMessage
from weftmail.store.outbox import NewCopy
from weftmail.store.record import Follower, Participant, Record, RecordFollower
from weftmail.store.store import Store


def following(
    store: Store, company_id: int, record_id: int, followers: Sequence[Follower] | None = None
) -> list[Following]:
    """Return the colleagues who follow the record: they are told of what colleagues write.

    The ``followers`` are asked for where they are not given.
    """
    found = store.records.followers(company_id, record_id) if followers is None else followers
    return [_following(one) for one in found]


def reached_by(store: Store, record: Record, kind: Kind = "messages") -> list[Following]:
    """Return the colleagues who are told of what somebody outside wrote on the record: its followers, and where none of
    those who are told may act, those who come first in line.
    """
    followers = following(store, record.company_id, record.id)
    followers = [*_standing_in(store, record.company_id, record.type, followers, record.owner_id, kind), *followers]
    return followers + _in_line(store, followers, record.company_id, record.id, record.alias_id, kind)


def reached_by_new(
    store: Store, company_id: int, alias_id: int | None, owners: Sequence[Following], record_type: str = ""
) -> list[Following]:
    """Return the colleagues who are told of a record that the alias opens: its ``owners``, else who comes next."""
    people = [*_standing_in(store, company_id, record_type, owners, None, "messages"), *owners]
    return [*people, *_in_line(store, people, company_id, None, alias_id)]


def _standing_in(
    store: Store, company_id: int, record_type: str, followers: Sequence[Following], owner_id: int | None, kind: Kind
) -> list[Following]:
    """Return who stands in for those who are away and would be told."""
    ids = to_stand_in_for(followers, owner_id, kind)
    found = store.absences.stand_ins(company_id, ids, record_type)
    return [replace(_following(one, follows=False), stands_in_for=one.stands_in_for) for one in found]


def _in_line(
    store: Store,
    followers: Sequence[Following],
    company_id: int,
    record_id: int | None,
    alias_id: int | None,
    kind: Kind = "messages",
) -> list[Following]:
    if any(one.may_act and one.is_told_of(kind) and not one.away for one in followers):
        return []
    found = store.line.first(company_id, record_id, alias_id)
    return [replace(_following(one, follows=False), stands_in_for=one.stands_in_for) for one in found]


def answer_audience(
    store: Store,
    company_id: int,
    message_id: int,
    participants: Sequence[Participant] | None = None,
    shown: Entry | None = None,
) -> tuple[Outsider, ...]:
    """Return the outsiders whom an answer to this message goes to: what its footer says, and what then happens.

    The message, where it is not ``shown`` already, and the ``participants`` of its record are asked for.
    """
    message = shown.message if shown is not None else store.messages.get(company_id, message_id)
    if message is None:
        return ()
    return audience_of(store, message, participants, shown.addressed if shown is not None else None)


def audience_of(
    store: Store,
    message: ThreadMessage,
    participants: Sequence[Participant] | None = None,
    addressed: Sequence[Addressed | ThreadAddressed] | None = None,
) -> tuple[Outsider, ...]:
    """Return what ``answer_audience`` does, of a message that is at hand, and of its people where they are."""
    company_id, message_id = message.company_id, message.id
    if not message.public:
        return ()
    author = None
    if message.author_contact_id is not None:
        # Where a forger asks answers to go, none goes unless a colleague puts it there.
        asked = message.reply_to if message.verified else ""
        author = Outsider(message.author_contact_id, message.author_name, asked or message.author_address)
    # An unverified mail copies nobody, not even those who take part: a forger could choose them.  Reply all does.
    people: Sequence[Addressed | ThreadAddressed] = ()
    if author is None or message.verified:
        people = store.messages.addressed(company_id, message_id) if addressed is None else addressed
    named = [Named(cast(Field, one.field), one.name, one.address, one.contact_id) for one in people]
    taking_part = {
        one.contact_id
        for one in (store.records.participants(company_id, message.record_id) if participants is None else participants)
        if one.message_id in (None, message_id)
    }
    return audience(author, named, taking_part)


def suggested(
    store: Store,
    record: Record,
    answers_id: int | None,
    participants: Sequence[Participant] | None = None,
    shown: Entry | None = None,
) -> tuple[Outsider, ...]:
    """Return whom a message of a colleague goes to unless they say otherwise: the people of the message that it
    answers, or the customer of a record on which nobody outside has a message yet.
    """
    if answers_id is not None:
        return answer_audience(store, record.company_id, answers_id, participants, shown)
    if record.customer_id is None:
        return ()
    people = store.records.participants(record.company_id, record.id) if participants is None else participants
    return tuple(
        Outsider(one.contact_id, one.name, one.address)
        for one in people
        if one.contact_id == record.customer_id and one.address is not None
    )


def planned(
    store: Store,
    disposition: Disposition,
    message: Message,
    *,
    verified: bool,
    owners: Sequence[Following] | None = None,
    record: Record | None = None,
) -> Recipients:
    """Return who will get the mail once it is filed as ``disposition`` says; only reads.

    ``owners`` of the alias, and the ``record`` that it goes onto, are looked up where they are not given.
    """
    match disposition:
        case Open():
            company_id, alias_id = disposition.company_id, disposition.alias_id
            first = first_followers(store, disposition) if owners is None else owners
            return recipients(
                reached_by_new(store, company_id, alias_id, first, disposition.record_type),
                author_user_id=disposition.author.user_id or disposition.author.sent_on_by,
                reach=disposition.reach,
            )
        case Append() | Note():
            record = record or store.records.get(disposition.company_id, disposition.record_id)
            found, left = _mentioned(store, disposition, message, record)
            outsiders = _audience(store, disposition)
            who_gets = recipients(
                [*found, *_colleagues(store, disposition, record)],
                outsiders,
                author_user_id=disposition.author.user_id,
                have_it=named_in(message) if verified and disposition.author.user_id is not None else frozenset(),
                reach=disposition.reach,
                kind=kind_of(disposition),
                suppressed=suppressed(store, disposition.company_id, [one.address for one in outsiders]),
            )
            return replace(who_gets, skipped=(*who_gets.skipped, *left))
        case _:
            return Recipients()


def _mentioned(
    store: Store, disposition: Append | Note, message: Message, record: Record | None
) -> tuple[list[Following], list[Skipped]]:
    """Return whom a colleague's note mentions, and who is not told of it and why."""
    note = isinstance(disposition, Note) and disposition.author.user_id is not None
    return mentioned_by_mail(store, record, message.reply_text) if note and record is not None else ([], [])


def _colleagues(store: Store, disposition: Append | Note, record: Record | None) -> list[Following]:
    if record is None:
        return []
    if disposition.author.user_id is not None:
        return following(store, record.company_id, record.id)
    # Who is in line comes first: they may follow and have chosen not to be told.
    return sorted(reached_by(store, record, kind_of(disposition)), key=lambda one: one.follows)


def kind_of(disposition: Append | Note) -> Kind:
    """Return of which kind the entry is that a mail becomes."""
    return "messages" if isinstance(disposition, Append) else "notes"


def _audience(store: Store, disposition: Append | Note) -> tuple[Outsider, ...]:
    if isinstance(disposition, Note) or disposition.audience == "nobody" or disposition.answers is None:
        return ()
    return answer_audience(store, disposition.company_id, disposition.answers)


def named_in(message: Message) -> frozenset[str]:
    """Return the canonical addresses in To and Cc of a mail."""
    return frozenset(comparable(box.address) for box in (*message.to, *message.cc))


def notify(
    store: Store,
    record: Record,
    message_id: int,
    who_gets: Recipients,
    now: int,
    *,
    again: bool = False,
    wait: int = 0,
) -> int:
    """Write the deliveries of a message, and the copies that carry them; return how many copies wait to leave.

    A colleague finds it in the inbox at once, whatever they prefer beside that.  Colleagues of one channel and one
    language share a copy; an outsider's copy is personal.  Somebody who has a delivery of this message already gets no
    second one; ``again``: it is there already, so somebody may have one.  The copies ``wait`` so many milliseconds.
    """
    before = store.messages.deliveries(record.company_id, message_id) if again else []
    have = {(one.user_id, one.contact_id) for one in before}
    colleagues = [one for one in who_gets.notified if (one.user_id, None) not in have]
    outsiders = [one for one in who_gets.outsiders if (None, one.contact_id) not in have]
    wanted = [*(_copy_for(one) for one in colleagues if one.channel != INBOX), *map(_copy_of_outsider, outsiders)]
    _note_turns(store, record, colleagues, outsiders, now)
    copies = store.outbox.add(record.company_id, message_id, list(dict.fromkeys(wanted)), now, wait)
    people = [
        *(_to_inbox(one) for one in colleagues),
        *(_to_colleague(one, copies) for one in colleagues if one.channel != INBOX),
        *(_to_outsider(one, copies[_copy_of_outsider(one)]) for one in outsiders),
    ]
    store.messages.deliver(record.company_id, record.id, message_id, people, now)
    _notify_stand_ins(store, record, colleagues, now)
    return len(copies)


def _notify_stand_ins(store: Store, record: Record, colleagues: Sequence[Notified], now: int) -> None:
    """Say by mail, too, to whoever stands in for a colleague that the message is not theirs."""
    for one in colleagues:
        if one.stands_in_for:
            notices.mail_stand_in(store, record, one.user_id, now)


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
    return NewCopy(language=one.language, channel=one.channel, mentioned=one.mentioned)


def _copy_of_outsider(one: Outsider) -> NewCopy:
    return NewCopy(one.contact_id, channel=one.channel)


def _to_inbox(one: Notified) -> NewDelivery:
    return NewDelivery(INBOX, user_id=one.user_id, mentioned=one.mentioned, stands_in_for=one.stands_in_for)


def _to_colleague(one: Notified, copies: Mapping[NewCopy, int]) -> NewDelivery:
    return NewDelivery(one.channel, one.address, one.user_id, outbox_id=copies[_copy_for(one)], mentioned=one.mentioned)


def _to_outsider(one: Outsider, outbox_id: int) -> NewDelivery:
    return NewDelivery(one.channel, one.address, contact_id=one.contact_id, outbox_id=outbox_id)


def notify_admins(
    store: Store, company_ids: Collection[int], says: Phrase, now: int, *, inbound_id: int | None = None
) -> None:
    """Put a notice into the inbox of every admin of these companies, else of the installation."""
    for company_id in company_ids:
        store.inbox.notify(
            company_id, [one.user_id for one in store.line.first(company_id)], says, now, inbound_id=inbound_id
        )


def _following(one: Follower, *, follows: bool = True) -> Following:
    hears, muted = USUAL, False
    if follows and isinstance(one, RecordFollower):
        hears, muted = one.hears, one.muted_at is not None
    return Following(
        one.user_id,
        one.name,
        one.address,
        one.prefers,
        one.language,
        one.reached_at,
        one.may_act,
        follows,
        hears,
        muted,
        email_for=one.email_for,
        by_team=isinstance(one, AliasOwner) and one.by_team,
        away=isinstance(one, (AliasOwner, RecordFollower)) and one.away,
    )


def first_followers(store: Store, opens: Open) -> list[Following]:
    """Return who follows a record from its beginning: who owns the alias or is of the team that does, or those who
    follow the closed record that it goes on from."""
    if opens.follows is not None:
        return following(store, opens.company_id, opens.follows.record_id)
    if opens.alias_id is None:
        return []
    return [_following(one) for one in store.aliases.owners(opens.company_id, opens.alias_id)]
