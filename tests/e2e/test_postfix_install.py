"""mail-admin postfix install and remove on a real Postfix, which has mail of its own to lose."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from . import machine
from .conftest import make_state
from .installation import LiveInstallation
from .postfix import PrivatePostfix, environment_variables
from .sink import Sink


class Bare:
    """A private Postfix from which all of weftmail was taken out again, and the installation beside it."""

    def __init__(self, postfix: PrivatePostfix, state: Path) -> None:
        self.postfix = postfix
        self.conf = postfix.conf
        self.live = LiveInstallation(state, postfix.smtp_port)
        self.live.admin("alias", "add", "leads@acme.example", "--opens", "lead")
        self.live.admin("dkim", "create", "acme.example")

    def call(self, verb: str, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run the verb as root, on this Postfix."""
        program = str(machine.environment() / "bin/mail-admin")
        where = ("--config", str(self.conf), "--folder", self.postfix.settings.folder)
        return subprocess.run(
            [program, "postfix", verb, *where, *words],
            input=stdin, capture_output=True, text=True, check=False, timeout=200, cwd="/",
            env=environment_variables(self.live.config),
        )  # fmt: skip

    def ok(self, verb: str, *words: str) -> str:
        """Run the verb; fail when it fails."""
        done = self.call(verb, *words)
        assert done.returncode == 0, done.stdout + done.stderr + self.postfix.log()[-3000:]
        return done.stdout

    def files(self) -> dict[str, bytes]:
        """Return both files."""
        return {name: (self.conf / name).read_bytes() for name in ("main.cf", "master.cf")}


@pytest.fixture(scope="module")
def bare(make_postfix: Callable[..., PrivatePostfix], workspace: Path) -> Iterator[Bare]:
    state = make_state(workspace)
    postfix = make_postfix(state, installed=False)
    one = Bare(postfix, state)
    one.live.listener()
    yield one
    one.live.stop()


def test_installed_proven_and_taken_out_byte_for_byte(bare: Bare, sink: Sink) -> None:
    before = bare.files()
    said = json.loads(bare.ok("install", "--yes", "--json"))
    print(json.dumps(said["proofs"], indent=1))
    assert not said["undone"] and len(said["changes"]) > 8
    states = {one["question"].partition("-")[0]: one["state"] for one in said["proofs"]}
    assert states["nobody"] == "ok" and states["postmaster@acme.example"] == "ok"
    assert set(states.values()) == {"ok"}, said["proofs"]
    assert any("2 of 2 signatures verify" in one["answer"] for one in said["proofs"])
    bare.postfix.deliver("karin@customer.example", "leads@acme.example", b"Subject: hello\n\nA question.\n")
    bare.postfix.wait_empty()
    assert len(bare.live.json("record", "list")) >= 1
    _a_login_stays_here(bare, sink)
    installed = bare.files()
    assert "nothing: all of it stands there already" in bare.ok("install", "--yes")
    assert bare.files() == installed
    # Copies of a mail server's files are nobody's but root's.
    assert Path(said["restore_point"]).stat().st_mode & 0o077 == 0
    assert "lacks" not in bare.call("check").stdout
    said_of_removal = bare.ok("remove", "--yes")
    assert said_of_removal.count("byte for byte") == 2
    assert bare.files() == before
    assert not list(Path(bare.postfix.settings.folder).glob("*.cf"))
    with bare.postfix.smtp() as client:
        client.mail("karin@customer.example")
        assert client.rcpt("leads@acme.example")[0] == 550


def _a_login_stays_here(bare: Bare, sink: Sink) -> None:
    """Received names the login where a mail comes to us, and not where it leaves for another server."""
    raw = b"From: anna@acme.example\nTo: karin@customer.example\nSubject: out\n\nHello.\n"
    with bare.postfix.submission() as client:
        client.sendmail("anna@acme.example", ["karin@customer.example", "leads@acme.example"], raw)
    bare.postfix.wait_empty()
    (left,) = [one for one in sink.messages if b"Subject: out" in one.raw]
    assert b"Authenticated" not in left.raw and left.raw.count(b"Received:") == 1
    assert b"laptop.example" in left.raw
    newest = max(bare.live.json("inbound", "list"), key=lambda one: one["id"])
    shown = bare.live.admin("inbound", "show", str(newest["id"]), "--json")
    assert "login" in shown, shown


