"""mail-admin organisation: to whom contacts belong, by the domains of their addresses."""

from __future__ import annotations

import argparse

from weftmail.cli import done
from weftmail.cli.arguments import Parser, Verbs
from weftmail.cli.context import Context, joined
from weftmail.cli.listing import Listing, Whole
from weftmail.cli.output import sheet
from weftmail.cli.refusals import carried_out
from weftmail.core.wording.command import Command
from weftmail.flow.setup import find, organisation
from weftmail.store.contact_card import NamePlace
from weftmail.store.organisation import Organisation
from weftmail.store.store import Store

MOST = 1000
"""So many contacts of an organisation are shown."""


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    add = verbs.add("add", "add an organisation", _add, company=True)
    add.add_argument("name", metavar="NAME", help="the name of the organisation")
    add.add_argument("--domain", action="append", default=[], metavar="DOMAIN", help="a domain of its addresses")
    verbs.list("list the organisations of a company", _list, "NAME", company=True)
    show = verbs.add("show", "show one organisation and its contacts", _show, company=True)
    show.add_argument("name", metavar="NAME", help="the name of the organisation")
    change = verbs.add("set", "change the name, the note or the domains of an organisation", _set, company=True)
    change.add_argument("name", metavar="NAME", help="the name of the organisation")
    change.add_argument("--name", dest="new_name", metavar="NEW", help="its new name")
    change.add_argument("--note", metavar="TEXT", help="what colleagues are to know; '' for nothing")
    change.add_argument("--add-domain", action="append", default=[], metavar="DOMAIN", help="add a domain")
    change.add_argument("--remove-domain", action="append", default=[], metavar="DOMAIN", help="remove a domain")
    remove = verbs.add("remove", "archive an organisation; its contacts stay", _remove, company=True)
    remove.add_argument("name", metavar="NAME", help="the name of the organisation")


def _add(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(
        organisation.add(context.setup, arguments.name, company=arguments.company, domains=arguments.domain)
    )
    step = Command("mail-admin contact set ADDR --organisation {name}", name=made.subject)
    next_ = f"Next: {context.naming(step, made.company_id)}"
    context.answer(arguments.json, done.value(made), lambda: [f"Added the organisation {made.subject}. {next_}"])


def _set(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(
        organisation.change(
            context.setup,
            arguments.name,
            company=arguments.company,
            new_name=arguments.new_name,
            note=arguments.note,
            add_domains=arguments.add_domain,
            remove_domains=arguments.remove_domain,
        )
    )
    context.answer(arguments.json, done.value(made), lambda: [done.changes(made)])


def _remove(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(organisation.remove(context.setup, arguments.name, company=arguments.company))
    said = f"Archived {made.subject}. Its contacts stay, and belong to no organisation."
    context.answer(arguments.json, done.value(made), lambda: [said])


def _list(context: Context, arguments: argparse.Namespace) -> None:
    context.show(_listing(context.store, arguments.company), arguments)


def _listing(store: Store, company: str | None) -> Listing[Organisation]:
    companies = store.companies.all() if company is None else [find.company(store, company)]
    names = {one.id: one.name for one in companies}
    found = [one for each in companies for one in store.organisations.all(each.id)]
    return Listing(
        Whole(found, lambda one: one.name),
        lambda one: one.name,
        lambda one: organisation.fields(store, one),
        ("ORGANISATION", "COMPANY", "DOMAINS"),
        lambda one: (one.name, names[one.company_id], joined(store.organisations.domains(one.company_id, one.id))),
        "There is no organisation yet. Add one: mail-admin organisation add NAME --domain DOMAIN",
    )


def _show(context: Context, arguments: argparse.Namespace) -> None:
    store = context.store
    whose = organisation.company_of(store, arguments.company, arguments.name)
    found = organisation.named(store, whose.id, arguments.name)
    people = store.contact_cards.of_organisation(whose.id, found.id, NamePlace(), MOST)
    addresses = store.contacts.addresses_of(whose.id, [one.id for one in people])
    contacts = [{"id": one.id, "name": one.name, "addresses": addresses.get(one.id, [])} for one in people]
    value = {**organisation.fields(store, found), "contacts": contacts}
    lines = {
        "Organisation": found.name,
        "Company": whose.name,
        "Domains": store.organisations.domains(whose.id, found.id),
        "Note": found.note,
        "Contacts": [f"{one.name} <{joined(addresses.get(one.id, []))}>".strip() for one in people],
    }
    context.answer(arguments.json, value, lambda: sheet(lines))
