"""Search: the words of records and messages, behind one interface for both databases.

SQLite keeps them in FTS5, PostgreSQL in a text with an index of its own words; both fold capitals and accents, so that
``Björn`` is found as ``bjorn``.  A row is a message, the files of one, or a record; it is written in the transaction
that writes what it is of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from weftmail.core.folding import folded, terms
from weftmail.core.sought import Sought
from weftmail.store import search_marks
from weftmail.store.connection import Connection
from weftmail.store.rows import many, queries
from weftmail.store.search_narrowing import LOOKED_AT, SLICES, Narrowing

if TYPE_CHECKING:
    from weftmail.store.message import NewMessage, ThreadMessage
    from weftmail.store.record import Record

__all__ = ["HELD", "MESSAGE", "RECORD", "Findings", "Hit", "Search"]

MESSAGE, RECORD, HELD = 0, 2, 3
"""What a row is of; its number is four times the id of that, and this.  What is held is on no record, and is found in
the mail log alone."""
MOST_SEARCHED = 100_000
"""So many letters of a message can be found; a log of megabytes is no letter."""

MERGED = 500
"""So many pages of the index are merged in one step."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that was found, with the message that was found in it; of a record itself without one."""

    record_id: int
    label: str
    title: str
    state: str
    counts_as: str
    number: int | None
    author_name: str | None
    author_address: str | None
    author_user_id: int | None
    text: str
    at: int
    unverified: bool | None


@dataclass(frozen=True, slots=True)
class SearchRow:
    """What something is found by: its words, and of a message who wrote it and who got it; where it belongs."""

    company_id: int
    record_id: int
    words: str
    author: str = ""
    recipients: str = ""
    marks: str = ""


@dataclass(frozen=True, slots=True)
class Findings:
    """What a search found; not ``whole`` where more rows hold what is looked for than were looked at."""

    hits: list[Hit]
    whole: bool


