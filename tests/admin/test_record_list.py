"""The list of records as somebody works with it: narrowed, saved, many at once; by its doors and in Chromium."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from tests.admin.chromium import chromium, served
from tests.admin.conftest import Browser, Site
from tests.admin.test_browser import enter
from weftmail.flow.setup import record_type
from weftmail.flow.setup.act import Done
from weftmail.flow.setup.record_type import TypeChanges
from weftmail.store.record import NewRecord
from weftmail.store.record_list import RecordSort

LABEL = re.compile(r'class="label" href="/records/([A-Z]+-\d+)[?"]')


@pytest.fixture
def many(site: Site) -> Site:
    """Karin's lead, a ticket, and two records that nobody owns."""
    world, store = site.world, site.store
    world.deliver(world.mail(subject="Lamp", author="Erik Ek <erik@other.example>"), "support@acme.example")
    for title in ("Call the bank", "Book a room"):
        store.records.open(NewRecord(world.acme, "task", title), world.clock())
    return site


def shown(browser: Browser, query: str = "") -> list[str]:
    answer = browser.get(f"/records{query}")
    assert answer.status_code == 200
    return LABEL.findall(answer.text)


def act(browser: Browser, name: str, *labels: str, **more: str) -> Any:
    form = {"csrf": browser.csrf(), "act": name, "record": list(labels), "back": "state=active", **more}
    answer = browser.post("/records/many", form)
    assert answer.status_code in (303, 422), answer.text
    return answer


def test_a_row_says_what_there_is_to_know(many: Site, anna: Browser) -> None:
    page = anna.get("/records").text
    row = page[page.index('<tr id="LEAD-1"') : page.index("</tr>", page.index('<tr id="LEAD-1"'))]
    for said in (
        "Quote for 40 chairs",
        '<bdi title="Karin Ek &lt;karin@customer.example&gt;">Karin Ek <span class="address">',
        "Customer: <bdi>Could you do 40 chairs?",
        "Anna",
    ):
        assert said in row, said
    assert "● Unread" in row and "waiting for us" in row
    assert "4 records" in page and page.count("<tr id=") == 4


def test_filters_are_in_the_address_and_combine(many: Site, anna: Browser) -> None:
    assert shown(anna, "?only=mine&state=active") == ["TICKET-1", "LEAD-1"]
    assert shown(anna, "?only=unassigned&state=active") == ["TASK-2", "TASK-1"]
    assert shown(anna, "?only=waiting&sort=waiting") == ["LEAD-1", "TICKET-1"]
    assert shown(anna, "?only=mine&only=unread&type=ticket") == ["TICKET-1"]
    assert shown(anna, "?customer=erik@other.example") == ["TICKET-1"] and shown(anna, "?customer=x") == []
    assert shown(anna, "?customer=eri") == ["TICKET-1"] and shown(anna, "?customer=ex") == []
    assert shown(anna, f"?owner={many.world.bjorn}") == [] and shown(anna, "?sort=first")[0] == "LEAD-1"
    assert shown(anna, "?since=2027-01-15&until=2027-01-15&type=task") == ["TASK-2", "TASK-1"]
    assert shown(anna, "?until=2027-01-14") == []
    for odd in (
        "?owner=x&team=1e9&since=tomorrow&sort=up&priority=most&in=moon&only=none",
        "?tag=none&state=none",
        "?number=",
    ):
        assert anna.get(f"/records{odd}").status_code == 200
    assert len(shown(anna, "?owner=x&since=tomorrow&sort=up&priority=most&in=moon&only=none")) == 4


def test_each_order_counts_what_it_lists(many: Site, anna: Browser) -> None:
    """By how long somebody waits, only those who wait are listed; the head of the list and a place in it say so."""
    for sort in get_args(RecordSort):
        found = shown(anna, f"?sort={sort}")
        assert f"{len(found)} records" in anna.get(f"/records?sort={sort}").text and found
        page = anna.get(f"/records/{found[-1]}?list=sort%3D{sort}").text
        assert f"{len(found)} of {len(found)}" in page, sort


def test_the_counts_are_those_of_the_lists(many: Site, anna: Browser) -> None:
    page = anna.get("/records").text
    for name in ("mine", "unassigned", "teams", "unread", "waiting", "held"):
        tab = re.search(rf'href="([^"]+)"[^>]*>[^<]*<span data-key="tab-{name}">(?:<span class="count">(\d+))?', page)
        assert tab is not None, name
        assert len(shown(anna, tab[1].removeprefix("/records").replace("&amp;", "&"))) == int(tab[2] or 0), name


