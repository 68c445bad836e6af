"""The settle lock, between real processes."""

from __future__ import annotations

import fcntl
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weftmail.core.ports import SettleLock
from weftmail.transport.settle_lock import FileSettleLock


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settle.lock"


@pytest.fixture
def lock(path: Path) -> Iterator[FileSettleLock]:
    lock = FileSettleLock(path)
    yield lock
    lock.close()


def python(code: str, path: Path, **more: object) -> subprocess.Popen[str]:
    program = f"import sys, time\nfrom weftmail.transport.settle_lock import FileSettleLock\n{code}"
    command = [sys.executable, "-c", program, str(path)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **more)  # type: ignore[call-overload,no-any-return]


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_one_holder_at_a_time(lock: FileSettleLock, path: Path) -> None:
    port: SettleLock = lock
    assert port.acquire() and port.acquire()
    other = FileSettleLock(path)
    assert not other.acquire()
    lock.release()
    assert other.acquire()
    assert not lock.acquire()
    lock.release()
    assert not lock.acquire(), "a release of what one does not hold changes nothing"
    other.close()
    assert lock.acquire()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_pipe_program_that_tries_the_lock_is_no_settler(lock: FileSettleLock, path: Path) -> None:
    code = "import fcntl\nf = open(sys.argv[1], 'w')\nfcntl.flock(f, 2)\nprint('held', flush=True)\ntime.sleep(0.003)\n"
    with python(code, path) as process:
        assert said(process) == "held"
        until = time.monotonic() + 60
        while not lock.acquire() and time.monotonic() < until:
            pass
        assert lock.acquire()


def test_the_rows_of_a_killed_holder_are_found_and_the_lock_is_free(lock: FileSettleLock, path: Path) -> None:
    code = "l = FileSettleLock(sys.argv[1])\nl.acquire()\nl.mark([17, 18, 4711])\n"
    code += "print('marked', flush=True)\ntime.sleep(60)\n"
    with python(code, path) as process:
        assert said(process) == "marked"
        assert not lock.acquire()
        process.send_signal(signal.SIGKILL)
    assert lock.acquire()
    assert lock.unfinished() == [17, 18, 4711]
    lock.mark([])
    assert lock.unfinished() == []


HOLDS = "l = FileSettleLock(sys.argv[1])\nl.acquire()\nl.mark([7])\nprint('held', flush=True)\ntime.sleep(600)\n"


def test_who_waits_has_the_lock_when_its_holder_dies_without_looking_again(lock: FileSettleLock, path: Path) -> None:
    won = threading.Event()
    with python(HOLDS, path) as process:
        assert said(process) == "held"
        assert not lock.acquire()
        lock.wait(won.set)
        lock.wait(pytest.fail)
        assert not won.is_set()
        process.send_signal(signal.SIGKILL)
        # Nobody asks for the lock meanwhile: the kernel gives it.
        assert won.wait(60)
    assert not FileSettleLock(path).acquire()
    lock.wait(pytest.fail)
    assert lock.acquire() and lock.unfinished() == [7]
    lock.wait(pytest.fail)
    lock.release()
    assert FileSettleLock(path).acquire()


def test_of_many_that_wait_one_has_it_at_a_time(path: Path) -> None:
    with python(HOLDS, path) as process:
        assert said(process) == "held"
        won: queue.SimpleQueue[FileSettleLock] = queue.SimpleQueue()
        several = [FileSettleLock(path) for _ in range(4)]
        for one in several:
            one.wait(lambda one=one: won.put(one))  # type: ignore[misc]
        process.send_signal(signal.SIGKILL)
    for _ in several:
        holder = won.get(timeout=60)
        assert [one for one in several if one.acquire()] == [holder]
        holder.close()


@pytest.mark.parametrize("how", ["release", "close"])
def test_who_waits_no_longer_keeps_it_from_nobody(lock: FileSettleLock, path: Path, how: str) -> None:
    held = FileSettleLock(path)
    assert held.acquire()
    lock.wait(pytest.fail)
    (thread,) = [one for one in threading.enumerate() if one.name == "settle lock"]
    getattr(lock, how)()
    held.close()
    thread.join(60)
    assert not thread.is_alive()
    assert FileSettleLock(path).acquire()


def test_what_was_won_and_is_not_wanted_is_given_back(lock: FileSettleLock, path: Path) -> None:
    won = threading.Event()
    lock.wait(won.set)
    assert won.wait(60)
    assert not FileSettleLock(path).acquire()
    lock.close()
    assert FileSettleLock(path).acquire()


