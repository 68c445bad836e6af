"""The map in the forms that Exim reads: a cdb of our addresses, and a file of our dedicated domains.

Debian's default Exim knows no SQLite (decision 110).  Both files lie beside the map, are made from it alone, and are
replaced in one step, so that a reader sees the old one or the new one.  They are kept where they were asked for once:
their being there is what says so.

cdb is D. J. Bernstein's constant database: https://cr.yp.to/cdb/cdb.txt.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

RECIPIENTS = "recipients.cdb"
DOMAINS = "domains"
GENERATION = "generation"
"""The key under which the cdb says how far it has followed; no address is without an @."""

_MODE = 0o644
_LONGEST = 20
"""Digits of a generation at most."""


def kept(folder: Path) -> bool:
    """Say whether the copies are kept in this folder."""
    return (folder / RECIPIENTS).exists()


def generation(folder: Path) -> int:
    """Return how far the copies have followed; -1 where they are missing or cannot be read."""
    try:
        return int(_looked_up(folder / RECIPIENTS, GENERATION) or "-1")
    except (OSError, ValueError, struct.error):
        return -1


def write(folder: Path, domains: Iterable[str], recipients: Mapping[str, str], followed: int) -> None:
    """Replace both files.  ``recipients`` says ``ok`` or ``refused`` of each address in each spelling; raises OSError.

    The cdb comes last: it says how far both have followed.
    """
    _replace(folder / DOMAINS, "".join(f"{name}\n" for name in sorted(domains)).encode())
    _replace(folder / RECIPIENTS, b"".join(_cdb({**recipients, GENERATION: str(followed)})))


def read(path: Path) -> dict[str, str]:
    """Return every key of a cdb with its value; raises OSError, and struct.error or ValueError for what is none."""
    data = path.read_bytes()
    found, at, end = {}, 2048, min(struct.unpack_from("<512I", data)[::2])
    while at < end:
        key_size, size = struct.unpack_from("<2I", data, at)
        key = data[at + 8 : at + 8 + key_size]
        found[key.decode()] = data[at + 8 + key_size : at + 8 + key_size + size].decode()
        at += 8 + key_size + size
    return found


def _looked_up(path: Path, key: str) -> str | None:
    """Return the value of one key, None where there is none, by a few short reads: it is asked for each second."""
    name = key.encode()
    hashed = _hash(name)
    with path.open("rb") as file:
        at, size = _two(file, 8 * (hashed & 255))
        for step in range(size):
            slot, record = _two(file, at + 8 * (((hashed >> 8) + step) % size))
            if not record:
                break
            if slot == hashed:
                key_size, value_size = _two(file, record)
                if key_size == len(name) and file.read(key_size) == name:
                    return file.read(min(value_size, _LONGEST)).decode()
    return None


def _two(file: BinaryIO, at: int) -> tuple[int, int]:
    file.seek(at)
    one, other = struct.unpack("<2I", file.read(8))
    return one, other


def _cdb(pairs: Mapping[str, str]) -> Iterator[bytes]:
    """Yield the parts of a cdb: the header, the records, the 256 tables."""
    records: list[bytes] = []
    slots: list[list[tuple[int, int]]] = [[] for _ in range(256)]
    at = 2048
    for key, value in pairs.items():
        name, text = key.encode(), value.encode()
        record = struct.pack("<2I", len(name), len(text)) + name + text
        hashed = _hash(name)
        slots[hashed & 255].append((hashed, at))
        records.append(record)
        at += len(record)
    tables, header = [], []
    for entries in slots:
        table = _table(entries)
        header.append(struct.pack("<2I", at, len(table)))
        tables += [struct.pack("<2I", *entry) for entry in table]
        at += 8 * len(table)
    yield from (*header, *records, *tables)


def _table(entries: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return one hash table, twice as large as what is in it; an entry that finds its slot taken goes to the next."""
    size = 2 * len(entries)
    table = [(0, 0)] * size
    for hashed, at in entries:
        slot = (hashed >> 8) % size
        while table[slot][1]:
            slot = (slot + 1) % size
        table[slot] = (hashed, at)
    return table


def _hash(name: bytes) -> int:
    hashed = 5381
    for byte in name:
        hashed = ((hashed << 5) + hashed & 0xFFFFFFFF) ^ byte
    return hashed


def _replace(path: Path, content: bytes) -> None:
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with fresh.open("wb") as file:
            os.fchmod(file.fileno(), _MODE)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(path)
    except BaseException:
        # Whatever it was, a stop too: half a file is nobody's.
        fresh.unlink(missing_ok=True)
        raise
