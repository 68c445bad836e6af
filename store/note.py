"""Notes that their author changes or deletes, and what they said before."""

from __future__ import annotations

from dataclasses import dataclass, replace

from weftmail.store.connection import Connection
from weftmail.store.message import ThreadMessage
from weftmail.store.rows import many, queries
from weftmail.store.search import MESSAGE, Search


@dataclass(frozen=True, slots=True)
class NoteVersion:
    """What a note said until it was changed or deleted, at ``created_at``."""

    id: int
    text: str
    html: str
    created_at: int


class Notes:
    """The notes of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._search = Search(connection)

    def keep(self, note: ThreadMessage, now: int) -> None:
        """Keep what a note says now as a version."""
        queries.note_version_add(self._connection, company_id=note.company_id, message_id=note.id, now=now)

    def write(self, note: ThreadMessage, text: str, html: str, edited_at: int | None) -> None:
        """Store what a note says from now on; one that was deleted is there again, and found."""
        queries.note_write(
            self._connection,
            company_id=note.company_id,
            message_id=note.id,
            text=text,
            html=html,
            size=2 * len(text) + len(html),
            edited_at=edited_at,
        )
        self._search.keep_again(replace(note, text=text))

    def delete(self, note: ThreadMessage, now: int) -> None:
        """Empty a note, and let it be found and be unread no longer; its place in the conversation stays."""
        of = {"company_id": note.company_id, "message_id": note.id, "now": now}
        queries.note_delete(self._connection, **of)
        queries.note_deliveries_read(self._connection, **of)
        self._search.forget(MESSAGE, note.id)

    def versions(self, company_id: int, message_id: int) -> list[NoteVersion]:
        """Return what a note said before, the oldest first."""
        found = queries.note_versions(self._connection, company_id=company_id, message_id=message_id)
        return many(NoteVersion, found)

    def erase(self, company_id: int, message_id: int) -> None:
        """Forget what a note said before."""
        queries.note_versions_erase(self._connection, company_id=company_id, message_id=message_id)
