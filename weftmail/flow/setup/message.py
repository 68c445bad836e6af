"""Messages that somebody writes on a record, and messages that are read once more, as acts with their row in the log.

What was written stands in the conversation; the history says who wrote it, and in whose name.
"""

from __future__ import annotations

from dataclasses import dataclass

from weftmail.flow import unread
from weftmail.flow.installation import Installation
from weftmail.flow.post import Draft
from weftmail.flow.post import post as written
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.store.people import User
from weftmail.store.record import Record


@dataclass(frozen=True, slots=True)
class Posted(Done):
    """A message that was written: its number in the store."""

    message_id: int = 0


@act
def post(setup: Setup, installation: Installation, record: Record, author: User, draft: Draft) -> Posted:
    """Write a message or an internal note on a record, in the name of ``author``; refused as ``flow.post.plan``."""
    message_id = written(setup.store, installation, record, author, draft)
    now: Fields = {"message": message_id, "as": author.name}
    act_ = "record.note" if draft.note else "record.post"
    return Posted(act_, record.company_id, record.label, {}, now, message_id)


def read_again(setup: Setup, installation: Installation, record: Record, message_id: int) -> Done | Refusal:
    """Read the email of a message once more, and fill the message where it can be read to its end now."""
    try:
        # Reading takes long, and nobody has to wait for the store meanwhile.
        filled = unread.try_again(setup.store, installation, record.company_id, message_id)
    except RefusedAct as refused:
        return refused.refusal
    return _read(setup, record, message_id, filled=filled)


@act
def _read(setup: Setup, record: Record, message_id: int, *, filled: bool) -> Done:
    before: Fields = {"message": message_id, "whole": False}
    return Done("record.read_again", record.company_id, record.label, before, {**before, "whole": filled})
