"""Aliases edited over HTTP under a running Postfix: each edit counts at the next RCPT of one session."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.e2e.installation import ANNA, LiveInstallation, live
from tests.e2e.postfix import PrivatePostfix
from tests.e2e.test_map_follows import asked

MAIL = b"From: Karin Ek <karin@customer.example>\r\nTo: anybody@rest.example\r\nSubject: Chairs\r\n\r\nHow much?\r\n"
FIELDS = {"opens": "lead", "record": "", "owner": ANNA, "accepts": "everyone", "answer_as": "", "defaults": ""}


@pytest.fixture(scope="module")
def installation(postfix: PrivatePostfix, state_dir: Path) -> Iterator[LiveInstallation]:
    made = live(postfix, state_dir, postfix.milter)
    yield made
    made.stop()


class Admin:
    """Anna's browser at the site that is served."""

    def __init__(self, installation: LiveInstallation) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        installation.start(installation.programs / "mail-admin", "serve", "--site", f"127.0.0.1:{port}")
        self.home = f"http://127.0.0.1:{port}"
        self.client = httpx.Client(base_url=self.home, headers={"origin": self.home})
        installation.wait(self._answers, "the site answers")
        link = installation.json("user", "sign-in-link", ANNA)["link"]
        self.client.post(f"/enter/{link.rpartition('/')[2]}")
        self.csrf = re.findall(r'name="csrf" value="([^"]+)"', self.client.get("/aliases").text)[0]

    def _answers(self) -> bool:
        try:
            return self.client.get("/sign-in").status_code == 200
        except httpx.TransportError:
            return False

    def send(self, path: str, **fields: str) -> str:
        """Send a form; return where the browser is led to."""
        answer = self.client.post(path, data={"csrf": self.csrf, **fields})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]


def test_an_edit_on_the_page_counts_at_the_next_rcpt_of_the_same_session(
    installation: LiveInstallation, postfix: PrivatePostfix
) -> None:
    admin = Admin(installation)
    with closing(admin.client), postfix.smtp() as client:
        code, text = asked(client, "offers@acme.example")
        assert (code, "5.1.1" in text) == (550, True)
        led = admin.send("/aliases/add", address="Offers", domain="acme.example", **FIELDS)
        assert asked(client, "offers@acme.example")[0] == 250
        page = f"/aliases/{re.findall(r'/aliases/([0-9]+)', led)[0]}"
        assert "live in the mail server since" in admin.client.get(page).text
        admin.send(f"{page}/off")
        assert asked(client, "offers@acme.example")[0] == 550
        assert asked(client, "offers+spring@acme.example")[0] == 550
        admin.send(f"{page}/on")
        assert asked(client, "offers@acme.example")[0] == 250
        led = admin.send(f"{page}/remove")
        assert asked(client, "offers@acme.example")[0] == 550
        undo = re.findall(r'action="(/history/[0-9]+/undo)"', admin.client.get(led).text)[0]
        admin.send(undo)
        assert asked(client, "offers@acme.example")[0] == 250
    assert postfix.running()


def test_one_that_takes_all_the_rest_of_a_domain_counts_at_once(
    installation: LiveInstallation, postfix: PrivatePostfix
) -> None:
    admin = installation.admin
    admin("domain", "add", "rest.example", "--company", "Acme")
    admin("alias", "add", "sales@rest.example", "--opens", "order")
    with postfix.smtp() as client:
        assert asked(client, "anybody@rest.example")[0] == 550
        admin("alias", "add", "*@rest.example", "--opens", "task")
        for taken in ("anybody@rest.example", "Any.Body+x@REST.example", "sales@rest.example", "reply@rest.example"):
            assert asked(client, taken)[0] == 250
        assert asked(client, "zzz@acme.example")[0] == 550
        admin("alias", "off", "sales@rest.example")
        assert asked(client, "sales@rest.example")[0] == 550
        admin("alias", "off", "*@rest.example")
        assert asked(client, "anybody@rest.example")[0] == 550
        admin("alias", "on", "*@rest.example")
    installation.listener()
    postfix.deliver("karin@customer.example", "anybody@rest.example", MAIL)
    assert installation.wait_messages("TASK-1", 1)[0]["kind"] == "received"
