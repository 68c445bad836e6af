"""As whom a record writes: the address in From, and the domain of its reply addresses and Message-IDs."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parseaddr

from weftmail.core.address import BadAddress, Mailbox, canonical, domain_of
from weftmail.core.tokens import reply_token
from weftmail.core.tokens.reply_token import Token
from weftmail.flow.installation import Installation
from weftmail.flow.refusal import RefusedAct
from weftmail.store.alias import Alias
from weftmail.store.record import Record
from weftmail.store.store import Store


@dataclass(frozen=True, slots=True)
class Identity:
    """``sender``: name and address in From.  ``domain``: where the answers come to, and who signs."""

    sender: Mailbox
    domain: str


def identity_of(store: Store, record: Record, alias: Alias | None = None) -> Identity:
    """Return as whom the record writes: as its ``alias`` says, else as the company's notifications address.

    The alias is asked for where it is not given.  Raises RefusedAct where the company has no domain to write from.
    """
    if alias is None and record.alias_id is not None:
        alias = store.aliases.get(record.company_id, record.alias_id)
    if alias is not None:
        sender = parse_answer_as(alias.answers_as)
        return Identity(Mailbox(sender.name or record.company, sender.address), alias.domain)
    domain = store.domains.of_company(record.company_id)
    if domain is None:
        raise RefusedAct("", "no_domain_to_write_from", company=record.company)
    return Identity(Mailbox(record.company, f"notifications@{domain}"), domain)


def address_of(store: Store, installation: Installation, record: Record, alias: Alias | None = None) -> str:
    """Return the own address of a record: a copy of what colleagues send there stands on it.

    "" where its company has no domain to write from.
    """
    try:
        domain = identity_of(store, record, alias).domain
    except RefusedAct:
        return ""
    return reply_token.address(installation.keyring, Token("record", record.id), domain)


def parse_answer_as(text: str) -> Mailbox:
    """Read ``Acme Sales <sales@acme.example>`` or an address alone; raise BadAddress for anything else."""
    name, address = parseaddr(text)
    if not address:
        raise BadAddress(f"{text!r} is not an address to answer as")
    return Mailbox(name, canonical(address))


def check_answer_as(store: Store, text: str) -> Mailbox:
    """Return the address to answer as, if it is in a domain that we may write for.

    That is a domain of ours, or one that a domain of ours is a part of: our signature is aligned with it then.
    Raises RefusedAct for a foreign domain, which is never written for, and for somebody's own address.
    """
    try:
        mailbox = parse_answer_as(text)
    except BadAddress as error:
        raise RefusedAct("answer_as", error.code, address=text) from None
    user = store.users.by_address(mailbox.address)
    if user is not None:
        raise RefusedAct("answer_as", "answer_as_person", address=mailbox.address, name=user.name)
    domain = domain_of(mailbox.address)
    if not any(domain == ours.name or ours.name.endswith(f".{domain}") for ours in store.domains.all()):
        raise RefusedAct("answer_as", "answer_as_foreign", address=mailbox.address, domain=domain)
    return mailbox
