"""The overview: figures with their rows, the sum, the machine for admins of all alone, and /healthz for strangers."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.metadata import version

import pytest

from tests.admin.conftest import Browser, Site
from tests.unit.flow.test_status import FakeMachine
from tests.unit.world import ERIK

Opens = Callable[[], Browser]


def test_admins_come_to_the_overview_and_others_to_the_records(site: Site, anna: Browser, browser: Opens) -> None:
    site.app.state.site = replace(site.app.state.site, demo=False)
    assert anna.get("/").headers["location"] == "/overview"
    bjorn = browser()
    bjorn.sign_in("bjorn@acme.example")
    assert bjorn.get("/").headers["location"].startswith("/records")
    assert bjorn.get("/overview").status_code == 404


def test_each_figure_leads_to_its_rows(site: Site, anna: Browser) -> None:
    first = site.world.thread("LEAD-1")[0].rfc_message_id
    site.world.deliver(site.world.mail(ERIK, references=[first]), "leads@acme.example")
    page = anna.get("/overview").text
    assert "2 = 1 + 0 + 0 + 1 + 0 + 0 + 0 + 0" in page and "comes out" in page
    assert 'href="/review?state=held">1</a>' in page and "acme.example" in page
    figures = re.findall(r'<b><a href="([^"]+)">(\d+)</a></b> ([^<]+)</li>', page)
    assert len(figures) == len(re.findall(r"<b>", page)) == 18
    for address, count, words in figures:
        rows = anna.get(html.unescape(address)).text
        shown = re.findall(r"↓|↑", rows) if address.startswith("/log") else {*re.findall(r'href="(/review/\d+)"', rows)}
        assert len(shown) == int(count), (address, words)
    assert "This server" not in page and "other.example" not in page


@pytest.fixture
def machine(site: Site) -> Iterator[FakeMachine]:
    """The machine of the site."""
    made = FakeMachine()
    site.app.state.site = replace(site.app.state.site, machine=made)
    yield made


def test_an_admin_of_all_sees_the_machine(site: Site, anna: Browser, machine: FakeMachine) -> None:
    with site.store.transaction():
        site.store.line.appoint(site.world.anna)
    page = anna.get("/overview").text
    assert "listener answers" in page and " free" in page and f"weftmail {version('weftmail')}" in page
    since = r'<span class="dim">{} <time[^>]* datetime="2027-01-15T08:00'
    assert re.search(r"listener answers.*?" + since.format("since"), page), page
    assert "Mail is flowing" in page
    machine.listener, machine.spool = False, 3
    page = anna.get("/overview").text
    assert "listener does not answer" in page and "3 emails in the spool" in page and "Mail is not flowing" in page
    assert re.search(r"listener does not answer.*?" + since.format("last seen"), page)
    assert re.search(r"3 emails in the spool.*?" + since.format("oldest:"), page)


def test_monitoring_hears_one_word_and_strangers_no_more(site: Site, browser: Opens, machine: FakeMachine) -> None:
    stranger = browser()
    good = stranger.get("/healthz")
    assert (good.status_code, good.text) == (200, "ok\n")
    machine.sender = False
    bad = stranger.get("/healthz")
    assert (bad.status_code, bad.text) == (503, "broken\n")
