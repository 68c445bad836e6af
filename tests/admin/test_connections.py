"""Bounds on connections, with real sockets: what half-open, slow and greedy clients get, and everybody else."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from weftmail.admin.connection import ConnectionBounds, bounded

SMALL = ConnectionBounds(head=0.5, whole=30, stretch=0.5, rate=2000, connections=4)
LARGE = 16_000_000


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer how much came; ``/large`` with much, ``/wait`` after a second."""
    if scope["type"] != "http":
        return
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    if scope["path"] == "/wait":
        await asyncio.sleep(1.5)
    body = b"x" * LARGE if scope["path"] == "/large" else str(size).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for at in range(0, len(body), 65536):
        await send({"type": "http.response.body", "body": body[at : at + 65536], "more_body": at + 65536 < len(body)})


@contextmanager
def serving(bounds: ConnectionBounds) -> Iterator[int]:
    """Serve the application with these bounds; give the port."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="critical", http=bounded(bounds), ws="none", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = server.force_exit = True
        thread.join(15)
        listening.close()


@contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    """Connect; what we send leaves at once."""
    with socket.create_connection(("127.0.0.1", port)) as one:
        one.settimeout(20)
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield one


def cut_off(one: socket.socket, piece: bytes = b"", pause: float = 0.05) -> bool:
    """Say whether the other side ends the connection while we send a piece again and again."""
    one.settimeout(pause)
    until = time.monotonic() + 15
    while time.monotonic() < until:
        try:
            if piece:
                one.sendall(piece)
            if not one.recv(65536):
                return True
        except TimeoutError:
            continue
        except (ConnectionResetError, BrokenPipeError):
            return True
    return False


def get(one: socket.socket, path: bytes = b"/") -> bytes:
    """Ask for a page on a connection that stays open; return the end of the answer."""
    one.sendall(b"GET %s HTTP/1.1\r\nHost: a\r\n\r\n" % path)
    head, _, body = one.recv(65536).partition(b"\r\n\r\n")
    if not body:
        body = one.recv(65536)
    if not body:
        raise ConnectionResetError
    assert head.startswith(b"HTTP/1.1 200")
    return body


@pytest.mark.parametrize(
    ("first", "piece"),
    [
        (b"", b""),
        (b"GET / HTTP/1.1\r\n", b""),
        (b"GET / HTTP/1.1\r\nHost: a\r\n", b"X: y\r\n"),
        (b"", b"\r\n"),
        (b"G", b"E"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n", b""),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n", b"x"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    ],
    ids=[
        "silent",
        "half a head",
        "fields without end",
        "blank lines",
        "letters",
        "no body",
        "slow body",
        "slow chunks",
    ],
)
def test_what_does_not_come_to_its_end_is_cut_off(first: bytes, piece: bytes) -> None:
    with serving(SMALL) as port, connected(port) as one:
        one.sendall(first)
        assert cut_off(one, piece)


def test_half_a_head_after_a_whole_request_is_cut_off(port_of_small: int) -> None:
    with connected(port_of_small) as one:
        assert get(one) == b"0"
        one.sendall(b"GET / HT")
        assert cut_off(one, b"T")


@pytest.fixture
def port_of_small() -> Iterator[int]:
    with serving(SMALL) as port:
        yield port


def test_who_does_not_read_the_answer_is_cut_off_and_who_reads_gets_all(port_of_small: int) -> None:
    with connected(port_of_small) as one:
        one.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(3)
        got = 0
        with contextlib.suppress(ConnectionResetError):
            while piece := one.recv(65536):
                got += len(piece)
        assert got < LARGE
    with connected(port_of_small) as one:
        one.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        got = 0
        while piece := one.recv(65536):
            got += len(piece)
            time.sleep(0.002)
        assert got > LARGE


def test_the_harmless_twin_of_each(port_of_small: int) -> None:
    # A page that waits, a body that takes longer than a stretch at a fair rate, and several requests on one connection.
    with connected(port_of_small) as one:
        assert get(one, b"/wait") == b"0"
    with connected(port_of_small) as one:
        one.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n")
        for _ in range(60):
            one.sendall(b"x" * 1000)
            time.sleep(0.03)
        assert one.recv(65536).endswith(b"60000")
    with connected(port_of_small) as one:
        for _ in range(8):
            assert get(one) == b"0"
            time.sleep(0.2)


def test_a_connection_ends_after_its_time_and_in_order() -> None:
    with serving(ConnectionBounds(head=5, whole=1, stretch=5, rate=1)) as port, connected(port) as one:
        began = time.monotonic()
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            while time.monotonic() < began + 15:
                assert get(one) == b"0"
                time.sleep(0.05)
        assert time.monotonic() - began < 14


def test_what_goes_on_at_the_end_of_that_time_is_answered_and_then_ends() -> None:
    with serving(ConnectionBounds(head=5, whole=0.6, stretch=5, rate=1)) as port, connected(port) as one:
        assert get(one, b"/wait") == b"0"
        assert cut_off(one)


def test_there_are_only_so_many_connections_and_they_come_free(port_of_small: int) -> None:
    with connected(port_of_small) as a, connected(port_of_small) as b, connected(port_of_small) as c:
        assert [get(one) for one in (a, b, c)] == [b"0"] * 3
        with connected(port_of_small) as d:
            assert get(d) == b"0"
            with connected(port_of_small) as fifth:
                assert cut_off(fifth)
    with connected(port_of_small) as again:
        assert get(again) == b"0"
