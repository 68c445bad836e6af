"""What the checks of the doctor look at: settings, store, map and this machine, each opened when first asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

from weftmail.cli import runtime
from weftmail.cli.config import Config
from weftmail.core.ports import Clock, Machine
from weftmail.flow.status import MachineStatus, Status, machine_status, status
from weftmail.store.store import Store


@dataclass(slots=True)
class Examined:
    """One installation, looked at once; only reads."""

    config: Config
    settings: str
    """Where the settings are."""
    clock: Clock
    machine: Machine
    _store: Store | None = field(default=None, init=False)
    _status: Status | None = field(default=None, init=False)

    @property
    def store(self) -> Store:
        """The store; raises UsageError or TempFail where it cannot be opened."""
        if self._store is None:
            self._store = runtime.open_store(self.config, readonly=True)
        return self._store

    @property
    def status(self) -> Status:
        """How mail flows, with the figures of 24 hours."""
        if self._status is None:
            self._status = status(self.store, self.clock(), None, self.machine)
        return self._status

    @property
    def here(self) -> MachineStatus:
        """What runs on this machine."""
        return machine_status(self.machine)

    def close(self) -> None:
        """Close what was opened."""
        if self._store is not None:
            self._store.close()
            self._store = None


def age(milliseconds: int) -> str:
    """Return a span of time as people say it: "3 min", "2 h", "4 days"."""
    minutes = max(0, milliseconds) // 60_000
    if minutes < 120:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h" if hours < 48 else f"{hours // 24} days"


def counted(count: int, one: str, many: str = "") -> str:
    """Return a number with its noun."""
    return f"{count} {one if count == 1 else many or one + 's'}"
