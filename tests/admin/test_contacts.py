"""Contacts and organisations on pages: found, changed, merged and taken back; with JavaScript and without."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.admin.chromium import chromium, served
from tests.admin.conftest import Browser, Site
from tests.admin.test_browser import enter
from tests.admin.test_statements import MOST, cost
from weftmail.flow.post import Draft, post

Opens = Callable[[], Browser]
KARIN = "/contacts/1"


@pytest.fixture
def acquainted(site: Site) -> Site:
    """Karin, who has LEAD-1; Erik with a ticket, who takes part in LEAD-1 as well; and a copy to Erik that bounced."""
    world = site.world
    world.deliver(
        world.mail(subject="Lamp", author="Erik Ek <erik@customer.example>", verified=True), "support@acme.example"
    )
    anna = site.store.users.get(world.anna)
    assert anna is not None
    post(site.store, site.installation, world.record("LEAD-1"), anna, Draft(text="Yes", cc=["erik@customer.example"]))
    site.store.connection.execute(
        "update delivery set state = 'bounced', reason = '550 no such user' where address = ?",
        ("erik@customer.example",),
    )
    return site


def act(browser: Browser, contact: int, name: str, **more: str) -> str:
    """Press a button, and return the page that follows."""
    done = browser.post(f"/contacts/{contact}/act", {"csrf": browser.csrf(), "act": name, **more})
    return browser.get(done.headers["location"]).text if done.status_code == 303 else done.text


def number_of(site: Site, address: str) -> int:
    found = site.store.contacts.by_address(site.world.acme, address)
    assert found is not None
    return found.id


def test_a_contact_shows_records_messages_and_what_bounced(acquainted: Site, anna: Browser) -> None:
    erik = number_of(acquainted, "erik@customer.example")
    page = anna.get(f"/contacts/{erik}").text
    assert "TICKET-1" in page and "LEAD-1" in page and "takes part" in page
    assert "Bounced" in page and "550 no such user" in page and 'href="/records/LEAD-1#m2"' in page
    assert f'href="/records/new?customer={"erik%40customer.example"}"' in page
    assert "2 contacts write from customer.example" in page
    assert page.count('class="clip"') == 2


def test_the_domain_makes_an_organisation(acquainted: Site, anna: Browser) -> None:
    form = {"csrf": anna.csrf(), "name": "Ek Möbler", "domain": "customer.example"}
    done = anna.post("/organisations/new", form)
    page = anna.get(done.headers["location"]).text
    assert "Erik Ek" in page and "Karin Ek" in page and "Organisation Ek Möbler added" in page
    assert "writes from" not in anna.get(KARIN).text and "Ek Möbler" in anna.get("/contacts").text
    where = done.headers["location"].split("?")[0]
    wrong = anna.post(f"{where}/save", {"csrf": anna.csrf(), "name": "Ek", "domains": "gmail.com", "note": "N"})
    assert wrong.status_code == 422 and "Anybody can have" in wrong.text and 'value="gmail.com"' in wrong.text
    saved = anna.post(f"{where}/save", {"csrf": anna.csrf(), "name": "Ek", "domains": "", "note": "Oak"})
    assert "Oak" in anna.get(saved.headers["location"]).text
    assert anna.post(f"{where}/remove", {"csrf": anna.csrf()}).status_code == 303
    assert anna.get(where).status_code == 404
    twice = anna.post("/organisations/new", {"csrf": anna.csrf(), "name": ""})
    assert twice.status_code == 422 and 'aria-invalid="true"' in twice.text


def test_every_act_and_its_way_back(acquainted: Site, anna: Browser) -> None:
    for name, more, shows in (
        ("block", {}, "Take email again"),
        ("archive", {}, "Restore"),
        ("add", {"address": "k@customer.example"}, "k@customer.example"),
        ("merge", {"other": "erik@customer.example"}, "erik@customer.example"),
    ):
        page = act(anna, 1, name, **more)
        assert shows in page, name
        undo = re.search(r'action="(/history/\d+/undo)"', page)
        assert undo is not None, name
        assert anna.post(undo[1], {"csrf": anna.csrf()}).status_code == 303
        assert shows not in anna.get(KARIN).text.split('id="changes"')[0], name
    act(anna, 1, "block")
    assert "blocked" in anna.get("/contacts").text
    act(anna, 1, "unblock")
    act(anna, 1, "archive")
    assert "Karin Ek" in anna.get("/contacts?archived=").text
    assert "Karin Ek" not in anna.get("/contacts").text.split("<footer")[0]
    act(anna, 1, "restore")
    assert "✕" in act(anna, 1, "take", address="karin@customer.example")
    assert "is an address of" in act(anna, 1, "merge", other="karin@customer.example")
    assert anna.post(f"{KARIN}/act", {"csrf": anna.csrf(), "act": "burn"}).status_code == 404


def test_whoever_was_merged_leads_on(acquainted: Site, anna: Browser) -> None:
    erik = number_of(acquainted, "erik@customer.example")
    act(anna, 1, "merge", other="erik@customer.example")
    assert anna.get(f"/contacts/{erik}").headers["location"] == KARIN
    assert "TICKET-1" in anna.get(KARIN).text


def test_name_note_and_organisation_are_kept(acquainted: Site, anna: Browser) -> None:
    anna.post("/organisations/new", {"csrf": anna.csrf(), "name": "Ek"})
    form = {"csrf": anna.csrf(), "name": "Karin Lund", "note": "See <b> https://ek.example", "organisation": "Ek"}
    page = anna.get(anna.post(f"{KARIN}/save", form).headers["location"]).text
    assert "Karin Lund" in page and "&lt;b&gt;" in page and 'href="/organisations/1"' in page
    wrong = anna.post(f"{KARIN}/save", {**form, "name": "A\u2028B"})
    assert wrong.status_code == 422 and "A\u2028B" in wrong.text


def test_pages_of_many_go_both_ways(site: Site, anna: Browser) -> None:
    people = {f"p{number:03}@big.example": f"Person {number:03}" if number % 3 else "" for number in range(130)}
    site.store.contacts.add_all(site.world.acme, people, 1)
    seen: list[str] = []
    page = anna.get("/contacts").text
    while True:
        seen += re.findall(r'<td><a href="/contacts/(\d+)"', page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        if following is None:
            break
        page = anna.get(following[1].replace("&amp;", "&")).text
    assert len(seen) == len(set(seen)) == 131
    back = re.search(r'rel="prev" href="([^"]+)"', page)
    assert back is not None
    before = re.findall(r'<td><a href="/contacts/(\d+)"', anna.get(back[1]).text)
    assert before == seen[50:100]
    found = anna.get("/contacts?q=PERSON+00").text
    assert len(re.findall(r'<td><a href="/contacts/\d+"', found)) == 6
    assert "No contacts here" in anna.get("/contacts?q=nobody").text


def test_pages_cost_few_statements(acquainted: Site, anna: Browser) -> None:
    for path in ("/contacts", KARIN, "/contacts?q=ek"):
        spent = cost(acquainted, anna, path)
        print(f"{path}: {spent} statements")
        assert spent <= MOST


def test_a_reader_reads(acquainted: Site, browser: Opens) -> None:
    rolf = browser()
    rolf.sign_in("rolf@acme.example")
    page = rolf.get(KARIN).text
    assert "LEAD-1" in page and '/act"' not in page and "/contacts/new" not in rolf.get("/contacts").text
    assert rolf.post(f"{KARIN}/act", {"csrf": rolf.csrf(), "act": "archive"}).status_code == 404


def test_records_for_named_teams_do_not_show(acquainted: Site, browser: Opens) -> None:
    world, store = acquainted.world, acquainted.store
    store.record_types.name_team(world.acme, "ticket", store.teams.add(world.acme, "Staff", 1))
    store.record_types.limit(world.acme, "ticket", teams_only=True)
    bjorn = browser()
    bjorn.sign_in("bjorn@acme.example")
    page = bjorn.get(f"/contacts/{number_of(acquainted, 'erik@customer.example')}").text
    assert "TICKET-1" not in page and "Lamp" not in page and "LEAD-1" in page


@pytest.mark.parametrize("script", [True, False])
def test_a_colleague_finds_who_is_twice_and_makes_one_of_them(acquainted: Site, tmp_path: Path, script: bool) -> None:
    with served(acquainted.app) as home, chromium(tmp_path / "profile", script=script) as context:
        page = context.new_page()
        enter(page, acquainted, home)
        page.get_by_role("link", name="Contacts", exact=True).click()
        page.get_by_label("Name or address").fill("karin")
        page.get_by_role("button", name="Find").click()
        page.get_by_role("link", name="Karin Ek").click()
        page.get_by_label("An address of the other contact").fill("erik@customer.example")
        page.get_by_role("button", name="Merge").click()
        page.get_by_role("status").get_by_text("are one now").wait_for()
        page.get_by_role("link", name="TICKET-1").first.wait_for()
        page.get_by_role("button", name="Undo").first.click()
        page.get_by_role("status").get_by_text("are two again").wait_for()
        assert page.get_by_role("link", name="TICKET-1").count() == 0
