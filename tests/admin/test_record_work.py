"""Working on a record: taken, closed, tagged and thrown away in place, answered and gone on to the next one."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.admin.chromium import chromium, served
from tests.admin.conftest import Browser, Site
from tests.admin.test_browser import enter

LEAD = "/records/LEAD-1"


@pytest.fixture
def three(site: Site) -> Site:
    """Karin's lead and two tickets of Erik's, none of them anybody's."""
    world = site.world
    for subject in ("Lamp", "Chair"):
        world.deliver(
            world.mail(subject=subject, author="Erik Ek <erik@other.example>", verified=True), "support@acme.example"
        )
    site.store.connection.execute("update record set owner_id = null")
    return site


def press(browser: Browser, label: str, act: str, **more: str) -> Any:
    return browser.post(f"/records/{label}/act", {"csrf": browser.csrf(), "act": act, **more})


def test_one_press_and_back(three: Site, anna: Browser) -> None:
    world = three.world
    for act, read in (
        ("take", lambda: world.record("LEAD-1").owner == "Anna"),
        ("close", lambda: world.record("LEAD-1").state == "closed"),
        ("open", lambda: world.record("LEAD-1").state == "open"),
        ("wait", lambda: world.record("LEAD-1").state == "waiting"),
        ("answered", lambda: world.record("LEAD-1").awaits_since_at is None),
        ("spam", lambda: world.record("LEAD-1").hidden_as == "spam"),
        ("restore", lambda: world.record("LEAD-1").hidden_as is None),
        ("trash", lambda: world.record("LEAD-1").hidden_as == "trash"),
    ):
        done = press(anna, "LEAD-1", act)
        assert done.status_code == 303 and read(), act
        page = anna.get(done.headers["location"]).text
        number = re.search(r'action="(/history/\d+/undo)"', page)
        assert number is not None, act
    assert anna.post(number[1], {"csrf": anna.csrf()}).status_code == 303
    assert world.record("LEAD-1").hidden_as is None
    press(anna, "LEAD-1", "tag", tag="VIP")
    assert "<bdi>VIP</bdi>" in anna.get(LEAD).text
    press(anna, "LEAD-1", "untag", tag="VIP")
    assert "<bdi>VIP</bdi>" not in anna.get(LEAD).text
    assert press(anna, "LEAD-1", "untag", tag="VIP").status_code == 422
    assert press(anna, "LEAD-1", "burn").status_code == 404


def test_a_record_is_read_by_being_looked_at(three: Site, anna: Browser) -> None:
    world = three.world
    lead = world.record("LEAD-1")
    assert three.store.read_state.since(world.acme, world.anna, lead.id) is not None
    seen = anna.get(f"/live{LEAD}").json()["seen"]
    anna.get(LEAD)
    assert three.store.read_state.since(world.acme, world.anna, lead.id) is None
    assert anna.get(LEAD).text.count(f"seen={seen}") <= 1
    press(anna, "LEAD-1", "unread")
    assert three.store.read_state.since(world.acme, world.anna, lead.id) is not None


def test_all_of_it_is_changed_on_one_form(three: Site, anna: Browser) -> None:
    three.store.teams.add(three.world.acme, "Sales", 1)
    form = {
        "csrf": anna.csrf(), "title": "38 chairs", "state": "waiting", "owner": "bjorn@acme.example", "team": "Sales",
        "customer": "erik@other.example", "priority": "urgent",
    }  # fmt: skip
    assert anna.post(f"{LEAD}/change/save", form).status_code == 303
    found = three.world.record("LEAD-1")
    assert (found.title, found.owner, found.team, found.priority) == ("38 chairs", "Björn", "Sales", "urgent")
    assert found.customer_address == "erik@other.example"
    wrong = anna.post(f"{LEAD}/change/save", {**form, "customer": "nobody@other.example"})
    assert wrong.status_code == 422 and 'value="nobody@other.example"' in wrong.text
    anna.post(f"{LEAD}/change/save", {**form, "owner": "", "team": "", "customer": ""})
    found = three.world.record("LEAD-1")
    assert (found.owner, found.team, found.customer) == (None, None, None)


