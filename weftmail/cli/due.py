"""The runner of what is due, as every resident program has it: mail-send, the listener and the site."""

from __future__ import annotations

import os

from weftmail.cli import runtime
from weftmail.cli.config import Config
from weftmail.core.ports import MapFile
from weftmail.flow.due.errand import Errand
from weftmail.flow.due.runner import Runner
from weftmail.flow.follow_map import follow
from weftmail.store.store import Store

SECOND = 1000
"""The map is compared with the store this often; in milliseconds."""


class MapFollower:
    """This machine's map, opened when it is first needed: a program that could not open it works all the same."""

    def __init__(self, config: Config, store: Store) -> None:
        self._config = config
        self._store = store
        self._file: MapFile | None = None

    def follow(self) -> None:
        """Bring the map up to the store; raises TempFail where its file cannot be used now."""
        self._file = self._file or runtime.open_map(self._config)
        follow(self._store, self._file)


def runner(config: Config, store: Store, program: str, *errands: Errand) -> Runner:
    """Return the runner of this process on ``store``; it follows the map, and runs ``errands`` besides.

    Raises UsageError where keys or the name of the installation are missing.
    """
    return Runner(
        store,
        runtime.installation(config, store),
        f"{program} {os.uname().nodename}:{os.getpid()}",
        (Errand("following the map", MapFollower(config, store).follow, SECOND), *errands),
    )
