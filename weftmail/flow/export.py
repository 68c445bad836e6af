"""A conversation, or all that a person wrote and was written, as an mbox file (RFC 4155) that any mail program opens.

What came by email is the email as it came, byte for byte; what was written here is made into one.  A line that begins
with "From " is quoted as in the form mboxrd, so that it can be told from the beginning of the next message.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTPUTF8
from email.utils import formatdate

from weftmail.flow.thread import Entry, whole
from weftmail.flow.vocabulary import said
from weftmail.store.inbox import NEWEST
from weftmail.store.message import StoredAttachment
from weftmail.store.record import Record
from weftmail.store.store import Store

_FROM = re.compile(rb"^(>*From )", re.M)
_CONTROL = re.compile("[\u0000-\u001f\u007f-\u009f]")
_POLICY = SMTPUTF8.clone(linesep="\n")
RECORDS = 100
"""So many records of a person are looked up at a time."""

Wanted = Callable[[Entry], bool]


def mbox_of_record(store: Store, record: Record, wanted: Wanted = lambda _: True) -> Iterator[bytes]:
    """Yield each message and note of a record as one piece of an mbox, in the order of the conversation.

    Events, and what was deleted, are left out.  To be read inside one snapshot.
    """
    _, entries = whole(store, record)
    for entry in entries:
        if entry.message.kind != "event" and entry.message.deleted_at is None and wanted(entry):
            yield _piece(entry.message.written_at, _mail(store, record, entry))


def mbox_of_person(store: Store, company_id: int, contact_id: int) -> Iterator[bytes]:
    """Yield what a contact wrote, and what was addressed to them, on all records; to be read inside one snapshot."""

    def theirs(entry: Entry) -> bool:
        people = {one.contact_id for one in entry.addressed} | {one.contact_id for one in entry.deliveries}
        return contact_id in people | {entry.message.author_contact_id}

    before = NEWEST
    while records := store.contact_cards.records(company_id, contact_id, (), RECORDS, before):
        for record in records:
            yield from mbox_of_record(store, record, theirs)
        before = records[-1].id


def _piece(at: int, mail: bytes) -> bytes:
    """Return a mail with the line that begins it in an mbox, and the blank one that ends it."""
    stamp = time.strftime("%a %b %d %H:%M:%S %Y", time.gmtime(at / 1000))
    quoted = _FROM.sub(rb">\1", mail.replace(b"\r\n", b"\n"))
    return b"From weftmail " + stamp.encode() + b"\n" + quoted + (b"\n" if quoted.endswith(b"\n") else b"\n\n")


def _mail(store: Store, record: Record, entry: Entry) -> bytes:
    if entry.inbound is not None:
        return store.blobs.read(entry.inbound.blob_id)
    message = entry.message
    mail = EmailMessage(_POLICY)
    mail["From"] = _named(message.author_name, message.sent_as or message.author_address)
    for field in ("to", "cc"):
        people = [_named(one.name, one.address) for one in entry.addressed if one.field == field]
        if people:
            mail[field.capitalize()] = people
    mail["Subject"] = _line(message.subject or record.title)
    mail["Date"] = formatdate(message.written_at / 1000)
    mail["X-Weftmail-Record"] = record.label
    mail["X-Weftmail-Kind"] = message.kind
    mail.set_content(message.text or said(message))
    if message.html:
        mail.add_alternative(message.html, subtype="html")
    for file in entry.attachments:
        _attach(mail, file, store.blobs.read(file.blob_id))
    return _identified(message.rfc_message_id) + mail.as_bytes()


def _identified(message_id: str) -> bytes:
    """Return the line of a Message-ID as it is stored: what others made is no address that a parser would read."""
    said = "".join(_line(message_id).split())
    return f"Message-ID: {said}\n".encode() if said else b""


def _line(text: str) -> str:
    """Return what stands in a header: one line without control characters."""
    return _CONTROL.sub("", " ".join(text.split()))


def _named(name: str, address: str) -> Address:
    """Return somebody as a header names them; colleagues without an address are named alone."""
    name, address = _line(name), _line(address)
    try:
        return Address(name, addr_spec=address)
    except (ValueError, IndexError):
        return Address(name or address)


def _attach(mail: EmailMessage, file: StoredAttachment, content: bytes) -> None:
    main, _, sub = file.content_type.partition("/")
    if main in ("message", "multipart") or not sub:
        # An attached email goes as it is: a program that opens it finds it whole.
        main, sub = "application", "octet-stream"
    mail.add_attachment(content, main, sub, filename=_line(file.filename))
