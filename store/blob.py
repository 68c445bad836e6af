"""Raw mails and attachments: the bytes once for each company, whatever refers to them.

A mail is accepted before anybody knows whose it is, so its bytes begin without a company; settling gives them one, or
finds that the company has the very same bytes already.  Large bytes go in and come out in pieces.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from weftmail.store.connection import Connection
from weftmail.store.rows import column, made, queries
from weftmail.store.sets import PORTION, portions

WHOLE = 1024 * 1024
"""Up to this size, in bytes, a blob is handled in one piece."""
PIECE = 256 * 1024
"""The bytes of one row of ``blob_piece``."""
GROUP_BYTES = 8 * 1024 * 1024
"""The bytes of several files that go into one statement."""


@dataclass(frozen=True, slots=True)
class _Blob:
    """What is kept of a blob beside its bytes."""

    company_id: int | None
    size: int
    theirs: int | None


class Blobs:
    """The blobs of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, data: bytes | BinaryIO, company_id: int | None = None) -> int:
        """Store the bytes, or find them among the company's; return the blob's id.

        An open file is read from where it stands to its end.
        """
        file = io.BytesIO(data) if isinstance(data, bytes) else data
        start = file.tell()
        digest, size = _digest(file)
        if company_id is not None:
            found = self._there(company_id, [digest])
            if digest in found:
                return found[digest]
        row = {"company_id": company_id, "sha256": digest, "size": size}
        ((_, blob_id),) = queries.blobs_add(self._connection, [row]).rows
        file.seek(start)
        for position, piece in enumerate(_pieces(file)):
            queries.blob_pieces_add(self._connection, [{"blob_id": blob_id, "position": position, "bytes": piece}])
        return int(blob_id)

    def put_all(self, company_id: int, files: Sequence[bytes]) -> list[int]:
        """Store the bytes of some files, or find them among the company's; return the blobs' ids in this order."""
        digests = [hashlib.sha256(one).hexdigest() for one in files]
        there = self._there(company_id, digests)
        new = {digest: one for digest, one in zip(digests, files, strict=True) if digest not in there}
        rows = [{"company_id": company_id, "sha256": digest, "size": len(one)} for digest, one in new.items()]
        for portion in portions(rows):
            there |= dict(queries.blobs_add(self._connection, portion).rows)
        for group in _groups(new.items()):
            pieces = [
                {"blob_id": there[digest], "position": position, "bytes": piece}
                for digest, one in group
                for position, piece in enumerate(_pieces(io.BytesIO(one)))
            ]
            if pieces:
                queries.blob_pieces_add(self._connection, pieces)
        return [there[digest] for digest in digests]

    def _there(self, company_id: int, digests: Sequence[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for portion in portions(digests):
            found |= dict(queries.blobs_by_hash(self._connection, company_id=company_id, digests=portion).rows)
        return found

    def give(self, blob_id: int, company_id: int) -> int:
        """Let the blob of an accepted mail belong to a company; return the id under which the company has it."""
        blob = made(_Blob, queries.blob_for_company(self._connection, id=blob_id, company_id=company_id))
        if blob.theirs is not None:
            return blob.theirs
        if blob.company_id is None:
            queries.blob_company(self._connection, id=blob_id, company_id=company_id)
            return blob_id
        copy = self.open(blob_id, blob.size)
        return self.put(copy, company_id)

    def drop_unused(self, blob_id: int) -> None:
        """Remove the blob if no mail and no attachment refers to it."""
        used: int = queries.blob_used(self._connection, id=blob_id)
        if not used:
            queries.blob_pieces_delete(self._connection, id=blob_id)
            queries.blob_delete(self._connection, id=blob_id)

    def there(self, ids: Iterable[int]) -> bool:
        """Say whether each of a few blobs is still there."""
        return all(queries.blob_by_id(self._connection, id=one).rows for one in ids)

    def read(self, blob_id: int) -> bytes:
        """Return the bytes in one piece; raise KeyError where there is no such blob."""
        pieces = column(queries.blob_pieces(self._connection, blob_id=blob_id))
        if not pieces and not queries.blob_by_id(self._connection, id=blob_id).rows:
            raise KeyError(f"there is no blob {blob_id}")
        return b"".join(pieces)

    def open(self, blob_id: int, size: int) -> bytes | BinaryIO:
        """Return the bytes of a small blob, or a file to read a large one from in pieces."""
        if size <= WHOLE:
            return self.read(blob_id)
        return io.BufferedReader(_BlobFile(self._connection, blob_id, size), PIECE)


class _BlobFile(io.RawIOBase):
    """A blob as a file that can be read; one piece of it is in memory."""

    def __init__(self, connection: Connection, blob_id: int, size: int) -> None:
        self._connection = connection
        self._blob_id = blob_id
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: memoryview | bytearray) -> int:  # type: ignore[override]
        position, start = divmod(self._at, PIECE)
        piece: bytes = queries.blob_piece(self._connection, blob_id=self._blob_id, position=position) or b""
        data = memoryview(piece)[start : start + len(buffer)]
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def _groups(files: Iterable[tuple[str, bytes]]) -> Iterator[list[tuple[str, bytes]]]:
    """Part files into groups whose bytes one statement can carry."""
    group: list[tuple[str, bytes]] = []
    for file in files:
        if group and (len(group) == PORTION or sum(len(data) for _, data in group) + len(file[1]) > GROUP_BYTES):
            yield group
            group = []
        group.append(file)
    if group:
        yield group


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece


def _digest(file: BinaryIO) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for piece in _pieces(file):
        digest.update(piece)
        size += len(piece)
    return digest.hexdigest(), size
