"""Snoozing on the page: until a day, until an answer, shown in lists, ended and undone; with and without JavaScript."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest

from tests.admin.chromium import chromium, served
from tests.admin.conftest import Browser, Site
from tests.admin.test_browser import enter
from weftmail.flow import day
from weftmail.store.snooze import UNTIL_ANSWER

LEAD = "/records/LEAD-1"


def in_days(site: Site, days: int) -> str:
    return (day.today(site.world.clock.now, None) + datetime.timedelta(days=days)).isoformat()


def test_until_a_day_and_back(site: Site, anna: Browser) -> None:
    assert f'href="{LEAD}/snooze"' in anna.get(LEAD).text
    form = anna.get(f"{LEAD}/snooze").text
    assert form.count('name="until"') == 5 and f'value="{in_days(site, 1)}"' in form
    done = anna.post(f"{LEAD}/snooze/until", {"csrf": anna.csrf(), "until": in_days(site, 3)})
    page = anna.get(done.headers["location"]).text
    assert "LEAD-1 snoozed" in page and "Snoozed until <time" in page and "End the snooze" in page
    assert "snoozed until <time" in anna.get("/records?only=snoozed").text
    assert "No records here" in anna.get("/records?only=waiting").text
    undo = re.search(r'action="(/history/\d+/undo)"', page)
    assert undo is not None and anna.post(undo[1], {"csrf": anna.csrf()}).status_code == 303
    assert site.world.record("LEAD-1").snoozed_until_at is None


def test_until_an_answer_and_woken(site: Site, anna: Browser) -> None:
    anna.post(f"{LEAD}/snooze/until", {"csrf": anna.csrf(), "until": "answer"})
    assert site.world.record("LEAD-1").snoozed_until_at == UNTIL_ANSWER
    assert "Snoozed until an answer" in anna.get(LEAD).text
    assert "snoozed until an answer" in anna.get("/records").text
    for _ in range(2):
        assert anna.post(f"{LEAD}/wake", {"csrf": anna.csrf()}).status_code == 303
    assert site.world.record("LEAD-1").awaits_us


@pytest.mark.parametrize("until", ["", "soon", "1999-12-31"])
def test_what_is_no_day_to_come_is_said_beside_the_field(site: Site, anna: Browser, until: str) -> None:
    wrong = anna.post(f"{LEAD}/snooze/until", {"csrf": anna.csrf(), "until": until})
    assert wrong.status_code == 422 and 'aria-invalid="true"' in wrong.text and f'value="{until}"' in wrong.text
    assert site.world.record("LEAD-1").snoozed_until_at is None


def test_what_is_closed_offers_none(site: Site, anna: Browser) -> None:
    anna.post(f"{LEAD}/act", {"csrf": anna.csrf(), "act": "close"})
    assert f"{LEAD}/snooze" not in anna.get(LEAD).text


@pytest.mark.parametrize("script", [True, False])
def test_a_colleague_snoozes_and_takes_it_back(site: Site, tmp_path: Path, script: bool) -> None:
    with served(site.app) as address, chromium(tmp_path / "profile", script=script) as context:
        page = context.new_page()
        enter(page, site, address)
        page.goto(f"{address}{LEAD}")
        page.get_by_role("link", name="Snooze", exact=True).click()
        page.get_by_role("button", name="Next Monday").click()
        page.get_by_text("Snoozed until").wait_for()
        page.get_by_role("button", name="Undo").click()
        page.get_by_role("link", name="Snooze", exact=True).wait_for()
        page.get_by_role("link", name="Snooze", exact=True).click()
        page.get_by_label("Until the morning of").fill(in_days(site, 9))
        page.get_by_role("button", name="Snooze", exact=True).click()
        page.get_by_text("Snoozed until").wait_for()
        page.goto(f"{address}/records?only=snoozed")
        page.get_by_text("snoozed until").wait_for()
