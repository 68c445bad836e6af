"""What somebody chooses for themselves: language, time zone, and where they are notified."""

from __future__ import annotations

from starlette.responses import Response

from weftmail.admin.page import page
from weftmail.admin.visit import Visit
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import user
from weftmail.locale.dates import zone_names


def account(visit: Visit) -> Response:
    """Show what is chosen."""
    return _form(visit, saved="saved" in visit.request.query_params)


def save(visit: Visit) -> Response:
    """Keep what is chosen; what cannot be chosen is shown as such, and nothing changes."""
    done = user.change(
        visit.setup,
        visit.store.users.addresses(visit.user.id)[0],
        prefers=visit.text("prefers"),
        language=visit.text("language"),
        time_zone=visit.text("zone"),
    )
    if isinstance(done, Refusal):
        return _form(visit, wrong=visit.voice.say(done.phrase), status=422)
    return visit.go("/account?saved=")


def _form(visit: Visit, *, saved: bool = False, wrong: str = "", status: int = 200) -> Response:
    address = visit.store.users.addresses(visit.user.id)[0]
    return visit.page(
        "account.html",
        command=f"mail-admin user show {address}",
        everywhere=True,
        status=status,
        languages=visit.site.installation.languages.names,
        zones=zone_names(),
        channels=visit.store.users.channels(),
        saved=saved,
        wrong=wrong,
    )


routes = [page("/account", account), page("/account/save", save, posts=True)]
