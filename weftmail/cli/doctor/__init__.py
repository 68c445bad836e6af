"""The doctor: everything that keeps an installation from being healthy, looked for and said with the next step.

Each check is one function: it is given what it looks at, and says what it saw and what is wrong.  A check that is
broken itself is a finding, and the others go on.  Nothing is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from weftmail.cli.config import Config
from weftmail.cli.doctor import files, mail, outside, programs, store
from weftmail.cli.doctor.examined import Examined
from weftmail.cli.this_server import ThisServer
from weftmail.core.failure import TempFail, UsageError
from weftmail.core.ports import Clock
from weftmail.mta.postfix.finding import Finding

__all__ = ["CHECKS", "Examination", "Examined", "examine"]

Tone = Literal["good", "look", "broken"]
Check = Callable[[Examined], tuple[str, Sequence[Finding]]]
"""Returns what it saw, in a few words, and what is wrong."""

SERVER = "mail server"
CHECKS: dict[str, Check] = {
    "store": store.whole,
    "version": store.version,
    "keys": files.keys,
    "permissions": files.permissions,
    "map": store.map_follows,
    "listener": programs.listener,
    "sender": programs.sender,
    "site": programs.site,
    SERVER: mail.wiring,
    "mail log": mail.log,
    "delivered": mail.handed_over,
    "queue": mail.queue,
    "review": mail.errors,
    "DNS": mail.dns,
    "port 25": outside.port_25,
    "certificates": files.certificates,
    "clock": programs.clock,
    "disk": programs.disk,
    "backups": files.backups,
}
"""Every check by its name, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Examination:
    """What one check found."""

    name: str
    saw: str
    findings: Sequence[Finding] = field(default=())

    @property
    def tone(self) -> Tone:
        """The worst of its findings."""
        levels = {one.level for one in self.findings}
        return "broken" if "broken" in levels else "look" if levels else "good"


def examine(
    config: Config, environ_path: str, clock: Clock, become_owner: Callable[[], None] = lambda: None
) -> Iterator[Examination]:
    """Yield what each check finds, as soon as it is known; ``environ_path`` is where the settings are.

    ``become_owner`` makes of root the owner of the store, for good.  The mail server is looked at before: what Exim
    reads may be for root alone.
    """
    examined = Examined(config, environ_path, clock, ThisServer(config))
    server = _checked(SERVER, CHECKS[SERVER], examined)
    become_owner()
    try:
        for name, check in CHECKS.items():
            yield server if name == SERVER else _checked(name, check, examined)
    finally:
        examined.close()


def _checked(name: str, check: Check, examined: Examined) -> Examination:
    try:
        saw, findings = check(examined)
    except (UsageError, TempFail) as error:
        what, _, next_step = str(error).partition("; ")
        return Examination(
            name, "", [Finding("broken", what, "nothing more can be said of it", next_step or "try again")]
        )
    return Examination(name, saw, findings)