def test_a_new_type_gives_a_new_number_and_the_old_one_leads_on(three: Site, anna: Browser) -> None:
    done = anna.post(f"{LEAD}/type", {"csrf": anna.csrf(), "type": "order"})
    assert done.headers["location"].startswith("/records/ORDER-1?done=")
    assert anna.get(LEAD).headers["location"] == "/records/ORDER-1"
    assert "changed the type: LEAD-1 → ORDER-1" in anna.get("/records/ORDER-1").text
    assert anna.post("/records/ORDER-1/type", {"csrf": anna.csrf(), "type": "order"}).status_code == 422


def test_a_record_knows_its_place_in_the_list(three: Site, anna: Browser) -> None:
    page = anna.get("/records/TICKET-1?list=only%3Dunassigned%26sort%3Dfirst").text
    assert "2 of 3" in page and re.search(r'rel="prev" href="/records/LEAD-1\?list=', page)
    assert re.search(r'rel="next" href="/records/TICKET-2\?list=', page)
    assert 'href="/records?only=unassigned&amp;sort=first#TICKET-1"' in page
    alone = anna.get(LEAD).text
    assert 'rel="next"' not in alone and "Back to the list" not in alone


def test_who_answers_takes_it_closes_it_and_goes_on(three: Site, anna: Browser) -> None:
    world = three.world
    form = anna.form("/records/TICKET-1")
    sent = {**form, "text": "Yes.", "after_send": "close", "then_show": "next", "list": "only=unassigned&sort=first"}
    done = anna.post("/records/TICKET-1/write", sent)
    assert done.headers["location"].startswith("/records/TICKET-2?list=only%3Dunassigned")
    found = world.record("TICKET-1")
    assert (found.owner, found.state, found.awaits_since_at) == ("Anna", "closed", None)
    assert "TICKET-1 changed" in anna.get(done.headers["location"]).text
    user = three.store.users.get(world.anna)
    assert user is not None and (user.after_send, user.then_show) == ("close", "next")
    assert 'value="close" selected' in anna.get(LEAD).text
    last = {
        **anna.form("/records/TICKET-2"),
        "text": "Yes.",
        "after_send": "wait",
        "then_show": "list",
        "list": "only=mine",
    }
    assert anna.post("/records/TICKET-2/write", last).headers["location"].startswith("/records?only=mine&done=")
    assert world.record("TICKET-2").state == "waiting"


def test_a_note_and_a_team_that_does_not_want_it_leave_the_owner(three: Site, anna: Browser) -> None:
    team = three.store.teams.add(three.world.acme, "Sales", 1)
    found = three.store.teams.get(three.world.acme, team)
    assert found is not None
    three.store.teams.set_ways(replace(found, takes=False))
    three.store.connection.execute("update record set owner_team_id = ?", (team,))
    form = anna.form(LEAD)
    anna.post(f"{LEAD}/write", {**form, "kind": "note", "text": "Hm.", "after_send": "close"})
    assert three.world.record("LEAD-1").state == "open"
    anna.post(f"{LEAD}/write", {**anna.form(LEAD), "text": "Yes.", "after_send": "keep", "then_show": "stay"})
    assert three.world.record("LEAD-1").owner is None


def test_it_is_done_in_place_with_the_keyboard(three: Site, tmp_path: Path) -> None:
    with served(three.app) as home, chromium(tmp_path / "profile") as context:
        page = context.new_page()
        enter(page, three, home)
        page.goto(f"{home}/records?sort=first")
        page.keyboard.press("j")
        page.keyboard.press("o")
        page.wait_for_selector("#thread")
        assert page.inner_text(".beside").split() == ["1", "of", "3", "Next"]
        page.get_by_role("link", name="Change").click()
        page.wait_for_selector(".facts form.form")
        page.select_option(".facts [name=owner]", "bjorn@acme.example")
        page.keyboard.press("Tab")
        page.locator(".facts form.form button.primary").press("Enter")
        page.wait_for_selector(".bar")
        assert three.world.record("LEAD-1").owner == "Björn"
        page.locator(".editor #text").fill("38 of them.")
        page.select_option("#after_send", "close")
        page.get_by_role("button", name="Send", exact=True).click()
        page.wait_for_selector("text=changed the state: open → closed")
        assert three.world.record("LEAD-1").state == "closed"


@pytest.mark.parametrize("width", [320, 1200])
def test_the_page_is_as_wide_as_the_window(three: Site, tmp_path: Path, width: int) -> None:
    with served(three.app) as home, chromium(tmp_path / "profile", width=width) as context:
        page = context.new_page()
        enter(page, three, home)
        page.goto(f"{home}{LEAD}?list=only%3Dunassigned")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
