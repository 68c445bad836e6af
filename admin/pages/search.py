"""Search: a field on every page, and what was found with its words marked."""

from __future__ import annotations

import re
from collections.abc import Iterable

from markupsafe import Markup, escape
from starlette.responses import Response

from weftmail.admin.page import page
from weftmail.admin.visit import Visit
from weftmail.admin.words import one_way
from weftmail.flow.search import search as look_for
from weftmail.store.search import folded

LONGEST = 300
AROUND = 90
"""So many letters stand before the first word that was found."""
_WORD = re.compile(r"\w+")


def search(visit: Visit) -> Response:
    """Show what was found."""
    typed = visit.request.query_params.get("q", "")[:LONGEST]
    with visit.store.snapshot():
        found = look_for(visit.store, visit.company_id, typed, visit.hidden_types)
        return visit.page(
            "search.html",
            command="mail-admin record list",
            typed=typed,
            found=found,
            marked=lambda text: marked(text, found.what.words),
        )


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


routes = [page("/search", search)]
