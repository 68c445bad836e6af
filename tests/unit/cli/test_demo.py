"""The demo's own parts: its password, its port, its programs that end with it."""

from __future__ import annotations

import os
import re
import signal
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from weftmail.cli.children import Children
from weftmail.cli.config import Config, dump
from weftmail.cli.demo import HOME, alone, four_words, step
from weftmail.cli.demo_doors import listening, serves
from weftmail.cli.demo_mails import of_now
from weftmail.cli.demo_words import WORDS
from weftmail.core.failure import UsageError
from weftmail.flow.reading import read

SLEEPS = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]


def test_a_password_is_four_words_that_can_be_read_out() -> None:
    assert len(set(WORDS)) == len(WORDS) > 200
    assert all(word.isascii() and word.isalpha() and word.islower() and 3 <= len(word) <= 9 for word in WORDS)
    words = four_words().split("-")
    assert len(words) == 4 and set(words) <= set(WORDS)
    assert four_words() != four_words()


def test_a_taken_port_is_answered_by_the_next_free_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with listening(port, 50) as found:
            assert port < found.getsockname()[1] < port + 50
        with pytest.raises(UsageError, match="all taken"):
            listening(port, 1)


def test_a_port_that_another_program_is_about_to_listen_at_is_taken_once() -> None:
    """Both may bind it (SO_REUSEADDR); one of them listens."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        with listening(port, 1):
            with pytest.raises(OSError, match="in use"):
                other.listen()
            with pytest.raises(UsageError, match="all taken"):
                listening(port, 1)


def test_demos_that_begin_together_get_a_port_each() -> None:
    together = threading.Barrier(8)

    def one(_number: int) -> socket.socket:
        together.wait(60)
        return listening(23_000, 400)

    for _ in range(20):
        with ThreadPoolExecutor(8) as pool:
            doors = list(pool.map(one, range(8)))
        ports = {door.getsockname()[1] for door in doors}
        for door in doors:
            door.close()
        assert len(ports) == 8


def test_a_site_serves_once_somebody_answers() -> None:
    with listening(23_500, 400) as door:
        assert not serves(*door.getsockname())
        answering = threading.Thread(target=_answer, args=(door,), daemon=True)
        answering.start()
        while not serves(*door.getsockname()):
            pass
    assert not serves("127.0.0.1", 1)


def _answer(door: socket.socket) -> None:
    """Answer everybody, those who have given up too, until the door is closed."""
    with suppress(OSError):
        while True:
            caller, _ = door.accept()
            with caller, suppress(OSError):
                caller.recv(1000)
                caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def test_a_door_is_handed_over_as_by_a_service_manager(tmp_path: Path) -> None:
    children = Children(tmp_path / "log", os.environ)
    said = "from weftmail.transport.systemd import handed_over; import sys; (door,) = handed_over()"
    asks = f"{said}; print(door.getsockname()[1], sys.stdin.read() == '', flush=True); door.accept()"
    with listening(23_900, 50) as door:
        port = door.getsockname()[1]
        children.start("one", [sys.executable, "-c", asks], door)
    log = tmp_path / "log" / "one.log"
    children.wait_until(lambda: log.read_text() == f"{port} True\n", "starting", most=60)
    with pytest.raises(UsageError, match="all taken"):
        listening(port, 1)
    children.stop()
    listening(port, 1).close()


def test_one_folder_runs_once_at_a_time(tmp_path: Path) -> None:
    with (
        alone(tmp_path / "var"),
        pytest.raises(UsageError, match="runs already"),
        alone(tmp_path / "var"),
    ):
        pass
    with alone(tmp_path / "var"):
        pass


def test_a_second_run_says_where_the_first_one_is(tmp_path: Path) -> None:
    with alone(tmp_path):
        settings = Config(state=str(tmp_path / "state"), hostname="mx1.acme.example", site="127.0.0.1:8473", demo=True)
        (tmp_path / "weftmail.toml").write_text(dump(settings), encoding="utf-8")
        with pytest.raises(UsageError, match="runs already") as refused, alone(tmp_path):
            pass
    assert str(refused.value).splitlines()[1:] == [
        "  Site     http://127.0.0.1:8473",
        "  Link     WEFTMAIL_CONFIG=var/weftmail.toml bin/mail-admin user sign-in-link anna@acme.example",
    ]


def test_steps_say_their_time_or_what_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    step(2, "store and keys under var/", time.monotonic() - 41)
    step(3, "demo company acme.example", said="5 aliases, 2 users")
    step(5, "a customer writes to leads@acme.example")
    assert re.sub(r"4\d s", "41 s", capsys.readouterr().out).splitlines() == [
        "  2/5  store and keys under var/          ............ 41 s",
        "  3/5  demo company acme.example          5 aliases, 2 users",
        "  5/5  a customer writes to leads@acme.example",
    ]


def test_children_are_stopped_and_waited_for(tmp_path: Path) -> None:
    children = Children(tmp_path / "log", os.environ)
    children.start("one", SLEEPS)
    log = tmp_path / "log" / "one.log"
    children.wait_until(lambda: log.read_text() == "up\n", "starting", most=60)
    children.check()
    children.stop()
    children.check()


def test_a_child_that_ends_is_said_with_its_last_words(tmp_path: Path) -> None:
    children = Children(tmp_path / "log", os.environ)
    children.start("one", [sys.executable, "-c", "raise SystemExit('the reason')"])
    with pytest.raises(UsageError, match=r"the one has ended, status 1: the reason \(all of it: "):
        children.wait_until(lambda: False, "anything")
    children.stop()


def test_what_does_not_happen_is_not_waited_for_without_end(tmp_path: Path) -> None:
    children = Children(tmp_path / "log", os.environ)
    with pytest.raises(UsageError, match="starting did not happen within 0 s"):
        children.wait_until(lambda: False, "starting", most=0.05)


def test_children_end_even_if_their_parent_is_killed(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    child_script, parent_script = tmp_path / "child.py", tmp_path / "parent.py"
    child_script.write_text(f"import os, time\nopen({str(pid_file)!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)\n")
    parent_script.write_text(
        "import os, sys, time\nfrom pathlib import Path\nfrom weftmail.cli.children import Children\n"
        f"Children(Path({str(tmp_path)!r}), os.environ).start('one', [sys.executable, {str(child_script)!r}])\n"
        "time.sleep(60)\n"
    )
    children = Children(tmp_path / "log", os.environ)
    children.start("parent", [sys.executable, parent_script])
    children.wait_until(lambda: pid_file.exists() and pid_file.read_text() != "", "starting", most=60)
    child = int(pid_file.read_text())
    os.kill(children.pid("parent"), signal.SIGKILL)
    until = time.monotonic() + 60
    while _runs(child) and time.monotonic() < until:
        time.sleep(0.02)
    assert not _runs(child)
    children.stop()


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.parametrize("name", ["chairs.eml", "question.eml"])
def test_what_the_demo_hands_in_was_written_just_now(name: str) -> None:
    raw = (HOME / "samples" / name).read_bytes()
    message = read(of_now(raw, 1_800_000_000))
    assert message.date == 1_800_000_000_000 and b"2026 " not in of_now(raw, 1_800_000_000).partition(b"\n\n")[0]
    assert len(of_now(raw, 1_800_000_000)) == len(raw) and read(raw).text == message.text


@pytest.mark.parametrize("name", ["chairs.eml", "question.eml"])
def test_the_samples_are_whole_mails(name: str) -> None:
    raw = (HOME / "samples" / name).read_bytes()
    message = read(raw)
    assert not message.defects and b"\r" not in raw and max(map(len, raw.splitlines())) < 998
    assert message.from_[0].address == "karin@customer.example" and message.html and message.text
    assert [(one.filename, one.content_type, one.inline) for one in message.attachments] == [
        ("chair.png", "image/png", True),
        ("plan.pdf", "application/pdf", False),
    ]
