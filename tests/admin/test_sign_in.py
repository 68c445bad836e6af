"""The doors: passwords, one-time links, sessions, and what keeps others out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest
from argon2 import PasswordHasher
from starlette.requests import Request

from tests.admin.conftest import CHEAP, PASSWORD, Browser, Site, TestClient
from weftmail.admin.attempts import CLIENT, DEVICE, PAIR, WINDOW
from weftmail.admin.client import client_of
from weftmail.admin.device import DAY, LASTS
from weftmail.admin.hashing import Lane, NoPlace
from weftmail.admin.page import local
from weftmail.admin.password import Passwords
from weftmail.cli.config import networks
from weftmail.flow.running import SESSION
from weftmail.flow.setup import user
from weftmail.flow.setup.act import Actor, Setup
from weftmail.store.session import digest

Opens = Callable[[], Browser]


def test_the_right_password_opens_a_session_kept_as_a_hash(site: Site, browser: Opens) -> None:
    one = browser()
    answer = one.sign_in("anna@acme.example")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("weftmail=") and "HttpOnly" in cookie and "SameSite=lax" in cookie
    assert "Path=/" in cookie and "Secure" not in cookie
    token = one.client.cookies["weftmail"]
    kept = [row[0] for row in site.store.connection.execute("select token_hash from session")]
    assert kept == [digest(token)] and len(token) == 43
    assert one.get("/").headers["location"] == "/records/LEAD-1"


def test_with_tls_the_cookie_is_secure_and_bound_to_the_host(tmp_path: Path) -> None:
    site = Site(tmp_path, https=True)
    with TestClient(site.app, base_url="https://testserver") as client:
        answer = client.post(
            "/sign-in", data={"address": "anna@acme.example", "password": PASSWORD}, follow_redirects=False
        )
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-weftmail=") and "Secure" in cookie and "Domain" not in cookie
        assert client.get("/records").status_code == 200
    site.store.close()


@pytest.mark.parametrize(
    ("address", "password"),
    [
        ("anna@acme.example", "wrong"),
        ("anna@acme.example", ""),
        ("nobody@acme.example", PASSWORD),
        ("", ""),
        ("anna@acme.example", PASSWORD + "x" * 5000),
    ],
)
def test_a_wrong_one_says_the_same_whoever_it_is(browser: Opens, address: str, password: str) -> None:
    answer = browser().sign_in(address, password)
    assert answer.status_code == 403
    assert "Incorrect email address or password" in answer.text
    assert "set-cookie" not in answer.headers


class Counting(PasswordHasher):
    """Counts how often it is asked to compare."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.asked = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002
        self.asked += 1
        return super().verify(hash, password)


def test_an_unknown_address_costs_a_hash_as_well() -> None:
    hasher = Counting()
    passwords = Passwords(hasher)
    kept = passwords.hash(PASSWORD)
    assert passwords.check(kept, PASSWORD)
    assert not passwords.check(kept, "wrong")
    assert not passwords.check(None, PASSWORD)
    assert not passwords.check(None, "nobody has this password")
    assert not passwords.check("no hash at all", PASSWORD)
    assert hasher.asked == 5
    assert kept.startswith("$argon2id$") and not passwords.outdated(kept)
    assert Passwords().outdated(kept)


def fail(browser: Browser, address: str, times: int) -> None:
    """Try wrong passwords until the client is slowed down."""
    for _ in range(times):
        assert browser.sign_in(address, "wrong").status_code == 403


def wait_of(answer: Any) -> int:
    """Return the seconds that an answer asks for."""
    assert answer.status_code == 429 and "Too many attempts. Try again in" in answer.text
    seconds = int(answer.headers["retry-after"])
    assert f"in {seconds} seconds" in answer.text
    return seconds


def test_failures_slow_a_client_down_more_and_more_and_are_forgotten(site: Site, browser: Opens) -> None:
    one = browser()
    fail(one, "Anna@ACME.example", PAIR.free)
    waits = []
    for _ in range(9):
        waits.append(wait_of(one.sign_in("anna@acme.example")))
        site.world.clock.now += waits[-1] * 1000 - 500
        assert one.sign_in("anna@acme.example").status_code == 429
        site.world.clock.now += 500
        assert one.sign_in("anna@acme.example", "wrong").status_code == 403
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256]
    assert one.sign_in("bjorn@acme.example").status_code == 303
    site.world.clock.now += WINDOW + 1
    assert one.sign_in("anna@acme.example").status_code == 303


