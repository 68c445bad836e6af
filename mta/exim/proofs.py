"""Asks a running Exim, over SMTP, whether what was written does what it should (RFC 5321).

Each proof ends before DATA: nothing is delivered, and no mailbox is touched.  The questions come from 127.0.0.2, which
Exim takes for a stranger: 127.0.0.1 may relay, and is not refused an unknown address at RCPT.
"""

from __future__ import annotations

import re
import secrets
import smtplib
import socket
import time
from collections.abc import Iterator

from weftmail.mta.exim.layout import Exim
from weftmail.mta.postfix.proofs import Probe

__all__ = ["own_answer", "port_of", "prove", "wait"]

_PATIENCE = 20.0
_LOOKS, _PAUSE = 100, 0.1
_STRANGER = "127.0.0.2"
_FOREIGN = "probe@relay-test.example.com"
"""An address that is never ours, at a name that RFC 2606 keeps for such uses."""


def port_of(current: Exim) -> int:
    """Return the first port at which this Exim takes mail."""
    ports = re.findall(r"\d+", current.options.get("daemon_smtp_ports", ""))
    return int(ports[0]) if ports else 25


def wait(current: Exim) -> None:
    """Wait until Exim answers, a few seconds at most: one that starts anew takes no connections at first."""
    for _ in range(_LOOKS):
        try:
            with socket.create_connection(("127.0.0.1", port_of(current)), _PATIENCE, (_STRANGER, 0)) as one:
                one.recv(3)
                return
        except OSError:
            time.sleep(_PAUSE)


def own_answer(current: Exim) -> str:
    """Return what Exim answers to its own root's address; "" where it does not answer."""
    return _rcpt(current, f"root@{_own(current)}")


def prove(current: Exim, domains: dict[str, bool], *, takes_all: frozenset[str], own_before: str) -> Iterator[Probe]:
    """Ask everything; ``domains`` are ours, each with whether it is dedicated; ``takes_all`` have a catch-all.

    ``own_before`` is ``own_answer`` of before the change.
    """
    if asked := next((one for one in domains if one not in takes_all), None):
        address = f"nobody-{secrets.token_hex(4)}@{asked}"
        answer = _rcpt(current, address)
        yield _judged(address, answer, answer.startswith("550"))
    if domains:
        address = f"postmaster@{next(iter(domains))}"
        answer = _rcpt(current, address)
        yield _judged(address, answer, answer.startswith("250"))
    answer = _rcpt(current, f"root@{_own(current)}")
    same = answer[:3] == own_before[:3] or answer.startswith("250") or not own_before
    step = "" if same else f"before it answered: {own_before}"
    yield Probe(f"root@{_own(current)}", answer, "ok" if same else "broken", step)
    answer = _rcpt(current, _FOREIGN)
    if answer.startswith("2"):
        step = "it relays for 127.0.0.2; if it does for others, see dc_relay_nets in update-exim4.conf.conf"
        yield Probe(_FOREIGN, answer, "broken", step)
    else:
        yield Probe(_FOREIGN, answer, "ok" if answer.startswith("5") else "open")


def _judged(address: str, answer: str, ok: bool) -> Probe:
    if ok:
        return Probe(address, answer, "ok")
    step = "is Debian-exim in the group weftmap, and was Exim restarted since? mail-admin exim check"
    return Probe(address, answer, "broken", step if answer else "is it running? systemctl status exim4")


def _own(current: Exim) -> str:
    return current.options.get("qualify_domain") or current.options.get("primary_hostname", "localhost")


def _rcpt(current: Exim, address: str) -> str:
    """Return what Exim answers to RCPT, as one line; "" where nobody answers."""
    try:
        with smtplib.SMTP("127.0.0.1", port_of(current), "weftmail.invalid", _PATIENCE, (_STRANGER, 0)) as client:
            client.ehlo_or_helo_if_needed()
            client.mail("")
            code, text = client.rcpt(address)
            return f"{code} {text.decode('utf-8', 'replace')}".replace("\n", " ")
    except (OSError, smtplib.SMTPException):
        return ""
