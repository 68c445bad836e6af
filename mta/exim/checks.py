"""What is wrong with an Exim that weftmail was written into: what was lost, and the traps that only show under mail.

Each check answers the same three questions: what is wrong, why that matters, what to do next.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from weftmail.core.failure import TempFail
from weftmail.core.limits import MESSAGE_SIZE
from weftmail.core.wording.command import Command
from weftmail.mta import map_copy
from weftmail.mta.exim.changes import show
from weftmail.mta.exim.layout import Exim, run
from weftmail.mta.exim.rights import READ, WRITE, barred_by
from weftmail.mta.exim.settings import DATA_ACL, EximSettings, render
from weftmail.mta.map import GROUP, MapDatabase
from weftmail.mta.postfix.finding import Finding
from weftmail.mta.postfix.host import members

__all__ = ["EximHost", "check", "look"]

_AGAIN = "update-exim4.conf; systemctl reload exim4"


@dataclass(frozen=True, slots=True)
class EximHost:
    """What the checks want to know beside Exim's configuration."""

    data_acl: str | None
    """Our file of that name; None where it is missing."""
    members: frozenset[str] | None
    """Who is in the group ``weftmap``; None where there is no such group."""
    copied: int
    """How far the copies of the map have followed; -1 where they are missing."""
    followed: int
    """How far the map itself has."""
    queue: str
    """Exim's queue, as ``exim4 -bp`` prints it."""
    retries: bool
    """Whether Exim tries again at all."""
    authserv_id: str
    """The name whose reports weftmail believes."""
    mail_log: str
    """The log that weftmail follows."""
    barred: Mapping[str, str] = field(default_factory=dict)
    """Files that Exim needs and may not use, each with what bars it: the file itself or a folder above."""
    program: bool = True
    """Whether the pipe program is there and may be run."""
    runs: bool = True
    """Whether a daemon runs, as far as can be seen."""


def look(settings: EximSettings, authserv_id: str, mail_log: str) -> EximHost:
    """Return the machine as it is now."""
    acl = Path(settings.folder) / DATA_ACL
    folder = Path(settings.map).parent
    return EximHost(
        acl.read_text("utf-8") if acl.exists() else None,
        members(GROUP),
        map_copy.generation(folder),
        _followed(settings),
        run("exim4", "-bp")[1],
        "No retry" not in run("exim4", "-brt", "relay-test.example.com")[1],
        authserv_id,
        mail_log,
        _barred(settings),
        os.access(settings.program, os.X_OK),
        _runs(),
    )


def _barred(settings: EximSettings) -> Mapping[str, str]:
    needs = [(settings.recipients, READ), (settings.domains, READ), (f"{settings.folder}/{DATA_ACL}", READ)]
    if settings.mode == "lmtp":
        needs.append((settings.socket, READ | WRITE))
    return {path: bar for path, wants in needs if (bar := barred_by(settings.exim_user, path, wants))}


def _runs() -> bool:
    """Say whether the daemon runs that wrote its number down; True, too, where that may not be read."""
    said = run("exim4", "-bP", "pid_file_path")[1].partition("=")[2].strip()
    try:
        return Path("/proc", Path(said or "/run/exim4/exim.pid").read_text("ascii").strip()).is_dir()
    except FileNotFoundError:
        return False
    except (OSError, ValueError):
        return True


def _followed(settings: EximSettings) -> int:
    try:
        file = MapDatabase(settings.map)
    except TempFail:
        return -1
    try:
        return file.generation()
    finally:
        file.close()


def check(settings: EximSettings, current: Exim, here: EximHost) -> list[Finding]:
    """Return what is wrong, the worst first."""
    found = [finding for one in _CHECKS for finding in one(settings, current, here)]
    return sorted(found, key=lambda finding: finding.level != "broken")


def _parts(settings: EximSettings, current: Exim, here: EximHost) -> Iterator[Finding]:
    """What weftmail wrote and is no longer there, as after an upgrade that put Debian's own file in place."""
    for change in show(settings, current, here.data_acl):
        if change.sign == "!":
            yield Finding(
                "broken", f"{change.name} needs a decision", change.reason, "decide, then: mail-admin exim show"
            )
        elif change.sign != " ":
            what = "lacks" if change.sign == "+" else "has another"
            yield Finding("broken", f"{change.file} {what} {change.name}", change.reason, "mail-admin exim install")


