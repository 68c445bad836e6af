"""The inbox: by the record, over all companies, done with and brought back; by forms alone, and live with keys."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

from tests.admin.chromium import CHROMIUM, FLAGS, Watched, chromium, served
from tests.admin.conftest import PASSWORD, Browser, Site
from tests.admin.test_browser import enter, overflow
from tests.admin.test_separation import Opens
from weftmail.core.wording.phrase import Phrase
from weftmail.flow import review
from weftmail.store.record import NewRecord


def set_aside(site: Site) -> int:
    """Let an automatic answer come to an alias; return its notice in Anna's inbox."""
    row = site.world.deliver(site.world.mail(subject="Automatic reply: Chairs"), "leads@acme.example")
    assert row.state == "held"
    return site.store.inbox.notices(site.world.anna)[0].id


def test_what_was_set_aside_is_filed_with_one_click(site: Site, anna: Browser) -> None:
    notice = set_aside(site)
    page = anna.get("/inbox").text
    assert "was set aside" in page and f'action="/inbox/{notice}/file"' in page
    answer = anna.post(f"/inbox/{notice}/file", {"csrf": anna.csrf()})
    assert (answer.status_code, answer.headers["location"]) == (303, "/records/LEAD-2?done=1")
    assert site.world.record("LEAD-2").title == "Automatic reply: Chairs"
    assert f"/inbox/{notice}/file" not in anna.get("/inbox").text


def test_what_somebody_decided_on_meanwhile_stays_as_it_is(site: Site, anna: Browser) -> None:
    notice = set_aside(site)
    (row,) = site.store.listings.review()
    review.discard(site.store, site.installation, row.id)
    answer = anna.post(f"/inbox/{notice}/file", {"csrf": anna.csrf()})
    assert (answer.status_code, answer.headers["location"]) == (303, "/inbox")
    assert len(site.store.records.all()) == 1


def test_nobody_files_by_a_notice_of_somebody_else(site: Site, anna: Browser, browser: Opens) -> None:
    notice = set_aside(site)
    rolf = browser()
    rolf.sign_in("rolf@acme.example")
    assert rolf.post(f"/inbox/{notice}/file", {"csrf": rolf.csrf()}).status_code == 404
    assert len(site.store.records.all()) == 1


def pressed(browser: Browser, act: str, entry: str, **fields: str) -> Any:
    return browser.post(f"/inbox/{act}", {"csrf": browser.csrf(), "entry": entry, **fields})


def entries(browser: Browser) -> list[str]:
    return re.findall(r'data-entry="(\w+)"', browser.get("/inbox").text)


def write_again(site: Site, text: str = "And by when?", label: str = "LEAD-1") -> None:
    first = site.world.thread(label)[0].rfc_message_id
    site.world.deliver(site.world.mail(text=text, references=[first], verified=True), "leads@acme.example")


def in_other(site: Site) -> None:
    """Let Anna be an agent of the company Other, where a record is hers now."""
    store, world = site.store, site.world
    store.users.join(site.other, world.anna, "agent")
    record = store.records.open(NewRecord(site.other, "lead", "Pumps"), world.clock())
    says = Phrase("notice.assigned", {"actor": "Eva", "record": record.label, "title": record.title})
    store.inbox.notify(site.other, [world.anna], says, world.clock(), record_id=record.id)


def test_done_takes_it_out_and_is_undone(site: Site, anna: Browser) -> None:
    assert entries(anna) == ["r1"]
    went = pressed(anna, "done", "r1").headers["location"]
    page = anna.get(went).text
    assert "Done. It comes back when something new happens." in page and "all caught up" in page
    (was,) = re.findall(r'name="was" value="(\d+)"', page)
    anna.post("/inbox/undo", {"csrf": anna.csrf(), "was": was})
    assert entries(anna) == ["r1"]
    write_again(site)
    # The page was shown before that: what came since stays.
    until = re.findall(r'name="until" value="(\d+)"', page)
    assert until == []
    pressed(anna, "done", "r1", until=was)
    assert entries(anna) == ["r1"] and "2 entries" not in anna.get("/inbox").text
    pressed(anna, "done-all", "")
    assert entries(anna) == [] and pressed(anna, "done-all", "").headers["location"] == "/inbox"
    assert anna.post("/inbox/undo", {"csrf": anna.csrf(), "was": "x"}).status_code == 303