def test_many_at_once_and_back(many: Site, anna: Browser) -> None:
    done = act(anna, "owner", "TASK-1", "TASK-2", owner="bjorn@acme.example")
    where = done.headers["location"]
    assert "state=active" in where and "TASK-1, TASK-2 assigned to Björn" in anna.get(where).text
    assert {many.world.record(one).owner for one in ("TASK-1", "TASK-2")} == {"Björn"}
    number = re.search(r"done=(\d+)", where)
    assert number is not None
    undo = {"csrf": anna.csrf()}
    assert (
        anna.post(f"/history/{number[1]}/undo", undo, headers={"referer": f"http://testserver{where}"}).status_code
        == 303
    )
    assert {many.world.record(one).owner for one in ("TASK-1", "TASK-2")} == {None}
    act(anna, "tag", "LEAD-1", tag="VIP")
    assert shown(anna, "?tag=vip") == ["LEAD-1"] and "VIP" in anna.get("/records").text
    act(anna, "untag", "LEAD-1", tag="VIP")
    act(anna, "state", "LEAD-1", state="closed")
    assert shown(anna, "?state=closed") == ["LEAD-1"]
    act(anna, "read", "LEAD-1", "TICKET-1")
    assert shown(anna, "?only=unread") == []
    act(anna, "unread", "TASK-1")
    assert shown(anna, "?only=unread") == ["TASK-1"]


def test_what_is_marked_unread_is_said_so_and_marked_back(many: Site, anna: Browser) -> None:
    done = anna.post("/records/LEAD-1/act", {"csrf": anna.csrf(), "act": "read"})
    done = act(anna, "read", "LEAD-1")
    assert "LEAD-1: marked read" in anna.get(done.headers["location"]).text
    done = act(anna, "unread", "LEAD-1", "TASK-1")
    assert "LEAD-1, TASK-1: marked unread" in anna.get(done.headers["location"]).text
    anna.post(f"/history/{done.headers['location'].rpartition('done=')[2]}/undo", {"csrf": anna.csrf()})
    assert "LEAD-1" not in shown(anna, "?only=unread")


def test_a_tag_leads_to_the_records_that_bear_it_and_is_searched_for(many: Site, anna: Browser) -> None:
    act(anna, "tag", "LEAD-1", "TASK-1", tag="Ring upp")
    for page in ("/records", "/records/LEAD-1"):
        assert 'href="/records?tag=Ring%20upp"' in anna.get(page).text, page
    assert sorted(shown(anna, "?tag=Ring%20upp")) == ["LEAD-1", "TASK-1"]
    found = anna.get("/search?q=tag:%22ring+UPP%22").text
    assert "/records/LEAD-1" in found and "/records/TASK-1" in found and "/records/TASK-2" not in found
    with_words = anna.get("/search?q=chairs+tag:%22ring+upp%22").text
    assert "/records/LEAD-1" in with_words and "/records/TASK-1" not in with_words
    assert "Nothing found" in anna.get("/search?q=tag:ring").text
    for typed in ("tag:rin", "chairs tag:%22ring u", "tag:"):
        assert 'href="/records?tag=Ring%20upp"' in anna.get(f"/search/drop?q={typed}").json()["html"], typed
    assert "tag=" not in anna.get("/search/drop?q=tag:x").json()["html"]


@pytest.mark.parametrize(
    ("name", "address"), [("Anna", "anna@evil.example"), ("Karin Ek", "karin@evil.example"), ("", "x@evil.example")]
)
def test_nobody_passes_for_a_colleague_or_a_customer_anywhere(
    many: Site, anna: Browser, name: str, address: str
) -> None:
    """By name alone stand colleagues; with everybody else stands their address, and a mark unless they are verified."""
    world, store = many.world, many.store
    store.connection.execute("update users set prefers = 'inbox'")
    raw = world.mail(f"{name} <{address}>", subject="Stools", text="Three stools.", files=[("a.pdf", b"%PDF")])
    world.deliver(raw, "leads@acme.example")
    shown_as = f"{name} &lt;{address}&gt;" if name else address
    marked = ["/records", "/search?q=stools", "/inbox", "/records/LEAD-2/find?q=stools"]
    for page in [*marked, "/records/LEAD-2/files", "/records/LEAD-2/move"]:
        assert shown_as in anna.get(page).text, page
    dropped = anna.get("/search/drop?q=stools").json()["html"]
    assert shown_as in dropped and "not verified" in dropped
    for page in marked:
        assert "○ not verified" in anna.get(page).text, page
    contact = store.contacts.by_address(world.acme, address)
    assert contact is not None and shown_as in anna.get(f"/contacts/{contact.id}").text


