"""Access: how somebody gets in for the first time, and again when the password is forgotten."""

from __future__ import annotations

from dataclasses import dataclass, replace

from weftmail.core.address import BadAddress, canonical
from weftmail.core.tokens import link
from weftmail.core.tokens.keys import Keyring
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.account import sends_for
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import find, user
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.flow.vocabulary import iso
from weftmail.store.people import User
from weftmail.store.session import Purpose

INVITED_DAYS = 7
RESET_MINUTES = 30

_DAY = 24 * 3600_000
_MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class Invited(user.Joined):
    """Somebody who was invited: the secret at the end of their link, "" where they have a password; and its way."""

    token: str = ""
    mailed: bool = False


@act
def invite(
    setup: Setup,
    keyring: Keyring,
    random: bytes,
    address: str,
    *,
    company: str | None = None,
    name: str | None = None,
    role: str | None = None,
    prefers: str | None = None,
    language: str | None = None,
    hands_on: bool = True,
) -> Invited:
    """Add a user, and send a link by which they choose a password; one who is there is told of the new company.

    Where no mail can leave, the link is there for somebody to hand it on.  That would tell who has a password for
    another company already: whoever may not know does not ``hands_on`` it, and is refused whomever they invite.
    """
    _check_mail_leaves(setup, company, hands_on=hands_on)
    elsewhere = _signs_in_elsewhere(setup, address)
    made = user.join(setup, address, company, name, role, prefers, language)
    found = replace(find.user(setup.store, made.address), active=True)
    if elsewhere:
        return _invited_from_elsewhere(setup, keyring, random, found, made, name, role or "agent")
    # Who was deactivated is invited back.
    setup.store.users.set(found)
    token, mailed = "", False
    if setup.store.users.password(found.id) is None:
        token, mailed = _invitation(setup, keyring, random, found, made.company, made.company_id)
    else:
        says = Phrase("mail.joined", {"actor": setup.actor.name, "company": made.company})
        mailed = _mail(setup, found, says, made.company_id)
    now = {**made.now, "active": True}
    return Invited(
        "user.invite", made.company_id, made.subject, made.was, now, made.address, made.company,
        token=token, mailed=mailed,
    )  # fmt: skip


def _check_mail_leaves(setup: Setup, company: str | None, *, hands_on: bool) -> None:
    whose = find.company(setup.store, company)
    if not hands_on and setup.store.domains.of_company(whose.id) is None:
        raise RefusedAct("address", "no_mail_leaves", company=whose.name)


def _signs_in_elsewhere(setup: Setup, address: str) -> bool:
    """Say whether whoever has the address belongs to a company already; whose that is, is nobody else's business."""
    found = setup.store.users.by_address(find.address("address", address))
    return found is not None and bool(setup.store.users.memberships(found.id))


def _invited_from_elsewhere(
    setup: Setup, keyring: Keyring, random: bytes, found: User, made: user.Joined, name: str | None, role: str
) -> Invited:
    """Invite somebody who signs in for another company: what is answered and noted says nothing of them.

    The company sees the name and the address that it gave until they come.
    """
    store, company_id = setup.store, made.company_id or 0
    called = find.line("name", name or user.called(made.address))
    store.users.set(found)
    store.users.invited(company_id, found.id, called, made.address)
    mailed = _let_know(setup, keyring, random, found, made)
    now: Fields = {
        "id": found.id, "name": called, "addresses": [made.address], "active": True,
        "memberships": [{"company": made.company, "role": role}],
    }  # fmt: skip
    return Invited("user.invite", company_id, called, {}, now, made.address, made.company, mailed=mailed)


def _let_know(setup: Setup, keyring: Keyring, random: bytes, found: User, made: user.Joined) -> bool:
    """Send the email that leads in: to a first password, or to where they sign in as always."""
    if setup.store.users.password(found.id) is None:
        return _invitation(setup, keyring, random, found, made.company, made.company_id)[1]
    says = Phrase("mail.joined", {"actor": setup.actor.name, "company": made.company})
    return _mail(setup, found, says, made.company_id)


