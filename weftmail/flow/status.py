"""How it stands: is mail flowing, what waits, what is broken; for the overview, ``mail-admin status`` and /healthz."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from weftmail.core.next_hop import HandedOver
from weftmail.core.ports import Machine
from weftmail.flow.handed_over import GRACE, HOUR
from weftmail.flow.running import PAUSED, number
from weftmail.store.handed_over import HandedCount
from weftmail.store.inbound import Tally
from weftmail.store.store import Store

DAY = 24 * 3600 * 1000
LATE = 15 * 60 * 1000
"""A copy, or a mail to be read, that waits for longer than this is worth a look; in milliseconds."""
LEAST_DISK = 500 * 1024 * 1024
"""With fewer bytes free the store is in danger."""
MOST_MISSING = 20
"""Of what the mail server handed over and is not here, so much is named."""
NONE = HandedCount(0, 0)
Tone = Literal["good", "look", "broken"]


@dataclass(frozen=True, slots=True)
class DomainStatus:
    """A domain in use: its state, and what the DNS had of it at the last look, "" before the first."""

    name: str
    state: str
    dns: str


@dataclass(frozen=True, slots=True)
class MachineStatus:
    """What runs on this machine, and what is left of its disk."""

    listener: bool
    listener_since: int | None
    """Since when it runs; where it does not, when it was last seen."""
    sender: bool
    sender_since: int | None
    spool: int
    """Files in ``incoming``, mail that no listener has taken up yet."""
    spool_since: int | None
    """Since when the oldest of them waits."""
    disk: int
    """Bytes that are free where the store lies."""
    mail_log: bool | None
    """Whether the mail server's log can be read; None where none is followed."""


@dataclass(frozen=True, slots=True)
class Status:
    """One look at a company, or at the whole installation, with the figures of the last 24 hours."""

    came: Tally
    left: dict[str, int]
    """Copies of these 24 hours by state: waiting, delayed, sent, failed, cancelled."""
    waiting_since: int | None
    """Since when the oldest copy that is to leave waits, of all times."""
    review: dict[str, int]
    review_since: int | None
    domains: Sequence[DomainStatus]
    paused: bool
    machine: MachineStatus | None
    """None for an admin of one company, to whom the machine says nothing."""
    looked_at: int
    handed: HandedCount = NONE
    """What the mail server's log says it handed over in these hours, and how much of it is here."""
    missing: Sequence[HandedOver] = ()
    """What of it is not here after a minute: the newest."""

    @property
    def since(self) -> int:
        """From when on what came and left is counted."""
        return self.looked_at - DAY

    @property
    def late(self) -> bool:
        """Whether a copy waits for too long, while nobody paused sending."""
        since = self.waiting_since
        return not self.paused and since is not None and self.looked_at - since > LATE

    @property
    def broken(self) -> list[str]:
        """Return what keeps mail from flowing, by name."""
        found = [] if self.came.comes_out else ["sum"]
        if self.machine is not None:
            names = {"listener": not self.machine.listener, "sender": not self.machine.sender}
            names["disk"] = self.machine.disk < LEAST_DISK
            found += [name for name, is_so in names.items() if is_so]
        return found

    @property
    def to_look_at(self) -> list[str]:
        """Return what somebody should look at, by name."""
        names = {
            "paused": self.paused,
            "late": self.late,
            "failed": self.left["failed"] > 0,
            "error": self.review["error"] > 0,
            "spool": self.machine is not None and self.machine.spool > 0,
            "missing": bool(self.missing),
            "mail log": self.machine is not None and self.machine.mail_log is False,
            "dns": any(one.dns in ("look", "broken") for one in self.domains),
        }
        return [name for name, is_so in names.items() if is_so]

    @property
    def tone(self) -> Tone:
        """The worst of it."""
        return "broken" if self.broken else "look" if self.to_look_at else "good"


def status(store: Store, now: int, company_id: int | None = None, machine: Machine | None = None) -> Status:
    """Return how a company stands, or without one the installation; only reads."""
    since = now - DAY
    return Status(
        came=store.inbound.tally_since(since, company_id),
        left=store.outbox.counts_since(since, company_id),
        waiting_since=store.outbox.waiting_since(company_id),
        review=store.inbound.review_counts_of(company_id),
        review_since=store.inbound.review_since(company_id),
        domains=_domains(store, company_id),
        paused=number(store, PAUSED) == 1,
        machine=None if machine is None else machine_status(machine),
        looked_at=now,
        handed=NONE if machine is None else store.handed_over.since(since // HOUR),
        missing=() if machine is None else store.handed_over.missing(now - GRACE, MOST_MISSING),
    )


def _domains(store: Store, company_id: int | None) -> list[DomainStatus]:
    ours = [one for one in store.domains.all() if company_id is None or one.company_id in (company_id, None)]
    looks = store.dns.of([one.id for one in ours])
    return [
        DomainStatus(one.name, one.state, (looks[one.id].verdict or "") if one.id in looks else "")
        for one in ours
        if one.state != "removed"
    ]


def machine_status(machine: Machine) -> MachineStatus:
    """Return what runs on a machine, and what room is left."""
    return MachineStatus(
        listener=machine.listener_answers(),
        listener_since=machine.listener_since(),
        sender=machine.sender_runs(),
        sender_since=machine.sender_since(),
        spool=machine.spooled(),
        spool_since=machine.spooled_since(),
        disk=machine.free_bytes(),
        mail_log=machine.mail_log_readable(),
    )
