"""The review queue on pages: who sees what, each decision, many at once, undo, and blocked senders."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.admin.chromium import chromium, served
from tests.admin.conftest import Browser, Site
from tests.admin.test_access import signed_in
from tests.unit.flow.setup.test_review import broken
from tests.unit.flow.test_filing import reply_address
from tests.unit.world import ANNA, ERIK
from weftmail.core.parsing.message import Message
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.reading import Unread
from weftmail.store.record import Record

Opens = Callable[[], Browser]


@pytest.fixture
def held(site: Site) -> int:
    """The number of a mail that is held: Erik answers on LEAD-1, on which he does not take part."""
    return arrives(site)


def arrives(site: Site, subject: str = "Re: Forty chairs", author: str = ERIK, text: str = "I take over") -> int:
    """Let a mail be held on LEAD-1; return its number."""
    first = site.world.thread("LEAD-1")[0].rfc_message_id
    raw = site.world.mail(author, subject=subject, references=[first], text=text)
    row = site.world.deliver(raw, "leads@acme.example")
    assert row.state == "held"
    return row.id


@pytest.fixture
def bjorn(browser: Opens) -> Browser:
    made = browser()
    made.sign_in("bjorn@acme.example")
    return made


def decided(site: Site, browser: Browser, number: int, **form: str) -> str:
    """Press a button on the page of a mail; return where the mail is then."""
    answer = browser.post(f"/review/{number}/decide", {"csrf": browser.csrf(), **form})
    assert answer.status_code == 303, answer.text
    row = site.world.row(number)
    return f"{row.state} {row.record or ''}".strip()


@pytest.mark.parametrize(
    ("form", "where"),
    [
        ({"do": "add"}, "filed LEAD-1"),
        ({"do": "note"}, "filed LEAD-1"),
        ({"do": "open", "opens": "ticket"}, "filed TICKET-1"),
        ({"do": "file", "record": " lead-1 "}, "filed LEAD-1"),
        ({"do": "drop"}, "discarded LEAD-1"),
    ],
)
def test_each_decision_takes_it_where_it_says(
    site: Site, anna: Browser, held: int, form: dict[str, str], where: str
) -> None:
    page = anna.get("/review").text
    assert "erik@other.example" in page and "Re: Forty chairs" in page
    one = anna.get(f"/review/{held}").text
    assert "I take over" in one and "Why it waits" in one
    assert decided(site, anna, held, **form) == where
    again = anna.get(f"/review/{held}")
    assert (again.status_code, again.headers["location"]) == (303, f"/log/{held}")
    assert "Re: Forty chairs · erik@other.example" in anna.get("/review").text


@pytest.mark.parametrize(
    "form",
    [
        {"do": "add"}, {"do": "note"}, {"do": "open", "opens": "ticket"}, {"do": "file", "record": "LEAD-1"},
        {"do": "drop"}, {"do": "block"}, {"do": "spam"},
    ],
)  # fmt: skip
def test_every_decision_is_undone(site: Site, anna: Browser, held: int, form: dict[str, str]) -> None:
    answer = anna.post(f"/review/{held}/decide", {"csrf": anna.csrf(), **form})
    act = re.search(r"done=(\d+)", answer.headers["location"])
    assert act is not None
    read = form["do"] == "add"
    if read:
        anna.get("/records/LEAD-1")
    undone = anna.post(f"/history/{act[1]}/undo", {"csrf": anna.csrf()})
    assert undone.status_code == 303 and site.world.row(held).state == "held"
    page = anna.get(undone.headers["location"]).text
    assert "Back in the review queue: Re: Forty chairs" in page and f'href="/review/{held}"' in anna.get("/review").text
    assert ("Already notified: Anna" in page) is read
    talk = anna.get("/records/LEAD-1").text
    assert "I take over" not in talk
    assert ("Anna took an email from erik@other.example back" in talk) is (form["do"] in ("add", "note", "file"))
    assert site.store.contacts.blocked(site.world.acme) == []


def test_what_programs_wrote_is_folded(site: Site, anna: Browser, held: int) -> None:
    for number in range(2):
        away = site.world.mail(ERIK, subject=f"Away {number}", headers=[("Auto-Submitted", "auto-replied")])
        assert site.world.deliver(away, "leads@acme.example").state == "held"
    page = anna.get("/review").text
    folded = page[page.index("<details") : page.index("</details>")]
    assert "2 automatic answers, set aside" in folded and "Away 1" in folded and "Re: Forty chairs" not in folded


def test_the_likely_answer_comes_first(site: Site, anna: Browser, held: int) -> None:
    def first(number: int) -> str:
        page = anna.get(f"/review/{number}").text
        return page[page.index('class="primary"') :].split(">", 1)[1].split("<", 1)[0]

    assert first(held) == "Add to conversation"
    site.world.alias("friends", "ticket", accepts="known")
    stranger = site.world.deliver(site.world.mail(ERIK), "friends@acme.example")
    assert first(stranger.id) == "Open a ticket"
    own = site.world.deliver(site.world.mail("Anna <anna@acme.example>"), "friends@acme.example")
    assert first(own.id) == "Open a ticket as Anna"
    lost = site.world.deliver(site.world.mail(ERIK), "reply@acme.example")
    assert first(lost.id) == "Open" and "Add to conversation" not in anna.get(f"/review/{lost.id}").text
    inside = reply_address(site.world, 1, purpose="note")
    noted = site.world.deliver(site.world.mail(ANNA, inside, verified=True), inside)
    assert noted.message_id is not None
    answer = site.world.deliver(site.world.mail(ERIK), reply_address(site.world, noted.message_id))
    assert first(answer.id) == "File as note"


def test_who_decides_and_who_is_told_are_named(site: Site, anna: Browser, held: int) -> None:
    assert "Can decide: Anna" in anna.get(f"/review/{held}").text
    site.store.records.set(_owned(site), 1)
    assert "Can decide: Anna, Björn" in anna.get(f"/review/{held}").text
    assert "is notified of new ones at once, else Anna: in the inbox" in anna.get("/review").text


def test_what_cannot_be_done_is_said_and_the_mail_stays(site: Site, anna: Browser, held: int) -> None:
    answer = anna.post(f"/review/{held}/decide", {"csrf": anna.csrf(), "do": "file", "record": "LEAD-99"})
    assert answer.status_code == 422 and "There is no record LEAD-99" in answer.text
    assert anna.post(f"/review/{held}/decide", {"csrf": anna.csrf(), "do": "burn"}).status_code == 404
    assert site.world.row(held).state == "held"


def test_many_are_decided_at_once(site: Site, anna: Browser, held: int) -> None:
    more = arrives(site, "Another", "Sara <sara@other.example>")
    form = {"csrf": anna.csrf(), "do": "drop", "mail": [str(held), str(more)]}
    assert anna.post("/review/many?state=held", form).status_code == 303
    assert {site.world.row(one).state for one in (held, more)} == {"discarded"}
    answer = anna.post("/review/many?state=held", {"csrf": anna.csrf(), "do": "drop"})
    assert answer.status_code == 422 and "Tick at least one email." in answer.text


def test_all_that_was_decided_at_once_is_undone_at_once(site: Site, anna: Browser, bjorn: Browser, held: int) -> None:
    more = arrives(site, "Another", "Sara <sara@other.example>")
    form = {"csrf": anna.csrf(), "do": "block", "mail": [str(held), str(more)]}
    page = anna.get(anna.post("/review/many?state=held", form).headers["location"]).text
    assert "2 emails decided" in page
    acts = re.findall(r'name="act" value="(\d+)"', page)
    assert len(acts) == 2
    assert bjorn.post("/history/undo", {"csrf": bjorn.csrf(), "act": acts}).status_code == 404
    undone = anna.post("/history/undo", {"csrf": anna.csrf(), "act": acts})
    assert "2 decisions undone" in anna.get(undone.headers["location"]).text
    assert {site.world.row(one).state for one in (held, more)} == {"held"}
    assert site.store.contacts.blocked(site.world.acme) == []
    again = anna.post("/history/undo", {"csrf": anna.csrf(), "act": acts})
    assert again.status_code == 409 and "has been changed since" in again.text
    assert anna.post("/history/undo", {"csrf": anna.csrf()}).status_code == 404


def test_the_bar_leads_to_the_record_on_which_a_mail_was_filed(site: Site, anna: Browser, held: int) -> None:
    answer = anna.post(f"/review/{held}/decide", {"csrf": anna.csrf(), "do": "add"})
    page = anna.get(answer.headers["location"]).text
    assert "Filed on LEAD-1 from the review queue" in page and "Show LEAD-1" in page


@pytest.mark.parametrize(
    ("form", "states"),
    [
        ({"do": "add"}, {"filed LEAD-1"}), ({"do": "note"}, {"filed LEAD-1"}), ({"do": "spam"}, {"discarded LEAD-1"}),
        ({"do": "block"}, {"discarded LEAD-1"}), ({"do": "file", "record": "LEAD-1"}, {"filed LEAD-1"}),
        ({"do": "open", "opens": "ticket"}, {"filed TICKET-1", "filed TICKET-2"}),
    ],
)  # fmt: skip
def test_every_act_can_be_done_with_many(
    site: Site, anna: Browser, held: int, form: dict[str, str], states: set[str]
) -> None:
    more = arrives(site, "Another", "Sara <sara@other.example>")
    both = {"csrf": anna.csrf(), **form, "mail": [str(held), str(more)]}
    assert anna.post("/review/many?state=held", both).status_code == 303
    rows = [site.world.row(one) for one in (held, more)]
    assert {f"{one.state} {one.record or ''}".strip() for one in rows} == states
    wrong = {
        "csrf": anna.csrf(),
        "do": "file",
        "record": "LEAD-99",
        "mail": str(arrives(site, "Third", "Mia <mia@new.example>")),
    }
    refused = anna.post("/review/many?state=held", wrong)
    assert refused.status_code == 422 and "There is no record LEAD-99" in refused.text and "LEAD-99" in refused.text


def test_a_blocked_sender_is_dropped_and_counted_until_that_is_lifted(site: Site, anna: Browser, held: int) -> None:
    assert decided(site, anna, held, do="block") == "discarded LEAD-1"
    again = site.world.deliver(site.world.mail(ERIK, subject="Once more"), "leads@acme.example")
    assert again.state == "discarded" and again.rules[-1].rule == "blocked"
    page = anna.get("/review").text
    assert "1 email stopped" in page and "by Anna" in page
    answer = anna.post("/review/unblock", {"csrf": anna.csrf(), "address": "erik@other.example"})
    assert "no longer blocked" in anna.get(answer.headers["location"]).text
    assert site.world.deliver(site.world.mail(ERIK, subject="And again"), "leads@acme.example").state == "filed"


def test_a_colleague_sees_what_they_were_told_of(site: Site, bjorn: Browser, held: int) -> None:
    assert "Re: Forty chairs" not in bjorn.get("/review").text
    assert bjorn.get(f"/review/{held}").status_code == 404
    talk = bjorn.get("/records/LEAD-1").text
    assert "The admins can decide on it: Anna." in talk and "/review/" not in talk
    site.store.records.set(_owned(site), 1)
    theirs = arrives(site, "For Bjorn")
    page = bjorn.get("/review").text
    # Of the record that is Björn's now, also what waited before he was its owner.
    assert "For Bjorn" in page and "Re: Forty chairs" in page
    assert f'href="/review/{theirs}?on=LEAD-1"' in bjorn.get("/records/LEAD-1").text
    assert decided(site, bjorn, theirs, do="add") == "filed LEAD-1"
    assert bjorn.get(f"/review/{held}/source").status_code == 404


def _owned(site: Site) -> Record:
    record = site.world.record("LEAD-1")
    site.store.records.unfollow(record.company_id, record.id, site.world.anna, 1)
    return replace(record, owner_id=site.world.bjorn)


def test_in_a_colleagues_name_they_or_an_admin_decide(site: Site, anna: Browser, bjorn: Browser) -> None:
    forged = arrives(site, "In her name", "Anna <anna@acme.example>")
    says = Phrase("notice.held", {"record": "LEAD-1"})
    site.store.inbox.notify(site.world.acme, [site.world.bjorn], says, 1, inbound_id=forged)
    assert bjorn.post(f"/review/{forged}/decide", {"csrf": bjorn.csrf(), "do": "add"}).status_code == 404
    assert site.world.row(forged).state == "held"
    assert "Send to Karin Ek &lt;karin@customer.example&gt; as Anna" in anna.get(f"/review/{forged}").text
    assert decided(site, anna, forged, do="add") == "filed LEAD-1"


def test_an_error_is_tried_again_and_its_mail_can_be_had(site: Site, anna: Browser) -> None:
    (row,) = site.world.accept(site.world.mail(subject="Broken"), "leads@acme.example")
    site.store.connection.execute("update inbound set state = 'error', company_id = 1 where id = :id", {"id": row})
    page = anna.get("/review?state=error").text
    assert "Try again" in page
    assert f"Fault {row}" in anna.get(f"/review/{row}").text
    assert b"Subject: Broken" in anna.get(f"/review/{row}/source").content
    anna.post("/review/many?state=error", {"csrf": anna.csrf(), "do": "again", "mail": str(row)})
    site.world.settle()
    assert site.world.row(row).state == "filed"


def test_an_error_shows_its_words_unless_reading_is_what_failed(site: Site, anna: Browser) -> None:
    (row,) = site.world.accept(site.world.mail(subject="Broken", text="Forty <b>oak</b> chairs"), "leads@acme.example")
    assert site.world.settler(broken).settle().failed == 1
    page = anna.get(f"/review/{row}").text
    assert "<h1><bdi>Broken</bdi></h1>" in page and "Forty &lt;b&gt;oak&lt;/b&gt; chairs" in page
    assert "File on a record" not in page and "Try again" in page

    def unread(_raw: object) -> Message:
        raise Unread("ValueError: a fault of ours")

    state = site.app.state
    state.site = replace(state.site, installation=replace(state.site.installation, reader=unread))
    page = anna.get(f"/review/{row}").text
    assert "<h1><bdi>Broken</bdi></h1>" in page and "oak" not in page and "Try again" in page


def test_after_a_repair_all_errors_are_tried_again_with_their_progress(
    site: Site, anna: Browser, bjorn: Browser
) -> None:
    rows = [site.world.accept(site.world.mail(), to)[0] for to in ("leads@acme.example", "x@elsewhere.example")]
    settler = site.world.settler(reader=broken)
    while settler.settle().settled:
        pass
    assert bjorn.post("/review/again", {"csrf": bjorn.csrf()}).status_code == 404
    answer = anna.post("/review/again", {"csrf": anna.csrf()})
    assert [site.world.row(one).state for one in rows] == ["accepted", "error"]
    where = answer.headers["location"]
    assert "0 of 1 read once more" in anna.get(where).text and "Look again" in anna.get(where).text
    site.world.settle()
    page = anna.get(where).text
    assert "1 of 1 read once more" in page and "Look again" not in page
    site.store.line.appoint(site.world.anna)
    anna.post("/review/again", {"csrf": anna.csrf()})
    assert site.world.row(rows[1]).state == "accepted"
    assert "done=" not in anna.post("/review/again", {"csrf": anna.csrf()}).headers["location"]


@pytest.mark.parametrize("where", ["subject", "author", "text"])
def test_hostile_words_are_words(site: Site, anna: Browser, where: str) -> None:
    canary = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    how = {where: f'"{canary}" <erik@other.example>' if where == "author" else canary}
    number = arrives(site, **how)
    for path in ("/review", f"/review/{number}"):
        page = anna.get(path).text
        assert "<img src=x" not in page and "<script>alert" not in page


@pytest.mark.parametrize("script", [True, False])
def test_two_clicks_take_a_held_mail_to_its_record_and_its_owner(
    site: Site, held: int, tmp_path: Path, *, script: bool
) -> None:
    with served(site.app) as home, chromium(tmp_path, script=script) as context:
        page = context.pages[0]
        signed_in(page, home)
        page.goto(f"{home}/review")
        page.get_by_role("link", name="Re: Forty chairs", exact=True).click()
        page.get_by_role("button", name="Add to conversation").click()
        done = page.locator(".bar[role=status]").first
        expect(done).to_contain_text("Filed on LEAD-1 from the review queue")
        assert site.world.row(held).record == "LEAD-1"
        (message,) = [one for one in site.world.thread("LEAD-1") if one.inbound_id == held]
        people = {one.user_id for one in site.store.messages.deliveries(site.world.acme, message.id)}
        assert site.world.anna in people
        page.goto(f"{home}/records/LEAD-1")
        expect(page.get_by_text("I take over")).to_be_visible()
        page.go_back()
        page.locator(".bar[role=status]").first.get_by_role("button", name="Undo").click()
        expect(page.locator(".bar[role=status]").first).to_contain_text("Already notified: Anna")
        expect(page.get_by_role("link", name="Re: Forty chairs", exact=True)).to_be_visible()
        assert site.world.row(held).state == "held"
        # Many at once, by the keyboard alone.
        page.get_by_role("checkbox").first.press("Space")
        page.get_by_role("button", name="Mark as spam").press("Enter")
        expect(page.locator(".bar[role=status]").first).to_contain_text("Marked as spam")
    assert site.world.row(held).state == "discarded"


def test_a_mail_in_a_colleague_s_name_is_not_the_owner_s_to_decide(site: Site, bjorn: Browser) -> None:
    site.store.records.set(_owned(site), 1)
    first = site.world.thread("LEAD-1")[0].rfc_message_id
    forged = site.world.deliver(site.world.mail("Anna <anna@acme.example>", references=[first]), "leads@acme.example")
    assert forged.state == "held" and bjorn.get(f"/review/{forged.id}").status_code == 404
    assert f"/review/{forged.id}" not in bjorn.get("/review").text


def test_who_looks_after_the_installation_decides_on_what_is_no_company_s(site: Site, anna: Browser) -> None:
    site.world.deliver(site.world.mail(subject="Astray"), "x@elsewhere.example")
    assert "Astray" not in anna.get("/review").text
    site.store.line.appoint(site.world.anna)
    page = anna.get("/review").text
    assert "Astray" in page and '<span class="count">1</span>' in page
    assert re.search(r">1</a></b> no match", anna.get("/overview").text)


def test_what_is_infected_can_only_be_dropped(site: Site, anna: Browser, held: int) -> None:
    site.store.connection.execute(
        "update inbound set proof = :proof where id = :id",
        {"id": held, "proof": json.dumps({"scanned": ["infected", "Eicar"]})},
    )
    page = anna.get(f"/review/{held}").text
    assert "it can only be dropped" in page and 'value="add"' not in page and 'value="open"' not in page
    for form in ({"do": "add"}, {"do": "note"}, {"do": "open", "opens": "ticket"}, {"do": "file", "record": "LEAD-1"}):
        answer = anna.post(f"/review/{held}/decide", {"csrf": anna.csrf(), **form})
        assert answer.status_code == 422 and "holds Eicar; what is infected is never delivered" in answer.text
    many = anna.post("/review/many?state=held", {"csrf": anna.csrf(), "do": "add", "mail": str(held)})
    assert many.status_code == 422 and site.world.row(held).state == "held"
    assert decided(site, anna, held, do="drop") == "discarded LEAD-1"


def test_held_mails_of_a_record_are_told_apart_and_the_reason_stays_where_they_are_decided_on(
    site: Site, anna: Browser
) -> None:
    """What each says, who sent it, when it came and why it waits: on the record, and once it is opened."""
    first = arrives(site, "About oak")
    site.world.clock.now += 3 * 3600_000
    second = arrives(site, "Cancel it", "Anna <anna@acme.example>")
    anna.sign_in("anna@acme.example")
    page = anna.get("/records/LEAD-1").text
    rows = re.findall(r"<li>(.*?)</li>", page[page.index('data-key="held"') :].partition("</ul>")[0], re.S)
    for row, said in zip(
        rows, ("erik@other.example · About oak 3 hours ago", "anna@acme.example · Cancel it"), strict=True
    ):
        assert said in " ".join(re.sub(r"<[^>]+>", " ", row).replace("&middot;", "·").split()), row
    for number, row in zip((first, second), rows, strict=True):
        reason = re.findall(r'<span class="dim">([^<]+)</span>', row)[-1]
        deciding = anna.get(f"/review/{number}?on=LEAD-1").text.partition('id="deciding"')[2]
        assert len(reason) > 10 and reason in deciding


def test_two_people_decide_on_the_record_itself(site: Site, tmp_path: Path) -> None:
    """Erik's mail is Björn's, who owns the record; one in Anna's name is hers alone, whoever owns it."""
    eriks = arrives(site, text="I take over")
    site.store.records.set(_owned(site), 1)
    hers = arrives(site, "In her name", "Anna <anna@acme.example>", "They are yours")
    site.store.users.set_ways(site.world.anna, "keep", "stay", shortcuts=True, undo_seconds=10)
    with served(site.app) as home, chromium(tmp_path / "profile") as first:
        assert first.browser is not None
        bjorn, anna = first.pages[0], first.browser.new_context().new_page()
        signed_in(bjorn, home, "bjorn@acme.example")
        signed_in(anna, home)
        for page in (bjorn, anna):
            page.goto(f"{home}/records/LEAD-1")
        held = "[data-key=held], .held"
        expect(bjorn.locator(held).get_by_role("link", name="Decide")).to_have_count(1)
        expect(anna.locator(held).get_by_role("link", name="Decide")).to_have_count(2)
        bjorn.get_by_role("link", name="Decide erik@other.example").click()
        expect(bjorn.locator("#deciding")).to_contain_text("I take over")
        expect(bjorn.locator("#deciding")).to_contain_text("Erik Ek <erik@other.example>")
        bjorn.get_by_role("button", name="Add to conversation").click()
        expect(bjorn).to_have_url(re.compile(r"/records/LEAD-1\?done="))
        expect(bjorn.locator(".bar[role=status]").first).to_contain_text("from the review queue")
        assert site.world.row(eriks).state == "filed"
        anna.get_by_role("link", name="Decide anna@acme.example").click()
        anna.get_by_role("button", name="Send to Karin Ek <karin@customer.example> as Anna").click()
        bar = anna.locator(".bar[role=status]").first
        expect(bar).to_contain_text("leaves in a few seconds")
        expect(anna.get_by_text("Confirmed in the review queue").first).to_be_visible()
        assert site.world.row(hers).state == "filed"
        message = next(one for one in site.world.thread("LEAD-1") if one.inbound_id == hers)
        claimed = {one.message_id for one in site.store.outbox.claim("s", site.world.clock(), 2**50, 99)}
        assert message.id not in claimed, "it waits for an undo"
        bar.get_by_role("button", name="Undo").click()
        expect(anna.locator(".bar[role=status]").first).to_contain_text("Back in the review queue")
        expect(anna).to_have_url(re.compile(r"/records/LEAD-1"))
        assert site.world.row(hers).state == "held"
        assert {site.store.outbox.state(site.world.acme, one) for one in _copies(site, message.id)} == {"cancelled"}


