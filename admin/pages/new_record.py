"""A new record from any page, with its first message or without; and the one of an outside application."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from starlette.responses import JSONResponse, Response

from weftmail.admin import beginning, writing
from weftmail.admin.composer import Composer, new_pen, too_large
from weftmail.admin.page import page
from weftmail.admin.pages.account import address_of
from weftmail.admin.pages.drafts import answer
from weftmail.admin.people import contacts_called
from weftmail.admin.record_type import usual_type
from weftmail.admin.visit import Visit, nothing_here
from weftmail.core.address import in_full
from weftmail.core.role import Role
from weftmail.core.text import says_something
from weftmail.core.wording.command import Command
from weftmail.core.wording.phrase import marked
from weftmail.flow.post import Draft
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import find, opening
from weftmail.flow.setup.act import Done
from weftmail.flow.setup.opening import Opening
from weftmail.store.record import Record

KEPT = ("type", "title", "customer", "owner", "reference", "reference_url")


def customers(visit: Visit) -> Response:
    """Return contacts that what somebody types may mean, as the form asks for while they type."""
    return JSONResponse([list(one) for one in contacts_called(visit, visit.request.query_params.get("q", ""))])


def new(visit: Visit) -> Response:
    """Show the form, with what the address of the page says already, or with what was begun."""
    there = beginning.asked(visit, visit.request.query_params.get("draft", ""))
    if there is not None:
        opens, composer = beginning.shown(visit, there)
        return _page(visit, {name: opens.get(name, "") for name in KEPT}, composer)
    asked = {name: visit.request.query_params.get(name, "")[:200] for name in KEPT}
    return _page(visit, {**asked, "owner": asked["owner"] or _self(visit)}, Composer(pen=new_pen()))


def open_(visit: Visit) -> Response:
    """Open the record of an outside application, or offer to create it."""
    type_, reference = visit.request.path_params["type"], visit.request.path_params["reference"]
    _check_type(visit, type_)
    found = _mirrored(visit, type_, reference.strip())
    if found is not None:
        if found.type in visit.hidden_types:
            raise nothing_here()
        return visit.go(f"/records/{found.label}")
    if not visit.may_write:
        raise nothing_here()
    asked = {name: visit.request.query_params.get(name, "")[:200] for name in ("title", "customer")}
    url = visit.request.query_params.get("url", "")[:200]
    given = {"type": type_, "reference": reference.strip(), "reference_url": url, "owner": _self(visit), **asked}
    try:
        find.line("reference", reference)
    except RefusedAct as refused:
        wrong = {"reference": visit.voice.say(refused.refusal.phrase)}
        return _page(visit, {**given, "reference": ""}, Composer(pen=new_pen()), wrong=wrong, status=422)
    return _page(visit, given, Composer(pen=new_pen()))


def _mirrored(visit: Visit, type_: str, reference: str) -> Record | None:
    """Return the record with a reference of an outside application, whatever type it has got since."""
    found = visit.store.records.by_reference(visit.company_id, type_, reference)
    if found is None:
        found = visit.store.records.by_former_reference(visit.company_id, type_, reference)
        # One that got a type for others since is not there for the visitor.
        found = None if found is not None and found.type in visit.hidden_types else found
    return found


def _check_type(visit: Visit, type_: str) -> None:
    if type_ not in _types(visit):
        raise nothing_here()


def _types(visit: Visit) -> list[str]:
    there = [one.name for one in visit.store.companies.record_types(visit.company_id)]
    return [one for one in there if one not in visit.hidden_types]


def keep(visit: Visit) -> Response:
    """Keep what stands in the form, and the files that were chosen; say which files the draft has then."""
    composer = beginning.form(visit)
    wrong = too_large(visit, composer)
    if wrong:
        return JSONResponse({"wrong": wrong}, 422)
    with visit.store.transaction():
        composer = beginning.keep(visit, {name: visit.text(name) for name in KEPT}, composer)
    return answer(visit, composer)


def save(visit: Visit) -> Response:
    """Open the record, with its first message, a note, or without any word."""
    typed = {name: visit.text(name) for name in KEPT}
    composer, draft = writing.first_draft(visit, beginning.form(visit))
    if visit.text("kind") == "discard":
        beginning.forget(visit, composer)
        return visit.go("/records/new")
    _check_type(visit, typed["type"])
    if not too_large(visit, composer):
        with visit.store.transaction():
            composer = beginning.keep(visit, typed, composer)
        draft = replace(writing.draft_of(visit, composer), files=[], to=draft.to)
    if composer.gone:
        said = visit.voice.gettext(writing.GONE)
        return _page(visit, typed, replace(composer, gone=False, errors={"text": said}), status=422)
    if visit.text("find"):
        return _page(visit, typed, replace(composer, errors={}), found=_called(visit, typed))
    silent = visit.text("kind") == "open"
    typed["customer"] = _customer(visit, typed)
    if typed["customer"] and "@" not in typed["customer"]:
        wrong = {"customer": visit.voice.gettext(marked("Choose the contact you mean, or enter an email address."))}
        draft_ = replace(composer, errors={}) if silent else composer
        return _page(visit, typed, draft_, wrong=wrong, found=_called(visit, typed), status=422)
    if composer.errors and not silent:
        return _page(visit, typed, composer, status=422)
    if not (silent or composer.note or typed["customer"].strip() or draft.to):
        wrong = {"customer": visit.voice.gettext(marked("Name the customer, who gets the message."))}
        return _page(visit, typed, composer, wrong=wrong, status=422)
    waits = not (silent or composer.note) and visit.user.undo_seconds > 0
    done = (
        _open_and_leave(visit, typed, composer, draft)
        if waits
        else _opened(visit, typed, composer, draft, silent=silent)
    )
    if isinstance(done, Refusal):
        return _refused(visit, typed, composer, done)
    visit.site.sender.wake()
    return visit.go(f"/records/{done.subject}", done)


def _opened(
    visit: Visit, typed: Mapping[str, str], composer: Composer, draft: Draft, *, silent: bool
) -> Done | Refusal:
    """Open the record; of one that is opened without a message, what was written is a draft on it."""
    with visit.store.transaction():
        done = _open(visit, typed, None if silent else draft)
        if isinstance(done, Refusal):
            return done
        (made,) = visit.store.records.by_label(done.subject, visit.company_id)
        if silent and (says_something(composer.text) or composer.files):
            first = opening.addressed(visit.store, made, draft)
            writing.keeps_first(visit, made, composer, replace(first, subject=made.title))
        beginning.forget(visit, composer)
    return done


def _open(visit: Visit, typed: Mapping[str, str], draft: Draft | None) -> Done | Refusal:
    setup, installation, company = visit.setup, visit.site.installation, visit.company.company
    return opening.open_record(setup, installation, Opening(**typed), visit.user, draft, company=company)


def _open_and_leave(visit: Visit, typed: Mapping[str, str], composer: Composer, draft: Draft) -> Done | Refusal:
    """Open the record; its first message leaves in the visitor's undo time, and can be taken back until then."""
    try:
        with visit.store.transaction():
            done = _open(visit, typed, None)
            if isinstance(done, Refusal):
                return done
            (made,) = visit.store.records.by_label(done.subject, visit.company_id)
            first = opening.addressed(visit.store, made, draft)
            return writing.leaves_first(visit, made, composer, replace(first, subject=made.title))
    except RefusedAct as refused:
        return refused.refusal


