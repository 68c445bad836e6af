"""A message leaves that waited in undo time or for a time of its author's: sent, or theirs again with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import cast

from weftmail.core.wording.phrase import Phrase
from weftmail.flow import day
from weftmail.flow.actor import Actor
from weftmail.flow.events import event
from weftmail.flow.installation import Installation
from weftmail.flow.notices import notify_of_failure
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import leaving, message
from weftmail.flow.setup.act import Setup
from weftmail.flow.setup.after_send import AfterSend, after_send
from weftmail.flow.written import Written, give_back
from weftmail.store.draft import StoredDraft
from weftmail.store.people import User
from weftmail.store.record import Record
from weftmail.store.store import Store

EVENING, MORNING = 17, 8
"""The hours of *today 17:00*, *tomorrow 08:00* and *Monday 08:00*."""
TYPED = "at"
"""What a form holds where the time was typed."""
LATEST = 366
"""Days ahead of which a message can be scheduled."""


@dataclass(frozen=True, slots=True)
class Choice:
    """When a message can leave: its name, and the time, in milliseconds since 1970.

    ``value`` is what a form holds for it.  It names the time that its reader saw: by the time they send, *today* may be
    another day.
    """

    name: str
    at: int
    value: str


def choices(now: int, there: tzinfo | None) -> list[Choice]:
    """Return the times that are offered: this evening, unless it has begun, tomorrow morning, and Monday's morning
    where that is another one.  An hour that the clocks of the zone leave out is not offered.
    """
    today = day.today(now, there)
    tomorrow, monday = today + timedelta(days=1), today + timedelta(days=7 - today.weekday())
    offered = {
        "today": datetime.combine(today, time(EVENING)),
        "tomorrow": datetime.combine(tomorrow, time(MORNING)),
        "monday": datetime.combine(monday, time(MORNING)),
    }
    if monday == tomorrow:
        del offered["monday"]
    found = [
        Choice(name, _at(one, there), one.isoformat(timespec="minutes"))
        for name, one in offered.items()
        if _exists(one, there)
    ]
    return [one for one in found if one.at > now]


def moment(choice: str, typed: str, now: int, there: tzinfo | None) -> int:
    """Return when a message leaves: the time that was chosen, or else the one that was typed, as 2026-11-30T08:00.

    Raises RefusedAct for what is no time, one that the clocks leave out, one that is past, and one that is more than a
    year away.
    """
    if choice != TYPED:
        typed = choice
    try:
        named = datetime.fromisoformat(typed.strip()).replace(tzinfo=None)
        at, exists = _at(named, there), _exists(named, there)
    except (ValueError, OverflowError):
        raise RefusedAct("leave", "time_malformed", time=typed) from None
    if not exists:
        raise RefusedAct("leave", "time_skipped", time=typed)
    if not now < at < now + LATEST * 24 * 3600_000:
        raise RefusedAct("leave", "time_past", time=typed)
    return at


def named_moment(text: str, now: int, there: tzinfo | None) -> int:
    """Return when a message leaves by the name of a time that is offered, or by a time; refused as ``moment``."""
    found = next((one for one in choices(now, there) if one.name == text.strip().lower()), None)
    return found.at if found is not None else moment(TYPED, text, now, there)


def _exists(named: datetime, there: tzinfo | None) -> bool:
    """Say whether the clocks of the zone show this time: when they go forward, an hour is left out."""
    back = datetime.fromtimestamp(_at(named, there) / 1000, UTC).astimezone(there)
    return back.replace(tzinfo=None) == named.replace(microsecond=named.microsecond // 1000 * 1000)


def _at(moment: datetime, there: tzinfo | None) -> int:
    return int((moment.replace(tzinfo=there) if there is not None else moment.astimezone()).timestamp() * 1000)


def leave(store: Store, installation: Installation, company_id: int, draft_id: int, now: int) -> int | None:
    """Send the message whose time has come; return when to come again, where it was put off.

    Inside a transaction.  What cannot be sent any more is its author's draft again, and they are told why.
    """
    draft = store.drafts.get(company_id, draft_id)
    if draft is None or draft.state == "writing" or draft.leaves_at is None:
        return None
    if not store.drafts.take(company_id, draft_id, now):
        return draft.leaves_at
    # Neither users nor records are ever removed.
    author = cast(User, store.users.get(draft.user_id))
    record = store.records.standing(cast(Record, store.records.get(company_id, draft.record_id)))
    if draft.unless_answered and store.drafts.answered(draft):
        _given_back(store, draft, record, Phrase("event.not left.answered"), now)
        return None
    _send(store, installation, draft, record, author, now)
    return None


def _send(store: Store, installation: Installation, draft: StoredDraft, record: Record, author: User, now: int) -> None:
    setup = Setup(store, Actor(author.name, author.id), installation.clock, None, lambda *_: "", (), lambda _: False)
    words = Written.from_json(draft.body)
    files = store.drafts.files(draft.company_id, [draft.id])
    done = message.post(setup, installation, record, author, words.draft(store, draft.company_id, files))
    if isinstance(done, Refusal):
        _given_back(store, draft, record, done.phrase, now)
        return
    after_send(setup, record, author, AfterSend(words.after_send, words.assign, words.tags))
    store.drafts.remove(draft.company_id, draft.id)
    leaving.left(setup, draft, record)


def _given_back(store: Store, draft: StoredDraft, record: Record, why: Phrase, now: int) -> None:
    give_back(store, draft, now)
    says = Phrase("event.not left", {"name": draft.author, "why": why})
    failure = event(record.company_id, record.id, record.title, says, now, f"draft {draft.id} at {now}")
    event_id = store.messages.add(failure, now)
    notify_of_failure(store, record, event_id, draft.user_id, now)
