"""mail-admin doctor: each thing that can be wrong is made wrong, and its sentence read; with all well it says so."""

from __future__ import annotations

import fcntl
import http.server
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest

from tests.unit.authority import Authority
from tests.unit.cli.test_status import listener
from tests.unit.shell import Shell
from tests.unit.world import World
from weftmail.cli import doctor
from weftmail.cli.doctor import programs
from weftmail.cli.doctor.examined import Examined, age, counted
from weftmail.cli.this_server import ThisServer
from weftmail.mta import map as mail_map
from weftmail.store.connection import connect


class _Site(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def well(shell: Shell, world: World) -> Iterator[Shell]:
    """An installation in which everything is as it should be, with a demo's catcher for a mail server."""
    folder = shell.folder
    with ExitStack() as stack:
        server = stack.enter_context(http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Site))
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        stack.callback(server.shutdown)
        with shell.config.open("a") as config:
            config.write(f'smtp = "maildir:{folder}/caught"\nsite = "127.0.0.1:{server.server_port}"\n')
        for path in (folder / "weftmail.db", folder / "keys" / "tokens"):
            path.chmod(0o600)
        (folder / "keys").chmod(0o700)
        mail_map.create(shell.context().config.map)
        shell.context().follow()
        (folder / "backups").mkdir(mode=0o700)
        shell.ok("backup", "create")
        stack.enter_context(listener(folder / "listener.sock"))
        lock = stack.enter_context((folder / "send.lock").open("w"))
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield shell


def found(shell: Shell) -> dict[str, Any]:
    """Return what the doctor says of each check, by its name."""
    status, out, err = shell.call("doctor", "--json")
    assert err == ""
    checks = {one["name"]: one for one in json.loads(out)}
    assert [*checks] == [*doctor.CHECKS]
    assert status == max({"good": 0, "look": 1, "broken": 2}[one["tone"]] for one in checks.values())
    return checks


def wrong(shell: Shell, *, apart_from: tuple[str, ...] = ("clock",)) -> dict[str, str]:
    """Return what is wrong, as a person reads it; what keeps the clock of this machine is its own affair."""
    return {
        name: " ".join(f"{each['level']}: {each['finding']}. {each['next_step']}" for each in one["findings"])
        for name, one in found(shell).items()
        if one["findings"] and name not in apart_from
    }


def test_all_is_well(well: Shell) -> None:
    assert wrong(well) == {}
    status, out, _ = well.call("doctor")
    lines = out.splitlines()
    assert status in (0, 1) and len(lines) == len(doctor.CHECKS) + 1
    assert (
        "● store         " in out and "every page read" in out and lines[-1].startswith(f"{len(doctor.CHECKS)} checks")
    )
    assert len(well.call("doctor", "--quiet")[1].splitlines()) == (status != 0)


def test_what_lies_in_files_is_looked_at(well: Shell) -> None:
    folder = well.folder
    (folder / "keys" / "tokens").chmod(0o644)
    folder.joinpath("weftmail.toml").chmod(0o666)
    servers = folder / "keys" / "servers"
    servers.mkdir(mode=0o700)
    for name, ends in (("relay", 2021), ("other", 2119)):
        (servers / f"{name}.pem").write_text(Authority().sign("relay.example", ends=ends).both)
        (servers / f"{name}.pem").chmod(0o600)
    (backup,) = (folder / "backups").iterdir()
    os.utime(backup, (time.time() - 3 * 86_400,) * 2)
    said = wrong(well)
    assert f"{folder}/keys/tokens may be read or written by others. chmod 600" in said["permissions"]
    assert "may be written by everybody" in said["permissions"]
    assert "our certificate for the server relay ended" in said["certificates"] and "other" not in said["certificates"]
    assert said["backups"].startswith("look: the newest backup is 3 days old. mail-admin backup create")
    backup.unlink()
    (servers / "bad.pem").write_text("none")
    (servers / "bad.pem").chmod(0o600)
    said = wrong(well)
    assert "there is no backup" in said["backups"] and "bad.pem cannot be read" in said["certificates"]
    (folder / "keys" / "tokens").write_text("none")
    assert "holds no keys" in wrong(well)["keys"]


def test_a_signing_key_whose_private_half_is_gone_is_named(well: Shell) -> None:
    made = well.json("dkim", "create", "acme.example")
    assert made and "keys" not in wrong(well)
    files = sorted((well.folder / "keys" / "dkim" / "acme.example").iterdir())
    files[0].unlink()
    assert f"{files[0].stem}._domainkey.acme.example is missing. bring" in wrong(well)["keys"]
    files[1].write_text("none")
    assert "a private key of acme.example cannot be read" in wrong(well)["keys"]


