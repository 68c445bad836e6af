"""The site below a path of its host: every address that leaves it lies below that path, and every one is understood."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.admin.conftest import Browser, Site
from tests.admin.furnished import THEIRS, filled, furnish, routes
from weftmail.admin.prefix import below, prefix_of
from weftmail.core.failure import UsageError

BELOW = "/our/mail"
ADDRESSES = re.compile(r"""\s(?:href|src|action|formaction|data-[a-z]+)=["'](/[^"']*)""")


@pytest.fixture
def placed(tmp_path: Path) -> Iterator[tuple[Site, Browser]]:
    site = Site(tmp_path, below=BELOW)
    site.world.deliver(site.world.mail(verified=True), "leads@acme.example")
    with TestClient(site.app) as client:
        browser = Browser(client)
        assert (
            browser.post(f"{BELOW}/sign-in", {"address": "anna@acme.example", "password": PASSWORD}).status_code == 303
        )
        yield site, browser
    site.store.close()


PASSWORD = "otter-velvet-march-nine"


def test_every_address_of_every_page_lies_below_the_path(placed: tuple[Site, Browser]) -> None:
    site, browser = placed
    furnish(site)
    seen = 0
    for method, path in routes(site):
        if method != "GET":
            continue
        answer = browser.get(BELOW + filled(path, THEIRS))
        if not answer.headers.get("content-type", "").startswith("text/html") or "/html" in path:
            continue
        found = [unescape(one) for one in ADDRESSES.findall(answer.text)]
        assert [one for one in found if not one.startswith(f"{BELOW}/")] == [], path
        assert not re.search(r"url\(/|http-equiv=.refresh", answer.text), path
        seen += len(found)
    assert seen > 1000


def test_every_static_file_and_link_is_answered(placed: tuple[Site, Browser]) -> None:
    _, browser = placed
    page = browser.get(f"{BELOW}/records/LEAD-1").text
    for address in {unescape(one) for one in re.findall(r'\s(?:href|src)="(/[^"#]*)', page)}:
        assert browser.get(address).status_code == 200, address


def test_redirects_and_cookies_are_for_the_path(placed: tuple[Site, Browser]) -> None:
    site, _ = placed
    stranger = Browser(TestClient(site.app))
    away = stranger.get(f"{BELOW}/records/LEAD-1?x=1")
    assert away.headers["location"] == f"{BELOW}/sign-in?next=%2Frecords%2FLEAD-1%3Fx%3D1"
    answer = stranger.post(away.headers["location"], {
        "address": "anna@acme.example", "password": PASSWORD, "next": "/records/LEAD-1?x=1",
    })  # fmt: skip
    assert answer.headers["location"] == f"{BELOW}/records/LEAD-1?x=1"
    for cookie in answer.headers.get_list("set-cookie"):
        assert f"; Path={BELOW};" in cookie, cookie
    out = stranger.post(f"{BELOW}/sign-out", {"csrf": "none"})
    assert out.headers.get("location", f"{BELOW}/").startswith(BELOW)
    # A page that a browser was on is known by its own path, and nobody is sent to the path twice.
    back = stranger.get(f"{BELOW}/sign-in?next={BELOW}/records")
    assert f'href="{BELOW}{BELOW}' not in back.text


def test_a_proxy_that_takes_the_path_off_is_understood_as_well(placed: tuple[Site, Browser]) -> None:
    _, browser = placed
    whole, bare = browser.get(f"{BELOW}/records"), browser.client.get("/records", headers={"cookie": cookies(browser)})
    assert whole.status_code == bare.status_code == 200
    assert ADDRESSES.findall(whole.text) == ADDRESSES.findall(bare.text)
    assert browser.get(f"{BELOW}extra/records").status_code == 404


def cookies(browser: Browser) -> str:
    return "; ".join(f"{one.name}={one.value}" for one in browser.client.cookies.jar)


def test_what_somebody_wrote_is_no_address(placed: tuple[Site, Browser]) -> None:
    site, browser = placed
    text = '<a href="/records"> and href="/records" \' href="/x"'
    site.world.deliver(site.world.mail(subject=text, verified=True), "leads@acme.example")
    page = browser.get(f"{BELOW}/records/LEAD-2").text
    assert f"href=&#34;{BELOW}" not in page and "href=&#34;/records&#34;" in page


def test_cookies_below_a_path_bind_as_far_as_browsers_let_them(tmp_path: Path) -> None:
    with TestClient(Site(tmp_path, below=BELOW, https=True).app, base_url="https://testserver") as client:
        answer = client.post(
            f"{BELOW}/sign-in", data={"address": "anna@acme.example", "password": PASSWORD}, follow_redirects=False,
            headers={"origin": "https://testserver"},
        )  # fmt: skip
    said = answer.headers.get_list("set-cookie")
    assert said and all(one.startswith("__Secure-weftmail") and f"Path={BELOW};" in one for one in said), said


@pytest.mark.parametrize(
    ("url", "prefix"),
    [
        ("https://a.example", ""),
        ("https://a.example/", ""),
        ("https://a.example/x/", "/x"),
        ("https://a.example/x/y", "/x/y"),
    ],
)
def test_the_path_is_that_of_the_sites_address(url: str, prefix: str) -> None:
    assert prefix_of(url) == prefix


@pytest.mark.parametrize("url", ["https://a.example/records", "https://a.example/records/x", "https://a.example/a%20b"])
def test_a_path_that_would_be_mistaken_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="site_url"):
        prefix_of(url, ["/records", "/sign-in"])


def test_without_a_path_a_page_stays_as_it_is() -> None:
    assert below("", '<a href="/x">') == '<a href="/x">'
    assert below("/p", '<a href="/x"><a href="//y"><a href="z">') == '<a href="/p/x"><a href="//y"><a href="z">'
