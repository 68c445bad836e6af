"""The navigation: each page that stands in it says so itself, as ``item`` of its module."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from weftmail.core.role import Role
from weftmail.flow import day
from weftmail.store.waiting import Decides, WaitingCounts

if TYPE_CHECKING:
    from weftmail.admin.visit import Visit


@dataclass(frozen=True, slots=True)
class Item:
    """A page in the navigation; items stand in the ``order`` of their numbers, each hundred a part of its own.

    Below 100 is the work of the day, then comes email on its way, then what is set up.

    ``label`` is an English sentence that the catalogues know.  ``count`` says how many of its rows wait for somebody.
    """

    order: int
    path: str
    label: str
    role: Role = Role.READER
    count: Callable[[Visit, WaitingCounts], int] | None = None

    @property
    def name(self) -> str:
        """How templates name the page that they are: the first part of its path."""
        return self.path.strip("/")

    @property
    def part(self) -> int:
        """The part of the navigation that it stands in, from 0."""
        return self.order // 100


def waiting_for(visit: Visit) -> WaitingCounts:
    """Return what waits for the visitor, in one question; who may not write has no activities, and decides nothing."""
    if not visit.may_write:
        return WaitingCounts(due=0, review=0)
    today = day.today(visit.now, day.zone(visit.user.zone)).isoformat()
    decides: Decides = "installation" if visit.owner else "company" if visit.may(Role.ADMIN) else "own"
    return visit.store.waits.counts(visit.company_id, visit.user.id, visit.hidden_types, today, decides)


def shown_to(visit: Visit, items: Sequence[Item]) -> list[Item]:
    """Return the items that the visitor may open, in their order."""
    return [one for one in items if visit.may(one.role)]