def from_address(site: Site, address: str) -> Browser:
    """Return a browser at this address."""
    return Browser(TestClient(site.app, client=(address, 50000)))


def test_who_knows_an_address_cannot_lock_its_owner_out(site: Site, browser: Opens) -> None:
    browser()
    known, stranger = from_address(site, "192.0.2.1"), from_address(site, "192.0.2.1")
    assert known.sign_in("anna@acme.example").status_code == 303
    fail(stranger, "anna@acme.example", PAIR.free)
    # From elsewhere; in the same office, by a browser that signed in before; and by a link.
    assert from_address(site, "198.51.100.7").sign_in("anna@acme.example").status_code == 303
    assert known.sign_in("anna@acme.example").status_code == 303
    assert stranger.sign_in("anna@acme.example").status_code == 429
    site.store.sessions.add_link("once", site.world.anna, site.world.clock() + 600_000)
    assert stranger.post("/enter/once").status_code == 303


def test_a_browser_that_is_known_is_known_for_its_user_and_its_password_alone(site: Site, browser: Opens) -> None:
    browser()
    known = from_address(site, "192.0.2.1")
    known.sign_in("anna@acme.example")
    cookie = known.client.cookies["weftmail-device"]
    fail(from_address(site, "192.0.2.1"), "bjorn@acme.example", PAIR.free)
    assert known.sign_in("bjorn@acme.example").status_code == 429
    fail(from_address(site, "192.0.2.1"), "anna@acme.example", PAIR.free)
    last = "1" if cookie[-1] == "0" else "0"
    for forged in ("x", cookie[:-1] + last, cookie.replace(".", ".0", 1), f"9{cookie}", "~".join(["0.0.0"] * 400)):
        stranger = from_address(site, "192.0.2.1")
        stranger.client.cookies.set("weftmail-device", forged)
        assert stranger.sign_in("anna@acme.example").status_code == 429, forged
    site.world.clock.now += (LASTS + 1) * DAY
    fail(from_address(site, "192.0.2.1"), "anna@acme.example", PAIR.free)
    assert known.sign_in("anna@acme.example").status_code == 429
    site.world.clock.now -= (LASTS + 1) * DAY
    site.store.users.set_password(site.world.anna, CHEAP.hash("another-good-password"))
    assert known.sign_in("anna@acme.example", "another-good-password").status_code == 429


def test_a_known_browser_is_slowed_down_by_its_own_failures(site: Site, browser: Opens) -> None:
    browser()
    known, stranger = from_address(site, "192.0.2.1"), from_address(site, "192.0.2.1")
    known.sign_in("anna@acme.example")
    fail(known, "anna@acme.example", DEVICE.free)
    assert stranger.sign_in("anna@acme.example").status_code == 303
    # From here on it is counted like any browser.
    fail(known, "anna@acme.example", PAIR.free)
    assert known.sign_in("anna@acme.example").status_code == 429


def test_people_who_share_a_browser_are_all_known(site: Site, browser: Opens) -> None:
    browser()
    shared = from_address(site, "192.0.2.1")
    for address in ("anna@acme.example", "bjorn@acme.example", "anna@acme.example"):
        assert shared.sign_in(address).status_code == 303
    assert shared.client.cookies["weftmail-device"].count("~") == 1
    for address in ("anna@acme.example", "bjorn@acme.example"):
        fail(from_address(site, "192.0.2.1"), address, PAIR.free)
        assert shared.sign_in(address).status_code == 303


