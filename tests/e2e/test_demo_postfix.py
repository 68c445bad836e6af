"""``make run MTA=postfix``: a mail by SMTP is a record on the page; its answer leaves by Postfix, and is caught."""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import shutil
import signal
import smtplib
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from weftmail.cli.demo_catcher import CatcherServer
from weftmail.transport.maildir import Maildir

from .postfix import until


class PostfixRun:
    """A run of the demo behind its Postfix, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        environ = {key: value for key, value in os.environ.items() if key != "WEFTMAIL_CONFIG"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "weftmail.cli.demo", "postfix"],
            cwd=folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        self.said = ""
        for line in self.process.stdout:
            self.said += line
            if "No mail leaves this machine" in line:
                return
        self.stop()
        pytest.fail(f"the demo ended: {self.said}")

    def found(self, pattern: str) -> str:
        """Return what stands in a place of what it said."""
        there = re.search(pattern, self.said)
        assert there is not None, self.said
        return there[1]

    def stop(self) -> None:
        """Press Ctrl-C, and wait."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(60)
        if self.process.stdout is not None:
            self.process.stdout.close()


@pytest.fixture
def run() -> Iterator[PostfixRun]:
    """A demo that runs, in a folder through which Postfix may pass."""
    folder = Path("/var/tmp") / f"weftmail-demo-{os.getpid()}"
    folder.mkdir(mode=0o755)
    started = None
    try:
        started = PostfixRun(folder)
        yield started
    finally:
        if started is not None:
            started.stop()
        shutil.rmtree(folder)


