"""What Odoo keeps of conversations: ``mail.message`` and what it names, as its own export (CSV, XLSX) or as answers to
``search_read`` by XML-RPC, saved as JSON.

Files are named by their model: ``mail.message``, ``mail.followers``, ``ir.attachment``, ``res.partner``, ``res.users``,
and the records themselves, such as ``crm.lead`` or ``helpdesk.ticket``.  A field that names another record is
``[5, "Karin Ek"]`` by XML-RPC, and in an export a name, with the external id in the column ``author_id/id``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from weftmail.core.address import Mailbox
from weftmail.core.composing.mail import Attached
from weftmail.core.imported import NOBODY, ImportedConversation, ImportedKind, ImportedMessage, ImportedState
from weftmail.core.parsing import header
from weftmail.transport.exports import fields
from weftmail.transport.exports.fields import Row, line, number, words
from weftmail.transport.exports.folder import ExportFolder, attached, within

NAME: Final = "Odoo"
_OTHERS: Final = ("mail.message", "mail.followers", "ir.attachment", "res.partner", "res.users")
_EXPORTED: Final = re.compile(r"__export__\.[a-z_]+?_(\d+)(?:_[0-9a-f]+)?")
_MODEL: Final = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+")
_NO_MAIL: Final = ("notification", "user_notification")
_CLOSED_BY: Final = ("date_closed", "close_date", "date_end", "closed_date")
_DONE: Final = ("1_done", "1_canceled", "done", "cancel", "closed", "won", "lost")
_DAY_ONE: Final = datetime(1899, 12, 30, tzinfo=UTC)

Place = tuple[str, int]
Found = tuple[str, Row]


class Odoo:
    """An export of Odoo."""

    name = NAME

    def __init__(self, folder: ExportFolder) -> None:
        """Read all but the bytes of attachments that were saved as files."""
        self._folder, self._missed = folder, folder.missed
        self._partners = _known(folder.objects("res.partner"))
        self._users = _known(folder.objects("res.users"))
        self._files_by_id = _known(folder.objects("ir.attachment"))
        self._colleagues = {_partner_key(one) for one in self._users.values() if not _true(one.get("share"))}
        self._messages: dict[Place, list[Found]] = defaultdict(list)
        for where, one in _joined(folder.objects("mail.message")):
            model, record = line(one.get("model")), number(one.get("res_id"))
            if record is None or not _MODEL.fullmatch(model):
                self._missed.add("messages", where, "it stands on no record: model or res_id lacks")
            else:
                self._messages[model, record].append((where, one))
        self._following: dict[Place, list[str]] = defaultdict(list)
        for _, one in folder.objects("mail.followers"):
            place = (line(one.get("res_model")), number(one.get("res_id")) or 0)
            self._following[place].append(self._partner(one, "partner_id").address)
        self._records: dict[str, dict[str, Row]] = {}

    @property
    def size(self) -> int:
        """How many conversations there are."""
        return len(self._messages)

    def conversations(self) -> Iterator[ImportedConversation | None]:
        """Yield what was written on each record, None for one that is left out."""
        for place in sorted(self._messages):
            yield self._conversation(place)

    def _conversation(self, place: Place) -> ImportedConversation | None:
        model, key = place
        made = [one for one in (self._message(at, row) for at, row in self._messages[place]) if one is not None]
        if not made:
            self._missed.add("records", f"{model} {key}", "nothing was written on it but notifications")
            return None
        messages = sorted({one.key: one for one in made}.values(), key=lambda one: (one.at, len(one.key), one.key))
        record = self._record(model, key)
        rows = [row for _, row in self._messages[place]]
        title = line(record.get("name")) or next(filter(None, (line(one.get("record_name")) for one in rows)), "")
        customer = self._partner(record, "partner_id")
        if not customer.address:
            boxes = fields.people(record.get("email_from"))
            customer = boxes[0] if boxes else NOBODY
        outside = (one.author for one in messages if one.kind == "received")
        return ImportedConversation(
            f"{model} {key}",
            title or next((one.subject for one in messages if one.subject), ""),
            _state(record),
            customer if customer.address else next(outside, NOBODY),
            messages,
            self._user(record.get("user_id")),
            [one for one in self._following.get(place, []) if one],
        )

    def _record(self, model: str, key: int) -> Row:
        if model not in self._records:
            self._records[model] = {} if model in _OTHERS else _known(self._folder.objects(model))
        return self._records[model].get(str(key), {})

    def _message(self, where: str, row: Row) -> ImportedMessage | None:
        key, at = _key(row), _when(row.get("date")) or _when(row.get("create_date"))
        if not key or at is None:
            self._missed.add("messages", where, f"message {key} has no date" if key else "it has no id")
            return None
        if line(row.get("message_type")).lower() in _NO_MAIL or (not words(row.get("body")) and not _files_of(row)):
            self._missed.add("notifications", where, f"message {key} is a notification, or empty")
            return None
        author = self._author(row)
        found = header.identifiers(words(row.get("message_id"))[:2000])
        return ImportedMessage(
            f"message {key}",
            self._kind(row),
            author,
            at,
            line(row.get("subject")) if row.get("subject") is not False else "",
            page=words(row.get("body")),
            message_id=found[0] if found else "",
            files=self._files(where, row),
        )

    def _kind(self, row: Row) -> ImportedKind:
        subtype = _named(row.get("subtype_id")).lower()
        if _true(row.get("is_internal")) or line(row.get("subtype_id/id")) == "mail.mt_note" or subtype == "note":
            return "note"
        type_ = line(row.get("message_type")).lower()
        return "received" if type_ == "email" and _ref(row, "author_id") not in self._colleagues else "post"

    def _author(self, row: Row) -> Mailbox:
        boxes = fields.people(row.get("email_from"))
        if boxes and boxes[0].address:
            return boxes[0]
        partner = self._partner(row, "author_id")
        return Mailbox(partner.name or _named(row.get("author_id")), partner.address)

    def _partner(self, row: Row, field: str) -> Mailbox:
        """Return the partner that a field names."""
        one = self._partners.get(_ref(row, field), {})
        return fields.person(one.get("name") or _named(row.get(field)), row.get(f"{field}/email") or one.get("email"))

    def _user(self, value: object) -> str:
        one = self._users.get(_ref({"user_id": value}, "user_id"), {})
        return fields.address(one.get("email")) or fields.address(one.get("login"))

    def _files(self, where: str, row: Row) -> list[Attached]:
        found: list[Attached] = []
        for key in _files_of(row):
            one = self._files_by_id.get(key, {})
            file = (line(one.get("name")), line(one.get("mimetype")), "")
            got = attached(self._folder, where, file, one.get("datas"), key.rpartition(".")[2])
            if got is not None:
                found.append(got)
        return within(self._folder, where, found)


def _state(record: Row) -> ImportedState:
    """Closed, unless the record is there and says that it is not."""
    if not record or ("active" in record and not _true(record["active"])):
        return "closed"
    if any(record.get(name) for name in _CLOSED_BY) or _true(record.get("is_closed")):
        return "closed"
    over = record.get("probability") in (100, 100.0, "100", "100.0")
    return "closed" if over or line(record.get("state")).lower() in _DONE else "open"


def _key(row: Row) -> str:
    """What a row is called: its number, also where an export wrote it into the external id."""
    plain = number(row.get(".id")) or number(row.get("id"))
    if plain is not None:
        return str(plain)
    named = line(row.get("id"))
    exported = _EXPORTED.fullmatch(named)
    return exported[1] if exported else named


def _ref(row: Row, field: str) -> str:
    """What the row that a field names is called; "" where it names none."""
    value = row.get(field)
    first = value[0] if isinstance(value, list) and value else value
    if (plain := number(row.get(f"{field}/.id")) or number(first)) is not None:
        return str(plain)
    return _key({"id": row.get(f"{field}/id")})


def _partner_key(user: Row) -> str:
    return _ref(user, "partner_id")


def _named(value: object) -> str:
    """The name of what a field names."""
    if isinstance(value, list):
        return line(value[1]) if len(value) > 1 else ""
    return line(value) if number(value) is None else ""


def _files_of(row: Row) -> list[str]:
    value = row.get("attachment_ids")
    if isinstance(value, list):
        return [str(plain) for one in value if (plain := number(one)) is not None]
    named = f"{line(row.get('attachment_ids/id'))},{line(row.get('attachment_ids/.id'))}"
    return [key for one in named.split(",") if (key := _key({"id": one.strip()}))]


def _known(found: Iterator[Found]) -> dict[str, Row]:
    return {key: one for _, one in found if (key := _key(one))}


def _joined(found: Iterator[Found]) -> Iterator[Found]:
    """Join the lines on which an export lists several things of one row: all but the first have those columns alone."""
    held: tuple[str, dict[str, object]] | None = None
    for where, one in found:
        more = [name for name in one if name.startswith("attachment_ids/") and one[name]]
        if held is not None and not _key(one) and more and not one.get("date"):
            for name in more:
                held[1][name] = f"{held[1].get(name, '')},{one[name]}"
            continue
        if held is not None:
            yield held
        held = (where, dict(one))
    if held is not None:
        yield held


def _when(value: object) -> int | None:
    """A time as text, in UTC, or as a workbook counts: in days since the end of 1899."""
    text = words(value) if isinstance(value, str) else ""
    if re.fullmatch(r"\d{5}(\.\d{1,15})?", text):
        return int((_DAY_ONE + timedelta(days=float(text))).timestamp() * 1000)
    return fields.when(value)


def _true(value: object) -> bool:
    return value is True or (isinstance(value, str) and value.strip().lower() in ("true", "1", "yes"))
