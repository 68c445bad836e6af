"""Where mail goes that leaves: an SMTP server that keeps each message with its envelope."""

from __future__ import annotations

import email
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller


@dataclass(frozen=True)
class Sent:
    """One message as it reached the next hop."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    options: tuple[str, ...] = ()

    @property
    def message(self) -> Message:
        """The message, parsed."""
        return email.message_from_bytes(self.raw)


@dataclass
class Sink:
    """The next hop of all mail for other domains.

    ``refuse[address] = "550 5.1.1 no such user"`` refuses one recipient, for good or, with a 4xx, for now.
    """

    refuse: dict[str, str] = field(default_factory=dict)
    messages: list[Sent] = field(default_factory=list)
    port: int = 0
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _controller: Controller | None = None

    def start(self) -> None:
        """Listen on a free port of the loopback interface."""
        self._controller = _Controller(
            self, hostname="127.0.0.1", port=0, enable_SMTPUTF8=True, decode_data=False, data_size_limit=None
        )
        self._controller.start()
        self.port = self._controller.port

    def stop(self) -> None:
        """Listen no more."""
        if self._controller is not None:
            self._controller.stop()

    def clear(self) -> None:
        """Forget what came, and refuse nobody."""
        with self._changed:
            self.messages.clear()
            self.refuse.clear()

    def to(self, address: str) -> list[Sent]:
        """Return what came for this address."""
        return [one for one in list(self.messages) if address in one.recipients]

    def wait(self, count: int = 1, to: str | None = None, timeout: float = 60) -> list[Sent]:
        """Return the messages (for one address) as soon as there are ``count``; fail when they do not come."""
        return self.wait_for(lambda: self.to(to) if to else list(self.messages), count, timeout)

    def wait_for(self, look: Callable[[], list[Sent]], count: int = 1, timeout: float = 60) -> list[Sent]:
        """Return what ``look`` finds as soon as that is ``count`` messages or more."""
        end = time.monotonic() + timeout
        with self._changed:
            while len(found := look()) < count:
                if not self._changed.wait(max(0.0, end - time.monotonic())) and time.monotonic() >= end:
                    there = [(one.sender, one.recipients) for one in self.messages]
                    raise AssertionError(f"{len(found)} of {count} messages came in {timeout} s; all: {there}")
        return found

    # Called by aiosmtpd.

    async def handle_EHLO(
        self, _server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        """Offer what it does anyway: commands may come before the answer to those ahead of them (RFC 2920)."""
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", *responses[-1:]]

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]) -> str:
        answer = self.refuse.get(address)
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        sent = Sent(envelope.mail_from, tuple(envelope.rcpt_tos), envelope.content, tuple(envelope.mail_options))
        with self._changed:
            self.messages.append(sent)
            self._changed.notify_all()
        return "250 2.0.0 kept"


class _Controller(Controller):
    def _trigger_server(self) -> None:
        # Port 0 asked for a free one; only now is its number known.
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        super()._trigger_server()  # type: ignore[no-untyped-call]
