"""Passwords, tokens and certificates for other mail servers: ``STATE/keys/servers/NAME.json``, 0600, nowhere else.

A password that systemd hands over as a credential counts instead of the one in the file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, fields, replace
from pathlib import Path

from weftmail.core.outgoing_server import ServerSecrets
from weftmail.transport.credentials import password_of


class SecretFolder:
    """Fulfils ``SecretFiles``."""

    def __init__(self, folder: Path, environ: Mapping[str, str] | None = None) -> None:
        """``environ`` says where the credentials of this program are; by default its own environment."""
        self._folder = folder
        self._environ = os.environ if environ is None else environ

    def load(self, name: str) -> ServerSecrets:
        """Return those of a server; all "" where there is no file, or none that can be read."""
        found = self._loaded(name)
        password = password_of(self._environ, name)
        return replace(found, password=password) if password else found

    def _loaded(self, name: str) -> ServerSecrets:
        try:
            found = json.loads(self._path(name, ".json").read_text("utf-8"))
            known = {one.name for one in fields(ServerSecrets)}
            return ServerSecrets(**{key: str(value) for key, value in found.items() if key in known})
        except (OSError, ValueError, AttributeError):
            return ServerSecrets()

    def keep(self, name: str, secrets: ServerSecrets) -> None:
        """Keep those of a server."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._write(self._path(name, ".json"), json.dumps(asdict(secrets)))
        if secrets.certificate:
            # OpenSSL reads a certificate of ours from a file alone.
            self._write(self._path(name, ".pem"), secrets.certificate)
        else:
            self._path(name, ".pem").unlink(missing_ok=True)

    def certificate(self, name: str) -> str:
        """Return the file that holds our certificate for a server, or ""."""
        path = self._path(name, ".pem")
        return str(path) if path.exists() else ""

    def remove(self, name: str) -> None:
        """Forget those of a server."""
        for ending in (".json", ".pem"):
            self._path(name, ending).unlink(missing_ok=True)

    def names(self) -> list[str]:
        """Return the servers whose secrets are kept."""
        return sorted(one.stem for one in self._folder.glob("*.json"))

    def stamp(self, name: str) -> int:
        """Return what changes when they do."""
        with suppress(OSError):
            return self._path(name, ".json").stat().st_mtime_ns
        return 0

    def _path(self, name: str, ending: str) -> Path:
        return self._folder / f"{name}{ending}"

    def _write(self, path: Path, text: str) -> None:
        fresh = path.with_suffix(".new")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
