"""Looks up, for one delivery, what routing has to know: the one place that asks the store before a decision."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast
from urllib.parse import quote

from weftmail.core.address import (
    BadAddress,
    Mailbox,
    canonical,
    comparable,
    domain_of,
    in_full,
    split,
    without_plus,
)
from weftmail.core.envelope import Envelope
from weftmail.core.field import FieldKind
from weftmail.core.parsing.message import Message
from weftmail.core.routing import colleague, writer
from weftmail.core.routing.authentication import Proof
from weftmail.core.routing.facts import LEAVING, Accepts, AliasFacts, Facts, Referred, Sender, WhenClosed
from weftmail.core.routing.turns import author_of, group_of, names_of
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.checking import NOTHING, Checked
from weftmail.flow.delivered import came_back
from weftmail.flow.installation import Installation
from weftmail.flow.proof import proof_of, spam_mark, virus_in
from weftmail.flow.referred import SenderContacts, by_ids, by_token_in, by_token_shown, reported, sharing
from weftmail.flow.turns import Traffic
from weftmail.store.alias import Alias
from weftmail.store.domain import Domain, system_address
from weftmail.store.store import Store


@dataclass(frozen=True, slots=True)
class Known:
    """What was found: the facts for routing, and the proof that they rest on."""

    facts: Facts
    proof: Proof
    message: Message
    """The mail, without what its author's signature does not cover where nothing else makes it a colleague's."""
    alias: Alias | None = None
    """What the store has of the alias at work."""
    shows_address: int | None = None
    """The record whose own address somebody outside sees by this mail, if there is one."""

    @property
    def by_signature(self) -> bool:
        """Whether it is a colleague's by a signature alone."""
        return self.facts.sender.user_id is not None and self.proof.colleague_proof

    @property
    def writer(self) -> str:
        """Whom it names as its author, where a program, a list or an address of ours stands in From."""
        facts = self.facts
        return facts.writer.address if facts.writer is not None else facts.sender.address if facts.sender.behind else ""

    @property
    def by_alias(self) -> str:
        """The alias that takes the mail, without what its sender put behind a plus sign; "" where a token does."""
        return self.facts.alias.address if self.facts.alias is not None and not self.facts.token else ""


def traffic_of(installation: Installation, envelope: Envelope, found: Known) -> Traffic:
    """Return between whom a mail goes, before the store is asked what went to and fro."""
    names = names_of(envelope, found.message, found.facts.sender)
    alias = found.facts.alias if found.by_alias else None
    if alias is None:
        return Traffic(author_of(names), names)
    ours = _shows_ours(installation, found.message)
    group = group_of(envelope, found.facts.sender, known=alias.sender_known, ours=ours)
    return Traffic(author_of(names), names, alias.id, alias.address, group)


def _shows_ours(installation: Installation, message: Message) -> bool:
    """Say whether a mail holds a link to one of our records, as what came of a notification does.

    Programs that look at links write them in one word.
    """
    link = f"{installation.site_url}/records/"
    return any(one in text for one in (link, quote(link, safe="")) for text in (message.text, message.page))


def gather(
    store: Store, installation: Installation, envelope: Envelope, message: Message, checked: Checked = NOTHING
) -> Known:
    """Return the facts for this delivery; only reads.  ``checked`` is what we found ourselves of who sent it."""
    proof = proof_of(installation, envelope, message, checked)
    recipient = comparable(envelope.recipient)
    local, domain = recipient.rpartition("@")[0], recipient.rpartition("@")[2]
    known = store.domains.by_name(domain) if domain else None
    alias = store.aliases.by_address(recipient) if local and domain else None
    wrote, in_front = _writer(store, message, proof, alias)
    contacts = SenderContacts(store, wrote.address if wrote is not None and in_front else proof.address)
    company_id = alias.company_id if alias is not None else known.company_id if known is not None else None
    state, by_token = by_token_in(store, installation, local, domain, known, contacts)
    if not state and alias is not None:
        original = envelope.original_recipient
        state, by_token = _passed_on(store, installation, original, message, contacts, company_id)
    sender, proof, message = _sender(store, envelope, message, proof, by_token)
    if wrote is not None and in_front:
        behind = in_full(sender.name, sender.address)
        sender, wrote = Sender(wrote.name, wrote.address, behind=behind), None
    by_id = tuple(by_ids(store, installation, message, contacts, company_id))
    if not by_id and by_token is None and alias is not None:
        by_id = tuple(sharing(store, message, contacts, alias, sender.address, installation.clock()))
    facts = Facts(
        sender=sender,
        company_id=company_id,
        domain_known=known is not None,
        system=_system(local, known),
        reports_on=_reports_on(store, message, known),
        alias=_alias_facts(store, alias, contacts),
        alias_in_to=alias is not None and alias.address in {_bare(box.address) for box in message.to},
        token=state,
        by_token=by_token,
        by_id=by_id,
        names_outsiders=by_token is not None and by_token.carrier == "record" and names_outsiders(store, message),
        writer=wrote,
        sent_on=_sent_on(store, sender, message),
        blocked=None if sender.user_id is not None else contacts.blocked,
        by_report=reported(store, installation, message, contacts, company_id),
        provider=proof.verified
        and proof.dkim == "pass"
        and domain_of(proof.address) in installation.complaint_providers,
        own_loop=came_back(installation, message),
        hops=len(message.received),
        spam=spam_mark(installation, envelope, message),
        virus=virus_in(installation, checked.scanned),
    )
    return Known(facts, proof, message, alias, _shows_address(envelope, message, facts))


