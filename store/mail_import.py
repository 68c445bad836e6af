"""What the import of email of before asks the store, and where it left off."""

from __future__ import annotations

from collections.abc import Collection

from weftmail.store.connection import Connection
from weftmail.store.rows import queries


class MailImports:
    """The imports of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def there(self, company_id: int, rfc_message_id: str, content_hash: str) -> bool:
        """Say whether the company has a message of this id and content."""
        found: int | None = queries.import_there(
            self._connection, company_id=company_id, rfc_message_id=rfc_message_id, content_hash=content_hash
        )
        return found is not None

    def place(self, company_id: int, record_type: str, ids: Collection[str]) -> int | None:
        """Return the record of this type one of whose messages bears, or names, one of these Message-IDs."""
        if not ids:
            return None
        found: int | None = queries.import_place(
            self._connection, company_id=company_id, record_type=record_type, rfc_message_ids=[*ids]
        )
        return found

    def began(self, company_id: int, record_id: int, at: int) -> None:
        """Say that the conversation of a record began at a time, unless it began before."""
        queries.import_began(self._connection, company_id=company_id, id=record_id, at=at)