def test_one_client_is_slowed_down_whatever_address_it_tries(site: Site, browser: Opens) -> None:
    browser()
    one = from_address(site, "2001:db8:1:2::1")
    for number in range(CLIENT.free):
        assert one.sign_in(f"user{number}@acme.example", "wrong").status_code == 403
        if number % 10 == 0:
            # To sign in rightly makes no room for more guesses.
            assert one.sign_in("bjorn@acme.example").status_code == 303
    one.client.cookies.clear()
    assert wait_of(one.sign_in("anna@acme.example")) == 1
    # Whoever has an IPv6 address has all of its network.
    assert from_address(site, "2001:db8:1:2:ffff::9").sign_in("anna@acme.example").status_code == 429
    assert from_address(site, "2001:db8:1:3::1").sign_in("anna@acme.example").status_code == 303


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("192.0.2.1", ["6.6.6.6"], "192.0.2.1"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.5"], "203.0.113.5"),
        ("127.0.0.1", ["6.6.6.6, 203.0.113.5"], "203.0.113.5"),
        ("127.0.0.1", ["6.6.6.6", "203.0.113.5"], "203.0.113.5"),
        ("127.0.0.1", ["6.6.6.6, 203.0.113.5, 10.1.2.3"], "203.0.113.5"),
        ("127.0.0.1", ["10.9.9.9, 10.1.2.3"], "10.9.9.9"),
        ("127.0.0.1", ["6.6.6.6, unknown"], "127.0.0.1"),
        ("127.0.0.1", ["6.6.6.6, evil, 10.1.2.3"], "10.1.2.3"),
        ("127.0.0.1", [""], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.5:4711"], "203.0.113.5"),
        ("::1", ["[2001:db8:1:2::9]:443"], "2001:db8:1:2::/64"),
        ("::ffff:127.0.0.1", ["::ffff:203.0.113.5"], "203.0.113.5"),
        ("127.0.0.1", ["203.0.113.5," + "10.0.0.1," * 500 + "10.0.0.1"], "10.0.0.1"),
        ("fe80::1%eth0", ["6.6.6.6"], "fe80::/64"),
        ("testclient", ["6.6.6.6"], "unknown"),
    ],
)
def test_a_client_is_who_our_own_proxies_say_it_is(peer: str, forwarded: list[str], client: str) -> None:
    headers = [(b"x-forwarded-for", one.encode()) for one in forwarded]
    request = Request({"type": "http", "client": (peer, 1), "headers": headers})
    assert client_of(request, networks("127.0.0.1, ::1, 10.0.0.0/8")) == client
    assert client_of(Request({"type": "http", "client": None, "headers": []}), ()) == "unknown"


@pytest.mark.parametrize("peer", [None, ("", 0)])
def test_who_may_open_the_unix_socket_is_a_proxy(peer: tuple[str, int] | None) -> None:
    headers = [(b"x-forwarded-for", b"6.6.6.6, 203.0.113.5")]
    assert client_of(Request({"type": "http", "client": peer, "headers": headers}), ()) == "203.0.113.5"
    by_two = [(b"x-forwarded-for", b"6.6.6.6, 203.0.113.5, 10.1.2.3")]
    request = Request({"type": "http", "client": peer, "headers": by_two})
    assert client_of(request, networks("10.0.0.0/8")) == "203.0.113.5"


def test_a_field_that_a_client_wrote_is_no_way_around(tmp_path: Path) -> None:
    site = Site(tmp_path, proxies="127.0.0.1")
    with TestClient(site.app, client=("127.0.0.1", 50000)) as client:
        one = Browser(client)
        for number in range(PAIR.free):
            headers = {"x-forwarded-for": f"6.6.6.{number}, 203.0.113.5"}
            form = {"address": "anna@acme.example", "password": "wrong"}
            assert one.post("/sign-in", form, headers=headers).status_code == 403
        form = {"address": "anna@acme.example", "password": PASSWORD}
        assert one.post("/sign-in", form, headers={"x-forwarded-for": "6.6.6.9, 203.0.113.5"}).status_code == 429
        assert one.post("/sign-in", form, headers={"x-forwarded-for": "203.0.113.6"}).status_code == 303
    site.store.close()


