"""What the eye meets first: one primary act, things under their own heading, lists before filters."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.admin.chromium import chromium, served
from tests.admin.conftest import Browser, Site
from tests.admin.test_access import signed_in
from tests.admin.test_fields import setup_of
from weftmail.flow.setup import record
from weftmail.flow.setup.act import Done
from weftmail.flow.setup.record_change import RecordChanges

PRIMARY = re.compile(r'<(?:button|a)[^>]*class="(?:button )?primary"[^>]*>([^<]*)<')


def main_of(html: str) -> str:
    """Return what stands in the main part of a page."""
    return html.partition('<main id="main"')[2].partition("<dialog")[0]


def speak(site: Site, language: str) -> None:
    """Let everybody read pages in this language."""
    site.store.connection.execute("update users set language = ?", (language,))


@pytest.mark.parametrize(
    ("language", "chosen"), [("en", "Filter and sort · {} chosen"), ("sv", "Filtrera och sortera · {} valda")]
)
def test_the_filter_is_folded_and_says_how_much_of_it_is_chosen(
    site: Site, anna: Browser, language: str, chosen: str
) -> None:
    speak(site, language)
    summary = re.compile(r"<details[^>]*narrowing[^>]*>\s*<summary>([^<]*)</summary>")
    for query, count in (
        ("only=mine&only=unread", 2),
        ("type=lead&state=open&sort=opened", 3),
        ("customer=karin&in=spam", 2),
    ):
        html = anna.get(f"/records?{query}").text
        found = summary.search(html)
        assert found is not None and found[1] == chosen.format(count), query
        assert " open>" not in found[0] and html.count('name="customer"') == 1
    # A list that has its own tab, and the whole list, choose nothing.
    for query in ("", "?in=spam", "?only=unread"):
        found = summary.search(anna.get(f"/records{query}").text)
        assert found is not None and "·" not in found[1], query


@pytest.mark.parametrize(("width", "stands_open"), [(320, False), (1200, True)])
def test_chromium_a_narrow_window_shows_the_list_before_the_filter(
    site: Site, tmp_path: Path, width: int, stands_open: bool
) -> None:
    with served(site.app) as home, chromium(tmp_path, width=width) as context:
        page = context.pages[0]
        signed_in(page, home)
        page.goto(f"{home}/records?type=lead&priority=normal")
        assert page.locator("details.narrowing").evaluate("one => one.open") is stands_open
        expect(page.get_by_text("Filter and sort · 2 chosen")).to_be_visible()
        if not stands_open:
            page.get_by_text("Filter and sort · 2 chosen").click()
        expect(page.locator("#customer")).to_be_visible()


@pytest.mark.parametrize(("language", "words"), [("en", ("Spam", "Trash")), ("sv", ("Skräppost", "Papperskorg"))])
def test_a_list_stands_once_among_the_lists(site: Site, anna: Browser, language: str, words: tuple[str, str]) -> None:
    speak(site, language)
    lists = re.search(r'<nav class="tabs lists".*?</nav>', anna.get("/records").text, re.DOTALL)
    assert lists is not None
    names = [one.strip() for one in re.findall(r"<a [^>]*>([^<]+)", lists[0])]
    assert len(names) == len(set(names)) and set(words) <= set(names)


@pytest.mark.parametrize(("language", "take", "reopen"), [("en", "Take", "Reopen"), ("sv", "Ta", "Öppna igen")])
def test_the_row_of_acts_begins_with_what_a_record_needs(
    site: Site, anna: Browser, language: str, take: str, reopen: str
) -> None:
    speak(site, language)

    def first() -> list[str]:
        row = re.search(r'<div class="presses acts".*?</div>', anna.get("/records/LEAD-1").text, re.DOTALL)
        assert row is not None
        return [one.strip() for one in PRIMARY.findall(row[0])]

    def change(**values: str) -> None:
        assert isinstance(record.change(setup_of(site), "LEAD-1", RecordChanges(**values)), Done)

    change(owner="")
    assert len(first()) == 1 and first()[0].startswith(take)
    change(state="closed")
    assert len(first()) == 1 and first()[0].startswith(take)
    change(owner="anna@acme.example")
    assert first() == [reopen]
    # Whose record is open answers: Send is the primary act then.
    change(state="open")
    assert first() == []


@pytest.mark.parametrize(
    ("language", "go_on", "records"), [("en", "Go on", "See all records"), ("sv", "Fortsätt", "Se alla poster")]
)
def test_the_step_of_the_dns_has_one_primary_act(
    site: Site, anna: Browser, language: str, go_on: str, records: str
) -> None:
    speak(site, language)
    site.store.line.appoint(site.world.anna)
    (found,) = PRIMARY.findall(main_of(anna.get("/welcome?step=dns").text))
    assert found.startswith(records) and go_on in anna.get("/welcome?step=dns").text


@pytest.mark.parametrize("language", ["en", "sv"])
def test_files_for_the_dns_stand_below_what_is_to_change_in_it(site: Site, anna: Browser, language: str) -> None:
    speak(site, language)
    site.store.line.appoint(site.world.anna)
    html = main_of(anna.get("/domains/acme.example").text)
    headings = {html.index(one): one for one in re.findall(r"<h[23][^>]*>", html)}
    for path in ("/zone.txt", "/nsupdate.txt"):
        above = headings[max(place for place in headings if place < html.index(f"acme.example{path}"))]
        assert 'id="to-change"' in above, above


def test_the_aliases_of_a_domain_lead_to_their_rows(site: Site, anna: Browser) -> None:
    (link, count), *_ = re.findall(r'<a href="(/aliases\?domain=[^"]+)">(\d+)</a>', anna.get("/domains").text)
    rows = re.findall(r'<a href="/aliases/\d+"', anna.get(link).text)
    assert len(set(rows)) == int(count) == 2 and "leads@acme.example" in anna.get(link).text
    assert link in anna.get("/domains/acme.example").text
