"""The steps of ``mail-admin init``: what to ask, and files and folders with the rights that they need.

Each step keeps what is there.  As root the state folder is given to the system user, and everything below it is made
as that user; anybody else installs for themselves.
"""

from __future__ import annotations

import argparse
import grp
import os
import pwd
import secrets
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from weftmail.cli import config as configs
from weftmail.cli import runtime
from weftmail.cli.config import Config, check_places
from weftmail.cli.context import Context
from weftmail.cli.hostname import exim_here, hostname
from weftmail.cli.maillog import EXIM_LOG
from weftmail.cli.questions import SUBDOMAIN, Questions, domain_of
from weftmail.cli.todays_mail import Way
from weftmail.core.failure import UsageError
from weftmail.core.tokens import keys
from weftmail.core.wording.command import Command
from weftmail.flow.setup import find
from weftmail.mta.map import GROUP
from weftmail.store.connection import connect
from weftmail.store.migrate import migrate
from weftmail.store.store import Store

USER = "weftmail"
EXIM_USER = "Debian-exim"
SETTINGS = "weftmail.toml"
"""The name of the link, in the state folder, to the settings: the pipe program is told of that folder alone."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What ``init`` needs to know; ``config`` is what the settings will say."""

    company: str
    domain: str
    dedicated: bool
    name: str
    address: str
    config: Config
    user: str


def ask(context: Context, arguments: argparse.Namespace) -> Answers:
    """Take the answers from the flags, from what is there, and from whoever sits at the terminal.

    Raises UsageError, naming the flags, for what nobody answers.
    """
    config = _config(context, arguments)
    known = {}
    if context.config_there:
        # Root must not open the store: SQLite would leave files beside it that are root's.
        context.become_owner()
        known = _known(config)
    questions = Questions(context)
    company = questions.answer("company", "Company", arguments.company, known.get("company", ""), find.line)
    domain = questions.answer("domain", "Mail domain", arguments.domain, known.get("domain", ""), find.domain_name)
    if not context.config_there and (arguments.hostname or not questions.terminal or "." not in config.hostname):
        # Who types is asked only where the machine has no whole name of its own.
        server = questions.answer("hostname", "This server", arguments.hostname, config.hostname, _hostname)
        config = replace(config, hostname=server)
    way = _given_way(arguments)
    if way is None and "domain" not in known:
        questions.hint = _WAYS_HINT
        way = questions.way(domain, hostname(config)) if domain else None
    if domain and way is not None and (arguments.domain or "domain" not in known):
        domain = domain_of(way, domain, hostname(config), arguments.subdomain or SUBDOMAIN)
    address = questions.answer("address", "Your address", arguments.address, known.get("address", ""), find.address)
    guess = known.get("name") or address.partition("@")[0].capitalize()
    name = guess if arguments.name is None else arguments.name
    # Exim says what it checked, and who signed in, under its own name alone (docs/exim.md).
    if not context.config_there and exim_here() and not config.authserv_id:
        config = replace(config, authserv_id=config.hostname)
    questions.complete()
    name = find.line("name", name)
    dedicated = way in (None, "whole", "subdomain")
    return Answers(company, domain, dedicated, name, address, _checked(config), arguments.user or USER)


_WAYS_HINT = (
    "; then --dedicated if all its mail comes here, --mailboxes if it has mailboxes on this server, --subdomain in if "
    "a subdomain comes here, --forwarded if another mailbox forwards to this server"
)


def _given_way(arguments: argparse.Namespace) -> Way | None:
    """Return how mail reaches records, as a flag says; None where none does."""
    flags: tuple[tuple[object, Way], ...] = (
        (arguments.dedicated, "whole"),
        (arguments.subdomain, "subdomain"),
        (arguments.mailboxes, "single"),
        (arguments.forwarded, "forwarded"),
    )
    return next((way for given, way in flags if given), None)


def _hostname(field: str, text: str) -> str:
    """Return the name of a mail server: one word, or a domain name."""
    name = find.line(field, text).lower() if text else ""
    return find.domain_name(field, name) if "." in name else name


def _config(context: Context, arguments: argparse.Namespace) -> Config:
    """Return the settings there are, or new ones; a flag that contradicts the file is an error."""
    given = {
        name: value
        for name in ("state", "hostname", "authserv_id", "smtp", "site", "site_url")
        if (value := getattr(arguments, name)) is not None
    }
    if "hostname" in given:
        given["hostname"] = given["hostname"].lower()
    if "state" in given:
        given["state"] = os.path.abspath(given["state"])
    if not context.config_there:
        if "hostname" not in given:
            given["hostname"] = context.own_hostname()
        known: dict[str, Any] = {"mail_log": str(EXIM_LOG), "mail_owner": EXIM_USER} if exim_here() else {}
        return replace(Config(), **known, **given)
    for name, value in given.items():
        if getattr(context.config, name) != value:
            flag = "--" + name.replace("_", "-")
            raise UsageError(f"{context.config_path} says otherwise than {flag}; it stays as it is, so edit it there")
    return context.config


def _checked(config: Config) -> Config:
    """Refuse texts that would mean something else in a file of the mail server."""
    for what, text in (("host name", config.hostname), ("authserv-id", config.authserv_id), ("folder", config.state)):
        if text:
            find.line(what, text)
    if "." in config.hostname:
        find.domain_name("hostname", config.hostname)
    check_places(config, status=2)
    return config


