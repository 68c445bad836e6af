"""Mail that was filed although nobody could read it, or not all of it: reading it again, in place.

The same message is filled: no second one, no second record, and nobody is notified twice.
"""

from __future__ import annotations

from weftmail.core.parsing.message import Message
from weftmail.flow.installation import Installation
from weftmail.flow.refusal import RefusedAct
from weftmail.store.message import ThreadMessage
from weftmail.store.store import Store

UNREAD = ("unreadable", "partly read")
"""The flags of such messages."""


def try_again(store: Store, installation: Installation, message_id: int) -> bool:
    """Read the mail that a message came by once more, and fill the message with what it says.

    Returns whether it could be read to its end; the message stays as it is where it could not.  Raises RefusedAct for
    a message that has nothing missing.
    """
    found = _unread(store, message_id)
    row = store.inbound.get(found.inbound_id) if found.inbound_id is not None else None
    if row is None:
        raise RefusedAct("id", "message_by_no_email", id=message_id)
    message = installation.reader(store.blobs.open(row.blob_id, row.size))
    if message.missing:
        return False
    with store.transaction():
        # Somebody else may have pressed the same button.
        if store.messages.fill(found.company_id, found.id, message.text, message.page, message.reply_text):
            _attach(store, found, message)
    return True


def is_unread(store: Store, message_id: int) -> bool:
    """Say whether something of the message could not be read."""
    message = store.messages.get(message_id)
    return message is not None and message.flag in UNREAD


def _unread(store: Store, message_id: int) -> ThreadMessage:
    message = store.messages.get(message_id)
    if message is None or message.flag not in UNREAD:
        raise RefusedAct("id", "nothing_missing")
    return message


def _attach(store: Store, found: ThreadMessage, message: Message) -> None:
    """Keep the files, unless they were read the first time."""
    if store.messages.attachments(found.id):
        return
    for position, part in enumerate(message.attachments):
        blob_id = store.blobs.put(part.content, found.company_id)
        store.messages.attach(
            found.company_id, found.id, blob_id, position,
            filename=part.filename, content_type=part.content_type, content_id=part.content_id, inline=part.inline,
        )  # fmt: skip
