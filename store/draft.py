"""Drafts: what people write on records and have not sent, and what is about to leave, in undo time or at a time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from weftmail.store.attachment import NewAttachment
from weftmail.store.connection import Connection
from weftmail.store.rows import column, many, one, queries
from weftmail.store.sets import portions

DraftKind = Literal["message", "note"]
DraftState = Literal["writing", "leaving", "scheduled"]


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """What somebody wrote on a record.

    It ``leaves_at`` a time once Send was pressed; ``unless_answered``: not if somebody outside wrote after the message
    ``last_message_id``.  ``body`` is what stands in the form, as JSON.  ``version`` counts what was kept, and ``pen``
    names the page that kept it last; ``aside`` is what another page said at the same time.
    """

    id: int
    company_id: int
    record_id: int
    user_id: int
    author: str
    kind: DraftKind
    state: DraftState
    body: str
    leaves_at: int | None
    unless_answered: bool
    last_message_id: int
    created_at: int
    changed_at: int
    version: int
    pen: str
    aside: str | None
    aside_at: int | None


@dataclass(frozen=True, slots=True)
class BegunRecord:
    """A record that somebody has begun and not opened, with its first message; ``body`` is the form, as JSON."""

    id: int
    company_id: int
    kind: DraftKind
    body: str
    version: int
    pen: str
    created_at: int
    changed_at: int


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of a draft; its bytes are stored already."""

    id: int
    draft_id: int
    blob_id: int
    filename: str
    content_type: str
    size: int
    sha256: str
    inline: bool = False
    """An image that stands among the words."""


class Drafts:
    """The drafts of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(
        self, company_id: int, record_id: int, user_id: int, kind: DraftKind, body: str, now: int, pen: str = ""
    ) -> int:
        """Keep what somebody writes on a record in the place of what they wrote there before; return its id."""
        found: int = queries.draft_put(
            self._connection, company_id=company_id, record_id=record_id, user_id=user_id, kind=kind, body=body,
            pen=pen, now=now,
        )  # fmt: skip
        return found

    def set_aside(self, company_id: int, draft_id: int, body: str, now: int) -> None:
        """Keep what another page says beside the draft."""
        queries.draft_set_aside(self._connection, company_id=company_id, id=draft_id, body=body, now=now)

    def swap(self, company_id: int, draft_id: int, now: int) -> bool:
        """Let what stands aside and the draft change places; say whether something stood there."""
        changed: int = queries.draft_swap(self._connection, company_id=company_id, id=draft_id, now=now)
        return changed == 1

    def begin(self, company_id: int, user_id: int, kind: DraftKind, body: str, now: int, pen: str) -> int:
        """Keep a record that somebody begins; return the id of its draft."""
        found: int = queries.draft_begin(
            self._connection, company_id=company_id, user_id=user_id, kind=kind, body=body, pen=pen, now=now
        )
        return found

    def go_on(self, draft: BegunRecord, user_id: int, kind: DraftKind, body: str, now: int, pen: str) -> None:
        """Keep what somebody says now of a record that they have begun."""
        queries.draft_go_on(
            self._connection, company_id=draft.company_id, id=draft.id, user_id=user_id, kind=kind, body=body, pen=pen,
            now=now,
        )  # fmt: skip

    def begun(self, company_id: int, user_id: int) -> list[BegunRecord]:
        """Return the records that somebody has begun, newest first, a hundred at most."""
        return many(BegunRecord, queries.drafts_begun(self._connection, company_id=company_id, user_id=user_id))

    def of_record(self, company_id: int, record_id: int, user_id: int = 0) -> list[StoredDraft]:
        """Return what is about to leave from a record, and what the user writes there."""
        words = {"company_id": company_id, "record_id": record_id, "user_id": user_id}
        return many(StoredDraft, queries.drafts_of_record(self._connection, **words))

    def give(self, company_id: int, from_id: int, to_id: int) -> list[int]:
        """Let the drafts of a record stand on the one that it is part of, aside where there is one already; return
        those that stand there.
        """
        words = {"company_id": company_id, "from_id": from_id, "to_id": to_id}
        queries.drafts_aside(self._connection, **words)
        return column(queries.drafts_give(self._connection, **words))

    def give_back(self, company_id: int, from_id: int, to_id: int, ids: Sequence[int]) -> None:
        """Let drafts that came along with a record stand on it again; what left meanwhile is left alone."""
        for some in portions(ids):
            queries.drafts_give_back(self._connection, company_id=company_id, from_id=from_id, to_id=to_id, ids=some)

    def get(self, company_id: int, draft_id: int) -> StoredDraft | None:
        """Return one draft of the company."""
        return one(StoredDraft, queries.draft_by_id(self._connection, company_id=company_id, id=draft_id))

    def leave(self, draft: StoredDraft, state: DraftState, leaves_at: int, now: int, *, unless_answered: bool) -> None:
        """Let it leave at a time."""
        queries.draft_leave(
            self._connection, company_id=draft.company_id, record_id=draft.record_id, id=draft.id, state=state,
            leaves_at=leaves_at, unless_answered=unless_answered, now=now,
        )  # fmt: skip

    def take(self, company_id: int, draft_id: int, now: int) -> bool:
        """Say whether it is to leave now; inside a transaction nobody takes it back then."""
        taken: int = queries.draft_take(self._connection, company_id=company_id, id=draft_id, now=now)
        return taken == 1

    def back(self, company_id: int, draft_id: int, now: int) -> bool:
        """Let it be a draft again; say whether it had not left."""
        changed: int = queries.draft_back(self._connection, company_id=company_id, id=draft_id, now=now)
        return changed == 1

    def remove(self, company_id: int, draft_id: int) -> None:
        """Remove a draft with its files."""
        queries.draft_files_remove(self._connection, company_id=company_id, draft_id=draft_id)
        queries.draft_remove(self._connection, company_id=company_id, id=draft_id)

    def add_file(self, company_id: int, draft_id: int, file: NewAttachment) -> int:
        """Add a file whose bytes are stored; return its id."""
        found: int = queries.draft_file_add(
            self._connection, company_id=company_id, draft_id=draft_id, blob_id=file.blob_id, filename=file.filename,
            content_type=file.content_type, inline=file.inline,
        )  # fmt: skip
        return found

    def keep_files(self, company_id: int, draft_id: int, ids: Collection[int]) -> None:
        """Remove the files of a draft but those of these ids."""
        queries.draft_file_remove(self._connection, company_id=company_id, draft_id=draft_id, ids=[*ids] or [0])

    def move_files(self, company_id: int, draft_id: int, to_id: int) -> None:
        """Give the files of a draft to another one."""
        queries.draft_files_move(self._connection, company_id=company_id, draft_id=draft_id, to_id=to_id)

    def files(self, company_id: int, draft_ids: Sequence[int]) -> list[KeptFile]:
        """Return the files of drafts in order."""
        if not draft_ids:
            return []
        return many(KeptFile, queries.draft_files(self._connection, company_id=company_id, ids=list(draft_ids)))

    def answered(self, draft: StoredDraft) -> bool:
        """Say whether somebody outside wrote on the record since it was to leave."""
        found: int | None = queries.draft_answered(
            self._connection, company_id=draft.company_id, record_id=draft.record_id, after=draft.last_message_id
        )
        return found is not None
