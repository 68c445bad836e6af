"""Events: what changed on a record, as entries of its conversation that stay inside and notify nobody."""

from __future__ import annotations

from weftmail.core.wording.phrase import Phrase
from weftmail.store.message import NewMessage
from weftmail.store.record import Record, Whose
from weftmail.store.store import Store


def write_event(store: Store, record: Record, says: Phrase, now: int) -> int:
    """Write down on the record what changed; return the event's id."""
    # Two changes of one moment are two events, and the same change said twice is one.
    return store.messages.add(
        event(record.company_id, record.id, record.title, says, now, f"{says.as_json()} at {now}"), now
    )


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
    store.records.heard(record.company_id, record.id, message_id, whose, now)
    store.read_state.came(record.company_id, record.id, message_id, author_user_id, now)


def reopen(store: Store, record: Record, author: str, now: int) -> None:
    """Open a record again that is closed or waits, because somebody outside answered; any other stays as it is.

    One in the trash comes back: nothing that a person wrote disappears.
    """
    if record.hidden_as in ("spam", "trash"):
        store.records.hide(record.company_id, record.id, None, now)
        write_event(store, record, Phrase("event.came back", {"name": author}), now)
    if record.counts_as == "open":
        return
    states = store.records.states(record.company_id, record.type)
    became = next((one.name for one in states if one.counts_as == "open"), record.state)
    store.records.set_state(record.company_id, record.id, became, now)
    write_event(store, record, Phrase("event.reopened", {"name": author, "was": record.state, "became": became}), now)
