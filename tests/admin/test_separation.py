"""No user of one company sees, guesses or counts what belongs to another: asked of every route that the site has."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.admin.conftest import Browser, Site
from tests.admin.furnished import NOBODYS, THEIRS, filled, furnish, role_of, routes
from tests.admin.test_history import exempted
from weftmail.core.role import Role
from weftmail.store.alias import AliasSettings
from weftmail.store.record import NewRecord

Opens = Callable[[], Browser]
SECRETS = ("chairs", "Karin", "customer.example", "LEAD-1", "Anna", "Björn", "Acme", "plan.pdf", "caught1")


@pytest.fixture
def eva(site: Site, browser: Opens) -> Browser:
    """The browser of Eva, admin of Other, on a site where Acme has something of everything."""
    furnish(site)
    made = browser()
    assert made.sign_in("eva@other.example").status_code == 303
    return made


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
            mine = anna.get(theirs) if not path.startswith("/live") and role_of(site, path) < Role.OWNER else None
            assert mine is None or mine.status_code == 200, theirs
            one, other = eva.get(theirs), eva.get(nobodys)
        else:
            form = {"csrf": eva.csrf(), "kind": "note", "text": "x"}
            one, other = eva.post(theirs, form), eva.post(nobodys, form)
        assert one.status_code == other.status_code == 404, theirs
        assert one.text == other.text and dict(one.headers) == dict(other.headers), theirs
    assert asked >= 9
    # The mail and the note are there as they were, and nothing else.
    assert [(one.edited_at, one.deleted_at) for one in site.world.thread("LEAD-2")] == [(None, None)] * 2


def test_nothing_of_theirs_stands_on_any_page(site: Site, eva: Browser) -> None:
    for method, path in routes(site):
        if method == "GET" and "{" not in path:
            answer = eva.get(path)
            assert answer.status_code in (200, 303, 404), path
            assert not [secret for secret in SECRETS if secret in answer.text], path


def test_what_happens_to_them_changes_no_page_of_another_company(site: Site, eva: Browser) -> None:
    """Never a count: pages are the same to the letter before and after Acme has more of everything."""
    paths = [path for method, path in routes(site) if method == "GET" and "{" not in path and "/live" not in path]
    shared = site.store.domains.add("shared.example", None, True, 1)
    paths += ["/domains/shared.example", "/domains/shared.example/zone.txt"]
    before = {path: timeless(eva.get(path).text) for path in paths}
    world, now = site.world, site.world.clock
    for subject in ("One more", "Another"):
        world.deliver(world.mail(subject=subject, author="Erik Ek <erik@other.example>"), "leads@acme.example")
    erik = site.store.users.add("Erik", "erik@acme.example", now())
    site.store.users.join(world.acme, erik, "agent")
    site.store.teams.add(world.acme, "More", now())
    site.store.companies.add_record_type(world.acme, "more", "MORE")
    site.store.domains.add("more.example", world.acme, True, now())
    site.store.sessions.add("another browser", world.anna, "csrf", now(), 10**15)
    exempted(site, "more@customer.example")
    settings = AliasSettings("lead", None, None, "everyone", "", "{}")
    for domain, local in ((shared, "theirs"), (shared, "more"), (world.domain, "another")):
        site.store.aliases.add(world.acme, domain, local, settings, now())
    assert {path: timeless(eva.get(path).text) for path in paths} == before


def timeless(html: str) -> str:
    """Return a page without the moment from which its links count: that is the clock's, and nobody's."""
    return re.sub(r"since=\d+|name=\"pen\" value=\"[^\"]*\"", "", html)


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