def test_templates_name_authors_in_one_way_alone() -> None:
    """A template that names an author by itself would sooner or later forget the address."""
    folder = Path(__file__).parents[2] / "admin" / "templates"
    named = [one.name for one in sorted(folder.glob("*.html")) if "author_name" in one.read_text("utf-8")]
    assert named == ["mail_path.html", "who.html"], "use who() of who.html"


def test_many_are_snoozed_and_come_back(many: Site, anna: Browser) -> None:
    done = act(anna, "snooze", "TASK-1", "LEAD-1")
    assert "TASK-1, LEAD-1 snoozed" in anna.get(done.headers["location"]).text
    assert sorted(shown(anna, "?only=snoozed")) == ["LEAD-1", "TASK-1"]
    number = done.headers["location"].rpartition("done=")[2]
    anna.post(f"/history/{number}/undo", {"csrf": anna.csrf()})
    assert shown(anna, "?only=snoozed") == []
    act(anna, "snooze", "TASK-1", until="2199-01-04")
    assert shown(anna, "?only=snoozed") == ["TASK-1"] and "snoozed until" in anna.get("/records").text
    act(anna, "state", "TASK-2", state="closed")
    assert "TASK-2" in act(anna, "snooze", "TASK-2", "LEAD-1").text and shown(anna, "?only=snoozed") == ["TASK-1"]
    assert act(anna, "snooze", "LEAD-1", until="2001-01-04").status_code == 422
    assert "Tick at least one record" in act(anna, "snooze").text


def test_trash_and_spam_are_out_of_the_lists_and_come_back(many: Site, anna: Browser) -> None:
    act(anna, "trash", "TASK-1")
    act(anna, "spam", "TICKET-1")
    assert shown(anna) == ["TASK-2", "LEAD-1"] and shown(anna, "?in=trash") == ["TASK-1"]
    assert shown(anna, "?in=spam") == ["TICKET-1"]
    erik = many.store.contacts.by_address(many.world.acme, "erik@other.example")
    assert erik is not None and erik.blocked_at is not None
    # Both stand where the lists do.
    for name in ("spam", "trash"):
        assert re.search(
            rf'<nav class="tabs lists".*?href="/records\?in={name}".*?</nav>', anna.get("/records").text, re.S
        )
    act(anna, "restore", "TICKET-1", "TASK-1")
    assert "No spam" in anna.get("/records?in=spam").text and "The trash is empty" in anna.get("/records?in=trash").text
    assert len(shown(anna)) == 4 and shown(anna, "?in=spam") == []


def test_what_cannot_be_is_said(many: Site, anna: Browser) -> None:
    assert "Tick at least one record" in act(anna, "trash").text
    assert "won cannot be chosen here" in act(anna, "state", "LEAD-1", state="won").text
    assert anna.post("/records/many", {"csrf": anna.csrf(), "act": "burn", "record": "LEAD-1"}).status_code == 404


def test_a_filter_is_saved_for_oneself_or_for_all(many: Site, anna: Browser, browser: Any) -> None:
    form = {"csrf": anna.csrf(), "name": "Late <b>", "query": "only=waiting&nonsense=1"}
    assert anna.post("/records/filters", form).status_code == 303
    assert "Late &lt;b&gt;" in anna.get("/records").text
    bjorn = browser()
    bjorn.sign_in("bjorn@acme.example")
    assert "Late" not in bjorn.get("/records").text
    anna.post("/records/filters", {**form, "shared": "yes"})
    assert "shared by Anna" in bjorn.get("/records").text
    assert bjorn.post("/records/filters/1/remove", {"csrf": bjorn.csrf()}).status_code == 404
    assert anna.post("/records/filters", {**form, "name": ""}).status_code == 422
    anna.post("/records/filters/1/remove", {"csrf": anna.csrf()})
    assert "Late" not in bjorn.get("/records").text


