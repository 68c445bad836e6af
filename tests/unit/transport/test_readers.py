"""Reader processes: what they answer, the limits on them, and what is left of a mail whose reader ended."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.unit.parsing.shapes import TO, TWINS, page, parts, text
from weftmail.core.failure import TempFail
from weftmail.core.parsing import answer
from weftmail.core.parsing.steps import steps
from weftmail.core.ports import Reading
from weftmail.core.reports.kind import classify
from weftmail.flow.reading import read
from weftmail.transport.readers.pool import STARTS, ReaderPool
from weftmail.transport.readers.process import ReaderLimits

PLAIN = text(b"Hej\n")
# A reader of our own making: it does to itself what the words of the mail say, after as many steps as they say.
ODD = """
import json, os, resource, signal, sys, time
from weftmail.core.parsing import answer
from weftmail.core.parsing.steps import steps
from weftmail.core.reports.kind import classify
end = lambda **more: os.write(1, json.dumps({"step": "end", "cpu": time.process_time(), **more}).encode() + b"\\n")
end()
while line := sys.stdin.buffer.readline():
    raw = sys.stdin.buffer.read(json.loads(line)["bytes"])
    before, act = None, raw.partition(b"act:")[2].split()
    for number, (step, message) in enumerate(steps(raw, classify)):
        if act and number == int(act[1]):
            if act[0] == b"spin":
                while True: pass
            if act[0] == b"sleep": time.sleep(100)
            if act[0] == b"eat":
                try: rest = bytearray(2_000_000_000)  # at once: filling it bit by bit costs processor time, too
                except MemoryError: os._exit(3)
            if act[0] == b"signal": os.kill(os.getpid(), int(act[2]))
            if act[0] == b"exit": os._exit(0)
            if act[0] == b"lie": os.write(1, b"{]\\n")
            if act[0] == b"error": end(failed="error", detail="Trace\\nValueError: no"); os._exit(1)
        for piece in answer.written(step, message, before): os.write(1, piece)
        before = message
    end()
