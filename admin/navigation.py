"""The navigation: each page that stands in it says so itself, as ``item`` of its module."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from weftmail.core.role import Role

if TYPE_CHECKING:
    from weftmail.admin.visit import Visit


@dataclass(frozen=True, slots=True)
class Item:
    """A page in the navigation; items stand in the ``order`` of their numbers.

    ``label`` is an English sentence that the catalogues know.  ``count`` says how many of its rows wait for somebody.
    """

    order: int
    path: str
    label: str
    role: Role = Role.READER
    count: Callable[[Visit], int] | None = None

    @property
    def name(self) -> str:
        """How templates name the page that they are: the first part of its path."""
        return self.path.strip("/")


def shown_to(visit: Visit, items: Sequence[Item]) -> list[Item]:
    """Return the items that the visitor may open, in their order."""
    return [one for one in items if visit.may(one.role)]
