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
from tests.admin.sight import broken, faint, lost_in_forced_colours, outside
from tests.admin.test_fields import FIELDS, GIVEN, setup_of
from weftmail.core.tokens import unsubscribe
from weftmail.flow.setup import record, record_type
from weftmail.flow.setup.act import Done
from weftmail.flow.setup.record_change import RecordChanges
from weftmail.flow.setup.record_type import TypeChanges

Opens = Callable[[], Browser]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# The frames hold foreign mail, in a sandbox without scripts: axe would wait there for an answer.
RULES = {"runOnly": TAGS, "iframes": False}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "iframes": False}


LEADS_ON = {"/"}
"""What shows nothing itself and leads on."""
NO_PAGES = (
    "application/json",
    "application/octet-stream",
    "text/csv",
    "text/plain",
    "application/pdf",
    "image/png",
    "image/webp",
)
"""What is answered where a route is no page: what scripts ask for, and downloads."""
STATES = [
    "/records?type=lead&state=open&sort=opened", "/records?only=mine", "/records?in=trash",
    "/records?priority=urgent", "/search?q=chairs", "/search?q=nothing-like-it",
    "/log?who=karin", "/log?who=karn@customer.example",
    "/log?words=zzzz",
    "/where?to=leads@acme.example", "/where?if=answer-forged&record=LEAD-1", "/where?to=&if=answer&record=LEAD-99",
    "/aliases?q=leads", "/aliases?q=zzzz", "/aliases/new?address=new@acme.example", "/review?state=unmatched",
    "/outbox?state=sent", "/history?subject=LEAD-1", "/users?q=zzzz", "/records/LEAD-1",
    *(f"/welcome?step={step}" for step in ("company", "mail", "dns", "address", "letter", "colleagues")),
]  # fmt: skip
"""Pages as searches, filters and steps show them."""


def pages(site: Site, browser: Browser) -> list[str]:
    """Return the paths of all pages behind the door; every route is one, or is known to be something else.

    What is HTML and not ours, the mail of strangers, comes in a sandbox.
    """
    shown = []
    for method, route in routes(site):
        if method != "GET":
            continue
        path = filled(route, THEIRS)
        answer = browser.get(path)
        kind = answer.headers.get("content-type", "").partition(";")[0]
        if route in LEADS_ON:
            assert answer.status_code == 303, path
            continue
        assert answer.status_code == 200, f"{path} has nothing to show: let furnish() make it"
        assert kind in ("text/html", *NO_PAGES), f"{path} is {kind}: a page, or something new?"
        if kind == "text/html" and "sandbox" not in answer.headers["content-security-policy"]:
            shown.append(path)
    return [*shown, *STATES]


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


PARTS = 7
"""The pages are looked at in so many parts, which run beside one another."""


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("language", ["en", "sv"])
def test_every_page_can_be_used_by_everybody(
    site: Site, browser: Opens, tmp_path: Path, language: str, part: int
) -> None:
    furnish(site)
    appointed(site, language)
    with_fields(site)
    known = browser()
    known.sign_in("anna@acme.example")
    inside, outside = pages(site, known), before_the_door(site)
    assert len(inside) >= 36 + len(STATES)
    look = looked_at if language == "en" else read_through
    with served(site.app) as home, chromium(tmp_path, width=1200) as context:
        page = context.pages[0]
        found = {path: look(page, home + path) for path in outside[part::PARTS]}
        signed_in(page, home)
        found |= {path: look(page, home + path) for path in inside[part::PARTS]}
    assert {path: said for path, said in found.items() if said} == {}


def with_fields(site: Site) -> None:
    """Let leads have a field of each kind, some of them with a value and as a column; and one lie in the trash."""
    setup = setup_of(site)
    assert isinstance(record_type.change(setup, "Acme", "lead", TypeChanges(fields=FIELDS)), Done)
    assert isinstance(record.change(setup, "LEAD-1", RecordChanges(fields=GIVEN)), Done)
    site.world.deliver(site.world.mail(subject="For the bin"), "support@acme.example")
    thrown = site.world.record("TICKET-1")
    site.store.records.hide(thrown.company_id, thrown.id, "trash", site.world.clock())


