"""Users, who sign in and follow records, and contacts, who write from outside."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from weftmail.core.limits import UNDO_SECONDS
from weftmail.core.notification_kind import ALL
from weftmail.store.connection import Connection
from weftmail.store.follower import Follower, Mentionable
from weftmail.store.rows import column, many, one, queries
from weftmail.store.sets import portions

EMAIL = "email"
"""The kind of address that a person has where nothing else is said."""
WRITERS = ("admin", "agent")
"""The roles whose holders may write in a company's records."""


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who signs in."""

    id: int
    name: str
    prefers: str
    language: str
    zone: str
    active: bool
    created_at: int
    installation_admin: bool = False
    """They look after the installation as a whole, and may act in each of its companies."""
    after_send: str = "keep"
    """What becomes of a record that they answer: ``keep`` it open, ``close`` it or let it ``wait``."""
    then_show: str = "stay"
    """Which page comes after that: ``stay`` there, the ``next`` record, or the ``list``."""
    shortcuts: bool = True
    """Whether single letters are keys of the pages."""
    undo_seconds: int = UNDO_SECONDS
    """For so many seconds what they send waits, and can be taken back."""
    email_for: str = ALL
    """The kinds of notifications that also reach them by the channel that they prefer."""
    digest: str = "none"
    """How often an email tells them what waits for them: ``none``, each ``day`` or each ``week``."""
    digest_hour: int = 7
    """The hour of their time zone at which it leaves."""


@dataclass(frozen=True, slots=True)
class Membership:
    """A user's role in one company."""

    company_id: int
    company: str
    role: str
    pending: bool = False
    """Whether they were invited from elsewhere and did not come yet."""
    hides: bool = True
    """Whether the company has types of records that are for named teams only."""
    language: str = "en"
    """The language of the company, as a code."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """A user as a company sees them."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Contact:
    """A person of one company, with one or more addresses."""

    id: int
    company_id: int
    name: str
    created_at: int
    archived_at: int | None
    blocked_at: int | None
    """Since when their mail is dropped; None where it is not."""


@dataclass(frozen=True, slots=True)
class BlockedSender:
    """A contact whose mail is dropped: by whom they were blocked, since when, and how many mails that stopped."""

    id: int
    name: str
    address: str
    blocked_by: str
    blocked_at: int
    stopped: int


