"""Snoozing a record: until a day that is chosen, or until somebody outside answers."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from starlette.responses import Response

from weftmail.admin.page import page
from weftmail.admin.pages.record import record_of
from weftmail.admin.visit import Visit
from weftmail.core.role import Role
from weftmail.core.wording.command import Command
from weftmail.core.wording.phrase import marked
from weftmail.flow import day
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import snooze as snoozes
from weftmail.store.record import Record


@dataclass(frozen=True, slots=True)
class Offer:
    """A day that is one press away."""

    word: str
    day: str


def ask(visit: Visit) -> Response:
    """Ask until when."""
    return _page(visit, record_of(visit), "")


def snooze(visit: Visit) -> Response:
    """Snooze the record, and go back to it; what is no day to come is shown as such."""
    found = record_of(visit)
    done = snoozes.snooze(visit.setup, found.label, visit.text("until"), company=visit.company.company)
    if isinstance(done, Refusal):
        return _page(visit, found, visit.voice.say(done.phrase))
    return visit.go(f"/records/{found.label}", done)


def wake(visit: Visit) -> Response:
    """End it."""
    found = record_of(visit)
    done = snoozes.wake(visit.setup, found.label, company=visit.company.company)
    # It may have ended meanwhile by itself.
    return visit.go(f"/records/{found.label}", None if isinstance(done, Refusal) else done)


def _page(visit: Visit, found: Record, wrong: str) -> Response:
    today = day.today(visit.now, day.of_user(visit.store, visit.user.id))
    return visit.page(
        "snooze.html",
        command=Command("mail-admin record snooze {label}", label=found.label),
        status=422 if wrong else 200,
        record=found,
        offers=_offers(visit, today),
        first=(today + datetime.timedelta(days=1)).isoformat(),
        typed=visit.text("until"),
        wrong={"until": wrong} if wrong else {},
    )


def _offers(visit: Visit, today: datetime.date) -> list[Offer]:
    """Tomorrow, the next Monday and a month from now, each once."""
    monday = today + datetime.timedelta(days=7 - today.weekday())
    days = {
        (today + datetime.timedelta(days=1)).isoformat(): marked("Tomorrow"),
        monday.isoformat(): marked("Next Monday"),
        (today + datetime.timedelta(days=30)).isoformat(): marked("In 30 days"),
    }
    return [Offer(visit.voice.gettext(word), one) for one, word in sorted(days.items())]


routes = [
    page("/records/{label}/snooze", ask, role=Role.AGENT),
    page("/records/{label}/snooze/until", snooze, posts=True, role=Role.AGENT),
    page("/records/{label}/wake", wake, posts=True, role=Role.AGENT),
]
