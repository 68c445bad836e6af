"""Bad input to the installed programs: one clear line, the right status, nothing changed."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.installation import ANNA, LiveInstallation
from tests.e2e.postfix import PrivatePostfix
from weftmail.core.limits import MESSAGE_SIZE


@pytest.fixture(scope="module")
def installation(state_dir: Path) -> Iterator[LiveInstallation]:
    made = LiveInstallation(state_dir, 25, dedicated=True)
    made.admin("alias", "add", "leads@acme.example", "--opens", "lead", "--owner", ANNA)
    yield made
    made.stop()


COMMANDS: list[tuple[int, list[str]]] = [
    (2, ["frobnicate"]),
    (2, ["alias"]),
    (2, ["alias", "add", "leads@acme.example"]),
    (1, ["alias", "add", "new@nowhere.example", "--opens", "lead"]),
    (2, ["alias", "add", "-x@acme.example", "--opens", "lead"]),
    (2, ["alias", "add", "$(id)@acme.example", "--opens", "lead"]),
    (2, ["alias", "add", "new\n@acme.example", "--opens", "lead"]),
    (1, ["alias", "add", "leads@acme.example", "--opens", "lead"]),
    (2, ["alias", "add", "new@acme.example", "--opens", "cow"]),
    (1, ["alias", "remove", "nobody@acme.example"]),
    (1, ["domain", "remove", "nowhere.example"]),
    (2, ["domain", "add", "not a domain"]),
    (1, ["user", "show", "nobody@acme.example"]),
    (1, ["contact", "show", "nobody@customer.example"]),
    (1, ["record", "show", "LEAD-99"]),
    (1, ["follower", "add", "LEAD-99", ANNA]),
    (1, ["post", "LEAD-99", "--as", ANNA, "--text", "x"]),
    (1, ["inbound", "show", "99"]),
    (2, ["inbound", "show", "x"]),
    (1, ["inbound", "replay", "99"]),
    (1, ["outbox", "retry", "99"]),
    (1, ["review", "release", "99"]),
    (1, ["review", "discard", "99"]),
    (1, ["dkim", "create", "nowhere.example"]),
    (1, ["company", "show", "Nobody"]),
]


def rows(installation: LiveInstallation) -> str:
    return "".join(
        installation.admin(noun, "list", "--json") for noun in ("company", "domain", "alias", "user", "contact")
    )


@pytest.mark.parametrize(("status", "words"), COMMANDS, ids=[" ".join(words)[:40] for _, words in COMMANDS])
def test_mail_admin(installation: LiveInstallation, status: int, words: list[str]):
    done = installation.run(installation.programs / "mail-admin", *words)
    said = done.stderr.decode().strip().splitlines()
    assert (done.returncode, done.stdout) == (status, b"")
    assert len(said) == 1, said
    assert "Traceback" not in said[0]


def test_nothing_of_it_changed_anything(installation: LiveInstallation):
    before = rows(installation)
    for _, words in COMMANDS:
        installation.run(installation.programs / "mail-admin", *words)
    assert rows(installation) == before


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--recipient=leads@acme.example", "--frobnicate=1"],
        ["--recipient"],
        ["leads@acme.example"],
        ["--recipient=leads@acme.example", "--recipient=leads@acme.example"],
    ],
)
def test_the_pipe_program_ends_with_75_and_says_one_fixed_line(installation: LiveInstallation, words: list[str]):
    state = [f"--state={installation.state}"]
    done = installation.run(installation.programs / "mail-ingest", *state, *words, stdin=b"Subject: x\n\nx\n")
    assert (done.returncode, done.stdout + done.stderr) == (75, b"4.3.0 try again later\n")


@pytest.mark.parametrize(
    "recipient", ["-x@acme.example", "$(id)@acme.example", "`id`@acme.example", "a b@", "x\n@y", "é"]
)
def test_odd_recipients_are_kept_and_run_nothing(installation: LiveInstallation, recipient: str):
    before = len(installation.inbound())
    raw = f"From: k@customer.example\nSubject: {recipient!r}\n\nx\n".encode()
    assert installation.ingest(recipient, raw, "k@customer.example") == 0
    installation.wait(lambda: len(installation.inbound()) == before + 1, "the mail is accepted")
    installation.wait(lambda: installation.inbound()[0]["state"] == "unmatched", "the mail is unmatched")


def test_settings_that_cannot_be_used(installation: LiveInstallation, tmp_path_factory: pytest.TempPathFactory):
    missing = {"WEFTMAIL_CONFIG": "/nonexistent/weftmail.toml", "PATH": "/usr/bin:/bin"}
    for program, words in (("mail-admin", ["alias", "list"]), ("mail-send", ["--once"]), ("mail-ingest", ["--drain"])):
        done = installation.run(installation.programs / program, *words, env=missing)
        assert done.returncode == 1
        assert done.stderr.decode().count("\n") == 1
        assert "mail-admin init" in done.stderr.decode()
    folder = installation.state / "other"
    installation.run("mkdir", "-p", folder)
    for text, words in (
        ("state = [", "not TOML"),
        ("colour = 'red'", "is no setting"),
        ("demo = 'yes'", "true or false"),
    ):
        installation.run("tee", folder / "weftmail.toml", stdin=text.encode())
        environment = {"WEFTMAIL_CONFIG": str(folder / "weftmail.toml"), "PATH": "/usr/bin:/bin"}
        done = installation.run(installation.programs / "mail-admin", "alias", "list", env=environment)
        assert done.returncode == 1
        assert words in done.stderr.decode()
    installation.run("chmod", "000", folder / "weftmail.toml")
    done = installation.run(installation.programs / "mail-admin", "alias", "list", env=environment)
    assert (done.returncode, "cannot be read" in done.stderr.decode()) == (1, True)


def test_a_mail_over_the_limit_is_refused_before_it_is_sent(installation: LiveInstallation, postfix: PrivatePostfix):
    listener = installation.listener()
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(installation.socket))
        answers = client.makefile("rwb")
        assert answers.readline().startswith(b"220")
        answers.write(b"LHLO test\r\n")
        answers.flush()
        while answers.readline()[3:4] == b"-":
            pass
        answers.write(f"MAIL FROM:<k@customer.example> SIZE={MESSAGE_SIZE + 1}\r\n".encode())
        answers.flush()
        assert answers.readline().startswith(b"552 5.3.4")
    postfix.set(message_size_limit="20000")
    before = len(installation.inbound())
    with pytest.raises(smtplib.SMTPResponseException) as caught:
        postfix.deliver("k@customer.example", "leads@acme.example", b"Subject: x\r\n\r\n" + b"x" * 30000)
    assert caught.value.smtp_code == 552
    assert len(installation.inbound()) == before
    installation.end(listener)


def test_explain_says_what_is_missing(installation: LiveInstallation):
    done = installation.run(
        installation.programs / "mail-ingest", "--explain", "--each", "/nonexistent", f"--state={installation.state}"
    )
    assert (done.returncode, "cannot be listed" in done.stderr.decode()) == (1, True)
    done = installation.run(installation.programs / "mail-ingest", "--explain", f"--state={installation.state}")
    assert (done.returncode, "--recipient=ADDR" in done.stderr.decode()) == (2, True)
