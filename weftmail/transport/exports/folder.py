"""A folder with the files of an export: JSON, tables as CSV and XLSX, and the bytes of attachments."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from weftmail.core.composing.mail import Attached
from weftmail.core.failure import UsageError
from weftmail.core.limits import IMPORT_FILE, IMPORT_FILES, IMPORT_FOLDER, IMPORT_NAMED
from weftmail.transport.exports.fields import Row, coded, line, rows
from weftmail.transport.exports.table import BadTable, read_csv, read_xlsx

DEPTH = 40
"""An export nests so deep at most; ours of all three programs stay below ten."""


@dataclass(slots=True)
class Missed:
    """What of an export could not be taken: counted by what it is, and the first ones named."""

    counts: Counter[str] = field(default_factory=Counter)
    named: list[str] = field(default_factory=list)

    def add(self, what: str, where: str, why: str) -> None:
        """Count a thing that is left out; ``where`` names it."""
        self.counts[what] += 1
        if len(self.named) < IMPORT_NAMED:
            self.named.append(f"{where}: {why}")


class ExportFolder:
    """The files below a folder, or one file by itself."""

    def __init__(self, path: Path, missed: Missed) -> None:
        """Look at the names; raises UsageError where nothing can be read there, or too much."""
        self.path, self.missed = path, missed
        if not path.exists():
            raise UsageError(f"there is no folder or file {path}", status=2)
        try:
            found = [path] if path.is_file() else sorted(one for one in path.rglob("*") if one.is_file())
            self._files = [one for one in found if one.suffix.lower() in (".json", ".csv", ".xlsx")]
            size = sum(one.stat().st_size for one in self._files)
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror}") from None
        if not self._files:
            raise UsageError(
                f"{path} holds no file .json, .csv or .xlsx: docs/importing.md says what to save", status=2
            )
        if size > IMPORT_FOLDER:
            raise UsageError(
                f"{path} holds {size / 1e9:.1f} GB, and {IMPORT_FOLDER / 1e9:.1f} GB are read at once: "
                "put it into several folders, and import each"
            )

    def objects(self, *kinds: str) -> Iterator[tuple[str, Row]]:
        """Yield the objects of the files of these kinds, each with where it stands.

        A file is of a kind whose name begins its own, or that of a folder it lies in: ``tickets-2.json`` and
        ``tickets/2.json`` are both of ``tickets``.
        """
        for file in self._files:
            if any(self._is_of(file, kind) for kind in kinds):
                yield from self._read(file, kinds)

    def content(self, *parts: object) -> bytes | None:
        """Return the bytes of an attachment that was saved below ``attachments/``; None where it was not."""
        names = [str(one) for one in parts]
        base = self.path if self.path.is_dir() else self.path.parent
        file = base.joinpath("attachments", *names)
        try:
            if not all(one.isalnum() for one in names) or not file.is_file() or file.stat().st_size > IMPORT_FILES:
                return None
            return file.read_bytes()
        except OSError:
            return None

    def _is_of(self, file: Path, kind: str) -> bool:
        inside = file.relative_to(self.path).parts if file != self.path else (file.name,)
        stems = [*inside[:-1], Path(inside[-1]).stem]
        return any(_begins(stem.lower(), kind) for stem in stems)

    def _read(self, file: Path, kinds: tuple[str, ...]) -> Iterator[tuple[str, Row]]:
        name = str(file.relative_to(self.path)) if file != self.path else file.name
        try:
            if file.stat().st_size > IMPORT_FILE:
                self.missed.add("files", name, f"it has more than {IMPORT_FILE // 1024**2} MB")
                return
            found = self._parsed(file, kinds)
        except OSError as error:
            raise UsageError(f"{file} cannot be read: {error.strerror}") from None
        except (BadTable, ValueError, RecursionError) as error:
            self.missed.add("files", name, _why(error))
            return
        for number, one in enumerate(found, start=1):
            yield f"{name}, {number}", one

    def _parsed(self, file: Path, kinds: tuple[str, ...]) -> list[Row]:
        if file.suffix.lower() == ".csv":
            return read_csv(file.read_bytes())
        if file.suffix.lower() == ".xlsx":
            return read_xlsx(file)
        value = json.loads(file.read_bytes(), parse_constant=_no_number)
        _check_depth(value)
        return _listed(value, kinds)


def _begins(stem: str, kind: str) -> bool:
    return (
        stem.startswith(kind)
        and not stem[len(kind) : len(kind) + 1].isalpha()
        and stem[len(kind) : len(kind) + 1] not in ("_", ".")
    )


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number of JSON")


def _why(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"it is no JSON from line {error.lineno} on: {error.msg}"
    if isinstance(error, RecursionError):
        return "it nests too deep"
    return line(str(error)) or "it cannot be read"


def _check_depth(value: object) -> None:
    """Raise RecursionError where lists and objects nest too deep."""
    level = [value]
    for _ in range(DEPTH):
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return
    raise RecursionError


def _listed(value: object, kinds: tuple[str, ...]) -> list[Row]:
    """Return the objects of an answer: a list, one object, or a list in it, under its kind or in ``_embedded``."""
    if isinstance(value, dict):
        inner = value.get("_embedded") if isinstance(value.get("_embedded"), dict) else value
        # An answer to XML-RPC that was saved as JSON-RPC has it in "result".
        for name in (*kinds, "result", "records"):
            if isinstance(inner, dict) and isinstance(inner.get(name), list):
                return rows(inner[name])
        return [value]
    return rows(value)


def attached(
    folder: ExportFolder, where: str, file: tuple[str, str, str], data: object, *parts: object
) -> Attached | None:
    """Return an attachment: its bytes in base64, or saved below ``attachments/``; None, and counted, where it lacks.

    ``file`` is its name, its type and its content id.
    """
    name, kind, content_id = file
    content = coded(data) if data else folder.content(*parts)
    if content is None:
        at = "/".join(map(str, parts))
        why = "is no base64, or too large" if data else f"is not in attachments/{at}, or too large"
        folder.missed.add("attachments", where, f"the file {name or at} {why}")
        return None
    return Attached(name or "file", kind, content, content_id or None, inline=bool(content_id))


def within(folder: ExportFolder, where: str, files: list[Attached]) -> list[Attached]:
    """Return as many of the files as one message may have; the others are counted."""
    kept: list[Attached] = []
    for one in files:
        if sum(len(had.content) for had in kept) + len(one.content) > IMPORT_FILES:
            folder.missed.add(
                "attachments", where, f"the file {one.filename} is one too many: {IMPORT_FILES // 1024**2} MB"
            )
        else:
            kept.append(one)
    return kept