def _generated(settings: EximSettings, current: Exim, _: EximHost) -> Iterator[Finding]:
    """What stands in the parts counts only once it was put together."""
    lines = [line.strip() for line in render(settings)["router/050_weftmail"].splitlines() if "lookup" in line]
    if (
        current.layout in ("split", "unsplit")
        and current.readable
        and not all(line in current.generated for line in lines)
    ):
        yield Finding(
            "broken",
            "what Exim reads is older than its parts",
            "our routers are not in it, so mail to our addresses is refused or goes elsewhere",
            _AGAIN,
        )


def _group(settings: EximSettings, _: Exim, here: EximHost) -> Iterator[Finding]:
    """Without the group Exim cannot read the map, and every mail to this server is deferred."""
    if here.members is None or settings.exim_user not in here.members:
        yield Finding(
            "broken",
            f"{settings.exim_user} is not in the group {GROUP}",
            "it can neither read the map nor reach the listener's socket, and all mail to this server waits",
            f"{Command('adduser {user} {group}', user=settings.exim_user, group=GROUP)}; systemctl restart exim4",
        )


def _rights(settings: EximSettings, _: Exim, here: EximHost) -> Iterator[Finding]:
    """A mode that was changed, as by a chmod -R of the state folder."""
    if here.members is None or settings.exim_user not in here.members:
        # All that the group may read is barred then, and one step mends it.
        return
    for path, bar in here.barred.items():
        lacks = "the listener cannot be reached, and mail to weftmail" if path == settings.socket else "mail"
        ours = "g+X" if path != bar else "g+rw" if path == settings.socket else "g+r"
        mode = "a+rX" if bar.startswith(settings.folder) else ours
        mend = str(Command("chmod {mode} {path}", mode=mode, path=bar))
        if mode != "a+rX":
            mend = f"{Command('chgrp {group} {path}', group=GROUP, path=bar)}; {mend}"
        yield Finding("broken", f"{settings.exim_user} may not use {path}: {bar} bars it", f"{lacks} waits", mend)


def _program(settings: EximSettings, _: Exim, here: EximHost) -> Iterator[Finding]:
    if settings.mode == "pipe" and not here.program:
        yield Finding(
            "broken",
            f"the pipe program {settings.program} is missing or may not be run",
            "mail to weftmail waits, and is frozen in the end",
            "mail-admin exim install --pipe --program PATH",
        )


def _running(_: EximSettings, __: Exim, here: EximHost) -> Iterator[Finding]:
    if not here.runs:
        yield Finding(
            "broken", "Exim does not run", "no mail comes in, and what is to leave waits", "systemctl start exim4"
        )


def _version(_: EximSettings, current: Exim, __: EximHost) -> Iterator[Finding]:
    """From 4.94 on what a stranger said is tainted; our parts were written for that, and tried with 4.96."""
    number = tuple(map(int, re.findall(r"\d+", current.version)[:2]))
    if number and number < (4, 94):
        yield Finding(
            "look",
            f"Exim {current.version} was never tried with weftmail",
            "it was tried with 4.96; from 4.94 on Exim refuses a stranger's words where they could do harm",
            "upgrade the mail server",
        )


def _map(settings: EximSettings, _: Exim, here: EximHost) -> Iterator[Finding]:
    if here.copied < 0:
        yield Finding(
            "broken",
            f"{settings.recipients} is missing or damaged",
            "Exim cannot look up anybody, and all mail to this server waits",
            "mail-admin exim install",
        )
    elif here.copied < here.followed:
        reason = "new addresses are refused until it follows"
        yield Finding(
            "broken", f"{settings.recipients} is older than the map", reason, "df; then: mail-admin exim check"
        )


def _reports(settings: EximSettings, _: Exim, here: EximHost) -> Iterator[Finding]:
    """The field that our ACL writes is believed only under the name that the settings say."""
    if here.authserv_id != settings.authserv_id:
        yield Finding(
            "look",
            f"authserv_id is {here.authserv_id!r}, and Exim reports as {settings.authserv_id!r}",
            "logins and the DKIM results that Exim writes are not believed",
            f'write into weftmail.toml: authserv_id = "{settings.authserv_id}"',
        )


