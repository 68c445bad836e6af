"""Who is told where nobody follows who may act: the first in line, and who is away only where nobody else is here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from weftmail.core.routing.recipients import Following, Kind


class PlaceInLine(Protocol):
    """Somebody in the line; those of the lowest step come first."""

    @property
    def step(self) -> int:
        """Where they stand: the owner first, then the team, whoever owns the alias, and admins."""

    @property
    def user_id(self) -> int:
        """Who it is."""

    @property
    def silent(self) -> bool:
        """They chose to hear nothing of the record."""

    @property
    def away(self) -> bool:
        """They are out of office."""


S = TypeVar("S", bound=PlaceInLine)


def first_in_line(line: Sequence[S], installation: Sequence[S]) -> tuple[list[S], bool]:
    """Return who comes first, and whether they are told in the inbox alone.

    Whoever is here and listens comes before those of the ``installation``, these before whoever is away, and last come
    those who chose to hear nothing: so somebody is always told.
    """
    silent = {one.user_id for one in line if one.silent}
    whole = [*line, *(one for one in installation if one.user_id not in silent)]
    listening = [one for one in whole if not one.silent]
    here = _first_of([one for one in listening if not one.away])
    if here or listening:
        return here or _first_of(listening), False
    return _first_of(whole), True


def _first_of(found: Sequence[S]) -> list[S]:
    """Return those of the lowest step, each once."""
    step = min((one.step for one in found), default=0)
    return list({one.user_id: one for one in found if one.step == step}.values())


def to_stand_in_for(followers: Sequence[Following], owner_id: int | None, kind: Kind) -> list[int]:
    """Return for whom of those who follow somebody else has to be told, because they are away: for the owner, and for
    everybody where none of those who may act is here.
    """
    told_of = [one for one in followers if one.may_act and one.is_told_of(kind)]
    some_here = any(not one.away for one in told_of)
    return [one.user_id for one in told_of if one.away and (one.user_id == owner_id or not some_here)]
