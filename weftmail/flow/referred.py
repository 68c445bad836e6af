"""What a mail refers to: the message that a token in its recipient names, and those that its ids name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Literal, cast

from weftmail.core.address import comparable
from weftmail.core.parsing.message import Message
from weftmail.core.parsing.passed_on import before
from weftmail.core.routing.facts import LEAVING, Carrier, Referred
from weftmail.core.tokens import locator, reply_token
from weftmail.flow.installation import Installation
from weftmail.store.alias import Alias
from weftmail.store.domain import Domain
from weftmail.store.message_facts import MessageFacts
from weftmail.store.store import Store

MOST_IDS = 50
"""Of In-Reply-To and References together, this many ids are looked up, the newest first."""
KEPT_IDS = 10
"""Of the ids that a mail refers to so many are kept."""
SHARED_WITHIN = 7 * 24 * 3600 * 1000
"""Two mails that share an id belong together within so many milliseconds."""


class SenderContacts:
    """The contact whom the sender is in each company; 0 where they are none."""

    def __init__(self, store: Store, address: str) -> None:
        self._store = store
        self._address = address
        self._found: dict[int, int] = {}
        self.blocked: int | None = None
        """The contact whom the sender is in a company that blocked them, as far as one was asked."""

    def of(self, company_id: int) -> int:
        """Return the contact's id."""
        if company_id not in self._found:
            contact = self._store.contacts.by_address(company_id, self._address) if self._address else None
            self._found[company_id] = contact.id if contact is not None else 0
            if contact is not None and contact.blocked_at is not None:
                self.blocked = contact.id
        return self._found[company_id]


@dataclass(frozen=True, slots=True)
class _Ties:
    """What binds the sender to some messages: those that they take part in, and those that we sent them."""

    takes_part: frozenset[int]
    sent: frozenset[int]

    def referred(self, carrier: Carrier, message: MessageFacts) -> Referred:
        """Return the message as routing sees it."""
        return Referred(
            carrier,
            message.company_id,
            message.record_id,
            message.label,
            message.type,
            message.id,
            message.public,
            message.created_at,
            alias_id=message.alias_id,
            came_by=message.came_by,
            sent_as=message.sent_as,
            closed=message.counts_as == "closed",
            when_closed=cast(Literal["reopen", "new", "hold"], message.when_closed),
            sender_takes_part=message.id in self.takes_part,
            sent_to_sender=message.id in self.sent,
        )


def _ties(store: Store, contacts: SenderContacts, messages: Iterable[MessageFacts]) -> _Ties:
    by_company: dict[int, set[int]] = {}
    for one in messages:
        by_company.setdefault(one.company_id, set()).add(one.id)
    takes_part: set[int] = set()
    sent: set[int] = set()
    for company_id, ids in by_company.items():
        if contact_id := contacts.of(company_id):
            takes_part |= store.records.takes_part(company_id, contact_id, ids)
            sent |= store.messages.sent_to(company_id, ids, contact_id)
    return _Ties(frozenset(takes_part), frozenset(sent))


def by_token_in(
    store: Store, installation: Installation, local: str, domain: str, known: Domain | None, contacts: SenderContacts
) -> tuple[str, Referred | None]:
    """Return what is to say of the token in the recipient, and the message that a good one names."""
    found = reply_token.find(local)
    if found is None or not found[1] or known is None:
        return "", None
    # The MAC is checked before the store is asked: nobody learns from us which messages there are.
    resolved = reply_token.resolve(installation.keyring, local, domain)
    if resolved is None:
        return "bad", None
    if resolved.purpose == "record":
        return "good", _of_record(store, resolved.message, known, contacts)
    message = store.messages.facts([resolved.message]).get(resolved.message)
    if message is None or (known.company_id is not None and known.company_id != message.company_id):
        return "good", None
    bounce = resolved.purpose == "bounce"
    if resolved.epoch != message.token_epoch and not bounce:
        return "revoked", None
    owner_id = _stands_for(store, message, resolved.contact) if resolved.contact and not bounce else resolved.contact
    if resolved.contact and not owner_id:
        return "revoked", None
    contact_id = contacts.of(message.company_id)
    referred = replace(
        _ties(store, contacts, [message]).referred("token", message),
        purpose=resolved.purpose,
        contact_id=resolved.contact,
        personal=bool(resolved.contact),
        sender_is_owner=bool(contact_id) and contact_id == owner_id,
    )
    return "good", referred


SHOWN = 50
"""Addresses of To, Cc and the fields of forwarders that are looked at for a token."""


