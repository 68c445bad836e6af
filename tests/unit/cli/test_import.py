"""mail-admin import: an mbox and a Maildir, interrupted and begun again, with its line in the history."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tests.unit.flow.test_mail_import import mail
from tests.unit.shell import Shell
from weftmail.cli.progress import Progress, bar
from weftmail.transport.mail_folder import FolderMail, Mbox


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


def test_one_that_was_interrupted_goes_on_where_it_was(shell: Shell, mbox: Path) -> None:
    words = ("import", "mbox", str(mbox), "--type", "lead")
    whole = mbox.read_bytes()
    mails: list[FolderMail] = [*Mbox(mbox).mails()]
    # What stands behind the second portion is none: reading ends with a failure there.
    mbox.write_bytes(whole[: mails[199].done])
    mbox.with_name("rest").write_bytes(whole[mails[199].done :])
    shell.ok(*words)
    mbox.write_bytes(whole)
    assert shell.json(*words)["filed"] == 50
    assert shell.json(*words, "--again")["there"] == 250


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