def test_what_waits_offers_no_done_and_leads_to_where_it_is_settled(site: Site, anna: Browser) -> None:
    notice = set_aside(site)
    page = anna.get("/inbox").text
    held = page.partition(f'id="n{notice}"')[2].partition("</li>")[0]
    assert 'data-act="done"' not in held and "Held for review" in held
    (row,) = site.store.listings.review()
    assert f'href="/review/{row.id}"' in held and anna.get(f"/review/{row.id}").status_code == 200
    pressed(anna, "done", f"n{notice}")
    assert entries(anna) == [f"n{notice}", "r1"]
    # Whoever has looked at the mail has read that it waits.
    assert '<span class="count">1</span>' in anna.get("/inbox").text
    pressed(anna, "unread", f"n{notice}")
    assert '<span class="count">2</span>' in anna.get("/inbox").text


def test_an_entry_of_another_company_opens_there(site: Site, anna: Browser) -> None:
    in_other(site)
    page = anna.get(f"/inbox?company={site.world.acme}").text
    assert f'href="/records/LEAD-1?company={site.other}"' in page and "Pumps" in page and ">Other<" in page
    assert f'href="/records/LEAD-1?company={site.world.acme}"' in page
    assert "Pumps" in anna.get(f"/records/LEAD-1?company={site.other}").text
    assert "<title>(1) " in anna.get("/inbox").text
    (key,) = [one for one in entries(anna) if one != "r1"]
    anna.post(f"/inbox/done?company={site.other}", {"csrf": anna.csrf(), "entry": key})
    assert entries(anna) == ["r1"]


def test_nobody_changes_the_inbox_of_somebody_else(site: Site, anna: Browser, browser: Opens) -> None:
    eva = browser()
    eva.sign_in("eva@other.example")
    for act in ("done", "read", "unread", "done-all"):
        assert pressed(eva, act, "r1").status_code == 303
    assert entries(anna) == ["r1"] and '<span class="count">1</span>' in anna.get("/inbox").text


def sign_in(page: Page, home: str, address: str) -> None:
    page.goto(f"{home}/sign-in")
    page.fill("[name=address]", address)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("form.me")


def test_two_people_a_note_arrives_live_and_leaves_with_a_key(site: Site) -> None:
    """Anna reads her inbox while Björn writes a note in another browser: counted, shown when asked for, done with."""
    in_other(site)
    with served(site.app) as home, sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        anna, bjorn = chrome.new_context().new_page(), chrome.new_context().new_page()
        watched = Watched(anna, home)
        enter(anna, site, home)
        anna.goto(f"{home}/inbox")
        expect(anna).to_have_title("(1) Inbox · weftmail")
        sign_in(bjorn, home, "bjorn@acme.example")
        bjorn.goto(f"{home}/records/LEAD-1")
        bjorn.get_by_text("Log internal note").first.click()
        bjorn.fill(".editor #text", "Oak is out of stock.")
        before = anna.locator("#inbox").inner_text()
        bjorn.locator("button.lognote").click()
        anna.get_by_role("button", name="1 new · show").wait_for()
        expect(anna).to_have_title("(2) Inbox · weftmail")
        expect(anna.locator("[data-key=count-inbox]")).to_have_text("2")
        assert anna.locator("#inbox").inner_text() == before, "nothing moves under the reader"
        anna.get_by_role("button", name="1 new · show").click()
        first = anna.locator("#inbox li").first
        expect(first).to_contain_text("Oak is out of stock.")
        expect(first.locator("a.open")).to_be_focused()
        anna.keyboard.press("j")
        expect(anna.locator("#inbox li.at")).to_contain_text("Pumps")
        anna.keyboard.press("k")
        anna.keyboard.press("u")
        expect(anna).to_have_title("(1) Inbox · weftmail")
        anna.keyboard.press("u")
        expect(anna).to_have_title("(2) Inbox · weftmail")
        anna.keyboard.press("e")
        expect(anna.locator("#inbox li")).to_have_count(1)
        anna.get_by_role("button", name="Undo").wait_for()
        # The other company's entry opens in that company.
        anna.keyboard.press("j")
        anna.keyboard.press("o")
        anna.wait_for_url(f"**/records/LEAD-1?company={site.other}")
        expect(anna.locator("h1")).to_contain_text("Pumps")
        # A new message brings the other one back, and is counted on any page.
        anna.goto(f"{home}/account")
        bjorn.goto(f"{home}/records/LEAD-1")
        bjorn.get_by_text("Log internal note").first.click()
        bjorn.fill(".editor #text", "It is back.")
        bjorn.locator("button.lognote").click()
        expect(anna).to_have_title("(1) Your settings · weftmail")
        anna.goto(f"{home}/inbox")
        expect(anna.locator("#inbox li").first).to_contain_text("It is back.")
        assert watched.alarms == []
        chrome.close()


