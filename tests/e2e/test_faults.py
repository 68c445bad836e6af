"""Faults of the machine: what comes in is refused for now or put into a file, and arrives once the fault is gone.

Everything runs as the unprivileged user; the faults are made by root.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from tests.e2e import machine, strace
from tests.e2e.conftest import make_state
from tests.e2e.mortal import KARIN, LEADS, Mortal, mail
from tests.e2e.postfix import PrivatePostfix, until
from tests.e2e.sink import Sink
from tests.e2e.troubles import SmallDisk, locked
from weftmail.mta.map import path_in

# Each waits for several programs, which share the machine with whatever else is tested.
pytestmark = pytest.mark.timeout(400)

LATER = b"4.3.0 try again later\n"
ROOM = 16 * 1024 * 1024


@pytest.fixture(scope="module")
def installation(workspace: Path, _sink: Sink) -> Iterator[Mortal]:
    one = Mortal(make_state(workspace), _sink.port)
    yield one
    one.stop()


@pytest.fixture(scope="module")
def server(installation: Mortal, make_postfix: Callable[..., PrivatePostfix]) -> PrivatePostfix:
    return make_postfix(installation.state, milter=False)


def refused(installation: Mortal, subject: str) -> None:
    """Hand a mail to the pipe program, which has to ask for another try, in the one line that it may print."""
    done = installation.pipe(subject)
    assert (done.returncode, done.stdout, done.stderr) == (75, LATER, b"")


def post(server: PrivatePostfix, subject: str) -> None:
    """Hand a mail to Postfix, as a stranger."""
    server.deliver(KARIN, LEADS, mail(subject))


def wait_deferred(server: PrivatePostfix) -> None:
    """Wait until Postfix keeps the one mail that it has for later."""
    until(
        lambda: [one["queue_name"] for one in server.queue()] == ["deferred"],
        "Postfix keeps the mail",
        lambda: f"{server.queue()}{server.log()[-2000:]}",
    )


def said(installation: Mortal, since: int, text: str) -> None:
    """Wait until a program has said this since then."""
    until(lambda: text in installation.whole_log()[since:], f"a program says {text!r}", installation.log, 60)


# --- the store is locked


def test_a_locked_store(installation: Mortal, server: PrivatePostfix) -> None:
    with installation.listening(), ExitStack() as fault:
        with installation.nobody_settles():
            assert installation.hand_over(installation.subject("accepted before the lock")) == 0
            fault.enter_context(locked(installation.state / "weftmail.db"))
            since = len(installation.whole_log())
        post(server, installation.subject("locked out, by LMTP"))
        refused(installation, "locked out, by pipe")
        said(installation, since, "settling has to wait")
        wait_deferred(server)
        assert installation.ledger.states() == {"accepted": 1}
        fault.close()
        assert installation.hand_over(installation.subject("locked out, by pipe")) == 0
        server.flush()
        server.wait_empty()
        installation.assert_filed_once()


def test_a_locked_store_with_no_listener(installation: Mortal) -> None:
    """The mail is in a file; the drain that the pipe program starts keeps at it."""
    with locked(installation.state / "weftmail.db"):
        assert installation.hand_over(installation.subject("locked, into a file")) == 0
        until(installation.somebody_settles, "a drain is at work")
        assert len(installation.ledger.spooled()) == 1
    installation.assert_filed_once()


# --- nothing may be written


@contextmanager
def readonly(*paths: Path) -> Iterator[None]:
    """Take the right to write away from everybody."""
    modes = {path: path.stat().st_mode & 0o777 for path in paths}
    for path in paths:
        path.chmod(modes[path] & 0o555)
    try:
        yield
    finally:
        for path, mode in modes.items():
            path.chmod(mode)


def test_a_store_that_may_only_be_read(installation: Mortal, server: PrivatePostfix) -> None:
    until(lambda: not installation.somebody_settles(), "nobody settles")
    installation.drain()  # The last writer to go takes the files beside the store with it.
    with readonly(installation.state / "weftmail.db"):
        # Who only looks makes files beside the store, which must not be in the way of those who write later.
        looked = installation.run(
            installation.programs / "mail-ingest", "--explain", f"--recipient={LEADS}", stdin=mail("looked at")
        )
        assert looked.returncode == 0, looked.stderr
        assert (installation.state / "weftmail.db-shm").stat().st_mode & 0o200 == 0
        listener = start_in_vain(installation)
        post(server, installation.subject("read-only, by LMTP"))
        wait_deferred(server)
        done = installation.pipe("read-only, by pipe")
    listener = installation.supervise(listener)
    # Whether the listener refused it or there was none: only what was refused is handed over again.
    assert (done.returncode, done.stdout) in ((0, b""), (75, LATER))
    if done.returncode:
        assert installation.hand_over("read-only, by pipe") == 0
    installation.subject("read-only, by pipe")
    arrives(installation, server, listener)


def test_a_folder_that_may_only_be_read(installation: Mortal, server: PrivatePostfix) -> None:
    until(lambda: not installation.somebody_settles(), "nobody settles")
    with readonly(installation.state, installation.state / "incoming", installation.state / "weftmail.db"):
        listener = start_in_vain(installation)
        post(server, installation.subject("read-only folder, by LMTP"))
        wait_deferred(server)
        refused(installation, "read-only folder, by pipe")
    listener = installation.supervise(listener)
    assert installation.hand_over(installation.subject("read-only folder, by pipe")) == 0
    arrives(installation, server, listener)


def start_in_vain(installation: Mortal) -> subprocess.Popen[bytes]:
    """Start the listener where it cannot work; return it as soon as it greets all the same, or has ended."""
    listener = installation.start_listener()
    until(lambda: installation.greets() or listener.poll() is not None, "the listener greets, or has ended")
    return listener


def arrives(installation: Mortal, server: PrivatePostfix, listener: subprocess.Popen[bytes]) -> None:
    """The fault is gone: fail unless all mail arrives, once."""
    server.flush()
    server.wait_empty()
    installation.assert_filed_once()
    installation.end(listener)


# --- the disk is full


@pytest.fixture(scope="module")
def small(workspace: Path, _sink: Sink) -> Iterator[Mortal]:
    """An installation whose state folder is a disk of 16 MB."""
    disk = SmallDisk(workspace, ROOM)
    try:
        one = Mortal(disk.state, _sink.port)
        yield one
        one.stop()
        until(lambda: not one.somebody_settles(), "nobody settles")
    finally:
        disk.unmount()


@pytest.fixture(scope="module")
def small_server(small: Mortal, make_postfix: Callable[..., PrivatePostfix]) -> PrivatePostfix:
    return make_postfix(small.state, milter=False)


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """Fill the disk to the last byte with one file, then remove it."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for piece in (65536, 4096, 1):
            try:
                while True:
                    file.write(bytes(piece))
            except OSError as error:
                assert error.errno == 28, error
    try:
        yield
    finally:
        filler.unlink()


