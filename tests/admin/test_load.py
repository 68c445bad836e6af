"""What a page costs of a record that is large in any way: counted in bytes, rows and entries, not by the clock."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.admin.conftest import Browser, Site
from weftmail.admin.thread import SHOWN, WORDS
from weftmail.flow.post import Draft, DraftFile, post
from weftmail.flow.thread import PER_PAGE
from weftmail.store.message import NewMessage
from weftmail.store.thread import BUDGET

LEAD = "/records/LEAD-1"
PAGE = 600_000
"""Bytes of a page of fifty short messages; the markup of one is some 2 KB."""


def add(site: Site, text: str, html: str = "", times: int = 1) -> None:
    """Let a colleague have written this on LEAD-1."""
    record = site.world.record("LEAD-1")
    with site.store.transaction():
        for number in range(times):
            new = NewMessage(
                company_id=record.company_id, record_id=record.id, kind="note", public=False, author_name="Anna",
                author_address="anna@acme.example", subject="", text=text, html=html, reply_text=text,
                rfc_message_id=f"<{number}@acme.example>", content_hash=f"{number}{len(text)}", written_at=1,
                author_user_id=site.world.anna,
            )  # fmt: skip
            site.store.messages.add(new, 1)


def shown(page: str) -> list[int]:
    """Return the numbers of the messages on a page."""
    return [int(one) for one in re.findall(r'id="m(\d+)"', page)]


def all_read(site: Site) -> None:
    site.store.read_state.read(site.world.acme, site.world.anna, [site.world.record("LEAD-1").id])


def test_of_five_thousand_messages_the_newest_fifty_are_shown(site: Site, anna: Browser) -> None:
    add(site, "Hello", times=5000)
    assert shown(anna.get(LEAD).text)[0] == 1, "it opens at the first that is unread"
    all_read(site)
    page = anna.get(LEAD).text
    assert shown(page) == list(range(4952, 5002)) and len(shown(page)) == PER_PAGE
    assert len(page) < PAGE and "4951 earlier messages" in page
    earlier = anna.get(f"{LEAD}?before=4952").text
    assert shown(earlier) == list(range(4902, 4952)) and len(earlier) < PAGE


def test_words_of_thirty_six_megabytes_are_cut_and_can_be_had(site: Site, anna: Browser) -> None:
    text = "\n".join(f"Line {number} of a long mail åäö" for number in range(1_200_000))
    site.world.deliver(site.world.mail(text=text[:36_000_000], subject="Long"), "leads@acme.example")
    page = anna.get("/records/LEAD-2").text
    assert len(page.encode()) < PAGE and page.count("Line 1 of a long mail") == 1
    said = re.search(r'<div class="said"[^>]*>(.*?)</div>', page, re.S)
    assert said is not None and WORDS - 4 <= len(said[1].encode()) <= WORDS
    assert "The text is long and not shown to its end." in page
    whole = anna.get("/records/LEAD-2/1/text")
    assert len(whole.content) > 1_000_000 and whole.text.startswith("Line 0 of a long mail")
    assert (
        "attachment" in whole.headers["content-disposition"] and "sandbox" in whole.headers["content-security-policy"]
    )
    assert whole.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    "text",
    ["x" * 300_000, "New\n\n> " + "quoted " * 60_000, "a\n> b\n" * 40_000, "å" * 100_000, "https://a.example/" * 9000],
    ids=["words", "quoted", "scattered", "beyond ascii", "links"],
)
def test_fifty_long_messages_are_a_page_of_bounded_size(site: Site, anna: Browser, text: str) -> None:
    add(site, text, html="<p>a</p>" * 9000, times=50)
    assert len(anna.get(LEAD).text.encode()) < PAGE + PER_PAGE * 8 * WORDS, "the page of what is unread"
    all_read(site)
    page = anna.get(LEAD).text
    on_it = shown(page)
    assert on_it and sum(len(text) * 2 + 72_000 for _ in on_it) <= BUDGET + len(text) * 2 + 72_000
    assert len(page.encode()) < PAGE + len(on_it) * 8 * WORDS
    assert page.count("Download the whole text") == len([one for one in on_it if one > 1])
    # What is not on it can be reached.
    if min(on_it) > 1:
        assert max(shown(anna.get(f"{LEAD}?before={min(on_it)}").text)) == min(on_it) - 1


def test_a_short_message_is_shown_whole_and_without_a_link(site: Site, anna: Browser) -> None:
    add(site, "x" * (WORDS - 1))
    page = anna.get(LEAD).text
    assert "x" * (WORDS - 1) in page and "Download the whole text" not in page
    assert anna.get(f"{LEAD}/2/text").text == "x" * (WORDS - 1)


def test_three_thousand_held_mails_are_counted_and_five_are_named(site: Site, anna: Browser) -> None:
    first = site.world.thread("LEAD-1")[0].rfc_message_id
    site.world.deliver(site.world.mail("eve0@evil.example", references=[first]), "leads@acme.example")
    site.store.connection.execute(
        "insert into inbound (company_id, blob_id, entrance, sender, recipient, original_recipient, queue_id,"
        " client_address, state, from_address, record_id, reason, accepted_at)"
        " with recursive number (n) as (select 1 union all select n + 1 from number where n < 2999)"
        " select company_id, blob_id, entrance, sender, recipient, original_recipient, queue_id, client_address, state,"
        " 'eve' || n || '@evil.example', record_id, reason, accepted_at from inbound, number where state = 'held'"
    )
    page = anna.get(LEAD).text
    assert "3000 messages held for review" in page
    assert len(set(re.findall(r"eve\d+@evil.example", page))) == 5 and len(page) < PAGE
    assert len(site.store.threads.held(site.world.acme, site.world.record("LEAD-1").id)) == 100


def test_a_thousand_files_and_a_thousand_people_are_listed_in_part(site: Site, anna: Browser) -> None:
    record, author = site.world.record("LEAD-1"), site.store.users.get(site.world.anna)
    assert author is not None
    files = [DraftFile(f"{number}.txt", "text/plain", b"%d" % number) for number in range(200)]
    people = [f"p{number}@other.example" for number in range(200)]
    post(site.store, site.installation, record, author, Draft(text="Hello", files=files, to=people))
    page = anna.get(LEAD).text
    assert f"{200 - SHOWN} more files are in the source." in page and len(page) < PAGE
    assert len(re.findall(r"/files/\d+\"", page)) == 2 * SHOWN and "and 150 more" in page
    assert anna.get(f"{LEAD}/2/files/200").content == b"199"


def test_a_page_of_much_keeps_nobody_elses_waiting(site: Site, anna: Browser) -> None:
    """The pool has four threads: as many large pages at once leave none that is not answered."""
    add(site, "x" * 300_000, times=50)
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: anna.get(LEAD).status_code, range(16)))
    assert answers == [200] * 16
