"""The Debian package in clean roots: the script of docs/install.md, typed line by line and timed, and Debian 12 to 13.

Not among the tests of each run, since it needs the network and a quarter of an hour: ``make test-packages``.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from . import debian, machine
from .booted import BootedSystemd
from .postfix import until

pytestmark = pytest.mark.timeout(2400)

LEADS, KARIN = "leads@in.acme.example", "karin@customer.example"
WRITES = f"""
import smtplib
smtplib.SMTP("127.0.0.1", 25, timeout=60).sendmail({KARIN!r}, [{LEADS!r}], '''From: {KARIN}
Subject: chairs
Message-ID: <1@customer.example>

Do you have them in oak?
''')
"""


def typed() -> list[str]:
    """Return the lines of docs/install.md, from the package to the first conversation."""
    blocks = re.findall(r"```\n(.*?)```", (machine.ROOT / "docs/install.md").read_text(), re.DOTALL)
    (found,) = [block for block in blocks if block.startswith("apt install ./weftmail")]
    return str(found).strip().splitlines()


@pytest.fixture
def root(tmp_path: Path) -> Iterator[debian.Root]:
    made = debian.Root(tmp_path / "root", "bookworm")
    made.run("apt-get", "-qq", "update")
    yield made
    shutil.rmtree(made.folder)


def booted(folder: Path, root: debian.Root) -> BootedSystemd:
    folder.mkdir()
    one = BootedSystemd(folder, root.folder)
    one.start()
    return one


def records(system: BootedSystemd) -> list[Any]:
    found: list[Any] = json.loads(system.ok("mail-admin", "record", "list", "--json"))
    return found


def test_from_a_debian_with_nothing_but_a_mail_server_to_the_first_conversation(
    root: debian.Root, tmp_path: Path
) -> None:
    package = debian.build(machine.ROOT)
    shutil.copy(package, root.folder / "root")
    first, *lines = typed()
    assert len(lines) + 1 <= 8
    spent: dict[str, float] = {}

    began = time.monotonic()
    words = shlex.split(first.replace("./weftmail_0.1.0-1~deb12_amd64.deb", f"/root/{package.name}"))
    assert "It has not touched your mail server" in root.run(words[0], "-y", *words[1:])
    spent[words[0]] = time.monotonic() - began
    system = booted(tmp_path / "system", root)
    try:
        system.ok("systemctl", "start", "postfix")
        for line in lines:
            # A terminal would ask at "install"; no zone of the DNS is here for "watch" to wait for.
            line = {"mail-admin postfix install": f"{line} --yes"}.get(line, line.replace(" --watch", ""))
            began = time.monotonic()
            done = system.run(*shlex.split(line))
            spent[" ".join(line.split()[:3])] = time.monotonic() - began
            # No DNS is here, which both say.
            looks = line.startswith(("mail-admin dns", "mail-admin status"))
            assert done.returncode == 0 or looks, (done.stdout + done.stderr).decode()
        began = time.monotonic()
        system.ok("/usr/bin/python3", "-c", WRITES)
        until(lambda: len(records(system)) == 1, "it is on a record", system.journal, 120)
        spent["an email becomes a conversation"] = time.monotonic() - began
        assert records(system)[0]["title"] == "chairs"
        print(f"\n{len(lines) + 1} typed lines, {sum(spent.values()):.0f} s in all")
        print("\n".join(f"  {what:32} {seconds:6.1f} s" for what, seconds in spent.items()))
        # It is refused while Postfix names our maps, and goes once they are out of there.
        assert b"still asks weftmail's maps" in system.run("dpkg", "-r", "weftmail").stderr
        system.ok("mail-admin", "postfix", "remove", "--yes")
        system.ok("dpkg", "-r", "weftmail")
    finally:
        system.stop()


def test_debian_12_becomes_13_and_weftmail_runs_on(root: debian.Root, tmp_path: Path) -> None:
    package = debian.build(machine.ROOT)
    shutil.copy(package, root.folder / "root")
    root.run("apt", "install", "-y", f"/root/{package.name}")
    root.run(
        "mail-admin", "init", "--company", "Acme", "--domain", "in.acme.example", "--dedicated", "--name", "Anna",
        "--address", "anna@acme.example", "--hostname", "mx1.acme.example",
    )  # fmt: skip
    root.run("mail-admin", "alias", "add", LEADS, "--opens", "lead", "--owner", "anna@acme.example")
    apt = root.folder / "etc/apt"
    for path in (apt / "sources.list", *apt.glob("sources.list.d/*.sources")):
        if path.exists():
            path.write_text(path.read_text().replace("bookworm", "trixie"))
    root.run("apt-get", "-qq", "update")
    root.run("apt-get", "-y", "-o", "Dpkg::Options::=--force-confold", "full-upgrade")
    assert root.run("cat", "/etc/debian_version").startswith("13")
    kept = root.run("dpkg-query", "-W", "-f", "${db:Status-Abbrev} ${Version}", "weftmail")
    assert kept.startswith("ii ") and "deb12" in kept
    assert "python3.11" in root.run("readlink", "/opt/weftmail/bin/python3.11")
    assert json.loads(root.run("mail-admin", "alias", "list", "--json"))[0]["address"] == LEADS

    # The package for Debian 13, built on it.
    root.run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "python3-venv")
    # The upgrade wrote the authorities anew.
    debian.as_this_machine(root.folder)
    debian.copied(root.folder / "src")
    certificates = "/etc/ssl/certs/ca-certificates.crt"
    built = root.run("/src/packaging/deb/build", "/root/new", PIP_CERT=certificates).strip().splitlines()[-1]
    assert "deb13" in built
    root.run("apt", "install", "-y", built)
    root.run("apt-get", "-y", "autoremove")
    assert "deb13" in root.run("dpkg-query", "-W", "-f", "${Version}", "weftmail")
    system = booted(tmp_path / "system", root)
    try:
        assert system.run("ls", "/usr/bin/python3.11").returncode != 0
        system.ok("mail-admin", "service", "install")
        raw = f"From: {KARIN}\nSubject: chairs\nMessage-ID: <1@x>\n\nA question.\n".encode()
        user = ("setpriv", "--reuid", "weftmail", "--regid", "weftmail", "--init-groups")
        system.ok(*user, "mail-ingest", f"--recipient={LEADS}", f"--sender={KARIN}", stdin=raw)
        until(lambda: len(records(system)) == 1, "it is on a record", system.journal, 120)
    finally:
        system.stop()