def answers_anew(server: PrivatePostfix) -> None:
    """Fail unless a Postfix whose programs all open the map for the first time knows who is ours, and who is not."""
    server.anew()
    with server.smtp() as client:
        client.mail(KARIN)
        assert client.rcpt(LEADS)[0] == 250
        assert client.rcpt("stranger@acme.example")[0] == 550
    assert "SQL prepare failed" not in server.log()


def opened_by_postfix(state: Path) -> str:
    """Open the map as a proxymap that was just started does; return what it finds."""
    look = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1])\n"
        "try: print(c.execute('select count(*) > 0 from recipient').fetchall())\n"
        "except sqlite3.Error as error: print(error)"
    )
    words = [sys.executable, "-c", look, str(path_in(state))]
    return subprocess.run(words, capture_output=True, text=True, **machine.account("postfix").as_user()).stdout.strip()


def big(subject: str) -> bytes:
    """Return a mail for which the pages that the store has in hand are not enough."""
    return mail(subject) + b"How much is it, I ask?\n" * 20000


def test_a_full_disk(small: Mortal, small_server: PrivatePostfix) -> None:
    with small.listening(), ExitStack() as fault:
        with small.nobody_settles():
            assert small.pipe(small.subject("accepted before"), big("accepted before")).returncode == 0
            fault.enter_context(full(small.state))
            since = len(small.whole_log())
        said(small, since, "settling has to wait")
        answers_anew(small_server)
        small_server.deliver(KARIN, LEADS, big(small.subject("no room, by LMTP")))
        wait_deferred(small_server)
        done = small.pipe("no room, by pipe", big("no room, by pipe"))
        assert (done.returncode, done.stdout) == (75, LATER)
        assert set(small.ledger.states()) == {"accepted"}
        fault.close()
        assert small.pipe(small.subject("no room, by pipe"), big("no room, by pipe")).returncode == 0
        small_server.flush()
        small_server.wait_empty()
        small.assert_filed_once()


def test_a_full_disk_with_no_listener(small: Mortal, small_server: PrivatePostfix) -> None:
    with full(small.state):
        answers_anew(small_server)
        done = small.pipe("no room for a file", big("no room for a file"))
        assert (done.returncode, done.stdout) == (75, LATER)
        assert small.ledger.incoming() == []
        post(small_server, small.subject("no room and nobody there"))
        wait_deferred(small_server)
    with small.listening():
        assert small.pipe(small.subject("no room for a file"), big("no room for a file")).returncode == 0
        small_server.flush()
        small_server.wait_empty()
        small.assert_filed_once()


