"""Activities on pages: planned on a record, shown in lists and in the navigation, done with feedback and a next one."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.admin.chromium import chromium, served
from tests.admin.conftest import Browser, Site
from tests.admin.test_browser import enter
from tests.admin.test_statements import MOST, cost
from weftmail.flow import day

Opens = Callable[[], Browser]
LEAD = "/records/LEAD-1"


def in_days(site: Site, days: int) -> str:
    return (day.today(site.world.clock.now, None) + datetime.timedelta(days=days)).isoformat()


def plan(browser: Browser, due: str, label: str = "LEAD-1", **more: str) -> int:
    form = {"csrf": browser.csrf(), "type": "call", "due": due, "assignee": "anna@acme.example", "note": "", **more}
    status: int = browser.post(f"/records/{label}/activities/add", form).status_code
    return status


def test_what_is_overdue_today_and_planned_stands_apart(site: Site, anna: Browser) -> None:
    for days in (-2, 0, 4):
        assert plan(anna, in_days(site, days), note=f"In {days} days") == 303
    page = anna.get("/activities").text
    for word in ("Overdue", "Today", "Planned", "In -2 days", "In 0 days", "In 4 days"):
        assert word in page
    assert re.search(r'data-key="count-activities"><span class="count">2<', page)
    record = anna.get(LEAD).text
    assert record.count('href="/activities/') == 3 and "overdue" in record
    assert "To do: <span" in anna.get("/records").text
    for word, there in (("overdue", True), ("today", True), ("planned", True)):
        assert (LEAD in anna.get(f"/records?activity={word}").text) is there
    anna.post("/activities/1/done", {"csrf": anna.csrf(), "feedback": ""})
    assert LEAD not in anna.get("/records?activity=overdue").text


def test_done_with_feedback_and_a_next_one(site: Site, anna: Browser) -> None:
    plan(anna, in_days(site, 0))
    assert anna.get("/activities/1").status_code == 200
    form = {"csrf": anna.csrf(), "feedback": "She <b>wants</b> 38", "next_type": "meeting", "next_due": "soon"}
    wrong = anna.post("/activities/1/done", {**form, "next_assignee": "bjorn@acme.example", "next_note": "Oak"})
    assert wrong.status_code == 422 and "She &lt;b&gt;wants&lt;/b&gt; 38</textarea>" in wrong.text
    assert 'id="next_due-said"' in wrong.text and "Oak</textarea>" in wrong.text
    done = anna.post(
        "/activities/1/done", {**form, "next_due": in_days(site, 5), "next_assignee": "bjorn@acme.example"}
    )
    page = anna.get(done.headers["location"]).text
    assert "She &lt;b&gt;wants&lt;/b&gt; 38" in page and "Meeting</a>" in page and "Björn" in page
    undo = re.search(r'action="(/history/\d+/undo)"', page)
    assert undo is not None and anna.post(undo[1], {"csrf": anna.csrf()}).status_code == 303
    again = anna.get(LEAD).text
    assert "Call</a>" in again and "Meeting</a>" not in again


def test_it_is_changed_and_removed(site: Site, anna: Browser) -> None:
    plan(anna, in_days(site, 1))
    form = {"csrf": anna.csrf(), "type": "email", "due": in_days(site, 2), "assignee": "anna@acme.example", "note": "N"}
    assert anna.post("/activities/1/save", form).status_code == 303
    assert "Email</a>" in anna.get(LEAD).text
    assert anna.post("/activities/1/save", {**form, "due": ""}).status_code == 422
    assert anna.post("/activities/1/remove", {"csrf": anna.csrf()}).status_code == 303
    assert "Removed" in anna.get("/activities/1").text
    assert anna.post("/activities/1/remove", {"csrf": anna.csrf()}).status_code == 422
    assert plan(anna, "never") == 422


def test_own_types_are_an_admins(site: Site, anna: Browser, browser: Opens) -> None:
    anna.post("/activities/types", {"csrf": anna.csrf(), "name": "Site visit"})
    assert "Site visit" in anna.get(f"{LEAD}/activities").text
    assert anna.post("/activities/types", {"csrf": anna.csrf(), "name": "site visit"}).status_code == 422
    anna.post("/activities/types/remove", {"csrf": anna.csrf(), "name": "Site visit"})
    assert "Site visit" not in anna.get(f"{LEAD}/activities").text
    bjorn = browser()
    bjorn.sign_in("bjorn@acme.example")
    assert "New type" not in bjorn.get("/activities").text
    assert bjorn.post("/activities/types", {"csrf": bjorn.csrf(), "name": "x"}).status_code == 404


def test_a_reader_sees_and_outsiders_of_a_type_do_not(site: Site, anna: Browser, browser: Opens) -> None:
    plan(anna, in_days(site, 1), note="Secret of the lead")
    rolf, bjorn = browser(), browser()
    rolf.sign_in("rolf@acme.example")
    assert "Secret of the lead" in rolf.get("/activities").text and "/activities/1" not in rolf.get(LEAD).text
    assert rolf.get("/activities/1").status_code == 404
    world, store = site.world, site.store
    store.record_types.name_team(world.acme, "lead", store.teams.add(world.acme, "Staff", 1))
    store.record_types.limit(world.acme, "lead", teams_only=True)
    bjorn.sign_in("bjorn@acme.example")
    assert "Secret" not in bjorn.get("/activities?who=all").text and bjorn.get("/activities/1").status_code == 404


def test_pages_cost_few_statements(site: Site, anna: Browser) -> None:
    for days in range(8):
        plan(anna, in_days(site, days))
    for path in ("/activities", "/activities?who=all", "/activities/1", LEAD, "/records"):
        spent = cost(site, anna, path)
        print(f"{path}: {spent} statements")
        assert spent <= MOST, path


@pytest.mark.parametrize("script", [True, False])
def test_a_call_is_planned_done_and_followed_by_a_meeting(site: Site, tmp_path: Path, script: bool) -> None:
    with served(site.app) as home, chromium(tmp_path / "profile", script=script) as context:
        page = context.new_page()
        enter(page, site, home)
        page.goto(f"{home}{LEAD}")
        page.get_by_role("link", name="Plan an activity").click()
        page.get_by_label("Due day").fill(in_days(site, 0))
        page.get_by_label("Note").fill("Ask about oak")
        page.get_by_role("button", name="Plan", exact=True).click()
        page.get_by_role("link", name="Activities").filter(has_text="1").click()
        page.get_by_role("link", name="Done, or change it").click()
        page.get_by_label("What came of it").fill("Oak it is")
        page.get_by_role("group", name="And next").get_by_label("Type").select_option("meeting")
        page.get_by_role("group", name="And next").get_by_label("Due day").fill(in_days(site, 6))
        page.get_by_role("button", name="Done", exact=True).click()
        page.locator("#thread").get_by_text("Oak it is").wait_for()
        page.get_by_role("link", name="Meeting").wait_for()
