"""Which message an answer quotes: the one that it answers, where everybody who gets the answer had it; else none."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from weftmail.core.address import comparable
from weftmail.core.composing.quoting import Quote, language_of, quote
from weftmail.core.wording.phrase import Phrase
from weftmail.flow import day
from weftmail.flow.installation import Installation
from weftmail.flow.thread import Entry
from weftmail.store.alias import Alias
from weftmail.store.message import Addressed, ThreadAddressed, ThreadMessage
from weftmail.store.record import Record
from weftmail.store.store import Store

HAD = ("sent", "accepted", "relayed", "delivered")
"""Deliveries of what somebody got, as far as we know."""


@dataclass(frozen=True, slots=True)
class Quoting:
    """The message that is quoted, or why none is; both None where there is nothing to say of it."""

    message: ThreadMessage | None = None
    why_not: Phrase | None = None


NOTHING = Quoting()


def quoted(
    store: Store,
    record: Record,
    about: ThreadMessage | int | None,
    addresses: Collection[str],
    *,
    wanted: bool = True,
    alias: Alias | None = None,
    page: Sequence[Entry] = (),
) -> Quoting:
    """Return what an answer to the message, or to that of an id, quotes when it goes to these addresses; the ``alias``
    of the record is asked for where it is not given, and who had the message where it is none of the ``page``.
    """
    message = store.messages.get(record.company_id, about) if isinstance(about, int) else about
    if message is None or not addresses or not wanted:
        return NOTHING
    if not message.public or message.kind == "event" or not message.reply_text.strip():
        return NOTHING
    if alias is None and record.alias_id is not None:
        alias = store.aliases.get(record.company_id, record.alias_id)
    if alias is not None and alias.quotes == "no":
        return Quoting(why_not=Phrase("quote.off", {"alias": alias.address}))
    entry = next((one for one in page if one.message.id == message.id), None)
    had = _had(store, message) if entry is None else _shown_had(entry)
    lacking = sorted(one for one in addresses if comparable(one) not in had)
    if lacking and message.kind == "received" and set(map(comparable, lacking)) <= _writers(message):
        return Quoting(why_not=Phrase("quote.not verified", {"names": ", ".join(lacking)}))
    if lacking:
        return Quoting(why_not=Phrase("quote.not had", {"names": ", ".join(lacking)}))
    return Quoting(message)


def _writers(message: ThreadMessage) -> frozenset[str]:
    """Return the addresses from which a message says that it comes."""
    return frozenset(comparable(one) for one in (message.author_address, message.reply_to) if one)


def _had(store: Store, message: ThreadMessage) -> frozenset[str]:
    """Return the addresses outside that wrote the message, or got it; what nobody vouches for was written by nobody."""
    got = store.quoted.delivered_to(message.company_id, message.id, HAD)
    wrote = message.kind == "received" and message.verified
    return _of(message, got, store.messages.addressed(message.company_id, message.id) if wrote else ())


def _shown_had(entry: Entry) -> frozenset[str]:
    """Return the same of a message that is loaded already, with whom it names and where it went."""
    got = [
        one.address
        for one in entry.deliveries
        if one.contact_id is not None and one.channel == "email" and one.state in HAD
    ]
    return _of(entry.message, got, entry.addressed)


def _of(
    message: ThreadMessage, delivered: Iterable[str], named: Iterable[Addressed | ThreadAddressed]
) -> frozenset[str]:
    got = [*delivered]
    if message.kind == "received" and message.verified:
        got += [message.author_address, message.reply_to, *(one.address for one in named if one.field != "bcc")]
    return frozenset(comparable(one) for one in got if one)


def quote_of(store: Store, installation: Installation, message: ThreadMessage, contact_id: int | None) -> Quote:
    """Return the quote as somebody outside reads it: in the language of what they wrote, else in the company's."""
    company = store.companies.get(message.company_id)
    words = store.quoted.last_words(message.company_id, message.record_id, contact_id) if contact_id else ""
    code = language_of(words, company.language if company is not None else "en")
    name = message.author_name or message.author_address
    written = day.date_of(message.written_at, None)
    return quote(name, written, message.reply_text, installation.languages.of(code))
