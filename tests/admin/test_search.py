"""Search on the pages: marked words, nothing of others, nothing that runs, and as somebody types."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.admin.chromium import Watched, chromium, served
from tests.admin.conftest import Browser, Site
from tests.admin.test_browser import enter

Opens = Callable[[], Browser]


def test_what_was_found_has_its_words_marked(site: Site, anna: Browser) -> None:
    page = anna.get("/search?q=chairs").text
    assert "Quote for 40 <mark>chairs</mark>" in page and "Could you do 40 <mark>chairs</mark>?" in page
    assert 'href="/records/LEAD-1#m1"' in page
    near = anna.get("/search", params={"q": "chiars"}).text
    assert "Nothing holds exactly that. These hold chairs:" in near and "<mark>chairs</mark>" in near
    assert "Nothing found" in anna.get("/search?q=zzzz").text and "Nothing found" not in anna.get("/search").text


def test_a_long_text_is_shown_around_its_words(site: Site, anna: Browser) -> None:
    long = "before " * 100 + "needle " + "after " * 100
    site.world.deliver(site.world.mail(subject="Hay", text=f"{long}\n"), "leads@acme.example")
    page = anna.get("/search?q=needle").text
    assert "…" in page and "<mark>needle</mark>" in page and page.count("before ") < 60


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
        page.wait_for_selector("#results mark")
        assert page.url.endswith("q=quote") and page.inner_text("#results mark") == "Quote"
        page.keyboard.press("Escape")
        page.goto(f"{home}/records")
        page.fill("#search", "chairs")
        page.keyboard.press("Enter")
        page.wait_for_selector("#results mark")
        assert watched.alarms == []
