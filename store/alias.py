"""Aliases: the addresses that open records, or that append to one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parseaddr

from weftmail.core.address import split, without_plus
from weftmail.core.alias_name import CATCH_ALL
from weftmail.store.connection import Connection
from weftmail.store.domain import Domains, system_address
from weftmail.store.record import Follower
from weftmail.store.rows import column, many, one, queries
from weftmail.store.sets import portions


@dataclass(frozen=True, slots=True)
class Alias:
    """An address of one company: it opens records of a type, or is pinned to one record."""

    id: int
    company_id: int
    company: str
    domain_id: int
    local_part: str
    domain: str
    address: str
    record_type: str | None
    record_id: int | None
    record: str | None
    owner_id: int | None
    owner: str | None
    owner_address: str | None
    owner_team_id: int | None
    team: str | None
    accepts: str
    answer_as: str
    defaults: str
    when_closed: str
    machines: str
    spam: str
    pattern: str
    reads: str
    each: str
    forms: str
    quotes: str
    confirms: str
    confirm_with: str
    state: str
    generation: int
    last_mail_at: int
    created_at: int
    changed_at: int

    @property
    def active(self) -> bool:
        """Whether it takes mail: it is neither off nor removed."""
        return self.state == "on"

    @property
    def answers_as(self) -> str:
        """Name and address under which answers go out."""
        own = f"notifications@{self.domain}" if self.local_part == CATCH_ALL else self.address
        return self.answer_as or own

    @property
    def default_fields(self) -> dict[str, str]:
        """The fields that a record opened by this alias begins with."""
        fields: dict[str, str] = json.loads(self.defaults)
        return fields


@dataclass(frozen=True, slots=True)
class AliasSettings:
    """What can be said of an alias apart from its address."""

    record_type: str | None
    record_id: int | None
    owner_id: int | None
    accepts: str
    answer_as: str
    defaults: str
    owner_team_id: int | None = None
    """Instead of a person, a team."""
    when_closed: str = "type"
    """What becomes of an answer from outside to a closed record that it opened: ``reopen``, ``new``, ``hold``, or what
    its type says."""
    machines: str = "open"
    """What programs send of their own accord opens records, or is held: ``hold``."""
    spam: str = "hold"
    """What our own spam filter marks is held, dropped (``drop``), or treated like all else (``nothing``)."""
    pattern: str = ""
    """How subjects are built, with the names of fields in braces."""
    reads: str = "message"
    """``expense``: reference, amount and employee are read."""
    each: str = "email"
    """What opens a record: each ``email``, or each ``pdf`` in it."""
    forms: str = ""
    """Addresses of web forms, parted by blanks."""
    quotes: str = "yes"
    """Whether answers quote what they answer: ``no`` for none."""
    confirms: str = "no"
    """Whether who opens a record is told that their mail came: ``yes``."""
    confirm_with: str = ""
    """The word of the company's saved reply that tells them; "" for our own sentences."""

    @classmethod
    def of(cls, alias: Alias) -> AliasSettings:
        """Return what is said of an alias."""
        return cls(**{name: getattr(alias, name) for name in cls.__slots__})


@dataclass(frozen=True, slots=True)
class AliasOwner(Follower):
    """Who owns an alias, by themselves or as a member of its team."""

    by_team: bool = False
    away: bool = False