def test_what_others_changed_since_stays_theirs(bare: Bare) -> None:
    many = "transport_maps =\n    # by hand\n    inline:{other.example=smtp:},\n    inline:{more.example=smtp:}\n"
    mine = bare.conf / "main.cf"
    mine.write_text(mine.read_text() + many)
    before = bare.files()
    bare.ok("install", "--yes")
    with mine.open("a") as file:
        file.write("# a note of the sysadmin's\nsmtpd_client_restrictions = permit\n")
    assert "ours are whole" in bare.call("check").stdout
    assert "+smtpd_client_restrictions = permit" in bare.ok("check", "--diff")
    plan = bare.ok("remove", "--dry-run")
    assert "-smtpd_client_restrictions" not in plan
    bare.ok("remove", "--yes")
    assert bare.files()["master.cf"] == before["master.cf"]
    assert bare.files()["main.cf"].decode() == before["main.cf"].decode() + (
        "# a note of the sysadmin's\nsmtpd_client_restrictions = permit\n"
    )
    mine.write_bytes(before["main.cf"].removesuffix(many.encode()))


def test_a_conflict_and_a_missing_yes_change_nothing(bare: Bare) -> None:
    before = bare.files()
    done = bare.call("install")
    assert (done.returncode, bare.files()) == (2, before) and "--yes" in done.stderr
    mine = bare.conf / "main.cf"
    mine.write_text(mine.read_text() + "relay_domains = partner.example\n")
    edited = bare.files()
    done = bare.call("install", "--yes")
    assert (done.returncode, bare.files()) == (1, edited) and "relay_recipient_maps" in done.stderr
    mine.write_bytes(before["main.cf"])
    done = bare.call("install", "--yes", "--without", "no_such_setting")
    assert (done.returncode, bare.files()) == (2, before)
    assert bare.call("remove", "--yes").returncode == 1


def test_a_setting_left_out_stays_as_it_is(bare: Bare) -> None:
    before = bare.files()
    said = json.loads(bare.ok("install", "--yes", "--json", "--without", "strict_rfc821_envelopes"))
    assert "strict_rfc821_envelopes" not in {one["name"] for one in said["changes"]}
    assert b"strict_rfc821_envelopes" not in bare.files()["main.cf"]
    bare.ok("remove", "--yes")
    assert bare.files() == before


def test_an_open_relay_is_never_left_behind(bare: Bare) -> None:
    """What the server was before is not ours to judge; what we would leave is: the proof fails, and all is undone."""
    mine = bare.conf / "main.cf"
    kept = mine.read_bytes()
    mine.write_text(mine.read_text() + "smtpd_relay_restrictions = check_helo_access static:OK, reject\n")
    before = bare.files()
    done = bare.call("install", "--yes", "--json")
    said: Any = json.loads(done.stdout)
    assert (done.returncode, said["undone"]) == (1, True), done.stderr
    assert [one["state"] for one in said["proofs"] if one["question"].startswith("probe@")] == ["broken"]
    assert bare.files() == before
    mine.write_bytes(kept)


def test_mail_that_waits_for_us_keeps_it_in(bare: Bare) -> None:
    before = bare.files()
    bare.ok("install", "--yes")
    for one in list(bare.live.running):
        bare.live.end(one)
    bare.postfix.deliver("karin@customer.example", "leads@acme.example", b"Subject: waits\n\nA question.\n")
    done = bare.call("remove", "--yes")
    assert done.returncode == 1 and "would bounce" in done.stderr
    bare.live.listener()
    bare.postfix.flush()
    bare.postfix.wait_empty()
    bare.ok("remove", "--yes")
    assert bare.files() == before
