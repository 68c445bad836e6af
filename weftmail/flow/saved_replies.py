"""Saved replies as they are used: which ones are offered on a record, and what one says there."""

from __future__ import annotations

import datetime
import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from weftmail.core.field import BadValue, decimal, value
from weftmail.core.limits import SAVED_REPLIES
from weftmail.core.placeholders import FIELD, filled
from weftmail.core.wording.language import Language, Languages
from weftmail.store.record import Record
from weftmail.store.saved_reply import ReplyFile, SavedReply
from weftmail.store.store import Store

_ALONE: Final = re.compile(r"(?m)^[ \t]*/([\w-]{1,40})[ \t]*$")
"""A word behind a slash that has its line to itself: a path in a sentence is none."""
_TYPED: Final = re.compile(r"(?<!\S)/([\w-]{1,40})(?!\S)")


@dataclass(frozen=True, slots=True)
class ReadyReply:
    """What a reply says on a record, and what Send does then.

    ``missing`` names the placeholders for which nothing stands there; they are still in the ``text``.  ``assign`` is an
    address or a team's name, ``assign_name`` what people call them; both "" for nobody.
    """

    id: int
    name: str
    text: str
    missing: tuple[str, ...]
    files: tuple[ReplyFile, ...]
    after_send: str
    assign: str
    assign_name: str
    tags: tuple[str, ...]


def offered(store: Store, record: Record, user_id: int | None) -> list[SavedReply]:
    """Return the replies that somebody can use on a record: for its type or for all, by name.

    Those in the company's language, or in none, come before the others.
    """
    found = store.saved_replies.offered(record.company_id, user_id, SAVED_REPLIES)
    fitting = [one for one in found if one.record_type in ("", record.type)]
    # Each page of a record asks for the menu: where all are in one language, nobody has to ask for the company's.
    language = _language(store, record) if len({one.language for one in fitting}) > 1 else ""
    return sorted(fitting, key=lambda one: (one.language not in ("", language), one.name.casefold(), one.id))


def of_word(store: Store, record: Record, replies: list[SavedReply], word: str) -> SavedReply | None:
    """Return which of the replies the word means: one's own before the team's before the company's, one for the type
    before one for all, and one in the company's language before another.
    """
    wanted, language = word.removeprefix("/").casefold(), _language(store, record)
    there = [one for one in replies if one.word and one.word.casefold() == wanted]

    def rank(one: SavedReply) -> tuple[int, bool, int, int]:
        whose = 0 if one.user_id is not None else 1 if one.team_id is not None else 2
        return whose, one.record_type == "", 0 if one.language == language else 1 if not one.language else 2, one.id

    return min(there, key=rank, default=None)


def asked_for(store: Store, record: Record, replies: list[SavedReply], text: str) -> SavedReply | None:
    """Return the first reply whose word stands behind a slash on a line of its own."""
    found = (of_word(store, record, replies, word) for word in _ALONE.findall(text))
    return next((one for one in found if one is not None), None)


def put_into(text: str, reply: SavedReply, says: str, *, on_top: bool = False) -> str:
    """Return the text with what the reply says: where its word stands behind a slash, else below, or ``on_top``."""
    for found in _TYPED.finditer(text):
        if reply.word and found[1].casefold() == reply.word.casefold():
            return text[: found.start()] + says + text[found.end() :]
    if not text.strip():
        return says + text.removeprefix("\n\n") if not on_top else f"{says}\n\n{text.lstrip()}".rstrip()
    return f"{says}\n\n{text.lstrip()}" if on_top else f"{text.rstrip()}\n\n{says}"


def put_into_html(page: str, reply: SavedReply, says: str, *, on_top: bool = False) -> str:
    """Return formatted words with what the reply says, as ``put_into`` does with plain ones; "" for none."""
    if not page:
        return ""
    said = html.escape(says, quote=False).replace("\n", "<br>")
    if reply.word:
        pattern = rf"(?i)(?<![^\s>])/{re.escape(reply.word)}(?![^\s<])(?=[^<>]*(?:<|$))"
        found, count = re.subn(pattern, lambda _: said, page, count=1)
        if count:
            return found
    return f"<div>{said}</div>{page}" if on_top else f"{page}<div><br></div><div>{said}</div>"


def ready(store: Store, languages: Languages, record: Record, user_id: int | None, reply: SavedReply) -> ReadyReply:
    """Return what the reply says on the record when this colleague uses it."""
    language = languages.of(reply.language or _language(store, record))
    text, missing = filled(reply.text, values_of(store, language, record, user_id))
    assign, name = reply.assign_team, reply.assign_team
    if reply.assign_user_id is not None:
        assign, name = next(iter(store.users.addresses(reply.assign_user_id)), ""), reply.assign_name
    files = tuple(store.saved_replies.files(record.company_id, [reply.id]))
    return ReadyReply(reply.id, reply.name, text, missing, files, reply.after_send, assign, name, reply.tag_names)


def values_of(store: Store, language: Language, record: Record, user_id: int | None) -> Mapping[str, str]:
    """Return what stands for each placeholder on the record; "" for nothing."""
    user = store.users.get(user_id) if user_id is not None else None
    customer = record.customer or ""
    return {
        "customer.name": customer,
        "customer.first_name": customer.split(" ")[0],
        "customer.address": record.customer_address or "",
        "record.number": record.label,
        "record.title": record.title,
        "owner.name": record.owner or "",
        "team.name": record.team or "",
        "me.name": user.name if user is not None else "",
        "company.name": record.company,
        **{f"{FIELD}{name}": text for name, text in _fields(store, language, record)},
    }


def _fields(store: Store, language: Language, record: Record) -> Iterator[tuple[str, str]]:
    kinds = {one.name: one.kind for one in store.record_types.fields(record.company_id, record.type)}
    people = {text for name, text in record.values.items() if kinds.get(name) == "person"}
    names = store.users.names(people) if people else {}
    for name, text in record.values.items():
        yield name, names.get(text) or _worded(language, kinds.get(name, "text"), text)


def _worded(language: Language, kind: str, text: str) -> str:
    """Return a value as people of the language write it; one that is none of its kind stays as it is."""
    try:
        kept = value(kind, text, (text,)) if kind in ("number", "amount", "date") else text
    except BadValue:
        return text
    if kind == "number":
        return language.number(decimal(kept))
    if kind == "amount":
        return language.amount(decimal(kept), kept.rpartition(" ")[2])
    return language.day(datetime.date.fromisoformat(kept)) if kind == "date" else kept


def _language(store: Store, record: Record) -> str:
    company = store.companies.get(record.company_id)
    return company.language if company is not None else "en"
