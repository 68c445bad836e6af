"""mail-admin init, migrate and dkim: what is made, with which rights, and what a second run leaves alone."""

from __future__ import annotations

import http.client
import io
import json
import os
import re
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import TextIO

import pytest

from tests.unit.zones import TableZones
from weftmail.cli import admin, config, install, runtime
from weftmail.cli.commands import serve
from weftmail.cli.context import Context
from weftmail.core.failure import TempFail, UsageError
from weftmail.mta.map import MapDatabase
from weftmail.store.store import Store

FLAGS = (
    "--company", "Acme", "--domain", "acme.example", "--dedicated", "--name", "Anna",
    "--address", "anna@office.example",
    "--hostname", "MX1.acme.example", "--authserv-id", "mx1.acme.example", "--site", "127.0.0.1:8471",
)  # fmt: skip


class Terminal(io.StringIO):
    """Somebody who types."""

    def isatty(self) -> bool:
        return True


class Machine:
    """A machine on which nothing is installed yet."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.settings = folder / "etc" / "weftmail.toml"
        self.state = folder / "state"
        self.owner = ("--user", "root") if os.geteuid() == 0 else ()
        self._capsys = capsys
        self.stdin: TextIO = io.StringIO()
        self.hostname = "mx1.acme.example"
        self.zones = TableZones("acme.example", {("acme.example", "MX"): ("1 aspmx.l.google.com",)})
        monkeypatch.setenv("WEFTMAIL_CONFIG", str(self.settings))

    def call(self, *words: str) -> tuple[int, str, str]:
        self._capsys.readouterr()
        status = admin.main(list(words), self.context())
        return (status, *self._capsys.readouterr())

    def context(self) -> Context:
        return Context(os.environ, stdin=self.stdin, own_hostname=lambda: self.hostname, zones=self.zones)

    def init(self, *flags: str, state: bool = True) -> str:
        where = ("--state", str(self.state)) if state else ()
        status, out, err = self.call("init", *flags, *where, *self.owner)
        assert (status, err) == (0, ""), err
        return out

    def types(self, *lines: str) -> None:
        self.stdin = Terminal("".join(f"{line}\n" for line in lines))

    def config(self) -> config.Config:
        return config.load(os.environ)

    def store(self) -> Store:
        return runtime.open_store(self.config())


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Machine:
    return Machine(tmp_path, monkeypatch, capsys)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_everything_is_made_with_the_rights_that_it_needs(machine: Machine) -> None:
    out = machine.init(*FLAGS)
    assert f"Made: {machine.settings} · keys · store · 2 DKIM keys for acme.example" in out
    assert out.count("._domainkey.acme.example.") == 2
    assert "notifications@mx1.acme.example, this server's own name" in out
    assert "Next: mail-admin postfix show" in out
    made = machine.config()
    assert (made.hostname, made.authserv_id, made.url) == (
        "mx1.acme.example",
        "mx1.acme.example",
        "http://127.0.0.1:8471",
    )
    rights = {
        machine.settings: 0o640,
        machine.state: 0o750,
        machine.state / "keys": 0o700,
        machine.state / "incoming": 0o700,
        made.keyring: 0o600,
        made.dkim: 0o700,
        made.store: 0o600,
        made.map.parent: 0o2770,
        made.map: 0o664,
    }
    assert {path: mode(path) for path in rights} == rights
    assert {mode(path) for path in made.dkim.glob("*/*.pem")} == {0o600}
    assert (machine.state / "weftmail.toml").resolve() == machine.settings.resolve()


def test_company_domains_and_the_first_admin_are_there(machine: Machine) -> None:
    out = machine.init(*FLAGS)
    store = machine.store()
    assert [(one.name, one.dedicated, one.company) for one in store.domains.all()] == [
        ("mx1.acme.example", False, None),
        ("acme.example", True, "Acme"),
    ]
    (company,) = store.companies.all()
    assert [one.name for one in store.users.admins(company.id)] == ["Anna"]
    installation = runtime.installation(machine.config(), store)
    assert re.fullmatch("[0-9a-f]{16}", installation.name)
    assert installation.policy("lmtp").hostnames == {"mx1.acme.example"}
    link = re.search(r"http://127.0.0.1:8471/enter/([0-9a-f]{64})", out)
    assert link is not None
    now = runtime.now()
    assert store.sessions.use_link(link[1], now + 11 * 60_000) is None
    assert store.sessions.use_link(link[1], now) == store.users.admins(company.id)[0].id
    store.close()
    found = MapDatabase(machine.config().map)
    assert {"reply@acme.example", "bounce@mx1.acme.example"} <= found.recipients()
    assert "postmaster@mx1.acme.example" not in found.recipients()
    found.close()


def test_the_way_to_the_settings_is_open_whatever_the_umask(machine: Machine) -> None:
    machine.settings = machine.folder / "new" / "etc" / "weftmail.toml"
    os.environ["WEFTMAIL_CONFIG"] = str(machine.settings)  # The fixture puts the old value back.
    machine.state.mkdir(mode=0o777)
    before = os.umask(0o077)
    try:
        machine.init(*FLAGS)
    finally:
        os.umask(before)
    assert mode(machine.settings) == 0o640
    if os.geteuid() == 0:
        assert {mode(path) for path in (machine.settings.parent, machine.settings.parent.parent)} == {0o755}
        assert mode(machine.state) == 0o750
    assert mode(machine.config().map) == 0o664


def test_a_second_run_keeps_what_is_there_and_gives_a_new_link(machine: Machine) -> None:
    machine.init(*FLAGS)
    kept = {path: path.read_bytes() for path in machine.folder.rglob("*") if path.is_file() and ".db" not in path.name}
    before = machine.store()
    name = before.settings.get(runtime.INSTANCE)
    before.close()
    out = machine.init(state=False)
    assert "Everything was there already; nothing was changed." in out and "/enter/" in out
    assert {path: path.read_bytes() for path in kept} == kept
    after = machine.store()
    assert after.settings.get(runtime.INSTANCE) == name
    assert len(after.domains.all()) == 2 and len(after.users.all()) == 1
    after.close()


def test_a_run_that_was_cut_short_is_finished_by_the_next(machine: Machine) -> None:
    machine.init(*FLAGS)
    store = machine.store()
    store.connection.execute("delete from dkim_key where algorithm = 'ed25519'")
    store.connection.execute("delete from setting")
    store.close()
    (machine.state / "weftmail.toml").unlink()
    assert "Made: 1 DKIM keys" in machine.init(state=False)
    assert (machine.state / "weftmail.toml").exists()
    store = machine.store()
    assert len(store.domains.dkim_keys("acme.example")) == 2
    assert store.settings.get(runtime.INSTANCE)
    store.close()


def test_keys_are_never_made_anew_for_a_store_that_had_others(machine: Machine) -> None:
    machine.init(*FLAGS)
    machine.config().keyring.unlink()
    status, _, err = machine.call("init", *machine.owner)
    assert status == 1 and "bring them back from the backup" in err
    assert not machine.config().keyring.exists()


def test_a_lost_private_key_is_not_replaced_in_silence(machine: Machine) -> None:
    machine.init(*FLAGS)
    (lost,) = machine.config().dkim.glob("acme.example/*a.pem")
    lost.rename(machine.folder / "kept.pem")
    status, _, err = machine.call("dkim", "create", "acme.example")
    assert status == 1 and f"the private key {lost.stem} is missing in" in err
    lost.write_text("no key")
    status, _, err = machine.call("dkim", "create", "acme.example")
    assert status == 1 and "holds no key to sign with; restore it from your backup" in err
    with pytest.raises(TempFail, match="holds no key"):
        runtime.signing_keys(machine.config(), "acme.example")


def test_signing_keys_are_read_from_their_files(machine: Machine) -> None:
    machine.init(*FLAGS)
    keys = runtime.signing_keys(machine.config(), "acme.example")
    assert [key.algorithm for key in keys] == ["rsa", "ed25519"]
    assert runtime.signing_keys(machine.config(), "acme.example") is keys
    assert runtime.signing_keys(machine.config(), "mx1.acme.example") == ()
    status, out, _ = machine.call("dkim", "create", "mx1.acme.example")
    assert status == 0 and out.count("TXT") == 2
    assert len(runtime.signing_keys(machine.config(), "mx1.acme.example")) == 2
    assert "stay as they are" in machine.call("dkim", "create", "mx1.acme.example")[1]
    listed = machine.call("dkim", "list", "acme.example", "--json")[1]
    assert all(key.record in listed and key.name in listed for key in keys)
    table = machine.call("dkim", "list")[1]
    assert max(map(len, table.splitlines())) < 110 and "RECORD" not in table
    listed = machine.call("dkim", "show", "mx1.acme.example")[1]
    store = machine.store()
    records = store.domains.dkim_keys("mx1.acme.example")
    store.close()
    for one in records:
        assert f"{one.selector}._domainkey.mx1.acme.example" in listed
        # Whole: it is copied into the DNS, in parts of 255 characters.
        assert one.record in listed.replace('" "', "")
        assert one.record in machine.call("dkim", "show", "mx1.acme.example", "--json")[1]
    assert "PRIVATE" not in listed + out


@pytest.mark.parametrize(
    ("choice", "domains"),
    [
        ("", [("mx1.acme.example", False, None), ("in.acme.example", True, "Acme")]),
        ("1", [("mx1.acme.example", False, None), ("acme.example", True, "Acme")]),
        ("2", [("mx1.acme.example", False, None), ("in.acme.example", True, "Acme")]),
        ("3", [("mx1.acme.example", False, None), ("acme.example", False, "Acme")]),
        ("4", [("mx1.acme.example", False, "Acme")]),
    ],
)
def test_four_questions_are_asked_on_a_terminal(
    machine: Machine, choice: str, domains: list[tuple[str, bool, str | None]]
) -> None:
    machine.types("Acme", "acme.example", choice, "anna@office.example")
    out = machine.init()
    assert machine.stdin.read() == "" and out.count("] ") == 4
    assert "  Company            [] " in out and "  Choice             [2] " in out
    assert "  Its mail goes to aspmx.l.google.com (Google) today, so choice 2 or 4 keeps your mailboxes." in out
    assert ("docs/forwarding.md" in out) is (choice == "4")
    store = machine.store()
    assert [(one.name, one.dedicated, one.company) for one in store.domains.all()] == domains
    assert store.users.all()[0].name == "Anna"
    store.close()


@pytest.mark.parametrize(
    ("flags", "domain", "dedicated"),
    [
        (("--dedicated",), "acme.example", True),
        (("--mailboxes",), "acme.example", False),
        (("--subdomain", "records"), "records.acme.example", True),
        (("--forwarded",), "mx1.acme.example", False),
    ],
)
def test_each_choice_is_a_flag_which_a_second_run_bears(
    machine: Machine, flags: tuple[str, ...], domain: str, dedicated: bool
) -> None:
    words = [word for word in FLAGS if word != "--dedicated"]
    machine.init(*words, *flags)
    assert "nothing was changed" in machine.init(*words, *flags)
    assert "nothing was changed" in machine.init(*flags)
    store = machine.store()
    assert {(one.name, one.dedicated) for one in store.domains.all()} == {
        ("mx1.acme.example", False),
        (domain, dedicated),
    }
    store.close()


def test_a_server_without_a_whole_name_is_asked_for_it_and_nobody_forwards_to_it(machine: Machine) -> None:
    machine.hostname = "debian"
    machine.types("Acme", "acme.example", "", "4", "2", "anna@office.example")
    out = machine.init()
    assert "  This server        [debian] " in out
    assert "nobody can forward to debian, which is no whole name; give it as --hostname mx1.acme.example" in out
    assert machine.config().hostname == "debian"


def test_nobody_forwards_to_a_server_without_a_whole_name(machine: Machine) -> None:
    words = [word for word in FLAGS if word not in ("--dedicated", "MX1.acme.example")]
    words.insert(words.index("--hostname") + 1, "debian")
    status, _, err = machine.call("init", *words, "--forwarded", "--state", str(machine.state), *machine.owner)
    assert status == 2 and "nobody can forward to debian" in err
    assert list(machine.folder.iterdir()) == []


def test_a_machine_that_calls_itself_localhost_is_told_so(machine: Machine) -> None:
    machine.hostname = "localhost"
    flags = [word for word in FLAGS if word not in ("--hostname", "MX1.acme.example")]
    status, _, err = machine.call("init", *flags, "--state", str(machine.state), *machine.owner)
    assert status == 0 and err.count("\n") == 1
    assert "calls itself localhost" in err and "--hostname NAME" in err and str(machine.settings) in err


def test_a_terminal_that_goes_away_leaves_nothing_behind(machine: Machine) -> None:
    machine.types("Acme")
    status, _, err = machine.call("init", "--state", str(machine.state), *machine.owner)
    assert status == 1 and "nothing was made" in err
    assert list(machine.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("flags", "said", "status"),
    [
        (
            (),
            "say it by --company NAME, --domain DOMAIN, --address ADDR; then --dedicated if all its mail comes here",
            2,
        ),
        ((*FLAGS[:-2], "--dedicated", "--mailboxes"), "not allowed with", 2),
        ((*FLAGS, "--domain", "no domain"), "is not a domain name", 2),
        ((*FLAGS, "--address", "anna"), "is not an address", 2),
        ((*FLAGS, "--company", "A\nB"), "holds a line break", 2),
        ((*FLAGS, "--hostname", "mx1 .example"), "is not a domain name", 2),
        ((*FLAGS, "--authserv-id", "x\r\ny"), "holds a line break", 2),
        ((*FLAGS, "--site", "8470"), "site = '8470' is neither HOST:PORT", 2),
    ],
)
def test_answers_that_make_no_sense_make_nothing(
    machine: Machine, flags: tuple[str, ...], said: str, status: int
) -> None:
    got, out, err = machine.call("init", *flags, "--state", str(machine.state), *machine.owner)
    assert (got, out) == (status, "")
    assert said in err and err.count("\n") == 1
    assert list(machine.folder.iterdir()) == []


def test_an_admin_reads_a_mailbox_that_is_not_ours(machine: Machine) -> None:
    flags = (*FLAGS, "--address", "abuse@acme.example", "--state", str(machine.state))
    status, _, err = machine.call("init", *flags, *machine.owner)
    assert status == 1 and "a user has a mailbox of their own" in err


def test_settings_that_are_there_win_over_flags_that_say_otherwise(machine: Machine) -> None:
    machine.init(*FLAGS)
    status, _, err = machine.call("init", "--hostname", "mx2.acme.example")
    assert status == 1 and "says otherwise than --hostname; it stays as it is" in err
    status, _, err = machine.call("init", "--company", "Beta", "--domain", "acme.example", *machine.owner)
    assert status == 1 and "belongs to Acme" in err


def test_a_place_where_nothing_can_be_made(machine: Machine) -> None:
    (machine.folder / "etc").write_text("a file, and no folder")
    status, _, err = machine.call("init", *FLAGS, "--state", str(machine.state), *machine.owner)
    assert status == 1 and "cannot be written" in err
    (machine.folder / "etc").unlink()
    machine.state.write_text("a file, and no folder")
    status, _, err = machine.call("init", *FLAGS, "--state", str(machine.state), *machine.owner)
    assert status == 1 and err.count("\n") == 1


def test_as_root_the_system_user_has_to_be_there(machine: Machine) -> None:
    if os.geteuid() != 0:
        assert machine.init(*FLAGS)
        return
    status, _, err = machine.call("init", *FLAGS, "--state", str(machine.state), "--user", "nobody-at-all")
    assert status == 1 and "there is no system user nobody-at-all; make it: adduser nobody-at-all --system" in err
    assert "addgroup --system weftmap" in err
    status, _, err = machine.call("init", *FLAGS, "--state", str(machine.state), "--user", "daemon")
    assert status == 1 and "system user" not in err and "group weftmap" in err
    assert "adduser daemon weftmap" in err
    assert list(machine.folder.iterdir()) == []


def test_migrate_says_where_the_store_stands(machine: Machine) -> None:
    machine.init(*FLAGS)
    assert machine.call("migrate") == (0, "The store is at schema 1; nothing was changed.\n", "")
    store = machine.store()
    store.connection.execute("update migration set checksum = 'another'")
    store.close()
    status, _, err = machine.call("migrate")
    assert status == 1 and "is not the one that made this store" in err


def test_the_site_is_built_of_the_settings(machine: Machine) -> None:
    machine.init(*FLAGS)
    assert serve.site(machine.config(), serve.settings_file(Context(os.environ))).state.site.demo is False
    machine.config().keyring.unlink()
    status, out, err = machine.call("serve")
    assert (status, out) == (1, "") and "backup" in err


def test_the_site_runs_until_it_is_asked_to_stop(machine: Machine) -> None:
    machine.init(*FLAGS)
    words = [sys.executable, "-Im", "weftmail.cli.admin", "serve", "--site", "127.0.0.1:0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None and running.stderr is not None
        said = running.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)", said)
        assert found is not None, running.stderr.read()
        connection = http.client.HTTPConnection("127.0.0.1", int(found[1]), timeout=60)
        connection.request("GET", "/")
        assert connection.getresponse().status in (200, 303)
        connection.close()
        running.send_signal(signal.SIGTERM)
        assert running.wait(60) in (0, -signal.SIGTERM)
        assert running.stderr.read() == ""


@pytest.mark.parametrize("place", ["nowhere", "8470", ":8470", "127.0.0.1:http!", "127.0.0.1:99999999", "-x:1"])
def test_a_place_where_no_site_can_listen(place: str) -> None:
    with pytest.raises(UsageError) as caught:
        serve.bound(place)
    assert caught.value.status == 2


def test_a_taken_port_is_said() -> None:
    first = serve.bound("127.0.0.1:0")
    with pytest.raises(UsageError, match="Address already in use; name another place: --site"):
        serve.bound(f"127.0.0.1:{first.getsockname()[1]}")
    first.close()


def test_the_system_user_has_to_be_able_to_run_this(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / "venv").mkdir()
    with pytest.raises(UsageError, match=f"nobody may not pass through {tmp_path}"):
        install.check_environment("nobody", str(tmp_path / "venv"))


def test_a_malformed_answer_is_asked_for_again_with_the_reason(machine: Machine) -> None:
    machine.types(
        "Ac\tme", "Acme", "acme", "acme.example", "mx 1.example", "mx1.acme.example", "5", "3", "anna",
        "anna@office.example",
    )  # fmt: skip
    machine.hostname = ""
    out = machine.init()
    assert "company: this holds a line break or another control character; give one line of text. Once more:" in out
    assert "is not a whole domain name; write it with its last part, as acme.example. Once more:" in out
    assert "5 cannot be chosen here; there are 1, 2, 3, 4. Once more:" in out
    assert "anna is not an address; enter one such as name@example.com. Once more:" in out
    assert "mx 1.example is not a domain name" in out
    store = machine.store()
    acme = store.domains.by_name("acme.example")
    assert acme is not None and not acme.dedicated
    store.close()


def test_a_malformed_flag_ends_with_2_and_makes_nothing(machine: Machine) -> None:
    machine.types("Acme")
    status, _, err = machine.call("init", "--domain", "acme", "--state", str(machine.state), *machine.owner)
    assert status == 2 and "is not a whole domain name" in err
    assert not machine.state.exists() and not machine.settings.exists()


def test_init_and_migrate_answer_with_json(machine: Machine) -> None:
    made = json.loads(machine.init(*FLAGS, "--json"))
    assert made["user"] == "Anna" and "/enter/" in made["link"] and "store" in made["made"]
    assert [key["algorithm"] for key in made["dns"]] == ["rsa", "ed25519"]
    again = json.loads(machine.init(*FLAGS, "--json"))
    assert again["made"] == [] and again["link"] != made["link"]
    status, out, _ = machine.call("migrate", "--json")
    found = json.loads(out)
    assert status == 0 and found == {"was": found["now"], "now": found["now"], "ran": []}


def test_a_unix_socket_is_for_its_folders_group_and_one_that_was_left_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "site.sock"
    first = serve.bound(f"unix:{path}")
    assert mode(path) == 0o660
    with pytest.raises(UsageError, match=r"cannot listen at unix:.*Address already in use"):
        serve.bound(f"unix:{path}")
    first.close()
    # Whoever listened there was killed: its file lies there, and nobody answers.
    serve.bound(f"unix:{path}").close()
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot listen"):
        serve.bound(f"unix:{tmp_path}/file")
    assert (tmp_path / "file").exists()
