"""The layout of a company, set up: what stands around its messages to people outside; undo brings versions back."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from weftmail.core.composing.layout import COLOUR, BadLayout, check
from weftmail.core.limits import LAYOUT_FOOTER, LAYOUT_LOGO
from weftmail.core.role import Role
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import find
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.flow.setup.undo import check_unchanged
from weftmail.store.audit import AuditRow
from weftmail.store.layout import StoredLayout
from weftmail.store.store import Store

COLOUR_AT_FIRST = "#0f6b5c"
_KINDS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
"""How images begin that every mail program shows."""


@dataclass(frozen=True, slots=True)
class LayoutChange:
    """What is to be another: None leaves as it is, "" and b"" take away; an empty ``template`` is the usual one."""

    colour: str | None = None
    footer: str | None = None
    template: str | None = None
    logo: bytes | None = None


def fields(found: StoredLayout | None) -> Fields:
    """Return what is said of a layout."""
    if found is None:
        return {"layout": None}
    return {
        "layout": found.id,
        "colour": found.colour,
        "footer": found.footer,
        "template": "own" if found.template else "usual",
        "logo": found.logo_type,
    }


@act
def change(setup: Setup, wanted: LayoutChange, *, company: str | None = None) -> Done:
    """Let this stand around messages from now on."""
    store, whose = setup.store, find.company(setup.store, company)
    before = store.layouts.used(whose.id)
    store.layouts.use(whose.id, _version(setup, whose.id, before, wanted))
    return Done("layout.set", whose.id, whose.name, fields(before), fields(store.layouts.used(whose.id)))


def draft(setup: Setup, wanted: LayoutChange, *, company: str | None = None) -> int:
    """Keep a version that is only looked at; return its id.  Raises RefusedAct as ``change``."""
    whose = find.company(setup.store, company)
    with setup.store.transaction():
        return _version(setup, whose.id, setup.store.layouts.used(whose.id), wanted)


@act
def remove(setup: Setup, *, company: str | None = None) -> Done:
    """Let nothing stand around messages any more."""
    store, whose = setup.store, find.company(setup.store, company)
    before = store.layouts.used(whose.id)
    store.layouts.use(whose.id, None)
    return Done("layout.remove", whose.id, whose.name, fields(before), fields(None))


def _version(setup: Setup, company_id: int, before: StoredLayout | None, wanted: LayoutChange) -> int:
    footer, template, logo = wanted.footer, wanted.template, wanted.logo
    colour = (wanted.colour or (before.colour if before is not None else COLOUR_AT_FIRST)).strip().lower()
    if not COLOUR.fullmatch(colour):
        raise RefusedAct("colour", "layout_colour", colour=colour)
    footer = before.footer if footer is None and before is not None else footer or ""
    footer = "\n".join(line.rstrip() for line in footer.strip().splitlines())
    if len(footer) > LAYOUT_FOOTER:
        raise RefusedAct("footer", "layout_footer_long", letters=LAYOUT_FOOTER)
    template = before.template if template is None and before is not None else (template or "").strip()
    try:
        check(template) if template else None
    except BadLayout as error:
        raise _why(error) from None
    there = (before.logo, before.logo_type) if before is not None else ("", "")
    coded, kind = there if logo is None else _coded(logo)
    return setup.store.layouts.add(company_id, colour, footer, template, coded, kind, setup.clock())


def _why(error: BadLayout) -> RefusedAct:
    line, word = error.line, error.word
    match error.code:
        case "long":
            return RefusedAct("template", "layout_long")
        case "syntax":
            return RefusedAct("template", "layout_syntax", line=line, word=word)
        case "node":
            return RefusedAct("template", "layout_node", line=line, word=word)
        case "name":
            return RefusedAct("template", "layout_name", line=line, word=word)
        case "filter":
            return RefusedAct("template", "layout_filter", line=line, word=word)
    return RefusedAct("template", "layout_without_words")


def _coded(logo: bytes) -> tuple[str, str]:
    if not logo:
        return "", ""
    kind = next((kind for begin, kind in _KINDS.items() if logo.startswith(begin)), "")
    if not kind:
        raise RefusedAct("logo", "layout_logo_kind")
    if len(logo) > LAYOUT_LOGO:
        raise RefusedAct("logo", "layout_logo_large", size=LAYOUT_LOGO // 1024)
    return base64.b64encode(logo).decode("ascii"), kind


@act
def _back(setup: Setup, row: AuditRow) -> Done:
    """Let the version stand around messages again that did before."""
    store, company_id = setup.store, row.company_id or 0
    now = store.layouts.used(company_id)
    check_unchanged(row, fields(now))
    was = row.before.get("layout")
    store.layouts.use(company_id, int(was) if was is not None else None)
    return Done("layout.set", company_id, row.subject, fields(now), fields(store.layouts.used(company_id)))


def current(store: Store, company_id: int) -> Fields:
    """Return what is said of the layout that is in use, with its template."""
    found = store.layouts.used(company_id)
    return {**fields(found), "text": found.template if found is not None else ""}


reverses = {"layout.set": _back, "layout.remove": _back}
undone_by = Role.ADMIN
