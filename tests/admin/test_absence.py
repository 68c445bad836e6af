"""Out of office on pages: chosen among one's own settings, seen on the record, told to whoever stands in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.admin.chromium import chromium, served
from tests.admin.conftest import Browser, Site
from tests.admin.test_access import signed_in

Opens = Callable[[], Browser]


def test_a_day_that_is_over_is_said_beside_its_field(site: Site, anna: Browser) -> None:
    form = {"csrf": anna.csrf(), "away_until": "2020-01-01", "away_from": "", "substitute": ""}
    answer = anna.post("/account/absence", form)
    assert answer.status_code == 422 and "2020-01-01 is too early" in answer.text
    assert anna.post("/account/absence", {"csrf": anna.csrf(), "do": "back"}).status_code == 422


def test_two_people_one_is_away_and_the_other_stands_in(site: Site, tmp_path: Path) -> None:
    with served(site.app) as home, chromium(tmp_path / "profile") as first:
        assert first.browser is not None
        anna, bjorn = first.pages[0], first.browser.new_context().new_page()
        signed_in(anna, home)
        signed_in(bjorn, home, "bjorn@acme.example")
        anna.goto(f"{home}/records/LEAD-1")
        if anna.get_by_role("button", name="Take", exact=True).count():
            anna.get_by_role("button", name="Take", exact=True).click()
        anna.goto(f"{home}/account#absence")
        anna.get_by_label("Back on").fill("2027-01-18")
        anna.get_by_label("Who stands in").select_option("bjorn@acme.example")
        anna.locator("#absence").get_by_role("button", name="Save").click()
        expect(anna.locator("#absence")).to_contain_text("You are away until Monday")
        first_id = site.world.thread("LEAD-1")[0].rfc_message_id
        site.world.deliver(site.world.mail(references=[first_id], text="Any news?"), "leads@acme.example")
        bjorn.goto(f"{home}/inbox")
        expect(bjorn.get_by_text("Anna is away until 2027-01-18, and you stand in")).to_be_visible()
        expect(bjorn.get_by_text("for Anna, who is away")).to_be_visible()
        bjorn.goto(f"{home}/records/LEAD-1")
        expect(bjorn.locator("#facts")).to_contain_text("away until Monday, Björn stands in")
        anna.get_by_role("button", name="I am back").click()
        expect(anna.locator(".bar[role=status]")).to_contain_text("Anna is not out of office", timeout=20_000)
        bjorn.reload()
        expect(bjorn.locator("#facts")).not_to_contain_text("stands in")


def test_a_team_says_who_of_it_is_away(site: Site, anna: Browser) -> None:
    team = site.store.teams.add(site.world.acme, "Sales", 1)
    site.store.teams.join(site.world.acme, team, site.world.anna)
    anna.post("/account/absence", {"csrf": anna.csrf(), "away_until": "2027-01-18"})
    page = anna.get(f"/teams/{team}").text
    assert "Anna is away until Monday" in page and "stands in" not in page
    assert "stands in" not in anna.get("/records/LEAD-1").text


def test_an_admin_says_that_a_colleague_is_ill(site: Site, anna: Browser, browser: Opens) -> None:
    """Björn cannot say so himself; from another company nobody can."""
    there = f"/users/{site.world.bjorn}"
    assert "new records of their teams pass them by" in anna.get(there).text
    form = {"csrf": anna.csrf(), "away_from": "", "away_until": "2020-01-01", "substitute": "anna@acme.example"}
    early = anna.post(f"{there}/absence", form)
    assert early.status_code == 422 and "2020-01-01 is too early" in early.text and 'value="2020-01-01"' in early.text
    done = anna.post(f"{there}/absence", {**form, "away_until": "2027-01-18"})
    page = anna.get(done.headers["location"]).text
    assert "Björn is out of office" in page and "Björn is away until" in page and "They are back" in page
    assert 'value="anna@acme.example" selected' in page
    kept = site.store.absences.get(site.world.bjorn)
    assert kept is not None and kept.away and kept.substitute_id == site.world.anna
    bjorn = browser()
    bjorn.sign_in("bjorn@acme.example")
    assert "You are away until" in bjorn.get("/account").text
    assert bjorn.post(f"/users/{site.world.anna}/absence", {**form, "csrf": bjorn.csrf()}).status_code == 404
    undone = anna.post(f"/history/{done.headers['location'].rpartition('done=')[2]}/undo", {"csrf": anna.csrf()})
    assert undone.status_code == 303 and site.store.absences.get(site.world.bjorn) is None
    anna.post(f"{there}/absence", {**form, "away_until": "2027-01-18"})
    assert anna.post(f"{there}/absence", {"csrf": anna.csrf(), "do": "back"}).status_code == 303
    assert site.store.absences.get(site.world.bjorn) is None
