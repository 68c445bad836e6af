"""The mail log on its pages: any mail is found by what people remember, of one's own company alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.admin.conftest import Browser, Site
from tests.unit.world import ERIK
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
        site.world.deliver(site.world.mail(subject=f"Number {number}."), "support@acme.example")
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
