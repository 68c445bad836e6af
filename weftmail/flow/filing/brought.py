"""What a mail brings beside its words: its files, and the people whom it names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from weftmail.core.address import BadAddress, Mailbox, canonical, comparable
from weftmail.core.limits import MAIL_NAMED
from weftmail.core.parsing.file_type import name_of
from weftmail.core.parsing.message import Message
from weftmail.core.routing.recipients import Outsider
from weftmail.flow.delivered import Delivered
from weftmail.store.message import Addressed, NewAttachment
from weftmail.store.record import NewParticipant, Record
from weftmail.store.store import Store


def bring(
    store: Store,
    delivered: Delivered,
    record: Record,
    message_id: int,
    now: int,
    *,
    by_colleague: bool = False,
    sent_to: Sequence[Outsider] = (),
) -> None:
    """Keep the files of a mail, and whom it names; ``sent_to``: outsiders to whom we send it on.

    Whom a verified mail names takes part: in all of the conversation if a colleague named them, in this one message
    if somebody outside did.  An unverified mail makes nobody a participant.
    """
    keep_files(store, delivered.message, record.company_id, record.id, message_id)
    people = {one.address: Addressed(one.field, one.name, one.address, one.contact_id) for one in sent_to}
    for one in _named(store, delivered.message, record.company_id, now, verified=delivered.verified):
        people.setdefault(one.address, one)
    if delivered.verified:
        scope = None if by_colleague else message_id
        taking_part = [
            NewParticipant(one.contact_id, "addressed" if one.field == "to" else "copied", scope)
            for one in people.values()
            if one.contact_id is not None
        ]
        store.records.add_participants(record, taking_part, now)
    store.messages.address(record.company_id, message_id, list(people.values()))


def keep_files(store: Store, message: Message, company_id: int, record_id: int, message_id: int) -> None:
    """Keep the files of a mail, their bytes once for each company."""
    parts = message.attachments
    blobs = store.blobs.put_all(company_id, [part.content for part in parts])
    files = [
        NewAttachment(
            blob_id,
            name_of(part.filename, part.content_type, number),
            part.content_type,
            part.content_id,
            part.inline,
            part.card,
        )
        for number, (blob_id, part) in enumerate(zip(blobs, parts, strict=True), start=1)
    ]
    store.messages.attach(company_id, record_id, message_id, files)


def _named(store: Store, message: Message, company_id: int, now: int, *, verified: bool) -> list[Addressed]:
    """Whom the mail names in To and Cc, our own addresses aside; only a verified mail makes somebody a contact."""
    boxes = [*(("to", box) for box in message.to), *(("cc", box) for box in message.cc)][:MAIL_NAMED]
    addresses = {comparable(box.address) for _, box in boxes}
    left_out = store.domains.our_addresses(addresses) | {one for one in addresses if "@" not in one}
    outside = addresses - left_out
    outside -= store.users.among(outside)
    contacts = {address: one.id for address, one in store.contacts.by_addresses(company_id, outside).items()}
    if verified:
        new = {address: name for address, name in _names(box for _, box in boxes).items() if address in outside}
        new = {address: name for address, name in new.items() if address not in contacts and _sendable(address)}
        contacts |= store.contacts.add_all(company_id, new, now)
    return [
        Addressed(field, box.name, address, contacts.get(address))
        for field, box in boxes
        if (address := comparable(box.address)) not in left_out
    ]


def _names(boxes: Iterable[Mailbox]) -> dict[str, str]:
    """The name that each address bears where it is named first with one."""
    names: dict[str, str] = {}
    for box in boxes:
        address = comparable(box.address)
        names[address] = names.get(address) or box.name
    return names


def _sendable(address: str) -> bool:
    try:
        canonical(address)
    except BadAddress:
        return False
    return True
