"""The doctor's look at what runs: listener, sender, site; and at the machine's clock and disk."""

from __future__ import annotations

import ctypes
import http.client
from collections.abc import Sequence
from pathlib import Path

from weftmail.cli import runtime
from weftmail.cli.config import host_and_port
from weftmail.cli.doctor.examined import Examined, age, counted
from weftmail.cli.hostname import exim_here
from weftmail.cli.mailboxes import SETTINGS
from weftmail.cli.output import shown
from weftmail.core.failure import UsageError
from weftmail.flow.status import LEAST_DISK
from weftmail.mta.exim import writing as exim
from weftmail.mta.postfix import writing as postfix
from weftmail.mta.postfix.finding import Finding
from weftmail.mta.postfix.postconf import DEFAULT_FOLDER

PATIENCE = 5.0
"""So many seconds the site has to answer."""
AHEAD = 5 * 60_000
"""Rows may be younger than the clock by so much, in milliseconds: two machines never agree wholly."""
_UNSYNCHRONISED = 5
"""TIME_ERROR of adjtimex(2): nothing keeps the clock right."""


def listener(examined: Examined) -> tuple[str, Sequence[Finding]]:
    """It greets whoever connects."""
    found = examined.here
    if found.listener:
        return _since(found.listener_since), []
    why = (
        f"{counted(found.spool, 'mail')} in {examined.config.incoming}, the others stay with the mail server"
        f"{_kept(examined)}; nothing bounces for 5 days"
    )
    return "", [Finding("broken", f"the listener does not run{_seen(found.listener_since)}", why,
                        "systemctl start weftmail-listener")]  # fmt: skip


def _kept(examined: Examined) -> str:
    """Say what the mail server keeps for us, where it tells."""
    if examined.config.smtp.startswith("maildir:"):
        return ""
    takes = runtime.open_map(examined.config).takes
    if exim_here():
        mails = [(count, old * 1000) for count, old in exim.queued(takes)]
    elif SETTINGS.exists():
        now = examined.clock()
        mails = [(count, now - at * 1000) for count, at in postfix.queued(DEFAULT_FOLDER, takes)]
    else:
        return ""
    return kept(mails)


def kept(mails: Sequence[tuple[int, int]]) -> str:
    """Say how many mails wait, and how old the oldest is, in milliseconds."""
    if not mails:
        return ", which keeps none now"
    return f", which keeps {counted(len(mails), 'mail')}, the oldest for {age(max(old for _, old in mails))}"


def sender(examined: Examined) -> tuple[str, Sequence[Finding]]:
    """It holds its lock."""
    found = examined.here
    if found.sender:
        return _since(found.sender_since), []
    waiting = examined.status.left.get("waiting", 0)
    why = f"nothing leaves: {counted(waiting, 'copy', 'copies')} of the last 24 hours wait"
    return "", [Finding("broken", f"the sender does not run{_seen(found.sender_since)}", why,
                        "systemctl start weftmail-sender")]  # fmt: skip


def _since(at: int | None) -> str:
    return "runs" if at is None else f"runs since {shown(at)}"


def _seen(at: int | None) -> str:
    return "" if at is None else f", last seen {shown(at)}"


def site(examined: Examined) -> tuple[str, Sequence[Finding]]:
    """It answers where the settings say that it listens."""
    # The settings were checked as they were read: there is a host, and a port.
    asked = http.client.HTTPConnection(*host_and_port(examined.config.site) or ("", 0), timeout=PATIENCE)
    try:
        asked.request("GET", "/healthz", headers={"Host": "localhost"})
        status = asked.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        why = f"nobody can work in the browser; mail flows all the same ({error})"
        return "", [Finding("broken", f"the site does not answer at {examined.config.site}", why,
                            "systemctl start weftmail-site")]  # fmt: skip
    finally:
        asked.close()
    return f"answers at {examined.config.site}, {status}", []


def synchronised() -> bool | None:
    """Say whether something keeps this machine's clock right, as the kernel knows it; None where it does not tell."""
    try:
        # A struct timex whose modes are 0 asks, and sets nothing; 512 bytes hold it on every machine.
        return int(ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.create_string_buffer(512))) not in (
            -1,
            _UNSYNCHRONISED,
        )
    except (OSError, AttributeError):
        return None


def clock(examined: Examined) -> tuple[str, Sequence[Finding]]:
    """It is not behind what is in the store, and something keeps it right."""
    now, newest = examined.clock(), examined.store.inbound.newest()
    if newest is not None and newest - now > AHEAD:
        why = "mail is dated wrong, links and codes end at the wrong time"
        return "", [Finding("broken", f"the clock is {age(newest - now)} behind the newest mail", why,
                            "set it, and let a time service keep it: apt install chrony")]  # fmt: skip
    kept = synchronised()
    if kept is False:
        why = "codes of an app and signatures are refused where it is off by more than a minute"
        return shown(now), [Finding("look", "nothing keeps this machine's clock right", why, "apt install chrony")]
    return f"{shown(now)}{', kept right' if kept else ''}", []


def disk(examined: Examined) -> tuple[str, Sequence[Finding]]:
    """There is room where the store lies, and for a backup of it."""
    free, folder = examined.here.disk, examined.config.folder
    if free < LEAST_DISK:
        why = "soon no mail can be taken; the mail server keeps it meanwhile"
        return "", [Finding("broken", f"{free // 1_000_000} MB are free on the disk of {folder}", why,
                            "make room there, or move it to a larger disk")]  # fmt: skip
    size = _size(examined.config.store)
    findings = []
    if free < 2 * size:
        findings.append(
            Finding("look", f"{free // 1_000_000} MB are free, and the store has {size // 1_000_000} MB",
                    "a backup needs that much for a while", "make room, or name another folder for backups")
        )  # fmt: skip
    return f"{free // 1_000_000} MB free", findings


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
