"""Events: what changed on a record, as entries of its conversation that stay inside."""

from __future__ import annotations

from weftmail.core.routing.recipients import recipients
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.notices import notify
from weftmail.flow.notify import following
from weftmail.flow.notify import notify as deliver
from weftmail.store.message import NewMessage
from weftmail.store.record import Record, Whose
from weftmail.store.store import Store

SNOOZE = "snooze"
"""The kind of what is due when the snooze of a record ends, with the number of the record as its key."""


def write_event(store: Store, record: Record, says: Phrase, now: int, by: int | None = None) -> int:
    """Write down on the record what changed, and tell those who follow its changes, but not ``by``, who made this one;
    return the event's id.
    """
    # Two changes of one moment are two events, and the same change said twice is one.
    event_id = store.messages.add(
        event(record.company_id, record.id, record.title, says, now, f"{says.as_json()} at {now}"), now
    )
    if store.records.follows_changes(record.company_id, record.id):
        # In the inbox alone: one act may change much, and a mail for each of it would bury what people write.
        followers = following(store, record.company_id, record.id)
        deliver(store, record, event_id, recipients(followers, author_user_id=by, reach="inbox", kind="changes"), now)
    return event_id


def event(company_id: int, record_id: int, subject: str, says: Phrase, now: int, once: str) -> NewMessage:
    """Return an event to be written on a record; it is written ``once`` under that name."""
    return NewMessage(
        company_id=company_id,
        record_id=record_id,
        kind="event",
        public=False,
        author_name="weftmail",
        author_address="",
        subject=subject,
        text="",
        html="",
        reply_text="",
        phrase=says.as_json(),
        written_at=now,
        rfc_message_id=once,
        automatic=True,
    )


def note_message(
    store: Store, record: Record, message_id: int, whose: Whose, author_user_id: int | None, now: int
) -> None:
    """Say that a message or a note came onto the record: unread for those whose it is, and perhaps waiting for us."""
    if whose == "outside" and record.snoozed_until_at is not None:
        end_snooze(store, record, now, answered=True)
    store.records.heard(record.company_id, record.id, message_id, whose, now)
    store.read_state.came(record.company_id, record.id, message_id, author_user_id, now)


def end_snooze(store: Store, record: Record, now: int, *, answered: bool) -> None:
    """Bring a snoozed record back, because its day came or somebody outside ``answered``; who snoozed it and who owns
    it are told.
    """
    found = store.snoozes.get(record.company_id, record.id)
    store.snoozes.put(record.company_id, record.id, None)
    store.due.remove(SNOOZE, str(record.id))
    if record.counts_as == "closed" and not answered:
        return
    if answered:
        write_event(store, record, Phrase("event.woke.answer"), now)
        says = Phrase("notice.woke.answer", {"record": record.label, "title": record.title})
    else:
        write_event(store, record, Phrase("event.woke"), now)
        says = Phrase("notice.woke", {"record": record.label, "title": record.title})
    hidden = store.record_types.hidden_from
    people = [
        store.users.follower(record.company_id, one)
        for one in dict.fromkeys([found.user_id if found is not None else None, record.owner_id])
        if one is not None and record.type not in hidden(record.company_id, one)
    ]
    here = [one for one in people if one is not None]
    notify(store, record.company_id, here, says, now, record_id=record.id)


def reopen(store: Store, record: Record, author: str, now: int) -> None:
    """Open a record again that is closed or waits, because somebody outside answered; any other stays as it is.

    One in the trash, or of which age left the number alone, comes back: nothing that a person wrote disappears.
    """
    if record.hidden_as in ("spam", "trash", "aged"):
        store.records.hide(record.company_id, record.id, None, now)
        write_event(store, record, Phrase("event.came back", {"name": author}), now)
    if record.counts_as == "open":
        return
    states = store.records.states(record.company_id, record.type)
    became = next((one.name for one in states if one.counts_as == "open"), record.state)
    store.records.set_state(record.company_id, record.id, became, now)
    write_event(store, record, Phrase("event.reopened", {"name": author, "was": record.state, "became": became}), now)
