"""What activities are called, and what happens when the day of one comes."""

from __future__ import annotations

from weftmail.core.wording.phrase import Phrase
from weftmail.flow import notices
from weftmail.store.inbox import Reminder
from weftmail.store.store import Store

ACTIVITY = "activity"
"""The kind of what is due when the day of an activity comes, with its number as its key."""
KINDS = {
    "call": Phrase("activity.call"),
    "email": Phrase("activity.email"),
    "meeting": Phrase("activity.meeting"),
    "to-do": Phrase("activity.to-do"),
}
"""The types that every company has; what it adds is called as it is."""


def word(type_: str) -> Phrase:
    """Return what a type of activities is called."""
    return KINDS.get(type_) or Phrase("activity.own", {"name": type_})


_ONE = {
    "call": Phrase("activity.a.call"),
    "email": Phrase("activity.a.email"),
    "meeting": Phrase("activity.a.meeting"),
    "to-do": Phrase("activity.a.to-do"),
}


def one_of(type_: str) -> Phrase:
    """Return what a sentence calls an activity of a type."""
    return _ONE.get(type_) or word(type_)


def remind(store: Store, company_id: int, activity_id: int, now: int) -> None:
    """Tell whoever is to do an activity that its day has come, unless it is over, or its record out of the lists.

    Where they are away, whoever stands in for them is told, too.
    """
    one = store.activities.get(company_id, activity_id)
    record = store.records.get(company_id, one.record_id) if one is not None else None
    person = store.users.follower(company_id, one.user_id) if one is not None else None
    if one is None or record is None or person is None or not one.open or record.hidden_as is not None:
        return
    if record.type in store.record_types.hidden_from(company_id, one.user_id):
        return
    note = f": {one.note}" if one.note else ""
    says = Phrase(
        "notice.activity.due", {"type": word(one.type), "record": one.record, "title": one.title, "note": note}
    )
    store.inbox.reminded(company_id, one.id, now)
    notices.notify(
        store, company_id, [person, *store.absences.stand_ins(company_id, [person.user_id], record.type)], says, now,
        by_mail="due", record_id=one.record_id, waits="due",
        reminds=Reminder(one.id, one.due_on),
    )  # fmt: skip
