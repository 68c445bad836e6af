"""Search on the pages: marked words, nothing of others, nothing that runs, and as somebody types."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.admin.chromium import Watched, chromium, served
from tests.admin.conftest import Browser, Site
from tests.admin.test_access import RULES, complaints
from tests.admin.test_browser import enter
from weftmail.admin.pages import search
from weftmail.store.search_narrowing import LOOKED_AT

Opens = Callable[[], Browser]


def test_what_was_found_has_its_words_marked(site: Site, anna: Browser) -> None:
    page = anna.get("/search?q=chairs").text
    assert "Quote for 40 <mark>chairs</mark>" in page and "Could you do 40 <mark>chairs</mark>?" in page
    assert 'href="/records/LEAD-1#m1"' in page
    near = anna.get("/search", params={"q": "chiars"}).text
    assert "Nothing holds exactly that. These hold chairs:" in near and "<mark>chairs</mark>" in near
    assert "Nothing found" in anna.get("/search?q=zzzz").text and "Nothing found" not in anna.get("/search").text


@pytest.mark.parametrize("typed", ["before:yesterday", "before:2026-13-99", "chairs after:2026-11"])
@pytest.mark.parametrize(("language", "said"), [("en", "is no day; write it as 2026-"), ("sv", "är ingen dag")])
def test_a_day_that_is_none_is_said(site: Site, anna: Browser, typed: str, language: str, said: str) -> None:
    site.store.connection.execute("update users set language = :language", {"language": language})
    page, dropped = anna.get("/search", params={"q": typed}).text, anna.get("/search/drop", params={"q": typed}).json()
    for text in (page, dropped["html"]):
        assert f"{typed.rpartition(':')[2]} {said}" in text
    assert 'aria-invalid="true"' in page and "empty" not in page
    assert 'aria-invalid="true"' not in anna.get("/search?q=before:2027-05-31").text


def test_a_long_text_is_shown_around_its_words(site: Site, anna: Browser) -> None:
    long = "before " * 100 + "needle " + "after " * 100
    site.world.deliver(site.world.mail(subject="Hay", text=f"{long}\n"), "leads@acme.example")
    page = anna.get("/search?q=needle").text
    assert "…" in page and "<mark>needle</mark>" in page and page.count("before ") < 60


def test_what_was_not_looked_at_is_said(site: Site, anna: Browser) -> None:
    """So much in the trash holds the word that what stands behind it is not reached: the page says so, and how to."""
    site.world.deliver(site.world.mail(subject="Pears", text="Yes.\n"), "leads@acme.example")
    pears, marks = site.world.record("LEAD-2"), site.store.connection.execute(
        "select marks from search_text where record_id = (select id from record where label = 'LEAD-2')"
    ).rows[0][0]  # fmt: skip
    site.store.connection.execute(
        "insert into search_text (rowid, company_id, record_id, words, marks)"
        " with recursive n (n) as (select 9000 union all select n + 1 from n where n < 9000 + :count)"
        " select 4 * n, :company_id, :record_id, 'chairs', :marks from n",
        {"count": LOOKED_AT, "company_id": pears.company_id, "record_id": pears.id, "marks": marks},
    )
    site.store.records.hide(pears.company_id, pears.id, "trash", 1)
    said = f"Only the newest {LOOKED_AT} messages that hold these words were looked at."
    page = anna.get("/search?q=chairs").text
    assert "Nothing found" in page and said in page
    page = anna.get("/search?q=chairs in:LEAD-1").text
    assert said not in page and "<mark>chairs</mark>" in page


def test_nothing_of_others_is_found(site: Site, browser: Opens, anna: Browser) -> None:
    eva = browser()
    eva.sign_in("eva@other.example")
    for typed in ("chairs", "chiars", "karin", "LEAD-1", "in:LEAD", "from:karin"):
        page = eva.get("/search", params={"q": typed}).text
        assert "Nothing found" in page and "Karin" not in page, typed
    site.store.record_types.limit(site.world.acme, "lead", teams_only=True)
    bjorn = browser()
    bjorn.sign_in("bjorn@acme.example")
    assert "Nothing found" in bjorn.get("/search?q=chairs").text
    assert "<mark>chairs</mark>" in anna.get("/search?q=chairs").text


def test_hostile_words_do_nothing(site: Site, anna: Browser, tmp_path: Path) -> None:
    hostile = "</mark><script>alert('canary')</script><img src=x onerror=alert('canary')> needle"
    site.world.deliver(site.world.mail(subject=hostile, text=f"{hostile}\n"), "leads@acme.example")
    with served(site.app) as home, chromium(tmp_path / "profile") as context:
        page = context.new_page()
        watched = Watched(page, home)
        enter(page, site, home)
        page.goto(f"{home}/search?q=needle")
        page.wait_for_selector("mark")
        page.goto(f"{home}/search")
        page.fill("#q", "\"><script>alert('canary')</script>")
        page.fill("#q", "quote")
        page.wait_for_url("**/search?q=quote")
        assert page.inner_text("#results mark") == "Quote"
        page.keyboard.press("Escape")
        page.goto(f"{home}/records")
        page.fill("#search", "chairs")
        page.keyboard.press("Enter")
        page.wait_for_selector("#results mark")
        assert watched.alarms == []


# --- while one types in the field of every page -------------------------------------------------------------------


def dropped(browser: Browser, typed: str) -> tuple[int, str]:
    answer = browser.get("/search/drop", params={"q": typed}).json()
    return answer["count"], answer["html"]


def test_what_drops_down_leads_to_messages_records_and_people(site: Site, anna: Browser) -> None:
    world = site.world
    first = world.thread("LEAD-1")[0].rfc_message_id
    world.deliver(world.mail(references=[first], verified=True, files=[("invoice.pdf", b"%PDF")]), "leads@acme.example")
    count, html = dropped(anna, "chai")
    assert count == 1 and "<mark>chairs</mark>" in html, "one line for a record"
    assert 'href="/records/LEAD-1?at=2#m2"' in html, "with the newest of its messages"
    assert 'href="/records/LEAD-1"' in dropped(anna, "LEAD-1")[1]
    assert 'href="/search?q=chai"' in html
    assert 'href="/records/LEAD-1?at=2#m2"' in dropped(anna, "invoice")[1], "by the name of a file"
    for typed in ("karin", "Ek", "customer.exam"):
        assert 'href="/contacts/1"' in dropped(anna, typed)[1]
    assert dropped(anna, "k") == (0, "")
    count, html = dropped(anna, "chiars")
    assert count == 0 and "No record or message holds exactly that." in html and 'href="/search?q=chiars"' in html


def test_nothing_of_others_drops_down(site: Site, browser: Opens, anna: Browser) -> None:
    eva = browser()
    eva.sign_in("eva@other.example")
    site.store.record_types.limit(site.world.acme, "lead", teams_only=True)
    bjorn = browser()
    bjorn.sign_in("bjorn@acme.example")
    for typed in ("chairs", "LEAD-1", "in:LEAD", "quote"):
        assert dropped(eva, typed)[0] == 0 and "LEAD-1</span>" not in dropped(bjorn, typed)[1]
        assert dropped(anna, typed)[0] > 0
    assert dropped(eva, "karin")[0] == 0


def test_whoever_types_holds_up_nobody_else(site: Site, anna: Browser) -> None:
    assert search.DROPPING.acquire() and search.DROPPING.acquire()
    try:
        assert anna.get("/search/drop?q=chairs").json() == {"busy": True}
    finally:
        search.DROPPING.release(2)
    assert dropped(anna, "chairs")[0] > 0


def test_somebody_types_chooses_and_opens_with_keys_alone(site: Site, tmp_path: Path) -> None:
    hostile = "<img src=x onerror=alert('canary')> chairs"
    site.world.deliver(site.world.mail(subject=hostile, text="chairs\n"), "leads@acme.example")
    with served(site.app) as home, chromium(tmp_path / "profile") as context:
        page = context.new_page()
        watched = Watched(page, home)
        enter(page, site, home)
        page.goto(f"{home}/contacts")
        page.keyboard.press("/")
        field = page.get_by_role("combobox", name="Search")
        page.keyboard.type("chai", delay=20)
        options = page.get_by_role("option")
        options.first.wait_for()
        assert field.get_attribute("aria-expanded") == "true" and options.count() == 3
        assert page.locator("#drop mark").first.inner_text() == "chairs"
        assert complaints(page, RULES) == []
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        assert field.get_attribute("aria-activedescendant") == options.nth(1).get_attribute("id")
        assert options.nth(1).get_attribute("aria-selected") == "true" and field.evaluate(
            "one => one === document.activeElement"
        )
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
        assert field.get_attribute("aria-activedescendant") is None, "before the first one stands the field"
        page.keyboard.press("Escape")
        assert not page.locator("#drop").is_visible() and field.input_value() == "chai"
        assert field.get_attribute("aria-expanded") == "false"
        page.keyboard.press("ArrowDown")
        options.first.wait_for()
        page.keyboard.press("ArrowDown")
        leads = options.first.get_attribute("href")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{home}{leads}")
        page.goto(f"{home}/records")
        page.fill("#search", "chairs")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?q=chairs")
        assert watched.alarms == []


def test_a_click_opens_a_line_and_what_is_left_closes(site: Site, tmp_path: Path) -> None:
    with served(site.app) as home, chromium(tmp_path / "profile", width=320, height=700) as context:
        page = context.new_page()
        enter(page, site, home)
        page.goto(f"{home}/records")
        page.click("#search")
        page.keyboard.type("karin")
        page.get_by_role("option").first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.locator("h1").click()
        assert not page.locator("#drop").is_visible()
        page.click("#search")
        page.get_by_role("option", name="Karin Ek karin@customer.example").first.click()
        page.wait_for_url("**/contacts/1")


def test_without_script_the_field_leads_to_the_page(site: Site, tmp_path: Path) -> None:
    with served(site.app) as home, chromium(tmp_path / "profile", script=False) as context:
        page = context.new_page()
        enter(page, site, home)
        page.goto(f"{home}/contacts")
        assert page.get_by_role("combobox").count() == 0
        page.fill("#search", "chairs")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?q=chairs")
        assert page.locator("mark").first.inner_text() == "chairs"
