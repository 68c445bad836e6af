"""Who gets a new record of a team: nobody, the next one in its round, or whoever wrote to its customer last.

The next in the round is the one whose last turn is longest ago.  Who is away, or may not write there, is passed by, and
comes first once they are back; of two who were there all the time neither ever gets more than one record ahead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

GivingRule = Literal["nobody", "round", "last"]
GIVING_RULES: Final[tuple[GivingRule, ...]] = get_args(GivingRule)


@dataclass(frozen=True, slots=True)
class TeamTurn:
    """A member of the team as the round sees them; ``turn`` is their last one, 0 for none yet.

    ``able``: they are active, may write, and records of that type are there for them.
    """

    user_id: int
    name: str
    turn: int
    able: bool
    away: bool


@dataclass(frozen=True, slots=True)
class Given:
    """Who gets a record, and whether because they wrote to its customer last."""

    user_id: int
    name: str
    knows_customer: bool = False


def give(rule: GivingRule, members: Sequence[TeamTurn], wrote: Sequence[int] = ()) -> Given | None:
    """Return who gets a new record.

    ``wrote`` are colleagues who wrote to its customer, the last one first.  Where the rule asks for them and none of
    them can have it, the round goes on.  None where nobody of the team is to have it, or can.
    """
    here = {one.user_id: one for one in members if one.able and not one.away}
    if rule == "nobody" or not here:
        return None
    known = next((here[one] for one in wrote if one in here), None) if rule == "last" else None
    chosen = known or min(here.values(), key=lambda one: (one.turn, one.user_id))
    return Given(chosen.user_id, chosen.name, known is not None)
