"""Activities: planned on a record, changed, done with feedback that lands on the conversation, and taken back."""

from __future__ import annotations

from dataclasses import dataclass, replace

from weftmail.core.role import Role
from weftmail.core.wording.phrase import Phrase, Value
from weftmail.flow import day, notices
from weftmail.flow.activity import ACTIVITY, KINDS, one_of
from weftmail.flow.events import write_event
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import find
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.flow.setup.organisation import text
from weftmail.flow.setup.undo import check_unchanged
from weftmail.store.activity import NewActivity, RecordActivity
from weftmail.store.audit import AuditRow
from weftmail.store.record import Record
from weftmail.store.store import Store


@dataclass(frozen=True, slots=True)
class Planned:
    """What is to be done: of which type, by which day, by whom (an address; "" for who plans it), and what to know."""

    type: str
    due: str
    assignee: str = ""
    note: str = ""


def fields(store: Store, one: RecordActivity) -> Fields:
    """Return what is said of an activity."""
    state = "open" if one.open else "removed" if one.removed_at is not None else "done"
    addresses = store.users.addresses(one.user_id)
    return {
        "id": one.id,
        "number": one.record,
        "type": one.type,
        "due": one.due_on,
        "assignee": one.user,
        "assignee_address": addresses[0] if addresses else "",
        "note": one.note,
        "state": state,
        "feedback": one.feedback,
    }


@act
def add(setup: Setup, number: str, planned: Planned, *, company: str | None = None) -> Done:
    """Plan an activity on a record; who is to do it is notified, now if somebody else is, and when the day comes.

    Raises RefusedAct for a type that the company has not, no day, and somebody who may not write or see the record.
    """
    store = setup.store
    record = find.record(store, number, company)
    made = _plan(setup, record, planned, "")
    return Done(
        "activity.add", record.company_id, record.label, {}, fields(store, _get(store, record.company_id, made))
    )


def _plan(setup: Setup, record: Record, planned: Planned, prefix: str) -> int:
    store, now = setup.store, setup.clock()
    new = _checked(setup, record, planned, prefix)
    made = store.activities.add(record.company_id, record.id, new, setup.actor.name, now)
    write_event(store, record, _said(setup, record.company_id, made), now, setup.actor.user_id)
    _tell(setup, _get(store, record.company_id, made))
    return made


def _said(setup: Setup, company_id: int, activity_id: int) -> Phrase:
    one = _get(setup.store, company_id, activity_id)
    return Phrase(
        "event.activity.planned",
        {
            "actor": setup.actor.name,
            "type": one_of(one.type),
            "day": one.due_on,
            "name": one.user,
            "note": _after(one.note),
        },
    )


def _after(text_: str) -> Value:
    return f": {text_}" if text_ else ""


def _checked(setup: Setup, record: Record, planned: Planned, prefix: str = "") -> NewActivity:
    store, of = setup.store, record.company_id
    types = [*KINDS, *store.activities.types(of)]
    kind = find.choice(f"{prefix}type", planned.type, types)
    due = day.named(f"{prefix}due", planned.due).isoformat()
    return NewActivity(
        kind, due, _assignee(setup, record, planned.assignee, prefix), text(f"{prefix}note", planned.note)
    )


def _assignee(setup: Setup, record: Record, address: str, prefix: str) -> int:
    """Return who is to do it: somebody who may write in the company, and for whom the record exists."""
    store, field, of = setup.store, f"{prefix}assignee", record.company_id
    if not address:
        if setup.actor.user_id is None:
            raise RefusedAct(field, "assignee_wanted")
        user_id = setup.actor.user_id
    else:
        user_id = find.member(store, address, of, field=field).id
    user = store.users.get(user_id)
    name = user.name if user is not None else address
    if store.users.follower(of, user_id) is None:
        raise RefusedAct(field, "post_not_allowed", name=name, company=find.company_by_id(store, of).name)
    if record.type in store.record_types.hidden_from(of, user_id):
        raise RefusedAct(field, "not_in_named_team", name=name, number=record.label, type=record.type)
    return user_id


def _tell(setup: Setup, one: RecordActivity) -> None:
    """Let whoever is to do it be reminded on its morning, and told now where somebody else planned it."""
    store, now = setup.store, setup.clock()
    morning = day.morning(day.named("", one.due_on), day.of_user(store, one.user_id))
    # What is planned for today, or late, needs no reminder of today.
    store.due.remove(ACTIVITY, str(one.id))
    if morning > now:
        store.due.put(ACTIVITY, str(one.id), morning, now, one.company_id)
    person = store.users.follower(one.company_id, one.user_id)
    if person is not None and one.user_id != setup.actor.user_id:
        says = Phrase(
            "notice.activity",
            {
                "actor": setup.actor.name, "type": one_of(one.type), "record": one.record, "day": one.due_on,
                "note": _after(one.note),
            },
        )  # fmt: skip
        notices.notify(store, one.company_id, [person], says, now, by_mail="assigned", record_id=one.record_id)


def _get(store: Store, company_id: int, activity_id: int) -> RecordActivity:
    """Return an activity that is known to be there."""
    return next(filter(None, [store.activities.get(company_id, activity_id)]))