class Aliases:
    """The aliases of a store."""

    def __init__(self, connection: Connection, domains: Domains) -> None:
        self._connection = connection
        self._domains = domains

    def add(self, company_id: int, domain_id: int, local_part: str, settings: AliasSettings, now: int) -> int:
        """Add an alias, or bring back a removed one of this address; return its id.

        Raises Conflict where an active alias has this address.
        """
        values = {**_values(settings), "generation": self._domains.next_generation(), "now": now}
        removed: int | None = queries.alias_removed(self._connection, domain_id=domain_id, local_part=local_part)
        if removed is not None:
            queries.alias_revive(self._connection, id=removed, company_id=company_id, **values)
            return removed
        alias_id: int = queries.alias_add(
            self._connection, company_id=company_id, domain_id=domain_id, local_part=local_part, **values
        )
        return alias_id

    def set(self, alias_id: int, settings: AliasSettings, now: int) -> None:
        """Change an alias."""
        queries.alias_set(
            self._connection,
            id=alias_id,
            **_values(settings),
            generation=self._domains.next_generation(),
            now=now,
        )

    def set_state(self, alias_id: int, state: str, now: int) -> None:
        """Switch the alias on or off, or remove it; its records and their reply addresses stay whatever it is."""
        queries.alias_set_state(
            self._connection, id=alias_id, state=state, generation=self._domains.next_generation(), now=now
        )

    def end_with_domain(self, domain_id: int, now: int) -> None:
        """Remove all aliases of a domain, and remember what they were: it was for the domain's sake."""
        queries.aliases_end_with_domain(
            self._connection, domain_id=domain_id, generation=self._domains.next_generation(), now=now
        )

    def ended_with_domain(self, domain_id: int) -> list[Alias]:
        """Return the aliases that ended with the domain and have not come back."""
        return many(Alias, queries.aliases_ended_with_domain(self._connection, domain_id=domain_id))

    def restore(self, alias_ids: Sequence[int], now: int) -> None:
        """Bring aliases back as they were."""
        generation = self._domains.next_generation()
        for portion in portions(alias_ids):
            queries.aliases_restore(self._connection, ids=portion, generation=generation, now=now)

    def owners(self, company_id: int, alias_id: int) -> list[AliasOwner]:
        """Return the alias's owner, or the members of the team that owns it: those who are active in its company."""
        return many(AliasOwner, queries.alias_owners(self._connection, company_id=company_id, alias_id=alias_id))

    def by_address(self, address: str) -> Alias | None:
        """Return the alias that mail to this canonical address goes to, in use or not; a plus part is ignored.

        What no alias takes that is on or off goes to the one that takes all the rest of its domain.
        """
        local, domain = split(address)
        names = list(dict.fromkeys((local, without_plus(local), CATCH_ALL)))
        if system_address(local, dedicated=True):
            names.remove(CATCH_ALL)
        found = many(Alias, queries.aliases_named(self._connection, domain=domain, local_parts=names))
        rest = [one for one in found if one.local_part != CATCH_ALL or local == CATCH_ALL or one.active]
        return min(rest, key=lambda one: (one.state == "removed", names.index(one.local_part)), default=None)

    def named(self, address: str) -> Alias | None:
        """Return the alias of just this address, in use or not."""
        local, domain = split(address)
        return one(Alias, queries.aliases_named(self._connection, domain=domain, local_parts=[local]))

    def mailed(self, inbound_ids: Sequence[int]) -> None:
        """Let the aliases that these mails were sent to say when the newest of their mails was accepted."""
        for portion in portions(inbound_ids):
            queries.aliases_mailed(self._connection, ids=portion)

    def alike(self, domain_id: int, local_part: str) -> list[str]:
        """Return the names in a domain that are as long as this one, give or take a letter."""
        size = len(local_part)
        found = queries.aliases_alike(self._connection, domain_id=domain_id, least=size - 1, most=size + 1)
        return column(found)

    def get(self, company_id: int, alias_id: int) -> Alias | None:
        """Return one alias, if it is of this company."""
        return one(Alias, queries.alias_by_id(self._connection, company_id=company_id, id=alias_id))

    def first(self, company_id: int) -> Alias | None:
        """Return the oldest alias of the company that is in use."""
        found: int | None = queries.alias_any(self._connection, company_id=company_id)
        return self.get(company_id, found) if found is not None else None

    def any(self, company_id: int) -> bool:
        """Say whether the company has an alias in use."""
        found: int | None = queries.alias_any(self._connection, company_id=company_id)
        return found is not None

    def all(self, company_id: int | None = None) -> list[Alias]:
        """Return the aliases that are on or off, of one company or of all."""
        if company_id is None:
            return many(Alias, queries.aliases(self._connection))
        return many(Alias, queries.aliases_of_company(self._connection, company_id=company_id))


def _values(settings: AliasSettings) -> dict[str, object]:
    local, _, domain = parseaddr(settings.answer_as)[1].rpartition("@")
    values = {name: getattr(settings, name) for name in AliasSettings.__slots__}
    return {**values, "answer_local": local, "answer_domain": domain}
