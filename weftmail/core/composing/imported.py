"""A message that another program kept becomes an email, so that it is read, cleaned and kept as every email is."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Final

from weftmail.core.address import BadAddress, Mailbox
from weftmail.core.composing import fields
from weftmail.core.composing.mail import WrittenPart, file_part, multipart, text_part
from weftmail.core.imported import ImportedMessage

_ID: Final = re.compile(r"<[!-;=?-~]{3,900}>")


def id_of(message: ImportedMessage, source: str) -> str:
    """Return the Message-ID of a message of this source: the email's own, else one made of what it is called there."""
    return message.message_id if _ID.fullmatch(message.message_id) else made_id(message, source)


def made_id(message: ImportedMessage, source: str) -> str:
    """Return a Message-ID made of what a message is called at its source: the same one each time."""
    digest = hashlib.sha256(f"{source}\n{message.key}".encode("utf-8", "replace")).hexdigest()
    return f"<{digest[:32]}@import.invalid>"


def compose_imported(message: ImportedMessage, title: str, message_id: str) -> bytes:
    """Return the email; ``title`` is its subject where it has none.  What is no address stands nowhere."""
    words = text_part("html", message.page) if message.page else text_part("plain", message.text)
    inline = [one for one in message.files if one.inline and one.content_id and message.page]
    files = [one for one in message.files if one not in inline]
    if inline:
        words = multipart("related", [words, *map(file_part, inline)], ';\r\n type="text/html"')
    root = multipart("mixed", [words, *map(file_part, files)]) if files else words
    written = (
        ("From", _author(message.author)),
        ("To", _people(message.to)),
        ("Cc", _people(message.cc)),
        ("Subject", fields.words("Subject", message.subject or title)),
        ("Date", fields.date(message.at)),
        ("Message-ID", message_id),
        ("References", fields.identifiers(list(message.references))),
        ("MIME-Version", "1.0"),
    )
    given = tuple((name, value) for name, value in written if value)
    return WrittenPart((*given, *root.fields), root.content).as_bytes()


def _author(box: Mailbox) -> str:
    try:
        return fields.mailbox(box)
    except BadAddress:
        return ""


def _people(boxes: Sequence[Mailbox]) -> str:
    return fields.mailboxes(boxes)
