"""A new record from any page, with its first message or without; and the one of an outside application."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.admin.chromium import chromium, served
from tests.admin.conftest import Browser, Site
from tests.admin.test_browser import enter, overflow
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
        page.get_by_label("Text").fill("Hello Karin.")
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
