"""The settle lock, between real processes."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
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
