"""Mail that was filed although nobody could read it, or not all of it: reading it again, in place.

The same message is filled: no second one, no second record, and nobody is notified twice.
"""

from __future__ import annotations

from weftmail.core.parsing.message import Message
from weftmail.flow.filing.brought import keep_files
from weftmail.flow.installation import Installation
from weftmail.flow.refusal import RefusedAct
from weftmail.store.message import ThreadMessage
from weftmail.store.store import Store

UNREAD = ("unreadable", "partly read")
"""The flags of such messages."""


def try_again(store: Store, installation: Installation, company_id: int, message_id: int) -> bool:
    """Read the mail that a message came by once more, and fill the message with what it says.

    Returns whether it could be read to its end; the message stays as it is where it could not.  Raises RefusedAct for
    a message that has nothing missing.
    """
    found = _unread(store, company_id, message_id)
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


def is_unread(store: Store, company_id: int, message_id: int) -> bool:
    """Say whether something of the message could not be read."""
    message = store.messages.get(company_id, message_id)
    return message is not None and message.flag in UNREAD


def _unread(store: Store, company_id: int, message_id: int) -> ThreadMessage:
    message = store.messages.get(company_id, message_id)
    # What its author wrote anew since is not to say again what it said before.
    if message is None or message.flag not in UNREAD or message.edited_at is not None or message.deleted_at is not None:
        raise RefusedAct("id", "nothing_missing")
    return message


def _attach(store: Store, found: ThreadMessage, message: Message) -> None:
    """Keep the files, unless they were read the first time."""
    if store.messages.attachments(found.company_id, found.id):
        return
    keep_files(store, message, found.company_id, found.record_id, found.id)
