"""Search: the words of records and messages, behind one interface for both databases.

SQLite keeps them in FTS5, PostgreSQL in a text with an index of its own words; both fold capitals and accents, so that
``Björn`` is found as ``bjorn``.  A row is a message, the files of one, or a record; it is written in the transaction
that writes what it is of.
"""

from __future__ import annotations

import datetime
import re
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from weftmail.core.sought import Sought
from weftmail.store.connection import Connection
from weftmail.store.rows import many

if TYPE_CHECKING:
    from weftmail.store.record import Record

MESSAGE, FILES, RECORD, HELD = range(4)
"""What a row is of; its number is four times the id of that, and this.  What is held is on no record, and is found in
the mail log alone."""


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


def folded(text: str) -> str:
    """Return a text without capitals and accents, as both databases compare it."""
    if text.isascii():
        return text.casefold()
    return _marks().sub("", unicodedata.normalize("NFKD", text.casefold()))


@cache
def _marks() -> re.Pattern[str]:
    """Return what matches the accents of letters, of which Unicode has some 900."""
    every = "".join(one for one in map(chr, range(sys.maxunicode + 1)) if unicodedata.combining(one))
    return re.compile(f"[{every}]+")


class Search:
    """What can be found in a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lite = connection.dialect == "sqlite"

    def keep(self, kind: int, of: int, company_id: int, record_id: int, words: str, *, new: bool = False) -> None:
        """Let something be found by its words, in place of those that it had; what is ``new`` had none."""
        number = 4 * of + kind
        if not new:
            self.forget(kind, of)
        values = {"number": number, "company_id": company_id, "record_id": record_id, "words": folded(words)}
        column = "rowid" if self._lite else "id"
        self._connection.run(
            "search_keep",
            f"insert into search_text ({column}, company_id, record_id, words)"  # noqa: S608 - one of two constants
            " values (:number, :company_id, :record_id, :words)",
            values,
        )

    def keep_record(self, record: Record, *, new: bool = False) -> None:
        """Let a record be found by its number, its title, what its fields say and its customer."""
        people = (record.customer or "", record.customer_address or "")
        words = " ".join((record.label, record.title, *record.values.values(), *people, record.reference or ""))
        self.keep(RECORD, record.id, record.company_id, record.id, words, new=new)

    def belong(self, kind: int, of: Sequence[int], record_id: int) -> None:
        """Let things be found on another record."""
        column = "rowid" if self._lite else "id"
        sql = f"update search_text set record_id = :record_id where {column} in (:numbers)"  # noqa: S608 - one of two constants
        numbers = [4 * one + kind for one in of]
        self._connection.run("search_belong", sql, {"record_id": record_id, "numbers": numbers})

    def forget(self, kind: int, of: int) -> None:
        """Let something be found no longer."""
        column = "rowid" if self._lite else "id"
        sql = f"delete from search_text where {column} = :number"  # noqa: S608 - one of two constants
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
    ) -> list[Hit]:
        """Return what was found in the records of a company, or in one of them, the newest first; none of the hidden
        types.
        """
        sql, words = self.sql(company_id, what, hidden_types, record_id)
        for stretch in (NEAR, STRETCH):
            found = self._connection.run("search_find", sql, {**words, "most": most, "stretch": stretch})
            # Most searches are for what is common: their first page stands among the newest rows.
            if len(found.rows) >= most:
                break
        return many(Hit, found)

    def sql(
        self, company_id: int, what: Sought, hidden_types: Sequence[str], record_id: int | None = None
    ) -> tuple[str, dict[str, Any]]:
        """Return the statement that finds it, put together of constants, and its parameters but ``most`` and
        ``stretch``.
        """
        words: dict[str, Any] = {"company_id": company_id}
        conditions = ["r.id = s.record_id", "r.company_id = :company_id", "r.hidden_as is null"]
        given = {
            "sender": what.sender, "recipient": what.recipient, "in_": what.in_,
            "before": _moment(what.before), "after": _moment(what.after), "tag": what.tag.casefold(),
        }  # fmt: skip
        for name, value in given.items():
            if value not in (None, ""):
                conditions.append(CONDITIONS[name])
                words[name] = value
        if what.has_file:
            conditions.append(CONDITIONS["has_file"])
        if hidden_types:
            conditions.append("r.type not in (:hidden_types)")
            words["hidden_types"] = list(hidden_types)
        found = self._match(what)
        if found:
            words["match"] = found
        base = (LITE if self._lite else POSTGRES) if found else _without_words(what)
        if record_id is not None:
            words["record_id"] = record_id
            base = base.replace(OF_COMPANY, f"{OF_COMPANY} and record_id = :record_id")
        where = " and ".join(conditions)
        return f"{SELECT} from ({base}) s {JOINS} where {where} order by s.id desc limit :most", words

    def near(self, word: str) -> tuple[str, ...]:
        """Return words that begin with the same letter; none where the database keeps no list of them."""
        if not self._lite or not word:
            return ()
        words = {"first": word[0], "next": chr(ord(word[0]) + 1), "least": len(word) - 1, "most": len(word) + 1}
        rows = self._connection.run("search_words", WORDS, words)
        return tuple(row[0] for row in rows)

    def _match(self, what: Sought) -> str:
        """Return what the database looks for: every phrase, its last word as the beginning of one."""
        phrases = [[folded(word) for word in phrase] for phrase in what.phrases]
        # Who wrote stands among the words of a message, so the index leads to them.
        phrases = [*filter(None, [re.findall(r"\w+", folded(what.sender))]), *phrases]
        return match(phrases, lite=self._lite) if phrases else ""


def _without_words(what: Sought) -> str:
    """Return what leads to what is looked for where no word does."""
    if "-" in what.in_:
        return OF_RECORD
    narrows = what.recipient or what.has_file or what.before or what.after
    return OF_TAG if what.tag and not narrows else NEWEST_MESSAGES


def match(phrases: Sequence[Sequence[str]], *, lite: bool) -> str:
    """Return what the database looks for: every phrase, its last word as the beginning of one; a letter is a word."""
    begins = [(phrase, len(phrase[-1]) > 1) for phrase in phrases]
    if lite:
        return " ".join(f'"{" ".join(phrase)}"{"*" * begun}' for phrase, begun in begins)
    return " & ".join(f"{' <-> '.join(phrase)}{':*' * begun}" for phrase, begun in begins)


OF_COMPANY = " company_id = :company_id"
NEAR, STRETCH = 300, 3000
"""So many of the newest rows that hold the words are looked at for everything else, at first and at most."""
SELECT = """select r.id as record_id, r.label, r.title, r.state, r.counts_as, m.number, m.author_name, m.author_address,
    m.author_user_id, coalesce(substr(m.reply_text, 1, 4000), '') as text, coalesce(m.created_at, r.changed_at) as at,
    m.kind = 'received' and not m.verified as unverified"""
JOINS = "cross join record r left join message m on m.company_id = :company_id and m.id = s.id / 4 and s.id % 4 < 2"
LITE = """select rowid as id, record_id from search_text
    where search_text match :match and company_id = :company_id
    order by rowid desc limit :stretch"""
POSTGRES = """select id, record_id from search_text
    where to_tsvector('simple', words) @@ to_tsquery('simple', :match) and company_id = :company_id
    order by id desc limit :stretch"""
NEWEST_MESSAGES = """select 4 * id as id, record_id from message
    where company_id = :company_id and kind <> 'event'
    order by id desc limit :stretch"""
OF_RECORD = """select 4 * n.id as id, n.record_id from record q join message n on n.record_id = q.id
    where q.company_id = :company_id and q.label = :in_ and n.company_id = :company_id and n.kind <> 'event'
    order by n.id desc limit :stretch"""
OF_TAG = """select 4 * b.record_id + 2 as id, b.record_id from tag g join record_tag b on b.tag_id = g.id
    where g.company_id = :company_id and g.folded = :tag and b.company_id = :company_id
    order by b.record_id desc limit :stretch"""
WORDS = (
    "select term from search_word where term >= :first and term < :next and length(term) >= :least"
    " and length(term) <= :most limit 20000"
)
CONDITIONS: Mapping[str, str] = {
    "tag": "exists (select 1 from record_tag b join tag g on g.id = b.tag_id where b.company_id = :company_id"
    " and b.record_id = r.id and g.company_id = :company_id and g.folded = :tag)",
    "sender": "(replace(lower(m.author_name), :sender, '') <> lower(m.author_name)"
    " or replace(lower(m.author_address), :sender, '') <> lower(m.author_address))",
    "recipient": "exists (select 1 from message_address a where a.company_id = :company_id and a.message_id = s.id / 4"
    " and (replace(lower(a.address), :recipient, '') <> lower(a.address)"
    " or replace(lower(a.name), :recipient, '') <> lower(a.name))) and s.id % 4 < 2",
    "has_file": "exists (select 1 from attachment f where f.company_id = :company_id and f.message_id = s.id / 4)"
    " and s.id % 4 < 2",
    "in_": "(r.label = :in_ or substr(r.label, 1, length(:in_) + 1) = :in_ || '-')",
    "before": "coalesce(m.created_at, r.changed_at) < :before",
    "after": "coalesce(m.created_at, r.changed_at) >= :after",
}
"""What each part of a search asks of what was found."""


def _moment(day: datetime.date | None) -> int | None:
    if day is None:
        return None
    return int(datetime.datetime.combine(day, datetime.time(), datetime.UTC).timestamp() * 1000)
