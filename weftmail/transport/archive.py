"""The file of a backup: a compressed tar with a list of what is in it, encrypted by age where a key is given.

The list, ``manifest.json``, stands first and has the size and SHA-256 of every other member.  Nothing is unpacked but
what it names, under names that we know; pyrage is the Rust implementation of age (age-encryption.org/v1).
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from weftmail.core.failure import UsageError

__all__ = ["AGE", "MANIFEST", "pack", "unpack"]

MANIFEST = "manifest.json"
AGE = ".age"
_SAFE = re.compile(
    r"(settings/weftmail\.toml|store/weftmail\.db|keys/[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+){0,2}|incoming/[A-Za-z0-9._-]+)"
)
_LEVEL = 1
"""Mail is mostly base64 and text: higher levels cost minutes and win little."""


def pack(target: Path, members: Mapping[str, Path], about: Mapping[str, Any], key: str = "") -> None:
    """Write the members, by their names in the archive, into the file ``target``, which nobody else may read.

    ``about`` goes into the list; ``key`` is an age recipient (``age1...``) or an SSH public key.  Raises OSError, and
    UsageError for a key that is none.
    """
    recipients = [_recipient(key)] if key else []
    digests = {name: _digest(path) for name, path in members.items()}
    listed = json.dumps({**about, "members": digests}, indent=1).encode()
    fresh = target.with_name(f".{target.name}.new")
    plain = target.with_name(f".{target.name}.plain") if key else fresh
    try:
        with (
            open(plain, "xb", opener=_private) as file,
            gzip.GzipFile(fileobj=file, mode="wb", compresslevel=_LEVEL, mtime=0) as packed,
        ):
            _write(packed, members, listed)
        if key:
            import pyrage

            with plain.open("rb") as source, open(fresh, "xb", opener=_private) as out:
                pyrage.encrypt_io(source, out, recipients)
        with fresh.open("rb") as done:
            os.fsync(done.fileno())
        fresh.rename(target)
    finally:
        for path in {plain, fresh}:
            with suppress(FileNotFoundError):
                path.unlink()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _write(packed: gzip.GzipFile, members: Mapping[str, Path], listed: bytes) -> None:
    with tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        info = tarfile.TarInfo(MANIFEST)
        info.size, info.mode = len(listed), 0o600
        tar.addfile(info, io.BytesIO(listed))
        for name, path in members.items():
            with path.open("rb") as file:
                one = tarfile.TarInfo(name)
                one.size, one.mode = path.stat().st_size, 0o600
                tar.addfile(one, file)


def unpack(source: Path, folder: Path, identity: str = "") -> dict[str, Any]:
    """Unpack a backup into an empty folder; return its list.

    ``identity`` is the text of an age identity (``AGE-SECRET-KEY-1...``).  Raises UsageError for a file that is no
    backup, is damaged, or cannot be decrypted with this identity; OSError where the folder cannot be written.
    """
    plain = folder / ".plain"
    try:
        if source.name.endswith(AGE):
            _decrypt(source, plain, identity)
        return _read(plain if plain.exists() else source, folder)
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, KeyError, ValueError) as error:
        raise UsageError(f"{source} is no backup of weftmail, or is damaged: {error}") from None
    finally:
        with suppress(FileNotFoundError):
            plain.unlink()


def _decrypt(source: Path, plain: Path, identity: str) -> None:
    import pyrage

    if not identity:
        raise UsageError(f"{source} is encrypted; name the file with its secret key: --identity FILE")
    lines = [line for line in identity.splitlines() if line.strip() and not line.startswith("#")]
    try:
        keys = [pyrage.x25519.Identity.from_str(line.strip()) for line in lines]
        with source.open("rb") as file, open(plain, "xb", opener=_private) as out:
            pyrage.decrypt_io(file, out, keys)
    except (pyrage.IdentityError, pyrage.DecryptError) as error:
        raise UsageError(f"{source} cannot be decrypted with this key: {error}") from None


def _read(source: Path, folder: Path) -> dict[str, Any]:
    with tarfile.open(source, mode="r|gz") as tar:
        first = tar.next()
        listed = tar.extractfile(first) if first is not None and first.name == MANIFEST else None
        if listed is None:
            raise ValueError("it does not begin with the list of what is in it")
        about: dict[str, Any] = json.loads(listed.read(50_000_000))
        members: dict[str, str] = about["members"]
        left = dict(members)
        while (one := tar.next()) is not None:
            digest = left.pop(one.name)
            if not one.isreg() or not _SAFE.fullmatch(one.name) or ".." in one.name:
                raise ValueError(f"it holds {one.name!r}")
            _take_out(tar, one, folder / one.name, digest)
    if left:
        raise ValueError(f"{next(iter(left))} is missing")
    return about


def _take_out(tar: tarfile.TarFile, one: tarfile.TarInfo, target: Path, digest: str) -> None:
    target.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
    source = tar.extractfile(one)
    found = hashlib.sha256()
    with open(target, "xb", opener=_private) as out:
        while source is not None and (piece := source.read(1 << 20)):
            found.update(piece)
            out.write(piece)
    if found.hexdigest() != digest:
        raise ValueError(f"{one.name} differs from what was packed")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _recipient(key: str) -> Any:
    import pyrage

    try:
        return pyrage.ssh.Recipient.from_str(key) if key.startswith("ssh-") else pyrage.x25519.Recipient.from_str(key)
    except pyrage.RecipientError:
        raise UsageError(f"{key!r} is no public key of age; it begins with age1: age-keygen makes one") from None
