"""mail-admin dkim: the keys that sign what leaves (RFC 6376, RFC 8463)."""

from __future__ import annotations

import argparse

from weftmail.cli import lookup
from weftmail.cli.arguments import Parser, Verbs
from weftmail.cli.context import Context
from weftmail.cli.output import table
from weftmail.cli.signing import make_keys
from weftmail.flow import vocabulary
from weftmail.store.domain import DkimKey

WHOLE = 2000
"""A record is copied into the DNS, so it is never cut; that of an RSA key of 8192 bits has 1,400 letters."""


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    create = verbs.add("create", "make two keys for a domain, RSA-2048 and Ed25519, and print their records", _create)
    create.add_argument("domain", metavar="DOMAIN")
    listing = verbs.add("list", "list keys with the records that the DNS should hold", _list, json=True)
    listing.add_argument("domain", nargs="?", metavar="DOMAIN")


def _create(context: Context, arguments: argparse.Namespace) -> None:
    domain = lookup.domain(context.store, arguments.domain)
    made = make_keys(context, domain)
    if not made:
        context.say(f"{domain.name} has its keys already; they stay as they are.")
    context.say("Add to the DNS, each on one line or in parts of 255:")
    context.say(*(record_line(key) for key in context.store.domains.dkim_keys(domain.name)))


def record_line(key: DkimKey) -> str:
    """Return the record of a key as a zone file has it."""
    return f'{_name(key)}.  TXT  "{key.record}"'


def _name(key: DkimKey) -> str:
    """Return the name in the DNS at which the record stands."""
    return f"{key.selector}._domainkey.{key.domain}"


def _list(context: Context, arguments: argparse.Namespace) -> None:
    name = lookup.domain(context.store, arguments.domain).name if arguments.domain is not None else None
    found = context.store.domains.dkim_keys(name)
    context.answer(
        arguments.json,
        [vocabulary.dkim_key(one) for one in found],
        lambda: table(
            ("NAME", "ALGORITHM", "STATE", "RECORD"),
            [(_name(one), one.algorithm, one.state, one.record) for one in found],
            "There is no key yet. Make two: mail-admin dkim create DOMAIN",
            most=WHOLE,
        ),
    )
