"""The doctor's look outside: whether this machine may speak to the mail servers of others at all (RFC 5321, port 25).

Many providers close outgoing port 25.  Nothing is sent: a connection is opened to the servers where our own people have
their mailboxes, and closed again.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from weftmail.cli import runtime
from weftmail.cli.doctor.examined import Examined
from weftmail.cli.hostname import exim_here
from weftmail.cli.mailboxes import SETTINGS
from weftmail.core.address import domain_of
from weftmail.core.ports import DnsAnswer, Resolver
from weftmail.mta.exim import layout
from weftmail.mta.postfix import changes
from weftmail.mta.postfix.finding import Finding
from weftmail.mta.postfix.log import relays_of
from weftmail.mta.postfix.postconf import DEFAULT_FOLDER

PORT = 25
PATIENCE = 4.0
"""So many seconds a server has to answer."""
MOST = 3
"""So many servers are tried, of different domains."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A mail server that was tried, and why nobody spoke there; "" where somebody did."""

    host: str
    why: str = ""


def port_25(examined: Examined) -> tuple[str, Sequence[Finding]]:
    """Servers outside can be reached, or a relay is named that passes mail on."""
    config = examined.config
    if config.smtp.startswith("maildir:"):
        return "a demo: no mail server", []
    if not config.dns_looks:
        return "not tried: dns_looks is off", []
    relay = _relay()
    if relay:
        return f"not needed: mail goes by {relay}", []
    people = [address for user in examined.store.users.all() for address in examined.store.users.addresses(user.id)]
    domains = dict.fromkeys(map(domain_of, people))
    ours = examined.store.domains.named(set(domains))
    return said(tried(runtime.patient_resolver(), (one for one in domains if one not in ours)))


def said(found: Sequence[Tried]) -> tuple[str, Sequence[Finding]]:
    """Say what came of it."""
    if not found:
        return "not tried: nobody of yours has a mailbox elsewhere that the DNS knows", []
    open_ = next((one.host for one in found if not one.why), "")
    if open_:
        return f"open: {open_} answers", []
    why = "; ".join(f"{one.host}: {one.why}" for one in found)
    what = "your provider blocks outgoing port 25" if len(found) > 1 else f"{found[0].host} is not reached at port 25"
    return "", [Finding("broken" if len(found) > 1 else "look", what, f"no mail leaves for others ({why})",
                        "ask them to open it, or name a relay: mail-admin server add NAME --host HOST")]  # fmt: skip


def tried(resolver: Resolver, domains: Iterable[str], port: int = PORT, patience: float = PATIENCE) -> list[Tried]:
    """Try the mail servers of these domains, one of each, until one answers."""
    found: list[Tried] = []
    for host, address in islice(_servers(resolver, domains), MOST):
        found.append(Tried(host, _knock(address, port, patience)))
        if not found[-1].why:
            break
    return found


def _servers(resolver: Resolver, domains: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Give the first mail server of each domain, by name and address, each once."""
    seen = set[str]()
    for domain in domains:
        answer = resolver.query(domain, "MX")
        if not isinstance(answer, DnsAnswer):
            continue
        named = sorted((int(number), host) for number, _, host in (one.partition(" ") for one in answer.values))
        host = named[0][1]
        address = resolver.query(host, "A") if host not in ("", ".", *seen) else None
        if isinstance(address, DnsAnswer):
            seen.add(host)
            yield host, address.values[0]


def _knock(address: str, port: int, patience: float) -> str:
    """Open a connection and close it; return why there is none, "" where there is."""
    try:
        socket.create_connection((address, port), patience).close()
    except TimeoutError:
        return f"no answer within {patience:g} s"
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _relay() -> str:
    """Return by which server this machine's mail server sends everything; "" where it goes to each itself."""
    if exim_here():
        settings = layout.read().texts.get(layout.SETTINGS, "")
        typed = layout.shell_value(settings, "dc_eximconfig_configtype")
        return layout.shell_value(settings, "dc_smarthost") if typed in ("smarthost", "satellite") else ""
    if not SETTINGS.exists():
        return ""
    current = changes.read(DEFAULT_FOLDER)
    return next(iter(relays_of(current.value)), "")
