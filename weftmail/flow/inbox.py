"""Somebody's inbox as a page: over all their companies, by the record, the newest first, until they are done with it.

What waits stays until it is settled, whatever its reader does: a mail held for review until it is decided on, a message
that did not arrive until it was sent again, or its recipient put right or taken out, an activity until it is done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from weftmail.core.wording.phrase import Phrase
from weftmail.store.inbox_list import (
    InboxLists,
    InboxMessages,
    InboxNotices,
    InboxPlace,
    InboxTop,
    InboxWaiting,
    LoneNotice,
    Whose,
)
from weftmail.store.store import Store


@dataclass(frozen=True, slots=True)
class InboxGroup:
    """What is in the inbox of one record, or a notice that is about none; of both at least one is there.

    ``place`` is where it stands; ``waiting`` says how much of it waits.
    """

    company_id: int
    record_id: int | None
    place: InboxPlace
    messages: InboxMessages | None = None
    notices: InboxNotices | None = None
    alone: LoneNotice | None = None
    waiting: InboxWaiting | None = None

    @property
    def key(self) -> str:
        """What names it in a form: ``r`` and the number of its record, or ``n`` and that of the notice."""
        return f"n{self.alone.id}" if self.alone is not None else f"r{self.record_id}"

    @property
    def label(self) -> str:
        """The number of its record, "" where it is about none."""
        about = self.messages or self.notices
        return about.label if about is not None else ""

    @property
    def title(self) -> str:
        """The title of its record."""
        about = self.messages or self.notices
        return about.title if about is not None else ""

    @property
    def entries(self) -> int:
        """How many entries are in it."""
        return sum(one.entries for one in (self.messages, self.notices) if one is not None) or 1

    @property
    def unread(self) -> int:
        """How many of them are unread."""
        if self.alone is not None:
            return int(self.alone.read_at is None)
        return sum(one.unread for one in (self.messages, self.notices) if one is not None)

    @property
    def message(self) -> InboxMessages | None:
        """The message that is shown of it; None where a notice is newer, or there is none."""
        newer = self.notices is None or (self.messages is not None and _place(self.messages) > _place(self.notices))
        return self.messages if newer else None

    @property
    def notice(self) -> Phrase | None:
        """What the notice says that is shown of it; None where a message is."""
        if self.alone is not None:
            return self.alone.says
        return self.notices.says if self.notices is not None and self.message is None else None

    @property
    def stays(self) -> bool:
        """Whether all of it waits: nothing leaves before that is settled."""
        if self.alone is not None:
            return bool(self.alone.waits)
        waits = self.waiting
        return waits is not None and waits.held + waits.failed + waits.due >= self.entries


@dataclass(frozen=True, slots=True)
class InboxPage:
    """A page of an inbox; ``following`` is the place after which the next one begins, None where it is the last."""

    groups: Sequence[InboxGroup]
    following: InboxPlace | None


def page(lists: InboxLists, whose: Whose, before: InboxPlace, most: int) -> InboxPage:
    """Return the groups of an inbox that stand after a place, ``most`` at most, the newest first."""
    waiting = {one.record_id: one for one in lists.waiting(whose) if one.record_id is not None}
    newest = lists.newest(whose, list(waiting))
    tops = lists.tops(whose, before, most + 1 + len(waiting))
    places = _places(tops, waiting, newest)
    shown = sorted((one for one in places.items() if one[1] < before), key=lambda one: one[1], reverse=True)
    groups = _filled(lists, whose, dict(shown[:most]), waiting)
    return InboxPage(groups, shown[most - 1][1] if len(shown) > most else None)


_Key = tuple[int | None, int]
"""The number of a record, or of a notice that is about none."""


def _places(
    tops: Iterable[InboxTop], waiting: Mapping[int, InboxWaiting], newest: Mapping[int, InboxPlace]
) -> dict[_Key, InboxPlace]:
    """Where each group stands: by the newest of what waits on its record and of all else."""
    found: dict[_Key, InboxPlace] = {
        (one.record_id, one.notice_id): _place(one) for one in tops if one.record_id not in waiting
    }
    for record_id, one in waiting.items():
        found[record_id, 0] = max(_place(one), newest.get(record_id, _place(one)))
    return found


def _place(one: InboxTop | InboxWaiting | InboxMessages | InboxNotices) -> InboxPlace:
    return InboxPlace(one.happened_at, one.place)


def _filled(
    lists: InboxLists, whose: Whose, places: Mapping[_Key, InboxPlace], waiting: Mapping[int, InboxWaiting]
) -> list[InboxGroup]:
    records = [record_id for record_id, _ in places if record_id is not None]
    messages = {one.record_id: one for one in lists.messages(whose, records)}
    notices = {one.record_id: one for one in lists.notices(whose, records)}
    alone = {one.id: one for one in lists.alone(whose, [notice_id for _, notice_id in places if notice_id])}
    groups = []
    for (record_id, notice_id), place in places.items():
        if record_id is None:
            groups.append(InboxGroup(alone[notice_id].company_id, None, place, alone=alone[notice_id]))
        else:
            message, notice = messages.get(record_id), notices.get(record_id)
            company_id = next(one.company_id for one in (message, notice) if one is not None)
            groups.append(InboxGroup(company_id, record_id, place, message, notice, waiting=waiting.get(record_id)))
    return groups


def mark(lists: InboxLists, whose: Whose, unread: int) -> str:
    """Return what changes when an inbox does: something comes, is read, is done with or is settled."""
    tops = lists.tops(whose, InboxPlace(), 1)
    top = f"{tops[0].happened_at}.{tops[0].place}" if tops else "0"
    waits = sum(one.held + one.failed + one.due for one in lists.waiting(whose))
    return f"{top}-{unread}-{waits}"


def done(lists: InboxLists, company_id: int, user_id: int, key: str, until: int, now: int) -> bool:
    """Be done with a group, as it was shown ``until`` then: what came later stays, and what waits.

    Say whether anything left.
    """
    kind, number = _named(key)
    if kind == "n":
        return lists.done_with_notice(company_id, user_id, number, now) > 0
    return lists.done_with_record(company_id, user_id, number, until, now) > 0


def read(store: Store, company_id: int, user_id: int, key: str, now: int) -> None:
    """Mark a group as read."""
    kind, number = _named(key)
    if kind == "n":
        store.inbox_lists.read_notice(company_id, user_id, number, now)
    else:
        store.inbox.read(company_id, number, user_id, now)


def unread(lists: InboxLists, company_id: int, user_id: int, key: str, now: int, *, message: bool) -> None:
    """Mark the newest entry of a group as unread: its newest ``message``, or else its newest notice."""
    kind, number = _named(key)
    if kind == "n":
        lists.unread_notice(company_id, user_id, number)
    else:
        lists.unread_record(company_id, user_id, number, message=message, now=now)


def _named(key: str) -> tuple[str, int]:
    number = key[1:]
    return key[:1], int(number) if number.isascii() and number.isdecimal() and len(number) < 16 else 0
