"""Contacts: people outside, in the order of their names, and the organisations to which they belong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.responses import Response

from weftmail.admin.navigation import Item
from weftmail.admin.number import whole_number
from weftmail.admin.page import page
from weftmail.admin.visit import Visit, nothing_here
from weftmail.core.role import Role
from weftmail.core.wording.command import Command
from weftmail.core.wording.phrase import marked
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import contact, organisation
from weftmail.store.contact_card import ContactName, NamePlace
from weftmail.store.organisation import Organisation

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class ContactPage:
    """A page of contacts; ``before`` and ``after`` are the words by which to read on, "" where nothing is."""

    rows: Sequence[ContactName]
    before: str = ""
    after: str = ""


def contacts(visit: Visit) -> Response:
    """Show a page of contacts: all, those who hold some words, or those in the archive."""
    return _list(visit, {})


def add(visit: Visit) -> Response:
    """Add a contact, and go to their page."""
    done = contact.add(visit.setup, visit.text("address"), name=visit.text("name"), company=visit.company.company)
    if isinstance(done, Refusal):
        return _list(visit, {done.field: visit.voice.say(done.phrase)})
    return visit.go(f"/contacts/{done.now['id']}", done)


def _list(visit: Visit, wrong: Mapping[str, str]) -> Response:
    words = visit.request.query_params.get("q", "").strip()[:200]
    away = "archived" in visit.request.query_params
    named = _named(visit, words, away=away)
    ids = [one.id for one in named.rows]
    return visit.page(
        "contacts.html",
        command=Command("mail-admin contact list"),
        status=422 if wrong else 200,
        named=named,
        addresses=visit.store.contacts.addresses_of(visit.company_id, ids),
        organisations=visit.store.organisations.all(visit.company_id),
        words=words,
        away=away,
        typed={name: visit.text(name) for name in ("name", "address")},
        wrong=wrong,
    )


def _named(visit: Visit, words: str, *, away: bool) -> ContactPage:
    cards, of = visit.store.contact_cards, visit.company_id
    after, before = (_place(visit, visit.request.query_params.get(name, "")) for name in ("after", "before"))
    kept = [("q", words)] if words else [("archived", "")] if away else []
    if before is not None and not kept:
        found = cards.page_back(of, before, PER_PAGE + 1)
        if len(found) > PER_PAGE:
            return ContactPage(found[1:], _words("before", found[1], kept), _words("after", found[-1], kept))
        after = None
    start = after or NamePlace()
    found = cards.found(of, words, start, PER_PAGE + 1) if words else cards.page(of, start, PER_PAGE + 1, away=away)
    more = _words("after", found[PER_PAGE - 1], kept) if len(found) > PER_PAGE else ""
    back = _words("before", found[0], kept) if after is not None and found and not kept else ""
    return ContactPage(found[:PER_PAGE], back, more)


def _words(name: str, one: ContactName, kept: Sequence[tuple[str, str]]) -> str:
    return urlencode([*kept, (name, one.id)])


def _place(visit: Visit, text: str) -> NamePlace | None:
    """Return where the contact of this number stands; None where there is none."""
    number = whole_number(text)
    card = visit.store.contact_cards.get(visit.company_id, number) if number is not None else None
    if card is None:
        return None
    first = visit.store.contacts.addresses(visit.company_id, card.id)[:1]
    return NamePlace((card.name or "".join(first)).casefold(), card.id)


def organisation_of(visit: Visit) -> Organisation:
    """Return the organisation that the path names, if it is the company's and not archived."""
    found = visit.store.organisations.get(visit.company_id, visit.request.path_params["organisation"])
    if found is None or found.archived_at is not None:
        raise nothing_here()
    return found


def one_organisation(visit: Visit) -> Response:
    """Show an organisation with its contacts."""
    return _organisation(visit, organisation_of(visit), {})


def _organisation(visit: Visit, found: Organisation, wrong: Mapping[str, str]) -> Response:
    start = _place(visit, visit.request.query_params.get("after", "")) or NamePlace()
    people = visit.store.contact_cards.of_organisation(visit.company_id, found.id, start, PER_PAGE + 1)
    shown = people[:PER_PAGE]
    return visit.page(
        "organisation.html",
        command=Command("mail-admin organisation show {name}", name=found.name),
        status=422 if wrong else 200,
        organisation=found,
        domains=visit.store.organisations.domains(visit.company_id, found.id),
        people=shown,
        after=shown[-1].id if len(people) > PER_PAGE else None,
        addresses=visit.store.contacts.addresses_of(visit.company_id, [one.id for one in shown]),
        typed={name: visit.text(name) for name in ("name", "note", "domains")} if wrong else {},
        wrong=wrong,
    )


def add_organisation(visit: Visit) -> Response:
    """Add an organisation, with the domain that proposed it where there is one."""
    domain = visit.text("domain").strip()
    done = organisation.add(
        visit.setup, visit.text("name"), company=visit.company.company, domains=[domain] if domain else []
    )
    if isinstance(done, Refusal):
        return _list(visit, {"organisation": visit.voice.say(done.phrase)})
    return visit.go(f"/organisations/{done.now['id']}", done)


def save_organisation(visit: Visit) -> Response:
    """Keep its name, note and domains."""
    found = organisation_of(visit)
    before = visit.store.organisations.domains(visit.company_id, found.id)
    wanted = visit.text("domains").replace(",", " ").lower().split()
    done = organisation.change(
        visit.setup,
        found.name,
        company=visit.company.company,
        new_name=visit.text("name"),
        note=visit.text("note"),
        add_domains=[one for one in wanted if one not in before],
        remove_domains=[one for one in before if one not in wanted],
    )
    if isinstance(done, Refusal):
        field = "domains" if done.field.endswith("domains") else done.field
        return _organisation(visit, found, {field: visit.voice.say(done.phrase)})
    return visit.go(f"/organisations/{found.id}", done)


def remove_organisation(visit: Visit) -> Response:
    """Archive it, and go back to the list."""
    found = organisation_of(visit)
    done = organisation.remove(visit.setup, found.name, company=visit.company.company)
    return visit.go("/contacts", None if isinstance(done, Refusal) else done)


item = Item(40, "/contacts", marked("Contacts"))
routes = [
    page("/contacts", contacts),
    page("/contacts/new", add, posts=True, role=Role.AGENT),
    page("/organisations/new", add_organisation, posts=True, role=Role.AGENT),
    page("/organisations/{organisation:number}", one_organisation),
    page("/organisations/{organisation:number}/save", save_organisation, posts=True, role=Role.AGENT),
    page("/organisations/{organisation:number}/remove", remove_organisation, posts=True, role=Role.AGENT),
]
