"""The mails that we send, in a real browser: nothing runs out at 320 px, every word stands out on any ground."""

from __future__ import annotations

import email
from collections.abc import Iterator
from email.policy import default

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.admin.chromium import chromium
from tests.unit.composing.test_golden_mail import COPIES, GOLDEN

CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
NOTIFICATIONS = [name for name in COPIES if not name.startswith("outsider")]


def page_of(name: str) -> str:
    mail = email.message_from_bytes((GOLDEN / f"{name}.eml").read_bytes(), policy=default)
    part = mail.get_body(("html",))  # type: ignore[attr-defined]
    text: str = part.get_content()
    return text


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with chromium(tmp_path_factory.mktemp("profile"), width=1200, height=600) as context:
        yield context.new_page()


@pytest.mark.parametrize("width", [320, 1200])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read(browser: Page, scheme: str, width: int) -> None:
    browser.set_viewport_size({"width": width, "height": 600})
    browser.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for name in NOTIFICATIONS:
        browser.set_content(page_of(name))
        assert browser.evaluate("document.documentElement.scrollWidth") <= width, name
        assert Axe().run(browser, options=CONTRAST).response["violations"] == [], name
        assert len([one for one in browser.locator("a").all() if one.is_visible()]) == 6, name


def test_words_without_a_ground_of_their_own_are_found(browser: Page) -> None:
    browser.emulate_media(color_scheme="light")
    browser.set_content("<body style='background:#121212'><p style='color:#000'>Words</p>")
    assert Axe().run(browser, options=CONTRAST).response["violations"]
