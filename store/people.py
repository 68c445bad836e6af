"""Users, who sign in and follow records, and contacts, who write from outside."""

from __future__ import annotations

from dataclasses import dataclass

from weftmail.store.connection import Connection
from weftmail.store.rows import column, many, one, queries

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


@dataclass(frozen=True, slots=True)
class Membership:
    """A user's role in one company."""

    company_id: int
    company: str
    role: str


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

    def set(self, user: User) -> None:
        """Store the user's name, preference, language, zone and whether they are active."""
        queries.user_set(
            self._connection,
            id=user.id,
            name=user.name,
            prefers=user.prefers,
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

    def by_address(self, address: str, kind: str = EMAIL) -> User | None:
        """Return the user, active or not, who has this canonical address."""
        return one(User, queries.user_by_address(self._connection, kind=kind, address=address))

    def get(self, user_id: int) -> User | None:
        """Return one user by id."""
        return one(User, queries.user_by_id(self._connection, id=user_id))

    def all(self, company_id: int | None = None) -> list[User]:
        """Return the users of one company, or all."""
        return many(User, queries.users(self._connection, company_id=company_id))

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

    def leave(self, company_id: int, user_id: int) -> None:
        """End a membership."""
        queries.membership_remove(self._connection, company_id=company_id, user_id=user_id)

    def memberships(self, user_id: int) -> list[Membership]:
        """Return the user's companies and roles."""
        return many(Membership, queries.memberships(self._connection, user_id=user_id))

    def writes_in(self, user_id: int) -> frozenset[int]:
        """Return the companies in whose records the user may write."""
        return frozenset(m.company_id for m in self.memberships(user_id) if m.role in WRITERS)

    def admins(self, company_id: int) -> list[Colleague]:
        """Return the company's admins."""
        return many(Colleague, queries.company_admins(self._connection, company_id=company_id))

    def colleagues(self, company_id: int) -> list[Colleague]:
        """Return the company's active users by name."""
        return many(Colleague, queries.company_users(self._connection, company_id=company_id))


class Contacts:
    """The contacts of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, company_id: int, name: str, address: str, now: int) -> int:
        """Return the contact who has this canonical address in the company; add one where nobody has it."""
        found = self.by_address(company_id, address)
        if found is not None:
            if not found.name and name:
                self.rename(company_id, found.id, name)
            return found.id
        contact_id: int = queries.contact_add(self._connection, company_id=company_id, name=name, now=now)
        self.add_address(company_id, contact_id, address, now)
        return contact_id

    def add_address(self, company_id: int, contact_id: int, address: str, now: int, kind: str = EMAIL) -> bool:
        """Give the contact one more address; say whether it was free."""
        added: int = queries.contact_address_add(
            self._connection, company_id=company_id, contact_id=contact_id, kind=kind, address=address, now=now
        )
        return added == 1

    def rename(self, company_id: int, contact_id: int, name: str) -> None:
        """Give the contact another name."""
        queries.contact_rename(self._connection, id=contact_id, company_id=company_id, name=name)

    def archive(self, company_id: int, contact_id: int, now: int) -> None:
        """Put the contact away; mail already filed stays theirs."""
        queries.contact_archive(self._connection, id=contact_id, company_id=company_id, now=now)

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
        found = queries.contact_by_address(self._connection, company_id=company_id, kind=kind, address=address)
        return one(Contact, found)

    def get(self, contact_id: int) -> Contact | None:
        """Return one contact by id."""
        return one(Contact, queries.contact_by_id(self._connection, id=contact_id))

    def addresses(self, contact_id: int, kind: str = EMAIL) -> list[str]:
        """Return the contact's addresses, the oldest first."""
        return column(queries.contact_addresses(self._connection, contact_id=contact_id, kind=kind))

    def all(self, company_id: int | None = None) -> list[Contact]:
        """Return the contacts of one company, or all; archived ones are left out."""
        return many(Contact, queries.contacts(self._connection, company_id=company_id))
