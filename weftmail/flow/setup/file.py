"""One file of a message is deleted, from the email that brought it, too; nothing brings it back."""

from __future__ import annotations

import re

from weftmail.core.wording.phrase import Phrase
from weftmail.flow.due.sweeping import FIRST, SWEEP
from weftmail.flow.events import write_event
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import find
from weftmail.flow.setup.act import Done, Setup, act
from weftmail.store.message import StoredAttachment, ThreadMessage
from weftmail.store.record import Record
from weftmail.store.store import Store

_HEADER_ENDS = re.compile(rb"\r?\n\r?\n")
HEADER_MOST = 1024 * 1024
"""The bytes of an email in which its header is looked for."""


def _named(
    store: Store, number: str, message: int, file: int, company: str | None
) -> tuple[Record, ThreadMessage, StoredAttachment]:
    record = find.record(store, number, company)
    found = store.threads.numbered(record.company_id, record.id, message)
    files = store.messages.attachments(record.company_id, found.id) if found is not None else []
    if found is None or not 1 <= file <= len(files):
        raise RefusedAct("file", "no_such_file", message=message, number=record.label, file=file)
    return record, found, files[file - 1]


@act
def remove(setup: Setup, number: str, message: int, file: int, *, company: str | None = None) -> Done:
    """Delete a file of a message, its name from the search, and the body of the email that brought it.

    The same file stays on other messages.  Of the email the header stays, by which its way is told; the words of the
    message stand on the record as they did.
    """
    store, now = setup.store, setup.clock()
    record, found, gone = _named(store, number, message, file, company)
    store.erasures.overwrite()
    store.erasures.remove_file(record.company_id, found.id, gone.id)
    mail = store.inbound.get(found.inbound_id) if found.inbound_id is not None else None
    if mail is not None:
        raw = store.blobs.open(mail.blob_id, mail.size)
        head = raw[:HEADER_MOST] if isinstance(raw, bytes) else raw.read(HEADER_MOST)
        store.erasures.shorten_mail(record.company_id, mail.blob_id, _header(head))
    says = Phrase("event.file deleted", {"actor": setup.actor.name, "name": gone.filename, "message": message})
    write_event(store, record, says, now, setup.actor.user_id)
    store.due.put(SWEEP, FIRST, now, now)
    return Done("file.remove", record.company_id, record.label, {"file": gone.filename}, {"file": ""})


def _header(head: bytes) -> bytes:
    """Return the header of an email with the blank line that ends it."""
    ends = _HEADER_ENDS.search(head)
    return head[: ends.end()] if ends is not None else b"\r\n"
