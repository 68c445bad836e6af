"""What a saved reply does besides its words, as ticks of the composer: who gets the record, which tags it bears."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from weftmail.admin.number import whole_number
from weftmail.admin.visit import Visit
from weftmail.core.limits import SAVED_REPLY_TAGS

LONGEST = 320


@dataclass(frozen=True, slots=True)
class ReplyAct:
    """One act; ``value`` is an address or a team's name, or a tag; unticked, it is not carried out."""

    kind: Literal["assign", "tag"]
    value: str
    name: str
    ticked: bool = True

    @property
    def field(self) -> str:
        """How the form says it."""
        return f"{self.kind}:{self.value}"


def used(visit: Visit) -> tuple[int, ...]:
    """Return the saved replies that were put into what the form says."""
    found = (whole_number(one) for one in visit.form.getlist("used_reply") if isinstance(one, str))
    return tuple(dict.fromkeys(one for one in found if one))[:20]


def of_form(visit: Visit) -> tuple[ReplyAct, ...]:
    """Return the acts of the form, those without a tick among them."""
    offered = [one for one in visit.form.getlist("act_offered") if isinstance(one, str) and len(one) <= LONGEST]
    ticked = {one for one in visit.form.getlist("act") if isinstance(one, str)}
    found: dict[str, ReplyAct] = {}
    for text in offered[: SAVED_REPLY_TAGS + 1]:
        kind, _, rest = text.partition(":")
        value, _, name = rest.partition("|")
        if kind == "assign" and value:
            found["assign"] = ReplyAct("assign", value, name or value, f"assign:{value}" in ticked)
        elif kind == "tag" and value:
            found[f"tag {value}"] = ReplyAct("tag", value, value, f"tag:{value}" in ticked)
    return tuple(found.values())


def assigned(acts: Iterable[ReplyAct]) -> str:
    """Return who gets the record; "" for nobody."""
    return next((one.value for one in acts if one.kind == "assign" and one.ticked), "")


def tags(acts: Iterable[ReplyAct]) -> tuple[str, ...]:
    """Return the tags that the record bears then."""
    return tuple(one.value for one in acts if one.kind == "tag" and one.ticked)
