"""A store that notices what is changed in it without a row in the audit log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from weftmail.store.store import Store

UNTOLD = ("audit", "dns_look", "due", "generation", "sqlite_sequence", "sqlite_stat1")
"""Tables of which nobody reads a history: the log itself, and what somebody is to look at again."""

SILENT = {
    ("second_factor",): "it was begun, and counts for nothing before its first code is confirmed, which leaves a row",
    (
        "sign_in_link",
        "outbox",
    ): "whoever forgot a password asks before signing in: nobody acts, and nothing counts yet",
}
"""What may be changed without a row, by the tables, with the reason."""


class AuditedStore(Store):
    """The store as acts are given it; ``silent`` names the tables that each transaction changed and left no row of."""

    depth = 0
    silent: tuple[tuple[str, ...], ...] = ()

    @contextmanager
    def transaction(self) -> Iterator[None]:  # type: ignore[override]
        """As the store's, and compares what stood there before the outermost with what stands there since."""
        before, rows = (self._everything(), self._rows()) if self.depth == 0 else ({}, 0)
        self.depth += 1
        try:
            with super().transaction():
                yield
        finally:
            self.depth -= 1
        if self.depth == 0 and self._rows() == rows:
            after = self._everything()
            changed = tuple(name for name, text in after.items() if before[name] != text)
            self.silent += (changed,) if changed and changed not in SILENT else ()

    def _rows(self) -> int:
        count: int = self.connection.execute("select count(*) from audit").rows[0][0]
        return count

    def _everything(self) -> Mapping[str, str]:
        """Return what each table holds, but for times and the generation of the map."""
        tables = self.connection.execute("select name from sqlite_master where type = 'table'").rows
        return {name: self._content(name) for (name,) in tables if name not in UNTOLD}

    def _content(self, table: str) -> str:
        columns = [row[1] for row in self.connection.execute(f"pragma table_info({table})").rows]
        kept = [one for one in columns if not one.endswith("_at") and one not in ("generation", "bytes")]
        if not kept:
            return ""
        return str(sorted(map(str, self.connection.execute(f"select {', '.join(kept)} from {table}").rows)))