def of_this(folder: Path) -> list[int]:
    """Return the ids of the processes whose words name the folder, or that work in it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes()
            if str(folder).encode() in words or str((process / "cwd").readlink()).startswith(str(folder)):
                found.append(int(process.name))
        except OSError:
            continue
    return found


def test_a_mail_by_smtp_is_a_record_and_an_answer_leaves_by_postfix(run: PostfixRun) -> None:
    print(run.said)
    assert "listener, sender, site, Postfix" in run.said and "Anna notified, two signatures, both verify" in run.said
    port = int(run.found(r"Postfix takes mail at 127\.0\.0\.1:(\d+)"))
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "karin@customer.example", "leads@acme.example", "Twelve tables"
    mail.set_content("Have you got twelve tables?\n")
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
        client.send_message(mail)
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            client.sendmail("karin@customer.example", ["nobody-here@acme.example"], b"Subject: x\r\n\r\nx\r\n")
        client.sendmail("anna@acme.example", ["root@mx1.acme.example"], b"Subject: to root\r\n\r\nx\r\n")
    assert refused.value.recipients["nobody-here@acme.example"][0] == 550

    link = run.found(r"Open     (\S+)")
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    entrance = browser.open(link, timeout=60).read().decode()
    field = re.search(r'<form[^>]*action="([^"]*)"', entrance)
    given = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', entrance))
    where = urllib.parse.urljoin(link, field[1] if field else link)
    asked = urllib.request.Request(
        where, urllib.parse.urlencode(given).encode(), {"Origin": link.partition("/enter")[0]}
    )
    browser.open(asked, timeout=60).read()

    def page() -> str:
        return browser.open(urllib.parse.urljoin(link, "/records/LEAD-2"), timeout=60).read().decode()

    def filed() -> bool:
        try:
            return "Twelve tables" in page()
        except OSError:
            return False

    until(filed, "the mail is on a page", lambda: (run.folder / "var/postfix/mail.log").read_text()[-3000:])

    caught = Maildir(str(run.folder / "var" / "caught"))
    admin = [Path(sys.executable).with_name("mail-admin"), "post", "LEAD-2", "--as", "anna@acme.example"]
    environ = {**os.environ, "WEFTMAIL_CONFIG": str(run.folder / "var" / "weftmail.toml")}
    subprocess.run([*admin, "--text", "Yes, all twelve."], check=True, env=environ, cwd=run.folder)
    until(
        lambda: any("karin@customer.example" in one.recipients for one in caught.caught(20)),
        "the answer is caught", lambda: (run.folder / "var/postfix/mail.log").read_text()[-3000:],
    )  # fmt: skip
    (answer,) = [one for one in caught.caught(20) if "karin@customer.example" in one.recipients]
    # It came through Postfix, signed before that.
    assert b"by mx1.acme.example (Postfix)" in answer.data and b"DKIM-Signature:" in answer.data
    assert any(one.recipients == ("root@mx1.acme.example",) for one in caught.caught(20))
    show = [Path(sys.executable).with_name("mail-admin"), "record", "show", "LEAD-2", "--json"]

    def states() -> list[str]:
        shown = json.loads(subprocess.run(show, check=True, env=environ, cwd=run.folder, capture_output=True).stdout)
        return [copy["state"] for one in shown["messages"] for copy in one["deliveries"] if copy["channel"] == "email"]

    # By the log of that Postfix, which the sender follows.
    until(
        lambda: bool({"accepted", "relayed", "delivered"} & set(states())),
        "the next server has it",
        lambda: str(states()),
    )

    subprocess.run(run.found(r"Next     (.*)"), shell=True, check=True, cwd=run.folder)
    listed = [Path(sys.executable).with_name("mail-admin"), "record", "list", "--json"]

    def records() -> str:
        return subprocess.run(listed, check=True, env=environ, cwd=run.folder, capture_output=True, text=True).stdout

    until(lambda: records().count('"number": ') == 3, "what the box proposes is a record", records)

    run.stop()
    assert run.process.returncode == 0
    until(lambda: not of_this(run.folder), "all its programs have ended", lambda: str(of_this(run.folder)))

    again = PostfixRun(run.folder)
    assert "3, all there" in again.said
    again.process.kill()
    again.stop()
    until(lambda: not of_this(run.folder), "they end with a demo that is killed, too", lambda: str(of_this(run.folder)))


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["postfix"], 1, "MTA=postfix starts a Postfix of its own, and Postfix needs root: sudo make run MTA=postfix"),
        (["sendmail"], 2, "MTA=sendmail cannot be run; say MTA=postfix, or leave it out"),
    ],
)
def test_what_cannot_be_run_is_said_in_a_sentence(words: list[str], status: int, said: str, tmp_path: Path) -> None:
    import pwd

    nobody = pwd.getpwnam("nobody")
    tmp_path.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-m", "weftmail.cli.demo", *words],
        cwd="/", user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (status, "", f"weftmail: {said}\n")


def test_the_catcher_keeps_what_it_is_given_and_understands_nothing_else(tmp_path: Path) -> None:
    maildir = Maildir(str(tmp_path / "caught"))
    server = CatcherServer(maildir)
    try:
        with smtplib.SMTP("127.0.0.1", server.port, timeout=60) as client:
            assert client.docmd("VRFY", "anna")[0] == 500
            assert client.docmd("DATA")[0] == 500
            assert client.docmd("MAIL", "anna")[0] == 500
            assert client.noop()[0] == client.rset()[0] == 250
            text = b"Subject: dots\r\n\r\n.one\r\n..\r\nend\r\n"
            assert client.sendmail("", ["karin@customer.example", "erik@friend.example"], text) == {}
    finally:
        server.close()
    (kept,) = maildir.caught(5)
    assert (kept.return_path, kept.recipients) == ("", ("karin@customer.example", "erik@friend.example"))
    assert kept.data == text


def test_a_catcher_that_cannot_keep_puts_off(tmp_path: Path) -> None:
    (tmp_path / "caught").write_text("a file, and no folder")
    server = CatcherServer(Maildir(str(tmp_path / "caught")))
    try:
        with (
            smtplib.SMTP("127.0.0.1", server.port, timeout=60) as client,
            pytest.raises(smtplib.SMTPDataError) as put_off,
        ):
            client.sendmail("anna@acme.example", ["karin@customer.example"], b"Subject: x\r\n\r\nx\r\n")
    finally:
        server.close()
    assert put_off.value.smtp_code == 451
