"""The settings of the installation: shown to admins of all alone, changed where they may be, and undone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.admin.conftest import Browser, Site
from weftmail.flow.running import NOTICES, SESSION, number

Opens = Callable[[], Browser]


@pytest.fixture
def owner(site: Site, browser: Opens) -> Browser:
    """The browser of Anna, who is an admin of all."""
    with site.store.transaction():
        site.store.line.appoint(site.world.anna)
    made = browser()
    made.sign_in("anna@acme.example")
    return made


def test_each_setting_stands_there_with_its_value_and_meaning(owner: Browser) -> None:
    page = owner.get("/settings").text
    for said in ("notices_apart", 'value="15"', "/etc/acme/weftmail.toml", "mail_owner", "&#34;exim&#34;", "default"):
        assert said in page, said


def test_one_is_changed_and_undone(site: Site, owner: Browser) -> None:
    answer = owner.post("/settings/change", {"csrf": owner.csrf(), "name": "notices_apart", "value": "60"})
    assert answer.status_code == 303 and number(site.store, NOTICES) == 60
    page = owner.get(answer.headers["location"]).text
    assert "Setting notices_apart changed" in page and "value 15 → 60" in page
    number_of_act = answer.headers["location"].rpartition("=")[2]
    owner.post(f"/history/{number_of_act}/undo", {"csrf": owner.csrf()})
    assert number(site.store, NOTICES) == 15


def test_what_does_not_fit_is_said_beside_the_field_and_kept(site: Site, owner: Browser) -> None:
    answer = owner.post("/settings/change", {"csrf": owner.csrf(), "name": "session_days", "value": "9000"})
    assert answer.status_code == 422
    assert "Enter a whole number from 1 to 90" in answer.text and 'value="9000"' in answer.text
    assert number(site.store, SESSION) == 14


def test_it_counts_at_once(site: Site, owner: Browser, browser: Opens) -> None:
    owner.post("/settings/change", {"csrf": owner.csrf(), "name": "session_days", "value": "1"})
    answer = browser().sign_in("bjorn@acme.example")
    assert "max-age=86400" in answer.headers["set-cookie"].lower()


def test_for_others_it_does_not_exist(browser: Opens) -> None:
    for address in ("anna@acme.example", "bjorn@acme.example", "rolf@acme.example"):
        somebody = browser()
        somebody.sign_in(address)
        assert somebody.get("/settings").status_code == 404
        answer = somebody.post("/settings/change", {"csrf": somebody.csrf(), "name": "session_days", "value": "1"})
        assert answer.status_code == 404