def named(store: Store, activity_id: int, company: str | None) -> RecordActivity:
    """Return an activity by its number; raises RefusedAct where the company, or none at all, has one."""
    there = [find.company(store, company)] if company is not None else store.companies.all()
    found = [one for one in (store.activities.get(each.id, activity_id) for each in there) if one is not None]
    if not found:
        raise RefusedAct("", "no_such_activity", number=activity_id)
    return found[0]


def _open(store: Store, activity_id: int, company: str | None) -> RecordActivity:
    found = named(store, activity_id, company)
    if not found.open:
        raise RefusedAct("", "activity_over", number=activity_id)
    return found


def _record(store: Store, one: RecordActivity) -> Record:
    found = store.records.get(one.company_id, one.record_id)
    assert found is not None  # noqa: S101 - records are never deleted
    return found


@act
def change(setup: Setup, activity_id: int, planned: Planned, *, company: str | None = None) -> Done:
    """Change an open activity's type, day, assignee and note."""
    store = setup.store
    one = _open(store, activity_id, company)
    return _changed(setup, one, _checked(setup, _record(store, one), planned))


def _changed(setup: Setup, one: RecordActivity, wanted: NewActivity) -> Done:
    store, was = setup.store, fields(setup.store, one)
    store.activities.set(one.company_id, one.id, wanted)
    stands = _get(store, one.company_id, one.id)
    if stands != one:
        write_event(
            store, _record(store, one), _said(setup, one.company_id, one.id), setup.clock(), setup.actor.user_id
        )
        _tell(setup, stands)
    return Done("activity.set", one.company_id, one.record, was, fields(store, stands))


@act
def done(
    setup: Setup, activity_id: int, feedback: str = "", following: Planned | None = None, *, company: str | None = None
) -> Done:
    """Say that an activity is done; ``feedback`` lands on the conversation, and ``following`` is planned next."""
    store, now = setup.store, setup.clock()
    one = _open(store, activity_id, company)
    kept, record, was = text("feedback", feedback), _record(store, one), fields(store, one)
    store.activities.end(one.company_id, one.id, done=now, feedback=kept)
    store.due.remove(ACTIVITY, str(one.id))
    came = f"\n{kept}" if kept else ""
    says = Phrase(
        "event.activity.done",
        {"actor": setup.actor.name, "type": one_of(one.type), "note": _after(one.note), "feedback": came},
    )
    write_event(store, record, says, now, setup.actor.user_id)
    then = {} if following is None else {"next": _plan(setup, record, following, "next_")}
    after = fields(store, _get(store, one.company_id, one.id))
    return Done("activity.done", one.company_id, one.record, was, {**after, **then})


@act
def remove(setup: Setup, activity_id: int, *, company: str | None = None) -> Done:
    """Remove an open activity: it is not to be done any more."""
    return _ended(setup, _open(setup.store, activity_id, company), "activity.remove")


def _ended(setup: Setup, one: RecordActivity, name: str) -> Done:
    store, now, was = setup.store, setup.clock(), fields(setup.store, one)
    store.activities.end(one.company_id, one.id, removed=now)
    store.due.remove(ACTIVITY, str(one.id))
    says = Phrase("event.activity.removed", {"actor": setup.actor.name, "type": one_of(one.type), "day": one.due_on})
    write_event(store, _record(store, one), says, now, setup.actor.user_id)
    return Done(name, one.company_id, one.record, was, fields(store, _get(store, one.company_id, one.id)))


def _row(setup: Setup, row: AuditRow) -> RecordActivity:
    found = named(setup.store, row.now["id"], row.company)
    then = {"next": row.now["next"]} if "next" in row.now else {}
    check_unchanged(row, {**fields(setup.store, found), **then})
    return found


@act
def _take_back(setup: Setup, row: AuditRow) -> Done:
    return _ended(setup, _row(setup, row), "activity.remove")


@act
def _change_back(setup: Setup, row: AuditRow) -> Done:
    one, was = _row(setup, row), row.before
    user = find.user(setup.store, was["assignee_address"], field="")
    return _changed(setup, one, NewActivity(was["type"], was["due"], user.id, was["note"]))


@act
def _reopen(setup: Setup, row: AuditRow) -> Done:
    """Let it be open again; what was planned next with it is removed, if it is open still."""
    store, one, now = setup.store, _row(setup, row), setup.clock()
    was = fields(store, one)
    store.activities.end(one.company_id, one.id)
    says = Phrase("event.activity.reopened", {"actor": setup.actor.name, "type": one_of(one.type), "day": one.due_on})
    write_event(store, _record(store, one), says, now, setup.actor.user_id)
    following = store.activities.get(one.company_id, row.now.get("next", 0))
    if following is not None and following.open:
        _ended(setup, following, "activity.remove")
    stands = replace(one, done_at=None, removed_at=None, feedback="")
    _tell(setup, stands)
    return Done("activity.reopen", one.company_id, one.record, was, fields(store, stands))


reverses = {
    "activity.add": _take_back,
    "activity.set": _change_back,
    "activity.done": _reopen,
    "activity.remove": _reopen,
}
undone_by = Role.AGENT
