"""The catcher: what it keeps is what would have left, and other programs may read along."""

from __future__ import annotations

import mailbox
import os
import stat
from pathlib import Path

import pytest

from weftmail.core.ports import Catcher, Deferred, Refused, Sent, Submitter
from weftmail.transport.maildir import Maildir

DATA = b"From: a@acme.example\r\nSubject: x\r\n\r\nbody\r\n.\r\n"


def test_a_copy_comes_back_byte_for_byte(tmp_path: Path) -> None:
    box = Maildir(str(tmp_path / "caught"))
    submitter: Submitter = box
    catcher: Catcher = box
    assert catcher.caught(10) == []
    to = ["anna@acme.example", "jösé@acme.example"]
    outcomes = submitter.submit("bounce+x@acme.example", to, DATA)
    submitter.close()
    assert list(outcomes) == to and all(isinstance(one, Sent) for one in outcomes.values())
    (caught,) = catcher.caught(10)
    assert (caught.return_path, caught.recipients, caught.data) == ("bounce+x@acme.example", tuple(to), DATA)
    assert abs(caught.caught_at - os.stat(tmp_path / "caught" / "new" / caught.name).st_mtime * 1000) < 5000
    assert catcher.get(caught.name) == caught
    assert not os.listdir(tmp_path / "caught" / "tmp")
    assert stat.S_IMODE(os.stat(tmp_path / "caught" / "new" / caught.name).st_mode) == 0o600


def test_newest_first_and_no_more_than_asked_for(tmp_path: Path) -> None:
    box = Maildir(str(tmp_path))
    for number in range(5):
        box.submit("", [f"a{number}@acme.example"], DATA)
    assert [one.recipients[0][1] for one in box.caught(3)] == ["4", "3", "2"]
    assert box.caught(1)[0].return_path == ""


def test_other_programs_read_and_move_it(tmp_path: Path) -> None:
    box = Maildir(str(tmp_path))
    box.submit("", ["a@acme.example"], DATA)
    (message,) = mailbox.Maildir(str(tmp_path))
    assert message["Subject"] == "x" and message["X-Weftmail-Recipients"] == "a@acme.example"
    (name,) = os.listdir(tmp_path / "new")
    os.rename(tmp_path / "new" / name, tmp_path / "cur" / f"{name}:2,S")
    (tmp_path / "new" / "foreign").write_bytes(b"x")
    assert [one.name for one in box.caught(9)] == [name]
    caught = box.get(name)
    assert caught is not None and caught.data == DATA


@pytest.mark.parametrize("name", ["", "..", "../new/x", "x", "1790000000.M000001P1Q1.weftmail", "a\0b"])
def test_a_name_that_is_none(tmp_path: Path, name: str) -> None:
    box = Maildir(str(tmp_path))
    box.submit("", ["a@acme.example"], DATA)
    assert box.get(name) is None


def test_a_link_to_nowhere_is_nothing(tmp_path: Path) -> None:
    box = Maildir(str(tmp_path))
    box.submit("", ["a@acme.example"], DATA)
    name = "1790000000.M000001P1Q1.weftmail"
    os.symlink("/nonexistent", tmp_path / "new" / name)
    assert box.get(name) is None and len(box.caught(9)) == 1


def test_bad_addresses_are_refused(tmp_path: Path) -> None:
    box = Maildir(str(tmp_path))
    outcomes = box.submit("", ["a@acme.example", "x\nX-Y: z@b"], DATA)
    assert isinstance(outcomes["a@acme.example"], Sent) and isinstance(outcomes["x\nX-Y: z@b"], Refused)
    assert isinstance(box.submit("a b", ["a@acme.example"], DATA)["a@acme.example"], Refused)
    assert box.submit("", ["x"], DATA).keys() == {"x"}
    assert len(box.caught(9)) == 1


def test_a_disk_that_fails_defers(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    outcome = Maildir(str(tmp_path / "file")).submit("", ["a@acme.example"], DATA)["a@acme.example"]
    assert isinstance(outcome, Deferred) and outcome.text.startswith("4.3.1")
    box = Maildir(str(tmp_path / "box"))
    box.submit("", ["a@acme.example"], DATA)
    os.rmdir(tmp_path / "box" / "cur")
    (tmp_path / "box" / "cur").write_text("")
    assert isinstance(box.submit("", ["a@acme.example"], DATA)["a@acme.example"], Deferred)
