"""The one JSON vocabulary: how values of the store are called by ``--json``, by ``--explain`` and by later doors.

Each function takes a value and returns a plain object; none of them asks the store.  Times are ISO 8601 in UTC.
Members are added, and none changes its meaning.
"""

from weftmail.flow.vocabulary.common import Json, iso, person
from weftmail.flow.vocabulary.conversation import (
    FLAGS,
    addressed,
    around,
    attachment,
    conversation,
    delivery,
    file,
    follower,
    message,
    note_version,
    participant,
    record,
    said,
)
from weftmail.flow.vocabulary.inbox import inbox_entry, notice
from weftmail.flow.vocabulary.mail import (
    author,
    inbound,
    inbound_line,
    outbox,
    passed_on,
    path,
    review_line,
    trace,
    unread_line,
    way,
    who_gets,
)
from weftmail.flow.vocabulary.setup import alias, company, contact, dkim_key, domain, finding, record_type, team, user

__all__ = [
    "FLAGS",
    "Json",
    "addressed",
    "alias",
    "around",
    "attachment",
    "author",
    "company",
    "contact",
    "conversation",
    "delivery",
    "dkim_key",
    "domain",
    "file",
    "finding",
    "follower",
    "inbound",
    "inbound_line",
    "inbox_entry",
    "iso",
    "message",
    "note_version",
    "notice",
    "outbox",
    "participant",
    "passed_on",
    "path",
    "person",
    "record",
    "record_type",
    "review_line",
    "said",
    "team",
    "trace",
    "unread_line",
    "user",
    "way",
    "who_gets",
]
