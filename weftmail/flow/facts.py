"""Looks up, for one delivery, what routing has to know: the one place that asks the store before a decision."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from weftmail.core.address import BadAddress, canonical, comparable, domain_of, split, without_plus
from weftmail.core.envelope import Envelope
from weftmail.core.parsing.message import Message
from weftmail.core.routing.authentication import Proof, verify
from weftmail.core.routing.facts import Accepts, AliasFacts, Carrier, Facts, Referred, Sender
from weftmail.core.tokens import locator, reply_token
from weftmail.flow.installation import Installation
from weftmail.store.alias import Alias
from weftmail.store.domain import ROLE_ADDRESSES, SYSTEM_ADDRESSES, Domain
from weftmail.store.message import MessageFacts
from weftmail.store.store import Store

MOST_IDS = 50
"""Of In-Reply-To and References together, this many ids are looked up, the newest first."""


@dataclass(frozen=True, slots=True)
class Known:
    """What was found: the facts for routing, and the proof that they rest on."""

    facts: Facts
    proof: Proof

    @property
    def by_alias(self) -> str:
        """The alias that takes the mail, without what its sender put behind a plus sign; "" where a token does."""
        return self.facts.alias.address if self.facts.alias is not None and not self.facts.token else ""


def proof_of(installation: Installation, envelope: Envelope, message: Message) -> Proof:
    """Return what our own mail server's fields prove about the author of the mail."""
    signers = message.signers
    return verify(
        message.from_, message.results_above, message.received, envelope.queue_id,
        installation.policy(envelope.entrance), (envelope.sender, *signers.names), signers.partial,
    )  # fmt: skip


def gather(store: Store, installation: Installation, envelope: Envelope, message: Message) -> Known:
    """Return the facts for this delivery; only reads."""
    proof = proof_of(installation, envelope, message)
    recipient = comparable(envelope.recipient)
    local, domain = recipient.rpartition("@")[0], recipient.rpartition("@")[2]
    known = store.domains.by_name(domain) if domain else None
    alias = store.aliases.by_address(recipient) if local and domain else None
    sender = _sender(store, message, proof)
    state, by_token = _by_token(store, installation, local, domain, known, sender)
    company_id = alias.company_id if alias is not None else known.company_id if known is not None else None
    facts = Facts(
        sender=sender,
        company_id=company_id,
        domain_known=known is not None,
        system=_system(local, known),
        alias=_alias_facts(store, alias, sender),
        alias_in_to=alias is not None and alias.address in {_bare(box.address) for box in message.to},
        addressed=_addressed(envelope, message),
        token=state,
        by_token=by_token,
        by_id=tuple(_by_id(store, installation, message, sender, company_id)),
        own_loop=installation.name in message.loop,
        hops=len(message.received),
    )
    return Known(facts, proof)


def is_ours(store: Store, address: str) -> bool:
    """Say whether the canonical address is one of our own: an alias, a system address, an address to answer as."""
    local, _, domain = address.rpartition("@")
    known = store.domains.by_name(domain)
    if known is None or not local:
        return False
    return bool(_system(local, known)) or store.aliases.by_address(address) is not None


def _sender(store: Store, message: Message, proof: Proof) -> Sender:
    name = message.from_[0].name if message.from_ else ""
    if not proof.address:
        shown = comparable(message.from_[0].address) if message.from_ else ""
        return Sender(name or shown, "")
    user = store.users.by_address(proof.address)
    if user is None or not user.active:
        return Sender(name, proof.address, verified=proof.verified, ours=is_ours(store, proof.address))
    logins = store.users.addresses(user.id)
    as_colleague = proof.verifies_user(logins)
    return Sender(
        name or user.name,
        proof.address,
        user_id=user.id,
        writes_in=store.users.writes_in(user.id),
        verified=proof.verified or as_colleague,
        verified_as_colleague=as_colleague,
        signed_in=as_colleague and proof.submitted_by(logins),
    )


def _addressed(envelope: Envelope, message: Message) -> bool:
    """Say whether To or Cc name the recipient, as it is or as it was before the mail server's own aliases.

    A field that its author's domain did not sign may have been added by anybody, and says nothing.
    """
    author = domain_of(comparable(message.from_[0].address)) if message.from_ else ""
    if author in {comparable(one) for one in message.signers.loose}:
        return False
    named = {comparable(box.address) for box in (*message.to, *message.cc)}
    return bool(named & {comparable(envelope.recipient), comparable(envelope.original_recipient)})


