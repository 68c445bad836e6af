"""Does our own spam filter mark a mail?  Read from the one field that a probe showed to be our filter's.

A field counts by its place: above the hop where the mail came in only our own servers write.  Where a filter adds its
field at the end of the header, as milters do, a stranger's stands there too, so that it counts only if the filter takes
those out, and if it stands in the mail once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from weftmail.core.parsing.message import Stamp
from weftmail.core.routing.hop import CountingHop
from weftmail.core.wording.phrase import Phrase

Place = Literal["above", "below"]

FIELDS: Final = {
    "x-spam-flag": ("X-Spam-Flag", re.compile(r"(?i)yes\b")),
    "x-spam-status": ("X-Spam-Status", re.compile(r"(?i)yes\b")),
    "x-spamd-result": ("X-Spamd-Result", re.compile(r"(?i)\S+: true\b")),
}
"""The fields that spam filters write, as they are spelled, and how they say that it is spam."""
GTUBE: Final = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
"""What every spam filter takes for spam, so that it can be tried out."""


@dataclass(frozen=True, slots=True)
class SpamField:
    """The field of our own filter, and where it writes it: above our Received fields, or at the end of the header."""

    name: str
    place: Place

    @property
    def text(self) -> str:
        """How the settings say it."""
        return f"{FIELDS[self.name][0]} {self.place}"


def parse(text: str) -> SpamField | None:
    """Return what the settings say, as ``X-Spam-Flag above``; None for what is none."""
    name, _, place = text.lower().partition(" ")
    if name not in FIELDS:
        return None
    return SpamField(name, "above") if place == "above" else SpamField(name, "below") if place == "below" else None


def mark(stamps: Sequence[Stamp], hop: CountingHop | None, field: SpamField | None) -> str:
    """Return the name of the field by which our own filter marks the mail as spam; "" where it does not."""
    if hop is None or field is None:
        return ""
    there = [one for one in stamps if one.name == field.name]
    if field.place == "above":
        there = [one for one in there if one.above <= hop.index]
    elif any(one.above <= hop.index for one in there):
        return ""
    shown, yes = FIELDS[field.name]
    return shown if len(there) == 1 and yes.match(there[0].value) else ""


def learned(stamps: Sequence[Stamp], received: int, forged: str) -> SpamField | Phrase:
    """Return which field our filter writes, by a probe that came back; or why none can be told.

    ``received`` is how many Received fields it bears, all of them ours; what holds ``forged`` was sent with it.
    """
    kept = False
    for name, (_, yes) in FIELDS.items():
        there = [one for one in stamps if one.name == name]
        ours = [one for one in there if forged not in one.value and yes.match(one.value)]
        if len(ours) != 1:
            continue
        if ours[0].above < received:
            return SpamField(name, "above")
        if len(there) == 1:
            return SpamField(name, "below")
        kept = True
    return Phrase("spam.probe.kept") if kept else Phrase("spam.probe.nothing")
