"""Asks a running Postfix, over SMTP, whether what was written does what it should (RFC 5321).

Each proof ends before DATA: nothing is delivered, and no mailbox is touched.
"""

from __future__ import annotations

import ipaddress
import secrets
import smtplib
import socket
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from weftmail.mta.postfix.postconf import Postfix, tokens

__all__ = ["Probe", "listens_at", "own_answer", "prove"]

_PATIENCE = 20.0
_FOREIGN = "probe@relay-test.example.com"
"""An address that is never ours, at a name that RFC 2606 keeps for such uses."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One question to the mail server: what was asked, what it answered, whether that is as it should be."""

    question: str
    answer: str
    state: Literal["ok", "broken", "open"]
    """``open`` where it could not be asked from here."""
    next_step: str = ""


def listens_at(current: Postfix) -> tuple[str, int] | None:
    """Return host and port at which this Postfix takes mail from strangers; None where no service says so."""
    for service in current.services:
        if (
            service.kind == "inet"
            and service.command in ("smtpd", "postscreen")
            and "smtpd_tls_wrappermode" not in service.options
        ):
            host, _, port = service.name.rpartition(":")
            with suppress(OSError):
                return (host.strip("[]") or "127.0.0.1", int(port) if port.isdigit() else socket.getservbyname(port))
    return None


def own_answer(current: Postfix) -> str:
    """Return what Postfix answers to its own root's address; "" where it does not answer."""
    return _rcpt(current, f"root@{current.resolved('myhostname')}")


def prove(current: Postfix, domains: dict[str, bool], *, takes_all: frozenset[str], own_before: str) -> Iterator[Probe]:
    """Ask everything; ``domains`` are ours, each with whether it is whole; ``takes_all`` have a catch-all.

    ``own_before`` is ``own_answer`` of before the change.
    """
    for domain in domains:
        if domain not in takes_all:
            yield _unknown(current, domain)
            break
    if domains:
        address = f"postmaster@{next(iter(domains))}"
        yield _taken(address, _rcpt(current, address))
    yield _own(current, own_before)
    yield _relay(current)


def _unknown(current: Postfix, domain: str) -> Probe:
    address = f"nobody-{secrets.token_hex(4)}@{domain}"
    answer = _rcpt(current, address)
    ok = answer.startswith("550") and "5.1.1" in answer
    return Probe(address, answer, "ok" if ok else "broken", "" if ok else _next(answer))


def _taken(address: str, answer: str) -> Probe:
    ok = answer.startswith("250")
    return Probe(address, answer, "ok" if ok else "broken", "" if ok else _next(answer))


def _own(current: Postfix, before: str) -> Probe:
    address = f"root@{current.resolved('myhostname')}"
    answer = _rcpt(current, address)
    same = answer[:3] == before[:3] or answer.startswith("250") or not before
    return Probe(address, answer, "ok" if same else "broken", "" if same else f"before it answered: {before}")


def _relay(current: Postfix) -> Probe:
    source = _stranger(current)
    if source is None:
        step = "from another machine: swaks --quit-after RCPT --to probe@relay-test.example.com --server this-server"
        return Probe(_FOREIGN, "every address of this machine may relay, so it cannot be asked from here", "open", step)
    answer = _rcpt(current, _FOREIGN, source)
    if not answer:
        return Probe(_FOREIGN, f"no answer to {source}", "open", "")
    if answer.startswith("2"):
        return Probe(_FOREIGN, answer, "broken", "this server relays for strangers: see smtpd_relay_restrictions")
    refused = answer[0] == "5" or answer.startswith("454")
    return Probe(_FOREIGN, answer, "ok" if refused else "open")


def _next(answer: str) -> str:
    if not answer:
        return "is it running? postfix status"
    return "is postfix in the group weftmap, and was it restarted since? mail-admin postfix check"


def _rcpt(current: Postfix, address: str, source: str = "") -> str:
    """Return what Postfix answers to RCPT, as one line; "" where nobody answers."""
    where = listens_at(current)
    if where is None:
        return ""
    try:
        host = source if source and where[0] == "127.0.0.1" and not source.startswith("127.") else where[0]
        with smtplib.SMTP(host, where[1], "weftmail.invalid", _PATIENCE, (source, 0) if source else None) as client:
            client.ehlo_or_helo_if_needed()
            client.mail("")
            code, text = client.rcpt(address)
            return f"{code} {text.decode('utf-8', 'replace')}".replace("\n", " ")
    except (OSError, smtplib.SMTPException):
        return ""


def _stranger(current: Postfix) -> str | None:
    """Return an address of this machine from which Postfix takes us for a stranger."""
    networks = _networks(current)
    return next((one for one in _addresses() if not any(ipaddress.ip_address(one) in net for net in networks)), None)


def _networks(current: Postfix) -> Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    found = []
    for word in tokens(current.resolved("mynetworks")):
        with suppress(ValueError):
            found.append(ipaddress.ip_network(word.replace("[", "").replace("]", ""), strict=False))
    return found


def _addresses() -> Iterator[str]:
    """Yield addresses of this machine: another one of loopback, and the one by which it reaches others."""
    yield "127.0.0.2"
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        # Nothing is sent: the kernel only chooses the address.  192.0.2.0/24 is kept for documents (RFC 5737).
        one.connect(("192.0.2.1", 9))
        yield str(one.getsockname()[0])
