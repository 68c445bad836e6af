"""Users: people who sign in, members of one company or several."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from weftmail.core.notification_kind import KINDS, stored
from weftmail.flow import absence, day, vocabulary
from weftmail.flow import digest as digests
from weftmail.flow.facts import is_ours
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import find, membership
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.flow.setup.undo import check_unchanged
from weftmail.store.audit import AuditRow
from weftmail.store.people import User
from weftmail.store.store import Store

SHORTEST = 12
"""A password has at least so many characters."""
HOURS = 24
LINK_MINUTES = 10
"""A sign-in link works for so many minutes."""


def fields(store: Store, user: User, *, within: int | None = None) -> Fields:
    """Return what is said of a user; ``within`` a company, of no other membership."""
    memberships = [one for one in store.users.memberships(user.id) if within in (None, one.company_id)]
    return vocabulary.user(user, store.users.addresses(user.id), memberships)


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
    return join(setup, address, company, name, role, prefers, language, time_zone)


def join(
    setup: Setup,
    address: str,
    company: str | None,
    name: str | None,
    role: str | None,
    prefers: str | None = None,
    language: str | None = None,
    time_zone: str | None = None,
) -> Joined:
    """As ``add``, within the transaction of another act."""
    store, wanted = setup.store, find.address("address", address)
    whose = find.company(store, company)
    found = store.users.by_address(wanted)
    was: Fields = {}
    if found is None:
        check_free(store, wanted)
        store.users.add(
            find.line("name", name or called(wanted)),
            wanted,
            setup.clock(),
            prefers=find.choice("prefers", prefers or "email", store.users.channels()),
            language=find.choice("language", language or whose.language, setup.languages),
            zone=_zone(setup, time_zone or ""),
        )
    else:
        was = fields(store, found, within=whose.id)
        if whose.name in membership.roles(store, found.id):
            raise RefusedAct("address", "user_there", name=found.name, company=whose.name, address=wanted)
    user = find.user(store, wanted)
    membership.put(store, user, whose.id, role or "agent")
    return Joined("user.add", whose.id, user.name, was, fields(store, user, within=whose.id), wanted, whose.name)


def called(address: str) -> str:
    """Return what somebody is called of whom nobody said more than the address."""
    return address.partition("@")[0].capitalize()


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
    email_for: Sequence[str] | None = None,
    language: str | None = None,
    time_zone: str | None = None,
    digest: str | None = None,
    digest_hour: int | None = None,
    activate: bool = False,
    installation_admin: bool | None = None,
    role: str | None = None,
    company: str | None = None,
    add_addresses: Sequence[str] = (),
    remove_addresses: Sequence[str] = (),
) -> Done:
    """Change a user, their ``role`` in a ``company``, and their addresses; what is not given stays.

    An ``installation_admin`` is told what nobody of a company can be told, and may act in each of them.

    ``email_for`` are the kinds of notifications that also reach them by the channel they prefer.  A ``time_zone`` of ""
    is that of the machine.  A ``digest`` leaves each day or each Monday at ``digest_hour``, or none.
    """
    given = (name, prefers, email_for, language, time_zone, digest, digest_hour, installation_admin, role)
    if all(one is None for one in (*given, *add_addresses, *remove_addresses)) and not activate:
        raise RefusedAct("", "nothing_to_change", noun="user")
    store = setup.store
    found = find.user(store, address)
    was = fields(store, found)
    changed = replace(
        found,
        name=found.name if name is None else find.line("name", name),
        prefers=found.prefers if prefers is None else find.choice("prefers", prefers, store.users.channels()),
        email_for=found.email_for
        if email_for is None
        else stored(find.choice("email_for", one, KINDS) for one in email_for),
        language=found.language if language is None else find.choice("language", language, setup.languages),
        zone=found.zone if time_zone is None else _zone(setup, time_zone),
        digest=found.digest if digest is None else find.choice("digest", digest, digests.EACH),
        digest_hour=found.digest_hour if digest_hour is None else _hour(digest_hour),
        active=found.active or activate,
    )
    _keep(setup, found, changed)
    if installation_admin is not None:
        _put_in_charge(store, changed, installation_admin)
    if role is not None:
        membership.put(store, changed, find.company(store, company).id, role)
    _change_addresses(store, changed, add_addresses, remove_addresses)
    home = membership.home(store, changed) if installation_admin is None else None
    return Done("user.set", home, changed.name, was, fields(store, store.users.get(found.id) or changed))


def _hour(wanted: int) -> int:
    if not 0 <= wanted < HOURS:
        raise RefusedAct("digest_hour", "no_such_hour", hour=wanted)
    return wanted


def _keep(setup: Setup, was: User, changed: User) -> None:
    """Store a user; their next digest is due by what they chose, in the zone that they are in now."""
    setup.store.users.set(changed)
    _keep_days(setup, was, changed)
    if _planned(was) != _planned(changed):
        digests.plan(setup.store, changed, setup.clock())


def _planned(one: User) -> tuple[str, int, str, bool]:
    return one.digest, one.digest_hour, one.zone, one.active


def _keep_days(setup: Setup, was: User, user: User) -> None:
    """Let the days on which somebody is away be those of their new time zone."""
    planned = setup.store.absences.get(user.id)
    if planned is not None and was.zone != user.zone:
        there = absence.in_zone(planned, day.zone(was.zone), day.zone(user.zone))
        absence.put(setup.store, user, there, setup.clock())


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
def remove(setup: Setup, address: str, *, to: str | None = None) -> membership.Left:
    """End all memberships of a user, deactivate them and sign them out everywhere; what they wrote stays theirs.

    What they own and follow passes to the colleague or the team that ``to`` names.
    """
    store = setup.store
    found = find.user(store, address)
    was, left, home = fields(store, found), store.users.memberships(found.id), membership.home(store, found)
    had, has = membership.summary([membership.end(setup, found, one.company_id, to) for one in left])
    membership.deactivate_if_alone(store, found)
    after = fields(store, find.user(store, address))
    companies = tuple(one.company for one in left)
    return membership.Left("user.remove", home, found.name, {**was, **had}, {**after, **has}, companies)


@act
def restore(setup: Setup, row: AuditRow) -> Done:
    """Let a removed user sign in again, in the companies of before, with what their heir still has of theirs."""
    store = setup.store
    found = membership.by_id(store, row)
    was = fields(store, found)
    for one in row.before["memberships"]:
        company = store.companies.by_name(one["company"])
        if company is not None:
            membership.come_back(setup, found, company.id, one["role"], row)
    digests.plan(store, find.user(store, row.before["addresses"][0]), setup.clock())
    return Done(
        "user.restore", row.company_id, found.name, was, fields(store, find.user(store, row.before["addresses"][0]))
    )


@act
def sign_out(setup: Setup, address: str) -> Done:
    """End all sessions of a user, and let no link that signs them in work any more."""
    found = find.user(setup.store, address)
    count = setup.store.sessions.count(found.id, setup.clock())
    setup.store.sessions.end_all(found.id)
    home = membership.home(setup.store, found)
    return Done("user.sign_out", home, found.name, {"sessions": count}, {"sessions": 0})


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
        "user.sign_in_link",
        membership.home(setup.store, found),
        found.name,
        {},
        {"user": found.name, "until": vocabulary.iso(until)},
        token,
    )


def password_refused(password: str) -> Refusal | None:
    """Return why this cannot be a password; None where it can."""
    if len(password) < SHORTEST:
        return Refusal("password", "password_short", {"least": SHORTEST})
    return None


def set_password(setup: Setup, address: str, password: str, hashed: Callable[[str], str]) -> Done | Refusal:
    """Give a user a new password, kept as ``hashed`` makes it; sessions and sign-in links of before end."""
    refusal = password_refused(password)
    if refusal is not None:
        return refusal
    # Hashing takes long on purpose; nobody has to wait for the store meanwhile.
    return _keep_password(setup, address, hashed(password))


@act
def _keep_password(setup: Setup, address: str, hash_: str) -> Done:
    return keep_password(setup, find.active_user(setup.store, address), hash_)


def keep_password(setup: Setup, found: User, hash_: str) -> Done:
    """Keep the hash of a new password, within the transaction of an act; sessions and links of before end."""
    store = setup.store
    was = "set" if store.users.password(found.id) else "none"
    store.users.set_password(found.id, hash_)
    store.sessions.end_all(found.id)
    home = membership.home(store, found)
    return Done("user.password", home, found.name, {"password": was}, {"password": "new"})


@act
def _change_back(setup: Setup, row: AuditRow) -> Done:
    """Give a user back the settings, the roles and the addresses that a change took."""
    store, before = setup.store, row.before
    found = membership.by_id(store, row)
    was = fields(store, found)
    check_unchanged(row, was)
    names = ("name", "prefers", "language", "digest", "digest_hour", "active")
    changed = replace(
        found,
        zone=before["time_zone"],
        email_for=stored(before["email_for"]),
        **{name: before[name] for name in names},
    )
    _keep(setup, found, changed)
    if before["installation_admin"] != found.installation_admin:
        _put_in_charge(store, changed, before["installation_admin"])
    _give_back_roles(store, changed, before["memberships"])
    there = store.users.addresses(found.id)
    more, fewer = ([one for one in some if one not in others] for some, others in _both(before["addresses"], there))
    _change_addresses(store, changed, more, fewer)
    return Done("user.set", row.company_id, changed.name, was, fields(store, membership.by_id(store, row)))


def _both(first: Sequence[str], second: Sequence[str]) -> tuple[tuple[Sequence[str], Sequence[str]], ...]:
    return (first, second), (second, first)


def _give_back_roles(store: Store, user: User, memberships: Sequence[Mapping[str, str]]) -> None:
    for one in memberships:
        membership.put(store, user, find.company(store, one["company"]).id, one["role"])


def _leave_again(setup: Setup, row: AuditRow) -> Done | Refusal:
    return membership.leave(setup, row.now["addresses"][0], row.now["memberships"][0]["company"])


reverses = {
    "user.remove": restore,
    "user.set": _change_back,
    "user.add": _leave_again,
    "user.invite": _leave_again,
}
