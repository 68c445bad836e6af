"""Saved replies: texts with files and acts that are used again, of a colleague, a team or the company."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from weftmail.store.attachment import NewAttachment
from weftmail.store.connection import Connection
from weftmail.store.rows import many, one, queries


@dataclass(frozen=True, slots=True)
class NewReply:
    """What is kept of a reply; with neither ``user_id`` nor ``team_id`` it is the company's.

    ``record_type`` None and ``language`` "" stand for all; ``after_send`` is ``keep``, ``wait`` or ``close``.
    """

    name: str
    text: str
    user_id: int | None = None
    team_id: int | None = None
    word: str = ""
    record_type: str | None = None
    language: str = ""
    after_send: str = "keep"
    assign_user_id: int | None = None
    assign_team_id: int | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SavedReply:
    """A reply with the names of those whom it is about; ``tags`` is JSON."""

    id: int
    company_id: int
    user_id: int | None
    author: str
    team_id: int | None
    team: str
    name: str
    word: str
    record_type: str
    language: str
    text: str
    after_send: str
    assign_user_id: int | None
    assign_name: str
    assign_team_id: int | None
    assign_team: str
    tags: str
    removed_at: int | None
    created_at: int
    changed_at: int

    @property
    def tag_names(self) -> tuple[str, ...]:
        """The tags that Send puts on the record."""
        return tuple(json.loads(self.tags))


@dataclass(frozen=True, slots=True)
class ReplyFile:
    """A file of a reply; its bytes are stored already."""

    id: int
    saved_reply_id: int
    blob_id: int
    filename: str
    content_type: str
    size: int


class SavedReplies:
    """The saved replies of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, company_id: int, reply: NewReply, now: int) -> int:
        """Keep a reply; return its id."""
        found: int = queries.saved_reply_put(self._connection, company_id=company_id, now=now, **_values(reply))
        return found

    def set(self, company_id: int, reply_id: int, reply: NewReply, now: int) -> None:
        """Keep it as it is said now."""
        queries.saved_reply_set(self._connection, company_id=company_id, id=reply_id, now=now, **_values(reply))

    def remove(self, company_id: int, reply_id: int, now: int) -> None:
        """Offer it no more; it can be brought back."""
        queries.saved_reply_removed(self._connection, company_id=company_id, id=reply_id, removed_at=now, now=now)

    def restore(self, company_id: int, reply_id: int, now: int) -> None:
        """Offer it again."""
        queries.saved_reply_removed(self._connection, company_id=company_id, id=reply_id, removed_at=None, now=now)

    def get(self, company_id: int, reply_id: int) -> SavedReply | None:
        """Return a reply of the company, one that was removed among them."""
        return one(SavedReply, queries.saved_reply_by_id(self._connection, company_id=company_id, id=reply_id))

    def offered(
        self, company_id: int, user_id: int | None, most: int, *, all_teams: bool = False, everything: bool = False
    ) -> list[SavedReply]:
        """Return the colleague's own replies, those of their teams or ``all_teams``, and the company's, by name;
        ``everything`` for what is everybody's.
        """
        words = {"company_id": company_id, "user_id": user_id or 0, "all_teams": all_teams, "everything": everything}
        return many(SavedReply, queries.saved_replies(self._connection, **words, most=most))

    def of_team(self, company_id: int, team_id: int) -> list[SavedReply]:
        """Return the replies of a team and those that assign a record to it, oldest first; removed ones as well."""
        found = many(
            SavedReply, queries.saved_replies_of_team(self._connection, company_id=company_id, team_id=team_id)
        )
        return sorted(found, key=lambda each: each.id)

    def put_files(self, company_id: int, reply_id: int, files: Sequence[NewAttachment]) -> None:
        """Keep these files, whose bytes are stored, in place of those that it had."""
        queries.saved_reply_files_remove(self._connection, company_id=company_id, saved_reply_id=reply_id)
        for file in files:
            queries.saved_reply_file_add(
                self._connection, company_id=company_id, saved_reply_id=reply_id, blob_id=file.blob_id,
                filename=file.filename, content_type=file.content_type,
            )  # fmt: skip

    def files(self, company_id: int, reply_ids: Sequence[int]) -> list[ReplyFile]:
        """Return the files of replies in order."""
        if not reply_ids:
            return []
        return many(ReplyFile, queries.saved_reply_files(self._connection, company_id=company_id, ids=list(reply_ids)))


def _values(reply: NewReply) -> dict[str, object]:
    return {
        "user_id": reply.user_id,
        "team_id": reply.team_id,
        "name": reply.name,
        "word": reply.word,
        "record_type": reply.record_type,
        "language": reply.language,
        "text": reply.text,
        "after_send": reply.after_send,
        "assign_user_id": reply.assign_user_id,
        "assign_team_id": reply.assign_team_id,
        "tags": json.dumps(list(reply.tags), ensure_ascii=False),
    }
