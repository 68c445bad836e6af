"""No user of one company sees, guesses or counts what belongs to another: asked of every route that the site has."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from starlette.routing import Route

from tests.admin.conftest import Browser, Site
from tests.admin.test_history import exempted
from weftmail.flow.post import Draft, post
from weftmail.store.record import NewRecord

Opens = Callable[[], Browser]
OPEN = {"/sign-in", "/enter/{token}"}
"""What stands before the door, and has a test file of its own."""
SECRETS = ("chairs", "Karin", "customer.example", "LEAD-1", "Anna", "Björn", "Acme", "plan.pdf", "caught1")


def routes(site: Site) -> list[tuple[str, str]]:
    """Return method and path of every route behind the door."""
    found = []
    for route in site.app.routes:
        if isinstance(route, Route) and route.path not in OPEN:
            method = "POST" if "POST" in (route.methods or ()) else "GET"
            found.append((method, route.path))
    return found


def filled(path: str, values: dict[str, str]) -> str:
    """Return the path with its parameters filled in; a parameter that nobody thought of is an error."""
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: values[found[1]], path)


@pytest.fixture
def eva(site: Site, browser: Opens) -> Browser:
    """The browser of Eva, admin of Other, where Acme has a thread with HTML, a file, and a caught mail."""
    world = site.world
    mail = world.mail(subject="Again", verified=True, files=[("plan.pdf", b"%PDF")], headers=[("X-A", "b")])
    html = mail.replace(b'Content-Type: text/plain; charset="utf-8"', b"Content-Type: text/html")
    world.deliver(html, "leads@acme.example")
    assert world.thread("LEAD-2")[0].html
    site.catch("LEAD-1", html, world.acme, "acme.example")
    anna = site.store.users.get(world.anna)
    assert anna is not None
    exempted(site, "shop@customer.example")
    post(site.store, site.installation, world.record("LEAD-1"), anna, Draft(text="Inside", note=True))
    made = browser()
    assert made.sign_in("eva@other.example").status_code == 303
    return made


THEIRS = {"label": "LEAD-2", "number": "1", "notice": "1", "file": "1", "name": "caught1", "act": "1"}
NOBODYS = {"label": "LEAD-99", "number": "1", "notice": "99", "file": "1", "name": "caught99", "act": "99"}


def test_what_is_theirs_answers_like_what_does_not_exist(site: Site, eva: Browser, browser: Opens) -> None:
    anna = browser()
    anna.sign_in("anna@acme.example")
    asked = 0
    for method, path in routes(site):
        if "{" not in path:
            continue
        asked += 1
        theirs, nobodys = filled(path, THEIRS), filled(path, NOBODYS)
        if method == "GET":
            mine = anna.get(theirs) if not path.startswith("/live") else None
            assert mine is None or mine.status_code == 200, theirs
            one, other = eva.get(theirs), eva.get(nobodys)
        else:
            form = {"csrf": eva.csrf(), "kind": "note", "text": "x"}
            one, other = eva.post(theirs, form), eva.post(nobodys, form)
        assert one.status_code == other.status_code == 404, theirs
        assert one.text == other.text and dict(one.headers) == dict(other.headers), theirs
    assert asked >= 9
    assert len(site.world.thread("LEAD-2")) == 1


def test_nothing_of_theirs_stands_on_any_page(site: Site, eva: Browser) -> None:
    for method, path in routes(site):
        if method == "GET" and "{" not in path:
            answer = eva.get(path)
            assert answer.status_code in (200, 303), path
            assert not [secret for secret in SECRETS if secret in answer.text], path


def test_their_company_cannot_be_asked_for(site: Site, eva: Browser) -> None:
    for method, path in routes(site):
        known, unknown = f"{filled(path, THEIRS)}?company={site.world.acme}", f"{filled(path, THEIRS)}?company=77"
        if method == "GET":
            one, other = eva.get(known), eva.get(unknown)
        elif path == "/sign-out":
            continue
        else:
            form = {"csrf": eva.csrf(), "kind": "note", "text": "x"}
            one, other = eva.post(known, form), eva.post(unknown, form)
        assert one.status_code == other.status_code == 404, path
        assert one.text == other.text, path


def test_who_is_not_signed_in_learns_nothing(site: Site, eva: Browser, browser: Opens) -> None:
    stranger = browser()
    for method, path in routes(site):
        for values in (THEIRS, NOBODYS):
            address = filled(path, values)
            answer = stranger.get(address) if method == "GET" else stranger.post(address, {"csrf": "x"})
            assert answer.status_code == (401 if path.startswith("/live") else 303), address
            assert not [secret for secret in SECRETS if secret in answer.text], address


def test_numbers_count_for_each_company_and_marks_do_not_move_with_others(site: Site, eva: Browser) -> None:
    opened = site.store.records.open(NewRecord(site.other, "lead", "Ours"), site.world.clock())
    assert opened.label == "LEAD-1"
    page = eva.get("/records/LEAD-1").text
    assert "Ours" in page and "chairs" not in page
    marks = {path: eva.get(path).json()["seen"] for path in ("/live/records", "/live/inbox", "/live/records/LEAD-1")}
    site.world.deliver(site.world.mail(subject="More"), "leads@acme.example")
    assert marks == {path: eva.get(path).json()["seen"] for path in marks}


def test_the_same_holds_for_mail_that_no_token_names(site: Site, eva: Browser) -> None:
    from dataclasses import replace

    one = site.catcher.kept[0]
    for path in ("", "bounce+x@acme.example", one.return_path.replace("acme", "other")):
        site.catcher.kept.append(replace(one, name="odd", return_path=path))
        assert eva.get("/caught/odd").status_code == 404
        site.catcher.kept.pop()
