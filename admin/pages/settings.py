"""The settings of the installation: those of its file, and those that may be changed while it runs."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from weftmail.admin.navigation import Item
from weftmail.admin.page import page
from weftmail.admin.pages.history import changes_of
from weftmail.admin.visit import Visit
from weftmail.core.role import Role
from weftmail.core.wording.command import Command
from weftmail.core.wording.phrase import Phrase, marked
from weftmail.flow.refusal import Refusal
from weftmail.flow.running import RUNNING, number
from weftmail.flow.setup import setting


def settings(visit: Visit) -> Response:
    """Show all settings with their values, where each stands, and what it means."""
    return _page(visit)


def change(visit: Visit) -> Response:
    """Change one that may be changed while everything runs."""
    name, value = visit.text("name"), visit.text("value")
    done = setting.change(visit.setup, name, value)
    if isinstance(done, Refusal):
        return _page(visit, typed={name: value}, wrong={name: visit.voice.say(done.phrase)}, status=422)
    return visit.go("/settings", done)


def _page(
    visit: Visit,
    typed: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    running = [
        (one, (typed or {}).get(one.name, str(number(visit.store, one))), Phrase(f"setting.{one.name}"))
        for one in RUNNING.values()
    ]
    acts = [changes_of(visit, one, installation=True, most=5) for one in RUNNING]
    changed = sorted((act for found in acts for act in found), key=lambda act: -act.trace.row.id)
    return visit.page(
        "installation.html",
        command=Command("mail-admin config show"),
        everywhere=True,
        status=status,
        running=running,
        of_file=[(one, Phrase(f"setting.{one.name}")) for one in visit.site.file.keys],
        file=visit.site.file.path,
        wrong=wrong or {},
        history=changed[:5],
    )


item = Item(290, "/settings", marked("Settings"), Role.OWNER)
routes = [page("/settings", settings, role=Role.OWNER), page("/settings/change", change, posts=True, role=Role.OWNER)]
