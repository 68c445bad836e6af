"""The folder incoming/: what is read back, in which order, and what becomes of files that hold no mail."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weftmail.core.envelope import Envelope, clean
from weftmail.core.ports import Incoming
from weftmail.transport.spool import WHOLE, Spool

ENVELOPE = Envelope("leads@acme.example", "karin@customer.example", entrance="spool")


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path)


def test_it_is_what_the_port_asks_for(spool: Spool) -> None:
    incoming: Incoming = spool
    assert list(incoming.waiting()) == []


def test_oldest_first_and_only_what_is_complete(spool: Spool, tmp_path: Path) -> None:
    (tmp_path / ".00000000000000000001.9.x").write_bytes(b"half")
    (tmp_path / "broken").mkdir()
    later, first = (
        spool.write(ENVELOPE, b"2\n", 1_000_000_000_000, "1.a"),
        spool.write(ENVELOPE, b"1\n", 2_000_000, "9"),
    )
    assert list(spool.waiting()) == [first, later]
    assert [spool.open(name) for name in spool.waiting()] == [(ENVELOPE, b"1\n"), (ENVELOPE, b"2\n")]
    assert spool.oldest() == 2


def test_removed_files_are_gone_and_may_have_been_gone_before(spool: Spool) -> None:
    names = [spool.write(ENVELOPE, b"", now, "x") for now in range(3)]
    spool.remove(names[0], names[2])
    spool.remove(names[0])
    assert list(spool.waiting()) == [names[1]]
    assert spool.open(names[0]) is None


def test_without_a_folder_nothing_waits(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "none")
    assert list(spool.waiting()) == []
    assert spool.oldest() is None


def test_the_oldest_may_have_any_name_or_go_away(spool: Spool, tmp_path: Path) -> None:
    (tmp_path / "a.eml").symlink_to("nowhere")
    assert spool.oldest() is None
    (tmp_path / "b.eml").touch()
    os.utime(tmp_path / "b.eml", ns=(0, 5_000_000))
    assert spool.oldest() == 5


@pytest.mark.parametrize("size", [WHOLE, WHOLE + 1])
def test_a_long_message_is_an_open_file_that_begins_with_it(spool: Spool, size: int) -> None:
    message = os.urandom(size)
    found = spool.open(spool.write(ENVELOPE, message, 1, "x"))
    assert found is not None
    raw = found[1]
    if size == WHOLE:
        assert raw == message
        return
    assert not isinstance(raw, bytes)
    with raw:
        assert raw.read() == message
        assert raw.seek(0, os.SEEK_END) == size
        assert (raw.seek(5), raw.tell(), raw.read(3)) == (5, 5, message[5:8])
        assert (raw.seek(-2, os.SEEK_CUR), raw.read(2)) == (6, message[6:8])
        assert raw.seek(0) == 0
        assert raw.read(100) == message[:100]
    assert raw.closed


BROKEN = {
    "empty": b"",
    "no first line": b"recipient=leads@acme.example",
    "a mail alone": b"From: karin@customer.example\n\nHej\n",
    "no recipient": b"sender=karin@customer.example\nHej\n",
    "an empty recipient": b"recipient= sender=karin@customer.example\nHej\n",
    "nothing but controls": b"recipient=%0D%0A\nHej\n",
    "an unknown word": b"recipient=leads@acme.example colour=red\nHej\n",
    "a word that is no ASCII": b"recipient=leads@acme.example \xff=red\nHej\n",
    "two blanks": b"recipient=leads@acme.example  sender=\nHej\n",
    "a line without end": b"recipient=" + b"x" * 100_000 + b"\nHej\n",
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_holds_no_envelope_is_set_aside_and_kept(spool: Spool, tmp_path: Path, name: str) -> None:
    (tmp_path / "1.x").write_bytes(BROKEN[name])
    assert spool.open("1.x") is None
    assert list(spool.waiting()) == []
    assert (tmp_path / "broken" / "1.x").read_bytes() == BROKEN[name]


def test_a_folder_is_set_aside_too(spool: Spool, tmp_path: Path) -> None:
    (tmp_path / "Maildir").mkdir()
    assert spool.open("Maildir") is None
    assert list(spool.waiting()) == []
    assert (tmp_path / "broken" / "Maildir").is_dir()


def test_surrogates_and_controls_do_not_come_in(spool: Spool, tmp_path: Path) -> None:
    (tmp_path / "1.x").write_bytes(b"recipient=a%00%FFb%0A@acme.example sender=%zz\nHej\n")
    found = spool.open("1.x")
    assert found == (Envelope("ab@acme.example", "%zz", entrance="spool"), b"Hej\n")


def test_what_dead_writers_left_is_swept(spool: Spool, tmp_path: Path) -> None:
    for name, when in ((".old", 1), (".new", 9), ("1.whole", 1)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, ns=(0, when * 1_000_000))
    (tmp_path / ".folder").mkdir()
    assert spool.sweep(5) == 1
    assert sorted(os.listdir(tmp_path)) == [".folder", ".new", "1.whole"]


WORDS = st.text(max_size=50).map(clean)


@given(WORDS.filter(bool), WORDS, WORDS, WORDS, st.ip_addresses().map(str), st.binary(max_size=100))
def test_whatever_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    recipient: str,
    sender: str,
    original: str,
    queue_id: str,
    address: str,
    message: bytes,
) -> None:
    spool = Spool(tmp_path_factory.mktemp("incoming"))
    envelope = Envelope(recipient, sender, original, queue_id, address, "spool")
    assert spool.open(spool.write(envelope, message, 1, "x")) == (envelope, message)
