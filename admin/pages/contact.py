"""One contact: who they are, how email reaches them, their records and messages, and what can be done with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.responses import Response

from weftmail.admin.number import whole_number
from weftmail.admin.page import page
from weftmail.admin.pages.history import changes_of
from weftmail.admin.visit import Visit, nothing_here
from weftmail.core.role import Role
from weftmail.core.wording.command import Command
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import contact, contact_merge, organisation, suppression
from weftmail.flow.setup.act import Done
from weftmail.flow.suppression import suppressed
from weftmail.store.contact_card import ContactCard
from weftmail.store.listing import NEWEST

PER_PAGE = 20


def contact_of(visit: Visit) -> ContactCard:
    """Return the contact that the path names, if they are the company's."""
    found = visit.store.contact_cards.get(visit.company_id, visit.request.path_params["contact"])
    if found is None:
        raise nothing_here()
    return found


def one(visit: Visit) -> Response:
    """Show a contact; whoever turned out to be somebody else leads on to that one."""
    found = contact_of(visit)
    if found.merged_into_id is not None:
        return visit.go(f"/contacts/{visit.store.contact_merges.stands_for(found.company_id, found.id)}")
    return _page(visit, found, {})


def _page(visit: Visit, found: ContactCard, wrong: Mapping[str, str]) -> Response:
    cards, of = visit.store.contact_cards, visit.company_id
    addresses = cards.addresses(of, found.id)
    named = [one.address for one in addresses]
    records = cards.records(of, found.id, visit.hidden_types, PER_PAGE + 1, _before(visit, "records"))
    messages = cards.messages(of, found.id, visit.hidden_types, PER_PAGE + 1, _before(visit, "messages"))
    typed = {name: visit.text(name) for name in ("name", "note", "organisation", "address", "other")} if wrong else {}
    return visit.page(
        "contact.html",
        command=Command("mail-admin contact show {address}", address=named[0] if named else "ADDR"),
        status=422 if wrong else 200,
        contact=found,
        called=found.name or "".join(named[:1]),
        addresses=addresses,
        suppressed=suppressed(visit.store, of, named),
        first="".join(named[:1]),
        records=records[:PER_PAGE],
        more_records=len(records) > PER_PAGE,
        messages=messages[:PER_PAGE],
        more_messages=len(messages) > PER_PAGE,
        proposal=organisation.proposal(visit.store, found, named) if visit.may_write else None,
        organisations=visit.store.organisations.all(of) if visit.may_write else [],
        typed=typed,
        wrong=wrong,
        erases=visit.may(Role.ADMIN),
        history=changes_of(visit, found.name) if visit.may(Role.ADMIN) and found.name else [],
    )


def _before(visit: Visit, name: str) -> int:
    number = whole_number(visit.request.query_params.get(name, ""))
    return NEWEST if number is None else number


def _address(visit: Visit, found: ContactCard) -> str:
    """Return the address by which acts name the contact."""
    return "".join(visit.store.contacts.addresses(visit.company_id, found.id)[:1])


def save(visit: Visit) -> Response:
    """Keep name, note and organisation."""
    found = contact_of(visit)
    name = visit.text("name").strip()
    done = contact.change(
        visit.setup,
        _address(visit, found),
        company=visit.company.company,
        name=name if name != found.name else None,
        note=visit.text("note"),
        organisation=visit.text("organisation"),
    )
    return _answer(visit, found, done, {})


def _add(visit: Visit, address: str) -> Done | Refusal:
    wanted = visit.text("address")
    return contact.change(visit.setup, address, company=visit.company.company, add_addresses=[wanted])


def _take(visit: Visit, address: str) -> Done | Refusal:
    wanted = visit.text("address")
    return contact.change(visit.setup, address, company=visit.company.company, remove_addresses=[wanted])


ACTS: dict[str, Callable[[Visit, str], Done | Refusal]] = {
    "add": _add,
    "take": _take,
    "archive": lambda visit, address: contact.remove(visit.setup, address, company=visit.company.company),
    "restore": lambda visit, address: contact.restore(visit.setup, address, company=visit.company.company),
    "block": lambda visit, address: contact.block(visit.setup, address, company=visit.company.company),
    "unblock": lambda visit, address: contact.unblock(visit.setup, address, company=visit.company.company),
    "merge": lambda visit, address: contact_merge.merge(
        visit.setup, address, visit.text("other"), company=visit.company.company
    ),
    "belong": lambda visit, address: contact.change(
        visit.setup, address, company=visit.company.company, organisation=visit.text("organisation")
    ),
}


def lift(visit: Visit) -> Response:
    """Send to an address of the contact again."""
    found = contact_of(visit)
    wanted = visit.text("address")
    if wanted not in visit.store.contacts.addresses(visit.company_id, found.id):
        raise nothing_here()
    done = suppression.lift(visit.setup, wanted, company=visit.company.company)
    return _answer(visit, found, done, {"address": "take"})


def act(visit: Visit) -> Response:
    """Do what the button says."""
    found, name = contact_of(visit), visit.text("act")
    if name not in ACTS:
        raise nothing_here()
    fields = {"add_addresses": "address", "remove_addresses": "take"}
    return _answer(visit, found, ACTS[name](visit, _address(visit, found)), fields)


def _answer(visit: Visit, found: ContactCard, done: Done | Refusal, fields: Mapping[str, str]) -> Response:
    if isinstance(done, Refusal):
        return _page(visit, found, {fields.get(done.field, done.field): visit.voice.say(done.phrase)})
    return visit.go(f"/contacts/{found.id}", done)


routes = [
    page("/contacts/{contact:number}", one),
    page("/contacts/{contact:number}/save", save, posts=True, role=Role.AGENT),
    page("/contacts/{contact:number}/lift", lift, posts=True, role=Role.AGENT),
    page("/contacts/{contact:number}/act", act, posts=True, role=Role.AGENT),
]