@act
def invite_again(
    setup: Setup, keyring: Keyring, random: bytes, address: str, *, company: str | None = None, hands_on: bool = True
) -> Invited:
    """Send a new invitation to somebody who has no password yet; the links of before work no longer."""
    _check_mail_leaves(setup, company, hands_on=hands_on)
    store, whose = setup.store, find.company(setup.store, company)
    found = find.member(store, address, whose.id, field="address")
    member = store.members.get(whose.id, found.id)
    if member is not None and member.pending:
        made = user.Joined("user.invite", whose.id, found.name, address=member.address or "", company=whose.name)
        mailed = _let_know(setup, keyring, random, found, made)
        until = iso(setup.clock() + INVITED_DAYS * _DAY)
        return Invited(
            "user.invite_again", whose.id, member.name, {}, {"user": member.name, "until": until},
            member.address or "", whose.name, mailed=mailed,
        )  # fmt: skip
    if store.users.password(found.id) is not None:
        raise RefusedAct("address", "no_invitation", name=found.name)
    token, mailed = _invitation(setup, keyring, random, found, whose.name, whose.id)
    until = iso(setup.clock() + INVITED_DAYS * _DAY)
    return Invited(
        "user.invite_again", whose.id, found.name, {}, {"user": found.name, "until": until},
        store.users.addresses(found.id)[0], whose.name, token=token, mailed=mailed,
    )  # fmt: skip


def _invitation(
    setup: Setup, keyring: Keyring, random: bytes, found: User, company: str, company_id: int | None
) -> tuple[str, bool]:
    """Make the link and let its mail wait; return the secret, and whether mail can leave."""
    seed = link.seed(keyring, random)
    token = _link(setup, keyring, seed, found, "invitation", INVITED_DAYS * _DAY)
    says = Phrase("mail.invitation", {"actor": setup.actor.name, "company": company, "seed": seed})
    return token, _mail(setup, found, says, company_id)


def _link(setup: Setup, keyring: Keyring, seed: str, found: User, purpose: Purpose, lasts: int) -> str:
    """Keep a new link for this purpose, in place of all of before; return its secret."""
    token = link.secret(keyring, seed)
    setup.store.sessions.end_links(found.id, purpose)
    setup.store.sessions.add_link(token, found.id, setup.clock() + lasts, purpose)
    return token


def _mail(setup: Setup, found: User, says: Phrase, company_id: int | None = None) -> bool:
    """Let an email about the account wait in the outbox; say whether any can leave."""
    sends = sends_for(setup.store, found, company_id)
    if sends is None:
        return False
    setup.store.outbox.add_words(sends, "account", [says], found.language, setup.clock(), user_id=found.id)
    return True


def ask_for_reset(setup: Setup, keyring: Keyring, random: bytes, address: str) -> bool:
    """Send a link for a new password to whom the address belongs, if to anybody; say whether a mail waits.

    Who asks hears nothing of it: it would tell who is there.  Nothing changes, so there is no row in the audit log.
    """
    try:
        wanted = canonical(address)
    except BadAddress:
        return False
    with setup.store.transaction():
        found = setup.store.users.by_address(wanted)
        if found is None or not found.active or sends_for(setup.store, found) is None:
            return False
        seed = link.seed(keyring, random)
        _link(setup, keyring, seed, found, "reset", RESET_MINUTES * _MINUTE)
        return _mail(setup, found, Phrase("mail.reset", {"seed": seed}))


def whose_link(setup: Setup, token: str) -> tuple[User, Purpose] | None:
    """Return who may choose a password by this link, and for the first time or again; looking does not use it up."""
    for purpose in _PASSWORDS:
        user_id = setup.store.sessions.link_user(token, setup.clock(), purpose)
        found = setup.store.users.get(user_id) if user_id is not None else None
        if found is not None and found.active:
            return found, purpose
    return None


_PASSWORDS: tuple[Purpose, ...] = ("invitation", "reset")


@act
def choose_password(setup: Setup, token: str, hash_: str) -> Done:
    """Use up a link, and keep the hash of the password that was chosen by it; sessions and links of before end."""
    # Of two who send the form at the same time, one gets in.
    used = [setup.store.sessions.use_link(token, setup.clock(), purpose) for purpose in _PASSWORDS]
    found = next((person for one in used if one is not None and (person := setup.store.users.get(one))), None)
    if found is None or not found.active:
        raise RefusedAct("", "link_gone")
    return user.keep_password(setup, found, hash_)