def _customer(visit: Visit, typed: Mapping[str, str]) -> str:
    """Return the address that was typed, or that was picked of those of the name that was typed."""
    words, pick = typed["customer"].strip(), visit.text("pick")
    named = bool(pick) and "@" not in words and pick in [one[0] for one in _called(visit, typed)]
    return pick if named else words


def _called(visit: Visit, typed: Mapping[str, str]) -> list[tuple[str, str]]:
    return contacts_called(visit, typed["customer"].strip())


def _refused(visit: Visit, typed: Mapping[str, str], composer: Composer, refusal: Refusal) -> Response:
    said = visit.voice.say(refusal.phrase)
    if refusal.field in KEPT:
        return _page(visit, typed, composer, wrong={refusal.field: said}, status=422)
    field = refusal.field if refusal.field in ("to", "cc", "text", "files") else "text"
    return _page(visit, typed, replace(composer, errors={field: said}), status=422)


def _self(visit: Visit) -> str:
    """Return the visitor's address, if they can own a record here."""
    member = any(one.company_id == visit.company_id for one in visit.store.users.memberships(visit.user.id))
    return address_of(visit) if member else ""


def _page(
    visit: Visit,
    typed: Mapping[str, str],
    composer: Composer,
    *,
    wrong: Mapping[str, str] | None = None,
    found: Sequence[tuple[str, str]] | None = None,
    status: int = 200,
) -> Response:
    types = _types(visit)
    chosen = typed["type"] if typed["type"] in types else usual_type(visit, types)
    nobody = ("", visit.voice.gettext(marked("nobody")))
    people = [(one.address or "", one.name) for one in visit.store.members.all(visit.company_id) if one.active]
    teams = [(one.name, one.name) for one in visit.store.teams.all(visit.company_id)]
    identity = opening.writes_as(visit.store, visit.company_id, chosen)
    return visit.page(
        "record_new.html",
        command=Command("mail-admin record add {type} --title TEXT", type=chosen or "TYPE"),
        status=status,
        types=[(one, one) for one in types],
        owners=[nobody, *(one for one in people if one[0]), *teams],
        typed={**typed, "type": chosen},
        sender=writing.shown_sender(visit.user.name, identity) if identity is not None else "",
        instead_of=identity.instead_of if identity is not None else "",
        composer=composer,
        begun=[one for one in beginning.begun(visit) if one.id != composer.draft_id],
        found=None if found is None else [(one[0], in_full(one[1], one[0])) for one in found],
        wrong=wrong or {},
    )


routes = [
    page("/records/new", new, role=Role.AGENT),
    page("/records/new/customers", customers, role=Role.AGENT),
    page("/records/new/keep", keep, posts=True, role=Role.AGENT),
    page("/records/new/save", save, posts=True, role=Role.AGENT),
    page("/open/{type}/{reference:path}", open_),
]
