"""One conversation with a mail server, in LMTP (RFC 2033): one reply for each recipient, after the commit.

Beside the commands of RFC 5321 it knows PIPELINING, 8BITMIME, SMTPUTF8, SIZE, ENHANCEDSTATUSCODES and Postfix's
XFORWARD.  After DATA the answer is 250 or 4xx, never 5xx: the mail server has long told its client that it took the
message, and a refusal now could only become a bounce to somebody who may never have written.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from weftmail.core.envelope import Envelope, clean
from weftmail.core.pace import Pace
from weftmail.core.ports import Raw
from weftmail.transport.lmtp import stamp
from weftmail.transport.lmtp.data import Data
from weftmail.transport.lmtp.service import LmtpService
from weftmail.transport.lmtp.syntax import BadCommand, client, parameters, path, xtext

_log = logging.getLogger(__name__)

_FORWARDED = ("NAME", "ADDR", "PORT", "PROTO", "HELO", "IDENT", "SOURCE")
_UNKNOWN = ("[UNAVAILABLE]", "[TEMPUNAVAIL]")
_KEPT = b"250 2.0.0 kept"
_LATER = b"451 4.3.0 try again later"
_FULL = b"452 4.3.1 no room for this message now"
_LEAVING = b"421 4.3.2 shutting down"
_AHEAD = 65536
"""How many bytes of the next commands are read while a commit is waited for."""


class LmtpSession(asyncio.Protocol):
    """One connection.  ``trusted``: the other side is the mail server itself, so XFORWARD is offered and believed."""

    # fmt: off
    __slots__ = (
        "_ahead", "_began", "_data", "_entrance", "_errors", "_forwarded", "_full", "_greeted", "_heard", "_loop",
        "_out", "_pace", "_recipients", "_sender", "_service", "_timer", "_transport", "_trusted", "_waiting",
    )
    # fmt: on

    def __init__(self, service: LmtpService, trusted: bool) -> None:
        self._service = service
        self._trusted = trusted
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport
        self._timer: asyncio.TimerHandle
        self._began = self._heard = self._loop.time()
        self._pace = Pace(service.limits.rate, service.limits.stretch)
        self._full = False
        self._ahead = b""
        self._out: list[bytes] = []
        self._errors = 0
        self._greeted = False
        self._entrance = "lmtp"
        self._forwarded: dict[str, str] = {}
        self._sender: str | None = None
        self._recipients: list[tuple[str, str]] = []
        self._data: Data | None = None
        self._waiting: Future[Sequence[bool]] | None = None

    # The connection.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet, or send away where there are too many."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - for the type alone
        self._transport = transport
        self._timer = self._loop.call_later(self._every, self._look)
        self._service.sessions.add(self)
        if not self.admits(transport):
            self._close(b"421 4.7.0 not for you")
        elif self._service.leaving:
            self._close(_LEAVING)
        elif len(self._service.sessions) > self._service.limits.connections:
            self._close(b"421 4.3.2 too many connections")
        else:
            # What LHLO would say stands here already for the pipe program, which then need not ask.
            offers = b" PIPELINING XFORWARD" if self._trusted else b""
            transport.write(b"220 %s LMTP%s\r\n" % (self._service.name.encode(), offers))

    def admits(self, transport: asyncio.Transport) -> bool:
        """Say whether the other side may speak to us at all; a socket that knows who it is asks."""
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget what was begun.  A commit that has not begun is called off: the other side will come again."""
        self._service.sessions.discard(self)
        self._timer.cancel()
        if self._data is not None:
            self._data.close()
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def data_received(self, data: bytes) -> None:
        """Work off what came."""
        self._pace.moved(len(data))
        self._ahead = self._ahead + data if self._ahead else data
        self._work()

    def leave(self) -> None:
        """End the conversation: now, or after the message that is under way."""
        if self._data is None and self._waiting is None:
            self._close(_LEAVING)

    def abort(self) -> None:
        """End the conversation at once, whatever is under way."""
        self._transport.abort()

    def pause_writing(self) -> None:
        """Hear nothing more while our replies are not read."""
        self._full = True
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Go on."""
        self._full = False
        self._read_on()

    def _read_on(self) -> None:
        if not self._full and not self._transport.is_closing() and not self._transport.is_reading():
            self._transport.resume_reading()

    @property
    def _every(self) -> float:
        limits = self._service.limits
        return min(limits.idle, limits.whole, limits.stretch) / 4

    def _look(self) -> None:
        """Close what has lasted too long, says nothing whole, or is too slow; cut off what does not even hear that."""
        limits, now = self._service.limits, self._loop.time()
        if self._transport.is_closing():
            self._transport.abort()
            return
        self._timer = self._loop.call_later(self._every, self._look)
        if self._waiting is not None:
            self._pace.rest()
        elif now - self._began > limits.whole:
            self._close(b"421 4.4.2 this connection has lasted long enough")
        elif self._data is None:
            self._pace.rest()
            if now - self._heard > limits.idle:
                self._close(b"421 4.4.2 too long without a command")
        elif self._pace.too_slow(now):
            self._close(b"421 4.4.2 too slow")

    def _close(self, reply: bytes) -> None:
        self._out.append(reply)
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._out and not self._transport.is_closing():
            self._transport.write(b"\r\n".join(self._out) + b"\r\n")
        self._out.clear()

    def _work(self) -> None:
        while self._ahead and not self._transport.is_closing():
            if self._waiting is not None:
                if len(self._ahead) > _AHEAD:
                    self._transport.pause_reading()
                break
            if self._data is not None:
                rest = self._data.feed(self._ahead)
                self._ahead = rest or b""
                if rest is not None:
                    self._submit(self._data)
                continue
            line, end, rest = self._ahead.partition(b"\r\n")
            if len(line) > self._service.limits.command:
                self._close(b"500 5.5.2 line too long")
                break
            if not end:
                break
            self._ahead = rest
            self._heard = self._loop.time()
            self._command(line)
        self._flush()

    # The commands.

    def _command(self, line: bytes) -> None:
        verb, _, words = line.partition(b" ")
        command = _COMMANDS.get(verb.upper())
        if command is None or b"\n" in line or b"\r" in line or b"\0" in line:
            self._bad(b"500 5.5.1 command not known here")
            return
        try:
            command(self, words.strip())
        except BadCommand as error:
            self._bad(b"501 5.5.4 " + str(error).encode("ascii", "replace"))

    def _bad(self, reply: bytes) -> None:
        self._errors += 1
        if self._errors >= self._service.limits.errors:
            self._close(b"421 4.7.0 too many errors")
        else:
            self._out.append(reply)

    def _reset(self) -> None:
        self._sender = None
        self._recipients = []
        self._forwarded = {}

    def _lhlo(self, words: bytes) -> None:
        if not words:
            raise BadCommand("LHLO wants a name")
        self._reset()
        self._greeted = True
        # The pipe program says its name, and gives what no other program knows to say.
        self._entrance = "pipe" if words == b"mail-ingest" else "lmtp"
        offers = ["PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", f"SIZE {self._service.limits.size}"]
        if self._trusted:
            offers.append(" ".join(("XFORWARD", *_FORWARDED)))
        lines = [self._service.name, *offers]
        self._out.extend(f"250{'-' if i < len(offers) else ' '}{line}".encode() for i, line in enumerate(lines))

    def _xforward(self, words: bytes) -> None:
        if not self._trusted:
            self._bad(b"550 5.7.1 XFORWARD is not for you")
            return
        if self._sender is not None:
            self._bad(b"503 5.5.1 not inside a transaction")
            return
        given = parameters(words)
        if not given or not given.keys() <= set(_FORWARDED):
            raise BadCommand("attributes are " + " ".join(_FORWARDED))
        # They come in several commands; only the last word on each counts.
        for name, value in given.items():
            self._forwarded[name] = "" if value.upper() in _UNKNOWN else clean(xtext(value))
        self._out.append(b"250 2.0.0 ok")

    def _mail(self, words: bytes) -> None:
        if not self._greeted or self._sender is not None:
            self._bad(b"503 5.5.1 LHLO first, and one MAIL at a time")
            return
        sender, given = path(b"FROM", words)
        if not given.keys() <= {"SIZE", "BODY", "SMTPUTF8"} or given.get("BODY", "7BIT").upper() not in _BODIES:
            self._bad(b"555 5.5.4 parameter not known here")
            return
        size = given.get("SIZE", "0")
        if not (size.isascii() and size.isdigit()):
            raise BadCommand("SIZE wants a number")
        # Compared by length first: turning thousands of digits into a number takes long.
        if len(size) > 18 or int(size) > self._service.limits.size:
            self._out.append(b"552 5.3.4 message too big")
            return
        self._sender = clean(sender)
        self._out.append(b"250 2.1.0 ok")

    def _rcpt(self, words: bytes) -> None:
        if self._sender is None:
            self._bad(b"503 5.5.1 MAIL first")
            return
        recipient, given = path(b"TO", words)
        recipient = clean(recipient)
        # ORCPT although DSN is not offered: the pipe program has no other way to say what it was told.
        if not given.keys() <= {"ORCPT"}:
            self._bad(b"555 5.5.4 parameter not known here")
        elif not recipient:
            self._bad(b"501 5.1.3 no recipient")
        elif len(self._recipients) >= self._service.limits.recipients:
            self._out.append(b"452 4.5.3 too many recipients")
        else:
            original = clean(xtext(given.get("ORCPT", "").partition(";")[2]))
            self._recipients.append((recipient, original))
            self._out.append(b"250 2.1.5 ok")

    def _data_command(self, words: bytes) -> None:
        if words:
            raise BadCommand("DATA stands alone")
        if not self._recipients:
            self._bad(b"503 5.5.1 no valid recipients")
            return
        self._data = Data(self._service.folder, self._service.limits.memory)
        self._out.append(b"354 go on, and end with a dot")

    def _rset(self, words: bytes) -> None:
        self._reset()
        self._out.append(b"250 2.0.0 ok")

    def _noop(self, words: bytes) -> None:
        self._out.append(b"250 2.0.0 ok")

    def _vrfy(self, words: bytes) -> None:
        self._out.append(b"252 2.0.0 send some mail, and see")

    def _help(self, words: bytes) -> None:
        self._out.append(b"214 2.0.0 this is LMTP, RFC 2033")

    def _quit(self, words: bytes) -> None:
        self._close(b"221 2.0.0 bye")

    # The message.

    def _submit(self, data: Data) -> None:
        """Hand the message on, and wait for its commit."""
        self._data = None
        raw = data.raw()
        if data.failure is not None:
            _log.warning("no room for a message: %s", data.failure)
            data.close()
            self._answer([_FULL] * len(self._recipients))
            return
        future = self._service.acceptor.accept(self._envelopes(raw), raw)
        self._waiting = future
        timer = self._loop.call_later(self._service.limits.accept, self._late, future)
        future.add_done_callback(lambda done: self._done(done, raw, timer))

    def _envelopes(self, raw: Raw) -> list[Envelope]:
        queue_id, address = self._forwarded.get("IDENT", ""), self._forwarded.get("ADDR", "")
        if self._trusted and not queue_id:
            # Of its own reports Postfix forwards that they come from nowhere, and no queue id.
            queue_id, stamped = stamp.read(raw)
            address = address or stamped
        address = client(address)
        sender = self._sender or ""
        return [
            Envelope(recipient, sender, original, queue_id, address, self._entrance)
            for recipient, original in self._recipients
        ]

    def _done(self, future: Future[Sequence[bool]], raw: Raw, timer: asyncio.TimerHandle) -> None:
        """Bring the outcome to the loop; this runs in the thread that committed, or gave up."""
        if not isinstance(raw, bytes):
            raw.close()
        try:
            self._service.back(self._loop, lambda: self._settled(future, timer))
        except RuntimeError:
            _log.warning("a message was kept after the listener had gone; it will come again")

    def _settled(self, future: Future[Sequence[bool]], timer: asyncio.TimerHandle) -> None:
        timer.cancel()
        if self._waiting is not future:
            return
        self._waiting = None
        if future.cancelled():
            kept: Sequence[bool] = ()
        elif (failure := future.exception()) is not None:
            _log.error("a message could not be kept", exc_info=failure)
            kept = ()
        else:
            kept = future.result()
        # Whatever the acceptor did not speak of is not kept.
        kept = [*kept, *[False] * len(self._recipients)]
        self._answer([_KEPT if yes is True else _LATER for yes, _ in zip(kept, self._recipients, strict=False)])
        self._work()

    def _late(self, future: Future[Sequence[bool]]) -> None:
        """The commit takes too long.  It may still happen: then the message comes twice and is known by its bytes."""
        if self._waiting is future:
            self._waiting = None
            _log.warning("a message was not kept within %s seconds", self._service.limits.accept)
            future.cancel()
            self._answer([_LATER] * len(self._recipients))
            self._work()

    def _answer(self, replies: list[bytes]) -> None:
        self._out.extend(replies)
        self._reset()
        self._heard = self._loop.time()
        if self._service.leaving:
            self._close(_LEAVING)
        else:
            self._read_on()


_BODIES = ("7BIT", "8BITMIME")
_COMMANDS: dict[bytes, Callable[[LmtpSession, bytes], None]] = {
    b"LHLO": LmtpSession._lhlo,
    b"XFORWARD": LmtpSession._xforward,
    b"MAIL": LmtpSession._mail,
    b"RCPT": LmtpSession._rcpt,
    b"DATA": LmtpSession._data_command,
    b"RSET": LmtpSession._rset,
    b"NOOP": LmtpSession._noop,
    b"VRFY": LmtpSession._vrfy,
    b"HELP": LmtpSession._help,
    b"QUIT": LmtpSession._quit,
}
