"""Layouts: what stands around the messages of a company to people outside; of its versions one may be in use."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from weftmail.store.connection import Connection
from weftmail.store.rows import one, queries


@dataclass(frozen=True, slots=True)
class StoredLayout:
    """One version; ``template`` is "" for the usual one, ``logo`` is base64, "" for none."""

    id: int
    company_id: int
    colour: str
    footer: str
    template: str
    logo: str
    logo_type: str
    used: bool
    created_at: int

    @property
    def logo_bytes(self) -> bytes:
        """The logo as a file."""
        return base64.b64decode(self.logo)


class Layouts:
    """The layouts of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, company_id: int, colour: str, footer: str, template: str, logo: str, logo_type: str, now: int) -> int:
        """Keep a version that is not in use yet; return its id."""
        found: int = queries.layout_add(
            self._connection, company_id=company_id, colour=colour, footer=footer, template=template, logo=logo,
            logo_type=logo_type, now=now,
        )  # fmt: skip
        return found

    def use(self, company_id: int, layout_id: int | None) -> None:
        """Let a version stand around messages from now on; None for nothing at all."""
        queries.layout_unused(self._connection, company_id=company_id)
        if layout_id is not None:
            queries.layout_use(self._connection, company_id=company_id, id=layout_id)

    def used(self, company_id: int) -> StoredLayout | None:
        """Return what stands around messages now."""
        return one(StoredLayout, queries.layout_used(self._connection, company_id=company_id))

    def get(self, company_id: int, layout_id: int) -> StoredLayout | None:
        """Return a version by its id."""
        return one(StoredLayout, queries.layout_by_id(self._connection, company_id=company_id, id=layout_id))
