"""Messages moved, split off and merged on the pages: with and without script, and where links of before lead."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.admin.chromium import chromium, served
from tests.admin.conftest import Browser, Site
from tests.admin.test_browser import enter, overflow
from tests.unit.world import ERIK
from weftmail.store.record import NewRecord


@pytest.fixture
def two(site: Site) -> Site:
    """Karin's lead, and one of Erik's with a file."""
    world = site.world
    raw = world.mail(ERIK, subject="Tables", text="Of oak?\n", verified=True, files=[("oak.pdf", b"%PDF")])
    world.deliver(raw, "leads@acme.example")
    return site


def send(browser: Browser, path: str, **more: Any) -> Any:
    return browser.post(path, {"csrf": browser.csrf(), **more})


def undone(browser: Browser, done: Any) -> Any:
    number = re.search(r'action="(/history/\d+/undo)"', browser.get(done.headers["location"]).text)
    assert number is not None
    return send(browser, number[1])


def test_a_record_is_merged_and_separated(two: Site, anna: Browser) -> None:
    page = anna.get("/records/LEAD-2/merge").text
    assert "Merge LEAD-2 into another record" in page
    wrong = send(anna, "/records/LEAD-2/merge/save", into="LEAD-99")
    assert (wrong.status_code, "There is no record LEAD-99" in wrong.text, 'value="LEAD-99"' in wrong.text) == (
        422,
        True,
        True,
    )
    found = send(anna, "/records/LEAD-2/merge/save", into="chairs", find="into")
    assert 'name="pick" value="LEAD-1"' in found.text
    done = send(anna, "/records/LEAD-2/merge/save", into="", pick="LEAD-1")
    assert (done.status_code, done.headers["location"].partition("?")[0]) == (303, "/records/LEAD-1")
    page = anna.get(done.headers["location"]).text
    assert "LEAD-2 is part of LEAD-1 now" in page and "Of oak?" in page and 'href="/records/LEAD-2"' in page
    # The number of before, a file and the source of its message lead on.
    assert anna.get("/records/LEAD-2").headers["location"].startswith("/records/LEAD-1#thread")
    assert anna.get("/records/LEAD-2/1/files/1").content == b"%PDF"
    assert b"Of oak?" in anna.get("/records/LEAD-2/1/source").content
    assert b"Of oak?" not in anna.get("/records/LEAD-1/1/source").content
    assert "LEAD-2" not in re.sub(r"LEAD-2 is part", "", anna.get("/records").text)
    assert "Separate" in anna.get("/records/LEAD-1/merge").text
    apart = send(anna, "/records/LEAD-1/separate", number="LEAD-2")
    assert apart.headers["location"].partition("?")[0] == "/records/LEAD-2"
    assert "Of oak?" in anna.get("/records/LEAD-2").text and "Of oak?" not in anna.get("/records/LEAD-1").text
    undone(anna, apart)
    assert two.world.record("LEAD-2").label == "LEAD-1"
    assert send(anna, "/records/LEAD-1/separate", number="LEAD-9").headers["location"] == "/records/LEAD-1/merge"


def test_messages_are_moved_and_split_off(two: Site, anna: Browser) -> None:
    page = anna.get("/records/LEAD-2/move?m=1").text
    assert re.search(r'name="m" value="1" checked', page) and 'value="Tables"' in page
    assert (
        "Choose a record, or type its number"
        in send(anna, "/records/LEAD-2/move/save", kind="move", to=" ", m="1").text
    )
    assert "Choose a message" in send(anna, "/records/LEAD-2/move/save", kind="move", to="LEAD-1").text
    offered = send(anna, "/records/LEAD-2/move/save", kind="move", to="chairs", m="1")
    assert (offered.status_code, 'name="pick" value="LEAD-1"' in offered.text) == (422, True)
    assert "Choose a record" in offered.text and "There is no record" not in offered.text
    done = send(anna, "/records/LEAD-2/move/save", kind="move", to="lead-1", m="1")
    assert done.headers["location"].partition("?")[0] == "/records/LEAD-1"
    assert b"Of oak?" in anna.get("/records/LEAD-2/1/source").content
    undone(anna, done)
    assert "Of oak?" in anna.get("/records/LEAD-2").text
    wrong = send(anna, "/records/LEAD-2/move/save", kind="split", m="1", title="")
    assert (wrong.status_code, "This is empty" in wrong.text) == (422, True)
    done = send(anna, "/records/LEAD-2/move/save", kind="split", m="1", title="Oak", type="order")
    assert done.headers["location"].partition("?")[0] == "/records/ORDER-1"
    assert can_be_answered(anna, "LEAD-2") and can_be_answered(anna, "ORDER-1")
    undone(anna, done)
    assert two.world.record("ORDER-1").label == "LEAD-2"


def can_be_answered(browser: Browser, label: str) -> bool:
    """Say whether the page of a record ends with the composer, and speaks of no messages beyond it."""
    page = browser.get(f"/records/{label}").text
    return 'id="write"' in page and "later message" not in page and "earlier message" not in page


@pytest.mark.parametrize("undo", [False, True], ids=["moved", "moved and undone"])
def test_both_records_can_be_answered_after_a_move(two: Site, anna: Browser, *, undo: bool) -> None:
    anna.post("/records/LEAD-1/write", {"csrf": anna.csrf(), "kind": "note", "tab": "note", "text": "Call them."})
    number = two.store.threads.last_number(two.world.acme, two.world.record("LEAD-1").id)
    done = send(anna, "/records/LEAD-1/move/save", kind="move", to="LEAD-2", m=str(number))
    said = anna.get(done.headers["location"]).text
    assert "Messages of LEAD-1 moved to LEAD-2" in said
    if undo:
        back = undone(anna, done)
        assert "Messages are back on LEAD-1" in anna.get(back.headers["location"]).text
    for label in ("LEAD-1", "LEAD-2"):
        assert can_be_answered(anna, label)
        # They are read by being looked at: nothing stays new for ever.
        assert 'id="new"' not in anna.get(f"/records/{label}").text


def test_what_somebody_types_names_records(two: Site, anna: Browser) -> None:
    assert anna.get("/records/LEAD-1/others?q=tab").json() == [["LEAD-2", "Tables"]]
    assert anna.get("/records/LEAD-2/others?q=tab").json() == []
    assert anna.get("/records/LEAD-2/others?q=").json() == []
    karin = two.world.record("LEAD-1").customer_id
    two.store.records.open(NewRecord(two.world.acme, "ticket", "Broken chair", customer_id=karin), 5)
    assert "Broken chair" in anna.get("/records/LEAD-1/merge").text
    assert "Broken chair" in anna.get("/records/LEAD-1/move").text


def test_who_does_not_see_a_type_learns_nothing_of_it(two: Site, browser: Callable[[], Browser]) -> None:
    acme, store = two.world.acme, two.store
    karin = two.world.record("LEAD-1").customer_id
    store.records.open(NewRecord(acme, "ticket", "Secret tables", customer_id=karin), 5)
    store.record_types.limit(acme, "ticket", teams_only=True)
    bjorn = browser()
    assert bjorn.sign_in("bjorn@acme.example").status_code == 303
    for path in ("/records/LEAD-1/move", "/records/LEAD-1/merge", "/records/LEAD-1/others?q=secret"):
        assert bjorn.get(path).status_code == 200 and "Secret" not in bjorn.get(path).text
    refused = send(bjorn, "/records/LEAD-1/merge/save", into="TICKET-1")
    assert "There is no record TICKET-1" in refused.text
    # A message that went there is gone for who does not see it.
    moved = store.moves.add(acme, "move", two.world.record("LEAD-1").id, two.world.record("TICKET-1").id, 9)
    first = two.world.thread("LEAD-1")[0].id
    with store.transaction():
        store.moves.carry(moved, [first], moved.from_id, moved.to_id, 9)
    assert bjorn.get("/records/LEAD-1/1/source").status_code == 404


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_in_a_browser(two: Site, tmp_path: Path, script: bool) -> None:
    with served(two.app) as home, chromium(tmp_path / "profile", script=script) as context:
        page = context.pages[0]
        enter(page, two, home)
        page.goto(f"{home}/records/LEAD-2")
        page.get_by_role("link", name="Move this message").first.click()
        page.get_by_role("heading", name="Move messages").wait_for()
        page.get_by_label("Record", exact=True).fill("LEAD-1")
        page.locator("button.primary[value=move]").click()
        page.get_by_text("Of oak?").first.wait_for()
        assert page.url.partition("?")[0] == f"{home}/records/LEAD-1"
        page.get_by_role("button", name="Undo").click()
        page.goto(f"{home}/records/LEAD-2/merge")
        field = page.get_by_label("Record that stays")
        field.fill("chairs")
        if script:
            page.locator("#into-list option[value=LEAD-1]").wait_for(state="attached")
            field.fill("LEAD-1")
        else:
            page.get_by_role("button", name="Find").click()
            page.get_by_label("LEAD-1").check()
        page.locator("main form.form button.primary").click()
        page.get_by_text("LEAD-2 is part of LEAD-1 now").wait_for()
        page.goto(f"{home}/records/LEAD-2")
        page.get_by_text("Of oak?").first.wait_for()
        assert page.url.startswith(f"{home}/records/LEAD-1")


@pytest.mark.parametrize(("dark", "width"), [(False, 1200), (True, 320)])
def test_they_fit(two: Site, anna: Browser, tmp_path: Path, dark: bool, width: int) -> None:
    karin = two.world.record("LEAD-1").customer_id
    two.store.records.open(NewRecord(two.world.acme, "ticket", "Broken chair", customer_id=karin), 5)
    send(anna, "/records/LEAD-2/merge/save", into="LEAD-1")
    with served(two.app) as home, chromium(tmp_path / "profile", dark=dark, width=width) as context:
        page = context.pages[0]
        enter(page, two, home)
        for name in ("move?m=1", "merge"):
            page.goto(f"{home}/records/LEAD-1/{name}")
            assert overflow(page) <= 0, name
            page.screenshot(path=tmp_path / f"{name[:5]}-{width}.png", full_page=True)


def test_a_forward_is_taken_back_and_that_is_undone(site: Site, anna: Browser) -> None:
    world = site.world
    text = (
        "---------- Forwarded message ---------\nFrom: Olle Berg <olle@branch.example>\nSubject: Stools\n\nTen, please."
    )
    raw = world.mail("Anna <anna@acme.example>", subject="Fwd: Stools", text=text, login="anna@acme.example")
    label = world.deliver(raw, "support@acme.example").record
    assert "Undo the forward" in anna.get(f"/records/{label}").text
    done = send(anna, f"/records/{label}/1/forward-back")
    page = anna.get(done.headers["location"]).text
    assert "Undo the forward" not in page
    assert "took a forward back: Anna is the author, no longer Olle Berg" in page
    assert world.record(str(label)).customer is None
    undone(anna, done)
    assert world.record(str(label)).customer == "Olle Berg"
    assert "Undo the forward" in anna.get(f"/records/{label}").text
    again = send(anna, "/records/LEAD-1/1/forward-back")
    assert again.status_code == 303
