"""What somebody chooses for themselves: language, time zone, and where they are notified."""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import Response

from weftmail.admin.visit import Visit, page
from weftmail.locale.dates import zone_names


def settings(visit: Visit) -> Response:
    """Show what is chosen."""
    return _form(visit, saved="saved" in visit.request.query_params)


def save(visit: Visit) -> Response:
    """Keep what is chosen; what cannot be chosen is shown as such, and nothing changes."""
    language, zone, prefers = (visit.text(name) for name in ("language", "zone", "prefers"))
    known = language in visit.site.installation.languages.names and prefers in visit.store.users.channels()
    if not known or (zone and zone not in zone_names()):
        return _form(visit, wrong=True, status=422)
    with visit.store.transaction():
        visit.store.users.set(replace(visit.user, language=language, zone=zone, prefers=prefers))
    return visit.go("/settings?saved=")


def _form(visit: Visit, *, saved: bool = False, wrong: bool = False, status: int = 200) -> Response:
    address = visit.store.users.addresses(visit.user.id)[0]
    return visit.page(
        "settings.html",
        command=f"mail-admin user show {address}",
        everywhere=True,
        status=status,
        languages=visit.site.installation.languages.names,
        zones=zone_names(),
        channels=visit.store.users.channels(),
        saved=saved,
        wrong=wrong,
    )


routes = [page("/settings", settings), page("/settings/save", save, posts=True)]
