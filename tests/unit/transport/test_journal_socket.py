"""The journal's own protocol: what goes over the socket is what a journal reads, however large and odd it is."""

from __future__ import annotations

import mmap
import os
import socket
from pathlib import Path

import pytest

from weftmail.transport.journal_socket import JournalSocket, entry, is_the_journal


def read(data: bytes) -> list[tuple[str, str]]:
    """Read an entry as the protocol says."""
    found = []
    while data:
        name, _, rest = data.partition(b"\n")
        head, equals, value = name.partition(b"=")
        if equals:
            found.append((head.decode(), value.decode()))
            data = rest
        else:
            size = int.from_bytes(rest[:8], "little")
            found.append((name.decode(), rest[8 : 8 + size].decode()))
            assert rest[8 + size : 9 + size] == b"\n"
            data = rest[9 + size :]
    return found


@pytest.mark.parametrize(
    "value", ["", "a", "a=b", "two\nlines", "\n", "å \U0001f642", "x" * 100_000, "\x00\x01", "A=1\nB=2\nC"]
)
def test_an_entry_is_read_as_it_was_meant(value: str) -> None:
    assert read(entry({"MESSAGE": value, "PRIORITY": "6"})) == [("MESSAGE", value), ("PRIORITY", "6")]


def test_a_field_may_have_several_values_and_bad_names_are_left_out() -> None:
    fields = {"WEFTMAIL_QUEUE_ID": ["A1", "B2"], "lower": "x", "_PID": "1", "A" * 65: "x", "A-B": "x", "NONE": []}
    assert read(entry(fields)) == [("WEFTMAIL_QUEUE_ID", "A1"), ("WEFTMAIL_QUEUE_ID", "B2")]
    assert read(entry({"MESSAGE": "lone \ud800"})) == [("MESSAGE", "lone ?")]


def test_it_is_sent_as_one_datagram_or_as_a_sealed_file(tmp_path: Path) -> None:
    there = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    there.bind(str(tmp_path / "journal"))
    there.settimeout(10)
    journal = JournalSocket(tmp_path / "journal")
    journal.send({"MESSAGE": "small"})
    assert read(there.recv(1000)) == [("MESSAGE", "small")]
    journal.send({"MESSAGE": "x" * 3_000_000})
    data, files, _, _ = socket.recv_fds(there, 10, 1)
    assert data == b"" and len(files) == 1
    with mmap.mmap(files[0], 0, prot=mmap.PROT_READ) as content:
        assert read(bytes(content)) == [("MESSAGE", "x" * 3_000_000)]
    with pytest.raises(PermissionError):
        os.write(files[0], b"more")
    os.close(files[0])
    there.close()
    (tmp_path / "journal").unlink()
    with pytest.raises(OSError, match="No such file"):
        journal.send({"MESSAGE": "nobody"})
    # A journal that was started anew is found again.
    again = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    again.bind(str(tmp_path / "journal"))
    journal.send({"MESSAGE": "back"})
    assert read(again.recv(1000)) == [("MESSAGE", "back")]
    journal.close()
    again.close()


def test_the_stream_is_compared_with_the_descriptor(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as log:
        found = os.fstat(log.fileno())
        assert is_the_journal(f"{found.st_dev}:{found.st_ino}", log.fileno())
        for other in ("", "8:1", f"{found.st_dev}:", f"{found.st_dev}:{found.st_ino + 1}", "a:b", ":", "-1:2"):
            assert not is_the_journal(other, log.fileno()), other
        descriptor = log.fileno()
    assert not is_the_journal(f"{found.st_dev}:{found.st_ino}", descriptor)
