"""What newcomers stumbled over at the shell, asked of the installed programs, as the user that runs them."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.installation import ANNA, LiveInstallation

QUESTION = b"From: Karin Ek <karin@customer.example>\nTo: leads@acme.example\nSubject: Forty chairs\n\nHello\n"


@pytest.fixture(scope="module")
def installation(state_dir: Path) -> Iterator[LiveInstallation]:
    made = LiveInstallation(state_dir, 25, dedicated=True)
    made.admin("alias", "add", "leads@acme.example", "--opens", "lead", "--owner", ANNA)
    yield made
    made.stop()


def said(installation: LiveInstallation, *words: str) -> tuple[int, str, str]:
    """Run mail-admin; return its status, what it printed, and what it complained of."""
    done = installation.run(installation.programs / "mail-admin", *words)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def at_a_terminal(installation: LiveInstallation, given: bytes, *words: str) -> tuple[int, str]:
    """Run mail-ingest with a mail, its output a terminal; return its status and what stood there."""
    ours, theirs = pty.openpty()
    running = installation.start(
        installation.programs / "mail-ingest", *words, stdin=subprocess.PIPE, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    assert running.stdin is not None
    running.stdin.write(given)
    running.stdin.close()
    shown = b""
    while select.select([ours], [], [], 30)[0]:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # The last one has closed the terminal.
            break
        shown += piece
    os.close(ours)
    return running.wait(30), shown.decode()


def test_help_and_json_stand_where_people_write_them(installation: LiveInstallation) -> None:
    for words in (("help", "alias"), ("alias", "help"), ("alias", "--help")):
        status, out, _ = said(installation, *words)
        assert status == 0 and out.startswith("usage: mail-admin alias"), words
    status, out, _ = said(installation, "--json", "alias", "list")
    assert status == 0 and [one["address"] for one in json.loads(out)] == ["leads@acme.example"]


def test_every_flag_has_its_help(installation: LiveInstallation) -> None:
    for noun in ("alias add", "user add", "domain remove", "review release", "post", "init"):
        _, out, _ = said(installation, *noun.split(), "--help")
        flags = [line for line in out.partition("options:")[2].splitlines() if line.lstrip().startswith("-")]
        lone = [line for line in flags if len(line.split("  ")) < 3 and not _next_is_help(out, line)]
        assert flags and lone == [], noun


def _next_is_help(out: str, flag: str) -> bool:
    """Say whether the help of a long flag stands on the line below it."""
    lines = out.splitlines()
    below = lines[lines.index(flag) + 1] if lines.index(flag) + 1 < len(lines) else ""
    return below.startswith(" " * 20)


def test_a_near_word_is_named(installation: LiveInstallation) -> None:
    status, _, err = said(installation, "ailas", "list")
    assert status == 2 and "did you mean alias?" in err
    status, _, err = said(installation, "alias", "show", "laeds@acme.example")
    assert status == 1 and "Did you mean leads@acme.example?" in err


def test_a_command_says_what_changed(installation: LiveInstallation) -> None:
    _, out, _ = said(installation, "alias", "set", "leads@acme.example", "--accepts", "known")
    assert "accepts everyone -> known contacts" in out
    _, out, _ = said(installation, "alias", "set", "leads@acme.example", "--accepts", "everyone")
    assert "accepts known contacts -> everyone" in out


def test_a_domain_is_removed_by_a_plan_and_comes_back_with_its_aliases(installation: LiveInstallation) -> None:
    installation.admin("domain", "add", "gone.example", "--company", "Acme", "--dedicated")
    installation.admin("alias", "add", "x@gone.example", "--opens", "lead")
    _, out, _ = said(installation, "domain", "remove", "gone.example", "--dry-run")
    assert "x@gone.example" in out and installation.json("domain", "show", "gone.example")["state"] == "open"
    status, out, _ = said(installation, "domain", "remove", "gone.example")
    assert status == 0 and "domain restore gone.example" in out
    _, out, _ = said(installation, "domain", "restore", "gone.example")
    assert "x@gone.example" in out
    assert "x@gone.example" in {one["address"] for one in installation.json("alias", "list")}


def test_an_empty_message_is_refused(installation: LiveInstallation) -> None:
    installation.admin("record", "add", "lead", "--title", "Chairs")
    status, _, err = said(installation, "post", "LEAD-1", "--as", ANNA, "--note", "--text", " ")
    assert status == 1 and "nothing to send" in err


def test_explain_speaks_to_people_at_a_terminal_and_json_to_programs(installation: LiveInstallation) -> None:
    words = (
        f"--state={installation.state}",
        "--explain",
        "--recipient=leads@acme.example",
        "--sender=k@customer.example",
    )
    status, shown = at_a_terminal(installation, QUESTION, *words)
    assert status == 0 and "It would open a record of type lead." in shown and "{" not in shown
    status, shown = at_a_terminal(installation, QUESTION, *words, "--json")
    assert status == 0 and json.loads(shown)["disposition"]["action"] == "open"
    done = installation.run(installation.programs / "mail-ingest", *words, stdin=QUESTION)
    assert json.loads(done.stdout)["disposition"]["action"] == "open"


def test_who_hands_mail_in_at_a_terminal_hears_of_a_refused_address(installation: LiveInstallation) -> None:
    words = (f"--state={installation.state}", "--recipient=nobody@elsewhere.example", "--sender=k@customer.example")
    status, shown = at_a_terminal(installation, QUESTION, *words)
    assert status == 0 and "is no address here" in shown
    assert installation.run(installation.programs / "mail-ingest", *words, stdin=QUESTION).stderr == b""


@pytest.mark.parametrize(
    "words", [("mail-send",), ("mail-ingest", "--listen", "unix:two.sock"), ("mail-admin", "serve")]
)
def test_a_stop_ends_with_0(installation: LiveInstallation, words: tuple[str, ...]) -> None:
    words = tuple(f"unix:{installation.state}/two.sock" if one.startswith("unix:") else one for one in words)
    more = ("--site", "127.0.0.1:0") if words[0] == "mail-admin" else ()
    running = installation.start(installation.programs / words[0], *words[1:], *more)
    installation.wait(lambda: _catches_term(running.pid), "the program to take its signals")
    running.send_signal(signal.SIGTERM)
    assert running.wait(30) == 0


def _catches_term(process: int) -> bool:
    """Say whether a process has a handler for SIGTERM, as the kernel knows."""
    status = Path(f"/proc/{process}/status").read_text()
    caught = next(line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(caught, 16) & (1 << (signal.SIGTERM - 1)))
