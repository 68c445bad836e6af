"""The ways out of this machine: to its own mail server, and to those that are set up beside it."""

from __future__ import annotations

import contextlib
import smtplib
from collections.abc import Callable

from weftmail.core.limits import SMTP_TIMEOUT
from weftmail.core.outgoing_server import OutgoingServer, ServerFailure
from weftmail.core.ports import Clock, Submitter
from weftmail.transport.oauth import AccessTokens
from weftmail.transport.remote_smtp import begin
from weftmail.transport.server_secrets import SecretFolder
from weftmail.transport.smtp import SmtpSubmitter


class MailWays:
    """Fulfils ``Ways``.  A server whose settings or secrets change gets a new connection."""

    def __init__(
        self,
        local: Submitter,
        files: SecretFolder,
        clock: Clock,
        helo: str,
        meanwhile: Callable[[], None] | None = None,
    ) -> None:
        """``helo`` is our name; ``meanwhile`` is done while a server writes a mail down."""
        self._local = local
        self._files = files
        self._tokens = AccessTokens(files, clock)
        self._helo = helo
        self._meanwhile = meanwhile
        self._kept: dict[str, tuple[tuple[OutgoingServer, int], SmtpSubmitter]] = {}

    def to(self, server: OutgoingServer) -> Submitter:
        """Return the way to a server."""
        if server.is_local:
            return self._local
        stands = (server, self._files.stamp(server.name))
        there = self._kept.get(server.name)
        if there is not None and there[0] == stands:
            return there[1]
        if there is not None:
            there[1].close()
            self._tokens.forget(server.name)
        made = SmtpSubmitter(server.host, server.port, begin=lambda: self._begun(server), meanwhile=self._meanwhile)
        self._kept[server.name] = stands, made
        return made

    def probe(self, server: OutgoingServer) -> None:
        """Connect, sign in, and say goodbye; raises ServerFailure."""
        if server.is_local:
            return
        connection = self._begun(server)
        with contextlib.suppress(smtplib.SMTPException, OSError):
            connection.quit()

    def close(self) -> None:
        """Say goodbye everywhere."""
        self._local.close()
        for _, submitter in self._kept.values():
            submitter.close()

    def _begun(self, server: OutgoingServer) -> smtplib.SMTP:
        secrets = self._files.load(server.name)
        certificate = self._files.certificate(server.name)
        try:
            return begin(server, secrets, certificate, self._tokens.of, self._helo, SMTP_TIMEOUT)
        except ServerFailure as error:
            if error.step == "sign-in":
                self._tokens.forget(server.name)
            raise
