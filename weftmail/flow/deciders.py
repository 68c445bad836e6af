"""Who decides on what is held on a record, by name: pages say it to those who may not."""

from __future__ import annotations

from collections.abc import Sequence

from weftmail.core.wording.phrase import Phrase
from weftmail.store.inbound import InboundLine
from weftmail.store.record import Record
from weftmail.store.store import Store


def deciders(store: Store, record: Record, held: Sequence[InboundLine]) -> Phrase:
    """Return who may decide on the held mails of a record, in a sentence; only reads.

    Mail in a colleague's name is for that colleague, other mail for who is first in line; for the admins all of it is.
    """
    admins = [one.name for one in store.users.admins(record.company_id) or store.line.installation()]
    bears = [store.users.by_address(one.from_address) if one.from_address else None for one in held]
    people = [one.name for one in bears if one is not None]
    if len(people) < len(held):
        people += [one.name for one in store.line.first(record.company_id, record.id, record.alias_id)]
    others = [one for one in dict.fromkeys(people) if one not in admins]
    said = ", ".join(admins)
    if not others:
        return Phrase("held.admins", {"admins": said})
    return Phrase("held.people", {"people": ", ".join(others), "admins": said})