def opened(path: Path) -> int:
    """Return how often this process has the file open."""
    links = [f"/proc/self/fd/{one}" for one in os.listdir("/proc/self/fd")]
    return sum(os.path.exists(one) and os.path.samefile(one, path) for one in links)


def test_a_lock_whose_file_was_removed_is_not_won(lock: FileSettleLock, path: Path) -> None:
    held = FileSettleLock(path)
    assert held.acquire()
    lock.wait(pytest.fail)
    (thread,) = [one for one in threading.enumerate() if one.name == "settle lock"]
    # Until it has opened the file too, it would find the new one.
    until = time.monotonic() + 60
    while opened(path) < 2:
        assert time.monotonic() < until
    path.unlink()
    held.close()
    thread.join(60)
    assert not thread.is_alive()
    assert lock.acquire()


def test_a_file_that_cannot_be_opened_is_left_to_who_looks(tmp_path: Path) -> None:
    lock = FileSettleLock(tmp_path / "nowhere" / "settle.lock")
    lock.wait(pytest.fail)
    for thread in [one for one in threading.enumerate() if one.name == "settle lock"]:
        thread.join(60)
    with pytest.raises(FileNotFoundError):
        lock.acquire()


def test_a_shorter_mark_replaces_a_longer_one(lock: FileSettleLock) -> None:
    assert lock.unfinished() == []
    assert lock.acquire()
    assert lock.unfinished() == []
    lock.mark(range(5000))
    assert lock.unfinished() == list(range(5000))
    lock.mark([7])
    assert lock.unfinished() == [7]


def test_only_the_holder_marks(lock: FileSettleLock) -> None:
    with pytest.raises(RuntimeError):
        lock.mark([1])
    lock.acquire()
    lock.release()
    with pytest.raises(RuntimeError):
        lock.mark([1])


@given(st.binary(max_size=60))
def test_a_torn_or_foreign_line_names_no_rows(tmp_path_factory: pytest.TempPathFactory, text: bytes) -> None:
    path = tmp_path_factory.mktemp("lock") / "settle.lock"
    lock = FileSettleLock(path)
    lock.acquire()
    lock.mark([123456, 234567, 345678])
    path.write_bytes(path.read_bytes()[:-8] + text)
    assert lock.unfinished() in ([], [123456, 234567, 345678])
    lock.close()


def test_no_child_inherits_the_lock(lock: FileSettleLock, path: Path) -> None:
    assert lock.acquire()
    with subprocess.Popen(["sleep", "30"], close_fds=False) as child:
        lock.close()
        other = FileSettleLock(path)
        assert other.acquire()
        other.close()
        child.kill()


def test_a_lock_file_that_somebody_removed_is_made_again(lock: FileSettleLock, path: Path) -> None:
    lock.acquire()
    lock.release()
    path.unlink()
    assert lock.acquire(), "the second try makes the file again"
    other = FileSettleLock(path)
    assert not other.acquire()
    other.close()


def test_a_lock_that_cannot_be_opened_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        FileSettleLock(tmp_path / "none" / "settle.lock").acquire()


REPORT = (
    "l = FileSettleLock(sys.argv[1])\nimport os\n"
    "print(l.acquire(), l.unfinished(), os.readlink('/proc/self/fd/0'), flush=True)\ntime.sleep(60)\n"
)


def test_a_drain_takes_over_the_lock_it_was_started_with(lock: FileSettleLock, path: Path) -> None:
    lock.acquire()
    lock.mark([5])
    lock.release()
    descriptor = os.open(path, os.O_RDWR)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    with python(REPORT, path, stdin=descriptor) as process:
        os.close(descriptor)
        assert said(process) == "True [5] /dev/null"
        assert not lock.acquire()
        process.kill()
    assert lock.acquire()


def test_a_lock_file_as_input_that_somebody_else_holds_is_not_taken(lock: FileSettleLock, path: Path) -> None:
    lock.acquire()
    with open(path) as file, python(REPORT, path, stdin=file) as process:
        assert said(process).startswith("False")
        process.kill()


@pytest.mark.parametrize("redirection", ["<&-", "< /dev/null"])
def test_any_other_input_is_no_lock(path: Path, redirection: str) -> None:
    code = (
        "import sys\nfrom weftmail.transport.settle_lock import FileSettleLock\n"
        "print(FileSettleLock(sys.argv[1]).acquire())"
    )
    command = ["/bin/sh", "-c", f'"$0" -c "$1" "$2" {redirection}', sys.executable, code, str(path)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "True\n"
