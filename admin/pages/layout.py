"""The layout of a company's messages to people outside: colour, logo, footer and template, with a preview."""

from __future__ import annotations

from starlette.datastructures import UploadFile
from starlette.responses import Response

from weftmail.admin.files import framed
from weftmail.admin.number import whole_number
from weftmail.admin.page import page
from weftmail.admin.pages.history import changes_of
from weftmail.admin.visit import Visit, nothing_here
from weftmail.core.composing.layout import STANDARD
from weftmail.core.limits import LAYOUT_LOGO
from weftmail.core.role import Role
from weftmail.core.wording.command import Command
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import layout
from weftmail.flow.setup.layout import LayoutChange
from weftmail.flow.signing_off import layout_of, preview
from weftmail.store.layout import StoredLayout
from weftmail.store.record import Record


def show(visit: Visit) -> Response:
    """Show what is set, and how a message looks with it."""
    used = visit.store.layouts.used(visit.company_id)
    return _page(visit, used, _version(visit) or used)


def save(visit: Visit) -> Response:
    """Keep what the form says, keep it only to be looked at, or let nothing stand around messages any more."""
    company, used = visit.company.company, visit.store.layouts.used(visit.company_id)
    if visit.text("do") == "remove":
        done = layout.remove(visit.setup, company=company)
        return visit.go("/layout", None if isinstance(done, Refusal) else done)
    if visit.text("do") == "preview":
        try:
            number = layout.draft(visit.setup, _given(visit), company=company)
        except RefusedAct as refused:
            return _page(visit, used, used, refused.refusal)
        record = f"&record={visit.text('record').strip()}" if _record(visit, visit.text("record")) else ""
        return visit.go(f"/layout?version={number}{record}#preview")
    done = layout.change(visit.setup, _given(visit), company=company)
    return _page(visit, used, used, done) if isinstance(done, Refusal) else visit.go("/layout", done)


def frame(visit: Visit) -> Response:
    """Show the preview of a version in its frame."""
    found = visit.store.layouts.get(visit.company_id, visit.request.path_params["layout"])
    whole = layout_of(visit.store, visit.company_id, found) if found is not None else None
    if whole is None:
        raise nothing_here()
    html, _ = preview(visit.store, whole, _shown_on(visit), visit.user)
    return framed(html, lambda _: whole.logo.content if whole.logo is not None else b"")


def _given(visit: Visit) -> LayoutChange:
    upload = visit.form.get("logo")
    logo = upload.file.read(LAYOUT_LOGO + 1) if isinstance(upload, UploadFile) and upload.filename else None
    template = visit.text("template").replace("\r\n", "\n").strip()
    return LayoutChange(
        colour=visit.text("colour"),
        footer=visit.text("footer").replace("\r\n", "\n"),
        template="" if template == STANDARD.strip() else template,
        logo=b"" if visit.text("no_logo") and logo is None else logo,
    )


def _version(visit: Visit) -> StoredLayout | None:
    """Return the version that the address names; None for none, and for another company's."""
    number = whole_number(visit.request.query_params.get("version", ""))
    return visit.store.layouts.get(visit.company_id, number) if number is not None else None


def _record(visit: Visit, label: str) -> Record | None:
    found = visit.store.records.by_label(label.strip(), visit.company_id)
    return found[0] if found and found[0].type not in visit.hidden_types else None


def _shown_on(visit: Visit) -> Record | None:
    """Return the record whose last words the preview shows: the one that is named, else the newest."""
    named = _record(visit, visit.request.query_params.get("record", ""))
    newest = visit.store.records.all(visit.company_id, 1) if named is None else []
    return named or next((one for one in newest if one.type not in visit.hidden_types), None)


def _page(
    visit: Visit, used: StoredLayout | None, shown: StoredLayout | None, refused: Refusal | None = None
) -> Response:
    whole = layout_of(visit.store, visit.company_id, shown) if shown is not None else None
    record = _shown_on(visit)
    typed = {
        "colour": shown.colour if shown is not None else layout.COLOUR_AT_FIRST,
        "footer": shown.footer if shown is not None else "",
        "template": (shown.template if shown is not None else "") or STANDARD,
    }
    return visit.page(
        "layout.html",
        command=Command("mail-admin layout show"),
        status=422 if refused else 200,
        used=used,
        shown=shown,
        typed=typed if refused is None else {name: visit.text(name) for name in typed},
        text=preview(visit.store, whole, record, visit.user)[1] if whole is not None else "",
        record=record,
        wrong={refused.field: visit.voice.say(refused.phrase)} if refused else {},
        history=changes_of(visit, visit.company.company),
    )


routes = [
    page("/layout", show, role=Role.ADMIN),
    page("/layout/{layout:number}/frame", frame, role=Role.ADMIN),
    page("/layout/save", save, posts=True, role=Role.ADMIN),
]
