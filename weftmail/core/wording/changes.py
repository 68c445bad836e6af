"""What an act changed, in the words of its reader: the fields by name, times in their zone, and no code of ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from weftmail.core.wording.language import Language
from weftmail.core.wording.phrase import marked

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)")

_YES: Final = {"yes": marked("yes"), "no": marked("no")}
_STATES: Final = {
    "open": marked("open"),
    "waiting": marked("waiting"),
    "closed": marked("closed"),
    "on": marked("on"),
    "off": marked("off"),
    "removed": marked("removed"),
    "writing": marked("being written"),
    "leaving": marked("about to leave"),
    "left": marked("sent"),
    "scheduled": marked("leaves later"),
    "made": marked("not seen in the DNS yet"),
    "published": marked("in the DNS"),
    "signing": marked("signing"),
    "retiring": marked("retiring"),
    "retired": marked("retired"),
    "accepted": marked("stored"),
    "filed": marked("filed"),
    "duplicate": marked("a copy of one that is here"),
    "held": marked("held"),
    "unmatched": marked("no match"),
    "error": marked("error"),
    "discarded": marked("dropped"),
    "delayed": marked("delayed"),
    "failed": marked("failed"),
    "cancelled": marked("cancelled"),
    "sent": marked("sent"),
    "queued": marked("waiting to leave"),
}
_CLOSED: Final = {
    "type": marked("as its type says"),
    "reopen": marked("opens it again"),
    "new": marked("opens a new record"),
    "hold": marked("is held for review"),
}
_ROLES: Final = {"admin": marked("admin"), "agent": marked("agent"), "reader": marked("reader")}
_VALUES: Final[Mapping[str, Mapping[str, str]]] = {
    "state": _STATES,
    "place": {"lists": marked("in the lists"), "spam": marked("spam"), "trash": marked("trash")},
    "snoozed": {"answer": marked("until an answer")},
    "priority": {
        "low": marked("low"), "normal": marked("normal"), "high": marked("high"), "urgent": marked("urgent"),
    },
    "role": _ROLES,
    "memberships": _ROLES,
    "prefers": {"email": marked("email"), "inbox": marked("inbox")},
    "digest": {"none": marked("none"), "day": marked("every day"), "week": marked("every week")},
    "accepts": {
        "everyone": marked("everyone"),
        "known": marked("known contacts"),
        "participants": marked("participants"),
        "internal": marked("colleagues"),
    },
    "when_closed": _CLOSED,
    "machines": {"open": marked("opens a record"), "hold": marked("is held for review")},
    "spam": {
        "hold": marked("is held for review"), "drop": marked("is dropped"), "nothing": marked("is taken as any other"),
    },
    "reads": {"message": marked("messages"), "expense": marked("expenses")},
    "each": {"email": marked("one record for each email"), "pdf": marked("one record for each PDF")},
    "gives": {
        "nobody": marked("nobody"), "round": marked("the next one in the round"), "last": marked("whoever wrote last"),
    },
    "password": {"new": marked("a new one"), "none": marked("none")},
    "due": {"now": marked("now"), "later": marked("later")},
    "way": {
        "dedicated": marked("all email of the domain"),
        "subdomain": marked("a subdomain of its own"),
        "mailboxes": marked("single addresses beside mailboxes"),
        "forwarded": marked("forwarded"),
    },
    "security": {"starttls": marked("STARTTLS"), "tls": marked("TLS"), "none": marked("none")},
    "sign_in": {
        "none": marked("none"), "password": marked("password"), "certificate": marked("certificate"),
        "oauth": marked("OAuth"),
    },
    "after_send": {"keep": marked("keeps its state"), "close": marked("closes"), "wait": marked("waits")},
    "then_show": {"stay": marked("the record"), "next": marked("the next record"), "list": marked("the list")},
}  # fmt: skip
"""What values are called that are codes of ours, by their field; a list has several of them."""
_FIELDS: Final[Mapping[str, str]] = {
    "accepts": marked("accepts"),
    "active": marked("active"),
    "address": marked("address"),
    "addresses": marked("addresses"),
    "answer_as": marked("answers as"),
    "company": marked("company"),
    "customer": marked("customer"),
    "days": marked("days"),
    "dedicated": marked("dedicated"),
    "domain": marked("domain"),
    "language": marked("language"),
    "members": marked("members"),
    "name": marked("name"),
    "owner": marked("owner"),
    "place": marked("place"),
    "priority": marked("priority"),
    "role": marked("role"),
    "snoozed": marked("snoozed"),
    "state": marked("state"),
    "tags": marked("tags"),
    "team": marked("team"),
    "text": marked("text"),
    "time_zone": marked("time zone"),
    "title": marked("title"),
    "type": marked("type"),
    "when_closed": marked("an answer to a closed record"),
}


_SELECTOR = re.compile(r"wm\d\d[a-z]\d*")
_OURS: Final = ("id", "move", "gone", "next", "count", "merged", "assignee_address")


def is_told(field: str) -> bool:
    """Say whether a change of this field is news: numbers of ours are none, and a time beside what happened then says
    nothing more.
    """
    last = field.rpartition(" ")[2]
    return not last.endswith("_at") and last not in _OURS


def field_in_words(field: str, language: Language) -> str:
    """Return what a field is called; one that has no word of its own bears its name."""
    head, _, last = field.rpartition(" ")
    named = _FIELDS.get(last)
    word = language.gettext(named) if named is not None else last.replace("_", " ")
    return f"{head} {word}" if head else word


def in_words(field: str, text: str, language: Language, languages: Mapping[str, str], at: Callable[[int], str]) -> str:
    """Return what one field said, as it is read: ``languages`` are names by code, ``at`` writes milliseconds as a time.

    Words that people chose themselves stay as they are.
    """
    last = field.rpartition(" ")[2]
    if last == "language":
        return languages.get(text, text)
    words = {**_YES, **(_STATES if _SELECTOR.fullmatch(last) else _VALUES.get(last, {}))}
    said = ", ".join(_word(one, words, language) for one in text.split(", "))
    return _INSTANT.sub(lambda found: at(_milliseconds(found[0])), said)


def _word(text: str, words: Mapping[str, str], language: Language) -> str:
    """Return one value; a membership is a company and the role in it."""
    head, blank, last = text.rpartition(" ")
    if text in words:
        return language.gettext(words[text])
    return f"{head}{blank}{language.gettext(words[last])}" if words.get(last) and last in _ROLES else text


def _milliseconds(text: str) -> int:
    return int(datetime.fromisoformat(text).astimezone(UTC).timestamp() * 1000)
