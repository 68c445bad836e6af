"""What all words share: objects, times, people."""

from __future__ import annotations

from datetime import UTC, datetime

Json = dict[str, object]


def iso(milliseconds: int | None) -> str | None:
    """Return a time of the store as ISO 8601 in UTC; None stays None."""
    if milliseconds is None:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def person(name: str, address: str | None, **more: object) -> Json:
    """Return somebody: a name and an address, and what else is known of them here."""
    return {"name": name, "address": address, **more}