class Slow(PasswordHasher):
    """Compares when it is allowed to."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.go, self.begun = threading.Event(), threading.Semaphore(0)

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002
        self.begun.release()
        assert self.go.wait(30)
        return super().verify(hash, password)


def test_hashes_wait_in_a_bounded_queue_and_no_page_waits_for_them(tmp_path: Path) -> None:
    hasher = Slow()
    site = Site(tmp_path, passwords=Passwords(hasher), hashes_waiting=3)
    with TestClient(site.app) as first, ThreadPoolExecutor(8) as threads:
        anna = Browser(first)
        hasher.go.set()
        assert anna.sign_in("anna@acme.example").status_code == 303
        hasher.go.clear()
        assert hasher.begun.acquire(timeout=30)
        # More than the store has threads: one is compared, three wait.
        tries = [
            threads.submit(from_address(site, f"192.0.2.{number}").sign_in, "bjorn@acme.example", "wrong")
            for number in range(4)
        ]
        assert hasher.begun.acquire(timeout=30)
        while site.app.state.site.hashing.strangers.free:
            time.sleep(0.01)
        answer = from_address(site, "198.51.100.1").sign_in("nobody@acme.example")
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "5" and "Too many people are signing in" in answer.text
        assert anna.get("/records").status_code == 200
        # One who signed in before has a lane of their own.
        again = threads.submit(anna.sign_in, "anna@acme.example")
        assert hasher.begun.acquire(timeout=30)
        hasher.go.set()
        assert again.result(30).status_code == 303
        assert [one.result(30).status_code for one in tries] == [403] * 4
        # Who found no place has not failed.
        assert site.store.sessions.failures("client 198.51.100.1", 0).failures == 0
        assert from_address(site, "198.51.100.1").sign_in("bjorn@acme.example").status_code == 303
    site.store.close()


def test_a_place_that_is_given_back_can_be_had_again() -> None:
    lane = Lane(waiting=1)
    with lane.place(), lane.place(), pytest.raises(NoPlace), lane.place():
        pytest.fail("there were two places")
    with lane.place():
        pass
    lane.close()


def test_a_password_that_changes_while_it_is_compared_opens_nothing(tmp_path: Path) -> None:
    hasher = Slow()
    site = Site(tmp_path, passwords=Passwords(hasher))
    with TestClient(site.app) as first, ThreadPoolExecutor(1) as threads:
        late = threads.submit(Browser(first).sign_in, "anna@acme.example")
        assert hasher.begun.acquire(timeout=30)
        site.store.users.set_password(site.world.anna, CHEAP.hash("another-good-password"))
        hasher.go.set()
        assert late.result(30).status_code == 403
    site.store.close()


def test_links_and_sessions_end_with_the_password_and_with_the_user(site: Site, browser: Opens) -> None:
    setup = Setup(
        site.store, Actor("test"), site.world.clock, None, lambda _local, _domain: "", ("en",), lambda _zone: True
    )
    one, two, eva = browser(), browser(), browser()
    for link in ("first", "second"):
        site.store.sessions.add_link(link, site.world.anna, site.world.clock() + 600_000)
        site.store.sessions.add_link(f"eva {link}", site.eva, site.world.clock() + 600_000)
    assert one.post("/enter/first").status_code == two.sign_in("anna@acme.example").status_code == 303
    assert eva.post("/enter/eva first").status_code == 303
    user.set_password(setup, "anna@acme.example", "another-good-password", CHEAP.hash)
    assert one.get("/records").status_code == two.get("/records").status_code == 303
    assert one.get("/enter/second").status_code == one.post("/enter/second").status_code == 404
    # Nobody else's end with them.
    assert eva.get("/records").status_code == 200 and eva.get("/enter/eva second").status_code == 200
    site.store.users.join(site.other, site.world.bjorn, "admin")
    user.remove(setup, "eva@other.example")
    assert eva.get("/records").status_code == 303
    user.change(setup, "eva@other.example", activate=True)
    assert eva.get("/records").status_code == 303 and eva.post("/enter/eva second").status_code == 404


def test_a_link_signs_in_once_and_looking_at_it_does_not_count(site: Site, browser: Opens) -> None:
    site.store.sessions.add_link("once", site.world.anna, site.world.clock() + 600_000)
    one = browser()
    for _ in range(3):
        page = one.get("/enter/once")
        assert page.status_code == 200 and "Sign in as Anna" in page.text and "set-cookie" not in page.headers
    assert one.post("/enter/once", headers={"origin": "https://evil.example"}).status_code == 403
    answer = one.post("/enter/once")
    assert answer.status_code == 303 and one.get("/records").status_code == 200
    assert one.get("/enter/once").status_code == 404
    assert browser().post("/enter/once").status_code == 404


def test_a_link_that_is_too_old_or_of_somebody_who_left_does_not_work(site: Site, browser: Opens) -> None:
    site.store.sessions.add_link("old", site.world.anna, site.world.clock() - 1)
    site.store.sessions.add_link("gone", site.world.bjorn, site.world.clock() + 600_000)
    _leaves(site, site.world.bjorn)
    one = browser()
    for token in ("old", "gone", "guessed"):
        assert one.get(f"/enter/{token}").status_code == 404
        assert one.post(f"/enter/{token}").status_code == 404


def test_signing_out_ends_the_session_in_the_store(site: Site, anna: Browser) -> None:
    token = anna.client.cookies["weftmail"]
    assert anna.post("/sign-out", {"csrf": anna.csrf()}).headers["location"] == "/sign-in"
    assert site.store.sessions.visitor(token, site.world.clock()) is None
    anna.client.cookies.set("weftmail", token)
    assert anna.get("/records").status_code == 303


def test_signing_in_again_ends_the_session_before(site: Site, anna: Browser) -> None:
    before = anna.client.cookies["weftmail"]
    assert anna.sign_in("anna@acme.example").status_code == 303
    assert anna.client.cookies["weftmail"] != before
    assert site.store.sessions.visitor(before, site.world.clock()) is None


def test_a_session_ends_by_itself_and_with_its_user(site: Site, browser: Opens) -> None:
    one, two = browser(), browser()
    one.sign_in("anna@acme.example")
    two.sign_in("bjorn@acme.example")
    _leaves(site, site.world.bjorn)
    assert two.get("/records").status_code == 303
    site.world.clock.now += SESSION.default * DAY
    assert one.get("/records").status_code == 303


def test_after_signing_in_one_is_where_one_wanted_to_be_and_never_elsewhere(browser: Opens) -> None:
    one = browser()
    assert one.get("/records/LEAD-1?company=1").headers["location"] == "/sign-in?next=%2Frecords%2FLEAD-1%3Fcompany%3D1"
    page = one.get("/sign-in?next=%2Frecords%2FLEAD-1")
    assert 'name="next" value="/records/LEAD-1"' in page.text
    for elsewhere in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a\nb"):
        wanted = {"address": "anna@acme.example", "password": PASSWORD, "next": elsewhere}
        assert one.post("/sign-in", wanted).headers["location"] == "/"
        assert local(elsewhere) == "/"
    wanted = {"address": "anna@acme.example", "password": PASSWORD, "next": "/inbox"}
    assert one.post("/sign-in", wanted).headers["location"] == "/inbox"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://testserver.evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
    ],
)
def test_forms_of_other_sites_are_refused(site: Site, anna: Browser, headers: dict[str, str]) -> None:
    form = {**anna.form("/records/LEAD-1"), "text": "forged"}
    assert anna.post("/records/LEAD-1/write", form, headers=headers).status_code == 403
    assert anna.post("/sign-out", {"csrf": form["csrf"]}, headers=headers).status_code == 403
    other = {"address": "eva@other.example", "password": PASSWORD}
    assert anna.post("/sign-in", other, headers=headers).status_code == 403
    assert len(site.world.thread("LEAD-1")) == 1


def test_a_form_without_the_token_of_this_session_is_refused(site: Site, browser: Opens, anna: Browser) -> None:
    bjorn = browser()
    bjorn.sign_in("bjorn@acme.example")
    for token in ("", "x", bjorn.csrf(), "ü"):
        form = {**anna.form("/records/LEAD-1"), "text": "forged", "csrf": token}
        assert anna.post("/records/LEAD-1/write", form).status_code == 403
    assert len(site.world.thread("LEAD-1")) == 1


def test_a_form_at_the_door_is_small(browser: Opens) -> None:
    one = browser()
    assert one.post("/sign-in", {"address": "a" * 20_000, "password": "x"}).status_code == 413
    answer = one.client.post("/sign-in", content=iter([b"address=x"]), follow_redirects=False)
    assert answer.status_code == 413


def _leaves(site: Site, user_id: int) -> None:
    user = site.store.users.get(user_id)
    assert user is not None
    site.store.users.set(replace(user, active=False))
