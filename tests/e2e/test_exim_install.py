"""mail-admin exim on the real Exim of Debian's packages, in both of Debian's layouts."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from . import machine
from .conftest import make_state
from .exim import PrivateExim
from .installation import LiveInstallation
from .postfix import environment_variables
from .sink import Sink

LETTER = b"From: karin@customer.example\nSubject: hello\n\nA question.\n"


class Bare:
    """A private Exim without weftmail, and the installation beside it."""

    def __init__(self, exim: PrivateExim, state: Path) -> None:
        self.exim = exim
        self.live = LiveInstallation(state, exim.smtp_port)
        self.live.admin("domain", "add", "in.acme.example", "--company", "Acme", "--dedicated")
        for address in ("leads@acme.example", "leads@in.acme.example"):
            self.live.admin("alias", "add", address, "--opens", "lead")
        self.live.admin("dkim", "create", "in.acme.example")

    def call(self, verb: str, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run the verb as root, where this Exim lies."""
        program = machine.environment() / "bin/mail-admin"
        variables = environment_variables(self.live.config) | {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
        return self.exim.inside(program, "exim", verb, *words, input=stdin, cwd="/", env=variables)

    def ok(self, verb: str, *words: str) -> str:
        """Run the verb; fail when it fails."""
        done = self.call(verb, *words)
        assert done.returncode == 0, done.stdout + done.stderr + self.exim.log()[-3000:]
        return done.stdout

    def files(self) -> dict[str, str]:
        """Return every file of Exim's configuration."""
        names = self.exim.run("find", "/etc/exim4", "-type", "f").split()
        return {name: self.exim.run("cat", name) for name in sorted(names)}

    def rcpt(self, address: str) -> tuple[int, bytes]:
        """Return what a stranger is answered."""
        with self.exim.smtp() as client:
            client.mail("karin@customer.example")
            return client.rcpt(address)


@pytest.fixture(scope="module", params=[True, False], ids=["split", "unsplit"])
def bare(request: pytest.FixtureRequest, make_exim: Callable[..., PrivateExim], workspace: Path) -> Iterator[Bare]:
    state = make_state(workspace)
    one = Bare(make_exim(state, split=request.param, installed=False), state)
    one.live.listener()
    yield one
    one.live.stop()


def test_installed_proven_and_taken_out_byte_for_byte(bare: Bare, sink: Sink) -> None:
    before = bare.files()
    shown = bare.ok("show")
    assert ("split" if bare.exim.split else "unsplit") in shown
    assert "conflicts" in shown and "our addresses, one by one" in shown
    assert "+weftmail:" in bare.ok("show", "--diff")
    said = json.loads(bare.ok("install", "--yes", "--json"))
    assert not said["undone"], said["proofs"]
    states = {one["question"].partition("-")[0]: one["state"] for one in said["proofs"]}
    assert states["nobody"] == "ok" and states["postmaster@in.acme.example"] == "ok"
    assert set(states.values()) == {"ok"}, said["proofs"]
    assert any("2 of 2 signatures verify" in one["answer"] for one in said["proofs"])

    for address in ("leads@acme.example", "leads+x0@in.acme.example"):
        bare.exim.deliver("karin@customer.example", address, LETTER)
    bare.exim.wait_empty()
    recipients = {one["recipient"] for one in bare.live.json("inbound", "list")}
    assert recipients >= {"leads@acme.example", "leads+x0@in.acme.example"}
    _a_login_stays_here(bare, sink)

    # A new address counts at once, an unknown one is refused, and a mailbox of theirs keeps its mail.
    assert bare.rcpt("new@in.acme.example")[0] == 550
    bare.live.admin("alias", "add", "new@in.acme.example", "--opens", "lead")
    assert bare.rcpt("new@in.acme.example")[0] == 250
    assert bare.rcpt("anna@acme.example")[0] == 250

    installed = bare.files()
    assert "nothing: all of it stands there already" in bare.ok("install", "--yes")
    assert bare.files() == installed
    assert Path(str(bare.exim.root) + said["restore_point"]).stat().st_mode & 0o077 == 0
    checked = bare.call("check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    # Debian's own tool makes the template anew: what is ours is still in it.
    if not bare.exim.split:
        bare.exim.run("cp", "/etc/exim4/exim4.conf.template", "/tmp/template.before")
        bare.exim.run("update-exim4.conf.template", "-r", "-n")
        bare.exim.run("update-exim4.conf")
        assert "050_weftmail" in bare.exim.run("cat", "/etc/exim4/exim4.conf.template")
        bare.exim.run("exim4", "-bV")
        bare.exim.run("cp", "/tmp/template.before", "/etc/exim4/exim4.conf.template")
    gone = bare.ok("remove", "--yes")
    assert "byte for byte" in gone
    assert bare.files() == before
    assert bare.rcpt("leads@in.acme.example")[0] == 550


def _a_login_stays_here(bare: Bare, sink: Sink) -> None:
    """Authentication-Results names the login where a mail comes to us, and not where it leaves for another server."""
    with bare.exim.submission() as client:
        both = ["leads@acme.example", "karin@customer.example"]
        client.sendmail("anna@acme.example", both, b"From: anna@acme.example\nSubject: both\n\nHello.\n")
    (left,) = sink.wait(1, "karin@customer.example")
    assert b"smtp.auth" not in left.raw and b"Subject: both" in left.raw
    newest = bare.live.wait(
        lambda: [one for one in bare.live.json("inbound", "list") if one["subject"] == "both"], "the mail is filed"
    )[0]
    proof = bare.live.json("inbound", "show", str(newest["id"]))["proof"]
    assert (proof["source"], proof["login"]) == ("submission", "anna@acme.example")
    assert newest["queue_id"], "Exim's own id is read in its Received"


def test_what_was_changed_since_stays_and_only_ours_goes(bare: Bare) -> None:
    bare.ok("install", "--yes")
    settings = bare.exim.run("cat", "/etc/exim4/update-exim4.conf.conf")
    changed = settings.replace("dc_relay_domains='", "dc_relay_domains='office.example : ")
    bare.exim.run("tee", "/etc/exim4/update-exim4.conf.conf", input=changed)
    assert "office.example" in bare.ok("check", "--diff")
    bare.exim.run("rm", "/etc/exim4/conf.d/router/050_weftmail")
    said = bare.call("check")
    assert said.returncode == 1 and "router/050_weftmail lacks weftmail" in said.stdout
    bare.ok("remove", "--yes")
    assert "dc_relay_domains='office.example'" in bare.exim.run("cat", "/etc/exim4/update-exim4.conf.conf")
    assert "weftmail" not in "".join(bare.files().values())
    bare.exim.run("tee", "/etc/exim4/update-exim4.conf.conf", input=settings.replace(bare.exim.settings.domains, ""))


def test_what_exim_refuses_is_taken_back(bare: Bare) -> None:
    """A macro of this server's breaks the configuration that would come out: nothing of ours stays."""
    name = "conf.d/main/000_localmacros" if bare.exim.split else "exim4.conf.localmacros"
    text = bare.exim.run("cat", f"/etc/exim4/{name}")
    bare.exim.run("tee", f"/etc/exim4/{name}", input=text + "MAIN_RELAY_NETS = 127.0.0.1\nno such option = 1\n")
    before = bare.files()
    done = bare.call("install", "--yes")
    assert done.returncode == 1 and "refuses what was written" in done.stderr, done.stdout + done.stderr
    assert bare.files() == before
    bare.exim.run("tee", f"/etc/exim4/{name}", input=text)


def test_a_configuration_written_by_hand_is_shown_and_never_changed(bare: Bare) -> None:
    bare.exim.run("sh", "-c", "cp /var/lib/exim4/config.autogenerated /etc/exim4/exim4.conf")
    before = bare.files()
    done = bare.call("install", "--yes")
    assert done.returncode == 1 and "somebody wrote it by hand" in done.stderr
    assert bare.files() == before
    assert "mail-admin exim show --files" in bare.ok("show")
    assert "begin routers" not in (parts := bare.ok("show", "--files")) and "driver = accept" in parts
    bare.exim.run("rm", "/etc/exim4/exim4.conf")


def test_an_acl_of_their_own_is_a_conflict_that_names_the_choice(bare: Bare) -> None:
    name = "conf.d/main/000_localmacros" if bare.exim.split else "exim4.conf.localmacros"
    text = bare.exim.run("cat", f"/etc/exim4/{name}")
    bare.exim.run("tee", f"/etc/exim4/{name}", input=text + "MAIN_ACL_CHECK_DATA = acl_check_rcpt\n")
    bare.exim.run("update-exim4.conf")
    done = bare.call("install", "--yes")
    assert done.returncode == 1 and "--without acl_smtp_data" in done.stderr, done.stderr
    bare.exim.run("tee", f"/etc/exim4/{name}", input=text)
    bare.exim.run("update-exim4.conf")


def test_init_knows_an_exim_when_it_sees_one(bare: Bare) -> None:
    """Settings and the next step name Exim, where it is and Postfix is not."""
    program = machine.environment() / "bin/mail-admin"
    place = "/var/lib/weftmail-of-the-test"
    variables = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "WEFTMAIL_CONFIG": f"{place}.toml"}
    words = ["--company", "Acme", "--domain", "acme.example", "--dedicated", "--address", "anna@acme.example"]
    bare.exim.inside("mv", "/etc/postfix/main.cf", "/etc/postfix/main.cf.away")
    done = bare.exim.inside(program, "init", *words, "--name", "Anna", "--state", place, cwd="/", env=variables)
    bare.exim.inside("mv", "/etc/postfix/main.cf.away", "/etc/postfix/main.cf")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Next: mail-admin exim show" in done.stdout
    settings = bare.exim.run("cat", f"{place}.toml")
    assert 'authserv_id = "mx1.acme.example"' in settings and 'mail_owner = "Debian-exim"' in settings
    assert 'mail_log = "/var/log/exim4/mainlog"' in settings
    bare.exim.run("sh", "-c", f"rm -r {place} {place}.toml")
