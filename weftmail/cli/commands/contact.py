"""mail-admin contact: people who write from outside, each of one company."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from weftmail.cli import done
from weftmail.cli.arguments import Parser, Verbs
from weftmail.cli.context import Context
from weftmail.cli.listing import Listing, Whole
from weftmail.cli.output import iso, sheet, shown
from weftmail.cli.pages import ContactPages
from weftmail.cli.refusals import carried_out
from weftmail.core.wording.command import Command
from weftmail.core.wording.sentences import say
from weftmail.flow import vocabulary
from weftmail.flow.export import mbox_of_person
from weftmail.flow.setup import contact, contact_erase, contact_merge, find, images
from weftmail.store.listing import ContactLine
from weftmail.store.people import BlockedSender
from weftmail.store.store import Store

RECORDS = 100
"""So many records of a contact are shown, the newest first."""


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    add = verbs.add("add", "add a contact", _add, company=True)
    add.add_argument("address", metavar="ADDR", help="an address of the contact")
    add.add_argument("--name", required=True, metavar="NAME", help="the name of the person")
    verbs.list("list contacts", _list, "ID", company=True)
    show = verbs.add("show", "show one contact", _show, company=True)
    show.add_argument("address", metavar="ADDR", help="an address of the contact")
    export = verbs.add(
        "export", "print all that a contact wrote and was written, as mbox", _export, company=True, json=False
    )
    export.add_argument("address", metavar="ADDR", help="an address of the contact")
    change = verbs.add("set", "change a contact; only what you name changes", _set, company=True)
    change.add_argument("address", metavar="ADDR", help="an address of the contact")
    change.add_argument("--name", metavar="NAME", help="the new name")
    change.add_argument("--note", metavar="TEXT", help="what colleagues are to know; '' for nothing")
    change.add_argument("--organisation", metavar="NAME", help="to whom the contact belongs; '' for nobody")
    change.add_argument("--add-address", action="append", default=[], metavar="ADDR", help="add an address")
    change.add_argument("--remove-address", action="append", default=[], metavar="ADDR", help="remove an address")
    remove = verbs.add("remove", "archive a contact; their messages stay", _remove, company=True)
    remove.add_argument("address", metavar="ADDR", help="an address of the contact")
    erase = verbs.add(
        "erase", "erase a person: what they wrote, and their name everywhere; for good", _erase, company=True
    )
    erase.add_argument("address", metavar="ADDR", help="an address of the contact")
    erase.add_argument("--dry-run", action="store_true", help="say what would go and what would stay, and why")
    erase.add_argument("--typed", metavar="ADDR", default="", help="the address once more; without it you are asked")
    restore = verbs.add("restore", "bring an archived contact back", _restore, company=True)
    restore.add_argument("address", metavar="ADDR", help="an address of the contact")
    merge = verbs.add("merge", "two contacts are the same person: make them one", _merge, company=True)
    merge.add_argument("address", metavar="ADDR", help="an address of the contact who is kept")
    merge.add_argument("other", metavar="OTHER", help="an address of the other one")
    block = verbs.add("block", "drop all email of a sender from now on", _block, company=True)
    block.add_argument("address", metavar="ADDR", help="the sender's address")
    unblock = verbs.add("unblock", "take email of a blocked sender again", _unblock, company=True)
    unblock.add_argument("address", metavar="ADDR", help="the sender's address")
    images = verbs.add("images", "load the remote images of a sender's verified email", _images, company=True)
    images.add_argument("address", metavar="ADDR", help="the sender's address")
    images.add_argument("--ask", action="store_true", help="load them by a click alone, as those of everybody else")
    verbs.list(
        "list blocked senders: by whom, since when, how many emails that stopped",
        _blocked,
        "ADDR",
        company=True,
        verb="blocked",
    )


def _add(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(contact.add(context.setup, arguments.address, name=arguments.name, company=arguments.company))
    said = f"Added {made.subject}, a contact of {made.now['company']}."
    context.answer(arguments.json, done.value(made), lambda: [said])


def _block(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(contact.block(context.setup, arguments.address, company=arguments.company))
    back = Command("mail-admin contact unblock {address}", address=made.subject)
    said = f"Email of {made.subject} is dropped from now on. Undo: {context.naming(back, made.company_id)}"
    context.answer(arguments.json, done.value(made), lambda: [said])


def _unblock(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(contact.unblock(context.setup, arguments.address, company=arguments.company))
    context.answer(arguments.json, done.value(made), lambda: [f"Email of {made.subject} is taken again."])


def _images(context: Context, arguments: argparse.Namespace) -> None:
    change = images.ask if arguments.ask else images.load
    made = carried_out(change(context.setup, arguments.address, company=arguments.company))
    how = "loaded by a click alone" if arguments.ask else "always loaded, where the email is verified"
    context.answer(arguments.json, done.value(made), lambda: [f"Remote images of {made.subject} are {how}."])


def _blocked(context: Context, arguments: argparse.Namespace) -> None:
    of = find.company(context.store, arguments.company)
    found = Listing(
        Whole(context.store.contacts.blocked(of.id), _address),
        _address,
        lambda one: {
            "address": one.address,
            "by": one.blocked_by,
            "since": iso(one.blocked_at),
            "stopped": one.stopped,
        },
        ("ADDRESS", "BY", "SINCE", "STOPPED"),
        lambda one: (one.address, one.blocked_by, shown(one.blocked_at), one.stopped),
        "Nobody is blocked.",
    )
    context.show(found, arguments)


def _address(one: BlockedSender) -> str:
    return one.address


def _set(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(
        contact.change(
            context.setup,
            arguments.address,
            company=arguments.company,
            name=arguments.name,
            note=arguments.note,
            organisation=arguments.organisation,
            add_addresses=arguments.add_address,
            remove_addresses=arguments.remove_address,
        )
    )
    context.answer(arguments.json, done.value(made), lambda: [done.changes(made)])


def _remove(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(contact.remove(context.setup, arguments.address, company=arguments.company))
    said = f"Archived {made.subject}. The reply addresses that this person was given no longer work."
    context.answer(arguments.json, done.value(made), lambda: [said])


def _erase(context: Context, arguments: argparse.Namespace) -> None:
    of, address = arguments.company, arguments.address
    with context.store.snapshot():
        plan = contact_erase.plan(context.store, address, company=of)
    goes, stays = [[say(one) for one in part] for part in (plan.goes, plan.stays)]
    lines = ["Goes:", *(f"  {one}" for one in goes), "Stays:", *(f"  {one}" for one in stays)]
    value: dict[str, object] = {"goes": goes, "stays": stays, **asdict(plan.counts)}
    if arguments.dry_run:
        context.answer(arguments.json, {**value, "erased": False}, lambda: lines)
        return
    typed = arguments.typed
    if not typed and context.stdin.isatty():
        question = f"Nothing brings this back. Type {plan.addresses[0]} to erase: "
        context.say("\n".join([*lines, question]))
        typed = context.stdin.readline().strip()
    carried_out(contact_erase.erase(context.setup, address, typed=typed, company=of))
    context.answer(arguments.json, {**value, "erased": True}, lambda: [*lines, "Erased."])


def _restore(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(contact.restore(context.setup, arguments.address, company=arguments.company))
    context.answer(arguments.json, done.value(made), lambda: [f"{made.subject} is a contact again."])


def _merge(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(
        contact_merge.merge(context.setup, arguments.address, arguments.other, company=arguments.company)
    )
    undo = f"Undo: {done.undo(made)}"
    context.answer(arguments.json, done.value(made), lambda: [done.changes(made), undo])


def _list(context: Context, arguments: argparse.Namespace) -> None:
    context.show(_listing(context.store, arguments.company), arguments)


def _listing(store: Store, company: str | None) -> Listing[ContactLine]:
    return Listing(
        ContactPages(store, find.company_id(store, company)),
        lambda one: str(one.contact.id),
        lambda one: vocabulary.contact(one.contact, one.company, one.addresses),
        ("NAME", "COMPANY", "ADDRESSES"),
        lambda one: (one.contact.name, one.company, ", ".join(one.addresses)),
        "There is no contact yet; everybody who writes becomes one.",
    )


def _export(context: Context, arguments: argparse.Namespace) -> None:
    with context.store.snapshot():
        found = contact.named(context.store, arguments.address, arguments.company)
        context.write_bytes(mbox_of_person(context.store, found.company_id, found.id))


def _show(context: Context, arguments: argparse.Namespace) -> None:
    found = contact.named(context.store, arguments.address, arguments.company)
    cards, whose = context.store.contact_cards, found.company_id
    addresses = cards.addresses(whose, found.id)
    records = cards.records(whose, found.id, (), RECORDS)
    value = {
        **contact.fields(context.store, found),
        "deliveries": [{"address": one.address, "state": one.state, "reason": one.reason} for one in addresses],
        "records": [one.label for one in records],
    }
    lines = {
        "Contact": found.name,
        "Company": value["company"],
        "Organisation": value["organisation"],
        "Addresses": [" ".join(filter(None, (one.address, one.state, one.reason))) for one in addresses],
        "Note": value["note"],
        "Records": value["records"],
    }
    context.answer(arguments.json, value, lambda: sheet(lines))