def test_a_map_that_is_missing_or_behind_is_named(well: Shell, world: World) -> None:
    world.store.domains.next_generation()
    assert "the map is behind" in wrong(well)["map"].replace("the mail server's map", "the map")
    well.context().follow()
    with closing(connect(well.context().config.map)) as file:
        file.execute("delete from recipient where local = 'leads'")
    assert "leads@acme.example refused" in wrong(well)["map"]
    for path in (well.folder / "map").iterdir():
        path.unlink()
    assert "is missing. mail-admin init" in wrong(well)["map"]


def test_what_does_not_run_is_named_with_what_that_means(shell: Shell) -> None:
    # Where the site listens by default, one may run on this machine.
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with shell.config.open("a") as file:
            file.write(f'site = "127.0.0.1:{taken.getsockname()[1]}"\n')
        nothing_runs(shell)


def nothing_runs(shell: Shell) -> None:
    said = found(shell)
    texts = {name: one["findings"][0] for name, one in said.items() if one["findings"]}
    assert texts["listener"]["next_step"] == "systemctl start weftmail-listener"
    assert "stay with the mail server; nothing bounces" in texts["listener"]["reason"]
    assert texts["sender"]["next_step"] == "systemctl start weftmail-sender"
    assert texts["site"]["finding"].startswith("the site does not answer at 127.0.0.1:")


def test_what_waits_and_what_failed_is_named(well: Shell, world: World) -> None:
    well.ok("outbox", "pause")
    spool = well.folder / "incoming"
    spool.mkdir(mode=0o700, exist_ok=True)
    (spool / "0001-1.mail").write_bytes(b"x")
    os.utime(spool / "0001-1.mail", (time.time() - 7200,) * 2)
    world.deliver(world.mail(), "leads@acme.example")
    world.store.connection.execute("update inbound set state = 'error'")
    said = wrong(well)
    assert "sending is paused. mail-admin outbox resume" in said["queue"]
    assert "1 mail in the spool. systemctl restart weftmail-listener" in said["queue"]
    assert "1 mail could not be filed" in said["review"]


def test_a_log_of_the_mail_server_that_cannot_be_read_is_named(shell: Shell) -> None:
    assert found(shell)["mail log"]["saw"].endswith("mail.log is followed")
    (shell.folder / "mail.log").unlink()
    assert "cannot be read. usermod" in wrong(shell)["mail log"]


def test_a_damaged_store_is_told_from_one_that_is_gone(well: Shell, world: World) -> None:
    world.store.connection.execute("pragma foreign_keys = off")
    world.store.connection.execute("update alias set domain_id = 999")
    assert "a row of alias refers to one of domain that is gone" in wrong(well)["store"]
    world.store.close()
    (well.folder / "weftmail.db").unlink()
    said = wrong(well)
    assert "there is no store" in said["store"] and "broken" in said["queue"]


def test_a_store_of_another_version_is_named(well: Shell, world: World) -> None:
    world.store.connection.execute("update migration set number = 999 where number = 1")
    said = wrong(well)
    assert any("form 999" in text or "999" in text for text in said.values()), said


def test_a_clock_that_went_back_is_named(well: Shell, world: World) -> None:
    world.deliver(world.mail(), "leads@acme.example")
    newest = world.store.inbound.newest()
    assert newest is not None
    status, out, _ = well.call("doctor", context=well.context(clock=lambda: newest - 3 * 3600_000))
    assert status == 2 and "✕ clock         the clock is 3 h behind the newest mail" in out
    _, out, _ = well.call("doctor", context=well.context(clock=lambda: newest + 1))
    assert "behind the newest mail" not in out
    assert programs.synchronised() in (True, False, None)


def test_a_disk_that_is_full_is_named(well: Shell, world: World) -> None:
    class Full(ThisServer):
        def free_bytes(self) -> int:
            return self.free

        free = 10_000_000

    config = well.context().config
    examined = Examined(config, str(well.config), world.clock, Full(config))
    assert programs.disk(examined)[1][0].finding.startswith("10 MB are free on the disk")
    with config.store.open("r+b") as store:
        store.truncate(2**30)
    Full.free = 10**9
    assert programs.disk(examined)[1][0].reason == "a backup needs that much for a while"
    Full.free = 10**10
    assert programs.disk(examined)[1] == []
    examined.close()


def test_spans_and_numbers_are_said_as_people_say_them() -> None:
    assert [age(minutes * 60_000) for minutes in (-5, 3, 119, 120, 2879, 2880)] == [
        "0 min", "3 min", "119 min", "2 h", "47 h", "2 days",
    ]  # fmt: skip
    assert [counted(count, "copy", "copies") for count in (0, 1, 2)] == ["0 copies", "1 copy", "2 copies"]
