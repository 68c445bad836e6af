"""mail-admin service under a real systemd: the hardened programs take mail in, are restarted, and leave nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from weftmail.cli.units import STARTED, UNITS

from . import machine
from .booted import BootedSystemd
from .postfix import until

# Each of these tests starts where the one before it ended.
pytestmark = pytest.mark.timeout(400)

CONFIG = "/etc/weftmail/weftmail.toml"
SERVICES = [name for name in STARTED if name.endswith(".service")]


@pytest.fixture(scope="module")
def systemd(workspace: Path) -> Iterator[BootedSystemd]:
    folder = workspace / "booted"
    folder.mkdir()
    one = BootedSystemd(folder)
    one.start()
    yield one
    one.stop()


def admin(systemd: BootedSystemd, *words: str) -> str:
    return systemd.ok(machine.environment() / "bin/mail-admin", *words, WEFTMAIL_CONFIG=CONFIG)


def hand_over(systemd: BootedSystemd, subject: str) -> int:
    """Hand a mail to the pipe program, as Postfix does: as the system user."""
    raw = f"From: karin@customer.example\nSubject: {subject}\nMessage-ID: <{subject}@x>\n\nA question.\n".encode()
    words = ("--state=/var/lib/weftmail-live", "--recipient=leads@in.acme.example", "--sender=karin@customer.example")
    program = str(machine.environment() / "bin/mail-ingest")
    return systemd.run(
        "setpriv", "--reuid", "weftmail", "--regid", "weftmail", "--init-groups", program, *words, stdin=raw
    ).returncode


def records(systemd: BootedSystemd) -> list[Any]:
    found: list[Any] = json.loads(admin(systemd, "record", "list", "--json"))
    return found


def test_the_programs_run_under_systemd(systemd: BootedSystemd) -> None:
    systemd.ok("bash", "-c", "mkdir -p /etc/weftmail")
    admin(
        systemd, "init", "--company", "Acme", "--domain", "in.acme.example", "--dedicated", "--name", "Anna",
        "--address", "anna@acme.example", "--state", "/var/lib/weftmail-live", "--hostname", "mx1.acme.example",
    )  # fmt: skip
    admin(systemd, "alias", "add", "leads@in.acme.example", "--opens", "lead", "--owner", "anna@acme.example")
    said = admin(systemd, "service", "install")
    assert "from each boot on" in said
    for name in SERVICES:
        found = systemd.show(name, ("ActiveState", "SubState", "NRestarts"))
        assert found == {"ActiveState": "active", "SubState": "running", "NRestarts": "0"}, (name, systemd.journal())
    assert hand_over(systemd, "first") == 0
    until(lambda: len(records(systemd)) == 1, "it is filed", systemd.journal, 90)
    # A reader read it, in its own process, under everything that the unit forbids.
    assert records(systemd)[0]["title"] == "first"
    page = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8470/healthz', timeout=20).status)"
    assert systemd.ok("/usr/bin/python3", "-c", page).strip() == "200"


def test_a_killed_program_is_back_and_nothing_is_put_off(systemd: BootedSystemd) -> None:
    before = systemd.show("weftmail-listener.service", ("MainPID",))["MainPID"]
    assert before != "0"
    systemd.ok("kill", "-9", before)
    assert hand_over(systemd, "second") == 0
    until(lambda: len(records(systemd)) == 2, "it is filed", systemd.journal, 90)
    after = systemd.show("weftmail-listener.service", ("MainPID", "NRestarts"))
    assert after["MainPID"] != before and after["NRestarts"] == "1"
    # By the socket, which stayed, and not by a file beside it.
    assert systemd.ok("bash", "-c", "ls /var/lib/weftmail-live/incoming | wc -l").strip() == "0"


def test_no_subject_stands_in_the_journal(systemd: BootedSystemd) -> None:
    journal = systemd.journal("-u", "weftmail-listener", "-u", "weftmail-sender", "-u", "weftmail-site")
    assert "listening at unix:/var/lib/weftmail-live/listener.sock" in journal
    assert "first" not in journal and "A question" not in journal and "Traceback" not in journal


def test_a_backup_is_made_by_its_timers_service(systemd: BootedSystemd) -> None:
    assert systemd.show("weftmail-backup.timer", ("ActiveState",)) == {"ActiveState": "active"}
    systemd.ok("systemctl", "start", "weftmail-backup.service")
    (made,) = json.loads(admin(systemd, "backup", "list", "--json"))
    assert systemd.ok("stat", "-c", "%U %a", made["file"]).split() == ["weftmail", "600"]
    assert "it can be restored" in admin(systemd, "backup", "check", made["file"])


def test_it_comes_back_on_another_machine_in_one_line(systemd: BootedSystemd) -> None:
    """Another machine: the same programs, no settings and no state."""
    before = records(systemd)
    (made,) = json.loads(admin(systemd, "backup", "list", "--json"))
    systemd.ok("systemctl", "stop", *SERVICES, "weftmail-listener.socket")
    systemd.ok("bash", "-c", "mv /etc/weftmail /etc/weftmail.old; mv /var/lib/weftmail-live /var/lib/weftmail-live.old")
    said = admin(systemd, "backup", "restore", made["file"])
    assert "Settings: /etc/weftmail/weftmail.toml, brought back" in said and "Nothing leaves" in said
    assert records(systemd) == before
    assert "leaves again" in admin(systemd, "backup", "release")
    systemd.ok("systemctl", "start", "weftmail-listener.socket", *SERVICES)
    assert hand_over(systemd, "after") == 0
    until(lambda: len(records(systemd)) == len(before) + 1, "it is filed", systemd.journal, 90)


def test_a_stop_is_in_order_and_remove_leaves_nothing(systemd: BootedSystemd) -> None:
    began = time.monotonic()
    systemd.ok("systemctl", "stop", *SERVICES)
    print(f"stopped within {time.monotonic() - began:.1f} s")
    for name in SERVICES:
        assert systemd.show(name, ("Result", "ActiveState")) == {"Result": "success", "ActiveState": "inactive"}
    # The mail server connects meanwhile: systemd starts the listener for it.
    assert hand_over(systemd, "third") == 0
    until(lambda: len(records(systemd)) == 4, "it is filed", systemd.journal, 90)
    assert admin(systemd, "service", "remove").count("removed") == len(UNITS)
    for name in UNITS:
        assert systemd.show(name, ("LoadState",)) == {"LoadState": "not-found"}
