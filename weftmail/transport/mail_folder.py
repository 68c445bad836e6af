"""Folders of email as other programs keep them: an mbox file (RFC 4155) and a Maildir, read a mail at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from weftmail.core.failure import UsageError
from weftmail.core.parsing import header

_FROM = re.compile(rb"From \S+ +(.+)")
_QUOTED = re.compile(rb"^>(>*From )", re.M)
LARGEST = 64 * 1024 * 1024
"""A mail of more bytes is left out, and named."""


@dataclass(frozen=True, slots=True)
class FolderMail:
    """A mail of a folder: its bytes, when the folder says that it came (milliseconds, 0 for nothing), and its name.

    ``done`` bytes of the folder, or files of it, are behind it once this mail is done.
    """

    raw: bytes
    at: int
    name: str
    done: int


@dataclass(frozen=True, slots=True)
class Mbox:
    """A file with mails one after the other, each behind a line that begins with "From "."""

    path: Path

    @property
    def size(self) -> int:
        """The bytes of the file; raises UsageError where it cannot be read."""
        try:
            return self.path.stat().st_size
        except OSError as error:
            raise UsageError(f"{self.path} cannot be read: {error.strerror}") from None

    def mails(self, done: int = 0) -> Iterator[FolderMail]:
        """Yield its mails from a place on, where one of them begins; raises UsageError for another kind of file."""
        try:
            with self.path.open("rb") as file:
                if done == 0 and not file.read(5).startswith(b"From "):
                    raise UsageError(f'{self.path} is no mbox file: it does not begin with "From "', status=2)
                file.seek(done)
                yield from _parted(file, done)
        except OSError as error:
            raise UsageError(f"{self.path} cannot be read: {error.strerror}") from None


def _parted(file: Iterator[bytes], at: int) -> Iterator[FolderMail]:
    """Part a file at lines that begin with "From " and stand behind an empty one, or at its beginning."""
    lines: list[bytes] = []
    begin, first, empty, size = at, b"", True, 0
    for line in file:
        if empty and line.startswith(b"From "):
            if first:
                yield _mail(lines, first, begin, at)
            lines, first, begin, size = [], line, at, 0
        elif size <= LARGEST:
            lines.append(line)
            size += len(line)
        empty = line in (b"\n", b"\r\n")
        at += len(line)
    if first:
        yield _mail(lines, first, begin, at)


def _mail(lines: list[bytes], first: bytes, begin: int, done: int) -> FolderMail:
    if lines and lines[-1] in (b"\n", b"\r\n"):
        lines.pop()
    raw = _QUOTED.sub(rb"\1", b"".join(lines))
    raw = b"" if len(raw) > LARGEST else raw
    said = _FROM.match(first)
    at = header.date(_as_date(said[1].decode("ascii", "replace"))) if said else None
    return FolderMail(raw, at or 0, f"the mail at byte {begin}", done)


def _as_date(stamp: str) -> str:
    """Turn "Mon Nov 23 10:00:00 2026" into the form of a header field."""
    words = stamp.split()
    if len(words) < 5:
        return ""
    return f"{words[2]} {words[1]} {words[-1]} {words[3]} +0000"


@dataclass(frozen=True, slots=True)
class MaildirFolder:
    """A folder with a file for each mail, in ``cur`` and ``new``, and in those of the folders in it (``.Sent``)."""

    path: Path

    def _files(self) -> list[Path]:
        folders = [self.path, *sorted(one for one in self.path.glob(".*") if one.is_dir())]
        found = [file for one in folders for part in ("cur", "new") for file in (one / part).glob("*")]
        return sorted((one for one in found if one.is_file()), key=lambda one: (one.name.split(":")[0], str(one)))

    @property
    def size(self) -> int:
        """How many files there are; raises UsageError where this is no Maildir."""
        if not (self.path / "cur").is_dir():
            raise UsageError(f"{self.path} is no Maildir: it has no folder cur", status=2)
        return len(self._files())

    def mails(self, done: int = 0) -> Iterator[FolderMail]:
        """Yield its mails, the oldest names first, from the one behind ``done`` others."""
        for number, file in enumerate(self._files()[done:], start=done + 1):
            try:
                at = int(file.stat().st_mtime * 1000)
                raw = file.read_bytes() if file.stat().st_size <= LARGEST else b""
            except OSError as error:
                raise UsageError(f"{file} cannot be read: {error.strerror}") from None
            yield FolderMail(raw, at, str(file), number)
