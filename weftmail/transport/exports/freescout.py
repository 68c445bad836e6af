"""What FreeScout's interface answers, saved as JSON: ``/api/conversations?embed=threads``, page by page, in files whose
name begins with ``conversations``.

An attachment has its bytes in ``data``, in base64, or lies in ``attachments/ID``, fetched from its ``fileUrl``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from weftmail.core.address import Mailbox
from weftmail.core.composing.mail import Attached
from weftmail.core.imported import ImportedConversation, ImportedKind, ImportedMessage, ImportedState
from weftmail.transport.exports import fields
from weftmail.transport.exports.fields import Row, line, number, words
from weftmail.transport.exports.folder import ExportFolder, attached, within

NAME: Final = "FreeScout"
_STATES: Final[dict[str, ImportedState]] = {"active": "open", "open": "open", "pending": "waiting", "closed": "closed"}
_KINDS: Final[dict[str, ImportedKind]] = {"customer": "received", "message": "post", "note": "note"}


class FreeScout:
    """An export of FreeScout."""

    name = NAME

    def __init__(self, folder: ExportFolder) -> None:
        """Read all but the bytes of attachments."""
        self._folder, self._missed = folder, folder.missed
        self._found = [*folder.objects("conversations")]

    @property
    def size(self) -> int:
        """How many conversations there are."""
        return len(self._found)

    def conversations(self) -> Iterator[ImportedConversation | None]:
        """Yield each conversation, None for one that is left out."""
        seen: set[int] = set()
        for where, one in self._found:
            key = number(one.get("number")) or number(one.get("id"))
            why = _left_out(one, key, seen)
            if key is None or why:
                self._missed.add("conversations", where, why)
                yield None
                continue
            seen.add(key)
            yield self._conversation(where, key, one)

    def _conversation(self, where: str, key: int, one: Row) -> ImportedConversation | None:
        begun = fields.when(one.get("createdAt"))
        title = line(one.get("subject"))
        threads = fields.rows(fields.row(one.get("_embedded")).get("threads"))
        made = (self._message(where, thread, begun) for thread in threads)
        messages = sorted(filter(None, made), key=lambda each: (each.at, int(each.key.rpartition(" ")[2])))
        if not messages:
            self._missed.add("conversations", where, f"conversation {key} has no threads: ask for embed=threads")
            return None
        customer = _person(one.get("customer"))
        assignee = _person(one.get("assignee")).address
        state = _STATES.get(line(one.get("status")), "closed")
        return ImportedConversation(str(key), title, state, customer, messages, assignee)

    def _message(self, where: str, thread: Row, begun: int | None) -> ImportedMessage | None:
        key, at = number(thread.get("id")), fields.when(thread.get("createdAt")) or begun
        kind = _KINDS.get(line(thread.get("type")))
        if kind is None or line(thread.get("state")) not in ("", "published"):
            what = "line items" if line(thread.get("type")) == "lineitem" else "threads"
            self._missed.add(what, where, f"thread {key} is a {line(thread.get('type'))}, {line(thread.get('state'))}")
            return None
        if key is None or at is None:
            self._missed.add("threads", where, "a thread has no id" if key is None else f"thread {key} has no date")
            return None
        author = _person(thread.get("createdBy"))
        if kind == "received":
            customer = _person(thread.get("customer"))
            author = customer if customer.address else author
        return ImportedMessage(
            f"thread {key}",
            kind,
            author,
            at,
            page=words(thread.get("body")),
            to=fields.people(thread.get("to")),
            cc=fields.people(thread.get("cc")),
            files=self._files(where, thread),
        )

    def _files(self, where: str, thread: Row) -> list[Attached]:
        inner = fields.row(thread.get("_embedded")).get("attachments")
        found: list[Attached] = []
        for one in fields.rows(inner if inner is not None else thread.get("attachments")):
            file = (line(one.get("fileName")), line(one.get("mimeType")), "")
            got = attached(self._folder, where, file, one.get("data"), number(one.get("id")) or 0)
            if got is not None:
                found.append(got)
        return within(self._folder, where, found)


def _left_out(one: Row, key: int | None, seen: set[int]) -> str:
    """Say why a conversation is left out; "" where it is not."""
    if key is None:
        return "it has no number"
    if key in seen:
        return f"conversation {key} stands there twice"
    if line(one.get("status")) == "spam":
        return f"conversation {key} is spam"
    state = line(one.get("state"))
    return f"conversation {key} is {state}" if state in ("draft", "deleted") else ""


def _person(value: object) -> Mailbox:
    one = fields.row(value)
    return fields.person(f"{line(one.get('firstName'))} {line(one.get('lastName'))}", one.get("email"))
