"""The socket on which the mail server, and the pipe program, find LMTP: a Unix socket, or TCP on loopback.

A Unix socket says who is at its other end (SO_PEERCRED); only the mail server's users and our own are heard.  TCP
cannot say so: it exists only where the operator asks for it, takes nothing but loopback addresses, and believes no
XFORWARD unless it is told to.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import ipaddress
import os
import pwd
import socket
import stat
import struct
from collections.abc import Iterable

from weftmail.core.failure import UsageError
from weftmail.transport.lmtp.service import LmtpService
from weftmail.transport.lmtp.session import LmtpSession
from weftmail.transport.sockets import share
from weftmail.transport.systemd import handed_over

_BACKLOG = 512
"""Pipe programs that find the queue of connections full write files instead."""


def peer_uids(names: Iterable[str] = ("weftmail", "postfix", "Debian-exim", "exim")) -> frozenset[int]:
    """Return the user ids that may speak to a Unix socket: root, ourselves, and these users where they exist."""
    uids = {0, os.geteuid()}
    for name in names:
        with contextlib.suppress(KeyError):
            uids.add(pwd.getpwnam(name).pw_uid)
    return frozenset(uids)


class _UnixLmtpSession(LmtpSession):
    """A conversation with a program on this machine whose user is known."""

    __slots__ = ("_peers",)

    def __init__(self, service: LmtpService, peers: frozenset[int]) -> None:
        super().__init__(service, trusted=True)
        self._peers = peers

    def admits(self, transport: asyncio.Transport) -> bool:
        """Hear only the users that are allowed."""
        credentials = transport.get_extra_info("socket").getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        uid: int = struct.unpack("3i", credentials)[1]
        return uid in self._peers


class Listener:
    """Takes connections and starts conversations; `start` and `stop` belong to one event loop."""

    def __init__(self, service: LmtpService, *, peers: frozenset[int], trust_tcp: bool = False) -> None:
        """``peers`` are the users heard on a Unix socket; ``trust_tcp`` says whether XFORWARD counts over TCP."""
        self._service = service
        self._peers = peers
        self._trust_tcp = trust_tcp
        self._server: asyncio.Server | None = None
        self._path: str | None = None
        self._lock: int | None = None

    async def start(self, listen: str) -> str:
        """Listen at ``unix:PATH`` or ``inet:HOST:PORT``; return the same, a port of 0 replaced by the one taken.

        ``systemd`` is the socket that the service manager opened: it stays when this program ends, so that whoever
        connects meanwhile waits.  Raises UsageError where that is no such place, is not on loopback, or another
        listener answers there.
        """
        kind, _, place = listen.partition(":")
        loop = asyncio.get_running_loop()
        if listen == "systemd":
            return await self._take_over(loop)
        if kind == "unix" and place:
            bound = self._bind_unix(place)
            self._server = await loop.create_unix_server(
                lambda: _UnixLmtpSession(self._service, self._peers), sock=bound, backlog=_BACKLOG
            )
            return listen
        if kind != "inet":
            raise UsageError(f"cannot listen at {listen!r}: say unix:PATH, inet:HOST:PORT or systemd", 2)
        bound = _bind_loopback(place)
        self._server = await loop.create_server(
            lambda: LmtpSession(self._service, self._trust_tcp), sock=bound, backlog=_BACKLOG
        )
        host, port = bound.getsockname()[:2]
        return f"inet:[{host}]:{port}" if ":" in host else f"inet:{host}:{port}"

    async def _take_over(self, loop: asyncio.AbstractEventLoop) -> str:
        found = handed_over()
        if len(found) != 1 or found[0].family != socket.AF_UNIX or found[0].type != socket.SOCK_STREAM:
            raise UsageError("the service manager handed over no Unix socket; start weftmail-listener.socket", 2)
        (given,) = found
        given.setblocking(False)
        self._server = await loop.create_unix_server(
            lambda: _UnixLmtpSession(self._service, self._peers), sock=given, backlog=_BACKLOG
        )
        return f"unix:{given.getsockname()}"

    async def stop(self, grace: float) -> None:
        """Take no more connections, let the messages under way come to their end, and close.

        After ``grace`` seconds what is still open is cut off; its messages come again.
        """
        self._service.leaving = True
        if self._server is not None:
            self._server.close()
        for session in list(self._service.sessions):
            session.leave()
        loop = asyncio.get_running_loop()
        until = loop.time() + grace
        while self._service.sessions and loop.time() < until:
            await asyncio.sleep(0.02)
        for session in list(self._service.sessions):
            session.abort()
        if self._path is not None:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._path)
        # Asked twice to stop, the second may come to this before the first does.
        lock, self._lock = self._lock, None
        if lock is not None:
            os.close(lock)

    def _bind_unix(self, path: str) -> socket.socket:
        """Return a socket bound to ``path`` that listens; one that a listener left behind is replaced.

        The socket gets its rights under another name and is then moved into place, so that there is never a moment
        in which it is missing or open to everybody.
        """
        bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._lock = _lock(path + ".lock")
            if _answers(path):
                raise FileExistsError(0, "another program answers there")
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path + ".new")
            bound.bind(path + ".new")
            share(path + ".new")
            bound.listen(_BACKLOG)
            os.rename(path + ".new", path)
        except OSError as error:
            bound.close()
            raise UsageError(f"cannot listen at {path}: {error.strerror or error}") from None
        self._path = path
        return bound


def _lock(path: str) -> int:
    """Return a descriptor that holds the file's lock as long as it is open: two that start at once cannot both win."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise FileExistsError(0, "another listener runs there") from None
    return lock


def _answers(path: str) -> bool:
    """Say whether a program listens at ``path``; raise OSError where something else than a socket lies there."""
    try:
        if not stat.S_ISSOCK(os.stat(path).st_mode):
            raise FileExistsError(0, "a file is there that is no socket")
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(2)
            probe.connect(path)
    except (FileNotFoundError, ConnectionRefusedError):
        return False
    return True


def _bind_loopback(place: str) -> socket.socket:
    """Return a socket bound to ``HOST:PORT``; raise UsageError where the host is not on loopback."""
    host, _, port = place.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
        number = int(port)
    except ValueError:
        raise UsageError(f"cannot listen at inet:{place}: say inet:127.0.0.1:PORT", 2) from None
    if not address.is_loopback:
        raise UsageError(f"cannot listen at {host}: LMTP knows no passwords, so only loopback will do", 2)
    bound = socket.socket(socket.AF_INET if address.version == 4 else socket.AF_INET6, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((str(address), number))
    except (OSError, OverflowError) as error:
        bound.close()
        raise UsageError(f"cannot listen at inet:{place}: {error}") from None
    return bound
