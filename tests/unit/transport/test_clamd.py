"""clamd's INSTREAM, spoken with a server written to clamd(8)."""

from __future__ import annotations

import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pytest

from weftmail.core.ports import Scanned
from weftmail.transport.clamd import Clamd

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
LIMIT = 200_000


class _Session(socketserver.StreamRequestHandler):
    answer: bytes | None = None

    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        data = b""
        while size := struct.unpack(">I", self.rfile.read(4))[0]:
            data += self.rfile.read(size)
            if len(data) > LIMIT:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        if self.answer is not None:
            self.wfile.write(self.answer)
        elif EICAR in data:
            self.wfile.write(b"stream: Eicar-Test-Signature FOUND\0")
        else:
            self.wfile.write(b"stream: OK\0")


@contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def unix(tmp_path: Path, answer: bytes | None = None) -> socketserver.BaseServer:
    handler = type("_Answering", (_Session,), {"answer": answer})
    return socketserver.ThreadingUnixStreamServer(str(tmp_path / "clamd.ctl"), handler)


def test_what_it_says_of_a_mail(tmp_path: Path) -> None:
    clamd = Clamd(f"unix:{tmp_path}/clamd.ctl", 5)
    with serving(unix(tmp_path)):
        assert clamd.scan(b"Subject: x\n\nhi\n") == Scanned("clean")
        assert clamd.scan(BytesIO(b"x" * 150_000 + EICAR)) == Scanned("infected", "Eicar-Test-Signature")
        assert clamd.scan(b"") == Scanned("clean")
        found = clamd.scan(b"x" * 5_000_000)
        assert found.verdict in ("too large", "dead")


def test_over_tcp() -> None:
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Session)
    with serving(server):
        assert Clamd(f"127.0.0.1:{server.server_address[1]}", 5).scan(EICAR).verdict == "infected"


@pytest.mark.parametrize("answer", [b"", b"stream: Can't allocate memory ERROR\0", b"x" * 10_000])
def test_any_other_answer_is_none(tmp_path: Path, answer: bytes) -> None:
    with serving(unix(tmp_path, answer)):
        found = Clamd(f"unix:{tmp_path}/clamd.ctl", 5).scan(b"hi")
    assert found.verdict == "dead" and len(found.text) <= 200


def test_nobody_there_or_nobody_answers(tmp_path: Path) -> None:
    assert Clamd(f"unix:{tmp_path}/clamd.ctl").scan(b"hi").verdict == "dead"
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(tmp_path / "deaf.ctl"))
        deaf.listen(1)
        found = Clamd(f"unix:{tmp_path}/deaf.ctl", 0.05).scan(b"hi")
    assert found == Scanned("dead", "timed out")
