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
    "added": marked("added"),
    "address": marked("address"),
    "addresses": marked("addresses"),
    "after_send": marked("after Send"),
    "aliases": marked("aliases"),
    "aliases_in_use": marked("aliases in use"),
    "answer": marked("answer"),
    "answer_as": marked("answers as"),
    "answers": marked("answers"),
    "assign": marked("assign"),
    "assignee": marked("assignee"),
    "author": marked("author"),
    "awaits_us": marked("waits for us"),
    "away_from": marked("away from"),
    "away_until": marked("away until"),
    "blocked": marked("blocked"),
    "client_id": marked("client id"),
    "colour": marked("colour"),
    "columns": marked("columns"),
    "company": marked("company"),
    "confirm_with": marked("confirms with"),
    "confirms": marked("confirms receipt"),
    "customer": marked("customer"),
    "customer_address": marked("address of the customer"),
    "days": marked("days"),
    "dedicated": marked("dedicated"),
    "deleted": marked("deleted"),
    "demanded": marked("demanded"),
    "digest": marked("digest"),
    "digest_hour": marked("digest hour"),
    "domain": marked("domain"),
    "domains": marked("domains"),
    "due": marked("due"),
    "each": marked("a record for"),
    "email": marked("email"),
    "emails": marked("emails"),
    "email_for": marked("email for"),
    "falls_back": marked("falls back to this server"),
    "feedback": marked("result"),
    "file": marked("file"),
    "files": marked("files"),
    "followers": marked("followers"),
    "follows": marked("follows"),
    "footer": marked("lines below"),
    "forms": marked("addresses of web forms"),
    "forwarded": marked("forwarded"),
    "gives": marked("who gets a new record"),
    "holds_crossing": marked("holds answers that cross"),
    "host": marked("host"),
    "installation_admin": marked("admin of the installation"),
    "keys": marked("keys"),
    "kinds": marked("is notified of"),
    "language": marked("language"),
    "last_member_of": marked("last member of"),
    "login": marked("login"),
    "logo": marked("logo"),
    "machines": marked("email that programs send"),
    "mails": marked("mails"),
    "members": marked("members"),
    "memberships": marked("memberships"),
    "message": marked("message"),
    "messages": marked("messages"),
    "muted": marked("muted"),
    "name": marked("name"),
    "note": marked("note"),
    "number": marked("number"),
    "of": marked("of"),
    "opens": marked("opens"),
    "organisation": marked("organisation"),
    "owner": marked("owner"),
    "participants": marked("participants"),
    "passed_to": marked("passed to"),
    "password": marked("password"),
    "pattern": marked("subjects are built as"),
    "per_day": marked("a day"),
    "per_domain": marked("a minute and domain"),
    "per_minute": marked("a minute"),
    "place": marked("place"),
    "places": marked("places"),
    "port": marked("port"),
    "postmaster": marked("postmaster"),
    "prefers": marked("is told by"),
    "prefix": marked("prefix"),
    "priority": marked("priority"),
    "query": marked("filter"),
    "quotes": marked("quotes"),
    "read": marked("read"),
    "reads": marked("read as"),
    "reason": marked("reason"),
    "record": marked("record"),
    "record_types": marked("types of records"),
    "records": marked("records"),
    "recovery_codes": marked("recovery codes"),
    "reference": marked("reference"),
    "reference_url": marked("page of the reference"),
    "released": marked("released"),
    "remote images": marked("remote images"),
    "reply_addresses": marked("reply addresses"),
    "role": marked("role"),
    "scope": marked("scope"),
    "second_factor": marked("second factor"),
    "secrets": marked("secrets"),
    "security": marked("security"),
    "sender": marked("sender"),
    "sender_blocked": marked("sender blocked"),
    "senders": marked("senders"),
    "sessions": marked("sessions"),
    "shared": marked("shared"),
    "shortcuts": marked("single keys"),
    "shown": marked("shown"),
    "sign_in": marked("signs in by"),
    "signature": marked("signature"),
    "since": marked("since"),
    "snoozed": marked("snoozed"),
    "spam": marked("what the spam filter marks"),
    "state": marked("state"),
    "substitute": marked("stands in"),
    "suppressed": marked("nothing is sent"),
    "tags": marked("tags"),
    "takes": marked("takes what they answer"),
    "team": marked("team"),
    "teams": marked("teams"),
    "teams_only": marked("for named teams only"),
    "template": marked("template"),
    "text": marked("text"),
    "then_show": marked("page after Send"),
    "time_zone": marked("time zone"),
    "title": marked("title"),
    "token_url": marked("address of the token"),
    "type": marked("type"),
    "undo_seconds": marked("seconds to undo"),
    "user": marked("user"),
    "value": marked("value"),
    "way": marked("way"),
    "what": marked("what"),
    "when_closed": marked("an answer to a closed record"),
    "why": marked("why"),
    "word": marked("word"),
}
"""What each field of an act is called; names that people gave their own fields are none of these."""


_SELECTOR = re.compile(r"wm\d\d[a-z]\d*")
_OURS: Final = (
    "id", "move", "gone", "next", "count", "merged", "assignee_address", "revision", "position", "layout", "user_id",
    "team_id", "record_id",
)  # fmt: skip


def is_told(field: str, *, own: bool = False) -> bool:
    """Say whether a change of this field is news: numbers of ours are none, and a time beside what happened then says
    nothing more.  One that people gave its name, their ``own``, always is.
    """
    if own:
        return True
    last = field.rpartition(" ")[2]
    return not last.endswith("_at") and last not in _OURS


def has_word(field: str) -> bool:
    """Say whether a field has a word of its own, and not just the name that our code has for it."""
    return field in _FIELDS or field.rpartition(" ")[2] in _FIELDS


def field_in_words(field: str, language: Language, *, own: bool = False) -> str:
    """Return what a field is called; one that people gave its name, their ``own``, is called as they call it."""
    if own:
        return field
    if field in _FIELDS:
        return language.gettext(_FIELDS[field])
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
