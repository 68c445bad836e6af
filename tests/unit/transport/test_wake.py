"""Hints between programs: they arrive, they never wait, and nobody minds where none can be sent."""

from __future__ import annotations

import os
import select
import socket
import stat
from pathlib import Path

import pytest

from weftmail.core import ports
from weftmail.transport.wake import Receiver, SocketWaker


def waits(receiver: Receiver) -> bool:
    return bool(select.select([receiver.fileno()], [], [], 0)[0])


def test_a_hint_arrives_and_is_taken_once(tmp_path: Path) -> None:
    receiver = Receiver(tmp_path / "send.sock")
    waker: ports.Waker = SocketWaker(tmp_path / "send.sock")
    assert not waits(receiver)
    assert not receiver.drain()
    for _ in range(3):
        waker.wake()
    assert waits(receiver)
    assert receiver.drain()
    assert not waits(receiver)
    receiver.close()


def test_nobody_there_is_no_error_and_is_not_waited_for(tmp_path: Path) -> None:
    SocketWaker(tmp_path / "send.sock").wake()
    SocketWaker(tmp_path / "none" / "send.sock").wake()
    SocketWaker(tmp_path / ("x" * 200)).wake()
    receiver = Receiver(tmp_path / "send.sock")
    receiver.close()
    SocketWaker(tmp_path / "send.sock").wake()


def test_more_hints_than_fit_do_not_block(tmp_path: Path) -> None:
    receiver = Receiver(tmp_path / "send.sock")
    waker = SocketWaker(tmp_path / "send.sock")
    for _ in range(2000):
        waker.wake()
    assert receiver.drain()
    assert not receiver.drain()
    receiver.close()


def test_the_socket_is_for_owner_and_group_and_replaces_an_old_one(tmp_path: Path) -> None:
    path = tmp_path / "send.sock"
    first, second = Receiver(path), Receiver(path)
    (tmp_path / f"send.sock.{os.getpid()}").touch()
    third = Receiver(path)
    mode = path.stat().st_mode
    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o660
    SocketWaker(path).wake()
    assert [waits(one) for one in (first, second, third)] == [False, False, True]
    for one in (first, second, third):
        one.close()
    assert os.listdir(tmp_path) == ["send.sock"]


def test_where_no_socket_can_be_made_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        Receiver(tmp_path / "none" / "send.sock")


def test_hints_of_any_length_are_hints(tmp_path: Path) -> None:
    receiver = Receiver(tmp_path / "send.sock")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        for text in (b"", b"x" * 1000):
            other.sendto(text, str(tmp_path / "send.sock"))
            assert receiver.drain()
    receiver.close()
