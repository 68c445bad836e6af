"""Secrets that systemd hands to a service, as files of a folder that only it may read (systemd.exec(5), CREDENTIALS).

``LoadCredential=`` and ``LoadCredentialEncrypted=`` of a unit put them there; CREDENTIALS_DIRECTORY names the folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

TOKENS: Final = "weftmail.tokens"
"""The keys of reply tokens and locators, in place of ``STATE/keys/tokens``."""
SERVER: Final = "weftmail.server."
"""Begins the names of the passwords of other mail servers; the server's name follows."""
LONGEST: Final = 64 * 1024


def path_of(environ: Mapping[str, str], name: str) -> Path | None:
    """Return the file of a credential; None where the program was given none of that name."""
    folder = environ.get("CREDENTIALS_DIRECTORY", "")
    if not folder or "/" in name or not name:
        return None
    path = Path(folder) / name
    return path if path.is_file() else None


def password_of(environ: Mapping[str, str], server: str) -> str:
    """Return the password of another mail server, without the line end behind it; "" where none was given."""
    path = path_of(environ, SERVER + server)
    if path is None:
        return ""
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(LONGEST).removesuffix("\n").removesuffix("\r")
    except (OSError, UnicodeError):
        return ""
