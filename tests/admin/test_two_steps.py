"""The doors beyond the password: the second factor, a forgotten password, an invitation."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from typing import Any

import pytest
from markupsafe import escape

from tests.admin.conftest import PASSWORD, Browser, Site
from tests.admin.test_fields import setup_of
from weftmail.admin.attempts import DEVICE, PAIR
from weftmail.admin.browser import name_of
from weftmail.core.tokens.one_time_code import code_at
from weftmail.flow import second_factor as factors
from weftmail.flow.account import account_mail
from weftmail.flow.setup import access, second_factor, setting, user
from weftmail.flow.setup.access import Invited
from weftmail.flow.setup.act import Done

Opens = Callable[[], Browser]
ANNA = "anna@acme.example"
NEW = "velvet-otter-april-ten"
CODES = factors.recovery_codes(bytes(range(100)))


def turn_on(site: Site, address: str = ANNA) -> bytes:
    """Give somebody a second factor; return the key of their app."""
    setup, keyring = setup_of(site), site.installation.keyring
    secret = second_factor.begin(setup, keyring, bytes(range(32)), address)
    assert isinstance(secret, bytes)
    done = second_factor.confirm(setup, keyring, address, code_at(secret, site.world.clock.now), CODES)
    assert isinstance(done, Done)
    site.world.clock.now += 30_000
    return secret


def link_of(site: Site) -> str:
    """Return the path of the link in the mail that waits."""
    waiting = site.store.outbox.claim("t", site.world.clock(), 2**60, 9)
    (claimed,) = [one for one in waiting if one.audience == "account"]
    made: Any = account_mail(site.store, site.installation, claimed)
    found = re.search(rb"http://testserver(/password/[\w-]+)", made.data.replace(b"=\r\n", b""))
    assert found is not None
    return found[1].decode()


def test_the_password_alone_opens_nothing_where_there_is_a_second_factor(site: Site, browser: Opens) -> None:
    secret, one = turn_on(site), browser()
    answer = one.post("/sign-in", {"address": ANNA, "password": PASSWORD, "next": "/records/LEAD-1"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in/code")
    assert "weftmail" not in one.client.cookies and one.get("/records").headers["location"].startswith("/sign-in")
    assert "one-time-code" in one.get("/sign-in/code").text
    assert one.post("/sign-in/code", {"code": "000000"}).status_code == 403
    code = code_at(secret, site.world.clock.now)
    answer = one.post("/sign-in/code", {"code": code})
    assert (answer.status_code, answer.headers["location"]) == (303, "/records/LEAD-1")
    assert one.get("/records/LEAD-1").status_code == 200
    # The step between is over, and the code is used up.
    assert one.get("/sign-in/code").headers["location"] == "/sign-in"
    two = browser()
    two.sign_in(ANNA)
    assert two.post("/sign-in/code", {"code": code}).status_code == 403
    assert two.post("/sign-in/code", {"code": CODES[0]}).status_code == 303
    assert two.get("/records").status_code == 200


def test_guessing_codes_is_slowed_down(site: Site, browser: Opens) -> None:
    secret, one = turn_on(site), browser()
    one.sign_in(ANNA)
    for _ in range(DEVICE.free + 1):
        answer = one.post("/sign-in/code", {"code": "000000"})
    assert answer.status_code == 429 and int(answer.headers["retry-after"]) >= 1
    assert one.post("/sign-in/code", {"code": code_at(secret, site.world.clock.now)}).status_code == 429
    site.world.clock.now += 60_000
    assert one.post("/sign-in/code", {"code": code_at(secret, site.world.clock.now)}).status_code == 303


def test_the_step_between_lasts_ten_minutes_and_belongs_to_one_browser(site: Site, browser: Opens) -> None:
    secret, one, two = turn_on(site), browser(), browser()
    one.sign_in(ANNA)
    code = code_at(secret, site.world.clock.now)
    assert two.post("/sign-in/code", {"code": code}).headers["location"] == "/sign-in"
    site.world.clock.now += 10 * 60_000
    code = code_at(secret, site.world.clock.now)
    assert one.post("/sign-in/code", {"code": code}).headers["location"] == "/sign-in"


def test_a_sign_in_link_is_the_password_and_not_the_second_factor(site: Site, browser: Opens) -> None:
    turn_on(site)
    assert isinstance(user.sign_in_link(setup_of(site), ANNA, "a-token"), Done)
    one = browser()
    assert one.post("/enter/a-token").headers["location"] == "/sign-in/code"
    assert one.get("/records").status_code == 303


def test_where_it_is_demanded_there_is_no_other_page_until_it_is_set_up(site: Site, browser: Opens) -> None:
    one = browser()
    one.sign_in(ANNA)
    csrf = one.csrf()
    assert isinstance(setting.change(setup_of(site), "second_factor", "1"), Done)
    for path in ("/records", "/records/LEAD-1", "/inbox", "/account"):
        assert one.get(path).headers["location"] == "/account/second-factor"
    assert one.post("/records/LEAD-1/write", {"csrf": csrf}).headers["location"] == "/account/second-factor"
    assert one.get("/live/records").status_code == 401
    turn_on(site)
    assert one.get("/records").status_code == 200


def test_a_forgotten_password_is_answered_alike_whoever_it_is(site: Site, browser: Opens) -> None:
    one, woken = browser(), site.sender.woken
    asked = (ANNA, "nobody@acme.example", "no address")
    answers = [one.post("/forgotten", {"address": who}) for who in asked]
    # What was typed stands in a command; nothing else tells one from another.
    typed = [str(escape(shlex.quote(who))) for who in asked]
    texts = {answer.text.replace(who, "") for who, answer in zip(typed, answers, strict=True)}
    assert {answer.status_code for answer in answers} == {200} and len(texts) == 1
    assert site.sender.woken == woken + 1
    path = link_of(site)
    assert one.get(path).status_code == 200
    assert one.post(path, {"password": NEW, "again": "other"}).status_code == 422
    assert "12 characters" in one.post(path, {"password": "short", "again": "short"}).text
    answer = one.post(path, {"password": NEW, "again": NEW})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert one.get("/records").status_code == 200
    for again in (one.get(path), one.post(path, {"password": NEW, "again": NEW})):
        assert again.status_code == 404 and "This link has expired" in again.text
    assert browser().sign_in(ANNA).status_code == 403
    assert browser().sign_in(ANNA, NEW).status_code == 303


def test_a_new_password_ends_sessions_and_is_no_way_around_the_second_factor(site: Site, browser: Opens) -> None:
    turn_on(site)
    one, two = browser(), browser()
    one.sign_in(ANNA)
    one.post("/sign-in/code", {"code": CODES[0]})
    two.post("/forgotten", {"address": ANNA})
    assert two.post(link_of(site), {"password": NEW, "again": NEW}).headers["location"] == "/sign-in/code"
    assert two.get("/records").status_code == one.get("/records").status_code == 303


def test_asking_for_new_passwords_is_slowed_down(site: Site, browser: Opens) -> None:
    one = browser()
    answers = [one.post("/forgotten", {"address": ANNA}) for _ in range(PAIR.free + 1)]
    assert [answer.status_code for answer in answers] == [200] * PAIR.free + [429]
    assert "retry-after" in answers[-1].headers


def test_a_link_for_a_password_lasts_thirty_minutes_and_opens_nothing_else(site: Site, browser: Opens) -> None:
    one = browser()
    one.post("/forgotten", {"address": ANNA})
    path = link_of(site)
    assert one.get(path.replace("/password/", "/enter/")).status_code == 404
    site.world.clock.now += access.RESET_MINUTES * 60_000
    assert one.get(path).status_code == 404


def test_who_was_invited_chooses_a_password_and_is_in(site: Site, browser: Opens) -> None:
    made = access.invite(setup_of(site), site.installation.keyring, b"r" * 16, "karin@office.example", company="Acme")
    assert isinstance(made, Invited)
    one = browser()
    assert "Welcome" in one.get(f"/password/{made.token}").text
    assert one.post(f"/password/{made.token}", {"password": NEW, "again": NEW}).status_code == 303
    assert "LEAD-1" in one.get("/records").text


def test_a_form_of_another_site_chooses_no_password(site: Site, browser: Opens) -> None:
    one = browser()
    foreign = {"headers": {"origin": "https://evil.example"}}
    for path in ("/forgotten", "/password/x", "/sign-in/code"):
        assert one.post(path, {"address": ANNA}, **foreign).status_code == 403


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (Macintosh; Intel) AppleWebKit/605.1 Version/19.0 Safari/605.1", "Safari, Mac"),
        ("Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS) AppleWebKit/605.1 CriOS/140.0 Safari/605.1", "Chrome, iPhone"),
        ("<script>alert(1)</script>", ""),
        ("", ""),
    ],
)
def test_what_a_browser_calls_itself(agent: str, name: str) -> None:
    assert name_of(agent) == name


def test_who_has_neither_app_nor_codes_is_told_who_can_help(site: Site, browser: Opens) -> None:
    """Only to somebody who has shown the password, and nobody who cannot help: no reader, nobody of another company."""
    site.store.users.join(site.world.acme, site.world.bjorn, "admin")
    turn_on(site)
    one = browser()
    assert "Ask one of these" not in one.get("/sign-in").text
    assert one.post("/sign-in", {"address": ANNA, "password": PASSWORD}).headers["location"] == "/sign-in/code"
    page = one.get("/sign-in/code").text
    said = re.search(r"Ask one of these to remove your second factor: ([^<]+)<", page)
    assert said is not None and said[1] == "Björn"
    # The wrong code says so once more.
    assert "second factor: Björn<" in one.post("/sign-in/code", {"code": "000000"}).text


def test_where_nobody_of_the_company_can_help_those_who_look_after_the_installation_are_named(
    site: Site, browser: Opens
) -> None:
    site.store.line.appoint(site.eva)
    turn_on(site)
    one = browser()
    one.post("/sign-in", {"address": ANNA, "password": PASSWORD})
    assert "remove your second factor: Eva<" in one.get("/sign-in/code").text
