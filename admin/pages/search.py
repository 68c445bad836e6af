"""Search: a field on every page, what drops down below it while somebody types, and a page of all that was found."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape
from starlette.responses import JSONResponse, Response

from weftmail.admin.page import page
from weftmail.admin.visit import Visit
from weftmail.admin.words import one_way
from weftmail.core.folding import folded
from weftmail.core.wording.command import Command
from weftmail.flow.search import search as look_for
from weftmail.store.contact_card import NamePlace
from weftmail.store.search import Hit
from weftmail.store.search_narrowing import LOOKED_AT
from weftmail.store.tag import Tag

LONGEST = 300
AROUND = 90
"""So many letters stand before the first word that was found."""
DROPPED, PEOPLE = 7, 3
"""So many records, each with a message of it, and so many contacts drop down."""
FOR_THAT = 30
"""So many messages and records are looked at for that."""
LEAST = 2
"""Letters that have to be typed before anything does."""
DROPPING = threading.BoundedSemaphore(2)
"""Half of the threads: whoever types holds up nobody who opens a page."""
_TAG = re.compile(r'(?:^|\s)tag:"?([^"]*)$', re.IGNORECASE)
_WORD = re.compile(r"\w+")


def search(visit: Visit) -> Response:
    """Show what was found."""
    typed = visit.request.query_params.get("q", "")[:LONGEST]
    with visit.store.snapshot():
        found = look_for(visit.store, visit.company_id, typed, visit.hidden_types)
        return visit.page(
            "search.html",
            command=Command("mail-admin record list").given(search=typed),
            typed=typed,
            found=found,
            looked_at=LOOKED_AT,
            marked=lambda text: marked(text, found.what.words),
        )


def drop(visit: Visit) -> Response:
    """Answer somebody who types in the field of every page: the first few of what was found, and whom they may mean."""
    typed = visit.request.query_params.get("q", "").strip()[:LONGEST]
    if len(typed) < LEAST:
        return JSONResponse({"count": 0, "html": ""})
    if not DROPPING.acquire(blocking=False):
        return JSONResponse({"busy": True})
    try:
        with visit.store.snapshot():
            found = look_for(visit.store, visit.company_id, typed, visit.hidden_types, FOR_THAT, slips=False)
            people = visit.store.contact_cards.found(visit.company_id, typed, NamePlace(), PEOPLE)
            addresses = visit.store.contacts.addresses_of(visit.company_id, [one.id for one in people])
            tags = _tags(visit, typed)
    finally:
        DROPPING.release()
    hits = _by_record(found.hits)[:DROPPED]
    values: dict[str, object] = {
        "typed": typed,
        "hits": hits,
        "people": people,
        "tags": tags,
        "path": visit.path,
        "now": visit.now,
        "addresses": addresses,
        "wrong": found.wrong,
    }
    values["marked"] = lambda text: marked(text, found.what.words)
    said = visit.site.render("search_drop.html", visit.voice, values).body
    return JSONResponse({"count": len(hits) + len(people) + len(tags), "html": bytes(said).decode()})


def _tags(visit: Visit, typed: str) -> list[Tag]:
    """Return the tags that may be meant, where what is typed ends with one that is begun."""
    begun = _TAG.search(typed)
    if begun is None:
        return []
    wanted = begun[1].casefold()
    return [one for one in visit.store.tags.all(visit.company_id) if one.name.casefold().startswith(wanted)][:DROPPED]


def _by_record(hits: Sequence[Hit]) -> list[Hit]:
    """Return one hit of each record, in their order: the newest message, the record itself where no message was hit."""
    best: dict[str, Hit] = {}
    for one in hits:
        if one.label not in best or best[one.label].number is None:
            best[one.label] = one
    return list(best.values())


def marked(text: str, words: Iterable[str]) -> Markup:
    """Return the part of a text where the first of the words stands, with all of them marked."""
    wanted = tuple(folded(one) for one in words)
    text = str(one_way(" ".join(text.split())))
    hits = [match for match in _WORD.finditer(text) if wanted and folded(match[0]).startswith(wanted)]
    start = max(0, hits[0].start() - AROUND) if hits else 0
    end, at, parts = start + 3 * AROUND, start, [Markup("…") if start else Markup("")]
    for match in hits:
        if start <= match.start() and match.end() <= end:
            parts += [escape(text[at : match.start()]), Markup("<mark>{}</mark>").format(match[0])]
            at = match.end()
    parts.append(escape(text[at:end]))
    return Markup("").join([*parts, "…" if end < len(text) else ""])


routes = [page("/search", search), page("/search/drop", drop)]
