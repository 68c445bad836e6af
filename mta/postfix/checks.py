"""The traps of a Postfix that can be read from its configuration: each is one function with the same three questions.

What is wrong, why that matters, what to do next.  Settings that are merely missing are found by ``postfix.show``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from weftmail.core.limits import PIPE_WATCHDOG
from weftmail.core.wording.command import Command
from weftmail.mta.map import GROUP
from weftmail.mta.postfix.finding import Finding
from weftmail.mta.postfix.host import Host
from weftmail.mta.postfix.postconf import Postfix, Service, seconds, tokens
from weftmail.mta.postfix.settings import SERVICE, Settings
from weftmail.mta.postfix.smuggling import cure_taken_back, old_postfix

__all__ = ["CHECKS", "Check", "Finding"]


Check = Callable[[Settings, Postfix, Host], Iterator[Finding]]


def direct_sqlite(_: Settings, current: Postfix, __: Host) -> Iterator[Finding]:
    """A map that a chrooted program cannot open, or that each process opens by itself."""
    for name, value in current.main.items():
        if re.search(r"(?<!proxy:)\bsqlite:", value):
            yield Finding(
                "broken",
                f"{name} names a map as sqlite:",
                "programs in Postfix's chroot cannot see the file, and every mail is deferred",
                f"write proxy:sqlite: in {name}",
            )


def delimiter(_: Settings, current: Postfix, __: Host) -> Iterator[Finding]:
    """Another mark than + would make more addresses ours than there are."""
    others = current.value("recipient_delimiter").replace("+", "")
    if others:
        yield Finding(
            "look",
            f"recipient_delimiter holds {others!r}",
            f"Postfix takes mail for name{others[0]}anything@ wherever name@ is ours; it will match nothing",
            "leave it if your mailboxes need it",
        )


def chrooted_service(settings: Settings, current: Postfix, _: Host) -> Iterator[Finding]:
    """From the chroot the listener's socket cannot be seen."""
    service = current.service(SERVICE)
    if service is not None and current.chrooted(service):
        yield Finding(
            "broken",
            f"the {SERVICE} entry of master.cf is chrooted",
            f"it cannot see {settings.socket if settings.mode == 'lmtp' else settings.program}; mail is deferred",
            f"{Command('postconf -F {field}', field=f'{SERVICE}/unix/chroot=n')}; postfix reload",
        )


def filter_accepts(_: Settings, current: Postfix, __: Host) -> Iterator[Finding]:
    """A dead filter must not let a forged Authentication-Results through."""
    where = [
        name
        for name in ("smtpd_milters", "non_smtpd_milters")
        if re.search(r"default_action\s*=\s*accept", current.value(name))
    ]
    where += [str(one.name) for one in current.services if one.options.get("milter_default_action") == "accept"]
    if current.value("milter_default_action") == "accept":
        where.append("main.cf")
    for place in where:
        yield Finding(
            "broken",
            f"milter_default_action is accept ({place})",
            "when the filter is dead, an Authentication-Results field that a stranger wrote arrives as the topmost",
            "set it to tempfail",
        )


def login_hidden(_: Settings, current: Postfix, __: Host) -> Iterator[Finding]:
    """A submission service of its own mind about the login."""
    for service in current.services:
        if service.options.get("smtpd_sasl_authenticated_header", "yes") != "yes":
            yield Finding(
                "broken",
                f"{service.name} does not write the login into Received",
                "an answer that a colleague submits there cannot be told from a stranger's, and is held",
                f"take -o smtpd_sasl_authenticated_header out of {service.name} in master.cf",
            )


def time_limits(settings: Settings, current: Postfix, _: Host) -> Iterator[Finding]:
    """Each wait must outlast the one inside it."""
    service = current.service(SERVICE)
    if settings.mode == "pipe":
        text = current.value(f"{SERVICE}_time_limit") or current.value("command_time_limit")
        limit = seconds(text)
        if limit is None or limit <= PIPE_WATCHDOG:
            yield Finding(
                "broken",
                f"{SERVICE}_time_limit is {text}",
                f"the pipe program gives up by itself after {PIPE_WATCHDOG} s; killed before that, its mail is bounced",
                f"{Command('postconf -e {setting}', setting=f'{SERVICE}_time_limit = 300s')}; postfix reload",
            )
    elif service is not None:
        text = service.options.get("lmtp_data_done_timeout", current.value("lmtp_data_done_timeout"))
        limit = seconds(text)
        if limit is None or limit <= PIPE_WATCHDOG:
            option = f"{SERVICE}/unix/lmtp_data_done_timeout=600s"
            yield Finding(
                "broken",
                f"lmtp_data_done_timeout is {text}",
                "a mail that is just being stored would be handed over a second time",
                f"{Command('postconf -P {option}', option=option)}; postfix reload",
            )


