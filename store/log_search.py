"""The statements that search the mail log, put together of the conditions that are asked for, and of no other.

A search looks through a stretch of rows back from a place.  Who, and which words, are looked for in an index that holds
them beside the number of each row, so that the rows themselves, with their traces, are read only where they fit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from weftmail.core.folding import folded
from weftmail.store.listing import NEWEST
from weftmail.store.remembered import Remembered
from weftmail.store.search_narrowing import POSTGRES_WORDS, match

Statement = tuple[str, dict[str, Any]]
"""A statement and its parameters."""
_ROUND = 3_600_000
"""Rows are numbered as they are written, and their times may be so many milliseconds out of that order."""
_PEOPLE = "i.from_address || ' ' || i.sender || ' ' || i.recipient"
_WENT = "state in ('sent', 'failed', 'cancelled')"


def came_stretch(company_id: int | None, of: Remembered, before: int, most: int, *, lite: bool) -> Statement:
    """Return the statement that says which mails to look through: how many, the first and the last of them."""
    later = _nearest(company_id, ">= :later", "") if of.until < NEWEST else ""
    earlier = _nearest(company_id, "< :earlier", "desc") if of.since else ""
    return _stretch("inbound", company_id, of, (later, earlier), before, most, lite=lite)


def left_stretch(company_id: int | None, of: Remembered, before: int, most: int, *, lite: bool) -> Statement:
    """Return the statement that says which copies to look through: how many, the first and the last of them."""
    later, earlier = "", ""
    if of.until < NEWEST:
        later = f"select min(id) from ({_of_each_state(company_id, '>= :later', '')}) later"  # noqa: S608
    if of.since:
        earlier = f"select max(id) from ({_of_each_state(company_id, '< :earlier', 'desc')}) earlier"  # noqa: S608
    return _stretch("outbox", company_id, of, (later, earlier), before, most, lite=lite)


def came(company_id: int | None, of: Remembered, first: int, before: int, most: int, *, lite: bool) -> Statement:
    """Return the statement that finds mails that came among the rows from ``first`` to ``before``."""
    words = _parameters(company_id, of, first, before, most)
    where = " and ".join(_of_came(company_id, of, words, lite=lite)) or "1 = 1"
    between = "i.id >= :first and i.id < :before"
    if company_id is not None:
        rows = f"inbound i where i.company_id = :company_id and {between} and {where}"
    elif of.who or of.phrases:
        # The index that is searched has the company first; what no company has stands in it apart.
        each = f"company y cross join inbound i where i.company_id = y.id and {between} and {where}"
        apart = f"inbound i where i.company_id is null and +i.id >= :first and +i.id < :before and {where}"
        rows = f"(select i.id from {each} union all select i.id from {apart}) i"  # noqa: S608
    else:
        rows = f"inbound i where {between} and {where}"
    chosen = f"select i.id as chosen from {rows} order by i.id desc limit :most"  # noqa: S608
    return f"select l.* from ({chosen}) c cross join inbound_line l where l.id = c.chosen order by l.id desc", words  # noqa: S608


def left(company_id: int | None, of: Remembered, first: int, before: int, most: int, *, lite: bool) -> Statement:
    """Return the statement that finds copies that leave or left among the rows from ``first`` to ``before``."""
    words = _parameters(company_id, of, first, before, most)
    asked = ["o.id >= :first and o.id < :before", *_of_left(company_id, of, words, lite=lite)]
    if company_id is not None:
        asked.insert(0, "o.company_id = :company_id")
    chosen = f"select o.id from outbox o where {' and '.join(asked)} order by o.id desc limit :most"  # noqa: S608
    return f"select * from outbox_line where id in ({chosen}) order by id desc, delivery_id", words  # noqa: S608


def _stretch(
    table: str,
    company_id: int | None,
    of: Remembered,
    bounds: tuple[str, str],
    before: int,
    most: int,
    *,
    lite: bool,
) -> Statement:
    """Bound by the rows nearest to the times that are asked for, where some are."""
    later, earlier = bounds
    end = f"{'min' if lite else 'least'}(:before, coalesce(({later}), {NEWEST}))" if later else ":before"
    asked = [f"id < {end}", *([f"id > coalesce(({earlier}), 0)"] if earlier else [])]
    words: dict[str, Any] = {"before": before, "most": most}
    if company_id is not None:
        asked.insert(0, "company_id = :company_id")
        words["company_id"] = company_id
    words |= {"later": of.until + _ROUND} if later else {}
    words |= {"earlier": of.since - _ROUND} if earlier else {}
    rows = f"select id from {table} where {' and '.join(asked)} order by id desc limit :most"  # noqa: S608
    return f"select count(*), coalesce(min(id), 0), coalesce(max(id), 0) from ({rows}) stretch", words  # noqa: S608


def _nearest(company_id: int | None, asked: str, order: str) -> str:
    """Return the statement that gives the mail nearest to a time, by the index of times."""
    whose = "" if company_id is None else "company_id = :company_id and "
    return f"select id from inbound where {whose}accepted_at {asked} order by accepted_at {order} limit 1"  # noqa: S608


def _of_each_state(company_id: int | None, asked: str, order: str) -> str:
    """Copies stand by their time within their state; those that wait are few."""
    whose = "" if company_id is None else "company_id = :company_id and "
    went = [f"{_WENT} and state = '{state}'" for state in ("sent", "failed", "cancelled")]
    return " union all ".join(
        f"select id from (select id from outbox where {whose}{state} and created_at {asked}"  # noqa: S608
        f" order by created_at {order} limit 1) one_{place}"
        for place, state in enumerate(["state in ('waiting', 'delayed')", *went])
    )


def _parameters(company_id: int | None, of: Remembered, first: int, before: int, most: int) -> dict[str, Any]:
    words: dict[str, Any] = {"first": first, "before": before, "most": most}
    given = {
        "company_id": company_id, "who": of.who.lower() if of.who else None, "queue_id": of.queue_id or None,
        "since": of.since or None, "until": of.until if of.until < NEWEST else None,
    }  # fmt: skip
    words |= {name: value for name, value in given.items() if value is not None}
    return words | {f"word_{place}": word for place, word in enumerate(of.phrases)}


def _of_came(company_id: int | None, of: Remembered, words: dict[str, Any], *, lite: bool) -> Iterator[str]:
    if of.who:
        yield _holds(_PEOPLE, "who", lite=lite)
    if of.phrases:
        subject = " and ".join(_holds("i.subject", f"word_{place}", lite=lite) for place in range(len(of.phrases)))
        texts = _texts(of, words, "inbound", company_id, lite=lite)
        held = _held(of, words, company_id, lite=lite) if texts else ""
        yield f"(({subject}) or i.message_id in ({texts}) or {held})" if texts else subject
    if of.since:
        yield "+i.accepted_at >= :since"
    if of.until < NEWEST:
        yield "+i.accepted_at < :until"
    if of.queue_id:
        yield "i.queue_id = :queue_id"
    for name in ("state", "rfc_message_id"):
        if getattr(of, name) is not None:
            words[name] = getattr(of, name)
            yield f"+i.{name} = :{name}" if lite else f"i.{name} = :{name}"
    if of.report is not None:
        words["report"] = of.report
        yield "(i.report = :report or (:report = 'any' and i.report > ''))"


def _of_left(company_id: int | None, of: Remembered, words: dict[str, Any], *, lite: bool) -> Iterator[str]:
    if of.who:
        yield f"o.id in ({_to(company_id, lite=lite)})"
    if of.phrases:
        texts = _texts(of, words, "outbox", company_id, lite=lite)
        subject = " and ".join(_holds("t.subject", f"word_{place}", lite=lite) for place in range(len(of.phrases)))
        in_title = f"exists (select 1 from message t where t.id = o.message_id and {subject})"  # noqa: S608
        yield f"o.message_id in ({texts})" if texts else in_title
    if of.since:
        yield "+o.created_at >= :since"
    if of.until < NEWEST:
        yield "+o.created_at < :until"
    if of.queue_id:
        words["queue_id"] = of.queue_id.lower()
        yield _holds("o.error", "queue_id", lite=lite)
    if of.message_id is not None:
        words["named"] = of.message_id
        yield "o.message_id = :named"
    if of.left_state is not None:
        words["left_state"] = of.left_state
        yield "+o.state = :left_state" if lite else "o.state = :left_state"


def _to(company_id: int | None, *, lite: bool) -> str:
    """Return the statement that gives the copies whose addresses hold ``who``: by delivery, and of what has none."""
    return (
        f"select e.outbox_id from delivery e where {_whose(company_id, 'e')}"  # noqa: S608
        f" and e.outbox_id >= :first and e.outbox_id < :before and {_holds('e.address', 'who', lite=lite)}"
        f" union all select p.id from outbox p where {_whose(company_id, 'p')} and p.message_id is null"
        f" and p.id >= :first and p.id < :before and ({_holds('p.address', 'who', lite=lite)} or p.user_id in"
        f" (select f.user_id from user_address f where {_holds('f.address', 'who', lite=lite)}))"
    )


def _texts(of: Remembered, words: dict[str, Any], table: str, company_id: int | None, *, lite: bool) -> str:
    """Return the statement that gives the messages in which the words stand; "" where they have no letter to look for.

    Messages are numbered as mail comes, so those of a stretch of rows lie between the first and the last of theirs.
    """
    asked = _hits(of, words, company_id, lite=lite)
    if not asked:
        return ""
    number = "rowid" if lite else "id"
    within = f"{table} x where {_whose(company_id, 'x')} and x.id >= :first and x.id < :before"
    least, most = (f"(select {one}(x.message_id) from {within})" for one in ("min", "max"))  # noqa: S608
    asked += [f"{number} >= 4 * {least}", f"{number} < 4 * {most} + 2", f"{number} % 4 < 2"]
    return f"select {number} / 4 from search_text where {' and '.join(asked)}"  # noqa: S608


def _held(of: Remembered, words: dict[str, Any], company_id: int | None, *, lite: bool) -> str:
    """Return the condition that the words stand in the text of a mail that waits for review, or did.

    Of mail that is on no record only those who may decide on it may find the text.
    """
    number = "rowid" if lite else "id"
    whose = "" if company_id is None else "x.company_id = :company_id and "
    within = f"inbound x where {whose}x.id >= :first and x.id < :before"
    last = f"(select max(x.id) from {within})"  # noqa: S608
    asked = [*_hits(of, words, company_id, lite=lite), f"{number} >= 4 * :first", f"{number} < 4 * {last} + 4"]
    texts = f"select {number} / 4 from search_text where {' and '.join([*asked, f'{number} % 4 = 3'])}"  # noqa: S608
    if of.reader is None:
        return f"i.id in ({texts})"
    words["reader"] = of.reader
    decides = "exists (select 1 from decider d where d.inbound_id = i.id and d.user_id = :reader)"
    return f"(i.id in ({texts}) and {decides})"


def _hits(of: Remembered, words: dict[str, Any], company_id: int | None, *, lite: bool) -> list[str]:
    """Return the conditions of a row in which the words stand; none where they have no letter to look for."""
    phrases = [re.findall(r"[^\W_]+", folded(one)) for one in of.phrases]
    if not all(phrases):
        return []
    words["match"] = match(phrases, lite=lite)
    found = "search_text match :match" if lite else f"{POSTGRES_WORDS} @@ to_tsquery('simple', :match)"
    asked = [found if company_id is None else f"{found} and company_id = :company_id"]
    # The index knows no signs: a phrase that has some is compared with the words as they were written.
    for place, phrase in enumerate(of.phrases):
        if not re.fullmatch(r"(?:[^\W_]|\s)+", phrase):
            words[f"folded_{place}"] = folded(phrase)
            asked.append(f"replace(words, :folded_{place}, '') <> words")
    return asked


def _whose(company_id: int | None, table: str) -> str:
    if company_id is None:
        return f"{table}.company_id in (select y.id from company y)"  # noqa: S608
    return f"{table}.company_id = :company_id"


def _holds(column: str, name: str, *, lite: bool) -> str:
    return f"{'instr' if lite else 'strpos'}(lower({column}), :{name}) > 0"
