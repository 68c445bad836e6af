"""History and undo on pages: who changed what, the bar after an act, and who may take it back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from tests.admin.conftest import Browser, Site
from weftmail.admin.pages.history import page_of
from weftmail.core.wording.acts import ACTS
from weftmail.flow.setup import exemption
from weftmail.flow.setup.act import Actor, Done, Setup
from weftmail.store.audit import AuditRow

Opens = Callable[[], Browser]


def setup(site: Site, name: str, user: int | None) -> Setup:
    knows = lambda _name: True  # noqa: E731
    return Setup(site.store, Actor(name, user), site.world.clock, None, lambda _l, _d: "", ("en", "sv"), knows)


def exempted(site: Site, address: str, *, by: tuple[str, int | None] = ("root", None), company: str = "Acme") -> int:
    done = exemption.add(setup(site, *by), address, company=company)
    assert isinstance(done, Done)
    return done.trace


def exempt(site: Site) -> list[str]:
    return [one.address for one in site.store.exemptions.all(site.world.acme)]


@pytest.fixture
def anna(browser: Opens) -> Browser:
    made = browser()
    made.sign_in("anna@acme.example")
    return made


def test_the_history_lists_changes_and_undoes_one(site: Site, anna: Browser) -> None:
    act = exempted(site, "shop@customer.example")
    exempted(site, "theirs@customer.example", company="Other")
    page = anna.get("/history").text
    assert "shop@customer.example is exempt from the loop breaker" in page and "root" in page
    assert "theirs@" not in page
    answer = anna.post(f"/history/{act}/undo", {"csrf": anna.csrf()}, headers={"referer": "http://testserver/history"})
    assert answer.status_code == 303 and exempt(site) == []
    said = anna.get(answer.headers["location"]).text
    assert re.search(r'class="bar".*?no longer exempt.*?Undo', said, re.DOTALL)


def test_the_bar_is_for_whoever_acted_and_for_a_while(site: Site, anna: Browser) -> None:
    mine = exempted(site, "shop@customer.example", by=("Anna", site.world.anna))
    others = exempted(site, "b@customer.example")
    assert 'class="bar"' in anna.get(f"/records?done={mine}").text
    for number in (others, 999, "x"):
        assert 'class="bar"' not in anna.get(f"/records?done={number}").text
    site.world.clock.now += 11 * 60 * 1000
    assert 'class="bar"' not in anna.get(f"/records?done={mine}").text


def test_a_change_that_was_undone_already_says_so(site: Site, anna: Browser) -> None:
    act = exempted(site, "shop@customer.example")
    assert anna.post(f"/history/{act}/undo", {"csrf": anna.csrf()}).status_code == 303
    again = anna.post(f"/history/{act}/undo", {"csrf": anna.csrf()})
    assert again.status_code == 409 and "This change of shop@customer.example is undone already" in again.text


def test_who_may_not_see_or_undo_it_hears_that_it_does_not_exist(site: Site, browser: Opens) -> None:
    act = exempted(site, "shop@customer.example", by=("Björn", site.world.bjorn))
    eva, bjorn = browser(), browser()
    eva.sign_in("eva@other.example")
    bjorn.sign_in("bjorn@acme.example")
    for somebody in (eva, bjorn):
        answer = somebody.post(f"/history/{act}/undo", {"csrf": somebody.csrf()})
        missing = somebody.post("/history/999/undo", {"csrf": somebody.csrf()})
        assert (answer.status_code, answer.text) == (missing.status_code, missing.text) == (404, missing.text)
    assert bjorn.get("/history").status_code == 404
    assert "History" not in bjorn.get("/records").text
    assert exempt(site) == ["shop@customer.example"]


def test_an_admin_of_all_sees_the_changes_of_the_installation(site: Site, anna: Browser) -> None:
    assert "The installation" not in anna.get("/history").text
    with site.store.transaction():
        site.store.line.appoint(site.world.anna)
    from weftmail.flow.setup import domain

    done = domain.add(setup(site, "Anna", site.world.anna), "shared.example", shared=True)
    assert isinstance(done, Done)
    assert "shared.example" not in anna.get("/history").text
    page = anna.get("/history?installation=")
    assert "Domain shared.example added" in page.text
    assert "Domain shared.example added" in anna.get("/history?installation=&subject=shared.example").text


def test_long_histories_come_in_pages(site: Site, anna: Browser) -> None:
    for number in range(52):
        exempted(site, f"s{number}@customer.example")
    first = anna.get("/history").text
    assert "s51@" in first and "s1@" not in first
    (older,) = re.findall(r'href="(/history\?before=\d+)"', first)
    assert "s1@customer.example" in anna.get(older).text


def test_one_act_has_one_button(site: Site, anna: Browser) -> None:
    mine = exempted(site, "shop@customer.example", by=("Anna", site.world.anna))
    page = anna.get(f"/history?done={mine}").text
    # The bar offers it; the same act on the list below does not once more.
    assert page.count(f"/history/{mine}/undo") == 1 and 'class="bar"' in page
    answer = anna.post(f"/history/{mine}/undo", {"csrf": anna.csrf()}, headers={"referer": "http://testserver/history"})
    after = anna.get(answer.headers["location"]).text
    assert f"/history/{mine}/undo" not in after and after.count("/undo") == 1
    assert f"/history/{mine}/undo" not in anna.get("/history").text


def test_what_it_was_about_is_named_and_leads_there(site: Site, anna: Browser) -> None:
    site.world.deliver(site.world.mail(), "leads@acme.example")
    astray = site.world.deliver(site.world.mail(subject="Astray", to="x@acme.example"), "x@acme.example")
    anna.post(f"/review/{astray.id}/decide", {"csrf": anna.csrf(), "do": "drop"})
    anna.post("/records/LEAD-1/write", {**anna.form("/records/LEAD-1"), "kind": "note", "text": "They mean oak"})
    page = anna.get("/history").text
    assert f'<a href="/log/{astray.id}">Dropped: Astray · karin@customer.example</a>' in page
    assert '<a href="/records/LEAD-1">Internal note written on LEAD-1</a>' in page
    assert not re.search(r"\b(mail|copy|message|user) \d+\b", page)


SUBJECTS = {
    "domain": "acme.example", "dkim_key": "acme.example", "dns": "acme.example", "alias": "leads@acme.example",
    "team": "Sales", "contact": "Karin Ek", "organisation": "Ek", "company": "Acme", "user": "Anna",
    "membership": "Anna", "session": "Anna", "second_factor": "Anna", "record_type": "lead", "activity_type": "call",
    "setting": "sending_paused", "review": "Astray", "inbound": "Astray", "outbox": "Chairs", "filter": "Mine",
    "exemption": "shop@customer.example", "suppression": "karin@customer.example", "delivery": "Karin", "guide": "Acme",
    "layout": "Acme",
}  # fmt: skip
ELSEWISE = (
    "outbox", "delivery", "setting", "filter", "exemption", "activity_type", "review", "inbound", "server", "signature",
    "reply", "retention", "mail", "file",
)  # fmt: skip
"""On whose pages the thing stands under another name, or stands no more."""
NOWHERE = {"backup"}
"""What has no page: it was about the store as a whole."""


def test_every_kind_of_act_leads_to_what_it_was_about(site: Site, anna: Browser) -> None:
    world, store = site.world, site.store
    store.line.appoint(world.anna)
    store.teams.add(world.acme, "Sales", 1)
    store.organisations.add(world.acme, "Ek", 1)
    world.deliver(world.mail(subject="Astray", to="x@acme.example"), "x@acme.example")
    followed, missing = {}, []
    for act in sorted({code.removeprefix("act.") for code in ACTS}):
        noun = act.split(".")[0]
        subject, left = SUBJECTS.get(noun, "LEAD-1"), json.dumps({"id": 1})
        row = AuditRow(9, world.acme, "Acme", world.anna, "Anna", act, subject, "{}", left, 1)
        path = page_of(row)
        if path:
            followed.setdefault(path, act)
        elif noun not in NOWHERE:
            missing.append(act)
    assert missing == []
    for path, act in followed.items():
        answer = anna.get(path)
        assert answer.status_code == 200, (act, path)
        noun = act.split(".")[0]
        if noun not in ELSEWISE:
            assert SUBJECTS.get(noun, "LEAD-1") in answer.text, (act, path)
    assert len(followed) >= 19


@pytest.mark.parametrize(
    ("form", "path", "list_"),
    [
        ({"address": "sales", "domain": "acme.example", "opens": "lead"}, "/aliases/add", "/aliases"),
        ({"name": "Night shift"}, "/teams/new", "/teams"),
    ],
    ids=["an alias", "a team"],
)
def test_the_undo_of_what_was_just_made_leads_to_its_list(
    anna: Browser, form: dict[str, str], path: str, list_: str
) -> None:
    page = anna.post(path, {"csrf": anna.csrf(), **form}).headers["location"]
    assert page.startswith(f"{list_}/")
    number = re.search(r'action="(/history/\d+/undo)"', anna.get(page).text)
    assert number is not None
    back = anna.post(number[1], {"csrf": anna.csrf()}, headers={"referer": f"http://testserver{page}"})
    assert back.headers["location"].partition("?")[0] == list_
    assert "removed" in anna.get(back.headers["location"]).text


def test_the_history_is_searched_by_what_a_change_was_about(site: Site, anna: Browser) -> None:
    exempted(site, "shop@customer.example")
    exempted(site, "other@customer.example")
    assert "What it was about" in anna.get("/history").text
    found = anna.get("/history?subject=+shop@customer.example").text
    assert "shop@customer.example is exempt" in found and "other@customer.example" not in found
    assert "Nothing of this name was changed" in anna.get("/history?subject=no-such-thing").text


def test_commands_are_shown_to_who_may_run_them(site: Site, browser: Opens, anna: Browser) -> None:
    bjorn = browser()
    bjorn.sign_in("bjorn@acme.example")
    assert "The same in the shell" in anna.get("/records").text
    assert "The same in the shell" not in bjorn.get("/records").text
