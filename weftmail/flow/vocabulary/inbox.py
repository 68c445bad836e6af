"""What waits in somebody's inbox."""

from __future__ import annotations

from weftmail.core.wording.sentences import say
from weftmail.flow.vocabulary.common import Json, iso
from weftmail.store.inbox import InboxEntry, InboxNotice


def inbox_entry(one: InboxEntry) -> Json:
    """Return a message in a user's inbox; it has the members of ``notice``."""
    return {
        "kind": one.kind,
        "record": one.label,
        "message": one.message_id,
        "inbound": None,
        "from": one.author_name,
        "from_address": one.author_address,
        "subject": one.subject,
        "text": one.text if one.says is None else say(one.says),
        "state": one.state,
        "created_at": iso(one.created_at),
    }


def notice(one: InboxNotice) -> Json:
    """Return a notice in a user's inbox."""
    return {
        "kind": "notice",
        "record": one.label,
        "message": None,
        "inbound": one.inbound_id,
        "from": None,
        "from_address": None,
        "subject": None,
        "text": say(one.says),
        **one.says.plain(),
        "state": "unread" if one.read_at is None else "read",
        "created_at": iso(one.created_at),
    }
