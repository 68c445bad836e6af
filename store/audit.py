"""The audit log: who changed what, when, with what was and what is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from weftmail.store.connection import Connection
from weftmail.store.rows import many, one, queries


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who acted, what they did and on what; with no ``user_id``, somebody at the shell by their name there."""

    company_id: int | None
    user_id: int | None
    actor: str
    act: str
    subject: str


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One act as the log keeps it; ``was`` and ``became`` are JSON objects."""

    id: int
    company_id: int | None
    company: str | None
    user_id: int | None
    actor: str
    act: str
    subject: str
    was: str
    became: str
    created_at: int

    @property
    def before(self) -> dict[str, Any]:
        """What stood there before, as a plain object; empty where nothing did."""
        found: dict[str, Any] = json.loads(self.was)
        return found

    @property
    def now(self) -> dict[str, Any]:
        """What stood there after the act, as a plain object; empty where nothing did."""
        found: dict[str, Any] = json.loads(self.became)
        return found


class AuditLog:
    """The audit log of a store; rows are added, and never changed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, entry: AuditEntry, was: Mapping[str, object], became: Mapping[str, object], now: int) -> int:
        """Keep one act; to be called in the transaction that carries it out.  Return its number."""
        number: int = queries.audit_add(
            self._connection,
            company_id=entry.company_id,
            user_id=entry.user_id,
            actor=entry.actor,
            act=entry.act,
            subject=entry.subject,
            was=json.dumps(was, ensure_ascii=False),
            became=json.dumps(became, ensure_ascii=False),
            now=now,
        )
        return number

    def get(self, audit_id: int) -> AuditRow | None:
        """Return one act."""
        return one(AuditRow, queries.audit_by_id(self._connection, id=audit_id))

    def of(self, company_id: int | None, subject: str, *, before: int | None = None, most: int = 20) -> list[AuditRow]:
        """Return the acts on one thing of a company, or of the installation, by its name; newest first."""
        if company_id is None:
            found = queries.audit_of_installation_subject(self._connection, subject=subject, before=before, most=most)
        else:
            found = queries.audit_of_subject(
                self._connection, company_id=company_id, subject=subject, before=before, most=most
            )
        return many(AuditRow, found)

    def of_acts(self, company_id: int, acts: Sequence[str], since: int, most: int) -> list[AuditRow]:
        """Return acts of these names on one company's things since a time, newest first."""
        found = queries.audit_of_acts(self._connection, company_id=company_id, acts=list(acts), since=since, most=most)
        return many(AuditRow, found)

    def later(self, company_id: int | None, subjects: Sequence[str], after: int, most: int) -> list[AuditRow]:
        """Return the acts on things of these names of a company, or of the installation, since an act; newest first."""
        if company_id is None:
            found = queries.audit_of_installation_later(
                self._connection, subjects=list(subjects), after=after, most=most
            )
        else:
            found = queries.audit_later(
                self._connection, company_id=company_id, subjects=list(subjects), after=after, most=most
            )
        return many(AuditRow, found)

    def of_installation(self, *, before: int | None = None, most: int = 100) -> list[AuditRow]:
        """Return the acts on what belongs to no single company, newest first."""
        return many(AuditRow, queries.audit_of_installation(self._connection, before=before, most=most))

    def all(self, company_id: int | None = None, *, before: int | None = None, most: int = 100) -> list[AuditRow]:
        """Return the acts on one company's things, or all, newest first; with ``before``, those older than that id."""
        if company_id is None:
            return many(AuditRow, queries.audit(self._connection, before=before, most=most))
        return many(
            AuditRow, queries.audit_of_company(self._connection, company_id=company_id, before=before, most=most)
        )

    def count(self, company_id: int | None = None, *, before: int) -> int:
        """Return how many acts are older than that id."""
        if company_id is None:
            everywhere: int = queries.audit_count(self._connection, before=before)
            return everywhere
        there: int = queries.audit_count_of_company(self._connection, company_id=company_id, before=before)
        return there