"""

SIGNED = (
    b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=customer.example; s=s1; h=from:subject;\n"
    b" bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\nFrom: karin@customer.example\nSubject: x\n\n"
)
"""Of a mail without a body, with a signature that is none."""


def odd(*act: object) -> bytes:
    """Return a mail with text and HTML that the odd reader does this to."""
    words = " ".join(str(one) for one in act).encode()
    two = b"--b\nContent-Type: text/plain\n\nHej Anna\n--b\nContent-Type: text/html\n\n<p>Hej</p>\n--b--\n"
    return TO + b"Content-Type: multipart/alternative; boundary=b\n\n" + two + b"act:" + words


@pytest.fixture
def pool() -> Iterator[ReaderPool]:
    made = ReaderPool(fast=1)
    yield made
    made.close()


@pytest.fixture
def odd_pool(tmp_path: Path) -> Iterator[ReaderPool]:
    program = tmp_path / "odd.py"
    program.write_text(ODD)
    made = ReaderPool((sys.executable, str(program)), fast=1, limits=ReaderLimits(processor=0.5, clock=60))
    yield made
    made.close()


def all_read(readers: ReaderPool, count: int, seconds: float = 120) -> dict[int, Reading]:
    """Wait until so many mails are read."""
    found: dict[int, Reading] = {}
    until = time.monotonic() + seconds
    while len(found) < count and time.monotonic() < until:
        found |= dict(readers.ended(0.2))
    return found


def test_a_reader_says_what_reading_here_says(pool: ReaderPool) -> None:
    mails = [raw for raw, _ in TWINS.values()] + [b"", b"\xff\x00\r", PLAIN]
    mails += [path.read_bytes() for path in sorted(Path(__file__).parents[1].glob("mails/*.eml"))]
    for number, raw in enumerate(mails):
        pool.begin(number, partial(bytes, raw), len(raw))
    found = all_read(pool, len(mails))
    assert [found[number].message for number in range(len(mails))] == [read(raw) for raw in mails]


def test_a_file_is_read_in_pieces(pool: ReaderPool, tmp_path: Path) -> None:
    raw = text(b"x" * 76 + b"\n") + b"y" * 5_000_000
    (tmp_path / "mail").write_bytes(raw)
    with open(tmp_path / "mail", "rb") as file:
        pool.begin(1, lambda: file, len(raw))
        assert pool.slow() == {1}, "a large mail begins in the slow lane"
        assert all_read(pool, 1)[1].message == read(raw)
    assert pool.slow() == frozenset()


def test_it_has_two_pipes_and_nothing_else(pool: ReaderPool) -> None:
    with open("/etc/passwd", "rb") as secret:
        os.set_inheritable(secret.fileno(), True)
        pool.begin(1, lambda: PLAIN, len(PLAIN))
        all_read(pool, 1)
    (pid,) = pool.pids
    opened = {os.readlink(f"/proc/{pid}/fd/{one}").partition(":")[0] for one in os.listdir(f"/proc/{pid}/fd")}
    assert opened == {"pipe", "/dev/null"} and len(os.listdir(f"/proc/{pid}/fd")) == 3
    assert os.getsid(pid) == pid and os.readlink(f"/proc/{pid}/cwd") == "/"
    assert Path(f"/proc/{pid}/environ").read_bytes() == b"LC_ALL=C.UTF-8\0"
    limits = Path(f"/proc/{pid}/limits").read_text()
    assert "Max address space         536870912" in limits and "Max core file size        0  " in limits


@pytest.mark.parametrize(("step", "missing"), [(0, None), (1, 3), (2, 2), (3, 1)])
def test_what_was_said_before_the_end_counts(odd_pool: ReaderPool, step: int, missing: int | None) -> None:
    raw = odd("signal", step, signal.SIGSEGV.value)
    odd_pool.begin(1, lambda: raw, len(raw))
    reading = all_read(odd_pool, 1)[1]
    assert reading.end == "fault"
    if missing is None:
        assert reading.message is None
    else:
        assert reading.message is not None and len(reading.message.missing) == missing
        assert reading.message.subject == "Hej" and reading.message.unreadable == (missing == 3)
        assert reading.message.text.startswith("Hej Anna") == (missing < 3)


@pytest.mark.parametrize(
    ("act", "end"),
    [
        (("spin", 2), "processor"),
        (("eat", 1), "memory"),
        (("lie", 1), "fault"),
        (("signal", 1, signal.SIGABRT.value), "fault"),
        (("signal", 1, signal.SIGXCPU.value), "processor"),
        (("signal", 1, signal.SIGKILL.value), "outside"),
        (("signal", 1, signal.SIGTERM.value), "outside"),
        (("exit", 1), "outside"),
        (("error", 1), "error"),
        (("sleep", "x"), "error"),
    ],
)
def test_why_it_ended(odd_pool: ReaderPool, act: tuple[object, ...], end: str) -> None:
    raw = odd(*act)
    odd_pool.begin(1, lambda: raw, len(raw), alone=True)
    odd_pool.begin(2, lambda: PLAIN, len(PLAIN))
    found = all_read(odd_pool, 2)
    assert found[1].end == end and found[2].end == "whole"
    odd_pool.begin(3, lambda: PLAIN, len(PLAIN), alone=True)
    assert all_read(odd_pool, 1)[3].end == "whole"


def test_what_takes_long_moves_over_and_the_others_overtake_it(odd_pool: ReaderPool) -> None:
    raw = odd("spin", 1)
    odd_pool.begin(1, lambda: raw, len(raw))
    for number in range(2, 12):
        odd_pool.begin(number, lambda: PLAIN, len(PLAIN))
    found = all_read(odd_pool, 10)
    assert set(found) == set(range(2, 12)) and odd_pool.slow() == {1}
    assert any(os.getpriority(os.PRIO_PROCESS, pid) >= 10 for pid in odd_pool.pids)
    assert all_read(odd_pool, 1)[1].end == "processor"


def test_the_clock_alone(tmp_path: Path) -> None:
    (tmp_path / "odd.py").write_text(ODD)
    readers = ReaderPool((sys.executable, str(tmp_path / "odd.py")), fast=1, limits=ReaderLimits(clock=1.5))
    raw = odd("sleep", 2)
    readers.begin(1, lambda: raw, len(raw), alone=True)
    assert all_read(readers, 1)[1].end == "clock"
    readers.close()


def test_a_reader_that_cannot_be_started_blames_no_mail(tmp_path: Path) -> None:
    for program in ((sys.executable, "-c", "raise SystemExit(7)"), (str(tmp_path / "none"),)):
        readers = ReaderPool(program, fast=1)
        with pytest.raises(TempFail):
            readers.begin(1, lambda: PLAIN, len(PLAIN))
            all_read(readers, 1, 10)
        readers.close()


def test_one_that_is_killed_while_it_starts_is_replaced(tmp_path: Path) -> None:
    calm, program = tmp_path / "calm", tmp_path / "slow.py"
    program.write_text(
        f"import os, time\nif not os.path.exists({str(calm)!r}):\n    time.sleep(600)\n"
        "from weftmail.reader import main\nmain()\n"
    )
    readers = ReaderPool((sys.executable, str(program)), fast=1)
    readers.begin(1, lambda: PLAIN, len(PLAIN))
    for _ in range(STARTS - 1):
        (pid,) = readers.pids
        os.kill(pid, signal.SIGKILL)
        while pid in readers.pids:
            assert readers.ended(0.05) == []
    calm.touch()
    os.kill(readers.pids[0], signal.SIGKILL)
    with pytest.raises(TempFail, match="no reader can be started"):
        all_read(readers, 1)
    assert all_read(readers, 1)[1].end == "whole"
    readers.close()


def test_readers_are_replaced_and_end_when_there_is_nothing_to_do() -> None:
    readers = ReaderPool(fast=1, limits=ReaderLimits(mails=5, idle=0.5))
    seen = set()
    for number in range(12):
        readers.begin(number, lambda: PLAIN, len(PLAIN))
        seen.update(readers.pids)
    found: set[int] = set()
    while len(found) < 12:
        found.update(number for number, _ in readers.ended(0.1))
        seen.update(readers.pids)
    assert len(seen) >= 2
    until = time.monotonic() + 120
    while readers.pids and time.monotonic() < until:
        readers.ended(0.1)
    assert readers.pids == []
    readers.begin(1, lambda: PLAIN, len(PLAIN))
    assert all_read(readers, 1)[1].end == "whole"
    readers.close()


def test_closing_says_what_was_at_work(odd_pool: ReaderPool) -> None:
    raw = odd("spin", 1)
    odd_pool.begin(7, lambda: raw, len(raw), alone=True)
    odd_pool.ended(0.5)
    pids = odd_pool.pids
    assert odd_pool.close() == [7]
    assert not any(os.path.exists(f"/proc/{pid}") for pid in pids)
    assert odd_pool.pids == [] and odd_pool.ended(0) == []


def test_a_mail_that_cannot_be_had_is_not_to_blame(pool: ReaderPool) -> None:
    def gone() -> bytes:
        raise OSError("the disk is away")

    pool.begin(1, lambda: PLAIN, len(PLAIN))
    assert all_read(pool, 1)[1].end == "whole" and not pool.busy
    with pytest.raises((OSError, TempFail)):
        pool.begin(2, gone, 100)
    assert all_read(pool, 1)[2].end == "outside"


def test_a_wake_ends_the_waiting(pool: ReaderPool) -> None:
    ours, theirs = os.pipe()
    os.write(theirs, b"x")
    assert pool.ended(1000, ours) == []
    os.close(ours)
    os.close(theirs)


def answered(raw: bytes) -> bytes:
    before, out = None, b""
    for step, message in steps(raw, classify):
        out += b"".join(answer.written(step, message, before))
        before = message
    return out + b'{"step": "end"}\n'


def test_an_answer_may_come_in_any_pieces() -> None:
    raw = page(b"<p>Hej \xc3\xa4</p><img src=cid:a>")
    whole = answered(raw)
    for size in (1, 7, 1000):
        received = answer.Received()
        for at in range(0, len(whole), size):
            assert received.take(whole[at : at + size]) == b""
        assert received.message == read(raw) and received.whole
    assert answer.Received().take(whole + b"next") == b"next"


@pytest.mark.parametrize(
    "raw",
    [
        *(path.read_bytes() for path in sorted(Path(__file__).parents[1].glob("mails/*.eml"))),
        b"Subject: \xc4rende\nFrom: \xc5sa <a@x.example>\nContent-Type: text/plain; charset=latin1\n\nHej \xe4\n",
        b"Subject: \xf0\xd2\xc9\xd7\xc5\xd4\nContent-Type: text/plain; charset=koi8-r\n\n\xf0\xd2\xc9\xd7\xc5\xd4\n",
        b"From: a@x.example\nSubject: Fwd: Hej\n\nFrom: Bo <bo@y.example>\nSubject: H\nDate: 1 Jan 2024 10:00 +0000\n",
        parts(b"a/b; name=x\nContent-ID: <i@x>", b"1", 2),
        b"Authentication-Results: mx; dkim=pass\nReceived: from a by b\nX-Spam-Flag: YES\n" + SIGNED,
    ],
)
def test_all_that_a_message_says_travels(raw: bytes) -> None:
    received = answer.Received()
    received.take(answered(raw))
    assert received.message == read(raw)


@pytest.mark.parametrize(
    "change",
    [
        (b'"step": "header"', b'"step": "text"'),
        (b'"subject": "Hej"', b'"subject": 1'),
        (b'"subject": "Hej"', b'"other": 1'),
        (b'"kind": "mail"', b'"kind": "letter"'),
        (b'"date": null', b'"date": true'),
        (b'"pages": [', b'"pages": [-'),
        (b'"from_": [', b'"from_": [["a"],'),
        (b'"files": []', b'"files": [["a", "b", 9, "c", null, false]]'),
        (b'"files": []', b'"files": [["a", "b", 9, "c", null]]'),
        (b'"shown": []', b'"shown": [[3, null]]'),
        (b'{"step": "end"}', b"[]"),
        (b'{"step": "end"}', b"[" * 100_000),
        (b'{"step": "end"}', b'{"step": "html", "pages": [0, 0]}'),
    ],
)
def test_what_has_not_its_form_is_refused(change: tuple[bytes, bytes]) -> None:
    whole = answered(page(b"<p>Hej</p>"))
    assert change[0] in whole
    with pytest.raises(answer.BadAnswer):
        answer.Received().take(whole.replace(*change, 1))


@pytest.mark.parametrize(
    "change",
    [
        (b'[["dkim", ', b'[["arc", '),
        (b'", "", null, null, 0, ""]', b'", "odd", null, null, 0, ""]'),
        (b'", "", null, null, 0, ""]', b'", "", -1, null, 0, ""]'),
        (b'", "rsa", "', b'", "rsa", "x'),
        (b'"stamps": [["x-spam-flag", 0', b'"stamps": [["x-spam-flag", "0"'),
        (b'"passed_on": []', b'"passed_on": [["x-spam-flag", 0, "YES"]]'),
    ],
)
def test_what_is_no_signature_is_refused(change: tuple[bytes, bytes]) -> None:
    whole = answered(b"X-Spam-Flag: YES\n" + SIGNED)
    assert change[0] in whole, whole
    with pytest.raises(answer.BadAnswer):
        answer.Received().take(whole.replace(*change, 1))


def test_an_answer_without_end_is_refused() -> None:
    received = answer.Received()
    with pytest.raises(answer.BadAnswer):
        for _ in range(answer.READER_ANSWER // 50_000_000 + 1):
            received.take(b"x" * 50_000_000)


def test_a_lone_surrogate_never_arrives() -> None:
    whole = answered(PLAIN).replace(b'"subject": "Hej"', json.dumps({"subject": "a\ud800"}).encode()[1:-1])
    received = answer.Received()
    received.take(whole)
    assert received.message is not None and received.message.subject == "a?"
