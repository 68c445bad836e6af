"""Users: people who sign in, members of one company or several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from weftmail.flow import vocabulary
from weftmail.flow.facts import is_ours
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import find, membership
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.store.people import User
from weftmail.store.store import Store

SHORTEST = 12
"""A password has at least so many characters."""
LINK_MINUTES = 10
"""A sign-in link works for so many minutes."""


def fields(store: Store, user: User) -> Fields:
    """Return what is said of a user."""
    return vocabulary.user(user, store.users.addresses(user.id), store.users.memberships(user.id))


@dataclass(frozen=True, slots=True)
class Joined(Done):
    """A user who was added, or who joined one more company."""

    address: str = ""
    company: str = ""


@act
def add(
    setup: Setup,
    address: str,
    *,
    company: str | None = None,
    name: str | None = None,
    role: str | None = None,
    prefers: str | None = None,
    language: str | None = None,
    time_zone: str | None = None,
) -> Joined:
    """Add a user, an agent unless told otherwise; one who is there joins one more company and stays as they are."""
    store, wanted = setup.store, find.address("address", address)
    whose = find.company(store, company)
    found = store.users.by_address(wanted)
    was: Fields = {}
    if found is None:
        check_free(store, wanted)
        store.users.add(
            find.line("name", name or wanted.partition("@")[0].capitalize()),
            wanted,
            setup.clock(),
            prefers=find.choice("prefers", prefers or "email", store.users.channels()),
            language=find.choice("language", language or whose.language, setup.languages),
            zone=_zone(setup, time_zone or ""),
        )
    else:
        was = fields(store, found)
        if whose.name in membership.roles(store, found.id):
            raise RefusedAct("address", "user_there", name=found.name, company=whose.name, address=wanted)
    user = find.user(store, wanted)
    membership.put(store, user, whose.id, role or "agent")
    subject = f"{user.name} <{wanted}>"
    return Joined("user.add", whose.id, subject, was, fields(store, user), wanted, whose.name)


def _zone(setup: Setup, name: str) -> str:
    """Return the name of a time zone; "" stands for that of the machine."""
    if name and not setup.knows_zone(name):
        raise RefusedAct("time_zone", "no_such_time_zone", name=name)
    return name


def check_free(store: Store, address: str, field: str = "address") -> None:
    """Refuse an address of ours, which would send notifications back into a record, and that of another user."""
    if is_ours(store, address):
        raise RefusedAct(field, "user_address_ours", address=address)
    if store.users.by_address(address) is not None:
        raise RefusedAct(field, "user_address_taken", address=address)


@act
def change(
    setup: Setup,
    address: str,
    *,
    name: str | None = None,
    prefers: str | None = None,
    language: str | None = None,
    time_zone: str | None = None,
    activate: bool = False,
    installation_admin: bool | None = None,
    role: str | None = None,
    company: str | None = None,
    add_addresses: Sequence[str] = (),
    remove_addresses: Sequence[str] = (),
) -> Done:
    """Change a user, their ``role`` in a ``company``, and their addresses; what is not given stays.

    An ``installation_admin`` is told what nobody of a company can be told, and may act in each of them.

    A ``time_zone`` of "" is that of the machine.
    """
    given = (name, prefers, language, time_zone, installation_admin, role, *add_addresses, *remove_addresses)
    if all(one is None for one in given) and not activate:
        raise RefusedAct("", "nothing_to_change", noun="user")
    store = setup.store
    found = find.user(store, address)
    was = fields(store, found)
    changed = replace(
        found,
        name=found.name if name is None else find.line("name", name),
        prefers=found.prefers if prefers is None else find.choice("prefers", prefers, store.users.channels()),
        language=found.language if language is None else find.choice("language", language, setup.languages),
        zone=found.zone if time_zone is None else _zone(setup, time_zone),
        active=found.active or activate,
    )
    store.users.set(changed)
    if installation_admin is not None:
        _put_in_charge(store, changed, installation_admin)
    company_id = None
    if role is not None:
        company_id = find.company(store, company).id
        membership.put(store, changed, company_id, role)
    _change_addresses(store, changed, add_addresses, remove_addresses)
    return Done("user.set", company_id, changed.name, was, fields(store, store.users.get(found.id) or changed))


def _put_in_charge(store: Store, user: User, wanted: bool) -> None:
    """Make the user an admin of the installation, or one no longer; one active at least stays."""
    if not wanted:
        membership.keep_an_installation_admin(store, user)
        store.line.dismiss(user.id)
        return
    if not user.active:
        raise RefusedAct(
            "installation_admin", "user_inactive", name=user.name, address=store.users.addresses(user.id)[0]
        )
    store.line.appoint(user.id)


def _change_addresses(store: Store, user: User, more: Sequence[str], fewer: Sequence[str]) -> None:
    for text in more:
        wanted = find.address("add_addresses", text)
        check_free(store, wanted, "add_addresses")
        store.users.add_address(user.id, wanted)
    for text in fewer:
        wanted = find.address("remove_addresses", text)
        there = store.users.addresses(user.id)
        if there == [wanted]:
            raise RefusedAct("remove_addresses", "only_address", address=wanted, name=user.name)
        if not store.users.remove_address(user.id, wanted):
            raise RefusedAct(
                "remove_addresses", "not_their_address", address=wanted, name=user.name, addresses=find.joined(there)
            )


@act
def remove(setup: Setup, address: str) -> membership.Left:
    """End all memberships of a user, deactivate them and sign them out everywhere; what they wrote stays theirs."""
    store = setup.store
    found = find.user(store, address)
    was, left = fields(store, found), store.users.memberships(found.id)
    for one in left:
        membership.end(store, found, one.company_id)
    membership.deactivate_if_alone(store, found)
    after = fields(store, find.user(store, address))
    return membership.Left("user.remove", None, found.name, was, after, tuple(one.company for one in left))


@dataclass(frozen=True, slots=True)
class SignInLink(Done):
    """A link that signs a user in once; ``token`` is the secret at its end."""

    token: str = ""


@act
def sign_in_link(setup: Setup, address: str, token: str) -> SignInLink:
    """Let ``token``, which nobody can guess, sign the user in once within some minutes."""
    found = find.active_user(setup.store, address)
    until = setup.clock() + LINK_MINUTES * 60_000
    setup.store.sessions.add_link(token, found.id, until)
    return SignInLink(
        "user.sign_in_link", None, found.name, {}, {"user": found.name, "until": vocabulary.iso(until)}, token
    )


def set_password(setup: Setup, address: str, password: str, hashed: Callable[[str], str]) -> Done | Refusal:
    """Give a user a new password, kept as ``hashed`` makes it; sessions and sign-in links of before end."""
    if len(password) < SHORTEST:
        return Refusal("password", "password_short", {"least": SHORTEST})
    # Hashing takes long on purpose; nobody has to wait for the store meanwhile.
    return _keep_password(setup, address, hashed(password))


@act
def _keep_password(setup: Setup, address: str, hash_: str) -> Done:
    store = setup.store
    found = find.active_user(store, address)
    was = "set" if store.users.password(found.id) else "none"
    store.users.set_password(found.id, hash_)
    store.sessions.end_all(found.id)
    return Done("user.password", None, found.name, {"password": was}, {"password": "new"})
