"""mail-admin init: settings, state folder, store, keys, the first company, domains and admin; keeps what is there."""

from __future__ import annotations

import argparse
import sys

from weftmail.cli import lookup, runtime
from weftmail.cli.arguments import Parser
from weftmail.cli.commands.dkim import record_line
from weftmail.cli.commands.user import sign_in_link
from weftmail.cli.context import Context
from weftmail.cli.install import Answers, ask, make_folders, make_keyring, make_store, own_name, write_settings
from weftmail.cli.signing import make_keys
from weftmail.core.failure import UsageError
from weftmail.flow.facts import is_ours
from weftmail.store.domain import Domain
from weftmail.store.people import User


def build(parser: Parser) -> None:
    """Add the flags; what none of them says is asked on a terminal."""
    parser.add_argument("--company", metavar="NAME")
    parser.add_argument("--domain", metavar="DOMAIN", help="the mail domain of the company")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--dedicated", action="store_true", help="all mail of the domain comes here")
    kind.add_argument("--mailboxes", action="store_true", help="mailboxes live there too, on this server")
    parser.add_argument("--name", metavar="NAME", help="the first admin")
    parser.add_argument("--address", metavar="ADDR", help="the first admin's own mailbox")
    parser.add_argument("--state", metavar="DIR", help="the folder of store, keys and sockets")
    parser.add_argument("--hostname", metavar="NAME", help="the name of the mail server, as in its Received")
    parser.add_argument("--authserv-id", metavar="ID", help="the name under which its milter reports; none by default")
    parser.add_argument("--smtp", metavar="HOST:PORT", help="where mail goes out: HOST:PORT, or maildir:PATH")
    parser.add_argument("--site", metavar="HOST:PORT", help="where the site listens")
    parser.add_argument("--site-url", metavar="URL", help="the address of the site in links")
    parser.add_argument(
        "--user", metavar="NAME", help="as root: the system user that runs weftmail; weftmail by default"
    )
    parser.set_defaults(run=_init)


def _init(context: Context, arguments: argparse.Namespace) -> None:
    answers = ask(context, arguments)
    made = write_settings(context, answers)
    _warn_of_localhost(context)
    make_folders(context.config, answers.user)
    context.become_owner()
    made += make_keyring(context.config, context.config_path)
    made += make_store(context.config, context.clock())
    domain, user = _people(context, answers)
    keys = make_keys(context, domain)
    made += [f"{len(keys)} DKIM keys for {domain.name}"] if keys else []
    context.follow()
    context.say(f"Made: {' · '.join(made)}" if made else "Everything was there already; nothing was changed.")
    if keys:
        context.say("For the DNS:", *(f"  {record_line(key)}" for key in context.store.domains.dkim_keys(domain.name)))
    name = own_name(context.config)
    if name:
        context.say(f"Works at once, before any DNS: notifications@{name}, this server's own name.")
    context.say(
        f"Sign in as {user.name}, once, within 10 minutes: {sign_in_link(context, user)}",
        "Next: mail-admin postfix show",
    )


def _warn_of_localhost(context: Context) -> None:
    """A mail server seldom writes "by localhost": its Received would not be known for our own."""
    if runtime.hostname(context.config).partition(".")[0] == "localhost":
        print(
            "mail-admin: this machine calls itself localhost; write the mail server's name as hostname into "
            f"{context.config_path}, or give it to the first init: --hostname NAME",
            file=sys.stderr,
        )


def _people(context: Context, answers: Answers) -> tuple[Domain, User]:
    """Make company, domains and admin where they are missing; return the domain and the admin."""
    store, now = context.store, context.clock()
    with store.transaction():
        company = store.companies.by_name(answers.company)
        company_id = company.id if company else store.companies.add(answers.company, now)
        own = own_name(context.config)
        if own and own != answers.domain and store.domains.by_name(own) is None:
            store.domains.add(own, None, False, now)
        domain = store.domains.by_name(answers.domain)
        if domain is None:
            store.domains.add(answers.domain, company_id, answers.dedicated, now)
            domain = lookup.domain(store, answers.domain)
        elif domain.company_id not in (None, company_id):
            raise UsageError(f"{domain.name} belongs to {domain.company}; name another domain, or that company")
        user = store.users.by_address(answers.address)
        if user is None:
            if is_ours(store, answers.address):
                raise UsageError(f"{answers.address} is a system address of ours; name a mailbox that a person reads")
            store.users.add(answers.name, answers.address, now)
            user = lookup.user(store, answers.address)
        if not any(one.company_id == company_id for one in store.users.memberships(user.id)):
            store.users.join(company_id, user.id, "admin")
        if store.companies.setting(runtime.INSTANCE) is None:
            store.companies.put_setting(runtime.INSTANCE, runtime.new_instance())
    return domain, user
