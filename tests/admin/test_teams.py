"""Teams on pages: who gets a new record, and taking one from the team on its page and in the list."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import expect

from tests.admin.chromium import chromium, served
from tests.admin.conftest import Browser, Site
from tests.admin.test_access import signed_in
from tests.unit.flow.test_filing import reply_address
from tests.unit.world import ANNA
from weftmail.flow.post import Draft, post


def sales(site: Site) -> int:
    """Anna and Björn are Sales, which owns the alias leads@ and LEAD-1."""
    store, acme = site.store, site.world.acme
    team = store.teams.add(acme, "Sales", 1)
    for user in (site.world.anna, site.world.bjorn):
        store.teams.join(acme, team, user)
    store.connection.execute(f"update record set owner_id = null, owner_team_id = {team}")
    store.connection.execute(f"update alias set owner_id = null, owner_team_id = {team}")
    return team


def test_two_people_take_from_the_team_on_the_record_and_in_the_list(site: Site, tmp_path: Path) -> None:
    sales(site)
    site.world.deliver(site.world.mail(subject="Tables"), "leads@acme.example")
    with served(site.app) as home, chromium(tmp_path / "profile") as first:
        assert first.browser is not None
        anna, bjorn = first.pages[0], first.browser.new_context().new_page()
        signed_in(anna, home)
        signed_in(bjorn, home, "bjorn@acme.example")
        bjorn.goto(f"{home}/records?only=unassigned")
        bjorn.get_by_role("button", name="Take it LEAD-1").click()
        expect(bjorn.locator(".bar[role=status]")).to_contain_text("LEAD-1")
        expect(bjorn).to_have_url(re.compile("only=unassigned"))
        assert site.world.record("LEAD-1").owner == "Björn"
        anna.goto(f"{home}/records/LEAD-1")
        expect(anna.locator("#facts")).to_contain_text("Björn")
        expect(anna.get_by_text("changed the owner: - → Björn")).to_be_visible()
        bjorn.locator(".bar[role=status]").get_by_role("button", name="Undo").click()
        # The button stands twice, for wide windows and for narrow ones, until the style sheet is there.
        expect(bjorn.locator("td.owner").get_by_role("button", name="Take it LEAD-1")).to_be_visible()
        anna.goto(f"{home}/records/LEAD-2")
        anna.get_by_role("button", name="Take it").click()
        assert site.world.record("LEAD-2").owner == "Anna" and site.world.record("LEAD-2").team == "Sales"


def test_nothing_is_taken_that_is_not_there(site: Site, anna: Browser) -> None:
    sales(site)
    assert anna.post("/records/many", {"csrf": anna.csrf(), "take": "LEAD-99", "back": ""}).status_code == 404
    assert anna.post("/records/many", {"csrf": anna.csrf(), "take": "lead-1", "back": ""}).status_code == 303
    assert site.world.record("LEAD-1").owner == "Anna"


def test_how_a_team_works_is_chosen_on_its_page(site: Site, anna: Browser) -> None:
    team = sales(site)
    form = {
        "csrf": anna.csrf(), "name": "Sales", "member": ["anna@acme.example", "bjorn@acme.example"], "switches": "yes",
        "gives": "round", "holds_crossing": "yes",
    }  # fmt: skip
    answer = anna.post(f"/teams/{team}/save", form)
    assert answer.status_code == 303
    found = site.store.teams.get(site.world.acme, team)
    assert found is not None and (found.gives, found.holds_crossing, found.takes) == ("round", True, False)
    site.world.deliver(site.world.mail(subject="Tables"), "leads@acme.example")
    assert "the next one in the round of Sales" in anna.get("/records/LEAD-2").text
    refused = anna.post(f"/teams/{team}/save", {**form, "gives": "everybody"})
    assert refused.status_code == 422 and "cannot be chosen here" in refused.text


def test_an_answer_by_mail_that_crosses_another_is_sent_anyway_from_the_record(site: Site, tmp_path: Path) -> None:
    team = site.store.teams.get(site.world.acme, sales(site))
    bjorn = site.store.users.get(site.world.bjorn)
    assert team is not None and bjorn is not None
    site.store.teams.set_ways(replace(team, holds_crossing=True))
    post(site.store, site.installation, site.world.record("LEAD-1"), bjorn, Draft(text="No, we cannot"))
    raw = site.world.mail(ANNA, text="We can do that", login="anna@acme.example")
    row = site.world.deliver(raw, reply_address(site.world, 1), "anna@acme.example")
    assert row.state == "held"
    with served(site.app) as home, chromium(tmp_path / "profile") as first:
        assert first.browser is not None
        anna, other = first.pages[0], first.browser.new_context().new_page()
        signed_in(anna, home)
        signed_in(other, home, "bjorn@acme.example")
        other.goto(f"{home}/records/LEAD-1")
        expect(other.locator(".held")).to_contain_text("Björn wrote on LEAD-1 meanwhile")
        expect(other.locator(".held").get_by_role("link", name="Decide")).to_have_count(0)
        anna.goto(f"{home}/records/LEAD-1")
        anna.get_by_role("link", name="Decide anna@acme.example").click()
        anna.get_by_role("button", name="Send anyway to Karin Ek <karin@customer.example> as Anna").click()
        expect(anna.locator(".bar[role=status]")).to_contain_text("Undo")
    assert site.world.row(row.id).state == "filed"