def test_what_a_new_proxymap_needs_on_a_full_disk(small: Mortal) -> None:
    """The files beside the map stay after the last of our programs; without them it cannot be opened."""
    kept = [Path(f"{path_in(small.state)}{end}") for end in ("-shm", "-wal")]
    small.admin("alias", "list")
    small.admin("alias", "add", "more@acme.example", "--opens", "lead")
    assert all(one.exists() for one in kept)
    with full(small.state):
        assert opened_by_postfix(small.state) == "[(1,)]"
        for one in kept:
            one.unlink()
        with (small.state / "filler").open("ab", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(512))
        assert opened_by_postfix(small.state) == "disk I/O error"
    assert opened_by_postfix(small.state) == "[(1,)]"


def test_a_read_only_disk(small: Mortal, small_server: PrivatePostfix) -> None:
    """Nothing of ours runs, and the disk takes nothing: Postfix tells our addresses from others all the same."""
    until(lambda: not small.somebody_settles(), "nobody settles")
    small_server.halt()
    with remounted(small.state):
        answers_anew(small_server)
        post(small_server, small.subject("on a read-only disk"))
        wait_deferred(small_server)
        small_server.halt()
    small_server.anew()
    with small.listening():
        small_server.flush()
        small_server.wait_empty()
        small.assert_filed_once()


@contextmanager
def remounted(folder: Path) -> Iterator[None]:
    """Let the disk be read-only."""
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(folder)], check=True)


# --- the listener hangs


def test_a_listener_that_hangs_after_data(installation: Mortal, workspace: Path) -> None:
    """The pipe program's patience of 30 s is cut short: the kernel tells it at once that nothing came in time."""
    trace = workspace / "hang"
    trace.mkdir()
    trace.chmod(0o1777)
    with installation.listening() as listener:
        words = strace.under(strace.recording(trace / "calls"))
        assert (
            installation.run(
                *words, *installation.pipe_words(), stdin=mail(installation.subject("before it hangs"))
            ).returncode
            == 0
        )
        polls = [one for one in strace.recorded(trace / "calls") if one.name == "poll"]
        # One more than then: this mail comes in two pieces, and each is a wait for room to send.
        last = replace(polls[-1], ordinal=polls[-1].ordinal + 1)
        program = installation.start(*strace.under(last.answers(0)), *installation.pipe_words(), stdin=subprocess.PIPE)
        assert program.stdin is not None
        raw = mail(installation.subject("hangs"))
        # The program reads its input once the listener has said 354: when the half is gone, DATA has begun.
        os.write(program.stdin.fileno(), raw[:100])
        until(lambda: waiting_bytes(program.stdin.fileno()) == 0, "the pipe program reads")  # type: ignore[union-attr]
        listener.send_signal(signal.SIGSTOP)
        os.write(program.stdin.fileno(), raw[100:])
        program.stdin.close()
        assert program.wait(60) == 75
        installation.running.remove(program)
        assert installation.ledger.filed("hangs") == 0
        listener.send_signal(signal.SIGCONT)
        assert installation.hand_over("hangs") == 0
        installation.assert_filed_once()


def waiting_bytes(pipe: int) -> int:
    """Return how many bytes lie in a pipe unread."""
    return int.from_bytes(fcntl.ioctl(pipe, 0x541B, bytes(4)), "little")


# --- nobody there


def test_a_file_then_a_drain(installation: Mortal) -> None:
    with installation.nobody_settles():
        done = installation.pipe(installation.subject("into a file"))
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
        (name,) = installation.ledger.spooled()
        file = installation.state / "incoming" / name
        assert (file.stat().st_mode & 0o777, file.owner()) == (0o600, machine.USER)
        head, _, body = file.read_bytes().partition(b"\n")
        assert head.split()[:2] == [b"recipient=leads@acme.example", b"sender=karin@customer.example"]
        assert body == mail("into a file")
        # Somebody holds the lock: a drain leaves everything to them, and ends well.
        installation.drain()
        assert installation.ledger.spooled() == [name]
    # The next mail starts a drain, which nobody waits for; it takes both.
    assert installation.hand_over(installation.subject("wakes the drain")) == 0
    installation.assert_filed_once()
    until(lambda: not installation.somebody_settles(), "the drain has ended")


# --- through Postfix's pipe


def test_through_the_pipe_of_postfix(workspace: Path, _sink: Sink, make_postfix: Callable[..., PrivatePostfix]) -> None:
    installation = Mortal(make_state(workspace), _sink.port)
    server = make_postfix(installation.state, mode="pipe", milter=False)
    post(server, installation.subject("piped, nobody there"))
    server.wait_empty()
    installation.assert_filed_once()
    with installation.listening():
        post(server, installation.subject("piped to the listener"))
        server.wait_empty()
        installation.assert_filed_once()
    entrances = installation.ledger.rows(
        "select entrance, queue_id <> '', client_address, sender from inbound order by id"
    )
    assert entrances == [("spool", 1, "203.0.113.2", KARIN), ("pipe", 1, "203.0.113.2", KARIN)]
    installation.stop()
