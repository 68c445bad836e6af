"""mail-admin dkim: the keys that sign what leaves (RFC 6376, RFC 8463)."""

from __future__ import annotations

import argparse

from weftmail.cli import done
from weftmail.cli.arguments import Parser, Verbs
from weftmail.cli.context import Context
from weftmail.cli.listing import Listing, Whole
from weftmail.cli.output import Fields, shown
from weftmail.cli.refusals import carried_out
from weftmail.cli.signing import DkimFolder
from weftmail.core.dns import zone_text
from weftmail.core.wording.command import Command
from weftmail.flow import vocabulary
from weftmail.flow.setup import dkim_key, find
from weftmail.store.domain import DkimKey
from weftmail.store.store import Store

_NONE = "There is no key yet. Make two: mail-admin dkim create DOMAIN"


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    create = verbs.add(
        "create", "create two keys for a domain, RSA-2048 and Ed25519, and print their DNS records", _create
    )
    create.add_argument("domain", metavar="DOMAIN", help="the domain whose email they sign")
    rotate = verbs.add(
        "rotate", "create two new keys, which take over once every server of the zone shows them", _rotate
    )
    rotate.add_argument("domain", metavar="DOMAIN", help="the domain whose email they sign")
    retire = verbs.add("retire", "let a key sign no longer", _retire)
    retire.add_argument("domain", metavar="DOMAIN", help="the domain whose key it is")
    retire.add_argument("selector", metavar="SELECTOR", help="the name of the key, such as wm26a")
    sign_now = verbs.add("sign-now", "let keys sign before the DNS shows them, for a trial without DNS", _sign_now)
    sign_now.add_argument("domain", metavar="DOMAIN", help="the domain whose email they sign")
    show = verbs.add("show", "show the DNS records of a domain's keys, whole, to copy them", _show)
    show.add_argument("domain", metavar="DOMAIN", help="the domain whose email they sign")
    listing = verbs.list("list keys and whether they sign", _list, "NAME")
    listing.add_argument("domain", nargs="?", metavar="DOMAIN", help="show the keys of this domain only")


def _create(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(dkim_key.create(context.setup, arguments.domain, DkimFolder(str(context.config.dkim))))
    context.answer(arguments.json, _value(made), lambda: _created(made))


def _rotate(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(dkim_key.rotate(context.setup, arguments.domain, DkimFolder(str(context.config.dkim))))
    context.answer(arguments.json, _value(made), lambda: _created(made))


def _retire(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(dkim_key.retire(context.setup, arguments.domain, arguments.selector))
    (key,) = [one for one in made.keys if one.selector == arguments.selector]
    until = shown(dkim_key.gone_at(key))
    deleted = f"Its private key is deleted after {until}; until then: {done.undo(made)}"
    context.answer(arguments.json, _value(made), lambda: [done.changes(made), deleted])


def _sign_now(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(dkim_key.sign_now(context.setup, arguments.domain))
    context.answer(arguments.json, _value(made), lambda: [done.changes(made) or f"{made.subject}: nothing changed"])


def _value(made: dkim_key.Keys) -> Fields:
    return {
        "domain": made.subject,
        "made": list(made.made),
        "keys": [vocabulary.dkim_key(one) for one in made.keys],
    }


def _created(made: dkim_key.Keys) -> list[str]:
    there = [] if made.made else [f"{made.subject} has its keys already; they stay as they are."]
    new = [key for key in made.keys if key.selector in made.made or (not made.made and key.state != "retired")]
    watch = Command("mail-admin dns check {domain} --watch", domain=made.subject)
    said = f"They sign once every server of the zone shows them: {watch}"
    waiting = [said] if any(key.state == "made" for key in new) else []
    return [*there, "Add to the DNS; what stands in two parts is one record:", *map(record_line, new), *waiting]


def record_line(key: DkimKey) -> str:
    """Return the record of a key as a zone file has it."""
    text = " ".join(f'"{part}"' for part in zone_text.parts(key.record))
    return f"{dkim_key.name(key)}.  TXT  {text}"


def _show(context: Context, arguments: argparse.Namespace) -> None:
    found = find.domain(context.store, arguments.domain, field="domain")
    keys = context.store.domains.dkim_keys(found.name)
    value = {"domain": found.name, "keys": [vocabulary.dkim_key(one) for one in keys]}
    context.answer(arguments.json, value, lambda: [record_line(one) for one in keys] or [_NONE])


def _list(context: Context, arguments: argparse.Namespace) -> None:
    context.show(_listing(context.store, arguments.domain), arguments)


def _listing(store: Store, domain: str | None) -> Listing[DkimKey]:
    name = find.domain(store, domain, field="domain").name if domain is not None else None
    return Listing(
        Whole(store.domains.dkim_keys(name), dkim_key.name),
        dkim_key.name,
        vocabulary.dkim_key,
        ("NAME", "ALGORITHM", "STATE", "SINCE"),
        lambda one: (dkim_key.name(one), one.algorithm, one.state, shown(one.changed_at)),
        _NONE,
    )
