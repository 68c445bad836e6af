"""What newcomers stumbled over at the shell: words in another order, times, streams that are closed, and stops."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.shell import Shell
from tests.unit.world import KARIN
from weftmail.cli import admin, ingest
from weftmail.cli.demo import HOME
from weftmail.cli.output import shown, shown_iso


@pytest.mark.parametrize(
    ("words", "taken"),
    [
        ("--json alias list", "alias list --json"),
        ("alias --json list", "alias list --json"),
        ("alias list --json", "alias list --json"),
        ("--json record show LEAD-1", "record show --json LEAD-1"),
        ("--json post LEAD-1 --note", "post LEAD-1 --json --note"),
        ("--json migrate", "migrate --json"),
        ("help alias", "alias --help"),
        ("help alias add", "alias add --help"),
        ("alias help add", "alias add --help"),
        ("alias help", "alias --help"),
        ("help", "--help"),
        ("contact add help@acme.example --name help", "contact add help@acme.example --name help"),
    ],
)
def test_help_and_json_stand_where_people_write_them(words: str, taken: str) -> None:
    assert admin.in_order(words.split()) == taken.split()


def test_json_before_the_command_is_json(shell: Shell) -> None:
    assert json.loads(shell.ok("--json", "alias", "list")) == shell.json("alias", "list")
    assert json.loads(shell.ok("alias", "--json", "show", "leads@acme.example"))["address"] == "leads@acme.example"
    assert "usage: mail-admin alias" in shell.ok("help", "alias")
    assert "usage: mail-admin alias add" in shell.ok("alias", "help", "add")


def test_a_word_that_is_no_command_meets_the_near_one(shell: Shell) -> None:
    assert "'ailas' is no command; did you mean alias?" in shell.refused("ailas", "list", status=2)
    assert "'xyzzy' is no command; there are init, " in shell.refused("xyzzy", status=2)
    said = shell.refused("--company", "Acme", "alias", "list", status=2)
    assert "--company stands before the command; write it behind" in said


@pytest.fixture
def stockholm(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as here:
        here.setenv("TZ", "Europe/Stockholm")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("stockholm")
def test_times_are_in_the_zone_of_the_shell_and_json_in_utc(shell: Shell) -> None:
    assert shown(1_784_000_000_000) == "2026-07-14 05:33:20 +02:00"
    assert shown(1_800_000_000_999) == "2027-01-15 09:00:00 +01:00"
    assert shown_iso("2027-01-15T08:00:00.999Z") == "2027-01-15 09:00:00 +01:00"
    assert (shown(None), shown_iso(None)) == ("-", "-")
    shell.world.deliver(shell.world.mail(KARIN), "leads@acme.example")
    assert "+01:00" in shell.ok("inbound", "list") and "+01:00" in shell.ok("record", "show", "LEAD-1")
    assert "+01:00" in shell.ok("user", "show", "anna@acme.example") or "The inbox is empty" in shell.ok(
        "user", "show", "anna@acme.example"
    )
    assert shell.json("inbound", "list")[0]["accepted_at"].endswith("Z")


def program(name: str, *words: str) -> list[str]:
    return [sys.executable, "-Im", f"weftmail.cli.{name}", *words]


@pytest.mark.parametrize("where", ["/dev/full", "closed"])
@pytest.mark.parametrize("words", [["domain", "list"], ["--help"], ["alias", "list", "--json"]])
def test_an_output_that_takes_nothing_is_said_in_one_line(shell: Shell, where: str, words: list[str]) -> None:
    command = ["sh", "-c", f'"$@" {">&-" if where == "closed" else "> /dev/full"}', "sh", *program("admin", *words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if where == "closed":
        assert (done.returncode, done.stderr) == (0, "")
    else:
        assert (done.returncode, done.stderr) == (1, "mail-admin: the machine: No space left on device\n")


@pytest.mark.parametrize("name", ["send", "ingest"])
def test_a_damaged_store_is_one_line_for_every_program(shell: Shell, name: str) -> None:
    (shell.folder / "weftmail.db").unlink()
    (shell.folder / "weftmail.db").write_bytes(os.urandom(8192))
    for words in {"send": [["--once"], ["--twice"]], "ingest": [["--drain"], ["--explain"], ["--bogus"], []]}[name]:
        done = subprocess.run(
            program(name, *words), capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )
        assert done.returncode in (1, 2) and done.stdout == ""
        assert done.stderr.startswith(f"mail-{name}: ") and done.stderr.count("\n") == 1, done.stderr


# --- stops --------------------------------------------------------------------------------------------------------

RESIDENT = {
    "mail-send": program("send"),
    "listener": program("ingest", "--listen", "unix:listener.sock"),
    "drain": program("ingest", "--drain"),
    "site": program("admin", "serve", "--site", "127.0.0.1:0"),
}
TERM = 1 << (signal.SIGTERM - 1)


def catches_term(process: int) -> bool:
    """Say whether a process has a handler for SIGTERM, as the kernel knows."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except FileNotFoundError:
        return False
    caught = next((line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:")), "0")
    return bool(int(caught, 16) & TERM)


LAST = """
import os, signal, sys
from weftmail.cli.stop import end_at_once, leave
end_at_once()
class Last:
    def __del__(self, kill=os.kill, me=os.getpid(), term=signal.SIGTERM): kill(me, term)
last = Last()
"""


@pytest.mark.parametrize(("leaves", "status"), [("leave(0)", 0), ("leave(75)", 75), ("sys.exit(0)", -signal.SIGTERM)])
def test_a_stop_in_the_last_moment_changes_no_status(leaves: str, status: int) -> None:
    """While Python ends it puts the signals back: the control shows what a plain end would come to."""
    done = subprocess.run([sys.executable, "-c", LAST + leaves], check=False)
    assert done.returncode == status


@pytest.mark.parametrize("delay", [0.0, 0.05, 0.15, 0.3, 0.6])
@pytest.mark.parametrize("name", RESIDENT)
def test_a_stop_ends_each_program_with_0_at_any_moment(shell: Shell, name: str, delay: float) -> None:
    (shell.folder / "incoming").mkdir(exist_ok=True)
    running = subprocess.Popen(
        RESIDENT[name], cwd=shell.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + 30
        while not catches_term(running.pid) and running.poll() is None:
            assert time.monotonic() < until
        time.sleep(delay)
        running.send_signal(signal.SIGTERM)
        _, said = running.communicate(timeout=30)
        assert running.returncode == 0 and b"Traceback" not in said, said
    finally:
        running.kill()
        running.wait()


@pytest.mark.parametrize("name", ["send", "ingest", "admin"])
def test_a_program_takes_its_signals_before_it_imports_much(name: str) -> None:
    code = f"import sys, weftmail.cli.{name}; print([one for one in sys.modules if one.startswith('weftmail')])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "weftmail.cli.stop" in found and "weftmail.store" not in found and "weftmail.flow" not in found


# --- at a terminal ------------------------------------------------------------------------------------------------


def at_a_terminal(command: list[str], given: bytes) -> tuple[int, str]:
    """Run a program whose output and errors are a terminal; return its status and what stood there."""
    ours, theirs = pty.openpty()
    running = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=theirs, stderr=theirs, close_fds=True)
    os.close(theirs)
    assert running.stdin is not None
    running.stdin.write(given)
    running.stdin.close()
    shown_ = b""
    while select.select([ours], [], [], 30)[0]:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # The last one has closed the terminal.
            break
        shown_ += piece
        if not piece:
            break
    os.close(ours)
    return running.wait(30), shown_.decode().replace("\r\n", "\n")


def test_explain_speaks_in_sentences_to_people_and_json_to_programs(shell: Shell) -> None:
    world = shell.world
    mail = world.mail(KARIN, subject="Forty chairs")
    call = program("ingest", "--explain", "--recipient=leads@acme.example", "--sender=karin@customer.example")
    status, said = at_a_terminal(call, mail)
    assert status == 0
    assert "Forty chairs\n" in said and "It would open a record of type lead." in said
    assert "Anna" in said and "-> " in said and "Nothing was changed." in said and "{" not in said
    status, said = at_a_terminal([*call, "--json"], mail)
    assert status == 0 and json.loads(said)["disposition"]["action"] == "open"
    done = subprocess.run(call, input=mail, capture_output=True, check=True)
    assert json.loads(done.stdout)["disposition"]["action"] == "open"


@pytest.mark.parametrize(
    ("recipient", "said"),
    [
        ("leads@acme.example", "filed on LEAD-1: leads@acme.example opens records of type lead; see: "),
        ("laeds@acme.example", "laeds@acme.example is no address here (there is: leads@acme.example"),
        (
            "x@other.example",
            "x@other.example is no address here. A mail server that asks our map refuses it: 550 5.1.1.",
        ),
    ],
)
def test_who_hands_mail_in_at_a_terminal_hears_where_it_went(shell: Shell, recipient: str, said: str) -> None:
    (shell.folder / "incoming").mkdir()
    words = [f"--state={shell.folder}", f"--recipient={recipient}", f"--sender={KARIN}"]
    status, shown_ = at_a_terminal([str(HOME / "bin" / "mail-ingest"), *words], shell.world.mail(KARIN))
    assert status == 0 and said in shown_, shown_
    quiet = subprocess.run(
        [HOME / "bin" / "mail-ingest", *words], input=shell.world.mail(KARIN), capture_output=True, check=False
    )
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, b"", b"")


def test_what_came_before_is_not_taken_for_what_was_handed_in_now(
    shell: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    """What waits in the spool has no row yet, and the newest one there is another email."""
    world = shell.world
    world.accept(world.mail(KARIN), "leads@acme.example")
    assert ingest.main(["--drain"]) == 0
    words = ["--fate", f"--state={shell.folder}", "--recipient=leads@acme.example"]
    assert ingest.main([*words, "--since=0"]) == 0 and "filed on LEAD-1" in capsys.readouterr().err
    assert ingest.main([*words, f"--since={10**14}"]) == 0 and "nobody has filed it yet" in capsys.readouterr().err


def test_the_demo_says_it_without_a_terminal_and_a_fault_of_saying_it_is_none_of_the_mail(shell: Shell) -> None:
    (shell.folder / "incoming").mkdir()
    (shell.folder / "demo-run").touch()
    call = [HOME / "bin" / "mail-ingest", f"--state={shell.folder}", "--recipient=nobody@acme.example"]
    done = subprocess.run(call, input=shell.world.mail(KARIN), capture_output=True, check=False)
    assert done.returncode == 0 and b"nobody@acme.example is no address here" in done.stderr
    (shell.folder / "keys" / "tokens").unlink()
    shell.config.write_text("nonsense")
    done = subprocess.run(call, input=shell.world.mail(KARIN), capture_output=True, check=False)
    assert done.returncode == 0 and b"is not TOML" in done.stderr and b"Traceback" not in done.stderr