def _copies(site: Site, message_id: int) -> list[int]:
    return site.store.withdrawals.copies(site.world.acme, message_id)


def test_what_a_colleague_decided_meanwhile_stops_nothing(site: Site, anna: Browser, held: int) -> None:
    """Three are ticked; the second was decided by a colleague: two are done, with the way to undo them."""
    others = [arrives(site, f"Re: {number}") for number in ("Forty", "Fifty")]
    decided(site, anna, others[0], do="drop")
    form = {"csrf": anna.csrf(), "do": "spam", "mail": [str(held), str(others[0]), str(others[1]), str(held)]}
    answer = anna.post("/review/many?state=held", form)
    assert answer.status_code == 422 and "Somebody else has decided on some of these meanwhile" in answer.text
    assert "2 emails decided" in answer.text and "Undo all of them" in answer.text
    assert [site.world.row(one).why.code for one in (held, *others)] == ["review.spam", "review.dropped", "review.spam"]
    acts = re.findall(r'name="act" value="(\d+)"', answer.text)
    assert anna.post("/history/undo", {"csrf": anna.csrf(), "act": acts}).status_code == 303
    assert [site.world.row(one).state for one in (held, others[1])] == ["held", "held"]


def test_who_comes_too_late_for_one_mail_is_told_so(site: Site, anna: Browser, browser: Opens, held: int) -> None:
    late = browser()
    late.sign_in("anna@acme.example")
    csrf = late.csrf()
    decided(site, anna, held, do="drop")
    answer = late.post(f"/review/{held}/decide", {"csrf": csrf, "do": "add"})
    assert answer.status_code == 422 and "Somebody else has decided on this email meanwhile" in answer.text
    assert site.world.row(held).why.code == "review.dropped"
    assert late.get(f"/review/{held}").headers["location"] == f"/log/{held}"
    assert late.get(f"/log/{held}").status_code == 200
    others = browser()
    others.sign_in("eva@other.example")
    assert others.get(f"/review/{held}").status_code == 404
    assert others.post(f"/review/{held}/decide", {"csrf": others.csrf(), "do": "add"}).status_code == 404


