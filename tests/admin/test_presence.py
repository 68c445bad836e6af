"""Who is here: others at a record and who writes, live in two browsers; nobody of another company, and no storm."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.admin.chromium import served, two_chromiums
from tests.admin.conftest import Browser, Site
from weftmail.admin.app import stop_waiting
from weftmail.admin.live import Live
from weftmail.admin.pool import Pool
from weftmail.admin.presence import LINGER, LOOKED, SHOWN, WRITES, Presence, Present
from weftmail.store.store import Store

PLACE, ELSEWHERE = (1, 7), (1, 8)


class Watch:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


def test_somebody_is_here_while_a_page_of_theirs_waits(watch: Watch) -> None:
    here = Presence(watch)
    here.wait(PLACE, 1, "Anna", writing=False)
    here.wait(PLACE, 1, "Anna", writing=False)
    watch.now += 10 * LOOKED
    assert here.others(PLACE, 2) == (Present(1, "Anna", False),)
    assert here.others(PLACE, 1) == here.others(ELSEWHERE, 2) == here.others((2, 7), 2) == ()
    here.leave(PLACE, 1)
    watch.now += 2 * LINGER
    assert here.others(PLACE, 2), "her other window still waits"
    here.leave(PLACE, 1)
    watch.now += LINGER - 1
    assert here.others(PLACE, 2), "her page may be about to ask again"
    watch.now += 1
    assert here.others(PLACE, 2) == ()


@pytest.mark.parametrize("after", [0, LOOKED - 1, LOOKED])
def test_without_script_somebody_is_here_for_a_while(watch: Watch, after: float) -> None:
    here = Presence(watch)
    here.look(PLACE, 1, "Anna")
    watch.now += after
    assert bool(here.others(PLACE, 2)) is (after < LOOKED)


def test_who_types_no_more_is_no_longer_writing(watch: Watch) -> None:
    here = Presence(watch)
    here.wait(PLACE, 1, "Anna", writing=True)
    assert here.others(PLACE, 2)[0].writing
    watch.now += WRITES
    assert not here.others(PLACE, 2)[0].writing


def test_only_what_is_seen_moves_a_place(watch: Watch) -> None:
    here = Presence(watch)
    for user in range(1, SHOWN + 2):
        here.wait(PLACE, user, f"User {user}", writing=False)
        assert here.moved() == {PLACE} and here.moved() == set()
    for user in range(50, 250):
        here.wait(PLACE, user, f"User {user}", writing=True)
    assert here.moved() == set(), "two hundred more people wake nobody"
    assert len(here.others(PLACE, 1)) == len(here.others(PLACE, 99)) == SHOWN
    here.wait(PLACE, 2, "User 2", writing=True)
    assert here.moved() == {PLACE}
    here.look(ELSEWHERE, 9, "User 9")
    assert here.moved() == {ELSEWHERE}
    watch.now += LOOKED
    assert here.moved() == {PLACE, ELSEWHERE}, "one stopped writing, one has gone"


def test_a_coming_wakes_the_pages_at_that_record_alone(site: Site) -> None:
    live = Live(Pool(lambda: Store.open(site.folder / "weftmail.db"), site.world.clock), answer_within=5)
    asked = {"here": 0, "there": 0}

    async def story() -> str:
        live.start()

        def mark(name: str) -> Callable[[], object]:
            async def found() -> str:
                asked[name] += 1
                return "as it was" if name == "there" or not live.presence.others(PLACE, 1) else "Björn came"

            return found

        there = asyncio.ensure_future(live.wait("as it was", mark("there"), lambda: ELSEWHERE))  # type: ignore[arg-type]
        here = asyncio.ensure_future(live.wait("as it was", mark("here"), lambda: PLACE))  # type: ignore[arg-type]
        while min(asked.values()) == 0:
            await asyncio.sleep(0.01)
        before = asked["there"]
        live.presence.wait(PLACE, 2, "Björn", writing=False)
        said = await here
        # The look at the store itself may have woken everybody once, at its first turn.
        assert asked["there"] - before <= 1
        await live.close()
        await there
        return said

    assert asyncio.run(story()) == "Björn came"


@pytest.mark.parametrize(("who", "sees"), [("bjorn@acme.example", True), ("rolf@acme.example", True)])
def test_a_page_names_who_else_looked(
    site: Site, anna: Browser, browser: Callable[[], Browser], who: str, sees: bool
) -> None:
    anna.get("/records/LEAD-1")
    other = browser()
    other.sign_in(who)
    assert ("Anna has this record open" in other.get("/records/LEAD-1").text) is sees
    assert "Anna has this" not in anna.get("/records/LEAD-1").text
    assert "has this record open" not in other.get("/records").text


def test_nobody_of_another_company_is_at_a_record(site: Site, anna: Browser, browser: Callable[[], Browser]) -> None:
    eva = browser()
    eva.sign_in("eva@other.example")
    anna.get("/records/LEAD-1")
    assert eva.get("/records/LEAD-1").status_code == 404
    assert eva.get("/live/records/LEAD-1").status_code == 404


def test_two_people_see_each_other_come_write_and_go(site: Site, tmp_path: Path) -> None:
    def enter(context: object, home: str, user: int, name: str) -> object:
        site.store.sessions.add_link(f"once-{name}", user, site.world.clock() + 600_000)
        page = context.new_page()  # type: ignore[attr-defined]
        page.goto(f"{home}/enter/once-{name}")
        page.get_by_role("button", name=f"Sign in as {name}").click()
        page.get_by_text("● Live").wait_for()
        page.goto(f"{home}/records/LEAD-1")
        page.get_by_text("● Live").wait_for()
        return page

    with served(site.app) as home, two_chromiums(tmp_path) as (hers, his):
        anna = enter(hers, home, site.world.anna, "Anna")
        bjorn = enter(his, home, site.world.bjorn, "Björn")
        here = "[data-key=here]"
        anna.locator(here).get_by_text("Björn has this record open").wait_for()  # type: ignore[attr-defined]
        bjorn.locator(here).get_by_text("Anna has this record open").wait_for()  # type: ignore[attr-defined]
        bjorn.locator(".editor #text").press_sequentially("Yes")  # type: ignore[attr-defined]
        anna.locator(here).get_by_text("Björn is writing an answer").wait_for()  # type: ignore[attr-defined]
        head = anna.locator(".crumbs .present")  # type: ignore[attr-defined]
        assert "Björn" in head.inner_text() and "is writing an answer" in head.text_content()
        bjorn.close()  # type: ignore[attr-defined]
        anna.locator(here).get_by_text("Björn").wait_for(state="detached")  # type: ignore[attr-defined]
        stop_waiting(site.app)
