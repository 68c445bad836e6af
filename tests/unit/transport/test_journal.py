"""The journal: entries as journalctl prints them become the lines of a log, from where the last reader stopped."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from weftmail.core.next_hop import NextHop
from weftmail.mta.postfix.log import PostfixLog
from weftmail.transport.journal import Journal, readable

RECORDED = Path(__file__).with_name("journal.jsonl")
FOLLOWS = """\
import sys, time
after = next((one.partition("=")[2] for one in sys.argv if one.startswith("--after-cursor=")), "")
lines = [] if "--lines=0" in sys.argv else open(sys.argv[1], "rb").read().splitlines(True)
begin = next((at + 1 for at, one in enumerate(lines) if after.encode() in one), 0) if after else 0
sys.stdout.buffer.writelines(lines[begin:])
sys.stdout.flush()
time.sleep(60)
"""


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """The recorded journal, followed by a program that knows journalctl's words; read from its beginning."""
    program = tmp_path / "follow.py"
    program.write_text(FOLLOWS)
    made = Journal(tmp_path / "place", [sys.executable, str(program), str(RECORDED)])
    (tmp_path / "place").write_text('{"cursor": "none yet", "extra": {"a": "b"}}')
    yield made
    made.close()


def wait(journal: Journal, most: float = 10) -> list[str]:
    until = time.monotonic() + most
    while time.monotonic() < until:
        if lines := journal.lines():
            return lines
        time.sleep(0.02)
    return []


def test_entries_are_lines_that_the_reader_of_logs_understands(journal: Journal) -> None:
    lines = wait(journal)
    assert lines[2] == "2026-11-27T00:33:33.985577+00:00 mx1 postfix/smtp[4712]: 4F2C1A0B3D: (250 caf\ufffd \x01)\n"
    assert journal.extra == {"a": "b"}
    log = PostfixLog()
    (one,) = [one for line in lines if isinstance(one := log.read(line, 0), NextHop)]
    assert (one.recipient, one.host, one.at) == ("karin@customer.example", "mx.customer.example", 1795739613985)
    assert journal.lines() == []


def test_the_next_reader_goes_on_where_the_last_stopped(journal: Journal, tmp_path: Path) -> None:
    assert len(wait(journal)) == 3
    journal.keep({"4F2C1A0B3D": "bounce"})
    journal.close()
    journal.close()
    again = Journal(tmp_path / "place", [sys.executable, str(tmp_path / "follow.py"), str(RECORDED)])
    assert wait(again, 1.5) == [] and again.extra == {"4F2C1A0B3D": "bounce"}
    again.close()
    kept = json.loads((tmp_path / "place").read_text())
    kept["cursor"] = "m=7564d210"
    (tmp_path / "place").write_text(json.dumps(kept))
    third = Journal(tmp_path / "place", [sys.executable, str(tmp_path / "follow.py"), str(RECORDED)])
    assert len(wait(third)) == 1
    third.close()


def test_a_first_reader_begins_at_the_end(tmp_path: Path) -> None:
    (tmp_path / "follow.py").write_text(FOLLOWS)
    first = Journal(tmp_path / "none", [sys.executable, str(tmp_path / "follow.py"), str(RECORDED)])
    assert wait(first, 1.0) == []
    first.close()


def test_one_that_ends_says_why_and_is_begun_anew(tmp_path: Path) -> None:
    ends = Journal(tmp_path / "place", [sys.executable, "-c", "import sys; sys.exit('No journal files were found')"])
    for _ in range(2):
        with pytest.raises(OSError, match="No journal files"):
            wait(ends)
    with pytest.raises(OSError, match="nowhere"):
        Journal(tmp_path / "place", ["/nowhere/journalctl"]).lines()


@pytest.mark.parametrize(
    "entry",
    [
        b"",
        b"no json",
        b"[1]",
        b'{"__REALTIME_TIMESTAMP": "x"}',
        b'{"__REALTIME_TIMESTAMP": "99999999999999999999"}',
        b'{"__REALTIME_TIMESTAMP": "1", "MESSAGE": [999]}',
        b'{"__REALTIME_TIMESTAMP": "1", "MESSAGE": "' + b"x" * 70_000 + b'"}',
    ],
)
def test_what_is_no_entry_is_passed_over(tmp_path: Path, entry: bytes) -> None:
    (tmp_path / "odd").write_bytes(entry + b"\n" + RECORDED.read_bytes().splitlines(True)[0])
    (tmp_path / "follow.py").write_text(FOLLOWS)
    (tmp_path / "place").write_text('{"cursor": "", "extra": null}')
    odd = Journal(
        tmp_path / "place",
        [
            sys.executable,
            "-c",
            "import sys, time; sys.stdout.write(open(sys.argv[1]).read()); sys.stdout.flush(); time.sleep(60)",
            str(tmp_path / "odd"),
        ],
    )
    assert len(wait(odd)) == 1
    odd.close()


def test_a_journal_is_readable_where_its_files_are(tmp_path: Path) -> None:
    assert not readable([tmp_path / "none"])
    (tmp_path / "machine").mkdir()
    (tmp_path / "machine" / "system.journal").write_bytes(b"")
    assert readable([tmp_path])
