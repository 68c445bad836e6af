"""As whom a record writes: the address in From, and the domain of its reply addresses."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parseaddr

from weftmail.core.address import BadAddress, Mailbox, canonical, domain_of
from weftmail.core.sent_as import related
from weftmail.core.tokens import reply_token
from weftmail.core.tokens.reply_token import Token
from weftmail.flow.installation import Installation
from weftmail.flow.refusal import RefusedAct
from weftmail.store.alias import Alias
from weftmail.store.record import Record
from weftmail.store.store import Store


@dataclass(frozen=True, slots=True)
class Identity:
    """``sender``: name and address in From.  ``domain``: where the answers come to, and who signs.

    From and ``domain`` are always aligned (RFC 9989, 4.4): both DKIM and SPF of the return path vouch for From.
    """

    sender: Mailbox
    domain: str
    instead_of: str = ""
    """The address that the alias names, where no server may send as it and the notification address stands in From."""


def identity_of(store: Store, record: Record, alias: Alias | None = None) -> Identity:
    """Return as whom the record writes: as its ``alias`` says, else as the company's notifications address.

    The alias is asked for where it is not given.  Raises RefusedAct where the company has no domain to write from.
    """
    if alias is None and record.alias_id is not None:
        alias = store.aliases.get(record.company_id, record.alias_id)
    return identity_by(store, record.company_id, record.company, alias)


def identity_by(store: Store, company_id: int, company: str, alias: Alias | None) -> Identity:
    """Return as whom a company writes by this alias, or by none.

    Where the address that the alias answers as is aligned with no domain that the company may sign and take bounces
    for, no server may send as it, and the notification address stands in From.  Raises RefusedAct as ``identity_of``.
    """
    if alias is None:
        return _notifications(store, company_id, company, Mailbox(company, ""))
    named = parse_answer_as(alias.answers_as)
    sender, author = Mailbox(named.name or company, named.address), domain_of(named.address)
    if alias.state != "removed" and related(author, alias.domain):
        # A domain that is removed takes its aliases with it.
        return Identity(sender, alias.domain)
    ours = {one.name for one in store.domains.all() if one.company_id in (None, company_id)}
    aligned = [one for one in (alias.domain, author, *sorted(ours)) if one in ours and related(author, one)]
    if aligned:
        return Identity(sender, aligned[0])
    return _notifications(store, company_id, company, sender, alias.domain if alias.domain in ours else None)


def _notifications(store: Store, company_id: int, company: str, sender: Mailbox, domain: str | None = None) -> Identity:
    """The notification address of a domain, of the company's first where none is given, in the place of ``sender``."""
    domain = domain or store.domains.of_company(company_id)
    if domain is None:
        raise RefusedAct("", "no_domain_to_write_from", company=company)
    return Identity(Mailbox(sender.name, f"notifications@{domain}"), domain, sender.address)


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


def check_answer_as(store: Store, company_id: int, text: str) -> Mailbox:
    """Return the address to answer as, if it is in a domain that the company may write for.

    That is a domain of its own or one that all share, or one that such a domain is a part of: our signature is aligned
    with it then.  Raises RefusedAct for any other domain, another company's too, and for somebody's own address.
    """
    try:
        mailbox = parse_answer_as(text)
    except BadAddress as error:
        raise RefusedAct("answer_as", error.code, address=text) from None
    user = store.users.by_address(mailbox.address)
    if user is not None:
        raise RefusedAct("answer_as", "answer_as_person", address=mailbox.address, name=user.name)
    domain = domain_of(mailbox.address)
    usable = [one.name for one in store.domains.all() if one.company_id in (None, company_id)]
    if not any(domain == ours or ours.endswith(f".{domain}") for ours in usable):
        raise RefusedAct("answer_as", "answer_as_foreign", address=mailbox.address, domain=domain)
    return mailbox
