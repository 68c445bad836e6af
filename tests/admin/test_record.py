"""The record page: what stands there, what is written there, and that those who are listed are those who get it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

import pytest

from tests.admin.conftest import Browser, Site
from tests.unit.world import ERIK
from weftmail.admin.words import JOINED
from weftmail.core.wording.phrase import Phrase
from weftmail.core.wording.sentences import say
from weftmail.flow.post import Draft, post
from weftmail.flow.reading import read
from weftmail.store.record import NewParticipant, NewRecord

Opens = Callable[[], Browser]
LEAD = "/records/LEAD-1"
WRITE = "/records/LEAD-1/write"


def notified(site: Site, label: str = "LEAD-1") -> set[tuple[str, str]]:
    """Return name and channel of everybody who was told of the newest message."""
    last = site.world.thread(label)[-1]
    return {(one.name, one.channel) for one in site.store.messages.deliveries(site.world.acme, last.id)}


def listed(page: str) -> set[tuple[str, str]]:
    """Return name and channel of everybody whom the composer lists."""
    inside = re.search(r"Also notifies</span>(.*?)</p>", page, re.S)
    assert inside is not None
    colleagues = re.findall(r'(\w+) <span class="kind">(email|inbox)</span>', inside[1])
    outside = re.findall(r"checked> <span><bdi>([^<]+?)(?: &lt;[^<]*&gt;)?</bdi>", page)
    return set(colleagues) | {(one, "email") for one in outside}


def test_the_page_shows_fields_people_and_the_mail(anna: Browser) -> None:
    page = anna.get(LEAD).text
    for text in (
        "Quote for 40 chairs", "Could you do 40 chairs?", "✓ Signed by customer.example", "leads@acme.example",
        "Participants", "karin@customer.example", "Followers", "Why is this here?", "Received at",
        "<code>WEFTMAIL_CONFIG=var/weftmail.toml bin/mail-admin record show LEAD-1 --company Acme</code>",
        "Demo:", "Also notifies", "Anna via Acme &lt;leads@acme.example&gt;",
    ):  # fmt: skip
        assert text in page
    assert re.search(r'class="matched"><span class="rule">', page)


def test_why_is_this_here_leads_to_the_path_of_the_mail(site: Site, anna: Browser) -> None:
    late = "from desk.example by mail.customer.example; Mon, 23 Nov 2026 09:58:00 +0000"
    site.world.deliver(site.world.mail(headers=[("Received", late)]), "leads@acme.example")
    assert 'href="/records/LEAD-2/1/path"' in anna.get("/records/LEAD-2").text
    page = anna.get("/records/LEAD-2/1/path").text
    assert "mail-admin inbound show 2" in page
    rows = re.findall(r"<td><bdi>(.*?)</bdi></td>\s*<td><bdi>(.*?)</bdi></td>", page)
    assert rows == [
        ("mail.customer.example", "desk.example"),
        ("mx1.acme.example", "client.example (client.example [192.0.2.9])"),
        ("weftmail", "mx1.acme.example"),
    ]
    assert "<td>2 min 1 s</td>" in page and 'value="121000"' in page
    assert "clock of a server is wrong" not in page


def test_a_clock_that_is_wrong_is_said_to_be(site: Site, anna: Browser) -> None:
    ahead = "from desk.example by mail.customer.example; Mon, 23 Nov 2026 10:00:21 +0000"
    site.world.deliver(site.world.mail(headers=[("Received", ahead)]), "leads@acme.example")
    page = anna.get("/records/LEAD-2/1/path").text
    assert "▲ -20 s" in page and "clock of a server is wrong" in page


def test_what_was_written_here_has_no_path(site: Site, anna: Browser) -> None:
    user = site.store.users.get(site.world.anna)
    assert user is not None
    post(site.store, site.installation, site.world.record("LEAD-1"), user, Draft(text="Inside", note=True))
    assert anna.get("/records/LEAD-1/2/path").status_code == 404


def test_who_is_not_verified_is_marked_so_and_never_hidden(site: Site, anna: Browser) -> None:
    world = site.world
    world.deliver(world.mail(subject="Unsigned"), "support@acme.example")
    page = anna.get("/records/TICKET-1").text
    assert "○ Sender not verified<" in page and "✓ Signed" not in page


def test_quotes_are_folded_and_the_review_queue_is_named(site: Site, anna: Browser) -> None:
    world = site.world
    first = world.thread("LEAD-1")[0].rfc_message_id
    text = "Make it 38.\n\nOn Mon, 23 Nov 2026 at 10:00, Anna <anna@acme.example> wrote:\n> one\n> two\n"
    world.deliver(world.mail(text=text, references=[first], subject="Re: Quote for 40 chairs"), "leads@acme.example")
    world.deliver(world.mail(author=ERIK, references=[first]), "leads@acme.example")
    page = anna.get(LEAD).text
    assert page.count("Make it 38.") == 1
    assert "<summary>Show quoted text</summary>" in page and "Show whole message" not in page
    assert re.search(r'<div class="said whole" dir="auto">On Mon, 23 Nov [^<]*wrote:\n&gt; one\n&gt; two</div>', page)
    assert "▲ 1 message held for review" in page and "erik@other.example" in page


def test_words_between_quotes_are_shown_with_the_whole_mail_to_open(site: Site, anna: Browser) -> None:
    world = site.world
    first = world.thread("LEAD-1")[0].rfc_message_id
    text = "> forty?\nMake it 38.\n> on Monday?\nOn Tuesday.\n"
    world.deliver(world.mail(text=text, references=[first], subject="Re: Quote for 40 chairs"), "leads@acme.example")
    page = anna.get(LEAD).text
    assert "<summary>Show whole message</summary>" in page and "Show quoted" not in page
    assert "&gt; forty?\nMake it 38.\n&gt; on Monday?\nOn Tuesday.\n</div>" in page


def test_the_page_says_how_somebody_came_into_the_conversation(site: Site, anna: Browser) -> None:
    assert "<bdi>Karin Ek &lt;karin@customer.example&gt;</bdi>" in anna.get(LEAD).text
    anna.post(WRITE, {**anna.form(LEAD), "text": "Hello", "to_more": "erik@other.example", "cc_more": "x@y.example"})
    page = anna.get(LEAD).text
    for address, how in (("erik@other.example", "addressed in To"), ("x@y.example", "copied in Cc")):
        assert re.search(rf"<bdi>{address}</bdi>\s*<span class=\"dim\">{how}<", page)
    assert {say(one) for one in JOINED.values()} == {
        "started this conversation",
        "addressed in To",
        "copied in Cc",
        "added by a colleague",
    }


def test_a_message_goes_to_those_who_are_listed(site: Site, anna: Browser) -> None:
    site.store.records.follow(site.world.acme, site.world.record("LEAD-1").id, site.world.bjorn, 1)
    before = listed(anna.get(LEAD).text)
    answer = anna.post(WRITE, {**anna.form(LEAD), "text": "Yes.\r\n\r\n<b>38</b>"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/records/LEAD-1#m2")
    message = site.world.thread("LEAD-1")[-1]
    assert (message.kind, message.text, message.public) == ("post", "Yes.\n\n<b>38</b>", True)
    assert notified(site) == before == {("Björn", "inbox"), ("Karin Ek", "email")}
    assert site.sender.woken == 1
    page = anna.get(LEAD).text
    assert "&lt;b&gt;38&lt;/b&gt;" in page and "○ Karin Ek &lt;karin@customer.example&gt;: Waiting to be sent" in page


def test_a_note_stays_inside_whoever_is_ticked(site: Site, anna: Browser) -> None:
    form = {**anna.form(LEAD), "text": "Careful.", "kind": "note", "to_more": "erik@other.example"}
    assert anna.post(WRITE, form).status_code == 303
    message = site.world.thread("LEAD-1")[-1]
    assert (message.kind, message.public) == ("note", False)
    assert notified(site) == set()
    assert "Internal note" in anna.get(LEAD).text


def test_somebody_unticked_gets_nothing_and_somebody_added_gets_it(site: Site, anna: Browser) -> None:
    form = {
        **anna.form(LEAD),
        "to": [],
        "to_more": '"Ek, Erik" <erik@other.example>',
        "cc_more": "x@y.example; z@y.example",
    }
    looked = anna.post(WRITE, {**form, "kind": "look", "text": "Hello"})
    assert looked.status_code == 200 and len(site.world.thread("LEAD-1")) == 1
    assert listed(looked.text) == {("Ek, Erik", "email"), ("x@y.example", "email"), ("z@y.example", "email")}
    assert ">Hello</textarea>" in looked.text.replace("\n", "")
    assert anna.post(WRITE, {**form, "text": "Hello"}).status_code == 303
    message = site.world.thread("LEAD-1")[-1]
    assert [(one.field, one.address) for one in site.store.messages.addressed(site.world.acme, message.id)] == [
        ("to", "erik@other.example"), ("cc", "x@y.example"), ("cc", "z@y.example"),
    ]  # fmt: skip
    # Karin was unticked, and stands there to be ticked again.
    assert 'value="&#34;Karin Ek&#34; &lt;karin@customer.example&gt;">' in anna.get(LEAD).text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"text": "  \n"}, "Write a message or attach a file"),
        ({"to": []}, "Add a recipient, or log an internal note"),
        ({"to_more": "no address"}, "enter one such as name@example.com"),
        ({"cc_more": "-x@y.example"}, "begins with a hyphen"),
        ({"to_more": "bjorn@acme.example"}, "is a colleague"),
        ({"to_more": "leads@acme.example"}, "is one of your own addresses"),
    ],
)
def test_an_error_stands_beside_its_field_and_nothing_is_lost(
    site: Site, anna: Browser, changes: dict[str, object], error: str
) -> None:
    answer = anna.post(WRITE, {**anna.form(LEAD), "text": "My words", **changes})
    assert answer.status_code == 422
    assert re.search(rf'class="error" id="\w+-wrong">✕ [^<]*{re.escape(error)}', answer.text)
    assert "aria-invalid" in answer.text
    assert changes.get("text") or "My words" in answer.text
    assert len(site.world.thread("LEAD-1")) == 1 and site.sender.woken == 0


def test_what_is_no_address_stays_in_its_box_to_be_mended(site: Site, anna: Browser) -> None:
    assert 'name="to_more" type="text" inputmode="email" value=""' in anna.get(LEAD).text
    form = {**anna.form(LEAD), "text": "My words", "to_more": "erik@other.example, erik(at)other", "cc_more": "<b@"}
    for kind, status in (("message", 422), ("look", 200), ("note", 422)):
        page = anna.post(WRITE, {**form, "kind": kind})
        assert page.status_code == status
        assert 'name="to_more" type="text" inputmode="email" value="erik(at)other"' in page.text
        assert 'name="cc_more" type="text" inputmode="email" value="&lt;b@"' in page.text
        assert ("erik@other.example", "email") in listed(page.text)
    assert len(site.world.thread("LEAD-1")) == 1


def test_when_who_is_told_has_changed_it_is_shown_before_it_is_sent(site: Site, anna: Browser) -> None:
    form = {**anna.form(LEAD), "text": "Hello"}
    site.store.records.follow(site.world.acme, site.world.record("LEAD-1").id, site.world.bjorn, 1)
    for kind in ("message", "note"):
        answer = anna.post(WRITE, {**form, "kind": kind})
        assert answer.status_code == 422 and "Who is notified has changed" in answer.text
    assert ("Björn", "inbox") in listed(answer.text)
    assert len(site.world.thread("LEAD-1")) == 1


def test_when_somebody_wrote_meanwhile_it_is_said_once(site: Site, anna: Browser) -> None:
    form = {**anna.form(LEAD), "text": "Hello"}
    bjorn = site.store.users.get(site.world.bjorn)
    assert bjorn is not None
    post(site.store, site.installation, site.world.record("LEAD-1"), bjorn, Draft(text="I answered already"))
    answer = anna.post(WRITE, form)
    assert answer.status_code == 422 and "Somebody wrote while you were writing" in answer.text
    seen = re.search(r'name="seen" value="([^"]+)"', answer.text)
    assert seen is not None
    assert anna.post(WRITE, {**form, "seen": seen[1]}).status_code == 303


def test_files_go_along_and_come_back_as_downloads(site: Site, anna: Browser) -> None:
    form = {**anna.form(LEAD), "text": "", "wordless": "yes"}
    files = [
        ("files", ("../räkning\u202efdp.exe", b"MZ", "application/pdf; x")),
        ("files", ("page.html", b"<script>alert(1)</script>", "text/html")),
        ("files", ("plan.pdf", b"%PDF-1.4", "application/pdf")),
    ]
    assert anna.post(WRITE, form, files=files).status_code == 303
    names, types = [], []
    for number in (1, 2, 3):
        answer = anna.get(f"/records/LEAD-1/2/files/{number}")
        names.append(answer.headers["content-disposition"])
        types.append(answer.headers["content-type"])
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"].startswith("sandbox")
    assert names[1:] == ['attachment; filename="page.html"', 'attachment; filename="plan.pdf"']
    assert names[0] == "attachment; filename=\"_r_kning_fdp.exe\"; filename*=UTF-8''_r%C3%A4kning_fdp.exe"
    assert types == ["application/octet-stream", "application/octet-stream", "application/pdf"]
    assert anna.get("/records/LEAD-1/2/files/2").content == b"<script>alert(1)</script>"
    for nothing in ("/records/LEAD-1/2/files/4", "/records/LEAD-1/2/files/0", "/records/LEAD-1/9/files/1"):
        assert anna.get(nothing).status_code == 404


def test_a_large_file_comes_back_whole(site: Site, anna: Browser) -> None:
    content = bytes(range(256)) * 10_000
    files = [("files", ("big.bin", content, "application/octet-stream"))]
    assert anna.post(WRITE, {**anna.form(LEAD), "text": "Big"}, files=files).status_code == 303
    answer = anna.get("/records/LEAD-1/2/files/1")
    assert answer.headers["content-length"] == str(len(content)) and answer.content == content


def test_the_source_is_what_came_byte_for_byte(site: Site, anna: Browser) -> None:
    answer = anna.get("/records/LEAD-1/1/source")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == 'attachment; filename="LEAD-1-1.eml"'
    assert read(answer.content).subject == "Quote for 40 chairs"
    anna.post(WRITE, {**anna.form(LEAD), "text": "Mine"})
    assert anna.get("/records/LEAD-1/2/source").status_code == 404
    assert anna.get("/records/LEAD-1/2/html").status_code == 404


def test_a_reader_reads_and_does_not_write(site: Site, browser: Opens) -> None:
    rolf = browser()
    rolf.sign_in("rolf@acme.example")
    page = rolf.get(LEAD).text
    assert "Could you do 40 chairs?" in page and "<textarea" not in page
    answer = rolf.post(WRITE, {"csrf": rolf.csrf(), "kind": "note", "text": "x"})
    assert answer.status_code == 403 and len(site.world.thread("LEAD-1")) == 1


def test_reading_a_record_reads_what_the_inbox_told_of_it(site: Site, browser: Opens, anna: Browser) -> None:
    site.store.records.follow(site.world.acme, site.world.record("LEAD-1").id, site.world.bjorn, 1)
    anna.post(WRITE, {**anna.form(LEAD), "text": "For Björn"})
    says, record = Phrase("notice.held", {"record": "LEAD-1"}), site.world.record("LEAD-1")
    site.store.inbox.notify(site.world.acme, [site.world.bjorn], says, site.world.clock(), record_id=record.id)
    bjorn = browser()
    bjorn.sign_in("bjorn@acme.example")
    inbox = bjorn.get("/inbox").text
    assert '<span class="count">2</span>' in inbox and "was held on LEAD-1" in inbox and "2 entries" in inbox
    assert '<span class="count">2</span>' in bjorn.get("/inbox").text
    bjorn.get(LEAD, headers={"sec-purpose": "prefetch"})
    assert site.store.inbox.unread(site.world.acme, site.world.bjorn) == 2
    bjorn.get(LEAD)
    assert site.store.inbox.unread(site.world.acme, site.world.bjorn) == 0
    assert "● Björn: Read" in anna.get(LEAD).text


def test_a_record_that_came_from_nobody_can_be_written_on_all_the_same(site: Site, anna: Browser) -> None:
    opened = site.store.records.open(NewRecord(site.world.acme, "task", "Call Karin"), site.world.clock())
    page = anna.get(f"/records/{opened.label}").text
    assert "Nobody has written yet" in page and "Nobody outside." in page
    form = {**anna.form(f"/records/{opened.label}"), "text": "First", "to_more": "karin@customer.example"}
    assert anna.post(f"/records/{opened.label}/write", form).status_code == 303


def test_a_company_without_a_domain_reads_and_is_told_why_it_cannot_write(site: Site, browser: Opens) -> None:
    company = site.store.companies.add("Third", 1)
    site.store.users.join(company, site.eva, "agent")
    opened = site.store.records.open(NewRecord(company, "task", "Think"), site.world.clock())
    eva = browser()
    eva.sign_in("eva@other.example")
    path = f"/records/{opened.label}?company={company}"
    assert "Third has no domain to write from" in eva.get(path).text
    form = {**eva.form(path), "text": "Hello", "to_more": "karin@customer.example"}
    answer = eva.post(f"/records/{opened.label}/write?company={company}", form)
    assert answer.status_code == 422 and "no domain to write from" in answer.text


def test_a_post_with_html_is_shown_as_html(site: Site, anna: Browser) -> None:
    user = site.store.users.get(site.world.anna)
    assert user is not None
    post(site.store, site.installation, site.world.record("LEAD-1"), user, Draft(html="<p>Yes, <b>38</b></p>"))
    page = anna.get(LEAD).text
    assert 'src="/records/LEAD-1/2/html"' in page and "<summary>Show as plain text</summary>" in page
    assert "<b>38</b>" in anna.get("/records/LEAD-1/2/html").text


def test_the_list_has_pages(site: Site, anna: Browser) -> None:
    for number in range(35):
        site.world.deliver(site.world.mail(subject=f"Subject {number}"), "support@acme.example")
    first = anna.get("/records").text
    assert "36 records<" in first and "TICKET-35<" in first and "TICKET-5<" not in first
    assert ">Previous<" not in first
    (older,) = re.findall(r'rel="next" href="([^"]+)"', first)
    # What changes meanwhile moves to the top; the place from which one reads on stays.
    site.store.records.heard(site.world.acme, site.world.record("TICKET-20").id, 1, "inside", site.world.clock())
    second = anna.get(older).text
    assert re.findall(r'class="label" href="/records/([A-Z]+-\d+)[?"]', second) == [
        "TICKET-5", "TICKET-4", "TICKET-3", "TICKET-2", "TICKET-1", "LEAD-1",
    ]  # fmt: skip
    assert ">Next<" not in second
    (newer,) = re.findall(r'rel="prev" href="([^"]+)"', second)
    back = re.findall(r'class="label" href="/records/([A-Z]+-\d+)[?"]', anna.get(newer).text)
    assert back[0] == "TICKET-20" and back[-1] == "TICKET-6" and len(back) == 30
    for odd in ("0", "99-", "x-LEAD-1", "-1", "9" * 30, "²-LEAD-1", "5-LEAD-99", "5-LEAD-1"):
        for name in ("older", "newer"):
            assert anna.get("/records", params={name: odd}).status_code == 200
    assert anna.get("/").headers["location"] == "/records"


def numbers(page: str) -> list[int]:
    """Return which messages of a record stand on a page."""
    return [int(one) for one in re.findall(r'<li class="entry \w+" id="m(\d+)"', page)]


def test_a_long_conversation_comes_in_pages(site: Site, anna: Browser) -> None:
    user = site.store.users.get(site.world.anna)
    assert user is not None
    for number in range(2, 121):
        post(site.store, site.installation, site.world.record("LEAD-1"), user, Draft(text=f"Text {number}", note=True))
    newest = anna.get(LEAD).text
    assert numbers(newest) == list(range(71, 121)) and "70 earlier messages" in newest and "Show later" not in newest
    (earlier,) = re.findall(r'href="([^"]+)">Show earlier<', newest)
    middle = anna.get(earlier).text
    assert numbers(middle) == list(range(21, 71))
    assert "20 earlier messages" in middle and "50 later messages" in middle and 'name="text"' not in middle
    assert f'data-at="{earlier}"' in middle
    (earliest,) = re.findall(r'href="([^"]+)">Show earlier<', middle)
    assert numbers(anna.get(earliest).text) == list(range(1, 21))
    (later,) = re.findall(r'href="([^"]+)">Show later<', middle)
    assert numbers(anna.get(later).text) == list(range(71, 121))
    for odd in ("0", "x", "²", "9" * 30, "121", ""):
        assert numbers(anna.get(LEAD, params={"before": odd}).text) == list(range(71, 121))


def test_the_inbox_comes_in_pages(site: Site, anna: Browser) -> None:
    for number in range(60):
        site.store.inbox.notify(
            site.world.acme, [site.world.anna], Phrase("notice.held", {"record": f"N-{number}."}), 5
        )
    first = anna.get("/inbox").text
    # The record that was opened before is the newest of all, and a row of its own.
    assert first.count("N-") == 49 and "N-59." in first and "N-10." not in first
    (earlier,) = re.findall(r'href="([^"]+)">Show earlier<', first)
    second = anna.get(earlier).text
    assert second.count("N-") == 11 and "N-10." in second and "Show earlier" not in second
    assert anna.get("/inbox?before=x.1").status_code == 200


def test_each_file_is_shown_with_its_sha256(site: Site, anna: Browser) -> None:
    files = [("files", ("plan.pdf", b"%PDF-1.4", "application/pdf"))]
    assert anna.post(WRITE, {**anna.form(LEAD), "text": "Plan"}, files=files).status_code == 303
    assert anna.get(LEAD).text.count(f"<code>{sha256(b'%PDF-1.4').hexdigest()}</code>") == 1


def test_what_is_sent_bears_its_queue_id(site: Site, anna: Browser) -> None:
    anna.post(WRITE, {**anna.form(LEAD), "text": "Hello"})
    (waiting,) = [one for one in [one.row for one in site.store.listings.outbox()] if one.audience == "outsider"]
    answer = "250 2.0.0 Ok: queued as 4bXkQ12z"
    site.store.outbox.settle_delivery(
        site.world.acme, waiting.id, "karin@customer.example", "sent", answer, site.world.clock()
    )
    page = anna.get(LEAD).text
    assert (
        "● Karin Ek &lt;karin@customer.example&gt;: Sent<" in page
        and "Accepted by your mail server, queue id 4bXkQ12z" in page
    )


@pytest.mark.parametrize(
    ("result", "mark"),
    [("dkim=fail", "▲ Sender not verified: DKIM failed"), ("dkim=none", "○ Sender not verified")],
)
def test_a_sender_is_suspected_only_after_a_check_that_failed(
    site: Site, anna: Browser, result: str, mark: str
) -> None:
    raw = site.world.mail(subject="Checked", verified=True).replace(b"dkim=pass", result.encode())
    site.world.deliver(raw, "support@acme.example")
    assert f"{mark}</span>" in anna.get("/records/TICKET-1").text


def test_an_answer_by_post_and_a_bounce_show_how_far_it_got(site: Site, anna: Browser) -> None:
    anna.post(WRITE, {**anna.form(LEAD), "text": "Hello"})
    (waiting,) = [one for one in [one.row for one in site.store.listings.outbox()] if one.audience == "outsider"]
    site.store.outbox.settle_delivery(
        site.world.acme, waiting.id, "karin@customer.example", "failed", "550 no such user <x>", 9
    )
    page = anna.get(LEAD).text
    assert (
        "✕ Karin Ek &lt;karin@customer.example&gt;: Failed<" in page
        and '<bdi class="answer">550 no such user &lt;x&gt;</bdi>' in page
    )


def test_a_user_of_two_companies_sees_one_at_a_time(site: Site, anna: Browser) -> None:
    site.store.users.join(site.other, site.world.anna, "agent")
    world = site.world
    page = anna.get("/records").text
    assert "/records/LEAD-1?list=&amp;company=1" in page and f"/records?company={site.other}" in page
    assert "0 records" in anna.get(f"/records?company={site.other}").text
    assert anna.get(f"/records/LEAD-1?company={site.other}").status_code == 404
    assert "mail-admin record show LEAD-1 --company Acme<" in anna.get(LEAD).text
    assert "mail-admin user show anna@acme.example</code>" in anna.get("/inbox").text
    answer = anna.post(f"{WRITE}?company={world.acme}", {**anna.form(LEAD), "text": "Hello"})
    assert answer.headers["location"] == f"/records/LEAD-1?company={world.acme}#m2"


def test_who_belongs_nowhere_is_told_so(site: Site, anna: Browser) -> None:
    user = site.store.users.get(site.world.anna)
    assert user is not None and replace(user).name == "Anna"
    site.store.users.leave(site.world.acme, site.world.anna)
    answer = anna.get("/records")
    assert answer.status_code == 403 and "not a member of any company" in answer.text


def test_a_name_from_outside_stands_beside_its_address(site: Site, anna: Browser) -> None:
    """On the record, in its composer, in the list and in the inbox: whoever it is called after."""
    mail = site.world.mail("Anna <ab@evil.example>", verified=True, headers=[("Cc", "Bo <bo@other.example>")])
    site.world.deliver(mail, "leads@acme.example")
    shown = "<bdi>Anna &lt;ab@evil.example&gt;</bdi>"
    parted = (
        '<bdi title="Anna &lt;ab@evil.example&gt;">Anna <span class="address">&lt;ab<wbr>@evil.example&gt;</span></bdi>'
    )
    page = anna.get("/records/LEAD-2").text
    assert f"<strong>{shown}</strong>" in page and f"checked> <span>{shown}" in page and f"<dd>{parted}</dd>" in page
    assert f"<li>{shown}" in page and "<bdi>Bo &lt;bo@other.example&gt;</bdi>" in page
    assert f'<td class="wide customer">{parted}</td>' in anna.get("/records").text
    assert shown in anna.get("/records/LEAD-2/1/path").text
    followers = re.search(r'data-key="followers".*?</ul>', page, re.S)
    assert followers is not None and "<li>Anna <" in followers[0]


def test_the_customer_of_a_record_opened_by_hand_is_proposed(site: Site, anna: Browser) -> None:
    world = site.world
    karin = site.store.contacts.add(world.acme, "Karin Ek", "karin@customer.example", 1)
    new = NewRecord(world.acme, "task", "Call Karin", customer_id=karin)
    opened = site.store.records.open(new, world.clock())
    site.store.records.add_participants(opened, [NewParticipant(karin, "added")], world.clock())
    form = anna.form(f"/records/{opened.label}")
    assert "karin@customer.example" in f"{form.get('to')}"
    assert anna.post(f"/records/{opened.label}/write", {**form, "text": "Hello"}).status_code == 303
    copies = [one for one in site.store.listings.outbox(world.acme) if one.row.record == opened.label]
    assert [one.addresses for one in copies] == [("karin@customer.example",)]


@pytest.mark.parametrize(("language", "leave", "join"), [("en", "Unfollow", "Follow"), ("sv", "Sluta följa", "Följ")])
def test_a_colleague_leaves_a_record_and_follows_it_again(
    site: Site, anna: Browser, language: str, leave: str, join: str
) -> None:
    user = site.store.users.get(site.world.anna)
    assert user is not None
    site.store.users.set(replace(user, language=language))
    record = site.world.record("LEAD-1")

    def follows() -> bool:
        return site.world.anna in {one.user_id for one in site.store.records.followers(record.company_id, record.id)}

    assert follows() and f">{leave}</button>" in anna.get("/records/LEAD-1").text
    answer = anna.post("/records/LEAD-1/unfollow", {"csrf": anna.csrf()})
    page = anna.get(answer.headers["location"]).text
    assert not follows() and f">{join}</button>" in page and 'class="bar"' in page
    assert anna.post("/records/LEAD-1/unfollow", {"csrf": anna.csrf()}).status_code == 303
    anna.post("/records/LEAD-1/follow", {"csrf": anna.csrf()})
    assert follows()
