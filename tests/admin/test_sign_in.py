"""The doors: passwords, one-time links, sessions, and what keeps others out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from argon2 import PasswordHasher

from tests.admin.conftest import PASSWORD, Browser, Site, TestClient
from weftmail.admin.password import Passwords
from weftmail.admin.sign_in import MOST_FOR_ADDRESS, MOST_FOR_CLIENT, SESSION, WINDOW
from weftmail.admin.visit import local
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


def test_attempts_are_limited_for_an_address_and_forgiven_after_a_while(site: Site, browser: Opens) -> None:
    one = browser()
    for _ in range(MOST_FOR_ADDRESS):
        assert one.sign_in("Anna@ACME.example", "wrong").status_code == 403
    answer = one.sign_in("anna@acme.example")
    assert answer.status_code == 429 and "Too many attempts" in answer.text
    assert one.sign_in("bjorn@acme.example").status_code == 303
    site.world.clock.now += WINDOW + 1
    assert one.sign_in("anna@acme.example").status_code == 303
    assert one.sign_in("anna@acme.example", "wrong").status_code == 403


def test_attempts_are_limited_for_a_client(browser: Opens) -> None:
    one = browser()
    for number in range(MOST_FOR_CLIENT):
        assert one.sign_in(f"user{number}@acme.example", "wrong").status_code == 403
    assert one.sign_in("anna@acme.example").status_code == 429


def test_signing_in_rightly_does_not_make_room_for_more_guesses(browser: Opens) -> None:
    one = browser()
    for number in range(MOST_FOR_CLIENT):
        assert one.sign_in(f"user{number}@acme.example", "wrong").status_code == 403
        if number % 10 == 0:
            assert one.sign_in("bjorn@acme.example").status_code == 303
    assert one.sign_in("bjorn@acme.example").status_code == 429


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
    assert site.store.sessions.get(token, site.world.clock()) is None
    anna.client.cookies.set("weftmail", token)
    assert anna.get("/records").status_code == 303


def test_signing_in_again_ends_the_session_before(site: Site, anna: Browser) -> None:
    before = anna.client.cookies["weftmail"]
    assert anna.sign_in("anna@acme.example").status_code == 303
    assert anna.client.cookies["weftmail"] != before
    assert site.store.sessions.get(before, site.world.clock()) is None


def test_a_session_ends_by_itself_and_with_its_user(site: Site, browser: Opens) -> None:
    one, two = browser(), browser()
    one.sign_in("anna@acme.example")
    two.sign_in("bjorn@acme.example")
    _leaves(site, site.world.bjorn)
    assert two.get("/records").status_code == 303
    site.world.clock.now += SESSION
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