class Users:
    """The users of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(
        self, name: str, address: str, now: int, *, prefers: str = "email", language: str = "en", zone: str = ""
    ) -> int:
        """Add a user with a canonical address; return the id.

        Raises Conflict where a user has that address.
        """
        user_id: int = queries.user_add(
            self._connection, name=name, prefers=prefers, language=language, zone=zone, now=now
        )
        self.add_address(user_id, address)
        return user_id

    def set_ways(
        self, user_id: int, after_send: str, then_show: str, *, shortcuts: bool, undo_seconds: int = UNDO_SECONDS
    ) -> None:
        """Store how the user likes to work on the pages."""
        queries.user_ways(
            self._connection, id=user_id, after_send=after_send, then_show=then_show, shortcuts=shortcuts,
            undo_seconds=undo_seconds,
        )  # fmt: skip

    def set(self, user: User) -> None:
        """Store the user's name, preferences, language, zone and whether they are active."""
        queries.user_set(
            self._connection,
            id=user.id,
            name=user.name,
            prefers=user.prefers,
            email_for=user.email_for,
            digest=user.digest,
            digest_hour=user.digest_hour,
            language=user.language,
            zone=user.zone,
            active=user.active,
        )

    def channels(self) -> list[str]:
        """Return the channels that a user can prefer, email first."""
        return column(queries.channels(self._connection))

    def add_address(self, user_id: int, address: str, kind: str = EMAIL) -> None:
        """Give the user one more canonical address."""
        queries.user_address_add(self._connection, user_id=user_id, kind=kind, address=address)

    def remove_address(self, user_id: int, address: str, kind: str = EMAIL) -> bool:
        """Take an address from the user; say whether they had it."""
        removed: int = queries.user_address_remove(self._connection, user_id=user_id, kind=kind, address=address)
        return removed == 1

    def addresses(self, user_id: int, kind: str = EMAIL) -> list[str]:
        """Return the user's addresses, the first one first."""
        return column(queries.user_addresses(self._connection, user_id=user_id, kind=kind))

    def with_addresses_in(self, domain: str) -> list[str]:
        """Return the addresses that people who sign in have in a domain."""
        return column(queries.user_addresses_in(self._connection, domain=f"@{domain}"))

    def by_address(self, address: str, kind: str = EMAIL) -> User | None:
        """Return the user, active or not, who has this canonical address."""
        return one(User, queries.user_by_address(self._connection, kind=kind, address=address))

    def get(self, user_id: int) -> User | None:
        """Return one user by id."""
        return one(User, queries.user_by_id(self._connection, id=user_id))

    def all(self, company_id: int | None = None) -> list[User]:
        """Return the users of one company, or all."""
        if company_id is None:
            return many(User, queries.users(self._connection))
        return many(User, queries.users_of_company(self._connection, company_id=company_id))

    def among(self, addresses: Collection[str]) -> frozenset[str]:
        """Return those of the canonical addresses that belong to users, active or not."""
        found: list[str] = []
        for portion in portions(list(addresses)):
            found += column(queries.addresses_of_users(self._connection, kind=EMAIL, addresses=portion))
        return frozenset(found)

    def names(self, addresses: Collection[str]) -> dict[str, str]:
        """Return the names of the users, active or not, who have these canonical addresses."""
        found: dict[str, str] = {}
        for portion in portions(list(addresses)):
            found |= dict(queries.names_of_users(self._connection, kind=EMAIL, addresses=portion).rows)
        return found

    def password(self, user_id: int) -> str | None:
        """Return the hash of the user's password, or None where none is set."""
        found: str | None = queries.user_password_hash(self._connection, id=user_id)
        return found

    def set_password(self, user_id: int, password: str) -> None:
        """Store the hash of a new password."""
        queries.user_password(self._connection, id=user_id, password=password)

    def join(self, company_id: int, user_id: int, role: str) -> None:
        """Make the user a member of the company, or change the role."""
        queries.membership_put(self._connection, company_id=company_id, user_id=user_id, role=role)

    def invited(self, company_id: int, user_id: int, name: str, address: str) -> None:
        """Let a company know of somebody who signs in elsewhere only what it knew when it invited them."""
        queries.membership_invited(self._connection, company_id=company_id, user_id=user_id, name=name, address=address)

    def came(self, company_id: int, user_id: int) -> None:
        """Let a company know who it is: they came."""
        self.invited(company_id, user_id, "", "")

    def leave(self, company_id: int, user_id: int) -> None:
        """End a membership."""
        queries.membership_remove(self._connection, company_id=company_id, user_id=user_id)

    def memberships(self, user_id: int) -> list[Membership]:
        """Return the user's companies and roles."""
        return many(Membership, queries.memberships(self._connection, user_id=user_id))

    def enters(self, user: User) -> list[Membership]:
        """Return the companies whose records the user may see: their own, and as an admin of the installation all."""
        if not user.installation_admin:
            return self.memberships(user.id)
        return many(Membership, queries.companies_as_admin(self._connection, user_id=user.id))

    def writes_in(self, user_id: int) -> frozenset[int]:
        """Return the companies in whose records the user may write."""
        return frozenset(m.company_id for m in self.memberships(user_id) if m.role in WRITERS)

    def follower(self, company_id: int, user_id: int) -> Follower | None:
        """Return the user as one who is told of something, if they are active and may write in the company."""
        return one(Follower, queries.user_as_follower(self._connection, company_id=company_id, user_id=user_id))

    def mentionable(self, company_id: int, record_type: str) -> list[Mentionable]:
        """Return whom a note on a record of this type can mention, by name: the active members who have come."""
        found = queries.mentionable(self._connection, company_id=company_id, record_type=record_type)
        return many(Mentionable, found)

    def admins(self, company_id: int) -> list[Colleague]:
        """Return the company's admins."""
        return many(Colleague, queries.company_admins(self._connection, company_id=company_id))

    def colleagues(self, company_id: int) -> list[Colleague]:
        """Return the company's active users by name."""
        return many(Colleague, queries.company_users(self._connection, company_id=company_id))


def _domain(address: str) -> str:
    """Return what stands behind the @ of an address; "" where there is none."""
    return address.rpartition("@")[2] if "@" in address else ""


