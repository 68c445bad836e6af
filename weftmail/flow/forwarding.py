"""What is sent on when somebody forwards a message of a record: its words in the company's language, and its files."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from weftmail.core.address import in_full
from weftmail.core.composing.forwarding import ForwardedWords
from weftmail.core.composing.forwarding import forwarded as as_text
from weftmail.flow.installation import Installation
from weftmail.store.message import Addressed, NewAttachment, ThreadAddressed, ThreadMessage
from weftmail.store.store import Store

MOST_WORDS = 100_000
"""Letters of a message that go on; a log of megabytes is no letter."""


def forwarded_words(
    store: Store,
    installation: Installation,
    message: ThreadMessage,
    *,
    named: Sequence[Addressed | ThreadAddressed] | None = None,
    language: str | None = None,
) -> str:
    """Return the words of the message with whose they are, in the company's ``language``.

    Where the language and whom the message ``named`` are not given, they are asked for.
    """
    if language is None:
        company = store.companies.get(message.company_id)
        language = company.language if company is not None else "en"
    named = store.messages.addressed(message.company_id, message.id) if named is None else named
    people = [one for one in named if one.field != "bcc"]
    return as_text(
        ForwardedWords(
            in_full(message.author_name, message.author_address),
            message.written_at,
            message.subject,
            [in_full(one.name, one.address) for one in people],
            message.text[:MOST_WORDS],
        ),
        installation.languages.of(language),
    )


def files_of(store: Store, message: ThreadMessage, numbers: Collection[int] | None = None) -> list[NewAttachment]:
    """Return the files of a message that go along, all of them or those of these numbers, counted from 1."""
    found = store.messages.attachments(message.company_id, message.id)
    return [
        NewAttachment(one.blob_id, one.filename, one.content_type, card=one.card)
        for number, one in enumerate(found, start=1)
        if numbers is None or number in numbers
    ]