def _known(config: Config) -> dict[str, str]:
    """What a store that is there says already."""
    if not config.store.exists():
        return {}
    store = Store(connect(config.store, readonly=True))
    try:
        store.check_schema()
        company = next(iter(store.companies.all()), None)
        if company is None:
            return {}
        admin = next(iter(store.users.admins(company.id)), None)
        found = {
            "company": company.name,
            "domain": next((one.name for one in store.domains.all() if one.company_id == company.id), ""),
            "name": admin.name if admin else "",
            "address": next(iter(store.users.addresses(admin.id)), "") if admin else "",
        }
        return {name: value for name, value in found.items() if value}
    finally:
        store.close()


def write_settings(context: Context, answers: Answers) -> list[str]:
    """Write the settings unless they are there; return what was made."""
    if context.config_there:
        return []
    _system_user(answers.user)
    path = Path(context.config_path)
    try:
        _make_way(path.parent)
        fresh = path.with_name(f".{path.name}.new")
        fresh.write_text(configs.dump(answers.config), encoding="utf-8")
        fresh.chmod(0o640)
        if os.geteuid() == 0:
            os.chown(fresh, 0, pwd.getpwnam(answers.user).pw_gid)
        fresh.rename(path)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror}; run this as root, or set WEFTMAIL_CONFIG"
        ) from None
    context.use(configs.load(context.environ))
    return [str(path)]


def make_folders(config: Config, user: str) -> None:
    """Make the state folder: 0750, so that the mail server gets through to the socket; as root, the system user's."""
    folder = config.folder
    try:
        # An empty folder of root's was made by hand; one that holds something is kept as it is.
        if not folder.exists() or (folder.stat().st_uid == 0 and not any(folder.iterdir())):
            uid, gid = _system_user(user)
            if os.geteuid() == 0 and user != "root":
                check_environment(user)
            _make_way(folder.parent)
            folder.mkdir(exist_ok=True)
            folder.chmod(0o750)
            if os.geteuid() == 0:
                os.chown(folder, uid, gid)
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be made: {error.strerror}; run this as root, or name another: --state"
        ) from None


def _make_way(folder: Path) -> None:
    """Make the folder and those above it that are missing, open to be passed through whatever root's umask says."""
    if not folder.exists():
        _make_way(folder.parent)
        folder.mkdir()
        if os.geteuid() == 0:
            folder.chmod(0o755)


def _system_user(user: str) -> tuple[int, int]:
    """Return the ids of the system user and of the group that the mail server shares."""
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    try:
        found = pwd.getpwnam(user)
    except KeyError:
        made = Command("adduser {user} --system --group --home /nonexistent --no-create-home", user=user)
        raise UsageError(f"there is no system user {user}; make it: {made}; {_group_made_for(user)}") from None
    if user == "root":
        return found.pw_uid, found.pw_gid
    try:
        gid = grp.getgrnam(GROUP).gr_gid
    except KeyError:
        raise UsageError(f"there is no group {GROUP}; make it: {_group_made_for(user)}") from None
    if gid not in os.getgrouplist(user, found.pw_gid):
        raise UsageError(f"user {user} is not in the group {GROUP}: {_joins(user)}")
    return found.pw_uid, gid


def _group_made_for(user: str) -> str:
    return f"addgroup --system {GROUP}; {_joins(user)}; {_joins(EXIM_USER if exim_here() else 'postfix')}"


def _joins(user: str) -> Command:
    return Command("adduser {user} {group}", user=user, group=GROUP)


def check_environment(user: str, prefix: str = sys.prefix) -> None:
    """Raise UsageError where the system user cannot run this very Python: the mail server would bounce nothing, and
    deliver nothing either.

    ``prefix`` is the environment that it would have to run.
    """
    found = pwd.getpwnam(user)
    groups = set(os.getgrouplist(user, found.pw_gid))
    for path in (os.path.realpath(sys.executable), prefix, os.path.dirname(os.path.abspath(__file__))):
        for folder in (path, *map(str, Path(path).parents)):
            if not _may_pass(os.stat(folder), found.pw_uid, groups):
                raise UsageError(
                    f"user {user} may not pass through {folder}, so it cannot run this weftmail; install it where "
                    "everybody can read it, with a Python from the system: /usr/bin/python3 -m venv /opt/weftmail"
                )


def _may_pass(found: os.stat_result, uid: int, groups: set[int]) -> bool:
    """Say whether somebody may execute a file or pass through a folder."""
    if found.st_uid == uid:
        return bool(found.st_mode & 0o100)
    return bool(found.st_mode & (0o010 if found.st_gid in groups else 0o001))


def make_keyring(config: Config, settings: str) -> list[str]:
    """Make the folders below the state folder and the keys of reply tokens; return what was made.

    ``settings`` is the file that the state folder points back to.

    Keys are never made for a store that had others: that would make every reply address worthless.
    """
    for folder in (config.keyring.parent, config.dkim, config.incoming):
        folder.mkdir(mode=0o700, exist_ok=True)
    link = config.folder / SETTINGS
    if not link.is_symlink() and not link.exists():
        link.symlink_to(os.path.abspath(settings))
    if config.keyring.exists() or config.store.exists():
        runtime.load_keyring(config)
        return []
    text = keys.dump(keys.single(secrets.token_bytes(keys.KEY_BYTES)))
    descriptor = os.open(config.keyring, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return ["keys"]


def make_store(config: Config, now: int) -> list[str]:
    """Make the store, or bring it to the schema of this version; return what was made."""
    there = config.store.exists()
    connection = connect(config.store)
    try:
        if not there:
            config.store.chmod(0o600)
        migrate(connection, now)
    finally:
        connection.close()
    return [] if there else ["store"]


def own_name(config: Config) -> str:
    """Return the server's own name as a mail domain; "" where it has no domain part and so can be none."""
    name = hostname(config)
    return find.domain_name("hostname", name) if "." in name else ""
