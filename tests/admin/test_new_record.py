"""A new record from any page, with its first message or without; and the one of an outside application."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.admin.chromium import chromium, served
from tests.admin.conftest import Browser, Site
from tests.admin.test_browser import enter, overflow
from weftmail.flow.written import WrittenRecord
from weftmail.store.record import NewRecord

KARIN = "karin@customer.example"


def save(browser: Browser, **more: str) -> Any:
    words = {"type": "lead", "title": "40 chairs", "customer": KARIN, "kind": "message", "text": "Hello Karin.", **more}
    return browser.post("/records/new/save", {"csrf": browser.csrf(), **words})


def test_a_message_opens_a_record(site: Site, anna: Browser) -> None:
    page = anna.get(f"/records/new?customer={KARIN}&title=40+chairs").text
    assert f'value="{KARIN}"' in page and 'value="40 chairs"' in page and "Anna via" in page
    done = save(anna)
    assert (done.status_code, done.headers["location"].partition("?")[0]) == (303, "/records/LEAD-2")
    page = anna.get(done.headers["location"]).text
    assert "Hello Karin." in page and "LEAD-2 opened" in page and "Anna opened this record" in page
    sent = site.store.messages.deliveries(site.world.acme, site.world.thread("LEAD-2")[-1].id)
    assert [one.address for one in sent if one.contact_id] == [KARIN]


def test_without_a_word_or_with_a_note(site: Site, anna: Browser) -> None:
    assert save(anna, kind="open", text="", customer="").status_code == 303
    assert [one.kind for one in site.world.thread("LEAD-2")] == ["event"]
    assert save(anna, kind="note", text="She called.").status_code == 303
    assert [one.kind for one in site.world.thread("LEAD-3")] == ["event", "note"]


def test_a_name_is_shown_as_an_address_before_anything_leaves(site: Site, anna: Browser) -> None:
    assert anna.get("/records/new/customers?q=kar").json() == [[KARIN, "Karin Ek"]]
    assert anna.get("/records/new/customers?q=").json() == []
    shown = save(anna, customer="Karin")
    assert shown.status_code == 422 and f'name="pick" value="{KARIN}"' in shown.text and "Hello Karin." in shown.text
    assert "No contact is called so" in save(anna, customer="Zoe", find="customer").text
    # Only what was shown for the name that stands there is picked.
    assert save(anna, customer="Zoe", pick=KARIN).status_code == 422
    assert save(anna, customer="Karin", pick="erik@other.example").status_code == 422
    nothing = save(anna, customer="Karin", kind="open", text="")
    assert "Choose the contact you mean" in nothing.text and "Write a message" not in nothing.text
    assert save(anna, customer="Karin", pick=KARIN, kind="open", text="").status_code == 303
    assert save(anna, customer="Karin", pick=KARIN).status_code == 303
    assert save(anna, customer=f"Karin Ek <{KARIN}>").status_code == 303


def test_the_first_message_can_be_taken_back_in_the_undo_time(site: Site, anna: Browser) -> None:
    site.store.users.set_ways(site.world.anna, "keep", "stay", shortcuts=True, undo_seconds=10)
    wrong = save(anna, customer=KARIN, cc_more="bjorn@acme.example")
    assert wrong.status_code == 422 and not site.store.records.by_label("LEAD-2", site.world.acme)
    done = save(anna, customer=KARIN)
    page = anna.get(done.headers["location"]).text
    assert [one.kind for one in site.world.thread("LEAD-2")] == ["event"] and "Hello Karin." in page
    number = re.search(r'action="(/history/\d+/undo)"', page)
    assert number is not None
    anna.post(number[1], {"csrf": anna.csrf()})
    assert "Hello Karin." in anna.get("/records/LEAD-2").text
    assert [one.kind for one in site.world.thread("LEAD-2")] == ["event"]
    assert [one for one in site.store.listings.outbox() if one.row.audience == "outsider"] == []


def test_what_is_wrong_stands_beside_its_field(site: Site, anna: Browser) -> None:
    for more, said in (
        ({"title": ""}, "This is empty"),
        ({"customer": ""}, "Name the customer"),
        ({"text": " "}, "Write a message or attach a file."),
        ({"customer": "bjorn@acme.example"}, "is the address of a colleague"),
        ({"cc_more": "erik"}, "erik is not an address"),
        ({"cc_more": "bjorn@acme.example"}, "is a colleague"),
    ):
        wrong = save(anna, **more)
        assert wrong.status_code == 422 and said in wrong.text, more
    assert save(anna, type="nothing").status_code == 404
    assert site.store.records.count(site.world.acme) == 1


def test_an_outside_application_opens_its_record(site: Site, anna: Browser) -> None:
    offered = anna.get(
        "/open/order/shop/4711?title=Order+4711&customer=karin@customer.example&url=https://shop.example/4711"
    )
    assert offered.status_code == 200 and "No record has the reference shop/4711 yet" in offered.text
    form = {"type": "order", "title": "Order 4711", "reference": "shop/4711", "kind": "open"}
    assert all(f'value="{one}"' in offered.text for one in ("Order 4711", "shop/4711", "https://shop.example/4711"))
    done = save(anna, **form, reference_url="https://shop.example/4711")
    assert done.headers["location"].partition("?")[0] == "/records/ORDER-1"
    found = site.world.record("ORDER-1")
    assert (found.title, found.reference, found.reference_url) == (
        "Order 4711",
        "shop/4711",
        "https://shop.example/4711",
    )
    assert anna.get("/open/order/shop/4711").headers["location"] == "/records/ORDER-1"
    assert "has the reference shop/4711 already" in save(anna, **form).text
    assert anna.get("/open/nothing/1").status_code == 404


@pytest.mark.parametrize(
    "reference", ["a b", "%20a%20", "a%0a", "a/b", "å/ä", "%3Fq%23", "%27%22", "a+b;c", "<b>", "a/"]
)
def test_whatever_a_reference_looks_like_it_leads_to_what_was_made_of_it(
    site: Site, anna: Browser, reference: str
) -> None:
    offered = anna.get(f"/open/lead/{reference}?title=T")
    shown = re.search(r'name="reference" value="([^"]*)"', offered.text)
    assert offered.status_code == 200 and shown is not None
    done = save(anna, type="lead", title="T", reference=unescape(shown[1]), kind="open")
    assert anna.get(f"/open/lead/{reference}").headers["location"] == done.headers["location"].partition("?")[0]


@pytest.mark.parametrize("reference", ["%00", "%E2%80%AE", "%20", "x" * 201])
def test_a_reference_that_none_can_have_is_said_at_once(anna: Browser, reference: str) -> None:
    answer = anna.get(f"/open/lead/{reference}")
    assert answer.status_code == 422 and 'class="error"' in answer.text
    assert 'name="reference" value=""' in answer.text


def test_a_reference_leads_on_to_another_type_unless_that_is_for_others(
    site: Site, browser: Callable[[], Browser], anna: Browser
) -> None:
    store, acme = site.store, site.world.acme
    made = store.records.open(NewRecord(acme, "lead", "Order", reference="9"), 5)
    stands = store.records.retype(made, "ticket", 6)
    assert anna.get("/open/lead/9").headers["location"] == f"/records/{stands.label}"
    store.record_types.limit(acme, "ticket", teams_only=True)
    bjorn = browser()
    bjorn.sign_in("bjorn@acme.example")
    assert "No record has the reference 9 yet" in bjorn.get("/open/lead/9").text


def test_a_type_for_named_teams_is_not_there_for_others(site: Site, browser: Callable[[], Browser]) -> None:
    store, acme = site.store, site.world.acme
    store.records.open(NewRecord(acme, "ticket", "Secret", reference="9"), 5)
    store.record_types.limit(acme, "ticket", teams_only=True)
    bjorn = browser()
    assert bjorn.sign_in("bjorn@acme.example").status_code == 303
    assert bjorn.get("/open/ticket/9").status_code == bjorn.get("/open/ticket/8").status_code == 404
    assert "ticket" not in bjorn.get("/records/new").text
    assert save(bjorn, type="ticket").status_code == 404


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_in_a_browser(site: Site, tmp_path: Path, script: bool) -> None:
    with served(site.app) as home, chromium(tmp_path / "profile", script=script) as context:
        page = context.pages[0]
        enter(page, site, home)
        page.goto(f"{home}/inbox")
        if script:
            page.locator("#keys-open").wait_for()
            page.keyboard.press("c")
        else:
            page.get_by_role("link", name="New record").click()
        page.get_by_role("heading", name="New record").wait_for()
        page.get_by_label("Title").fill("Oak tables")
        field = page.get_by_label("Customer", exact=True)
        field.fill("Karin")
        if script:
            page.locator(f"#customer-list option[value='{KARIN}']").wait_for(state="attached")
        else:
            page.locator(".with-button button[name=find]").click()
            page.get_by_label("Karin Ek").wait_for()
        page.get_by_label("Customer", exact=True).fill(KARIN)
        page.locator(".editor #text" if script else "#text").fill("Hello Karin.")
        page.get_by_role("button", name="Open and send").click()
        page.get_by_text("LEAD-2 opened").wait_for()
        page.get_by_text("Hello Karin.").first.wait_for()


@pytest.mark.parametrize(("dark", "width"), [(False, 1200), (True, 320)])
def test_it_fits(site: Site, tmp_path: Path, dark: bool, width: int) -> None:
    with served(site.app) as home, chromium(tmp_path / "profile", dark=dark, width=width) as context:
        page = context.pages[0]
        enter(page, site, home)
        page.goto(f"{home}/open/order/4711?title=Order+4711&customer={KARIN}")
        assert overflow(page) <= 0
        page.screenshot(path=tmp_path / f"new-{width}.png", full_page=True)


DRAFT = "/records/new/keep"


def begun(site: Site) -> list[WrittenRecord]:
    found = site.store.drafts.begun(site.world.acme, site.world.anna)
    return [WrittenRecord.from_json(one.body) for one in found]


def test_a_record_that_is_begun_is_kept_and_found_on_another_machine(
    site: Site, anna: Browser, browser: Callable[[], Browser]
) -> None:
    words = {
        "type": "ticket",
        "title": "Broken chair",
        "customer": "kar",
        "owner": "",
        "reference": "A-7",
        "tab": "note",
    }
    form = {"csrf": anna.csrf(), **words, "text": "She", "cc_more": "erik@other.example", "pen": "p"}
    kept = anna.post(DRAFT, form, files={"files": ("plan.txt", b"A plan.", "text/plain")}).json()
    again = {**form, "text": "She called", "draft": kept["draft"], "kept": [kept["files"][0][0]]}
    assert anna.post(DRAFT, again).json()["version"] == 2
    other = browser()
    other.sign_in("anna@acme.example")
    blank = other.get("/records/new").text
    assert "Begun, not opened yet:" in blank and "Broken chair" in blank and "She called" not in blank
    drafts = other.get("/records?only=drafts").text
    assert "a new record, not opened yet" in drafts and "No records here" not in drafts
    page = other.get(f"/records/new?draft={kept['draft']}").text
    for said in ('value="Broken chair"', 'value="kar"', 'value="A-7"', "She called", "plan.txt", "erik@other.example"):
        assert said in page, said
    assert re.search(r'value="ticket" selected', page) and re.search(r'name="tab" value="note" checked', page)
    bjorn = browser()
    bjorn.sign_in("bjorn@acme.example")
    assert "Broken chair" not in bjorn.get("/records/new").text
    assert "Broken chair" not in bjorn.get(f"/records/new?draft={kept['draft']}").text
    # Opened, it is no draft any more, and its file is on the note.
    done = save(anna, **{**again, "customer": KARIN, "cc_more": "", "kind": "note"})
    assert done.status_code == 303 and begun(site) == []
    note = site.world.thread("TICKET-1")[-1]
    assert [one.filename for one in site.store.messages.attachments(site.world.acme, note.id)] == ["plan.txt"]
    # From the page of before it is not opened once more.
    twice = save(anna, **{**again, "customer": KARIN, "cc_more": "", "kind": "note"})
    assert twice.status_code == 422 and "sent or discarded in another window" in twice.text


def test_two_pages_of_one_begun_record_are_two_drafts(site: Site, anna: Browser) -> None:
    form = {"csrf": anna.csrf(), "type": "lead", "title": "A", "customer": "", "tab": "message", "pen": "here"}
    kept = anna.post(DRAFT, form, files={"files": ("a.txt", b"a", "text/plain")}).json()
    there = {**form, "pen": "there", "draft": kept["draft"], "kept": [kept["files"][0][0]]}
    assert anna.post(DRAFT, {**there, "version": "1", "title": "B"}).json()["draft"] == kept["draft"]
    stale = {**form, "draft": kept["draft"], "kept": there["kept"], "title": "C", "version": "1"}
    parted = anna.post(DRAFT, stale).json()
    assert parted["draft"] != kept["draft"] and parted["files"][0][1] == "a.txt"
    assert sorted(one.opens["title"] for one in begun(site)) == ["B", "C"]
    gone = anna.post(DRAFT, {**form, "title": " ", "draft": parted["draft"]}).json()
    assert gone["draft"] == 0 and len(begun(site)) == 1
    assert save(anna, kind="discard", draft=str(kept["draft"])).status_code == 303 and begun(site) == []


def test_what_was_written_stays_as_a_draft_of_a_record_that_is_opened_without_it(site: Site, anna: Browser) -> None:
    files = {"files": ("a.txt", b"a", "text/plain")}
    form = {
        "csrf": anna.csrf(),
        "type": "lead",
        "title": "40 chairs",
        "customer": KARIN,
        "kind": "open",
        "text": "Dear",
    }
    assert anna.post("/records/new/save", form, files=files).status_code == 303
    assert [one.kind for one in site.world.thread("LEAD-2")] == ["event"] and begun(site) == []
    page = anna.get("/records/LEAD-2").text
    assert "Dear" in page and "a.txt" in page and f'value="{KARIN}" checked' in page


def test_in_the_browser_a_new_record_is_kept_and_its_page_leads_back_to_it(site: Site, tmp_path: Path) -> None:
    with served(site.app) as home, chromium(tmp_path / "profile") as context:
        page = context.new_page()
        enter(page, site, home)
        page.goto(f"{home}/records/new")
        page.locator("#title").fill("Broken chair")
        page.locator(".editor #text").press_sequentially("She")
        page.wait_for_url(re.compile("draft=1"))
        page.locator(".editor #text").press_sequentially(" called")
        page.goto(f"{home}/records")
        page.go_back()
        page.reload()
        assert page.locator("#title").input_value() == "Broken chair"
        expect(page.locator(".editor #text")).to_have_text("She called")
        page.locator("#customer").fill(KARIN)
        page.get_by_role("button", name="Open and send").click()
        page.wait_for_url(re.compile("LEAD-2"))
        assert begun(site) == []
