"""What is done to many records at once, taken back; fields as columns; what changed meanwhile; a record on paper."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.admin.chromium import chromium, served
from tests.admin.conftest import Browser, Site
from tests.admin.test_browser import enter
from tests.admin.test_people_pages import setup_of
from tests.admin.test_record_list import act, many, opened, shown
from weftmail.flow.setup import record, record_type
from weftmail.flow.setup.act import Done
from weftmail.flow.setup.record_change import RecordChanges
from weftmail.flow.setup.record_type import TypeChanges
from weftmail.store.record import NewRecord, Record

__all__ = ["many"]
THREE = ("TASK-1", "TASK-2", "LEAD-1")


def undo(browser: Browser, done: Any) -> None:
    number = re.search(r"done=(\d+)", done.headers["location"])
    assert number is not None
    assert browser.post(f"/history/{number[1]}/undo", {"csrf": browser.csrf()}).status_code == 303


def tags(site: Site, found: Record) -> list[str]:
    there = site.store.tags.of(found.company_id, [found.id]).get(found.id, ())
    return sorted(one.name for one in there)


READ: dict[str, Callable[[Site, Record], object]] = {
    "tag": tags,
    "untag": tags,
    "state": lambda _, found: found.state,
    "spam": lambda _, found: found.hidden_as,
    "trash": lambda _, found: found.hidden_as,
}


@pytest.mark.parametrize(
    ("name", "more", "then"),
    [
        ("tag", {"tag": "VIP"}, [["VIP"], ["VIP"], ["VIP", "kept"]]),
        ("untag", {"tag": "kept"}, [[], [], []]),
        ("state", {"state": "closed"}, ["closed"] * 3),
        ("state", {"state": "waiting"}, ["waiting"] * 3),
        ("spam", {}, ["spam"] * 3),
        ("trash", {}, ["trash"] * 3),
    ],
)
def test_what_was_done_to_many_is_taken_back_from_each(
    many: Site, anna: Browser, name: str, more: dict[str, str], then: list[object]
) -> None:
    """Each has again what it had, which is not the same for all of them."""
    act(anna, "state", "TASK-2", state="waiting")
    act(anna, "tag", *(THREE if name == "untag" else ["LEAD-1"]), tag="kept")

    def stands() -> list[object]:
        return [READ[name](many, many.world.record(one)) for one in THREE]

    before, listed = stands(), sorted(shown(anna))
    done = act(anna, name, *THREE, **more)
    assert stands() == then != before
    undo(anna, done)
    assert stands() == before and sorted(shown(anna)) == listed
    karin = many.store.contacts.by_address(many.world.acme, "karin@customer.example")
    assert karin is not None and karin.blocked_at is None, "nobody stays blocked for spam that was none"


def cells(page: str, label: str, column: str) -> str:
    """Return what stands in the column of this head in the row of a record."""
    head = page[page.index("<thead>") : page.index("</thead>")]
    at = [re.sub(r"<[^>]+>", "", one) for one in re.findall(r"<th[^>]*>(.*?)</th>", head, re.S)].index(column)
    row = page[page.index(f'<tr id="{label}"') :]
    row = row[: row.index("</tr>")]
    return re.sub(r"<[^>]+>", "", re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)[at]).strip()


@pytest.mark.parametrize(
    ("kind", "value", "shows"),
    [
        ("amount", "23500 SEK", "SEK23,500.00"),
        ("number", "1234.5", "1,234.5"),
        ("date", "2026-03-03", "Mar 3, 2026"),
        ("choice: small, large", "large", "large"),
        ("person", "bjorn@acme.example", "Björn"),
        ("text", "oak <b>", "oak &lt;b&gt;"),
    ],
)
def test_a_cell_says_its_value_as_its_kind_is_said(
    many: Site, anna: Browser, kind: str, value: str, shows: str
) -> None:
    setup = setup_of(many)
    many.store.records.open(NewRecord(many.world.acme, "lead", "Bare"), many.world.clock())
    changes = TypeChanges(fields={"Detail": kind, "Other": "text"}, columns=["Detail"])
    assert isinstance(record_type.change(setup, "Acme", "lead", changes), Done)
    assert isinstance(record.change(setup, "LEAD-1", RecordChanges(fields={"Detail": value, "Other": "beech"})), Done)
    page = anna.get("/records?type=lead").text
    assert cells(page, "LEAD-1", "Detail").replace("\xa0", " ") == shows
    assert cells(page, "LEAD-2", "Detail") == "–"
    assert "beech" not in page and '<th class="wide">Other</th>' not in page


@pytest.mark.parametrize("count", [1, 2, 3])
def test_an_open_list_counts_what_changed(many: Site, anna: Browser, count: int) -> None:
    """A record that changed twice is one; what does not belong in the list is none."""
    at = re.search(r'data-at="([^"]+)"', anna.get("/records?only=unassigned").text)
    assert at is not None
    for _ in range(count):
        many.store.records.open(NewRecord(many.world.acme, "task", "Call back"), many.world.clock())
    many.world.deliver(many.world.mail(subject="New"), "leads@acme.example")
    for state in ("waiting", "open"):
        act(anna, "state", "TASK-3", state=state)
    assert f">{count} changed · show<" in anna.get(at[1].replace("&amp;", "&")).text


def test_place_and_ticks_stay_after_an_act_on_many(many: Site, tmp_path: Path) -> None:
    """Two acts on the same records need no second ticking; the second page of a list stays the second page."""
    for number in range(40):
        many.store.records.open(NewRecord(many.world.acme, "task", f"Task {number}"), many.world.clock())
    with opened(many, tmp_path) as page:
        first = page.eval_on_selector_all("tbody tr[id]", "all => all.map((one) => one.id)")
        page.click("a[rel=next], .pager a:last-child")
        page.wait_for_url("**older=*")
        rows = page.eval_on_selector_all("tbody tr[id]", "all => all.map((one) => one.id)")
        assert rows and not {*rows} & {*first}
        wanted = [one for one in rows if one.startswith("TASK")][:2]
        for label in wanted:
            page.check(f"input[name=record][value={label}]")

        def ticked() -> list[str]:
            found: list[str] = page.eval_on_selector_all(
                "input[name=record]:checked", "all => all.map((one) => one.value)"
            )
            return found

        page.fill("#many-tag", "VIP")
        page.click("button[value=tag]")
        page.wait_for_selector(".bar")
        assert "older=" in page.url and ticked() == wanted
        assert page.inner_text(".ticked") == "2 ticked"
        page.select_option("#many-owner", "bjorn@acme.example")
        page.click("button[value=owner]")
        page.wait_for_function("document.querySelector('.bar')?.textContent.includes('Björn')")
        assert {many.world.record(one).owner for one in wanted} == {"Björn"}
        assert all(tags(many, many.world.record(one)) == ["VIP"] for one in wanted)


WORDS = "The forty chairs that we spoke of, in oak, with arms, to be delivered to the back door"


def test_on_paper_a_record_is_its_conversation(site: Site, tmp_path: Path) -> None:
    """Printed there is nothing to press, and each word of a long mail."""
    long = "\n".join(f"{number}: {WORDS}." for number in range(120))
    site.world.deliver(site.world.mail(subject="Long", text=f"{long}\n", verified=True), "leads@acme.example")
    with served(site.app) as home, chromium(tmp_path / "profile") as context:
        page = context.new_page()
        enter(page, site, home)
        page.goto(f"{home}/records/LEAD-2")
        page.wait_for_selector("#thread")
        seen = "nav, form, button, textarea, select, .side, .composer"
        shows = f"""[...document.querySelectorAll("{seen}")].filter((one) => one.checkVisibility()).map(
            (one) => `${{one.tagName}}.${{one.className}} ${{one.textContent.trim().slice(0, 40)}}`)"""
        assert page.evaluate(shows), "on the screen there is something to press"
        page.emulate_media(media="print")
        assert page.evaluate(shows) == []
        words = page.inner_text("#thread")
        assert all(f"{number}: {WORDS}." in words for number in range(120))
        cut = """[...document.querySelectorAll("#thread .said, #thread .said *")].filter((one) =>
            one.checkVisibility() && getComputedStyle(one).overflow !== "visible"
            && (one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1)).length"""
        assert page.evaluate(cut) == 0, "nothing is cut off by a frame that scrolls"
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        pdf = page.pdf(format="A4")
        pages = len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))
        assert pdf.startswith(b"%PDF-") and pages >= 3, "a long mail goes on to the next sheet"