def test_the_desktop_is_asked_for_and_says_how_much_is_new(site: Site, tmp_path: Path) -> None:
    with served(site.app) as home, chromium(tmp_path / "profile") as context:
        page = context.new_page()
        page.add_init_script(
            "window.said = []; window.asked = 0;"
            "class Said extends EventTarget { constructor(title, how) { super(); window.said.push(how.body); }"
            " static permission = 'default';"
            " static async requestPermission() { window.asked += 1; Said.permission = 'granted'; return 'granted'; } }"
            "window.Notification = Said;"
        )
        enter(page, site, home)
        page.goto(f"{home}/inbox")
        assert page.evaluate("window.asked") == 0
        page.get_by_role("button", name="Notify me on this desktop").click()
        page.get_by_role("button", name="No longer on this desktop").wait_for()
        # Somebody looks elsewhere.
        page.evaluate("document.hasFocus = () => false")
        write_again(site)
        page.get_by_role("button", name="1 new · show").wait_for()
        page.wait_for_timeout(1800)
        assert page.evaluate("window.said") == ["1 new notification"]
        page.get_by_role("button", name="No longer on this desktop").click()
        write_again(site, "And where?")
        expect(page).to_have_title("(2) Inbox · weftmail")
        page.wait_for_timeout(1800)
        assert page.evaluate("window.said") == ["1 new notification"]


def test_a_tab_that_nobody_looks_at_is_counted_too(site: Site, tmp_path: Path) -> None:
    """Two tabs behind others: one of them asks, and tells the other."""
    with served(site.app) as home, chromium(tmp_path / "profile") as context:
        first, second = context.new_page(), context.new_page()
        enter(first, site, home)
        for page, path, title in ((first, "account", "Your settings"), (second, "inbox", "Inbox")):
            page.goto(f"{home}/{path}")
            expect(page).to_have_title(f"{title} · weftmail")
            page.evaluate(
                "Object.defineProperty(document, 'hidden', { get: () => true });"
                "document.dispatchEvent(new Event('visibilitychange'))"
            )
        write_again(site)
        expect(first).to_have_title("(1) Your settings · weftmail")
        expect(second).to_have_title("(1) Inbox · weftmail")


def test_it_fits_320_pixels_and_works_without_script(site: Site, tmp_path: Path) -> None:
    in_other(site)
    set_aside(site)
    with served(site.app) as home, sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path / "profile", executable_path=CHROMIUM, args=FLAGS, java_script_enabled=False,
            viewport={"width": 320, "height": 640},
        )  # fmt: skip
        page = context.new_page()
        enter(page, site, home)
        page.goto(f"{home}/inbox")
        assert overflow(page) <= 0 and page.locator("#inbox li").count() == 3
        page.get_by_role("button", name="Done LEAD-1").first.click()
        expect(page.locator("#inbox li")).to_have_count(2)
        assert page.url.endswith(f"company={site.world.acme}")
        page.get_by_role("button", name="Undo").click()
        expect(page.locator("#inbox li")).to_have_count(3)
        page.get_by_role("button", name="Mark read").first.click()
        page.get_by_role("button", name="Done with all").click()
        expect(page.locator("#inbox li")).to_have_count(1)
        context.close()
