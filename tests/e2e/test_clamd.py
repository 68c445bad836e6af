"""The real clamd, with one signature of our own making: the test file of EICAR."""

from __future__ import annotations

import hashlib
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e import machine
from weftmail.core.ports import Scanned
from weftmail.transport.clamd import Clamd

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
CONF = """\
LocalSocket {folder}/clamd.ctl
DatabaseDirectory {folder}/db
Foreground yes
LogFile {folder}/clamd.log
StreamMaxLength 1M
"""


@pytest.fixture(scope="module")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    machine.prepare()
    folder = tmp_path_factory.mktemp("clamd")
    (folder / "db").mkdir()
    # By its hash where it is a file, by its beginning where it stands in something else.
    (folder / "db" / "own.hdb").write_text(f"{hashlib.md5(EICAR).hexdigest()}:{len(EICAR)}:Eicar-By-Hash\n")
    (folder / "db" / "own.ndb").write_text(f"Eicar-Test-Signature:0:*:{EICAR.hex()}\n")
    (folder / "clamd.conf").write_text(CONF.format(folder=folder))
    running = subprocess.Popen(["/usr/sbin/clamd", f"--config-file={folder}/clamd.conf"])
    try:
        _until(folder / "clamd.ctl", running)
        yield f"unix:{folder}/clamd.ctl"
    finally:
        running.terminate()
        running.wait(30)


def _until(socket: Path, running: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if socket.exists():
            return
        assert running.poll() is None, (socket.parent / "clamd.log").read_text()
        time.sleep(0.1)
    raise AssertionError("clamd does not listen")


def mail(content: bytes) -> bytes:
    head = b"From: karin@customer.example\nSubject: x\nMIME-Version: 1.0\nContent-Type: application/octet-stream\n"
    return head + b'Content-Disposition: attachment; filename="x.com"\n\n' + content + b"\n"


def test_the_real_clamd_finds_what_it_should_and_nothing_else(clamd: str) -> None:
    scanner = Clamd(clamd)
    assert scanner.scan(mail(b"hi")) == Scanned("clean")
    found = scanner.scan(mail(EICAR))
    assert found.verdict == "infected" and "Eicar" in found.text
    assert scanner.scan(mail(b"x" * 3_000_000)).verdict == "too large"
