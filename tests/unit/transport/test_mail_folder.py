"""An mbox file and a Maildir, a mail at a time, from any place of theirs on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from weftmail.core.failure import UsageError
from weftmail.transport.mail_folder import LARGEST, MaildirFolder, Mbox

MBOX = (
    b"From karin@customer.example Mon Jul  6 10:00:00 2015\nSubject: one\n\nbody\n>From here\n>>From there\n\n"
    b"From  - nonsense\nSubject: two\n\nFrom within\n a paragraph\nFrom the middle\n\n"
    b"From MAILER-DAEMON Tue Jul 7 10:00:00 2015\r\nSubject: three\r\n\r\nlast\r\n"
)


@pytest.fixture
def mbox(tmp_path: Path) -> Path:
    path = tmp_path / "old.mbox"
    path.write_bytes(MBOX)
    return path


def test_mails_are_parted_at_lines_that_begin_with_from_behind_an_empty_one(mbox: Path) -> None:
    first, broken, rest, third = [*Mbox(mbox).mails()]
    assert first.raw == b"Subject: one\n\nbody\nFrom here\n>From there\n"
    assert first.at == 1_436_176_800_000 and broken.at == 0
    # As every reader of this form has to: a line "From " behind an empty one begins a mail.
    assert broken.raw == b"Subject: two\n" and rest.raw == b" a paragraph\nFrom the middle\n"
    assert third.raw == b"Subject: three\r\n\r\nlast\r\n" and third.at == 1_436_263_200_000
    assert third.done == len(MBOX) == Mbox(mbox).size


def test_it_goes_on_from_behind_each_mail(mbox: Path) -> None:
    every = [*Mbox(mbox).mails()]
    for number, one in enumerate(every, start=1):
        assert [*Mbox(mbox).mails(one.done)] == every[number:]


def test_what_is_too_large_is_empty_and_the_next_one_is_whole(mbox: Path) -> None:
    line = b"x" * 1023 + b"\n"
    with mbox.open("wb") as file:
        file.write(b"From a Mon Jul  6 10:00:00 2015\nSubject: large\n\n")
        file.writelines([line] * (LARGEST // len(line) + 1))
        file.write(b"\n" + MBOX)
    large, *others = Mbox(mbox).mails()
    assert large.raw == b"" and others[0].raw.startswith(b"Subject: one")


def test_a_maildir_is_read_with_the_folders_in_it_in_the_order_of_names(tmp_path: Path) -> None:
    for name in ("cur/2.a:2,S", "new/1.b", ".Sent/cur/3.c:2,", ".Sent/tmp/0.d"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
        os.utime(path, (1000, 1000))
    found = [*MaildirFolder(tmp_path).mails()]
    assert [one.raw.decode() for one in found] == ["new/1.b", "cur/2.a:2,S", ".Sent/cur/3.c:2,"]
    assert [(one.at, one.done) for one in found] == [(1_000_000, 1), (1_000_000, 2), (1_000_000, 3)]
    assert [*MaildirFolder(tmp_path).mails(2)] == found[2:] and MaildirFolder(tmp_path).size == 3


def test_what_is_no_folder_of_mail_is_named(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("Subject: one mail alone\n")
    for folder in (Mbox(tmp_path / "none"), MaildirFolder(tmp_path)):
        with pytest.raises(UsageError):
            folder.size  # noqa: B018 - it is asked for its failure
    for path in (tmp_path / "x", tmp_path / "none"):
        with pytest.raises(UsageError):
            list(Mbox(path).mails())
