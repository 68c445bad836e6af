"""Messages that were filed although not all of their email could be read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UnreadLine:
    """One of them, as lists show it; ``flag`` says whether its words are missing, or something less."""

    id: int
    company_id: int
    company: str
    record: str
    author_address: str
    subject: str
    flag: str
    inbound_id: int | None
    created_at: int
