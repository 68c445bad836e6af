"""The mail log on its pages: any mail is found by what people remember, of one's own company alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.admin.chromium import chromium, served
from tests.admin.conftest import Browser, Site
from tests.admin.test_access import signed_in
from tests.unit.world import ERIK
from weftmail.core.tokens.reply_token import find as find_token
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.post import Draft, post

Opens = Callable[[], Browser]
CANARY = "<script>alert(1)</script><img src=x onerror=alert(1)>"


@pytest.fixture
def bjorn(browser: Opens, anna: Browser) -> Browser:
    made = browser()
    made.sign_in("bjorn@acme.example")
    return made


def answer(site: Site) -> None:
    """Let Anna answer on LEAD-1, and the mail server have taken it."""
    anna = site.store.users.get(site.world.anna)
    assert anna is not None
    post(
        site.store,
        site.installation,
        site.world.record("LEAD-1"),
        anna,
        Draft(text="Yes", to=["karin@customer.example"]),
    )
    now = site.world.clock() + 1
    (one,) = [one.row for one in site.store.listings.outbox() if one.row.audience == "outsider"]
    site.store.outbox.claim("sender", now, now + 1, 50)
    site.store.outbox.settle(one.id, "sender", "sent", "250 2.0.0 Ok: queued as 4F2C1", 0, now)


def test_any_mail_is_found_by_what_people_remember(site: Site, anna: Browser) -> None:
    answer(site)
    site.world.deliver(site.world.mail(ERIK, subject="Invoice 100%_off"), "support@acme.example")
    all_ = anna.get("/log").text
    assert "Quote for 40 chairs" in all_ and "queued as 4F2C1" in all_ and "Invoice" in all_
    for query, found, lacks in (
        ("who=KARIN", "Quote for 40 chairs", "Invoice"),
        ("who=erik%40", "Invoice", "4F2C1"),
        ("words=invoice", "Invoice", "4F2C1"),
        ("words=100%25_", "Invoice", "4F2C1"),
        ("queue=4F2C1", "queued as 4F2C1", "Invoice"),
        ("day=2027-01-15&who=karin", "Quote for 40 chairs", "Invoice"),
        ("day=2001-01-01", "Nothing found", "Invoice"),
        ("state=filed&words=invoice", "Invoice", "4F2C1"),
        ("state=discarded", "Nothing found", "Invoice"),
        ("day=nonsense&who=karin", "Quote for 40 chairs", "Invoice"),
        ("words=____", "Nothing found", "Invoice"),
    ):
        page = anna.get(f"/log?{query}").text
        shown = page[page.index('id="results"') :]
        assert found in shown and lacks not in shown, query
    assert "mail-admin log --who karin --words" in anna.get("/log?who=karin&words=x").text


def test_the_log_is_read_page_by_page(site: Site, anna: Browser) -> None:
    for number in range(70):
        site.world.deliver(
            site.world.mail(f"K <k@customer{number}.example>", subject=f"Number {number}."), "support@acme.example"
        )
    first = anna.get("/log").text
    assert "Number 69." in first and "Number 3." not in first
    seen, page = first, first
    while "Show earlier" in page:
        link = page[page.index('href="/log?') + 6 :]
        page = anna.get(link[: link.index('"')].replace("&amp;", "&")).text
        seen += page
    assert all(seen.count(f"Number {number}.") == 2 for number in range(70))  # It came, and Anna was told of it.


def test_one_mail_has_its_fate_its_path_and_its_source(site: Site, anna: Browser, bjorn: Browser) -> None:
    row = site.world.deliver(site.world.mail(subject=CANARY, text=CANARY), "support@acme.example")
    page = anna.get(f"/log/{row.id}").text
    assert "TICKET-1" in page and 'class="matched"' in page and "client.example" in page
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page and "<img src=x" not in page
    source = anna.get(f"/log/{row.id}/source")
    assert source.status_code == 200 and b"Subject: " in source.content
    theirs = bjorn.get(f"/log/{row.id}").text
    assert "TICKET-1" in theirs and "Show the email as it came" not in theirs
    assert bjorn.get(f"/log/{row.id}/source").status_code == 404
    first = site.world.thread("LEAD-1")[0].rfc_message_id
    held = site.world.deliver(site.world.mail(ERIK, references=[first]), "leads@acme.example")
    # "Decide" leads nobody to a page that is not theirs.
    assert f'href="/review/{held.id}"' in anna.get(f"/log/{held.id}").text
    assert "/review/" not in bjorn.get(f"/log/{held.id}").text and bjorn.get(f"/review/{held.id}").status_code == 404
    assert bjorn.post(f"/log/{row.id}/replay", {"csrf": bjorn.csrf()}).status_code == 404


def test_a_mail_at_hand_is_found(site: Site, anna: Browser) -> None:
    answer(site)
    raw = site.world.mail(subject="At hand")
    site.world.deliver(raw, "support@acme.example")
    found = anna.post("/log/mail", {"csrf": anna.csrf()}, files={"eml": ("m.eml", raw)}).text
    results = found[found.index('id="results"') :]
    assert "At hand" in results and "Quote for 40 chairs" not in results
    record = site.world.record("LEAD-1")
    sent = site.store.messages.thread(record.company_id, record.id)[-1].rfc_message_id
    ours = f"From: a@acme.example\nMessage-ID: {sent}\n\nYes\n".encode()
    results = anna.post("/log/mail", {"csrf": anna.csrf()}, files={"eml": ("m.eml", ours)}).text
    assert "queued as 4F2C1" in results and "At hand" not in results
    assert anna.post("/log/mail", {"csrf": anna.csrf()}).status_code == 422
    nothing = anna.post("/log/mail", {"csrf": anna.csrf()}, files={"eml": ("m.eml", b"\n")}).text
    assert "Nothing found" in nothing


def test_what_would_change_is_shown_before_a_mail_is_routed_again(site: Site, anna: Browser) -> None:
    row = site.world.deliver(site.world.mail(subject="Lost"), "sales@acme.example")
    site.store.line.appoint(site.world.anna)
    assert row.state == "unmatched"
    site.world.alias("sales", "lead")
    asked = anna.get(f"/log/{row.id}/again").text
    assert "It would open a record of type lead." in asked and "No match" in asked
    assert site.world.row(row.id).state == "unmatched"
    left = anna.post(f"/log/{row.id}/replay", {"csrf": anna.csrf()})
    assert left.status_code == 303 and site.world.row(row.id).state == "accepted"
    site.world.settler().settle()
    filed = site.world.row(row.id)
    assert filed.state == "filed"
    assert "cannot be routed once more" in anna.get(f"/log/{row.id}/again").text
    assert anna.post(f"/log/{row.id}/replay", {"csrf": anna.csrf()}).status_code == 422


def test_of_another_company_nothing_is_found(site: Site, browser: Opens, anna: Browser) -> None:
    eva = browser()
    eva.sign_in("eva@other.example")
    assert "Quote for 40 chairs" not in eva.get("/log").text
    assert "Quote for 40 chairs" not in eva.get("/log?who=karin").text
    assert eva.get("/log/1").status_code == 404 and anna.get("/log/1").status_code == 200
    raw = site.store.blobs.read(site.world.row(1).id)
    found = eva.post("/log/mail", {"csrf": eva.csrf()}, files={"eml": ("m.eml", raw)}).text
    assert "Nothing found" in found


def test_a_copy_has_a_page_of_its_own(site: Site, anna: Browser, bjorn: Browser, browser: Opens) -> None:
    answer(site)
    (copy,) = [one.row.id for one in site.store.listings.outbox() if one.row.audience == "outsider"]
    assert f'href="/log/out/{copy}"' in anna.get("/log").text and f'href="/log/out/{copy}"' in anna.get("/outbox").text
    page = anna.get(f"/log/out/{copy}").text
    assert "<dd>4F2C1</dd>" in page and "250 2.0.0 Ok" in page and "karin@customer.example" in page
    assert "Show the email" in page and "mail-admin outbox show" in page and find_token(page) is None
    assert "Send now" not in page
    theirs = bjorn.get(f"/log/out/{copy}").text
    assert "4F2C1" in theirs and "Show the email" not in theirs
    site.store.connection.execute("update outbox set state = 'failed', error = :error", {"error": f"550 {CANARY}"})
    failed = anna.get(f"/log/out/{copy}").text
    assert f'action="/outbox/{copy}/retry"' in failed and "<script>alert" not in failed
    assert f'action="/outbox/{copy}/retry"' not in bjorn.get(f"/log/out/{copy}").text
    eva = browser()
    eva.sign_in("eva@other.example")
    assert eva.get(f"/log/out/{copy}").status_code == anna.get("/log/out/999").status_code == 404
    site.store.outbox.add_words(
        site.world.acme, "account", [Phrase("mail.notices.why")], "en", 1, user_id=site.world.anna
    )
    (account,) = [one.row.id for one in site.store.listings.outbox() if one.row.audience == "account"]
    page = anna.get(f"/log/out/{account}").text
    assert "About an account" in page and "Show the email" not in page


def test_words_days_directions_and_near_addresses(site: Site, anna: Browser) -> None:
    answer(site)
    site.world.deliver(site.world.mail(ERIK, subject="Invoice for chairs"), "support@acme.example")
    for query, found, lacks in (
        ("words=chairs+invoice", "Invoice for chairs", "4F2C1"),
        ("words=%22for+chairs%22", "Invoice for chairs", "Quote for 40 chairs"),
        ("way=left", "4F2C1", 'aria-label="came in"'),
        ("way=came", "Invoice", "4F2C1"),
        ("state=sent", "4F2C1", "Invoice"),
        ("day=2027-01-01&to=2027-02-01", "Invoice", "Nothing found"),
        ("to=2026-12-31", "Nothing found", "Invoice"),
        ("day=2027-01-16", "Nothing found", "Invoice"),
        ("who=karn%40customer.example", "Near:", "Invoice"),
    ):
        page = anna.get(f"/log?{query}").text
        shown = page[page.index('id="results"') :]
        assert found in shown and lacks not in shown, query
    near = anna.get("/log?who=karn%40customer.example").text
    assert 'href="/log?who=karin%40customer.example"' in near
    said = anna.get("/log?way=came&to=2027-02-01").text
    assert "mail-admin log --to 2027-02-01 --way came" in said


def test_what_would_change_is_shown_before_it_is_routed_once_more(site: Site, anna: Browser) -> None:
    site.world.alias("friends", "ticket", accepts="known")
    row = site.world.deliver(site.world.mail(ERIK), "friends@acme.example")
    assert "Nothing: every rule says what it said then." in anna.get(f"/log/{row.id}/again").text
    site.store.connection.execute("update alias set accepts = 'everyone'")
    page = anna.get(f"/log/{row.id}/again").text
    assert "accepts email from known people only" in page and "opens records of type ticket" in page
    assert "It would open a record of type ticket." in page and "Route it once more" in page
    assert anna.post(f"/log/{row.id}/replay", {"csrf": anna.csrf()}).status_code == 303
    site.world.settle()
    assert site.world.row(row.id).record == "TICKET-1"


@pytest.mark.parametrize("script", [True, False])
def test_a_caller_s_mail_is_found_by_a_person(site: Site, tmp_path: Path, *, script: bool) -> None:
    answer(site)
    with served(site.app) as home, chromium(tmp_path, script=script) as context:
        page = context.pages[0]
        signed_in(page, home)
        page.goto(f"{home}/log")
        page.get_by_label("Address, or a part of it").fill("karn@customer.example")
        page.get_by_role("button", name="Find").first.click()
        page.get_by_role("link", name="karin@customer.example", exact=True).click()
        page.get_by_label("Words", exact=True).fill("chairs quote")
        page.get_by_label("Direction").select_option("left")
        page.get_by_role("button", name="Find").first.click()
        page.wait_for_url("**/log?*way=left*")
        expect(page.locator("#results")).to_contain_text("queued as 4F2C1")
        page.locator("#results").get_by_role("link").first.click()
        expect(page.get_by_role("heading", name="Who gets it")).to_be_visible()
        expect(page.locator("main")).to_contain_text("4F2C1")


def test_who_sent_a_mail_is_said_on_its_record_and_in_the_log(site: Site, anna: Browser) -> None:
    (row,) = (one.inbound_id for one in site.world.thread("LEAD-1"))
    for path in ("/records/LEAD-1", f"/log/{row}"):
        page = anna.get(path).text
        assert "Who sent it, and how that is known" in page
        assert "DKIM: pass, for customer.example." in page


def test_the_text_of_what_waits_for_review_is_found_by_who_may_decide(
    site: Site, browser: Opens, anna: Browser
) -> None:
    world = site.world
    first = world.thread("LEAD-1")[0].rfc_message_id
    held = world.deliver(
        world.mail(author="Erik <erik@evil.example>", subject="Hello", text="A walnut table", references=[first]),
        "leads@acme.example",
    )
    lost = world.deliver(world.mail(subject="Lost", text="A walnut desk", to="x@acme.example"), "x@acme.example")
    assert (held.state, lost.state) == ("held", "unmatched")
    page = anna.get("/log?words=walnut").text
    assert f'href="/log/{held.id}"' in page and f'href="/log/{lost.id}"' in page
    assert f'href="/log/{held.id}"' not in anna.get("/log?words=walnut+desk").text
    # Who may not decide on it learns no word of it; the subject stands in the log for everybody.
    rolf = browser()
    assert rolf.sign_in("rolf@acme.example").status_code == 303
    assert f'href="/log/{held.id}"' not in rolf.get("/log?words=walnut").text
    assert f'href="/log/{held.id}"' in rolf.get("/log?words=hello").text
    # In records nothing of it is found before it is filed.
    assert "walnut table" not in anna.get("/search?q=walnut").text
    anna.post(f"/review/{held.id}/decide", {"csrf": anna.csrf(), "do": "add"})
    assert f'href="/log/{held.id}"' in anna.get("/log?words=walnut").text
    assert "LEAD-1" in anna.get("/search?q=walnut").text
    # What is taken back is found as before.
    undo = re.search(r'action="(/history/\d+/undo)"', anna.get("/review").text)
    assert undo is not None and anna.post(undo[1], {"csrf": anna.csrf()}).status_code == 303
    assert site.world.row(held.id).state == "held"
    assert f'href="/log/{held.id}"' in anna.get("/log?words=walnut").text
