"""mail-admin import: an mbox and a Maildir, interrupted and begun again, with its line in the history."""

from __future__ import annotations

import io
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.unit.flow.test_mail_import import mail
from tests.unit.shell import Shell
from weftmail.cli.progress import Progress, bar

BIN = Path(__file__).parents[3] / "bin" / "mail-admin"


@pytest.fixture
def mbox(tmp_path: Path) -> Path:
    path = tmp_path / "old.mbox"
    path.write_bytes(b"".join(b"From a Mon Jul  6 10:00:00 2015\n" + mail(number=one) + b"\n" for one in range(250)))
    return path


def test_an_mbox_is_read_in_once(shell: Shell, mbox: Path) -> None:
    words = ("import", "mbox", str(mbox), "--type", "lead", "--alias", "leads@acme.example")
    assert shell.ok(*words) == "Filed 250; 0 were there already.\n"
    assert shell.json(*words) == {"filed": 0, "there": 250, "left_out": 0, "not_read": [], "resumed": False}
    assert shell.json("record", "show", "LEAD-250")["record"]["state"] == "closed"
    assert "old.mbox" in shell.ok("audit", "list")


def test_one_that_was_killed_goes_on_behind_what_it_had_filed(shell: Shell, tmp_path: Path) -> None:
    count = 1000
    mbox = tmp_path / "long.mbox"
    mbox.write_bytes(b"".join(b"From a Mon Jul  6 10:00:00 2015\n" + mail(number=one) + b"\n" for one in range(count)))
    words = ("import", "mbox", str(mbox), "--type", "lead")
    began = subprocess.Popen([BIN, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    filed = 0
    until = time.monotonic() + 60
    while filed < 100 and time.monotonic() < until:
        time.sleep(0.01)
        filed = filed_in(shell)
    began.kill()
    assert began.wait(30) == -signal.SIGKILL, "it had ended before it was killed"
    before = filed_in(shell)
    assert 100 <= before < count and before % 100 == 0
    done = shell.json(*words)
    # It begins behind what was there, and so finds none of it.
    assert (done["resumed"], done["filed"], done["there"]) == (True, count - before, 0)
    assert filed_in(shell) == count
    again = shell.json(*words, "--again")
    assert (again["resumed"], again["filed"], again["there"]) == (False, 0, count)


def filed_in(shell: Shell) -> int:
    """Return how many different mails are filed; none is filed twice."""
    with closing(sqlite3.connect(shell.folder / "weftmail.db")) as store:
        (ids, rows) = store.execute("select count(distinct rfc_message_id), count(*) from message").fetchone()
    assert ids == rows
    return int(ids)


def test_a_maildir_is_read_in_and_what_is_empty_is_named(shell: Shell, tmp_path: Path) -> None:
    folder = tmp_path / "Maildir" / "cur"
    folder.mkdir(parents=True)
    (folder / "1").write_bytes(mail())
    (folder / "2").write_bytes(b"")
    said = shell.ok("import", "maildir", str(folder.parent), "--type", "ticket")
    assert said.startswith("Filed 1; 0 were there already.\nLeft out ") and "it is empty" in said
    assert "is no Maildir" in shell.refused("import", "maildir", str(folder), "--type", "lead", status=2)
    assert "is no mbox" in shell.refused("import", "mbox", str(folder / "1"), "--type", "lead", status=2)
    assert "lead" in shell.refused("import", "maildir", str(folder.parent), "--type", "ship", status=2)


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_bar_says_how_much_is_done_and_how_long_it_goes_on() -> None:
    assert bar(50, 100, 5_000, 60.0).rstrip() == f"[{'#' * 15}{'.' * 15}]  50%  5,000  1 min left"
    assert bar(50, 100, 0, 60.0, 50).rstrip().endswith("0 min left")
    screen = Screen()
    progress = Progress(screen, 10)
    progress.at(1, 1)
    progress._drawn = 0
    progress.at(5, 5)
    progress.end()
    assert screen.getvalue().count("\r") == 3 and "50%" in screen.getvalue()
    silent = io.StringIO()
    Progress(silent, 10).end()
    assert silent.getvalue() == ""
