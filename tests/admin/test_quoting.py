"""Quoting on the site: shown folded before Send, taken out, and left out where somebody did not have the message."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.admin.chromium import chromium, served
from tests.admin.conftest import Browser, Site
from weftmail.flow.written import Written

LEAD, WRITE = "/records/LEAD-1", "/records/LEAD-1/write"
SARA = '"Sara" <sara@other.example>'


def quoted(site: Site) -> int | None:
    return site.world.thread("LEAD-1")[-1].quotes_id


def offered(page: str) -> dict[str, str]:
    found = re.search(r'name="quote_offered" value="(\d+)"', page)
    return {} if found is None else {"quote_offered": found[1], "quote": found[1]}


def test_what_is_answered_is_quoted_unless_it_is_taken_out(site: Site, anna: Browser) -> None:
    page = anna.get(LEAD).text
    quote = offered(page)
    assert quote and "<blockquote" in page and "Quoted: <bdi>Karin Ek &lt;karin@customer.example&gt;</bdi>" in page
    form = anna.form(LEAD)
    assert anna.post(WRITE, {**form, **quote, "text": "Yes"}).status_code == 303
    assert quoted(site) == site.world.thread("LEAD-1")[0].id
    again = {**anna.form(f"{LEAD}?reply=1"), "quote_offered": quote["quote_offered"], "text": "Yes, yes"}
    looked = anna.post(WRITE, {**again, "kind": "look"}).text
    assert 'name="quote" value="1">' in looked
    assert anna.post(WRITE, again).status_code == 303 and quoted(site) is None


def test_where_somebody_did_not_have_it_nothing_is_quoted_and_that_is_said(site: Site, anna: Browser) -> None:
    form = {**anna.form(LEAD), **offered(anna.get(LEAD).text), "text": "Yes", "cc_more": SARA}
    looked = anna.post(WRITE, {**form, "kind": "look"}).text
    assert "as far as we know, sara@other.example did not have the message" in looked and not offered(looked)
    assert anna.post(WRITE, form).status_code == 303 and quoted(site) is None


def test_an_alias_says_so_and_a_message_that_waits_quotes_when_it_leaves(site: Site, anna: Browser) -> None:
    site.store.connection.execute("update users set undo_seconds = 10")
    form = {**anna.form(LEAD), **offered(anna.get(LEAD).text), "text": "Yes"}
    assert anna.post(WRITE, form).status_code == 303
    (draft,) = site.store.drafts.of_record(site.world.acme, site.world.record("LEAD-1").id)
    assert Written.from_json(draft.body).quote
    site.store.connection.execute("update alias set quotes = 'no'")
    page = anna.get(f"{LEAD}?reply=1").text
    assert "Answers to leads@acme.example quote nothing." in page and not offered(page)


@pytest.fixture
def page(site: Site, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    """LEAD-1 in Chromium, as Anna; without script where the test asks for that."""
    with served(site.app) as home, chromium(tmp_path / "profile", script=getattr(request, "param", True)) as context:
        opened = context.new_page()
        site.store.sessions.add_link("once", site.world.anna, site.world.clock() + 600_000)
        opened.goto(f"{home}/enter/once")
        opened.locator("form button").first.click()
        opened.goto(f"{home}/records/LEAD-1")
        yield opened


@pytest.mark.parametrize("page", [True, False], indirect=True)
def test_in_the_browser_the_quote_is_folded_and_leaves_with_the_answer(site: Site, page: Page) -> None:
    expect(page.locator(".quoting blockquote")).to_be_hidden()
    page.locator(".quoting summary").click()
    expect(page.locator(".quoting blockquote")).to_be_visible()
    page.locator("#text").fill("Yes")
    page.locator("button.primary.send").click()
    expect(page.locator("#thread > li").last).to_contain_text("Yes")
    assert quoted(site) == site.world.thread("LEAD-1")[0].id


def test_in_the_browser_it_is_taken_out_in_swedish(site: Site, page: Page) -> None:
    site.store.connection.execute("update users set language = 'sv'")
    page.reload()
    page.get_by_label("Citera det som besvaras, om alla som får det hade det").uncheck()
    page.locator(".editor #text").fill("Ja")
    page.locator("button.primary.send").click()
    expect(page.locator("#thread > li").last).to_contain_text("Ja")
    assert quoted(site) is None
