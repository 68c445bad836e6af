"""mail-admin contact: people who write from outside, each of one company."""

from __future__ import annotations

import argparse

from weftmail.cli import lookup
from weftmail.cli.arguments import Parser, Verbs
from weftmail.cli.context import Context, joined
from weftmail.cli.output import Fields, sheet, table
from weftmail.core.failure import UsageError
from weftmail.flow import vocabulary
from weftmail.flow.facts import is_ours
from weftmail.store.people import Contact
from weftmail.store.store import Store


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    add = verbs.add("add", "add a contact", _add, company=True)
    add.add_argument("address", metavar="ADDR")
    add.add_argument("--name", required=True, metavar="NAME")
    verbs.add("list", "list contacts", _list, json=True, company=True)
    show = verbs.add("show", "show one contact", _show, json=True, company=True)
    show.add_argument("address", metavar="ADDR")
    change = verbs.add("set", "change a contact's name or addresses", _set, company=True)
    change.add_argument("address", metavar="ADDR")
    change.add_argument("--name", metavar="NAME")
    change.add_argument("--add-address", action="append", default=[], metavar="ADDR")
    change.add_argument("--remove-address", action="append", default=[], metavar="ADDR")
    remove = verbs.add("remove", "put a contact away; mail already filed stays theirs", _remove, company=True)
    remove.add_argument("address", metavar="ADDR")


def _add(context: Context, arguments: argparse.Namespace) -> None:
    store, wanted, name = context.store, lookup.address(arguments.address), lookup.line("name", arguments.name)
    with store.transaction():
        company = lookup.company(store, arguments.company)
        _outside(store, company.id, wanted)
        there = store.contacts.by_address(company.id, wanted)
        if there is not None and there.archived_at is None:
            raise UsageError(f"{there.name or 'a contact'} has {wanted}; see: mail-admin contact show {wanted}")
        if there is not None:
            store.contacts.restore(company.id, there.id)
            store.contacts.rename(company.id, there.id, name)
        else:
            store.contacts.add(company.id, name, wanted, context.clock())
    context.say(f"Added {name} <{wanted}>, a contact of {company.name}.")


def _outside(store: Store, company_id: int, address: str) -> None:
    if is_ours(store, address):
        raise UsageError(f"{address} is an address of ours; a contact has one outside")
    user = store.users.by_address(address)
    if user is not None and company_id in {one.company_id for one in store.users.memberships(user.id)}:
        raise UsageError(f"{address} is a colleague; they follow instead: mail-admin follower add NUMBER {address}")


def _list(context: Context, arguments: argparse.Namespace) -> None:
    store = context.store
    found = store.contacts.all(lookup.company_id(store, arguments.company))
    context.answer(
        arguments.json,
        [_value(store, one) for one in found],
        lambda: table(
            ("NAME", "COMPANY", "ADDRESSES"),
            [(one.name, _company(store, one), joined(store.contacts.addresses(one.id))) for one in found],
            "There is no contact yet; whoever writes becomes one.",
        ),
    )


def _show(context: Context, arguments: argparse.Namespace) -> None:
    store = context.store
    found = _found(store, arguments)
    context.answer(
        arguments.json,
        _value(store, found),
        lambda: sheet(
            {
                "Contact": found.name,
                "Company": _company(store, found),
                "Addresses": joined(store.contacts.addresses(found.id)),
            }
        ),
    )


def _set(context: Context, arguments: argparse.Namespace) -> None:
    store = context.store
    if arguments.name is None and not arguments.add_address and not arguments.remove_address:
        raise UsageError("nothing to change; give --name, --add-address or --remove-address", status=2)
    with store.transaction():
        found = _found(store, arguments)
        if arguments.name is not None:
            store.contacts.rename(found.company_id, found.id, lookup.line("name", arguments.name))
        for text in arguments.add_address:
            more = lookup.address(text)
            _outside(store, found.company_id, more)
            has = store.contacts.by_address(found.company_id, more)
            if has is not None and has.id != found.id:
                raise UsageError(f"{has.name or 'another contact'} has {more}; take it from them first")
            store.contacts.add_address(found.company_id, found.id, more, context.clock())
        for text in arguments.remove_address:
            _take(store, found, lookup.address(text))
    context.say(f"Changed {arguments.address}.")


def _take(store: Store, contact: Contact, address: str) -> None:
    there = store.contacts.addresses(contact.id)
    if address not in there:
        raise UsageError(f"{contact.name} does not have {address}, but {joined(there)}")
    if len(there) == 1:
        raise UsageError(f"{address} is the only address of {contact.name}; add another first, or remove the contact")
    store.contacts.remove_address(contact.company_id, address)


def _remove(context: Context, arguments: argparse.Namespace) -> None:
    store = context.store
    with store.transaction():
        found = _found(store, arguments, to_remove=True)
        store.contacts.archive(found.company_id, found.id, context.clock())
    context.say(f"Put {found.name or arguments.address} away; the reply addresses they were given work no more.")


def _found(store: Store, arguments: argparse.Namespace, *, to_remove: bool = False) -> Contact:
    """Return the contact with this address, of the named company or of the only one that has it."""
    if arguments.company is not None:
        company_id = lookup.company(store, arguments.company).id
        return lookup.contact(store, company_id, arguments.address, to_remove=to_remove)
    wanted = lookup.address(arguments.address)
    companies = store.companies.all()
    there = [one for one in companies if (c := store.contacts.by_address(one.id, wanted)) and c.archived_at is None]
    if len(there) > 1:
        names = joined([one.name for one in there])
        raise UsageError(f"several companies have {wanted}; say which: --company NAME ({names})", status=2)
    company_id = there[0].id if there else lookup.company(store, None).id
    return lookup.contact(store, company_id, wanted, to_remove=to_remove)


def _company(store: Store, contact: Contact) -> str:
    found = store.companies.get(contact.company_id)
    return found.name if found is not None else ""


def _value(store: Store, contact: Contact) -> Fields:
    return vocabulary.contact(contact, _company(store, contact), store.contacts.addresses(contact.id))