def mailbox_limits(_: Settings, current: Postfix, __: Host) -> Iterator[Finding]:
    """A mailbox limit below the message limit stops the delivery agent, and only the log says so."""
    message = current.number("message_size_limit")
    for name in ("mailbox_size_limit", "virtual_mailbox_limit"):
        limit = current.number(name)
        if limit and (limit < message or message == 0):
            yield Finding(
                "broken",
                f"{name} is below message_size_limit",
                "the program that delivers to mailboxes refuses to start, and mail lies in the queue",
                f"{Command('postconf -e {setting}', setting=f'{name} = 0')}; postfix reload",
            )


def membership(settings: Settings, _: Postfix, host: Host) -> Iterator[Finding]:
    """The mail server and our programs must be able to write beside the map."""
    if host.members is None:
        yield Finding(
            "broken", f"there is no group {GROUP}", "Postfix cannot read the map", f"groupadd --system {GROUP}"
        )
        return
    for user in ("postfix", settings.user):
        if user not in host.members:
            yield Finding(
                "broken",
                f"{user} is not in the group {GROUP}",
                "a reader of the map writes beside it, and the whole mail server waits when it may not",
                f"{Command('adduser {user} {group}', user=user, group=GROUP)}; postfix stop; postfix start",
            )


def map_file(settings: Settings, _: Postfix, host: Host) -> Iterator[Finding]:
    """The map's file, its folder, and what SQLite keeps beside it."""
    if host.map is None or host.folder is None:
        yield Finding(
            "broken", f"{settings.map} is missing", "every address of ours is refused or deferred", "mail-admin init"
        )
        return
    stall = "a lookup that meets a writer fails, and the whole mail server waits for a minute"
    if not host.wal:
        wal = Command("sqlite3 {map} 'pragma journal_mode=wal'", map=settings.map)
        yield Finding("broken", f"{settings.map} is not in WAL mode", stall, str(wal))
    folder = settings.map.rpartition("/")[0]
    if not host.folder.shared or not host.folder.mode & 0o2000:
        yield Finding(
            "broken",
            f"{folder} is not open to the group {GROUP}",
            stall,
            _opened(folder, "2770"),
        )
    for path, file in {settings.map: host.map, **host.journals}.items():
        if not file.shared:
            yield Finding(
                "broken",
                f"{path} is not writable by the group {GROUP}",
                stall,
                _opened(path, "664"),
            )


def _opened(path: str, right: str) -> str:
    """Return what opens a file or a folder to the group."""
    whose = Command("chgrp {group} {path}", group=GROUP, path=path)
    return f"{whose}; {Command('chmod {right} {path}', right=right, path=path)}"


def stale_files(settings: Settings, _: Postfix, host: Host) -> Iterator[Finding]:
    """The files that Postfix reads by name."""
    for name in sorted(host.stale):
        yield Finding(
            "broken",
            f"{settings.folder}/{name} is missing or not as weftmail wrote it",
            "Postfix asks the map by it",
            "mail-admin postfix show --files | sh",
        )


def flags(_: Settings, current: Postfix, __: Host) -> Iterator[Finding]:
    """What Postfix does to a mail before it hands it over."""
    service = current.service(SERVICE)
    found = _attributes(service).get("flags", "") if service else "X"
    if found != "X":
        yield Finding(
            "broken",
            f"the {SERVICE} entry has flags={found}",
            "others than X add fields or fold addresses: reply addresses break, repeated mails go unrecognised",
            "write flags=X",
        )


def _attributes(service: Service) -> dict[str, str]:
    pairs = (word.partition("=") for word in service.arguments if not word.startswith("-"))
    return {name: value for name, equals, value in pairs if equals}


def virtual_tables(settings: Settings, current: Postfix, __: Host) -> Iterator[Finding]:
    """virtual(8) opens its tables by itself, past proxymap and without Postfix's groups."""
    for name in ("virtual_mailbox_maps", "virtual_uid_maps", "virtual_gid_maps"):
        if f"{settings.folder}/" in current.value(name):
            yield Finding(
                "broken",
                f"{name} names our map",
                "virtual(8) cannot read it, and no mailbox gets mail any more",
                f"take it out; {settings.folder}/aliases.cf in virtual_alias_maps does what it was for",
            )


def pipe_entry(settings: Settings, current: Postfix, host: Host) -> Iterator[Finding]:
    """The entry for a program per mail."""
    service = current.service(SERVICE)
    if settings.mode != "pipe" or service is None or service.command != "pipe":
        return
    words = _attributes(service)
    if words.get("null_sender", "MAILER-DAEMON"):
        yield Finding(
            "broken",
            f"the {SERVICE} entry lacks null_sender=",
            "bounces look like mail from a person",
            "write null_sender=",
        )
    if words.get("user", "").partition(":")[0] != settings.user:
        yield Finding(
            "broken",
            f"the {SERVICE} entry does not run as {settings.user}",
            "the store is not its",
            f"write user={settings.user}",
        )
    if "size" in words:
        yield Finding(
            "broken",
            f"the {SERVICE} entry has a size limit",
            "a larger mail is bounced after it was taken",
            "take size= out",
        )
    if _by_shell(service):
        yield Finding(
            "broken",
            f"the {SERVICE} entry calls a shell",
            "an address could run a command",
            "name the program itself in argv=",
        )
    if not host.program:
        yield Finding(
            "broken",
            f"{settings.program} is missing",
            "all mail of ours is deferred",
            "install weftmail, or name the program's place",
        )


