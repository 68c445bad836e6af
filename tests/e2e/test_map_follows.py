"""Edits by mail-admin and the running Postfix: live in the same session, whole after a kill."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from email.utils import parseaddr
from pathlib import Path

import pytest

from tests.e2e.installation import ANNA, LiveInstallation, live
from tests.e2e.machine import require
from tests.e2e.postfix import PrivatePostfix
from tests.e2e.sink import Sink
from weftmail.mta.map import MapDatabase

KARIN = "karin@customer.example"


@pytest.fixture(scope="module")
def installation(postfix: PrivatePostfix, state_dir: Path) -> Iterator[LiveInstallation]:
    made = live(postfix, state_dir, postfix.milter)
    made.listener()
    made.sender()
    yield made
    made.stop()


def asked(client, address: str) -> tuple[int, str]:
    """Ask in a session that stays open whether Postfix takes mail for this address."""
    client.rset()
    client.mail(KARIN)
    code, text = client.rcpt(address)
    return code, text.decode()


def test_aliases_and_domains_count_at_once_in_the_same_session(installation: LiveInstallation, postfix: PrivatePostfix):
    with postfix.smtp() as client:
        code, text = asked(client, "offers@acme.example")
        assert (code, "5.1.1" in text) == (550, True)
        installation.admin("alias", "add", "offers@acme.example", "--opens", "lead")
        assert asked(client, "offers@acme.example")[0] == 250
        assert asked(client, "Offers+spring@ACME.example")[0] == 250
        assert asked(client, "info@nord.example")[0] != 250
        installation.admin("domain", "add", "nord.example", "--company", "Acme")
        installation.admin("alias", "add", "info@nord.example", "--opens", "lead")
        assert asked(client, "info@nord.example")[0] == 250
        assert asked(client, "postmaster@nord.example")[0] == 250
        assert asked(client, "nobody@nord.example")[0] == 550
        installation.admin("alias", "remove", "offers@acme.example")
        assert asked(client, "offers@acme.example")[0] == 550
        assert asked(client, "offers+spring@acme.example")[0] == 550
    assert postfix.running()


def test_reply_addresses_outlive_the_alias(installation: LiveInstallation, postfix: PrivatePostfix, sink: Sink):
    installation.admin("alias", "add", "spring@acme.example", "--opens", "task", "--owner", ANNA)
    raw = f"From: Karin Ek <{KARIN}>\r\nTo: spring@acme.example\r\nSubject: Hello\r\n\r\nHello\r\n".encode()
    postfix.deliver(KARIN, "spring@acme.example", raw)
    installation.wait_messages("TASK-1", 1)
    installation.admin("post", "TASK-1", "--as", ANNA, "--text", "Yes?")
    address = parseaddr(str(email.message_from_bytes(sink.wait(1, KARIN)[0].raw)["Reply-To"]))[1]
    installation.admin("alias", "remove", "spring@acme.example")
    with postfix.smtp() as client:
        assert asked(client, "spring@acme.example")[0] == 550
        assert asked(client, address)[0] == 250
    postfix.deliver(KARIN, address, raw.replace(b"spring@acme.example", address.encode()))
    assert installation.wait_messages("TASK-1", 3)[2]["kind"] == "received"


@pytest.mark.parametrize("when", [1, 2, 3])
def test_a_kill_between_store_and_map_is_made_good(installation: LiveInstallation, postfix: PrivatePostfix, when: int):
    """mail-admin dies at its first writes to the map; the listener, which follows each second, brings it in."""
    require(Path("/usr/bin/strace").exists(), "strace is missing: apt-get install strace")
    address = f"killed{when}@acme.example"
    path = installation.state / "map" / "map.db"
    done = installation.run(
        "strace", "-f", "-o", "/dev/null", "-P", f"{path}-wal", "-e", "trace=pwrite64",
        "-e", f"inject=pwrite64:signal=KILL:when={when}",
        installation.programs / "mail-admin", "alias", "add", address, "--opens", "lead",
    )  # fmt: skip
    assert done.returncode != 0, done.stdout
    assert address in [one["address"] for one in installation.json("alias", "list")]

    def followed() -> bool:
        with postfix.smtp() as client:
            return asked(client, address)[0] == 250

    installation.wait(followed, "the map follows")
    file = MapDatabase(path)
    wanted = {one["address"] for one in installation.json("alias", "list")}
    ours = {
        one
        for one in file.recipients()
        if not re.match(r"(reply|bounce|record|notifications|postmaster|abuse|dmarc)@", one)
    }
    file.close()
    assert ours == wanted
