"""Every page can be used by everybody: axe-core finds nothing to complain of, nothing scrolls sideways, keys suffice.

The pages are the routes that the site has, so a new one is asked as well, in both colour schemes, wide and narrow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.admin.chromium import chromium, served
from tests.admin.conftest import PASSWORD, Browser, Site
from tests.admin.furnished import THEIRS, filled, furnish, routes

Opens = Callable[[], Browser]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# The frames hold foreign mail, in a sandbox without scripts: axe would wait there for an answer.
RULES = {"runOnly": TAGS, "iframes": False}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "iframes": False}


def pages(site: Site, browser: Browser) -> list[str]:
    """Return the paths of all pages behind the door: what is HTML, and not a stranger's, which comes in a sandbox."""
    paths = [filled(path, THEIRS) for method, path in routes(site) if method == "GET" and not path.startswith("/live")]
    answers = {path: browser.get(path).headers for path in paths}
    shown = [
        path
        for path, headers in answers.items()
        if headers.get("content-type", "").startswith("text/html")
        and "sandbox" not in headers["content-security-policy"]
    ]
    assert len(shown) >= 8
    return shown


def complaints(page: Page, rules: dict[str, Any]) -> list[str]:
    """Return what axe-core finds wrong on a page, each with the first places."""
    found = Axe().run(page, options=rules).response["violations"]
    return [f"{one['id']}: {[node['target'] for node in one['nodes'][:3]]}" for one in found]


def sideways(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    width: int = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return max(0, width)


def signed_in(page: Page, home: str, address: str = "anna@acme.example") -> None:
    page.goto(f"{home}/sign-in")
    page.fill("#address", address)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)


@pytest.mark.parametrize("language", ["en", "sv"])
def test_every_page_can_be_used_by_everybody(site: Site, browser: Opens, tmp_path: Path, language: str) -> None:
    furnish(site)
    appointed(site, language)
    known = browser()
    known.sign_in("anna@acme.example")
    with served(site.app) as home, chromium(tmp_path, width=1200) as context:
        page = context.pages[0]
        page.goto(f"{home}/sign-in")
        found = {"/sign-in": looked_at(page)}
        signed_in(page, home)
        for path in pages(site, known):
            page.goto(home + path, wait_until="load")
            found[path] = [*looked_at(page), *(out_of_reach(page) if language == "en" else ())]
    assert {path: said for path, said in found.items() if said} == {}


def appointed(site: Site, language: str) -> None:
    """Let Anna be an admin of all, who sees every page, and read this language."""
    with site.store.transaction():
        site.store.line.appoint(site.world.anna)
        anna = site.store.users.get(site.world.anna)
        assert anna is not None
        site.store.users.set(replace(anna, language=language))


def looked_at(page: Page) -> list[str]:
    """Return what is wrong with an open page: wide and light, then dark, then narrow, in forced colours, zoomed."""
    page.set_viewport_size({"width": 1200, "height": 860})
    page.emulate_media(color_scheme="light", forced_colors="none")
    said = complaints(page, RULES)
    page.emulate_media(color_scheme="dark")
    said += [f"dark {one}" for one in complaints(page, CONTRAST)]
    for name, width in (("zoomed", 600), ("narrow", 320)):
        page.set_viewport_size({"width": width, "height": 700})
        if sideways(page):
            said.append(f"{name}: {sideways(page)} pixels sideways")
    said += [f"narrow {one}" for one in complaints(page, RULES)]
    page.emulate_media(color_scheme="light")
    return said


FOCUSABLE = """() => {
  const shown = (one) => one.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true });
  const own = (one) => one.type !== "radio" || one.checked;
  const all = document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary");
  window.wanted = [...all].filter((one) => shown(one) && own(one) && !one.disabled && one.tabIndex >= 0);
  return window.wanted.length;
}"""
REACHED = """() => window.wanted.indexOf(document.activeElement)"""


def out_of_reach(page: Page) -> list[str]:
    """Return what the Tab key does not come to, from the top of the page to its end."""
    page.set_viewport_size({"width": 1200, "height": 860})
    count = page.evaluate(FOCUSABLE)
    page.evaluate("document.activeElement.blur(); getSelection().removeAllRanges(); scrollTo(0, 0)")
    focused = set()
    for _ in range(count + 20):
        page.keyboard.press("Tab")
        focused.add(page.evaluate(REACHED))
    missed = sorted(set(range(count)) - focused)
    return [page.evaluate(f"window.wanted[{one}].outerHTML.slice(0, 120)") for one in missed[:5]]
