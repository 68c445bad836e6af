"""Settings that stand in the store: those that hold for the whole installation and may be changed while it runs.

What a program has to know before it opens the store stands in its file instead (``weftmail/cli/config.py``).
"""

from __future__ import annotations

from weftmail.store.connection import Connection
from weftmail.store.rows import queries


class StoredSettings:
    """The settings of a store, by name."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, name: str) -> str | None:
        """Return what is set, or None where nothing is."""
        found: str | None = queries.setting(self._connection, name=name)
        return found

    def put(self, name: str, value: str) -> None:
        """Set it."""
        queries.setting_put(self._connection, name=name, value=value)

    def remove(self, name: str) -> None:
        """Take it away: its default holds again."""
        queries.setting_remove(self._connection, name=name)
