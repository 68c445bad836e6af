"""What everybody has of their own: password, second factor, and the browsers that they are signed in with."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.admin.chromium import CHROMIUM, FLAGS, served
from tests.admin.conftest import PASSWORD, Browser, Site
from tests.admin.test_browser import enter
from weftmail.admin.attempts import DEVICE
from weftmail.core.tokens.one_time_code import code_at, unseal
from weftmail.flow.second_factor import is_on
from weftmail.store.session import SessionLine

Opens = Callable[[], Browser]
ANNA = "anna@acme.example"
NEW = "velvet-otter-april-ten"
FIREFOX = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


def sessions(site: Site) -> list[SessionLine]:
    return site.store.sessions.of_user(site.world.anna, site.world.clock())


def test_a_password_is_changed_with_the_one_of_before(site: Site, anna: Browser, browser: Opens) -> None:
    two = browser()
    two.sign_in(ANNA)
    form = {"csrf": anna.csrf(), "current": PASSWORD, "password": NEW, "again": NEW}
    answer = anna.post("/account/password", form)
    assert answer.headers["location"] == "/account?saved=password"
    # This browser goes on under a new session, and every other one is signed out.
    assert "all other browsers are signed out" in anna.get("/account?saved=password").text
    assert two.get("/records").headers["location"].startswith("/sign-in") and len(sessions(site)) == 1
    assert browser().sign_in(ANNA).status_code == 403 and browser().sign_in(ANNA, NEW).status_code == 303
    (row,) = [one for one in site.store.audit.all() if one.act == "user.password"]
    assert (row.actor, row.became) == ("Anna", '{"password": "new"}')


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("current", "no", "This is not your password"),
        ("password", "short", "at least 12 characters"),
        ("again", "other", "The two passwords differ"),
    ],
)
def test_a_password_that_is_not_changed(site: Site, anna: Browser, field: str, value: str, said: str) -> None:
    form = {"csrf": anna.csrf(), "current": PASSWORD, "password": NEW, "again": NEW, field: value}
    answer = anna.post("/account/password", form)
    assert answer.status_code == 422
    assert re.search(rf'<div id="{field}-said"><p class="error">✕ [^<]*{said}', answer.text)
    assert NEW not in answer.text and PASSWORD not in answer.text


def test_guessing_at_a_browser_that_was_left_open_is_slowed_down(site: Site, anna: Browser) -> None:
    form = {"csrf": anna.csrf(), "current": "no", "password": NEW, "again": NEW}
    for _ in range(DEVICE.free + 1):
        answer = anna.post("/account/password", form)
    assert "Too many attempts" in answer.text
    answer = anna.post("/account/password", {**form, "current": PASSWORD})
    assert answer.status_code == 422 and "Too many attempts" in answer.text


def test_sessions_are_listed_with_browser_and_last_use_and_end_one_by_one(
    site: Site, anna: Browser, browser: Opens
) -> None:
    two, three = browser(), browser()
    two.post("/sign-in", {"address": ANNA, "password": PASSWORD}, headers=FIREFOX)
    three.sign_in(ANNA)
    html = anna.get("/account").text
    assert html.count("Sign out there") == 2 and "Firefox, Linux" in html and "● this browser" in html
    (firefox,) = [one for one in sessions(site) if one.device]
    answer = anna.post(f"/account/sessions/{firefox.id}/end", {"csrf": anna.csrf()})
    assert answer.status_code == 303 and "signed out in one browser" in anna.get(answer.headers["location"]).text
    assert two.get("/records").status_code == 303 and three.get("/records").status_code == 200
    anna.post("/account/sessions/end", {"csrf": anna.csrf()})
    assert three.get("/records").status_code == 303 and anna.get("/records").status_code == 200


def test_nobody_ends_a_session_of_somebody_else(site: Site, anna: Browser, browser: Opens) -> None:
    eva = browser()
    eva.sign_in("eva@other.example")
    (theirs,) = sessions(site)
    for number in (theirs.id, 99):
        assert eva.post(f"/account/sessions/{number}/end", {"csrf": eva.csrf()}).status_code == 404
    assert anna.get("/records").status_code == 200


def test_when_a_session_was_used_last_is_known_to_five_minutes(site: Site, anna: Browser) -> None:
    before = sessions(site)[0].seen_at
    anna.get("/records")
    assert sessions(site)[0].seen_at == before
    site.world.clock.now += 6 * 60_000
    anna.get("/records")
    assert sessions(site)[0].seen_at > before + 5 * 60_000


def secret_of(site: Site) -> bytes:
    factor = site.store.second_factors.get(site.world.anna)
    assert factor is not None
    found = unseal(site.installation.keyring, factor.sealed, site.world.anna)
    assert found is not None
    return found


def test_a_second_factor_from_the_square_to_the_codes(site: Site, anna: Browser, browser: Opens) -> None:
    page = "/account/second-factor"
    assert anna.post(f"{page}/begin", {"csrf": anna.csrf(), "current": "no"}).status_code == 422
    assert site.store.second_factors.get(site.world.anna) is None
    assert anna.post(f"{page}/begin", {"csrf": anna.csrf(), "current": PASSWORD}).headers["location"] == page
    html = anna.get(page).text
    assert "<svg" in html and "otpauth://totp/weftmail:anna%40acme.example" in html and "<style" not in html
    assert anna.post(f"{page}/confirm", {"csrf": anna.csrf(), "code": "000000"}).status_code == 422
    shown = anna.post(f"{page}/confirm", {"csrf": anna.csrf(), "code": code_at(secret_of(site), site.world.clock.now)})
    codes = re.findall(r"<li><code>([a-z2-7-]{19})</code></li>", shown.text)
    assert len(codes) == len(set(codes)) == 10 and is_on(site.store, site.world.anna)
    html = anna.get(page).text
    assert "10 recovery codes are left" in html and "<svg" not in html and codes[0] not in html
    renewed = anna.post(f"{page}/codes", {"csrf": anna.csrf(), "current": PASSWORD}).text
    assert re.findall(r"<li><code>([a-z2-7-]{19})</code></li>", renewed)[0] not in codes
    two = browser()
    two.sign_in(ANNA)
    assert two.post("/sign-in/code", {"code": codes[0]}).status_code == 403
    assert anna.post(f"{page}/remove", {"csrf": anna.csrf(), "current": "no"}).status_code == 422
    assert anna.post(f"{page}/remove", {"csrf": anna.csrf(), "current": PASSWORD}).status_code == 303
    assert not is_on(site.store, site.world.anna)
    for act in ("codes", "remove"):
        assert anna.post(f"{page}/{act}", {"csrf": anna.csrf(), "current": PASSWORD}).status_code == 422


def test_kinds_of_notifications_are_ticked_and_kept_without_a_script(site: Site, anna: Browser) -> None:
    form = {"csrf": anna.csrf(), "name": "Anna", "prefers": "email", "language": "en", "time_zone": "", "kinds": "yes"}
    anna.post("/account/save", {**form, "email_for": ["assigned", "held"]})
    found = site.store.users.get(site.world.anna)
    assert found is not None and found.email_for == "assigned held"
    page = anna.get("/account").text
    ticked = re.findall(r'name="email_for" value="(\w+)" checked', page)
    assert ticked == ["assigned", "held"] and page.count('name="email_for"') == 9
    refused = anna.post("/account/save", {**form, "email_for": ["pigeons"]})
    assert refused.status_code == 422


def test_the_zone_of_the_browser_is_proposed_and_never_taken_by_itself(site: Site, tmp_path: Path) -> None:
    with served(site.app) as home, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        there = browser.new_context(timezone_id="Pacific/Auckland")
        page = there.new_page()
        enter(page, site, home)
        page.goto(f"{home}/records")
        bar = page.locator("#zone")
        expect(bar).to_contain_text("Pacific/Auckland")
        page.goto(f"{home}/account")
        kept = site.store.users.get(site.world.anna)
        assert kept is not None and kept.zone == ""
        page.get_by_role("button", name="Leave it").click()
        page.goto(f"{home}/records")
        expect(page.locator("#zone")).to_be_hidden()
        page.evaluate("localStorage.clear()")
        page.reload()
        page.get_by_role("button", name="Use it").click()
        expect(page.locator("#time_zone")).to_have_value("Pacific/Auckland")
        page.get_by_role("button", name="Undo").click()
        expect(page.locator(".bar[data-done]")).to_be_visible()
        kept = site.store.users.get(site.world.anna)
        assert kept is not None and kept.zone == ""
        # Who has chosen is asked nothing, wherever they are.
        site.store.connection.execute("update users set zone = 'Europe/Stockholm'")
        page.goto(f"{home}/records")
        expect(page.locator("#zone")).to_have_count(0)
        browser.close()


@pytest.mark.parametrize("wrong", [{"undo_seconds": "61"}, {"undo_seconds": "many"}, {"language": "xx"}, {"name": ""}])
def test_what_is_refused_keeps_nothing_and_shows_all_that_was_chosen(
    site: Site, anna: Browser, wrong: dict[str, str]
) -> None:
    """The form is two acts: where one is refused, the other is not carried out; boxes stay as they were ticked."""
    before = site.store.users.get(site.world.anna)
    assert before is not None and before.shortcuts
    form = {
        "csrf": anna.csrf(), "name": "Anna Berg", "prefers": "inbox", "language": "sv", "time_zone": "Europe/Stockholm",
        "ways": "yes", "undo_seconds": "20", **wrong,
    }  # fmt: skip
    answer = anna.post("/account/save", form)
    assert answer.status_code == 422 and site.store.users.get(site.world.anna) == before
    page = answer.text
    assert re.search(r'name="shortcuts" value="yes"[^>]*>', page)
    assert not re.search(r'name="shortcuts" value="yes"[^>]*checked', page)
    assert ("Anna Berg" in page) == ("name" not in wrong)
    assert anna.post("/account/save", {**form, "undo_seconds": "20", "language": "sv", "name": "A"}).status_code == 303
    now = site.store.users.get(site.world.anna)
    assert now is not None and (now.name, now.undo_seconds, now.shortcuts) == ("A", 20, False)