class Contacts:
    """The contacts of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, company_id: int, name: str, address: str, now: int) -> int:
        """Return the contact who has this canonical address in the company; add one where nobody has it."""
        return self.enter(company_id, name, address, now)[0]

    def enter(self, company_id: int, name: str, address: str, now: int) -> tuple[int, str]:
        """As ``add``, with the name that the contact is known by."""
        found = self.by_address(company_id, address)
        if found is None:
            return self.add_all(company_id, {address: name}, now)[address], name
        if not found.name and name:
            self.rename(company_id, found.id, name)
        return found.id, found.name or name

    def add_all(self, company_id: int, names: Mapping[str, str], now: int) -> dict[str, int]:
        """Add a contact for each of these canonical addresses, which nobody has; return their ids by address."""
        ids: dict[str, int] = {}
        for portion in portions(list(names.items())):
            shown = [(name, (name or address).casefold()) for address, name in portion]
            rows = [{"company_id": company_id, "name": name, "sort_name": by, "now": now} for name, by in shown]
            # Numbers are given in the order of the rows, whatever the order in which they are told.
            numbers = sorted(column(queries.contacts_add(self._connection, rows)))
            new = {address: number for (address, _), number in zip(portion, numbers, strict=True)}
            shared = {"company_id": company_id, "kind": EMAIL, "now": now}
            links = [{**shared, "address": a, "domain": _domain(a), "contact_id": c} for a, c in new.items()]
            queries.contact_addresses_add(self._connection, links)
            ids |= new
        return ids

    def add_address(self, company_id: int, contact_id: int, address: str, now: int, kind: str = EMAIL) -> bool:
        """Give the contact one more address; say whether it was free."""
        named = {"kind": kind, "address": address, "domain": _domain(address)}
        row = {"company_id": company_id, "contact_id": contact_id, **named, "now": now}
        return bool(queries.contact_addresses_add(self._connection, [row]).changed == 1)

    def rename(self, company_id: int, contact_id: int, name: str) -> None:
        """Give the contact another name."""
        by = name.casefold()
        queries.contact_rename(self._connection, id=contact_id, company_id=company_id, name=name, sort_name=by)

    def archive(self, company_id: int, contact_id: int, now: int) -> None:
        """Put the contact away; mail already filed stays theirs."""
        queries.contact_archive(self._connection, id=contact_id, company_id=company_id, now=now)

    def block(self, company_id: int, contact_id: int, by: str, now: int | None) -> None:
        """Drop the contact's mail from now on; with no ``now``, take it again."""
        queries.contact_block(self._connection, id=contact_id, company_id=company_id, by=by, now=now)

    def set_images(self, company_id: int, contact_id: int, *, on: bool) -> None:
        """Load the images elsewhere that the contact's verified mail refers to, or ask before."""
        queries.contact_images(self._connection, id=contact_id, company_id=company_id, loads=on)

    def loads_images(self, company_id: int, contact_id: int) -> bool:
        """Say whether the images elsewhere of the contact's verified mail are loaded without asking."""
        return bool(queries.contact_loads_images(self._connection, id=contact_id, company_id=company_id))

    def stop_one(self, company_id: int, contact_id: int) -> None:
        """Count one more mail of a blocked contact that was dropped."""
        queries.contact_stopped(self._connection, id=contact_id, company_id=company_id)

    def blocked(self, company_id: int) -> list[BlockedSender]:
        """Return the company's blocked contacts, each with an address."""
        return many(BlockedSender, queries.contacts_blocked(self._connection, company_id=company_id))

    def restore(self, company_id: int, contact_id: int) -> None:
        """Take a contact out of the archive."""
        queries.contact_archive(self._connection, id=contact_id, company_id=company_id, now=None)

    def remove_address(self, company_id: int, address: str, kind: str = EMAIL) -> bool:
        """Take an address from whoever has it in the company; say whether somebody had."""
        removed: int = queries.contact_address_remove(
            self._connection, company_id=company_id, kind=kind, address=address
        )
        return removed == 1

    def by_address(self, company_id: int, address: str, kind: str = EMAIL) -> Contact | None:
        """Return the company's contact who has this canonical address."""
        return self.by_addresses(company_id, [address], kind).get(address)

    def by_addresses(self, company_id: int, addresses: Collection[str], kind: str = EMAIL) -> dict[str, Contact]:
        """Return the company's contacts who have one of these canonical addresses, by address."""
        found: dict[str, Contact] = {}
        for portion in portions(list(addresses)):
            rows = queries.contacts_by_address(self._connection, company_id=company_id, kind=kind, addresses=portion)
            found |= dict(zip(column(rows), many(Contact, rows), strict=True))
        return found

    def get(self, company_id: int, contact_id: int) -> Contact | None:
        """Return one contact, if it is of this company."""
        return one(Contact, queries.contact_by_id(self._connection, company_id=company_id, id=contact_id))

    def addresses(self, company_id: int, contact_id: int, kind: str = EMAIL) -> list[str]:
        """Return the contact's addresses, the oldest first."""
        return self.addresses_of(company_id, [contact_id], kind).get(contact_id, [])

    def addresses_of(self, company_id: int, contact_ids: Collection[int], kind: str = EMAIL) -> dict[int, list[str]]:
        """Return the addresses of some contacts by contact, the oldest first."""
        found: dict[int, list[str]] = {}
        for portion in portions(list(contact_ids)):
            rows = queries.contact_addresses(self._connection, company_id=company_id, contact_ids=portion, kind=kind)
            for contact_id, address in rows:
                found.setdefault(contact_id, []).append(address)
        return found

    def all(self, company_id: int | None = None) -> list[Contact]:
        """Return the contacts of one company, or all; archived ones are left out."""
        if company_id is None:
            return many(Contact, queries.contacts(self._connection))
        return many(Contact, queries.contacts_of_company(self._connection, company_id=company_id))
