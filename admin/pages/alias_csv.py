"""Aliases as a file: all that the filters leave to download, and a file to read in, tried before anything is done."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import UploadFile
from starlette.responses import Response

from weftmail.admin import upload
from weftmail.admin.page import page
from weftmail.admin.pages.aliases import filter_of
from weftmail.admin.visit import Visit
from weftmail.core.role import Role
from weftmail.core.wording.command import Command
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import alias_csv
from weftmail.flow.setup.alias_csv import Imported

MOST_BAD = 100
"""So many bad lines are shown."""
MOST_KEPT = 1024 * 1024
"""A file of so many bytes is kept on the page that says what it would do; a larger one is chosen once more."""


def download(visit: Visit) -> Response:
    """Send the aliases that the filters leave as a file."""
    found = visit.store.alias_lists.page(filter_of(visit), most=alias_csv.MOST_LINES)
    # Without the mark at its beginning a spreadsheet would not take the file for UTF-8.
    text = "\N{ZERO WIDTH NO-BREAK SPACE}" + "".join(alias_csv.written(found))
    return Response(
        text,
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": 'attachment; filename="aliases.csv"'},
    )


def ask(visit: Visit) -> Response:
    """Ask for a file."""
    return _page(visit, None, {})


def read(visit: Visit) -> Response:
    """Read a file in, or say what it would do."""
    # What was read once stands in the page, and is sent back with it.
    kept = visit.text("text").encode()
    data, wrong = (kept, "") if kept else upload.read(visit, "file")
    if wrong:
        return _page(visit, None, {"file": wrong})
    found = alias_csv.bring_in(
        visit.setup, data, company=visit.company.company, name=_name(visit), dry_run=visit.text("do") != "import"
    )
    if isinstance(found, Refusal):
        return _page(visit, None, {"file": visit.voice.say(found.phrase)})
    if found.act is not None and found.act.trace:
        return visit.go("/aliases?sort=change", found.act)
    return _page(visit, found, {}, data)


def _name(visit: Visit) -> str:
    """Return what the file is called, in one line that the history can show."""
    file = visit.form.get("file")
    given = (file.filename or "") if isinstance(file, UploadFile) else visit.text("name")
    return " ".join("".join(one if one.isprintable() else " " for one in given).split())[-80:] or "CSV"


def _page(visit: Visit, found: Imported | None, wrong: Mapping[str, str], data: bytes = b"") -> Response:
    keeps = found is not None and not found.done and not found.bad and len(data) <= MOST_KEPT
    return visit.page(
        "alias_import.html",
        command=Command("mail-admin alias import FILE --dry-run"),
        status=422 if wrong or (found is not None and found.bad) else 200,
        found=found,
        wrong=wrong,
        text=data.decode("utf-8-sig") if keeps else "",
        columns=alias_csv.COLUMNS,
        name=_name(visit),
        most_bad=MOST_BAD,
    )


routes = [
    page("/aliases.csv", download, role=Role.ADMIN),
    page("/aliases/import", ask, role=Role.ADMIN),
    page("/aliases/import", read, posts=True, role=Role.ADMIN),
]
