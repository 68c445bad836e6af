"""Unfollow: what a colleague asked for by email is done as on the page, and they find in the inbox that it was."""

from __future__ import annotations

from typing import cast

from weftmail.core.routing.disposition import Unfollow
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.actor import Actor
from weftmail.flow.installation import Installation
from weftmail.flow.notices import notify
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import follower, leave_type
from weftmail.flow.setup.act import Setup
from weftmail.store.people import User
from weftmail.store.record import Record
from weftmail.store.store import Store


def unfollow(
    store: Store, installation: Installation, company_id: int, wanted: Unfollow, inbound_id: int, now: int
) -> None:
    """Let the colleague unfollow the record, or its type, unless it is in doubt that it is they; tell them."""
    # Neither users nor records are ever removed; a record that is part of another one is followed there.
    user = cast(User, store.users.get(wanted.user_id))
    record = store.records.standing(cast(Record, store.records.get(company_id, wanted.record_id)))
    says = _done(store, installation, user, record, wanted)
    people = [one for one in [store.users.follower(company_id, user.id)] if one is not None]
    notify(store, company_id, people, says, now, inbound_id=inbound_id, record_id=record.id)


def _done(store: Store, installation: Installation, user: User, record: Record, wanted: Unfollow) -> Phrase:
    """Do it; return what is to say of it."""
    what = Phrase("notice.unfollow.type", {"type": record.type}) if wanted.of_type else record.label
    if wanted.doubt is not None:
        return Phrase("notice.unfollowed.unverified", {"what": what, "why": wanted.doubt, "record": record.label})
    setup = Setup(store, Actor(user.name, user.id), installation.clock, None, lambda *_: "", (), lambda _: False)
    address = store.users.addresses(user.id)[0]
    if wanted.of_type:
        done = leave_type.leave(setup, record.type, address, company=record.company)
        if not isinstance(done, Refusal):
            left = cast(list[str], done.was["follows"])
            return Phrase("notice.unfollowed.type", {"type": record.type, "count": len(left)})
    else:
        taken_off = follower.remove(setup, record.label, address, company=record.company)
        if not isinstance(taken_off, Refusal):
            return Phrase("notice.unfollowed", {"record": record.label, "title": record.title})
    return Phrase("notice.unfollowed.already", {"what": what})