def _passed_on(
    store: Store,
    installation: Installation,
    original: str,
    message: Message,
    contacts: SenderContacts,
    company_id: int | None,
) -> tuple[str, Referred | None]:
    """Return what is to say of a token that the mail shows, and the message that it names; none where it answers one.

    A mailbox or a list in front of us writes an address of its own choice into the envelope, and leaves To and Cc.
    """
    state, found = by_token_shown(store, installation, original, message, contacts)
    if found is None or found.company_id != company_id:
        return "", None
    if next(iter(by_ids(store, installation, message, contacts, company_id)), None) is not None:
        return "", None
    return state, found


def _shows_address(envelope: Envelope, message: Message, facts: Facts) -> int | None:
    """Return the record whose own address somebody outside sees by this mail: in To or Cc, or as its sender."""
    found = facts.by_token
    if found is None or found.carrier != "record" or found.seen:
        return None
    shown = facts.names_outsiders and colleague.addressed(envelope, message)
    return found.record_id if shown or not facts.sender.verified_as_colleague else None


def _writer(store: Store, message: Message, proof: Proof, alias: Alias | None) -> tuple[Mailbox | None, bool]:
    """Return the person outside whom a program, a list or an address of ours in From names as the author, and whether
    From is verified and is one that we put there: then they count as the sender wherever the mail goes."""
    form = proof.verified and alias is not None and proof.address in alias.forms.split()
    if not (message.reply_to or message.original_from or form):
        return None, False
    if not proof.address or store.users.by_address(proof.address) is not None:
        return None, False
    ours = is_ours(store, proof.address)
    found = writer.named(message, proof.address, ours=ours, form=form)
    if found is None or not _outside(store, found.address):
        return None, False
    in_front = ours or form or store.domains.by_name(domain_of(proof.address)) is not None
    return found, proof.verified and in_front


def _sent_on(store: Store, sender: Sender, message: Message) -> Mailbox | None:
    """Return the author of what a verified colleague forwards, where that is somebody outside."""
    if not sender.verified_as_colleague or message.forwarded is None:
        return None
    try:
        address = canonical(message.forwarded.from_.address)
    except BadAddress:
        return None
    return Mailbox(message.forwarded.from_.name, address) if _outside(store, address) else None


def _outside(store: Store, address: str) -> bool:
    return store.users.by_address(address) is None and not is_ours(store, address)


def names_outsiders(store: Store, message: Message) -> bool:
    """Say whether To or Cc name somebody who is neither a colleague nor an address of ours."""
    named = {one for box in (*message.to, *message.cc) if "@" in (one := comparable(box.address))}
    outside = named - store.domains.our_addresses(named)
    return bool(outside - store.users.among(outside))


def is_ours(store: Store, address: str) -> bool:
    """Say whether the canonical address is one of our own: an alias, a system address, an address to answer as."""
    return bool(store.domains.our_addresses([address]))


