"""Raw mails and attachments: the bytes once for each company, whatever refers to them.

A mail is accepted before anybody knows whose it is, so its bytes begin without a company; settling gives them one, or
finds that the company has the very same bytes already.  Large bytes go in and come out in pieces.
"""

from __future__ import annotations

import hashlib
import io
import sqlite3
from typing import BinaryIO

from weftmail.store.rows import queries

WHOLE = 1024 * 1024
"""Up to this size, in bytes, a blob is handled in one piece."""
PIECE = 256 * 1024


class Blobs:
    """The blobs of a store."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def put(self, data: bytes | BinaryIO, company_id: int | None = None) -> int:
        """Store the bytes, or find them among the company's; return the blob's id.

        An open file is read from where it stands to its end.
        """
        start = 0
        if isinstance(data, bytes):
            digest, size = hashlib.sha256(data).hexdigest(), len(data)
        else:
            start = data.tell()
            digest, size = _digest(data)
        if company_id is not None:
            found: int | None = queries.blob_by_hash(self._connection, company_id=company_id, sha256=digest)
            if found is not None:
                return found
        blob_id: int = queries.blob_add(self._connection, company_id=company_id, sha256=digest, size=size)
        if isinstance(data, bytes):
            queries.blob_content_add(self._connection, blob_id=blob_id, bytes=data)
        else:
            self._write(blob_id, data, start, size)
        return blob_id

    def _write(self, blob_id: int, data: BinaryIO, start: int, size: int) -> None:
        queries.blob_content_room(self._connection, blob_id=blob_id, size=size)
        data.seek(start)
        with self._connection.blobopen("blob_content", "bytes", blob_id) as target:
            while piece := data.read(PIECE):
                target.write(piece)

    def give(self, blob_id: int, company_id: int) -> int:
        """Let the blob of an accepted mail belong to a company; return the id under which the company has it."""
        row = queries.blob_by_id(self._connection, id=blob_id)
        if row["company_id"] == company_id:
            return blob_id
        found: int | None = queries.blob_by_hash(self._connection, company_id=company_id, sha256=row["sha256"])
        if found is not None:
            return found
        if row["company_id"] is None:
            queries.blob_company(self._connection, id=blob_id, company_id=company_id)
            return blob_id
        return self.put(self.read(blob_id), company_id)

    def drop_unused(self, blob_id: int) -> None:
        """Remove the blob if no mail and no attachment refers to it."""
        used: int = queries.blob_used(self._connection, id=blob_id)
        if not used:
            queries.blob_content_delete(self._connection, id=blob_id)
            queries.blob_delete(self._connection, id=blob_id)

    def read(self, blob_id: int) -> bytes:
        """Return the bytes in one piece."""
        data: bytes | None = queries.blob_bytes(self._connection, blob_id=blob_id)
        if data is None:
            raise KeyError(f"there is no blob {blob_id}")
        return data

    def open(self, blob_id: int, size: int) -> bytes | BinaryIO:
        """Return the bytes of a small blob, or a file to read a large one from in pieces."""
        if size <= WHOLE:
            return self.read(blob_id)
        return io.BufferedReader(_BlobFile(self._connection, blob_id), PIECE)


class _BlobFile(io.RawIOBase):
    """A blob as a file that can be read."""

    def __init__(self, connection: sqlite3.Connection, blob_id: int) -> None:
        self._blob = connection.blobopen("blob_content", "bytes", blob_id, readonly=True)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._blob.seek(offset, whence)
        return self._blob.tell()

    def tell(self) -> int:
        return self._blob.tell()

    def readinto(self, buffer: memoryview | bytearray) -> int:  # type: ignore[override]
        data = self._blob.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._blob.close()
        super().close()


def _digest(file: BinaryIO) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while piece := file.read(PIECE):
        digest.update(piece)
        size += len(piece)
    return digest.hexdigest(), size