def _system(local: str, domain: Domain | None) -> str:
    if domain is None:
        return ""
    name = without_plus(local)
    if name in SYSTEM_ADDRESSES or (domain.dedicated and name in ROLE_ADDRESSES):
        return name
    return ""


def _bare(address: str) -> str:
    """An address as a header names it, in canonical form and without its plus part."""
    try:
        local, domain = split(canonical(address))
    except BadAddress:
        return ""
    return f"{without_plus(local)}@{domain}"


def _alias_facts(store: Store, alias: Alias | None, sender: Sender) -> AliasFacts | None:
    if alias is None:
        return None
    contact = store.contacts.by_address(alias.company_id, sender.address) if sender.address else None
    takes_part = False
    if contact is not None and alias.record_id is not None:
        takes_part = store.records.takes_part(alias.record_id, contact.id, 0)
    elif contact is not None:
        takes_part = store.records.takes_part_by_alias(alias.id, contact.id)
    return AliasFacts(
        alias.id,
        alias.company_id,
        alias.address,
        record_type=alias.record_type,
        record_id=alias.record_id,
        record=alias.record or "",
        accepts=cast(Accepts, alias.accepts),
        active=alias.active,
        sender_known=contact is not None,
        sender_takes_part=takes_part,
    )


def _by_token(
    store: Store, installation: Installation, local: str, domain: str, known: Domain | None, sender: Sender
) -> tuple[str, Referred | None]:
    """Return what is to say of the token in the recipient, and the message that a good one names."""
    found = reply_token.find(local)
    if found is None or not found[1] or known is None:
        return "", None
    # The MAC is checked before the store is asked: nobody learns from us which messages there are.
    resolved = reply_token.resolve(installation.keyring, local, domain)
    if resolved is None:
        return "bad", None
    message = store.messages.facts(resolved.message)
    if message is None or (known.company_id is not None and known.company_id != message.company_id):
        return "good", None
    if resolved.epoch != message.token_epoch:
        return "revoked", None
    if resolved.contact and not _still_there(store, message, resolved.contact):
        return "revoked", None
    referred = _referred(store, "token", message, sender, purpose=resolved.purpose, contact_id=resolved.contact)
    return "good", referred


def _still_there(store: Store, message: MessageFacts, contact_id: int) -> bool:
    """Removing a person from the conversation revokes the addresses that they were given."""
    contact = store.contacts.get(contact_id)
    if contact is None or contact.company_id != message.company_id or contact.archived_at is not None:
        return False
    return store.records.takes_part(message.record_id, contact_id, message.id)


def _by_id(
    store: Store, installation: Installation, message: Message, sender: Sender, company_id: int | None
) -> Iterator[Referred]:
    ids = dict.fromkeys([*reversed(message.in_reply_to), *reversed(message.references)])
    seen: set[int] = set()
    for text in list(ids)[:MOST_IDS]:
        located = locator.verify(installation.keyring, text)
        if located is not None:
            one = store.messages.facts(located.message)
            found = [] if one is None else [_referred(store, "locator", one, sender)]
        else:
            found = _by_foreign_id(store, text, sender, company_id)
        for referred in found:
            if referred.message_id not in seen and company_id in (None, referred.company_id):
                seen.add(referred.message_id)
                yield referred


def _by_foreign_id(store: Store, text: str, sender: Sender, company_id: int | None) -> list[Referred]:
    """Return the messages with this id; of several those in which the sender takes part, if there are any.

    Anybody can send a mail under the id of somebody else's, and must not draw the answers to that onto a record of
    their own.
    """
    if company_id is None:
        return []
    contact = store.contacts.by_address(company_id, sender.address) if sender.address else None
    candidates = store.messages.facts_by_rfc_id(company_id, text, contact.id if contact is not None else 0)
    found = [_referred(store, "foreign id", one, sender) for one in candidates]
    return [one for one in found if one.sender_takes_part] or found


def _referred(
    store: Store,
    carrier: Carrier,
    message: MessageFacts,
    sender: Sender,
    *,
    purpose: reply_token.Purpose | None = None,
    contact_id: int = 0,
) -> Referred:
    contact = store.contacts.by_address(message.company_id, sender.address) if sender.address else None
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
        sent_as=message.sent_as,
        purpose=purpose,
        personal=bool(contact_id),
        sender_is_owner=contact is not None and contact.id == contact_id,
        sender_takes_part=contact is not None and store.records.takes_part(message.record_id, contact.id, message.id),
        sent_to_sender=contact is not None and store.messages.sent_to(message.id, contact.id),
    )
