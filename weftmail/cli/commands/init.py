"""mail-admin init: settings, state folder, store, keys, the first company, domains and admin; keeps what is there."""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Iterator
from dataclasses import replace

from weftmail.cli import runtime
from weftmail.cli.arguments import Parser
from weftmail.cli.commands.dkim import record_line
from weftmail.cli.commands.service import LaterStart
from weftmail.cli.commands.user import link_to
from weftmail.cli.context import Context
from weftmail.cli.hostname import exim_here, hostname
from weftmail.cli.install import Answers, ask, make_folders, make_keyring, make_store, own_name, write_settings
from weftmail.cli.refusals import carried_out
from weftmail.cli.signing import DkimFolder
from weftmail.flow import vocabulary
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import company, dkim_key, domain, membership, user
from weftmail.flow.setup.act import Setup


def build(parser: Parser) -> None:
    """Add the flags; what none of them says is asked on a terminal."""
    parser.add_argument("--company", metavar="NAME", help="the name of your company")
    parser.add_argument("--domain", metavar="DOMAIN", help="the mail domain of the company")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--dedicated", action="store_true", help="all email of the domain comes here")
    kind.add_argument("--mailboxes", action="store_true", help="the domain has mailboxes on this server too")
    kind.add_argument(
        "--subdomain", metavar="NAME", help="a subdomain comes here, such as in; mailboxes of the domain stay"
    )
    kind.add_argument(
        "--forwarded", action="store_true", help="another mailbox forwards to addresses at this server's own name"
    )
    parser.add_argument("--name", metavar="NAME", help="the name of the first admin")
    parser.add_argument("--address", metavar="ADDR", help="the email address of the first admin")
    parser.add_argument("--state", metavar="DIR", help="the folder of store, keys and sockets")
    parser.add_argument("--hostname", metavar="NAME", help="the name of the mail server, as in its Received fields")
    parser.add_argument(
        "--authserv-id", metavar="ID", help="the name under which its milter reports authentication; none by default"
    )
    parser.add_argument("--smtp", metavar="HOST:PORT", help="where outgoing email is sent: HOST:PORT, or maildir:PATH")
    parser.add_argument("--site", metavar="HOST:PORT", help="where the site listens")
    parser.add_argument(
        "--site-url", metavar="URL", help="the address of the site in links, such as https://mail.acme.example"
    )
    parser.add_argument(
        "--user", metavar="NAME", help="as root: the system user that runs weftmail; weftmail by default"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=_init)


def _init(context: Context, arguments: argparse.Namespace) -> None:
    answers = ask(context, arguments)
    made = write_settings(context, answers)
    _warn_of_localhost(context)
    make_folders(context.config, answers.user)
    programs = LaterStart(context)
    context.become_owner()
    made += make_keyring(context.config, context.config_path)
    made += make_store(context.config, context.clock())
    _people(context, answers)
    keys = carried_out(dkim_key.create(context.setup, answers.domain, DkimFolder(str(context.config.dkim))))
    made += [f"{len(keys.made)} DKIM keys for {keys.subject}"] if keys.made else []
    context.follow()
    link = carried_out(user.sign_in_link(context.setup, answers.address, secrets.token_hex(32)))
    value = {
        "made": made,
        "dns": [vocabulary.dkim_key(key) for key in keys.keys],
        "own_name": own_name(context.config) or None,
        "user": link.subject,
        "link": link_to(context, link),
        "started": programs.now(),
    }
    context.answer(arguments.json, value, lambda: _made(context, made, keys, link, started=bool(value["started"])))


def _made(
    context: Context, made: list[str], keys: dkim_key.Keys, link: user.SignInLink, *, started: bool
) -> Iterator[str]:
    yield f"Made: {' · '.join(made)}" if made else "Everything was there already; nothing was changed."
    if keys.made:
        yield "For the DNS:"
        yield from (f"  {record_line(key)}" for key in keys.keys)
    name = own_name(context.config)
    if name:
        yield f"Works at once, before any DNS: notifications@{name}, this server's own name."
    if name and name == keys.subject:
        yield f"Add aliases at {name}, and let other mailboxes forward to them: docs/forwarding.md"
    if started:
        yield "The listener, the sender and the site run, now and from each boot on; a backup is made at 03:10."
    yield f"Sign in as {link.subject}, once, within {user.LINK_MINUTES} minutes: {link_to(context, link)}"
    yield "Next: mail-admin exim show" if exim_here() else "Next: mail-admin postfix show"


def _warn_of_localhost(context: Context) -> None:
    """A mail server seldom writes "by localhost": its Received would not be known for our own."""
    if hostname(context.config).partition(".")[0] == "localhost":
        print(
            "mail-admin: this machine calls itself localhost; write the mail server's name as hostname into "
            f"{context.config_path}, or give it to the first init: --hostname NAME",
            file=sys.stderr,
        )


def _people(context: Context, answers: Answers) -> None:
    """Make company, domains and admin where they are missing, all of them or none."""
    store = context.store
    # The map is brought up to date once, afterwards.
    setup = replace(context.setup, map_file=None)
    with store.transaction():
        if store.companies.by_name(answers.company) is None:
            carried_out(company.add(setup, answers.company))
        own = own_name(context.config)
        if own and own != answers.domain and store.domains.by_name(own) is None:
            carried_out(domain.add(setup, own, shared=True, dedicated=False))
        there = store.domains.by_name(answers.domain)
        if there is None:
            carried_out(domain.add(setup, answers.domain, company=answers.company, dedicated=answers.dedicated))
        elif there.company not in (None, answers.company):
            raise RefusedAct("domain", "domain_of_another", name=there.name, company=there.company)
        _admin(setup, answers)
        if store.settings.get(runtime.INSTANCE) is None:
            store.settings.put(runtime.INSTANCE, runtime.new_instance())


def _admin(setup: Setup, answers: Answers) -> None:
    """Make the first admin, or let one who is there join the company."""
    found = setup.store.users.by_address(answers.address)
    if found is None or answers.company not in membership.roles(setup.store, found.id):
        added = user.add(setup, answers.address, company=answers.company, name=answers.name, role="admin")
        carried_out(added)
    if not setup.store.line.installation():
        carried_out(user.change(setup, answers.address, installation_admin=True))
