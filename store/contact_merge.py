"""Two contacts who turned out to be the same person, and that they did not."""

from __future__ import annotations

from weftmail.store.connection import Connection
from weftmail.store.rows import column, queries

_MOVES = ("addresses", "records", "messages", "addressed")


class ContactMerges:
    """What passes from one contact to another, each row noted so that it can go back."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def merge(self, company_id: int, kept: int, gone: int, now: int) -> None:
        """Let all that is ``gone``'s be ``kept``'s: addresses, records, messages, places in conversations."""
        words = {"company_id": company_id, "kept": kept, "gone": gone}
        for what in _MOVES:
            getattr(queries, f"merge_note_{what}")(self._connection, company_id=company_id, gone=gone)
            getattr(queries, f"merge_{what}")(self._connection, **words)
        queries.merge_note_participants(self._connection, **words)
        queries.merge_note_shared(self._connection, **words)
        queries.merge_participants(self._connection, **words)
        queries.merge_widen(self._connection, **words)
        queries.merge_take_out(self._connection, company_id=company_id, gone=gone, now=now)
        queries.merge_end(self._connection, **words, now=now)

    def part(self, company_id: int, kept: int, gone: int) -> None:
        """Give back what passed over and is ``kept``'s still, and what came since by the addresses of ``gone``."""
        words = {"company_id": company_id, "kept": kept, "gone": gone}
        for what in (*_MOVES, "participants"):
            getattr(queries, f"part_{what}")(self._connection, **words)
        for record_id, stood in queries.part_shared(self._connection, company_id=company_id, gone=gone):
            message_id, removed_at = (int(part) or None for part in stood.split(":"))
            place = {"company_id": company_id, "record_id": record_id}
            queries.part_shared_back(
                self._connection, **place, contact_id=kept, message_id=message_id, removed_at=removed_at
            )
            queries.part_shared_in(self._connection, **place, contact_id=gone)
        self._part_since(company_id, kept, gone)
        queries.part_end(self._connection, company_id=company_id, gone=gone)
        queries.part_forget(self._connection, company_id=company_id, gone=gone)

    def _part_since(self, company_id: int, kept: int, gone: int) -> None:
        """Give each what came since to or from their addresses: messages, records, places in conversations."""
        since = queries.merged_at(self._connection, company_id=company_id, id=gone)
        of, both = {"company_id": company_id}, {"kept": kept, "gone": gone}
        queries.part_messages_since(self._connection, **of, **both, since=since)
        queries.part_addressed_since(self._connection, **of, **both, since=since)
        theirs, ours = (
            column(queries.part_places(self._connection, **of, contact_id=one, since=since)) for one in (gone, kept)
        )
        for record_id in dict.fromkeys(theirs):
            place = {**of, "record_id": record_id}
            queries.part_participant_other(self._connection, **place, contact_id=kept, other=gone)
            if queries.part_named(self._connection, **place, contact_id=kept) is None:
                queries.part_participant_leave(self._connection, **place, contact_id=kept, since=since)
                queries.part_customer(self._connection, **place, **both, since=since)
        for record_id in dict.fromkeys(ours):
            queries.part_participant_other(self._connection, **of, record_id=record_id, contact_id=gone, other=kept)

    def stands_for(self, company_id: int, contact_id: int) -> int:
        """Return who a contact is now: the one into whom they were merged, at the end of the chain, or themselves."""
        found: int | None = queries.merged_into(self._connection, company_id=company_id, id=contact_id)
        return contact_id if found is None else self.stands_for(company_id, found)
