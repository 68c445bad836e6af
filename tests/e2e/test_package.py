"""The Debian package under a real systemd: installed, upgraded with data, refused and removed as it promises.

By default in an overlay of this machine; ``make test-packages`` runs it in a clean root of Debian as well.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from weftmail.cli.units import STARTED, UNITS

from . import debian, machine
from .booted import BootedSystemd
from .postfix import until

# Each of these tests starts where the one before it ended.
pytestmark = pytest.mark.timeout(600)

SERVICES = [name for name in STARTED if name.endswith(".service")]
NAMES_OUR_MAPS = """\
myhostname = mx1.acme.example
# relay_domains = proxy:sqlite:/etc/weftmail/postfix/of-before.cf
relay_domains = proxy:sqlite:/etc/weftmail/postfix/domains.cf
"""


@pytest.fixture(scope="module")
def first() -> Path:
    return debian.build(machine.ROOT)


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory, first: Path) -> Path:
    return debian.build(debian.later(debian.copied(tmp_path_factory.mktemp("second") / "tree")))


@pytest.fixture(scope="module")
def system(workspace: Path, first: Path) -> Iterator[BootedSystemd]:
    folder = workspace / "package"
    folder.mkdir()
    one = BootedSystemd(folder, debian.ground())
    one.start()
    one.ok("bash", "-c", "cat >/root/first.deb", stdin=first.read_bytes())
    yield one
    one.stop()


def records(system: BootedSystemd) -> list[Any]:
    found: list[Any] = json.loads(system.ok("mail-admin", "record", "list", "--json"))
    return found


def hand_over(system: BootedSystemd, subject: str) -> int:
    """Hand a mail to the pipe program, as a mail server does: as the system user."""
    raw = f"From: karin@customer.example\nSubject: {subject}\nMessage-ID: <{subject}@x>\n\nA question.\n".encode()
    user = ("setpriv", "--reuid", "weftmail", "--regid", "weftmail", "--init-groups")
    return system.run(
        *user, "/usr/bin/mail-ingest", "--recipient=leads@in.acme.example", "--sender=karin@customer.example", stdin=raw
    ).returncode


def refused(system: BootedSystemd, *words: str) -> str:
    """Run a command that has to fail; return what it said."""
    done = system.run(*words, **debian.QUIET)
    said = done.stdout.decode() + done.stderr.decode()
    assert done.returncode != 0, said
    return said


def filed(system: BootedSystemd, count: int) -> None:
    until(lambda: len(records(system)) == count, f"{count} records", system.journal, 120)


def test_it_is_installed_and_stopped(system: BootedSystemd) -> None:
    said = system.ok("dpkg", "-i", "/root/first.deb", **debian.QUIET)
    assert "weftmail is installed, and stopped. It has not touched your mail server. Next: mail-admin init" in said
    for name in STARTED:
        assert system.show(name, ("LoadState", "ActiveState")) == {"LoadState": "loaded", "ActiveState": "inactive"}
    assert system.ok("stat", "-c", "%U %G %a", "/var/lib/weftmail").split() == ["weftmail", "weftmap", "750"]
    assert system.ok("dpkg", "--verify", "weftmail") == ""
    assert system.ok("bash", "-c", "zcat /usr/share/man/man1/mail-admin-doctor.1.gz").startswith(".TH")
    assert "usage: mail-admin" in system.ok("mail-admin", "--help")
    # The pipe program finds its work compiled beside it, whatever it is called by.
    assert system.ok("bash", "-c", "ls /opt/weftmail/lib/*/site-packages/weftmail/__pycache__/pipe.*.pyc")


def test_nothing_in_it_names_the_folder_that_it_was_built_in(system: BootedSystemd) -> None:
    found = system.run("grep", "-rlE", "deb-(stage|parts)-", "/opt/weftmail", "/usr/lib/systemd/system")
    assert (found.returncode, found.stdout.decode()) == (1, "")


def test_init_starts_what_the_package_brought(system: BootedSystemd) -> None:
    said = system.ok(
        "mail-admin", "init", "--company", "Acme", "--domain", "in.acme.example", "--dedicated", "--name", "Anna",
        "--address", "anna@acme.example", "--hostname", "mx1.acme.example",
    )  # fmt: skip
    assert "The listener, the sender and the site run, now and from each boot on" in said
    for name in SERVICES:
        until(lambda name=name: active(system, name), f"{name} runs", system.journal)  # type: ignore[misc]
    system.ok("mail-admin", "alias", "add", "leads@in.acme.example", "--opens", "lead", "--owner", "anna@acme.example")
    assert hand_over(system, "first") == 0
    filed(system, 1)
    # It writes no units of its own beside the package's.
    assert "as they should be" in system.ok("mail-admin", "service", "install")
    assert system.run("ls", f"/etc/systemd/system/{UNITS[1]}").returncode != 0


def active(system: BootedSystemd, name: str) -> bool:
    return system.show(name, ("ActiveState",))["ActiveState"] == "active"


def test_it_is_not_removed_while_a_mail_server_asks_its_maps(system: BootedSystemd) -> None:
    before = system.ok("bash", "-c", "cat /etc/postfix/main.cf 2>/dev/null || true")
    system.ok("bash", "-c", "mkdir -p /etc/postfix; cat >/etc/postfix/main.cf", stdin=NAMES_OUR_MAPS.encode())
    said = refused(system, "dpkg", "-r", "weftmail")
    assert "/etc/postfix/main.cf:3:relay_domains" in said and "of-before" not in said
    assert "mail-admin postfix remove" in said
    assert all(active(system, name) for name in SERVICES)
    # It was asked for, and did not happen: wanted removed, installed.
    assert system.ok("dpkg-query", "-W", "-f", "${db:Status-Abbrev}", "weftmail").strip() == "ri"
    system.ok("bash", "-c", "cat >/etc/postfix/main.cf", stdin=before.encode())


def test_a_later_one_brings_the_store_up_to_date_and_loses_nothing(system: BootedSystemd, second: Path) -> None:
    system.ok("bash", "-c", "cat >/root/second.deb", stdin=second.read_bytes())
    before = records(system)
    done = system.run("dpkg", "-i", "/root/second.deb", **debian.QUIET)
    said = done.stdout.decode() + done.stderr.decode()
    assert done.returncode == 0, said
    assert "the store goes from schema 1 to 2; a backup is made first" in said and "schema 1 -> 2" in said
    assert records(system) == before
    for name in SERVICES:
        until(lambda name=name: active(system, name), f"{name} runs", system.journal)  # type: ignore[misc]
    assert hand_over(system, "second") == 0
    filed(system, 2)


def test_an_earlier_one_is_refused_and_the_way_back_works(system: BootedSystemd) -> None:
    said = refused(system, "dpkg", "-i", "/root/first.deb")
    assert "which knows the store up to schema 1" in said and "is at schema 2" in said
    assert all(active(system, name) for name in SERVICES)
    assert hand_over(system, "third") == 0
    filed(system, 3)
    assert system.ok("dpkg-query", "-W", "-f", "${Version}", "weftmail").startswith("0.2.0")
    lines = [line.strip() for line in said.splitlines() if line.startswith("  ")]
    assert len(lines) == 5, said
    for line in lines:
        # What is typed is what was said, with the name of the package's file; there is no apt without a network.
        system.ok(
            "bash", "-c", line.replace("apt install ./THIS-PACKAGE.deb --allow-downgrades", "dpkg -i /root/first.deb")
        )
    assert system.ok("dpkg-query", "-W", "-f", "${Version}", "weftmail").startswith("0.1.0")
    assert [one["title"] for one in records(system)] == ["first"]
    assert hand_over(system, "again") == 0
    filed(system, 2)


def test_one_queue_id_is_followed_through_the_journal_and_no_word_stands_in_it(system: BootedSystemd) -> None:
    # Behind a backup that was restored nothing leaves until a person says so.
    system.ok("mail-admin", "backup", "release")
    secret = "the price is 4711"
    raw = f"From: karin@customer.example\nSubject: {secret}\nMessage-ID: <traced@x>\n\n{secret}, too.\n".encode()
    user = ("setpriv", "--reuid", "weftmail", "--regid", "weftmail", "--init-groups")
    words = ("--recipient=leads@in.acme.example", "--sender=karin@customer.example", "--queue-id=4F2C1A0B3D")
    assert system.run(*user, "/usr/bin/mail-ingest", *words, stdin=raw).returncode == 0

    def entries() -> list[dict[str, Any]]:
        said = system.ok("journalctl", "--no-pager", "-o", "json", "WEFTMAIL_QUEUE_ID=4F2C1A0B3D")
        return [json.loads(line) for line in said.splitlines()]

    until(lambda: len(entries()) >= 3, "listener, settle and sender have said so", system.journal, 120)
    found = [(one["_SYSTEMD_UNIT"], one["SYSLOG_IDENTIFIER"], one["WEFTMAIL_STATE"]) for one in entries()[:3]]
    assert found[:2] == [
        ("weftmail-listener.service", "mail-ingest", "accepted"),
        ("weftmail-listener.service", "mail-ingest", "filed"),
    ]
    # No mail server runs here, so that the copy for Anna waits.
    assert found[2] == ("weftmail-sender.service", "mail-send", "delayed")
    assert entries()[0]["PRIORITY"] == "6" and entries()[2]["WEFTMAIL_COPY"]
    everything = system.ok("journalctl", "--no-pager", "-o", "export")
    assert "4F2C1A0B3D" in everything and secret not in everything
    # The sender reads what the mail server says to the journal, under all that its unit forbids it.
    assert "log cannot be read" not in everything


def test_what_is_removed_leaves_its_data_and_purge_asks_first(system: BootedSystemd) -> None:
    system.ok("dpkg", "-r", "weftmail", **debian.QUIET)
    assert system.run("ls", "/opt/weftmail").returncode != 0
    assert system.run("ls", "/usr/bin/mail-admin").returncode != 0
    assert system.ok("ls", "/var/lib/weftmail/weftmail.db", "/etc/weftmail/weftmail.toml")
    done = system.run("dpkg", "-P", "weftmail", **debian.QUIET)
    assert done.returncode == 0 and "nothing was deleted" in done.stderr.decode(), done.stderr.decode()
    assert system.ok("ls", "/var/lib/weftmail/weftmail.db", "/etc/weftmail/weftmail.toml")
    # Installed once more it goes on where it was; then somebody says that its data may go.
    system.ok("dpkg", "-i", "/root/first.deb", **debian.QUIET)
    assert len(records(system)) == 3
    system.ok("debconf-set-selections", stdin=b"weftmail weftmail/purge-data boolean true\n")
    done = system.run("dpkg", "-P", "weftmail", **debian.QUIET)
    assert done.returncode == 0 and "its data is deleted" in done.stderr.decode(), done.stderr.decode()
    for path in ("/var/lib/weftmail", "/etc/weftmail", "/opt/weftmail"):
        assert system.run("ls", path).returncode != 0, path
    assert "weftmail-" in system.ok("ls", "-R", "/var/backups/weftmail")
