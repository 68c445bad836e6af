"""While somebody types: words that are composed, words of somebody else, and a page that would take theirs away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.admin.chromium import chromium, served, typed_words
from tests.admin.conftest import PASSWORD, Site
from tests.admin.test_browser import enter

LEAD = "/records/LEAD-1"


@pytest.fixture
def home(site: Site) -> Iterator[str]:
    """The address of the site."""
    with served(site.app) as made:
        yield made


@pytest.fixture
def page(site: Site, home: str, tmp_path: Path) -> Iterator[Page]:
    """A page of Anna's, who is signed in."""
    with chromium(tmp_path / "profile") as context:
        opened = context.pages[0]
        enter(opened, site, home)
        yield opened


def compose(page: Page, letters: str) -> None:
    """Compose letters in the field that has the focus, as a keyboard for accents or syllables does, and end it."""
    keyboard = page.context.new_cdp_session(page)
    for end in range(1, len(letters) + 1):
        at = {"selectionStart": end, "selectionEnd": end}
        keyboard.send("Input.imeSetComposition", {"text": letters[:end], **at})
    keyboard.send("Input.insertText", {"text": letters})


SEES = """selector => {
  window.heard = [];
  const hear = (one) => window.heard.push([one.type, one.isComposing ?? false]);
  for (const kind of ["input", "compositionend"]) document.querySelector(selector).addEventListener(kind, hear);
}"""


def test_composed_letters_end_without_a_word_that_they_are_whole(page: Page, home: str) -> None:
    """Control: the browser says nothing after compositionend, so that whoever waits for input alone waits for ever."""
    page.goto(f"{home}/records")
    page.evaluate(SEES, "input[data-drop]")
    page.locator("input[data-drop]").focus()
    compose(page, "chäirs")
    heard = page.evaluate("window.heard")
    assert heard[-1][0] == "compositionend" and all(composing for kind, composing in heard if kind == "input")


@pytest.mark.parametrize(
    ("path", "field", "letters", "offered"),
    [
        ("/records", "input[data-drop]", "chairs", "#drop [role=option]"),
        (LEAD, "#mention", "Björn", "#colleagues-offered [role=option]"),
        (LEAD, "#who", "Björn", "#colleagues-offered [role=option]"),
        (f"{LEAD}/1/mail/note", "#text", "@Björn", "#colleagues-offered [role=option]"),
    ],
)
def test_composed_words_are_looked_for_like_typed_ones(
    page: Page, home: str, path: str, field: str, letters: str, offered: str
) -> None:
    page.goto(f"{home}{path}")
    if field == "#mention":
        page.locator(".tabs .log").click()
    place = page.locator(field).first
    place.focus()
    compose(page, letters)
    expect(page.locator(offered).first).to_be_visible()


KEY = """([selector, key, how]) => {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...how });
  document.querySelector(selector).dispatchEvent(event);
  return event.defaultPrevented;
}"""


@pytest.mark.parametrize("key", ["Enter", "Tab", "ArrowDown", "ArrowUp", "Escape"])
def test_keys_choose_letters_while_those_are_composed(page: Page, home: str, key: str) -> None:
    page.goto(f"{home}{LEAD}/1/mail/note")
    page.locator("#text").press_sequentially("@Bj")
    choices = page.locator("#colleagues-offered [role=option]")
    expect(choices.first).to_be_visible()
    assert page.evaluate(KEY, ["#text", key, {"isComposing": True}]) is False
    expect(choices.first).to_be_visible()
    assert page.locator("#text").input_value() == "@Bj"
    # Control: the same key, when nothing is composed.
    assert page.evaluate(KEY, ["#text", key, {}]) is True


def test_what_somebody_has_not_sent_is_nobody_elses(page: Page, site: Site, home: str) -> None:
    """A session ends, and a colleague signs in within the same tab: the composer is empty for them."""
    page.goto(f"{home}{LEAD}")
    page.locator(".editor #text").fill("Between you and me: the price is too high.")
    page.route("**/draft", lambda route: route.abort())
    page.locator(".editor #text").press_sequentially(" Far too high.")
    site.store.sessions.end_all(site.world.anna)
    page.goto(f"{home}/sign-in?next={LEAD}")
    page.get_by_label("Address").fill("bjorn@acme.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"**{LEAD}")
    page.locator(".editor #text").wait_for()
    assert typed_words(page) == ""
    assert "price" not in page.content()


def test_what_is_kept_here_is_of_one_user_in_one_company(page: Page, site: Site, home: str) -> None:
    """A record of the same number in another company has words of its own."""
    page.goto(f"{home}{LEAD}")
    page.route("**/draft**", lambda route: route.abort())
    page.locator(".editor #text").fill("For Acme alone.")
    keys = page.evaluate("Object.keys(sessionStorage).filter((one) => one.startsWith('draft '))")
    whose = f"draft {site.world.anna} {site.world.acme} "
    assert keys and all(one.startswith(whose) for one in keys)


@pytest.mark.parametrize(
    ("path", "field", "words"),
    [
        ("/account", "[name=name]", "Anna Berg"),
        ("/account", "#signature", "Anna\nAcme"),
        ("/records/new", "#title", "Chairs"),
    ],
)
def test_a_live_page_leaves_what_is_typed_when_the_session_ends(
    page: Page, site: Site, home: str, path: str, field: str, words: str
) -> None:
    page.goto(f"{home}{path}")
    page.locator(field).fill(words)
    with page.expect_response(lambda one: "/live/" in one.url and one.status == 401):
        site.store.sessions.end_all(site.world.anna)
        site.world.deliver(site.world.mail(subject="Wakes the page"), "leads@acme.example")
    page.wait_for_timeout(500)
    assert page.url == f"{home}{path}" and page.locator(field).input_value() == words


def test_a_live_page_on_which_nothing_is_typed_leads_to_the_door(page: Page, site: Site, home: str) -> None:
    page.goto(f"{home}/account")
    site.store.sessions.end_all(site.world.anna)
    site.world.deliver(site.world.mail(subject="Wakes the page"), "leads@acme.example")
    page.wait_for_url("**/sign-in**")
