"""Outgoing servers on the site: added, changed, tested, by who looks after the installation alone."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from tests.admin.conftest import Browser, Site
from tests.admin.test_separation import Opens
from tests.unit.flow.setup.test_dkim_key import files
from tests.unit.flow.setup.test_server import Kept, Relay
from weftmail.core.outgoing_server import OutgoingServer


@pytest.fixture
def owner(site: Site) -> None:
    """Anna looks after the installation."""
    site.store.line.appoint(site.world.anna)


@pytest.fixture
def relay(site: Site, owner: None, tmp_path_factory: pytest.TempPathFactory) -> Relay:
    """The way to every server; secrets are in memory."""
    made, kept = Relay(), Kept()
    keys: Any = files(tmp_path_factory.mktemp("keys"))
    there = site.app.state.site
    site.app.state.site = replace(there, ways=lambda: made, secret_files=kept, key_files=keys)
    return made


def added(site: Site, anna: Browser, **more: str) -> OutgoingServer:
    form = {
        "csrf": anna.csrf(), "name": "relay", "preset": "fastmail", "senders": "acme.example, sales@other.example",
        "login": "anna", "password": "correct-horse", **more,
    }  # fmt: skip
    answer = anna.post("/servers/add", form)
    assert answer.status_code == 303, answer.text
    found = site.store.servers.named("relay")
    assert found is not None and answer.headers["location"].startswith(f"/servers/{found.id}?done=")
    return found


def test_a_preset_fills_in_where_a_provider_is(site: Site, anna: Browser, relay: Relay) -> None:
    found = added(site, anna)
    assert (found.host, found.port, found.security, found.sign_in) == ("smtp.fastmail.com", 465, "tls", "password")
    assert found.senders == "acme.example sales@other.example"
    page = anna.get("/servers").text
    assert "smtp.fastmail.com:465" in page and "this machine" in page
    own = anna.get(f"/servers/{found.id}").text
    assert "correct-horse" not in own and "Kept; write another one" in own and "Not tested yet" in own


def test_what_the_form_leaves_empty_is_no_limit_and_keeps_the_password(site: Site, anna: Browser, relay: Relay) -> None:
    found = added(site, anna)
    form = {
        "csrf": anna.csrf(), "senders": "acme.example", "host": "smtp.relay.example", "port": "587",
        "security": "starttls", "sign_in": "password", "login": "anna", "password": "", "per_day": "100",
        "per_minute": "", "per_domain": "", "switches": "yes", "on": "yes",
    }  # fmt: skip
    assert anna.post(f"/servers/{found.id}/save", form).status_code == 303
    there = site.store.servers.get(found.id)
    assert there is not None and (there.host, there.per_day, there.per_minute) == ("smtp.relay.example", 100, None)
    assert not there.falls_back and there.state == "on"
    wrong = anna.post(f"/servers/{found.id}/save", {**form, "csrf": anna.csrf(), "port": "none"})
    assert wrong.status_code == 422 and "A limit is a number" in wrong.text
    wrong = anna.post(f"/servers/{found.id}/save", {**form, "csrf": anna.csrf(), "security": "none"})
    assert wrong.status_code == 422 and "Nothing secret goes without TLS" in wrong.text


def test_the_test_says_what_the_server_changed_or_where_it_ended(site: Site, anna: Browser, relay: Relay) -> None:
    found = added(site, anna)
    assert anna.post(f"/servers/{found.id}/test", {"csrf": anna.csrf()}).status_code == 303
    assert "not back yet" in anna.get(f"/servers/{found.id}").text
    ((_, recipient, data),) = relay.kept
    site.world.deliver(data.replace(b"\r\n", b"\n"), recipient, sender="srs@relay.example")
    page = anna.get(f"/servers/{found.id}").text
    assert "never come home" in page and "srs@relay.example" in page
    relay.step = "certificate"
    anna.post(f"/servers/{found.id}/test", {"csrf": anna.csrf()})
    assert "Its certificate is not believed" in anna.get(f"/servers/{found.id}").text


@pytest.mark.parametrize("erased", [False, True])
def test_a_removed_server_comes_back_working_or_the_bar_says_what_it_lacks(
    site: Site, anna: Browser, relay: Relay, erased: bool
) -> None:
    found = added(site, anna)
    assert "Remove can be undone for 30 days" in anna.get(f"/servers/{found.id}").text
    place = anna.post(f"/servers/{found.id}/remove", {"csrf": anna.csrf()}).headers["location"]
    shown = anna.get(place).text
    undo = re.search(r'action="(/history/\d+/undo[^"]*)"', shown)
    assert "Outgoing server relay removed" in shown and undo is not None
    if erased:
        site.world.clock.now += 31 * 24 * 3600_000
        anna.sign_in("anna@acme.example")
    answer = anna.post(undo[1], {"csrf": anna.csrf()}, headers={"referer": "http://testserver/servers"})
    back = site.store.servers.named("relay")
    bar = re.search(r'<div class="bar" data-done.*?</div>', anna.get(answer.headers["location"]).text, re.S)
    assert answer.status_code == 303 and back is not None and bar is not None
    assert back.state == ("off" if erased else "on")
    assert ("give its password again" in bar[0]) is ('href="/servers' in bar[0]) is erased
    page = anna.get(f"/servers/{back.id}").text
    assert "Kept; write another one to replace it." in page


def test_a_server_is_removed_and_that_of_this_machine_stays(site: Site, anna: Browser, relay: Relay) -> None:
    found = added(site, anna)
    assert anna.post(f"/servers/{found.id}/remove", {"csrf": anna.csrf()}).headers["location"].startswith("/servers?")
    assert anna.get(f"/servers/{found.id}").status_code == 404
    assert anna.post("/servers/1/remove", {"csrf": anna.csrf()}).status_code == 422
    assert anna.post("/servers/1/save", {"csrf": anna.csrf(), "per_domain": "10"}).status_code == 303
    wrong = anna.post("/servers/add", {"csrf": anna.csrf(), "name": "x", "preset": "nobody", "senders": "a.example"})
    assert wrong.status_code == 422
    wrong = anna.post("/servers/add", {"csrf": anna.csrf(), "name": "No", "senders": "a.example", "host": "h.example"})
    assert wrong.status_code == 422


def test_a_site_that_keeps_no_secrets_and_sends_nothing(site: Site, owner: None, anna: Browser) -> None:
    assert anna.post("/servers/add", {"csrf": anna.csrf(), "name": "x"}).status_code == 404
    assert anna.get("/servers/1").status_code == 200
    for act in ("save", "remove", "test"):
        assert anna.post(f"/servers/1/{act}", {"csrf": anna.csrf()}).status_code == 404


def test_nobody_else_sees_them(site: Site, browser: Opens) -> None:
    rolf = browser()
    rolf.sign_in("rolf@acme.example")
    assert rolf.get("/servers").status_code == 404
