"""A listener in a thread, with an acceptor that keeps what it is given in memory; what several tests stand on."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Self

from weftmail.core.envelope import Envelope
from weftmail.core.ports import Raw
from weftmail.transport.lmtp.bounds import Limits
from weftmail.transport.lmtp.listener import Listener, peer_uids
from weftmail.transport.lmtp.service import LmtpService


class Memory:
    """Keeps messages; ``judge`` says which recipients are kept, or raises, or leaves the future open (None)."""

    def __init__(self, judge: Callable[[Envelope], bool] | None = lambda envelope: True) -> None:
        self.judge = judge
        self.kept: list[tuple[list[Envelope], bytes]] = []
        self.raws: list[Raw] = []
        self.futures: list[Future[Sequence[bool]]] = []

    def accept(self, envelopes: Sequence[Envelope], raw: Raw) -> Future[Sequence[bool]]:
        self.raws.append(raw)
        self.kept.append((list(envelopes), raw if isinstance(raw, bytes) else raw.read()))
        future: Future[Sequence[bool]] = Future()
        self.futures.append(future)
        if self.judge is not None:
            try:
                future.set_result([self.judge(envelope) for envelope in envelopes])
            except ArithmeticError as error:
                future.set_exception(error)
        return future


class Installation:
    """The listener in its thread: ``with Installation(...) as installation``; ``installation.where`` is its address."""

    def __init__(
        self,
        listen: str,
        memory: Memory | None = None,
        limits: Limits | None = None,
        folder: str | None = None,
        peers: frozenset[int] | None = None,
        trust_tcp: bool = False,
    ) -> None:
        self.memory = memory or Memory()
        self.service = LmtpService(self.memory, limits or Limits(), folder)
        self.listener = Listener(self.service, peers=peer_uids() if peers is None else peers, trust_tcp=trust_tcp)
        self.loop = asyncio.new_event_loop()
        self._listen = listen
        self._stopped = False
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()
        self.loop.close()

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            self.where = asyncio.run_coroutine_threadsafe(self.listener.start(self._listen), self.loop).result(60)
        except BaseException:
            self._end()
            raise
        return self

    def stop(self, grace: float = 0.0) -> None:
        if not self._stopped:
            self._stopped = True
            asyncio.run_coroutine_threadsafe(self.listener.stop(grace), self.loop).result(grace + 60)

    def _end(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.call_later, 0.02, self.loop.stop)
        self._thread.join(60)

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._end()

    def connect(self) -> Client:
        kind, _, place = self.where.partition(":")
        if kind == "unix":
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(place)
        else:
            host, _, port = place.rpartition(":")
            connection = socket.create_connection((host.strip("[]"), int(port)))
        connection.settimeout(60)
        return Client(connection)


class Client:
    """The other side of a conversation: sends bytes as they are, and reads replies."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._rest = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def send(self, data: bytes, bytewise: bool = False) -> None:
        if not bytewise:
            self.connection.sendall(data)
            return
        for i in range(len(data)):
            self.connection.sendall(data[i : i + 1])

    def line(self) -> str:
        while b"\r\n" not in self._rest:
            piece = self.connection.recv(65536)
            if not piece:
                raise EOFError
            self._rest += piece
        line, _, self._rest = self._rest.partition(b"\r\n")
        return line.decode()

    def reply(self) -> str:
        """The last line of the next reply."""
        while (line := self.line())[3:4] == "-":
            pass
        return line

    def replies(self, count: int) -> list[str]:
        return [self.reply() for _ in range(count)]

    def ask(self, command: str | bytes) -> str:
        self.send((command.encode() if isinstance(command, str) else command) + b"\r\n")
        return self.reply()

    def ended(self) -> bool:
        """Whether the other side closes without another word."""
        return self._rest == b"" and self.connection.recv(1) == b""
