"""main.cf and master.cf as text: entries that may go on over several lines, and what stands between them (postconf(5)).

For putting a value back as a person had written it; what is new is written by ``postconf`` itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["FileEntry", "entries", "main_name", "put_back", "replace_file", "service_name"]


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A piece of the file, with its line ends: a setting or service by its name, or anything else (``name`` empty)."""

    name: str
    text: str


def main_name(line: str) -> str:
    """Return the setting that a line of main.cf begins."""
    return line.partition("=")[0].strip()


def service_name(line: str) -> str:
    """Return the service that a line of master.cf begins, as ``postconf -M`` names it: ``weftmail/unix``."""
    return "/".join(line.split()[:2])


def entries(text: str, name_of: Callable[[str], str]) -> list[FileEntry]:
    """Return the file in pieces that make it up again.

    A line that begins with a blank goes on with the entry before it; so do comments and empty lines that such a line
    follows.
    """
    found: list[list[str]] = []
    between: list[str] = []
    for line in text.splitlines(keepends=True):
        blank = not line.strip() or line.lstrip().startswith("#")
        if not blank and line[0].isspace() and found:
            found[-1] += [*between, line]
            between = []
        elif blank:
            between.append(line)
        else:
            found += [*([one] for one in between), [line]]
            between = []
    return [_entry("".join(lines), name_of) for lines in [*found, *([one] for one in between)]]


def _entry(text: str, name_of: Callable[[str], str]) -> FileEntry:
    first = text.lstrip("\n")
    return FileEntry(
        "" if not first.strip() or first.lstrip().startswith("#") else name_of(first.splitlines()[0]), text
    )


def put_back(now: str, before: str, names: frozenset[str], name_of: Callable[[str], str]) -> str:
    """Return ``now`` with the named entries as they stand in ``before``, letter by letter; without those it lacks."""
    old = {one.name: one.text for one in entries(before, name_of) if one.name in names}
    return "".join(_pieces(now, old, names, name_of))


def _pieces(now: str, old: dict[str, str], names: frozenset[str], name_of: Callable[[str], str]) -> Iterator[str]:
    there: set[str] = set()
    repeated: list[str] = []
    for one in entries(now, name_of):
        if one.name in names:
            if one.name in old and one.name not in there:
                there.add(one.name)
                # postconf leaves the comments from within a value that it replaces standing behind it.
                repeated = [line for line in old[one.name].splitlines(keepends=True) if line.lstrip().startswith("#")]
                yield old[one.name]
        elif one.text in repeated:
            repeated.remove(one.text)
        else:
            repeated = [] if one.name else repeated
            yield one.text
    yield from (text for name, text in old.items() if name not in there)


def replace_file(path: Path, content: bytes) -> None:
    """Put ``content`` in place of the file in one step, with its owner and mode; raise OSError where that fails."""
    fresh = path.with_name(f".{path.name}.weftmail")
    there = path.stat() if path.exists() else None
    with fresh.open("wb") as file:
        os.fchmod(file.fileno(), there.st_mode & 0o7777 if there else 0o644)
        if there and os.geteuid() == 0:
            os.fchown(file.fileno(), there.st_uid, there.st_gid)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
