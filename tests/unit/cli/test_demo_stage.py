"""The demo's customer: what each line writes, that what is put off is tried again, and what breaking does."""

from __future__ import annotations

import email
import resource
import subprocess
import sys
import time
from email.policy import default
from pathlib import Path

import pytest

from weftmail.admin.stage import LINES, Cue
from weftmail.cli import demo_stage
from weftmail.cli.config import Config
from weftmail.cli.demo_mails import Mail, mail_of
from weftmail.cli.demo_stage import Attempt, DemoStage

CUE = Cue(
    "reply", "Karin", "karin@customer.example", "<wm.1@acme.example>", "Re: Quote", "Yes, 40.", "reply+t@acme.example",
    "leads@acme.example", "bounce+t@acme.example",
)  # fmt: skip
EXPECTED = {
    "reply": ("karin@customer.example", "karin@customer.example", "reply+t@acme.example"),
    "lost": ("karin@customer.example", "karin@customer.example", "leads@acme.example"),
    "another": ("karin.private@home.example", "karin.private@home.example", "reply+t@acme.example"),
    "friend": ("erik@friend.example", "erik@friend.example", "reply+t@acme.example"),
    "vacation": ("karin@customer.example", "", "bounce+t@acme.example"),
    "new": ("karin@customer.example", "karin@customer.example", "leads@acme.example"),
}


@pytest.mark.parametrize("line", LINES)
def test_each_line_is_a_mail_as_a_mail_server_hands_it_over(line: str) -> None:
    cue = Cue("new") if line == "new" else Cue(line, *[getattr(CUE, name) for name in Cue.__slots__[1:]])  # type: ignore[arg-type]
    one = mail_of(cue, 3, 1_800_000_000)
    found = email.message_from_bytes(one.data, policy=default)
    author, sender, recipient = EXPECTED[line]
    assert (found["From"].addresses[0].addr_spec, one.sender, one.recipient) == (author, sender, recipient)
    assert b"\r" not in one.data and found["Message-ID"] and found.defects == []
    assert (found["References"] == "<wm.1@acme.example>") is (line != "new")
    assert (found["Auto-Submitted"] == "auto-replied") is (line == "vacation")
    assert ("> Yes, 40." in found.get_content()) is (line not in ("new", "vacation"))
    assert mail_of(cue, 4, 1_800_000_000).data != one.data


class Server:
    """A mail server's pipe whose store is full for a while."""

    def __init__(self, full: int) -> None:
        self.full = full
        self.kept: list[Mail] = []

    def __call__(self, _config: Config, mail: Mail) -> Attempt:
        if self.full:
            self.full -= 1
            return Attempt(75, "4.3.0 try again later")
        self.kept.append(mail)
        return Attempt(0, "")


def until(happened: object) -> None:
    end = time.monotonic() + 10
    while not happened():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.01)


def test_what_is_put_off_is_tried_again_until_it_is_safe_and_once_only(tmp_path: Path) -> None:
    server = Server(full=4)
    stage = DemoStage(Config(state=str(tmp_path / "state")), server, pause=0.02)
    stage.play(Cue("new"))
    (waiting,) = stage.waiting()
    assert waiting.tries >= 1 and waiting.said == "4.3.0 try again later"
    stage.play(Cue("new"))
    until(lambda: stage.safe() == 2)
    until(lambda: stage.waiting() == [])
    assert len({one.data for one in server.kept}) == len(server.kept) == 2
    stage.play(Cue("new"))
    assert stage.safe() == 3


def test_a_part_is_broken_by_a_file_and_mended_without_it(tmp_path: Path) -> None:
    config = Config(state=str(tmp_path / "state"))
    stage = DemoStage(config, Server(0))
    assert stage.broken() == frozenset()
    stage.set_broken("disk", broken=True)
    stage.set_broken("listener", broken=True)
    assert stage.broken() == {"disk", "listener"} and demo_stage.is_broken(config, "disk")
    stage.set_broken("disk", broken=False)
    stage.set_broken("disk", broken=False)
    assert stage.broken() == {"listener"}


def test_a_full_disk_lets_a_program_write_no_store_and_mending_lets_it_again() -> None:
    code = "import sys\nfor _ in sys.stdin:\n print('go', flush=True)"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        before = resource.prlimit(running.pid, resource.RLIMIT_FSIZE)
        demo_stage.limit(running.pid, full=True)
        assert resource.prlimit(running.pid, resource.RLIMIT_FSIZE)[0] == demo_stage.FULL
        demo_stage.limit(running.pid, full=False)
        assert resource.prlimit(running.pid, resource.RLIMIT_FSIZE) == (before[1], before[1])
        running.kill()


def test_drains_obey_a_full_disk_whoever_started_them(tmp_path: Path) -> None:
    config, other = Config(state=str(tmp_path / "a")), Config(state=str(tmp_path / "b"))
    asleep = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)", "--drain"]
    ours, theirs = (
        subprocess.Popen([*asleep, f"--state={one.state}"], stdout=subprocess.PIPE) for one in (config, other)
    )
    try:
        for one in (ours, theirs):
            assert one.stdout is not None and one.stdout.readline() == b"up\n"
        before = resource.prlimit(ours.pid, resource.RLIMIT_FSIZE)
        demo_stage.limit_drains(config, full=True)
        assert resource.prlimit(ours.pid, resource.RLIMIT_FSIZE)[0] == demo_stage.FULL
        assert resource.prlimit(theirs.pid, resource.RLIMIT_FSIZE) == before
        demo_stage.limit_drains(config, full=False)
        assert resource.prlimit(ours.pid, resource.RLIMIT_FSIZE) == before
    finally:
        for one in (ours, theirs):
            one.kill()
            one.communicate()


def test_what_lies_in_the_spool_is_counted(tmp_path: Path) -> None:
    config = Config(state=str(tmp_path))
    stage = DemoStage(config, Server(0))
    assert stage.spooled() == 0
    config.incoming.mkdir(parents=True)
    for name in ("1.a", "2.b", ".unfinished"):
        (config.incoming / name).touch()
    assert stage.spooled() == 2
