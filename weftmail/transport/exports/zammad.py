"""What Zammad's REST interface answers, saved as JSON: tickets, their articles, users, states, and who follows.

Files are named by their path below ``/api/v1``: ``tickets``, ``ticket_articles``, ``users``, ``ticket_states``,
``mentions``; each holds one answer.  An attachment has its bytes in ``data``, in base64, or lies where its path below
``ticket_attachment`` says, in ``attachments/TICKET/ARTICLE/ID``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from weftmail.core.address import Mailbox
from weftmail.core.composing.mail import Attached
from weftmail.core.imported import NOBODY, ImportedConversation, ImportedKind, ImportedMessage, ImportedState
from weftmail.core.parsing import header
from weftmail.transport.exports import fields
from weftmail.transport.exports.fields import Row, line, number, words
from weftmail.transport.exports.folder import ExportFolder, attached, within

NAME: Final = "Zammad"
_BY_TYPE: Final[dict[int, ImportedState]] = {3: "waiting", 4: "waiting", 5: "closed", 6: "closed", 7: "closed"}
"""Of the types of states (``state_type_id``): those that are neither new nor open."""
_BY_NUMBER: Final = {1: "new", 2: "open", 3: "pending reminder", 4: "closed", 5: "merged", 7: "pending close"}
"""What the states of a new installation are called."""
_SENDERS: Final = {1: "Agent", 2: "Customer", 3: "System"}

Found = tuple[str, Row]


class Zammad:
    """An export of Zammad."""

    name = NAME

    def __init__(self, folder: ExportFolder) -> None:
        """Read all but the bytes of attachments."""
        self._folder, self._missed = folder, folder.missed
        self._tickets = [*folder.objects("tickets")]
        self._users = _numbered(folder.objects("users"))
        self._states = _numbered(folder.objects("ticket_states"))
        self._articles: dict[int, list[Found]] = defaultdict(list)
        for where, one in folder.objects("ticket_articles"):
            ticket = number(one.get("ticket_id"))
            if ticket is None:
                self._missed.add("articles", where, "it names no ticket")
            else:
                self._articles[ticket].append((where, one))
        self._following: dict[int, list[str]] = defaultdict(list)
        for _, one in folder.objects("mentions"):
            if one.get("mentionable_type") == "Ticket":
                self._following[number(one.get("mentionable_id")) or 0].append(self._user(one.get("user_id")).address)

    @property
    def size(self) -> int:
        """How many conversations there are."""
        return len(self._tickets)

    def conversations(self) -> Iterator[ImportedConversation | None]:
        """Yield each ticket, None for one that is left out."""
        seen: set[int] = set()
        for where, one in self._tickets:
            key = number(one.get("id"))
            if key is None or key in seen:
                self._missed.add(
                    "tickets", where, "it has no id" if key is None else f"ticket {key} stands there twice"
                )
                yield None
                continue
            seen.add(key)
            yield self._conversation(where, key, one)
        for ticket in sorted(self._articles.keys() - seen):
            self._missed.add("articles", f"ticket {ticket}", "its articles are there, and it is not")

    def _conversation(self, where: str, key: int, ticket: Row) -> ImportedConversation | None:
        begun = fields.when(ticket.get("created_at"))
        made = (self._message(at, key, one, begun) for at, one in self._articles.get(key, []))
        messages = sorted(filter(None, made), key=lambda one: (one.at, int(one.key.rpartition(" ")[2])))
        if not messages:
            self._missed.add("tickets", where, f"ticket {key} has no articles")
            return None
        return ImportedConversation(
            line(ticket.get("number")) or str(key),
            line(ticket.get("title")),
            self._state(ticket),
            self._user(ticket.get("customer_id")),
            messages,
            self._user(ticket.get("owner_id")).address,
            [one for one in self._following.get(key, []) if one],
        )

    def _state(self, ticket: Row) -> ImportedState:
        state = number(ticket.get("state_id")) or 0
        known = self._states.get(state, {})
        if (kind := number(known.get("state_type_id"))) is not None:
            return _BY_TYPE.get(kind, "open")
        name = line(ticket.get("state")) or line(known.get("name")) or _BY_NUMBER.get(state, "")
        if name in ("closed", "merged", "removed"):
            return "closed"
        return "waiting" if name.startswith("pending") else "open"

    def _message(self, where: str, ticket: int, article: Row, begun: int | None) -> ImportedMessage | None:
        key, at = number(article.get("id")), fields.when(article.get("created_at")) or begun
        if key is None or at is None:
            self._missed.add("articles", where, "it has no id" if key is None else f"article {key} has no date")
            return None
        body, is_page = words(article.get("body")), "html" in line(article.get("content_type"))
        return ImportedMessage(
            f"article {key}",
            _kind(article),
            self._author(article),
            at,
            line(article.get("subject")),
            "" if is_page else body,
            body if is_page else "",
            fields.people(article.get("to")),
            fields.people(article.get("cc")),
            _identifier(article.get("message_id")),
            header.identifiers(f"{words(article.get('references'))} {words(article.get('in_reply_to'))}"[:20_000]),
            self._files(where, ticket, key, article),
        )

    def _author(self, article: Row) -> Mailbox:
        """Who wrote it: From where it has an address, else whom the program names."""
        boxes = fields.people(article.get("from"))
        box = boxes[0] if boxes else NOBODY
        if box.address:
            return box
        user = self._user(article.get("origin_by_id") or article.get("created_by_id"))
        return user if user.address else Mailbox(box.name or line(article.get("from")), "")

    def _user(self, key: object) -> Mailbox:
        user = self._users.get(number(key) or 0, {})
        name = f"{line(user.get('firstname'))} {line(user.get('lastname'))}"
        return fields.person(name, user.get("email"))

    def _files(self, where: str, ticket: int, article: int, row: Row) -> list[Attached]:
        found: list[Attached] = []
        for one in fields.rows(row.get("attachments")):
            about = fields.row(one.get("preferences"))
            kind = line(about.get("Mime-Type") or about.get("Content-Type") or one.get("mime-type"))
            file = (line(one.get("filename")), kind, line(about.get("Content-ID")).strip("<>"))
            key = number(one.get("id")) or 0
            if (got := attached(self._folder, where, file, one.get("data"), ticket, article, key)) is not None:
                found.append(got)
        return within(self._folder, where, found)


def _kind(article: Row) -> ImportedKind:
    sender = line(article.get("sender")) or _SENDERS.get(number(article.get("sender_id")) or 0, "")
    if article.get("internal") is True or (line(article.get("type")) == "note" and sender != "Customer"):
        return "note"
    return "received" if sender == "Customer" else "post"


def _identifier(value: object) -> str:
    found = header.identifiers(words(value)[:2000])
    return found[0] if found else ""


def _numbered(found: Iterator[Found]) -> dict[int, Row]:
    return {key: one for _, one in found if (key := number(one.get("id"))) is not None}
