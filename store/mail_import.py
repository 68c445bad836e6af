"""What the import of email of before asks the store, and where it left off."""

from __future__ import annotations

from collections.abc import Collection

from weftmail.store.connection import Connection
from weftmail.store.rows import column, queries


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

    def ids(self, company_id: int, record_id: int) -> frozenset[str]:
        """Return the Message-IDs of what stands on a record."""
        return frozenset(column(queries.import_ids(self._connection, company_id=company_id, record_id=record_id)))

    def opened(self, company_id: int, import_name: str, record_id: int) -> None:
        """Keep that an import opened a record."""
        queries.import_opened(self._connection, company_id=company_id, import_name=import_name, record_id=record_id)

    def hide(self, company_id: int, import_name: str, at: int) -> int:
        """Move the records that an import opened to the trash, if nothing came onto them since; return how many."""
        hidden: int = queries.import_hide(self._connection, company_id=company_id, import_name=import_name, at=at)
        return hidden

    def show(self, company_id: int, import_name: str, at: int) -> int:
        """Bring back what ``hide`` moved at that time; return how many records that were."""
        shown: int = queries.import_show(self._connection, company_id=company_id, import_name=import_name, at=at)
        return shown
