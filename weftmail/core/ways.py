"""The contracts by which flow and the site reach outgoing servers: the ways there, and where their secrets lie."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from weftmail.core.outgoing_server import OutgoingServer, ServerSecrets
from weftmail.core.ports import Submitter


class Ways(Protocol):
    """The ways out: to this machine's mail server, and to others."""

    def to(self, server: OutgoingServer) -> Submitter:
        """Return the way to a server; it is kept open, and belongs to the caller's thread."""
        ...

    def probe(self, server: OutgoingServer) -> None:
        """Connect and sign in, and say goodbye; raises ServerFailure with the step at which that ended."""
        ...

    def close(self) -> None:
        """Give back what was kept open."""
        ...


class SecretFiles(Protocol):
    """Where passwords and certificates for other mail servers lie: files of 0600, never the store."""

    def load(self, name: str) -> ServerSecrets:
        """Return those of a server; all "" where there is no file."""
        ...

    def keep(self, name: str, secrets: ServerSecrets) -> None:
        """Keep those of a server."""
        ...

    def remove(self, name: str) -> None:
        """Forget those of a server."""
        ...

    def names(self) -> Sequence[str]:
        """Return the servers whose secrets are kept."""
        ...