def _sender(
    store: Store, envelope: Envelope, message: Message, proof: Proof, by_token: Referred | None
) -> tuple[Sender, Proof, Message]:
    """Return the sender, what is verified of them, and the mail as far as it is theirs."""
    name = message.from_[0].name if message.from_ else ""
    if not proof.address:
        shown = comparable(message.from_[0].address) if message.from_ else ""
        return Sender(name or shown, ""), proof, message
    user = store.users.by_address(proof.address)
    if user is None or not user.active:
        ours = is_ours(store, proof.address)
        return Sender(name, proof.address, verified=proof.verified, ours=ours), proof, message
    signed_in = proof.submitted_by(store.users.addresses(user.id))
    doubt = None
    if signed_in:
        proof = replace(proof, colleague_proof=False)
    partly = proof.dkim == "pass" and domain_of(proof.address) in map(comparable, message.signers.partial)
    if (proof.colleague_proof or partly) and not signed_in:
        doubt, read = _as_signed(envelope, message, proof, by_token)
        proof = replace(proof, colleague_proof=doubt is None)
        message = message if doubt else read
    sender = Sender(
        name or user.name,
        proof.address,
        user_id=user.id,
        writes_in=store.users.writes_in(user.id),
        verified=proof.verified or signed_in,
        verified_as_colleague=signed_in or proof.colleague_proof,
        doubt=doubt,
    )
    return sender, proof, message


def _as_signed(
    envelope: Envelope, message: Message, proof: Proof, by_token: Referred | None
) -> tuple[Phrase | None, Message]:
    """Return why a mail that a colleague's domain signed is not theirs, or None; and what of it is signed."""
    domain = domain_of(proof.address)
    doubt = colleague.doubt(message, domain)
    read = colleague.covered(message, colleague.left_out(message.signers, domain))
    if doubt is None and not (proof.spf_aligned or _meant(envelope, read, by_token)):
        doubt = Phrase("held.signed.not meant", {"address": envelope.original_recipient or envelope.recipient})
    return doubt, read


def _meant(envelope: Envelope, read: Message, by_token: Referred | None) -> bool:
    """Say whether the signed part of a colleague's mail shows that it was meant to come here.

    An address that colleagues alone were given is proof enough that the mail answers.  To unfollow, that address itself
    has to be signed: any mail of theirs may be passed on to it.
    """
    if colleague.addressed(envelope, read):
        return True
    if by_token is None or by_token.purpose == "bounce":
        return False
    if by_token.purpose in LEAVING:
        return bool(by_token.shown) and by_token.shown in {comparable(box.address) for box in (*read.to, *read.cc)}
    return by_token.given_to_colleagues


def _system(local: str, domain: Domain | None) -> str:
    return "" if domain is None else system_address(local, domain.dedicated)


def _reports_on(store: Store, message: Message, known: Domain | None) -> str:
    """The domain that a DMARC report is about, where who reads mail here may know of it."""
    found = store.domains.by_name(message.dmarc.domain) if message.dmarc is not None and known is not None else None
    if (
        found is None
        or known is None
        or (found.company_id or known.company_id) != (known.company_id or found.company_id)
    ):
        return ""
    return found.name


def _bare(address: str) -> str:
    """An address as a header names it, in canonical form and without its plus part."""
    try:
        local, domain = split(canonical(address))
    except BadAddress:
        return ""
    return f"{without_plus(local)}@{domain}"


def _alias_facts(store: Store, alias: Alias | None, contacts: SenderContacts) -> AliasFacts | None:
    if alias is None:
        return None
    contact_id = contacts.of(alias.company_id)
    takes_part = False
    if contact_id and alias.record_id is not None:
        takes_part = store.records.takes_part_in(alias.company_id, alias.record_id, contact_id)
    elif contact_id:
        takes_part = store.records.takes_part_by_alias(alias.company_id, alias.id, contact_id)
    pinned = store.references.of_record(alias.record_id) if alias.record_id is not None else None
    closed = alias.when_closed
    if closed == "type" and pinned is not None:
        closed = pinned.when_closed
    return AliasFacts(
        alias.id,
        alias.company_id,
        alias.address,
        record_type=alias.record_type,
        record_id=alias.record_id,
        record=alias.record or "",
        pinned_type=pinned.type if pinned is not None else "",
        closed=pinned is not None and pinned.counts_as == "closed",
        when_closed=cast(WhenClosed, closed if closed != "type" else "reopen"),
        accepts=cast(Accepts, alias.accepts),
        active=alias.active,
        machines=alias.machines,
        spam=alias.spam,
        pattern=alias.pattern,
        reads=alias.reads,
        each="pdf" if alias.each == "pdf" else "email",
        fields=_fields_read(store, alias),
        sender_known=bool(contact_id),
        sender_takes_part=takes_part,
    )


def _fields_read(store: Store, alias: Alias) -> tuple[FieldKind, ...]:
    """The fields of the records that the alias opens, where it reads any from its mail."""
    if alias.record_type is None or not (alias.pattern or alias.reads == "expense"):
        return ()
    return tuple(store.record_types.fields(alias.company_id, alias.record_type))