def _log(_: EximSettings, current: Exim, here: EximHost) -> Iterator[Finding]:
    path = current.options.get("log_file_path", "").partition(":")[0].strip().replace("%s", "main")
    if path.startswith("/") and path != here.mail_log:
        yield Finding(
            "look",
            f"weftmail follows {here.mail_log or 'no log'}, and Exim writes {path}",
            "what becomes of mail that left stays unknown",
            f'write into weftmail.toml: mail_log = "{path}"',
        )


def _signatures(_: EximSettings, current: Exim, __: EximHost) -> Iterator[Finding]:
    if re.search(r"(?m)^(DC_minimaldns|DISABLE_DKIM_VERIFY)\s*=", current.generated):
        yield Finding(
            "look",
            "DKIM is not checked",
            "DC_minimaldns or DISABLE_DKIM_VERIFY switches it off, so who wrote a mail is known of logins alone",
            'take the macro out, or let weftmail check by itself: authentication = "own" in weftmail.toml',
        )


def _long_lines(_: EximSettings, current: Exim, __: EximHost) -> Iterator[Finding]:
    if current.generated and not re.search(r"(?m)^IGNORE_SMTP_LINE_LENGTH_LIMIT\s*=", current.generated):
        yield Finding(
            "look",
            "mail with a line of more than 998 octets is refused",
            "that is Debian's default; some programs of customers write such lines",
            "to take it: IGNORE_SMTP_LINE_LENGTH_LIMIT = 1 among the macros",
        )


def _many(_: EximSettings, current: Exim, __: EximHost) -> Iterator[Finding]:
    limit = current.options.get("smtp_accept_queue_per_connection", "10")
    if limit.isdigit() and 0 < int(limit) < 100:
        yield Finding(
            "look",
            f"after {limit} mails of one connection Exim only queues",
            "a burst of notifications waits for the next queue run, up to 30 minutes",
            "write among the main options: smtp_accept_queue_per_connection = 0",
        )


def _size(_: EximSettings, current: Exim, __: EximHost) -> Iterator[Finding]:
    limit = _bytes(current.options.get("message_size_limit", "50M"))
    if limit > MESSAGE_SIZE:
        yield Finding(
            "look",
            f"Exim takes mail of {limit} bytes, and the listener {MESSAGE_SIZE}",
            "a larger mail waits, and then bounces",
            "MESSAGE_SIZE_LIMIT = 60M among the macros",
        )


def _bytes(text: str) -> int:
    found = re.fullmatch(r"(\d+)([KMG]?)", text)
    return int(found[1]) * {"": 1, "K": 2**10, "M": 2**20, "G": 2**30}[found[2]] if found else 0


def _retry(_: EximSettings, __: Exim, here: EximHost) -> Iterator[Finding]:
    if not here.retries:
        yield Finding(
            "broken",
            "Exim has no retry rule",
            "what cannot be delivered at once bounces, also while the listener is stopped",
            "put back Debian's conf.d/retry/30_exim4-config",
        )


def _frozen(settings: EximSettings, _: Exim, here: EximHost) -> Iterator[Finding]:
    """Our own pipe freezes a mail whose shell was killed; nobody thaws it but a person."""
    ids = re.findall(r"(?m)^\s*\d+[mhd]\s+\S+\s+(\S+) .*\*\*\* frozen \*\*\*", here.queue)
    if settings.mode == "pipe" and ids:
        yield Finding(
            "look",
            f"frozen mail in the queue: {len(ids)}",
            "Exim does not try them again by itself; a program that was killed leaves its mail so",
            f"exim4 -Mvl {ids[0]}, then: exim4 -Mt {' '.join(ids[:5])}",
        )


_CHECKS: tuple[Callable[[EximSettings, Exim, EximHost], Iterator[Finding]], ...] = (
    _running, _parts, _generated, _group, _rights, _map, _program, _retry, _reports, _log, _signatures, _long_lines,
    _many, _size, _frozen, _version,
)  # fmt: skip
