"""The demo's play: be the customer who answers, break something, and see the sum that comes out again.

Its pages are there with a ``Stage`` alone, which only ``make run`` gives.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.responses import Response

from weftmail.admin import letters
from weftmail.admin.page import page
from weftmail.admin.pages.log import CAME, kind
from weftmail.admin.stage import LINES, PARTS, Cue, Line, Part, PutOff, Stage
from weftmail.admin.visit import Visit, nothing_here
from weftmail.core.ports import Caught
from weftmail.core.wording.phrase import Phrase, marked
from weftmail.flow.tally import DEFERRED, RECEIVED, SPOOL, Summand, parts
from weftmail.store.inbound import InboundLine, Tally
from weftmail.store.listing import InboundFilter

NEWEST = 6
"""So many of the last emails that came in are shown."""


@dataclass(frozen=True, slots=True)
class Play:
    """What the page of the play shows."""

    name: str
    """Whom the visitor can be: the recipient of ``letter``; "" where nobody outside got an email yet."""
    letter: str
    subject: str
    record: str
    """The record whose conversation the letter is of."""
    inside: bool
    """Whether the letter that was asked for went to colleagues alone: the rest is then of the newest that did not."""
    broken: frozenset[Part]
    waiting: tuple[PutOff, ...]
    safe: int
    spooled: int
    tally: Tally
    terms: tuple[Summand, ...]
    """The parts of the sum: what the log has, what lies in the spool, what is deferred."""
    newest: tuple[InboundLine, ...]
    received: Phrase = RECEIVED

    @property
    def states(self) -> dict[int, Phrase]:
        """What each of the newest is called, as the log calls it."""
        return {one.id: CAME[kind(one)][0] for one in self.newest}


def shown(visit: Visit, letter: Caught | None) -> Play | None:
    """Return what to show of the play, for the letter or for the newest one to somebody outside; None without one."""
    stage = visit.site.stage
    if stage is None:
        return None
    inside = letter is not None and not _outsider(visit, letter)
    found = _newest(visit) if letter is None or inside else letter
    who = _outsider(visit, found) if found is not None else ""
    # What lies in the spool is looked at first: an email that moves on meanwhile is not missed.
    spooled, waiting = stage.spooled(), tuple(stage.waiting())
    tally = visit.store.inbound.tally()
    return Play(
        name=_named(visit, found, who) if found is not None and who else "",
        letter=found.name if found is not None and who else "",
        subject=letters.read(visit, found).subject if found is not None and who else "",
        record=letters.record_of(visit, found) if found is not None and who else "",
        inside=inside,
        broken=stage.broken(),
        waiting=waiting,
        safe=stage.safe(),
        spooled=spooled,
        tally=tally,
        terms=(
            *parts(tally),
            Summand("spooled", spooled, SPOOL),
            Summand("deferred", len(waiting), DEFERRED),
        ),
        newest=tuple(visit.store.listings.inbound(InboundFilter(visit.company_id), most=NEWEST)),
    )


def mark(visit: Visit) -> str:
    """Return what changes when the play does; "" without one."""
    stage = visit.site.stage
    if stage is None:
        return ""
    text = repr((sorted(stage.broken()), list(stage.waiting()), stage.spooled(), visit.store.inbound.tally()))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:20]


def play(visit: Visit) -> Response:
    """Hand in what the customer writes."""
    stage = _stage(visit)
    line = next((one for one in LINES if one == visit.request.path_params["line"]), None)
    if line is None:
        raise nothing_here()
    stage.play(Cue("new") if line == "new" else _cue(visit, line))
    return visit.go("/caught#play")


def tamper(visit: Visit) -> Response:
    """Break a part of the demo, or mend it."""
    stage = _stage(visit)
    part = next((one for one in PARTS if one == visit.request.path_params["part"]), None)
    if part is None:
        raise nothing_here()
    stage.set_broken(part, broken=visit.text("broken") == "yes")
    return visit.go("/caught#play")


def _stage(visit: Visit) -> Stage:
    if visit.site.stage is None:
        raise nothing_here()
    if not visit.may_write:
        raise HTTPException(403, marked("You have read-only access."))
    return visit.site.stage


def _cue(visit: Visit, line: Line) -> Cue:
    found = letters.named(visit, visit.text("letter"))
    who = _outsider(visit, found)
    if not who:
        raise nothing_here()
    message = letters.read(visit, found)
    written_from = message.from_[0].address if message.from_ else ""
    return Cue(
        line,
        name=_named(visit, found, who),
        address=who,
        message_id=message.message_id,
        subject=message.subject,
        text=message.text,
        reply_to=message.reply_to[0].address if message.reply_to else written_from,
        written_from=written_from,
        return_path=found.return_path,
    )


def _newest(visit: Visit) -> Caught | None:
    return next((one for one in letters.caught(visit) if _outsider(visit, one)), None)


def _outsider(visit: Visit, letter: Caught) -> str:
    """Return the first recipient who is no colleague; "" where there is none."""
    inside = visit.store.users.among(letter.recipients)
    return next((one for one in letter.recipients if one not in inside), "")


def _named(visit: Visit, letter: Caught, address: str) -> str:
    """Return the first name of a recipient, as the letter has it."""
    message = letters.read(visit, letter)
    names = (one.name for one in (*message.to, *message.cc) if one.address == address and one.name)
    return next(names, address.partition("@")[0]).split()[0]


routes = [
    page("/demo/play/{line}", play, posts=True),
    page("/demo/tamper/{part}", tamper, posts=True),
]