@pytest.mark.parametrize("strange", ["99", "x", "", "-1", "9" * 30])
def test_what_is_nobodys_to_decide_is_found_before_anything_is_done(
    site: Site, anna: Browser, held: int, strange: str
) -> None:
    form = {"csrf": anna.csrf(), "do": "spam", "mail": [str(held), strange]}
    assert anna.post("/review/many", form).status_code == 404
    assert site.world.row(held).state == "held"


def test_one_that_is_refused_leaves_the_others_done_and_undoable(site: Site, anna: Browser, held: int) -> None:
    nowhere = site.world.deliver(site.world.mail(subject="Where?"), "nobody@elsewhere.example")
    site.store.connection.execute("update inbound set company_id = ? where id = ?", (site.world.acme, nowhere.id))
    form = {"csrf": anna.csrf(), "do": "add", "mail": [str(held), str(nowhere.id)]}
    answer = anna.post("/review/many", form)
    assert answer.status_code == 422 and site.world.row(held).state == "filed"
    assert "1 email decided" in answer.text and "Undo all of them" in answer.text


def test_several_are_undone_together_or_none_of_them(site: Site, anna: Browser, held: int) -> None:
    other = arrives(site, "Re: Other")
    form = {"csrf": anna.csrf(), "do": "spam", "mail": [str(held), str(other)]}
    acts = re.findall(r"\d+", anna.post("/review/many", form).headers["location"].partition("decided=")[2])
    assert len(acts) == 2
    # One of them is undone, and decided anew: what was decided first cannot be undone any more.
    anna.post("/history/undo", {"csrf": anna.csrf(), "act": [acts[0]]})
    decided(site, anna, held, do="add")
    answer = anna.post("/history/undo", {"csrf": anna.csrf(), "act": acts})
    assert answer.status_code == 409 and site.world.row(other).state == "discarded"


