"""Looks at the credentials that systemd is to hand to our services, before a restart: ``mail-admin config check``."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from weftmail.core.failure import UsageError
from weftmail.core.tokens import keys
from weftmail.core.wording.command import Command
from weftmail.transport.credentials import SERVER, TOKENS

UNIT_FOLDERS: Final = tuple(map(Path, ("/etc/systemd/system", "/run/systemd/system", "/usr/lib/systemd/system")))
STORES: Final = tuple(map(Path, ("/etc/credstore", "/run/credstore", "/usr/lib/credstore")))
"""Where systemd looks for a credential whose line names no file."""
SERVICES: Final = ("weftmail-listener.service", "weftmail-sender.service", "weftmail-site.service")
"""All of them make or read reply tokens."""
_LINE = re.compile(r"\s*(Load|Set)Credential(Encrypted)?\s*=\s*([^:\s]+)(?::(.*))?$")


@dataclass(frozen=True, slots=True)
class CredentialProblem:
    """What is wrong with a credential: in which file and line, 0 where none can be named, and what to do instead."""

    file: Path
    line: int
    what: str


@dataclass(frozen=True, slots=True)
class _Given:
    """One line of a unit: the credential ``name`` from the file ``source``, "" where it holds the secret itself."""

    file: Path
    line: int
    unit: str
    name: str
    source: str
    encrypted: bool


def credential_problems(
    environ: Mapping[str, str], units: Sequence[Path] = UNIT_FOLDERS, stores: Sequence[Path] = STORES
) -> list[CredentialProblem]:
    """Return what is wrong with the credentials that our units name, and with those that this program was given."""
    given = [one for unit in (*SERVICES, "weftmail-backup.service") for one in _of_unit(unit, units)]
    found = [problem for one in given for problem in _of_line(one, stores)]
    tokens = {one.unit for one in given if one.name == TOKENS}
    for unit in SERVICES if tokens else ():
        if unit not in tokens:
            file = next(one.file for one in given if one.name == TOKENS)
            what = f"{TOKENS} is given to {min(tokens)}, and not to {unit}: give it to all of {', '.join(SERVICES)}"
            found.append(CredentialProblem(file, 0, what))
    folder = environ.get("CREDENTIALS_DIRECTORY", "")
    paths = sorted(Path(folder).glob("weftmail.*")) if folder else []
    return [*found, *(problem for path in paths for problem in _of_file(path, path, 0, path.name))]


def _of_unit(unit: str, folders: Sequence[Path]) -> Iterator[_Given]:
    """Give the lines of a unit and of what was added to it that name a credential of ours."""
    whole = next((folder / unit for folder in folders if (folder / unit).is_file()), None)
    added = [path for folder in folders for path in sorted((folder / f"{unit}.d").glob("*.conf"))]
    for path in (*([whole] if whole else []), *added):
        try:
            lines = path.read_text("utf-8", "replace").splitlines()
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror}; run this as root") from None
        for number, line in enumerate(lines, start=1):
            found = _LINE.match(line)
            if found and found[3].startswith("weftmail."):
                source = (found[4] or "").strip() if found[1] == "Load" else ""
                if found[1] == "Load" and not source:
                    source = found[3]
                yield _Given(path, number, unit, found[3], source, bool(found[2]))


def _of_line(one: _Given, stores: Sequence[Path]) -> Iterator[CredentialProblem]:
    if not one.source:
        if not one.encrypted:
            yield CredentialProblem(one.file, one.line, f"{one.name} stands in the unit itself, which everybody may "
                                    f"read; name a file: LoadCredential={one.name}:PATH")  # fmt: skip
        return
    places = [Path(one.source)] if one.source.startswith("/") else [each / one.source for each in stores]
    path = next((each for each in places if each.is_file()), None)
    if path is None:
        what = f"there is no {' and no '.join(map(str, places))}: the service will not start"
        yield CredentialProblem(one.file, one.line, f"{what}; make the file, or take the line out")
        return
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        mend = Command("chmod {right} {path}", right="600", path=path)
        yield CredentialProblem(one.file, one.line, f"{path} may be read by others; run: {mend}")
    if not one.encrypted:
        yield from _of_file(path, one.file, one.line, one.name)


def _of_file(path: Path, file: Path, line: int, name: str) -> Iterator[CredentialProblem]:
    """Give what is wrong with what a credential holds; what may not be read is left alone."""
    if name != TOKENS and not (name.startswith(SERVER) and name != SERVER):
        known = f"{TOKENS} and {SERVER}NAME"
        yield CredentialProblem(file, line, f"{name} is no credential that anybody asks for; there are {known}")
        return
    try:
        text = path.read_text("utf-8")
    except PermissionError:
        return
    except (OSError, UnicodeError):
        yield CredentialProblem(file, line, f"{path} holds no text")
        return
    if name == TOKENS:
        try:
            keys.load(text)
        except keys.BadKeyring as error:
            yield CredentialProblem(file, line, f"{path} holds no keys: {error}; bring it back from the backup")
    elif not text.strip():
        yield CredentialProblem(file, line, f"{path} is empty; write the password into it")
    elif "\n" in text.removesuffix("\n"):
        yield CredentialProblem(file, line, f"{path} holds several lines; a password is one")