def by_token_shown(
    store: Store, installation: Installation, original: str, message: Message, contacts: SenderContacts
) -> tuple[str, Referred | None]:
    """Return the same of a token that the mail shows: of the first good one that was given out for answers.

    For a mail that came by another mailbox, by a list or by an alias of the mail server: the token stands in To or Cc,
    or, where the reply address was in Bcc or a list wrote To anew, in what those wrote who passed it on; ``original``
    is the address before our own mail server's aliases.  Whoever shows a token knows it, and who may write with it is
    judged as ever.
    """
    boxes = (box.address for box in (*message.to, *message.cc))
    shown = dict.fromkeys(map(comparable, islice(chain((original,), boxes, before(message.passed_on)), SHOWN)))
    parted = [(local, domain) for local, _, domain in (one.rpartition("@") for one in shown)]
    tokens = [(local, domain) for local, domain in parted if domain and (reply_token.find(local) or ("", ""))[1]]
    ours = store.domains.named({domain for _, domain in tokens}) if tokens else {}
    for local, domain in tokens:
        state, found = by_token_in(store, installation, local, domain, ours.get(domain), contacts)
        # What unfollows is written to that address alone: beside another one the mail is for that.
        alone = [comparable(box.address) for box in (*message.to, *message.cc)] == [f"{local}@{domain}"]
        if found is not None and found.purpose != "bounce" and (alone or found.purpose not in LEAVING):
            return state, replace(found, shown=f"{local}@{domain}")
    return "", None


def _of_record(store: Store, record_id: int, known: Domain, contacts: SenderContacts) -> Referred | None:
    """Return the last public message of the record whose own address was written to."""
    message = store.references.of_record(record_id)
    if message is None or (known.company_id is not None and known.company_id != message.company_id):
        return None
    found = _ties(store, contacts, [message]).referred("record", message)
    return replace(found, purpose="record", seen=store.references.address_seen(message.company_id, record_id))


def sharing(
    store: Store, message: Message, contacts: SenderContacts, alias: Alias, address: str, now: int
) -> Iterator[Referred]:
    """Give what shares an id with a mail to an alias, though none of them is ours: of the same people, in a week."""
    ids = [*message.in_reply_to, *message.references]
    if not ids or not address or alias.record_type is None:
        return
    people = {address, *(comparable(box.address) for box in (*message.to, *message.cc))}
    found = store.references.sharing(
        alias.company_id, alias.id, list(dict.fromkeys([*ids, message.message_id]))[:MOST_IDS], address, people,
        now - SHARED_WITHIN,
    )  # fmt: skip
    ties = _ties(store, contacts, found)
    yield from (ties.referred("shared id", one) for one in found)


def reported(
    store: Store, installation: Installation, message: Message, contacts: SenderContacts, company_id: int | None
) -> Referred | None:
    """Return the message of ours whose Message-ID stands in what a report returns."""
    returned = message.report.original_message_id if message.report is not None else None
    one = locator.verify(installation.keyring, returned) if returned else None
    found = store.messages.facts([one.message]).get(one.message) if one is not None else None
    if found is None or company_id not in (None, found.company_id):
        return None
    return _ties(store, contacts, [found]).referred("locator", found)


def foreign_ids(installation: Installation, message: Message) -> list[str]:
    """Return the ids that a mail refers to and that are not ours: the first, and the last ones."""
    ids = list(dict.fromkeys([*message.references, *message.in_reply_to]))
    kept = [*ids[:1], *ids[1:][-KEPT_IDS + 1 :]]
    return [one for one in kept if locator.verify(installation.keyring, one) is None]


def _stands_for(store: Store, message: MessageFacts, contact_id: int) -> int:
    """Return who the person is to whom an address was given; 0 where it works no more.

    Removing a person from the conversation revokes the addresses that they were given; somebody who turned out to be
    the same person as another goes on as that one.
    """
    contact = store.contacts.get(message.company_id, contact_id)
    if contact is not None and contact.archived_at is not None:
        contact_id = store.contact_merges.stands_for(message.company_id, contact_id)
        contact = store.contacts.get(message.company_id, contact_id) if contact_id != contact.id else contact
    if contact is None or contact.archived_at is not None:
        return 0
    return contact_id if store.records.takes_part(message.company_id, contact_id, [message.id]) else 0


def by_ids(
    store: Store, installation: Installation, message: Message, contacts: SenderContacts, company_id: int | None
) -> Iterator[Referred]:
    """Give what the ids in In-Reply-To and References name, the newest first, each message once."""
    ids = list(dict.fromkeys([*reversed(message.in_reply_to), *reversed(message.references)]))[:MOST_IDS]
    located = {text: locator.verify(installation.keyring, text) for text in ids}
    own = store.messages.facts({one.message for one in located.values() if one is not None})
    foreign: dict[str, list[MessageFacts]] = {}
    if company_id is not None:
        texts = [text for text, one in located.items() if one is None]
        foreign = store.messages.facts_by_rfc_id(company_id, texts, contacts.of(company_id)) if texts else {}
    here = [one for one in own.values() if company_id in (None, one.company_id)]
    ties = _ties(store, contacts, [*here, *(one for found in foreign.values() for one in found)])
    seen: set[int] = set()
    for text, one in located.items():
        if one is None:
            found = _of_several([ties.referred("foreign id", facts) for facts in foreign.get(text, [])])
        else:
            found = [ties.referred("locator", facts) for facts in here if facts.id == one.message]
        for referred in found:
            if referred.message_id not in seen:
                seen.add(referred.message_id)
                yield referred


def _of_several(found: list[Referred]) -> list[Referred]:
    """Of the messages with one id those in which the sender takes part, if there are any.

    Anybody can send a mail under the id of somebody else's, and must not draw the answers to that onto a record of
    their own.
    """
    return [one for one in found if one.sender_takes_part] or found
