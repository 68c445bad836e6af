"""Who decides on what is held on a record, by name: pages say it to those who may not."""

from __future__ import annotations

from collections.abc import Sequence

from weftmail.core.wording.phrase import Phrase
from weftmail.store.inbound import InboundLine
from weftmail.store.record import Record
from weftmail.store.store import Store


def deciders(store: Store, record: Record, held: Sequence[InboundLine]) -> Phrase:
    """Return who may decide on the held mails of a record, in a sentence; only reads.

    For the admins of the company all of it is, and those of the installation are named where it has none.
    """
    found = store.deciders.of(record.company_id, [one.id for one in held])
    admins = [one.name for one in found if one.why == "admin"]
    admins = admins or [one.name for one in found if one.why == "installation"]
    others = [one.name for one in found if one.why == "theirs" and one.name not in admins]
    said = ", ".join(dict.fromkeys(admins))
    if not others:
        return Phrase("held.admins", {"admins": said})
    return Phrase("held.people", {"people": ", ".join(dict.fromkeys(others)), "admins": said})
