"""Where the demo's Postfix hands over what would leave: an SMTP server on the loopback that keeps mail in a Maildir."""

from __future__ import annotations

import re
import socketserver
import threading
from typing import Final

from weftmail.core.ports import Sent
from weftmail.transport.maildir import Maildir

_PATH = re.compile(rb"(?:FROM|TO):\s*<([^>]*)>.*", re.IGNORECASE | re.DOTALL)
_LONGEST: Final = 100_000
"""Bytes of a line; Postfix writes none that is longer than 998 of text."""


class CatcherServer(socketserver.ThreadingTCPServer):
    """Takes whatever comes (RFC 5321) and sends nothing on.  It ends with the process, or by ``close``."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, maildir: Maildir) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.maildir = maildir
        threading.Thread(target=self.serve_forever, name="catcher", daemon=True).start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    def close(self) -> None:
        """Take no more."""
        self.shutdown()
        self.server_close()


class _Conversation(socketserver.StreamRequestHandler):
    server: CatcherServer

    def handle(self) -> None:
        """Speak until the client has said QUIT, or is gone."""
        self._sender, self._recipients = "", list[str]()
        self._say(b"220 catcher ESMTP")
        while line := self.rfile.readline(_LONGEST):
            verb, _, rest = line.strip().partition(b" ")
            answer = self._answer(verb.upper(), rest)
            self._say(answer)
            if answer.startswith(b"221"):
                return

    def _answer(self, verb: bytes, rest: bytes) -> bytes:
        found = _PATH.fullmatch(rest)
        match verb:
            case b"EHLO" | b"HELO":
                return b"250-catcher\r\n250 8BITMIME" if verb == b"EHLO" else b"250 catcher"
            case b"MAIL" if found:
                self._sender, self._recipients = found[1].decode("utf-8", "replace"), []
                return b"250 2.1.0 Ok"
            case b"RCPT" if found:
                self._recipients.append(found[1].decode("utf-8", "replace"))
                return b"250 2.1.5 Ok"
            case b"DATA" if self._recipients:
                self._say(b"354 end with a dot")
                return self._keep(self._data())
            case b"RSET":
                self._recipients = []
                return b"250 2.0.0 Ok"
            case b"NOOP":
                return b"250 2.0.0 Ok"
            case b"QUIT":
                return b"221 2.0.0 Bye"
        return b"500 5.5.1 not understood"

    def _data(self) -> bytes:
        lines: list[bytes] = []
        while (line := self.rfile.readline(_LONGEST)) and line != b".\r\n":
            lines.append(line.removeprefix(b"."))
        return b"".join(lines)

    def _keep(self, data: bytes) -> bytes:
        outcomes = self.server.maildir.submit(self._sender, self._recipients, data)
        self._recipients = []
        bad = next((one for one in outcomes.values() if not isinstance(one, Sent)), None)
        return b"250 2.0.0 kept" if bad is None else b"451 4.3.0 " + bad.text.encode("ascii", "replace")

    def _say(self, answer: bytes) -> None:
        self.wfile.write(answer + b"\r\n")
