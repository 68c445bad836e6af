"""mail-admin record: leads, orders, invoices and their conversations."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace

from weftmail.cli import lookup
from weftmail.cli.arguments import Parser, Verbs, number
from weftmail.cli.context import Context
from weftmail.cli.output import shown, table
from weftmail.cli.thread import lines, whole_json
from weftmail.core.failure import UsageError
from weftmail.flow import vocabulary
from weftmail.flow.thread import PER_PAGE, Excerpt, conversation, whole
from weftmail.store.record import NewRecord, Record
from weftmail.store.store import Store

CHANGES = ("title", "state", "owner", "field", "add_participant", "remove_participant", "revoke_reply_addresses")
"""What ``record set`` can change, by the names of its flags."""


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    add = verbs.add("add", "open a record by hand", _add, company=True)
    add.add_argument("type", metavar="TYPE", help="lead, order, invoice, ...")
    add.add_argument("--title", required=True, metavar="TEXT")
    add.add_argument("--owner", metavar="ADDR", help="a colleague, who then follows it")
    add.add_argument("--customer", metavar="ADDR", help="a contact")
    add.add_argument("--alias", metavar="ADDR", help="the alias that it writes as")
    add.add_argument("--field", action="append", default=[], metavar="K=V")
    add.add_argument("--reference", metavar="REF", help="its name in an outside application")
    add.add_argument("--reference-url", metavar="URL")
    listing = verbs.add("list", "list records, what changed last first", _list, json=True, company=True)
    listing.add_argument("--most", type=number, default=100, metavar="N")
    show = verbs.add("show", "show a record with its conversation", _show, json=True, company=True)
    show.add_argument("number", metavar="NUMBER")
    show.add_argument("--limit", type=number, metavar="N", help=f"so many messages; {PER_PAGE} by default, as JSON all")
    show.add_argument("--before", type=number, metavar="ID", help="the newest of those before this message")
    show.add_argument("--after", type=number, metavar="ID", help="the oldest of those after this message")
    change = verbs.add("set", "change a record; what no flag names stays", _set, company=True)
    change.add_argument("number", metavar="NUMBER")
    change.add_argument("--title", metavar="TEXT")
    change.add_argument("--state", metavar="STATE", help="open, waiting, closed, or another one of its type")
    change.add_argument("--owner", metavar="ADDR", help="a colleague, who then follows it")
    change.add_argument("--field", action="append", default=[], metavar="K=V", help="K= takes the field away")
    change.add_argument(
        "--add-participant", action="append", default=[], metavar="ADDR", help="bring a contact into the conversation"
    )
    change.add_argument(
        "--remove-participant",
        action="append",
        default=[],
        metavar="ADDR",
        help="take a contact out of it; the reply addresses that they were given are worth nothing then",
    )
    change.add_argument(
        "--revoke-reply-addresses", action="store_true", help="every reply address given out so far is worth nothing"
    )


def _add(context: Context, arguments: argparse.Namespace) -> None:
    store, now = context.store, context.clock()
    with store.transaction():
        company = lookup.company(store, arguments.company)
        owner = lookup.member(store, arguments.owner, company.id) if arguments.owner else None
        customer = lookup.contact(store, company.id, arguments.customer) if arguments.customer else None
        reference = lookup.line("reference", arguments.reference) if arguments.reference else None
        record = store.records.open(
            NewRecord(
                company.id,
                lookup.record_type(store, company.id, arguments.type),
                lookup.line("title", arguments.title),
                owner_id=owner.id if owner else None,
                customer_id=customer.id if customer else None,
                alias_id=_alias_id(store, company.id, arguments.alias),
                fields=json.dumps(_filled(lookup.pairs(arguments.field)), ensure_ascii=False),
                reference=_free_reference(store, company.id, arguments.type, reference),
                reference_url=_url(arguments.reference_url),
            ),
            now,
        )
        if owner is not None:
            store.records.follow(company.id, record.id, owner.id, now)
    context.say(
        f"Opened {record.label}: {record.title}", f"Next: mail-admin post {record.label} --as ADDR --to ADDR --text T"
    )


def _alias_id(store: Store, company_id: int, text: str | None) -> int | None:
    if text is None:
        return None
    found = lookup.alias(store, text)
    if found.company_id != company_id:
        raise UsageError(f"{found.address} is an alias of {found.company}; name one of the record's own company")
    return found.id


def _free_reference(store: Store, company_id: int, type_: str, reference: str | None) -> str | None:
    if reference is not None:
        there = store.records.by_reference(company_id, type_, reference)
        if there is not None:
            raise UsageError(
                f"{there.label} has the reference {reference} already; see: mail-admin record show {there.label}"
            )
    return reference


def _url(text: str | None) -> str | None:
    """A link that a page shows must not be a script."""
    if text is None:
        return None
    if not text.startswith(("https://", "http://")):
        raise UsageError(f"{text!r} is no address of a page; it begins with https:// or http://", status=2)
    return lookup.line("URL", text)


def _filled(fields: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value}


def _list(context: Context, arguments: argparse.Namespace) -> None:
    found = context.store.records.all(lookup.company_id(context.store, arguments.company), most=arguments.most)
    context.answer(
        arguments.json,
        [vocabulary.record(one) for one in found],
        lambda: table(
            ("NUMBER", "COMPANY", "STATE", "OWNER", "CUSTOMER", "CHANGED", "TITLE"),
            [(r.label, r.company, r.state, r.owner, r.customer, shown(r.changed_at), r.title) for r in found],
            "There is no record yet; mail to an alias opens one.",
        ),
    )


def _show(context: Context, arguments: argparse.Namespace) -> None:
    store = context.store
    if arguments.before is not None and arguments.after is not None:
        raise UsageError("give --before or --after, not both", status=2)
    asked = arguments.limit is not None or arguments.before is not None or arguments.after is not None
    with store.snapshot():
        record = lookup.record(store, arguments.number, arguments.company)
        if arguments.json and not asked:
            context.write(whole_json(*whole(store, record)))
            return
        page = Excerpt(arguments.limit or PER_PAGE, arguments.before, arguments.after)
        found = conversation(store, record, page=page)
    context.answer(arguments.json, vocabulary.conversation(found), lambda: lines(found))


def _set(context: Context, arguments: argparse.Namespace) -> None:
    store, now = context.store, context.clock()
    if not any(getattr(arguments, name) for name in CHANGES if name != "title") and arguments.title is None:
        flags = ", ".join(f"--{name.replace('_', '-')}" for name in CHANGES)
        raise UsageError(f"nothing to change; give one of {flags}", status=2)
    with store.transaction():
        record = lookup.record(store, arguments.number, arguments.company)
        owner_id = record.owner_id
        if arguments.owner is not None:
            owner_id = lookup.member(store, arguments.owner, record.company_id).id
            store.records.follow(record.company_id, record.id, owner_id, now)
        fields = _filled({**record.values, **lookup.pairs(arguments.field)})
        changed = replace(
            record,
            title=record.title if arguments.title is None else lookup.line("title", arguments.title),
            state=_state(store, record, arguments.state),
            owner_id=owner_id,
            owner_team_id=record.owner_team_id if arguments.owner is None else None,
            fields=json.dumps(fields, ensure_ascii=False),
        )
        store.records.set(changed, now)
        for text in arguments.add_participant:
            person = lookup.contact(store, record.company_id, text)
            store.records.add_participant(record.company_id, record.id, person.id, "added", now)
        for text in arguments.remove_participant:
            person = lookup.contact(store, record.company_id, text)
            if not store.records.remove_participant(record.id, person.id, now):
                raise UsageError(f"{text} takes no part in {record.label}; see: mail-admin record show {record.label}")
        if arguments.revoke_reply_addresses:
            store.messages.raise_epoch(record.id)
    context.say(f"Changed {record.label}.")


def _state(store: Store, record: Record, wanted: str | None) -> str:
    states = [one.name for one in store.records.states(record.company_id, record.type)]
    if wanted is not None and wanted not in states:
        raise UsageError(f"a {record.type} has no state {wanted!r}; say one of: {', '.join(states)}", status=2)
    return wanted or record.state