def before_the_door(site: Site) -> list[str]:
    """Return the pages that are seen without signing in, each by a link that works; and what there is not."""
    site.store.dns.add_link("for-the-keeper", site.world.domain, 2**60)
    site.store.sessions.add_link("first-password", site.world.bjorn, 2**60, "invitation")
    site.store.sessions.add_link("once", site.world.bjorn, 2**60)
    return [
        "/sign-in", "/forgotten", "/dns/for-the-keeper", "/dns/gone", "/password/first-password", "/password/gone",
        "/enter/once", "/enter/gone", "/nowhere", "/digest/off/gone",
        f"/digest/off/{unsubscribe.mint(site.installation.keyring, site.world.bjorn)}",
    ]  # fmt: skip


def appointed(site: Site, language: str) -> None:
    """Let Anna be an admin of all, who sees every page, and read this language."""
    with site.store.transaction():
        site.store.line.appoint(site.world.anna)
        anna = site.store.users.get(site.world.anna)
        assert anna is not None
        site.store.users.set(replace(anna, language=language))


def looked_at(page: Page, address: str) -> list[str]:
    """Return what is wrong with a page: light, in forced colours, dark, zoomed, narrow; and what no key comes to."""
    page.set_viewport_size({"width": 1200, "height": 860})
    page.emulate_media(color_scheme="light", forced_colors="none")
    page.goto(address, wait_until="load")
    said = [*complaints(page, RULES), *faint(page), *lost_in_forced_colours(page), *out_of_reach(page)]
    page.emulate_media(color_scheme="dark")
    said += [f"dark {one}" for one in (*complaints(page, CONTRAST), *faint(page))]
    return [*said, *too_wide(page), *(f"narrow {one}" for one in complaints(page, RULES))]


def read_through(page: Page, address: str) -> list[str]:
    """Return what is wrong with a page in another language, whose words are longer: all that depends on them."""
    page.set_viewport_size({"width": 1200, "height": 860})
    page.goto(address, wait_until="load")
    return [*complaints(page, RULES), *too_wide(page)]


def too_wide(page: Page) -> list[str]:
    """Return what does not fit: at 200 % zoom, and in a window of 320 pixels, which it keeps."""
    said = []
    for name, width in (("zoomed", 600), ("narrow", 320)):
        page.set_viewport_size({"width": width, "height": 700})
        if sideways(page):
            said.append(f"{name}: {sideways(page)} pixels sideways")
        said += [f"{name} {one}" for one in (*broken(page), *outside(page))]
    return said


FOCUSABLE = """() => {
  const shown = (one) => one.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true });
  const own = (one) => one.type !== "radio" || one.checked;
  const all = document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary");
  window.wanted = [...all].filter((one) => shown(one) && own(one) && !one.disabled && one.tabIndex >= 0);
  return window.wanted.length;
}"""
REACHED = """() => window.wanted.flatMap((one) => (window.reached.has(one) ? [] : [one.outerHTML.slice(0, 120)]))"""
WATCHED = """() => {
  window.reached = new Set();
  document.addEventListener("focusin", (event) => window.reached.add(event.target));
  document.activeElement.blur();
  getSelection().removeAllRanges();
  scrollTo(0, 0);
}"""


def out_of_reach(page: Page) -> list[str]:
    """Return what the Tab key does not come to, from the top of the page to its end."""
    count = page.evaluate(FOCUSABLE)
    page.evaluate(WATCHED)
    for _ in range(count + 20):
        page.keyboard.press("Tab")
    missed: list[str] = page.evaluate(REACHED)
    return missed[:5]


def test_the_demo_says_where_its_email_is(site: Site, browser: Callable[[], Browser]) -> None:
    stranger = browser()
    site.app.state.site = replace(site.app.state.site, demo=True)
    assert "kept in var/caught instead of being sent" in stranger.get("/forgotten").text
    said = stranger.post("/forgotten", {"address": "anna@acme.example"}).text
    assert "is on its way" not in said and "was written" in said and "user sign-in-link anna@acme.example" in said
    site.app.state.site = replace(site.app.state.site, demo=False)
    said = stranger.post("/forgotten", {"address": "anna@acme.example"}).text
    assert "is on its way" in said and "var/caught" not in said


def test_a_word_that_is_broken_in_a_button_is_found(tmp_path: Path) -> None:
    with chromium(tmp_path, width=320) as context:
        page = context.pages[0]
        page.set_content(
            "<button style='width: 2.5em; overflow-wrap: anywhere'>Remove</button><button>Save it</button>"
        )
        assert len(broken(page)) == 1
