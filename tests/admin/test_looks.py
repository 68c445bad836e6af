"""What pages look like, measured in Chromium: what is cut, what moves, and what lies out of sight."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.admin.chromium import chromium, served
from tests.admin.conftest import Site
from tests.admin.sight import outside
from tests.admin.test_access import appointed
from tests.admin.test_fields import setup_of
from weftmail.flow.setup import record
from weftmail.flow.setup.act import Done
from weftmail.flow.setup.record_change import RecordChanges

HEIGHT = 700


@contextmanager
def opened(site: Site, tmp_path: Path, width: int, language: str = "en") -> Iterator[tuple[Page, str]]:
    """Open a browser as Anna, who looks after the installation and so sees two companies."""
    appointed(site, language)
    with served(site.app) as home, chromium(tmp_path / f"{width}{language}", width=width, height=HEIGHT) as context:
        page = context.new_page()
        site.store.sessions.add_link("once", site.world.anna, site.world.clock() + 600_000)
        page.goto(f"{home}/enter/once")
        page.locator("form button").first.click()
        page.locator("main").wait_for()
        yield page, home


def box(found: Locator) -> Any:
    return found.evaluate("one => one.getBoundingClientRect().toJSON()")


def lines(found: Locator) -> int:
    """Return on how many lines an element stands."""
    count: int = found.evaluate(
        "one => { const all = document.createRange(); all.selectNodeContents(one);"
        " return new Set([...all.getClientRects()].map(each => Math.round(each.bottom / 8))).size; }"
    )
    return count


@pytest.mark.parametrize("language", ["en", "sv"])
def test_a_row_of_the_list_breaks_no_address_and_shows_the_words_of_whoever_is_not_verified(
    site: Site, tmp_path: Path, language: str
) -> None:
    long = "Fredrik Johansson af Ugglas <fredrik.johansson.af.ugglas@a-name-that-is-quite-long.example>"
    site.world.deliver(site.world.mail(author=long, subject="Legs", text="Broken."), "leads@acme.example")
    site.world.deliver(site.world.mail(author=long, subject="Arms", text="Whole."), "leads@acme.example")
    assert isinstance(record.change(setup_of(site), "LEAD-3", RecordChanges(customer="karin@customer.example")), Done)
    with opened(site, tmp_path, 1200, language) as (page, home):
        page.goto(f"{home}/records")
        rows = page.locator(".records tbody tr")
        assert rows.count() >= 2
        for address in page.locator(".records td.customer .address").all():
            assert lines(address) == 1
        for waits in page.locator(".records .us").all():
            assert lines(waits) == 1
        for subject, said in (("Legs", "Broken."), ("Arms", "Whole.")):
            last = page.locator(".records tr", has_text=subject).locator(".last")
            words = last.locator(":scope > bdi")
            expect(words).to_have_text(said)
            for edge in ("bottom", "right"):
                assert box(words)[edge] <= box(last)[edge] + 1, (said, edge)


@pytest.mark.parametrize("language", ["en", "sv"])
@pytest.mark.parametrize("width", [1200, 320])
def test_send_stands_where_it_stood_once_the_draft_is_kept(
    site: Site, tmp_path: Path, language: str, width: int
) -> None:
    with opened(site, tmp_path, width, language) as (page, home):
        page.goto(f"{home}/records/LEAD-1")
        send = page.locator("button.primary.send")
        page.locator("form.composer").evaluate("one => one.scrollIntoView()")
        places = []
        for kept in (False, True):
            if kept:
                page.locator(".editor #text").fill("Soon.")
                page.locator("#discard:not([hidden])").wait_for()
            foot = box(page.locator(".go"))
            there = box(send)
            places.append((round(foot["right"] - there["right"]), round(foot["bottom"] - there["bottom"])))
        assert places[0] == places[1] and places[0][0] == 0, places
        page.locator("#discard").click()
        page.locator("#discard[hidden]").wait_for(state="attached")


def test_the_pages_stand_as_high_as_the_window_wherever_it_is_scrolled_to(site: Site, tmp_path: Path) -> None:
    with opened(site, tmp_path, 1200) as (page, home):
        page.goto(f"{home}/records/LEAD-1")
        for down in (0, 20, 300):
            page.evaluate("down => scrollTo({ top: down, behavior: 'instant' })", down)
            side = box(page.locator(".side"))
            assert (round(side["top"]), round(side["bottom"])) == (0, HEIGHT), down


def test_the_page_that_is_open_is_in_sight_in_the_list_of_pages_and_what_is_below_fades(
    site: Site, tmp_path: Path
) -> None:
    with opened(site, tmp_path, 1200) as (page, home):
        for path in ("overview", "settings"):
            page.goto(f"{home}/{path}")
            here, end = box(page.locator(".pages [aria-current]")), box(page.locator(".me"))
            assert here["top"] >= 0 and here["bottom"] <= end["top"] - 28, path
        assert page.locator(".side").evaluate("one => one.scrollTop") > 0


def test_a_password_is_chosen_within_its_card_on_a_small_screen(site: Site, tmp_path: Path) -> None:
    site.store.sessions.add_link("first-password", site.world.bjorn, 2**60, "invitation")
    with served(site.app) as home, chromium(tmp_path, width=320, height=HEIGHT) as context:
        page = context.pages[0]
        page.goto(f"{home}/password/first-password")
        fields = page.locator(".door input, .door select, .door button")
        assert fields.count() == 4 and outside(page) == []
        assert len({round(box(one)["width"]) for one in fields.all()}) == 1


def test_on_a_small_screen_the_pages_keep_their_order_and_the_companies_are_not_cut(site: Site, tmp_path: Path) -> None:
    def order() -> list[str]:
        names: list[str] = page.locator(".pages li").evaluate_all(
            "all => all.sort((a, b) => a.getBoundingClientRect().left - b.getBoundingClientRect().left)"
            ".map(one => one.querySelector('a').getAttribute('href').split('?')[0])"
        )
        return names

    with opened(site, tmp_path, 320) as (page, home):
        page.goto(f"{home}/records")
        first = order()
        page.goto(f"{home}/log")
        assert order() == first
        here, strip = box(page.locator(".pages [aria-current]")), box(page.locator(".pages"))
        assert strip["left"] <= here["left"] and here["right"] <= strip["right"] + 1
        assert page.evaluate("scrollY") == 0
        companies = page.locator(".companies")
        assert companies.evaluate("one => one.scrollWidth <= one.clientWidth && one.scrollHeight <= one.clientHeight")
        assert page.locator(".brand").evaluate("one => parseFloat(getComputedStyle(one).fontSize)") >= 14
        for date in page.locator("input[type=date]").all():
            assert box(date)["width"] >= 150


def test_a_link_that_is_shown_once_is_in_sight_and_outlives_what_changes_on_the_page(
    site: Site, tmp_path: Path
) -> None:
    with opened(site, tmp_path, 1200) as (page, home):
        page.goto(f"{home}/domains/acme.example")
        page.get_by_role("button", name="Make a link for who keeps the DNS").click()
        link = page.locator("#link")
        assert link.input_value().startswith("http://testserver/dns/")
        there = box(link)
        assert there["top"] >= 0 and there["bottom"] <= HEIGHT
        assert page.locator("[data-key] #link").count() == 0 and page.url.endswith("#made")