class Search:
    """What can be found in a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lite = connection.dialect == "sqlite"
        self._id = "rowid" if self._lite else "id"

    def keep(self, kind: int, of: int, row: SearchRow, *, new: bool = False) -> None:
        """Let something be found by its words, in place of those that it had; what is ``new`` had none."""
        if not new:
            self.forget(kind, of)
        values = {
            "number": 4 * of + kind, "company_id": row.company_id, "record_id": row.record_id,
            "words": folded(row.words), "author": " ".join(terms(row.author)),
            "recipients": " ".join(terms(row.recipients)), "marks": row.marks,
        }  # fmt: skip
        self._connection.run(
            "search_keep",
            f"insert into search_text ({self._id}, company_id, record_id, words, author, recipients, marks)"  # noqa: S608 - one of two constants
            " values (:number, :company_id, :record_id, :words, :author, :recipients, :marks)",
            values,
        )

    def keep_message(self, one: NewMessage, message_id: int, at: int) -> None:
        """Let a new message or note be found by who wrote it, its subject and its text."""
        marks = search_marks.of_message(one.company_id, one.record_id, at, files=False)
        self.keep(MESSAGE, message_id, _row(one, marks), new=True)

    def keep_again(self, one: ThreadMessage) -> None:
        """Let a message or a note be found by what it says now."""
        of = {"company_id": one.company_id, "message_id": one.id}
        names = [row[3] for row in queries.attachments(self._connection, **of).rows]
        people = [(row[2], row[3]) for row in queries.message_addresses(self._connection, **of).rows]
        marks = search_marks.of_message(one.company_id, one.record_id, one.created_at, files=bool(names))
        self.keep(MESSAGE, one.id, _row(one, marks, names, people))

    def address(self, message_id: int, people: Sequence[tuple[str, str]]) -> None:
        """Let a message be found by the names and the addresses of those in To and Cc."""
        sql = f"update search_text set recipients = :recipients where {self._id} = :number"  # noqa: S608 - one of two constants
        recipients = " ".join(term for one in people for part in one for term in terms(part))
        self._connection.run("search_address", sql, {"number": 4 * message_id + MESSAGE, "recipients": recipients})

    def attach(self, message_id: int, names: Sequence[str]) -> None:
        """Let a message be found by the names of its files, and as one that has some."""
        sql = f"{ATTACH} where {self._id} = :number"
        values = {"names": folded(" ".join(names)), "file": f"{search_marks.FILE} "}
        self._connection.run("search_attach", sql, {"number": 4 * message_id + MESSAGE, **values})

    def keep_record(self, record: Record, *, new: bool = False) -> None:
        """Let a record be found by its number, its title, what its fields say and its customer."""
        people = (record.customer or "", record.customer_address or "")
        words = " ".join((record.label, record.title, *record.values.values(), *people, record.reference or ""))
        marks = search_marks.of_title(record.company_id, record.id)
        self.keep(RECORD, record.id, SearchRow(record.company_id, record.id, words, marks=marks), new=new)

    def belong(self, kind: int, of: Sequence[int], record_id: int) -> None:
        """Let things be found on another record."""
        sql = f"{BELONG} where {self._id} in (:numbers)"
        values = {"record_id": record_id, "record": str(record_id), "mark": search_marks.RECORD}
        self._connection.run("search_belong", sql, {**values, "numbers": [4 * one + kind for one in of]})

    def forget(self, kind: int, of: int) -> None:
        """Let something be found no longer."""
        sql = f"delete from search_text where {self._id} = :number"  # noqa: S608 - one of two constants
        self._connection.run("search_forget", sql, {"number": 4 * of + kind})

    def merge(self, *, first: bool) -> bool:
        """Merge some pages of the index, so that what was deleted goes from it, too; say whether more is left to merge.

        The ``first`` step says that everything is to be merged.  PostgreSQL cleans up behind itself.
        """
        if not self._lite:
            return False
        before = self._changes()
        sql = "insert into search_text (search_text, rank) values ('merge', :pages)"
        self._connection.run("search_merge", sql, {"pages": -MERGED if first else MERGED})
        # SQLite counts the command itself as one change, and says by more of them that there was something to do.
        return self._changes() - before >= 2

    def _changes(self) -> int:
        return int(self._connection.execute("select total_changes()").rows[0][0])

    def find(
        self, company_id: int, what: Sought, hidden_types: Sequence[str], most: int = 30, record_id: int | None = None
    ) -> Findings:
        """Return what was found in the records of a company, or in one of them, the newest first; none of the hidden
        types.
        """
        narrowing = Narrowing(self._connection, company_id, what, hidden_types, record_id)
        asked = narrowing.candidates()
        if asked is None:
            return Findings([], whole=True)
        sql, words = asked
        found = [row[0] for row in self._connection.run("search_candidates", sql, {**words, "most": LOOKED_AT + 1})]
        passed: list[int] = []
        at = 0
        for size in SLICES:
            # Most searches are for what is common: their first page stands among the newest rows.
            if at >= len(found) or len(passed) >= most:
                break
            passed += self._passing(narrowing, found[at : at + size])
            at += size
        return Findings(self._hits(company_id, passed[:most]), whole=len(found) <= at or len(passed) >= most)

    def _passing(self, narrowing: Narrowing, numbers: Sequence[int]) -> list[int]:
        sql, words = narrowing.passing()
        return [row[0] for row in self._connection.run("search_passing", sql, {**words, "numbers": [*numbers]})]

    def _hits(self, company_id: int, numbers: Sequence[int]) -> list[Hit]:
        if not numbers:
            return []
        sql = HITS.replace("rowid", self._id)
        return many(Hit, self._connection.run("search_hits", sql, {"company_id": company_id, "numbers": [*numbers]}))

    def near(self, word: str) -> tuple[str, ...]:
        """Return words that begin with the same letter; none where the database keeps no list of them."""
        if not self._lite or not word:
            return ()
        words = {"first": word[0], "next": chr(ord(word[0]) + 1), "least": len(word) - 1, "most": len(word) + 1}
        rows = self._connection.run("search_words", WORDS, words)
        return tuple(row[0] for row in rows)


def _row(
    one: NewMessage | ThreadMessage, marks: str, names: Sequence[str] = (), people: Sequence[tuple[str, str]] = ()
) -> SearchRow:
    author = f"{one.author_name} {one.author_address}"
    words = " ".join((author, one.subject, one.text[:MOST_SEARCHED], *names))
    return SearchRow(
        one.company_id, one.record_id, words, author, " ".join(part for who in people for part in who), marks
    )


ATTACH = "update search_text set words = words || ' ' || :names, marks = marks || :file"
BELONG = (
    "update search_text set record_id = :record_id,"
    " marks = replace(marks, :mark || record_id || ' ', :mark || :record || ' ')"
)
HITS = """select r.id as record_id, r.label, r.title, r.state, r.counts_as, m.number, m.author_name, m.author_address,
    m.author_user_id, coalesce(substr(m.reply_text, 1, 4000), '') as text, coalesce(m.created_at, r.changed_at) as at,
    m.kind = 'received' and not m.verified as unverified
    from search_text s cross join record r
    left join message m on m.company_id = :company_id and m.id = s.rowid / 4 and s.rowid % 4 = 0
    where s.rowid in (:numbers) and r.id = s.record_id and r.company_id = :company_id
    order by s.rowid desc"""
WORDS = (
    "select term from search_word where term >= :first and term < :next and length(term) >= :least"
    " and length(term) <= :most limit 20000"
)