def test_a_number_leads_to_its_record(many: Site, anna: Browser) -> None:
    for typed in ("lead-1", "LEAD-1"):
        assert anna.get("/records", params={"number": typed}).headers["location"] == "/records/LEAD-1"
    assert anna.get("/records?number=1").status_code == 303
    missing = anna.get("/records?number=LEAD-77")
    assert missing.status_code == 200 and "There is no record LEAD-77." in missing.text


def test_a_field_is_a_column_where_all_are_of_one_type(many: Site, anna: Browser) -> None:
    from tests.admin.test_people_pages import setup_of

    changes = TypeChanges(fields={"value": "amount"}, columns=["value"])
    assert isinstance(record_type.change(setup_of(many), "Acme", "lead", changes), Done)
    assert '<th class="wide">value</th>' in anna.get("/records?type=lead").text
    assert '<th class="wide">value</th>' not in anna.get("/records").text


def test_a_reader_changes_nothing(many: Site, browser: Any) -> None:
    rolf = browser()
    rolf.sign_in("rolf@acme.example")
    page = rolf.get("/records").text
    assert 'name="record"' not in page and "LEAD-1" in page
    assert rolf.post("/records/many", {"csrf": rolf.csrf(), "act": "trash", "record": "LEAD-1"}).status_code == 404


def test_an_open_list_says_what_changed(many: Site, anna: Browser) -> None:
    page = anna.get("/records?only=unassigned").text
    at = re.search(r'data-at="([^"]+)"', page)
    assert at is not None
    again = at[1].replace("&amp;", "&")
    assert "changed · show" not in anna.get(again).text
    act(anna, "owner", "TASK-1", owner="bjorn@acme.example")
    # It has left the list, and the list that is open still shows it.
    assert "1 changed · show" in anna.get(again).text
    many.world.deliver(many.world.mail(subject="New"), "support@acme.example")
    assert "1 changed · show" in anna.get(again).text


@contextlib.contextmanager
def opened(site: Site, tmp_path: Path, **look: Any) -> Iterator[Any]:
    with served(site.app) as home, chromium(tmp_path / "profile", **look) as context:
        page = context.new_page()
        enter(page, site, home)
        page.goto(f"{home}/records")
        yield page


def test_a_morning_with_keys(many: Site, tmp_path: Path) -> None:
    """Tick two with keys, assign them, undo it; open one and come back to the same place and ticks."""
    with opened(many, tmp_path) as page:
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("x")
        page.keyboard.press("j")
        page.keyboard.press("x")
        assert page.inner_text(".ticked") == "2 ticked"
        ticked = page.eval_on_selector_all("input[name=record]:checked", "all => all.map((one) => one.value)")
        page.keyboard.press("o")
        page.wait_for_selector("#thread")
        page.go_back()
        page.wait_for_selector("#many")
        assert page.eval_on_selector_all("input[name=record]:checked", "all => all.map((one) => one.value)") == ticked
        page.select_option("#many-owner", "bjorn@acme.example")
        page.click("button[value=owner]")
        page.wait_for_selector(".bar")
        assert {many.world.record(one).owner for one in ticked} == {"Björn"}
        with page.expect_navigation():
            page.click(".bar button")
        assert "Björn" not in {many.world.record(one).owner for one in ticked}
        page.keyboard.press("?")
        assert page.is_visible("#keys")
        page.keyboard.press("Escape")
        page.wait_for_selector("#keys", state="hidden")
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") in ("number", "search")


@pytest.mark.parametrize("width", [320, 1200])
def test_nothing_scrolls_sideways(many: Site, tmp_path: Path, width: int) -> None:
    with opened(many, tmp_path, width=width) as page:
        page.click("summary")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        # Nor does a cell stand out of the row that it is of.
        assert (
            page.evaluate(
                "[...document.querySelectorAll('.records tbody td')].filter(one => one.getBoundingClientRect().right"
                " > one.parentElement.getBoundingClientRect().right + 1).map(one => one.className)"
            )
            == []
        )


def test_keys_are_switched_off(many: Site, tmp_path: Path) -> None:
    many.store.users.set_ways(many.world.anna, "keep", "stay", shortcuts=False)
    with opened(many, tmp_path) as page:
        page.keyboard.press("j")
        page.keyboard.press("?")
        assert page.query_selector("#keys") is None and page.query_selector("tr.at") is None