def failing(site: Site) -> None:
    """Let our own code fail on whatever mail is read from now on."""

    def unread(_raw: object) -> Message:
        raise Unread("ValueError: a fault of ours")

    state = site.app.state
    state.site = replace(state.site, installation=replace(state.site.installation, reader=unread))


@pytest.mark.parametrize("language", ["en", "sv"])
def test_a_mail_on_which_our_code_fails_is_said_on_every_page_that_reads_one(
    site: Site, anna: Browser, held: int, language: str
) -> None:
    """Pages of a mail, files that are handed in, and each decision: none of them is a page that failed."""
    site.store.line.appoint(site.world.anna)
    site.store.connection.execute("update users set language = ?", (language,))
    said = {"en": "weftmail fails on reading this email", "sv": "weftmail kan inte läsa det här mejlet"}[language]
    csrf, file = anna.csrf(), {"eml": ("a.eml", site.world.mail(), "message/rfc822")}
    failing(site)
    answers = [
        anna.get(f"/log/{held}/again"),
        anna.post("/log/mail", {"csrf": csrf}, files=file),
        anna.post("/where/mail", {"csrf": csrf, "to": "leads@acme.example"}, files=file),
        *(
            anna.post(f"/review/{held}/decide", {"csrf": csrf, "do": do, "record": "LEAD-1", "opens": "lead"})
            for do in ("add", "note", "open", "file")
        ),
    ]
    assert [one.status_code for one in answers] == [422] * len(answers)
    assert [said in one.text for one in answers] == [True] * len(answers)
    assert site.world.row(held).state == "held"
