"""What narrows a search: which rows of the index may be meant, and what else is asked of each of them.

The index answers words, who wrote, who got it, files, days, and the record.  Of a type or a tag it answers where few
records are of it; else so many are that they stand among the newest rows that hold the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from weftmail.core.folding import terms
from weftmail.core.sought import Sought
from weftmail.store import search_marks
from weftmail.store.connection import Connection

SLICES = (128, 512, 2048, 8192)
"""So many rows are asked one after the other, until the page is full."""
LOOKED_AT = sum(SLICES)
"""So many of the newest rows are looked at, at most."""
FEW = 200
"""So many records are named to the index one by one."""


def match(phrases: Sequence[Sequence[str]], *, lite: bool) -> str:
    """Return what the database looks for: every phrase, its last word as the beginning of one; a letter is a word."""
    begins = [(phrase, len(phrase[-1]) > 1) for phrase in phrases]
    if lite:
        return " ".join(f'"{" ".join(phrase)}"{"*" * begun}' for phrase, begun in begins)
    return " & ".join(f"{' <-> '.join(phrase)}{':*' * begun}" for phrase, begun in begins)


class Narrowing:
    """One search of a company, put into statements of constants."""

    def __init__(
        self,
        connection: Connection,
        company_id: int,
        what: Sought,
        hidden_types: Sequence[str],
        record_id: int | None = None,
    ) -> None:
        self._connection = connection
        self._lite = connection.dialect == "sqlite"
        self._company_id = company_id
        self._what = what
        self._hidden_types = hidden_types
        self._record_id = record_id
        self._columns = {
            "words": [[*one] for one in what.phrases],
            "author": [terms(what.sender)] if what.sender else [],
            "recipients": [terms(what.recipient)] if what.recipient else [],
        }

    def candidates(self) -> tuple[str, dict[str, Any]] | None:
        """Return the statement that gives the newest rows of the index that may be meant, and its parameters but
        ``most``; None where nothing can be.
        """
        what, narrowed = self._what, self._columns
        if not all(phrase for phrases in narrowed.values() for phrase in phrases):
            return None  # Signs alone were typed, of which the index knows none.
        words: dict[str, Any] = {"company_id": self._company_id}
        bare = not any(narrowed.values()) and not (what.has_file or what.before or what.after)
        if bare and what.tag and not what.in_ and self._record_id is None:
            return OF_TAG, {**words, "tag": what.tag.casefold()}
        every = [search_marks.of_company(self._company_id)]
        if not any(narrowed.values()) and not what.tag:
            every.append(search_marks.MESSAGE)
        if what.has_file:
            every.append(search_marks.FILE)
        groups = self._any()
        return self._stated(every, groups, words) if all(groups) else None

    def _any(self) -> list[list[str]]:
        """Return groups of marks; one of each group has to be there."""
        what, groups = self._what, []
        if what.before or what.after:
            groups.append([*search_marks.of_days(what.after, what.before), search_marks.TITLE])
        if self._record_id is not None:
            groups.append([search_marks.of_record(self._record_id)])
        given = [(OF_TYPE, "in_", what.in_), (OF_TAGGED, "tag", what.tag.casefold())]
        for sql, name, value in given:
            found = self._records(sql, name, value) if value else None
            if found is not None:
                groups.append([search_marks.of_record(one) for one in found])
        return groups

    def _records(self, sql: str, name: str, value: str) -> list[int] | None:
        """Return the records that are meant; None where they are many."""
        words = {"company_id": self._company_id, name: value, "most": FEW + 1}
        if name == "in_":
            words |= {"first": f"{value}-", "last": f"{value}."}
        if not self._lite:
            # Signs count in the order of letters there, as they do in SQLite.
            sql = sql.replace("label >=", 'label collate "C" >=').replace("label <", 'label collate "C" <')
        found = [row[0] for row in self._connection.run(f"search_{name}", sql, words)]
        return found if len(found) <= FEW else None

    def _stated(self, every: list[str], groups: list[list[str]], words: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        if self._lite:
            asked = [f"{name} : ({match(one, lite=True)})" for name, one in self._columns.items() if one]
            asked.append(f"marks : ({' AND '.join(_quoted(every))})")
            asked += [f"marks : ({' OR '.join(_quoted(one))})" for one in groups]
            return LITE, {**words, "match": " AND ".join(f"({one})" for one in asked)}
        conditions = ["company_id = :company_id", "string_to_array(marks, ' ') @> string_to_array(:every, ' ')"]
        words["every"] = " ".join(every)
        for name, one in self._columns.items():
            if one:
                conditions.append(POSTGRES_HOLDS[name])
                words[name] = match(one, lite=False)
        for number, group in enumerate(groups):
            conditions.append(f"string_to_array(marks, ' ') && string_to_array(:any_{number}, ' ')")
            words[f"any_{number}"] = " ".join(group)
        return f"select id from search_text where {' and '.join(conditions)} order by id desc limit :most", words  # noqa: S608 - constants

    def passing(self) -> tuple[str, dict[str, Any]]:
        """Return the statement that gives those of the rows ``numbers`` that are meant, the newest first, and its
        parameters but those.
        """
        words: dict[str, Any] = {"company_id": self._company_id}
        conditions = [PASSING]
        given = {
            "in_": self._what.in_, "tag": self._what.tag.casefold(),
            "before": search_marks.moment(self._what.before), "after": search_marks.moment(self._what.after),
            "hidden_types": [*self._hidden_types],
        }  # fmt: skip
        for name, value in given.items():
            if value not in (None, "", []):
                conditions.append(CONDITIONS[name])
                words[name] = value
        sql = f"{' and '.join(conditions)} order by s.rowid desc"
        return sql if self._lite else sql.replace("rowid", "id"), words


def _quoted(marks: Sequence[str]) -> list[str]:
    return [f'"{one}"' for one in marks]


LITE = "select rowid from search_text where search_text match :match order by rowid desc limit :most"
POSTGRES_WORDS = "to_tsvector('simple', regexp_replace(words, '(\\W|_)+', ' ', 'g'))"
"""The words of a text there, as its index has them; by itself it takes an address or a name of a file for one word."""
POSTGRES_HOLDS = {
    "words": f"{POSTGRES_WORDS} @@ to_tsquery('simple', :words)",
    "author": "to_tsvector('simple', author) @@ to_tsquery('simple', :author)",
    "recipients": "to_tsvector('simple', recipients) @@ to_tsquery('simple', :recipients)",
}
OF_TAG = """select 4 * b.record_id + 2 from tag g join record_tag b on b.tag_id = g.id
    where g.company_id = :company_id and g.folded = :tag and b.company_id = :company_id
    order by b.record_id desc limit :most"""
OF_TAGGED = """select b.record_id from tag g join record_tag b on b.tag_id = g.id
    where g.company_id = :company_id and g.folded = :tag and b.company_id = :company_id limit :most"""
OF_TYPE = """select id from record
    where company_id = :company_id and (label = :in_ or (label >= :first and label < :last))
    union all select record_id from former_label where company_id = :company_id and label = :in_ limit :most"""
PASSING = """select s.rowid from search_text s cross join record r
    where s.rowid in (:numbers) and r.id = s.record_id and r.company_id = :company_id and r.hidden_as is null"""
CONDITIONS = {
    "tag": "exists (select 1 from record_tag b join tag g on g.id = b.tag_id where b.company_id = :company_id"
    " and b.record_id = r.id and g.company_id = :company_id and g.folded = :tag)",
    "in_": "(r.label = :in_ or substr(r.label, 1, length(:in_) + 1) = :in_ || '-' or exists (select 1 from former_label"
    " f where f.company_id = :company_id and f.label = :in_ and f.record_id = r.id))",
    "before": "(s.rowid % 4 = 0 or r.changed_at < :before)",
    "after": "(s.rowid % 4 = 0 or r.changed_at >= :after)",
    "hidden_types": "r.type not in (:hidden_types)",
}
"""What no mark answers, or not for good: it is asked of each row."""