def _by_shell(service: Service) -> bool:
    argv = next((word for word in service.arguments if word.startswith("argv=")), "")
    return argv.rpartition("/")[2] in ("sh", "bash", "dash") or "-c" in service.arguments


def cached_refusal(_: Settings, current: Postfix, __: Host) -> Iterator[Finding]:
    """What makes smtpd remember a refusal of an address that is added later."""
    if re.search(r"\b(reject|defer)_unauth_destination\b", current.value("smtpd_recipient_restrictions")):
        yield Finding(
            "look",
            "smtpd_recipient_restrictions refuses foreign destinations, too",
            "a domain added while a client is connected counts for it only after up to 100 s",
            "leave that to smtpd_relay_restrictions, which Postfix asks as well",
        )
    if current.value("relay_transport").partition(":")[0] in ("error", "retry", "discard"):
        yield Finding(
            "broken",
            f"relay_transport is {current.value('relay_transport')}",
            "an address added later stays refused until the smtpd that refused it ends",
            "name a real transport; relay_recipient_maps does the refusing",
        )


def late_refusal(_: Settings, current: Postfix, __: Host) -> Iterator[Finding]:
    """What keeps an unknown address from being refused at RCPT, for good."""
    if current.value("smtpd_reject_unlisted_recipient") == "no":
        yield Finding(
            "broken",
            "smtpd_reject_unlisted_recipient is no",
            "mail for unknown addresses is taken and bounced later, to senders who may be forged",
            "set it to yes in main.cf",
        )
    soft = [
        name
        for name in ("unknown_relay_recipient_reject_code", "unknown_local_recipient_reject_code")
        if current.value(name)[:1] == "4"
    ]
    soft += ["soft_bounce"] if current.value("soft_bounce") == "yes" else []
    for name in soft:
        yield Finding(
            "look",
            f"{name} is {current.value(name)}",
            "senders to unknown addresses try for days",
            f"postconf -# {name}",
        )


def subdomains(_: Settings, current: Postfix, __: Host) -> Iterator[Finding]:
    """Subdomains of a domain of ours would be refused here."""
    own = [word for word in tokens(current.main.get("relay_domains", "")) if not word.startswith("proxy:sqlite:")]
    if own and "relay_domains" in tokens(current.value("parent_domain_matches_subdomains")):
        yield Finding(
            "look",
            "relay_domains takes subdomains along",
            "mail from here to a subdomain of a domain of ours is refused as unknown",
            "write your own subdomains as .name in relay_domains, and take it out of parent_domain_matches_subdomains",
        )


def classes(_: Settings, current: Postfix, host: Host) -> Iterator[Finding]:
    """Domains that Postfix takes for something else than we do."""
    lists = ("mydestination", "virtual_mailbox_domains", "virtual_alias_domains", "relay_domains")
    named = {name: tokens(current.resolved(name)) for name in lists}
    # A list that is a table cannot be read from here; a domain may well stand in it.
    readable = all(":" not in word or "/domains.cf" in word for words in named.values() for word in words)
    for domain, dedicated in host.domains.items():
        where = [name for name in lists if domain in named[name]]
        if dedicated and where:
            yield Finding(
                "look",
                f"{domain} is dedicated in weftmail, and in {where[0]} here",
                "mailboxes in it keep getting mail, so it is one with mailboxes",
                f"take it out of {where[0]}, or: "
                f"{Command('mail-admin domain set {domain} --mailboxes', domain=domain)}",
            )
        if not dedicated and not where and readable:
            yield Finding(
                "look",
                f"{domain} is a domain with mailboxes, but this server has none in it",
                "our addresses work; all others are answered 'relay access denied', not 'unknown'",
                "if all its mail is to come here: "
                f"{Command('mail-admin domain set {domain} --dedicated', domain=domain)}",
            )


def utf8(_: Settings, current: Postfix, __: Host) -> Iterator[Finding]:
    """Addresses beyond ASCII."""
    if current.value("smtputf8_enable") == "no":
        yield Finding(
            "look", "smtputf8_enable is no", "mail from addresses with letters like ö is refused", "set it to yes"
        )


CHECKS: tuple[Check, ...] = (
    direct_sqlite,
    delimiter,
    chrooted_service,
    filter_accepts,
    login_hidden,
    time_limits,
    mailbox_limits,
    membership,
    map_file,
    stale_files,
    flags,
    virtual_tables,
    pipe_entry,
    cached_refusal,
    late_refusal,
    subdomains,
    classes,
    old_postfix,
    cure_taken_back,
    utf8,
)
