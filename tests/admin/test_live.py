"""Open pages follow the store: they are told of what concerns them, soon, and of nothing else."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest

from tests.admin.conftest import Browser, Site
from weftmail.admin.app import stop_waiting
from weftmail.admin.live import LOOK_EVERY, Live
from weftmail.admin.pool import Pool
from weftmail.store.store import Store


@pytest.mark.parametrize("path", ["/live/records", "/live/records/LEAD-1", "/live/inbox", "/live/caught"])
def test_a_page_that_saw_something_else_is_answered_at_once(anna: Browser, path: str) -> None:
    answer = anna.get(path)
    assert answer.status_code == 200 and answer.json()["seen"]


def waiting(anna: Browser, path: str) -> tuple[threading.Thread, list[Any]]:
    """Let a page wait for a change in a thread of its own."""
    seen = anna.get(path).json()["seen"]
    answers: list[Any] = []

    def ask() -> None:
        answers.append(anna.client.get(path, params={"seen": seen}).json()["seen"])
        answers.append(seen)

    thread = threading.Thread(target=ask)
    thread.start()
    time.sleep(0.3)
    assert not answers
    return thread, answers


@pytest.mark.parametrize("path", ["/live/records", "/live/records/LEAD-1"])
def test_a_new_mail_wakes_the_pages_that_show_it(site: Site, anna: Browser, path: str) -> None:
    thread, answers = waiting(anna, path)
    first = site.world.thread("LEAD-1")[0].rfc_message_id
    site.world.deliver(site.world.mail(subject="Re: Quote", references=[first]), "leads@acme.example")
    thread.join(5)
    assert answers[0] != answers[1]


def test_what_happens_elsewhere_wakes_nobody(site: Site, anna: Browser) -> None:
    thread, answers = waiting(anna, "/live/records/LEAD-1")
    site.world.alias("sales", "ticket", owner_id=site.world.bjorn)
    site.world.deliver(site.world.mail(subject="Another"), "sales@acme.example")
    site.store.settings.put("x", "y")
    thread.join(5 * LOOK_EVERY)
    assert thread.is_alive()
    stop_waiting(site.app)
    thread.join()
    assert answers[0] == answers[1]


def test_a_page_hears_after_a_while_that_nothing_has_changed(site: Site) -> None:
    async def mark() -> str:
        return "as it was"

    waited = Live(Pool(lambda: Store.open(site.folder / "weftmail.db"), site.world.clock), answer_within=0.05)
    assert asyncio.run(waited.wait("as it was", mark)) == "as it was"


def test_pages_let_go_when_the_site_ends(site: Site, anna: Browser) -> None:
    thread, answers = waiting(anna, "/live/records")
    stop_waiting(site.app)
    thread.join(5)
    assert answers[0] == answers[1]


def test_a_page_names_the_mark_of_what_it_shows(site: Site, anna: Browser) -> None:
    for path in ("/records", "/records/LEAD-1", "/inbox", "/caught"):
        page = anna.get(path).text
        asked = page.partition('data-live="')[2].partition('"')[0]
        assert anna.get(asked.partition("?")[0]).json()["seen"] == asked.partition("seen=")[2], path
