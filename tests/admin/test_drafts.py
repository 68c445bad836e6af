"""Drafts that nothing loses, Send that can be undone, and messages that leave at a time, as the pages have them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.admin.chromium import chromium, served, two_chromiums, typed_words
from tests.admin.conftest import Browser, Site
from tests.admin.test_composer import shown
from weftmail.flow.due.runner import Runner
from weftmail.flow.post import Draft, post
from weftmail.flow.written import Written
from weftmail.store.people import User

LEAD, WRITE, DRAFT = "/records/LEAD-1", "/records/LEAD-1/write", "/records/LEAD-1/draft"
KARIN = "karin@customer.example"


def drafts(site: Site, user: int | None = None) -> list[Any]:
    return site.store.drafts.of_record(site.world.acme, site.world.record("LEAD-1").id, user or site.world.anna)


def waits(site: Site, seconds: int = 10) -> None:
    site.store.users.set_ways(site.world.anna, "keep", "stay", shortcuts=True, undo_seconds=seconds)


def passes(site: Site, seconds: float) -> None:
    site.world.clock.now += int(seconds * 1000)
    runner = Runner(site.store, site.installation, "a test")
    while runner.round():
        pass


def text_of(page: str) -> str:
    found = re.search(r'<textarea id="text"[^>]*>\n?(.*?)</textarea>', page, re.S)
    assert found is not None
    return found[1].strip()


def posts(site: Site) -> list[str]:
    return [one.text for one in site.world.thread("LEAD-1") if one.kind == "post"]


def test_a_draft_is_there_on_another_machine_with_all_that_stood_in_the_form(
    site: Site, anna: Browser, browser: Callable[[], Browser]
) -> None:
    form = {**anna.form(LEAD), "tab": "message", "text": "Half a w", "subject": "Other", "cc_more": "x@y.example"}
    kept = anna.post(DRAFT, form, files={"files": ("plan.txt", b"A plan.", "text/plain")}).json()
    assert kept["draft"] and kept["files"][0][1:4] == ["plan.txt", "7 bytes", 7] and kept["kept"]
    other = browser()
    other.sign_in("anna@acme.example")
    page = other.get(LEAD).text
    assert text_of(page) == "Half a w" and shown(page, "subject") == "Other" and 'value="x@y.example" checked' in page
    assert "plan.txt" in page and "Draft kept" in page
    tab = re.search(r"<a [^>]*only=drafts[^>]*>(.*?)</a>", other.get("/records").text, re.S)
    assert tab is not None and re.sub(r"<[^>]+>|\s", "", tab[1]).startswith("Drafts1")
    assert "LEAD-1" in other.get("/records?only=drafts").text
    # It is nobody else's.
    bjorn = browser()
    bjorn.sign_in("bjorn@acme.example")
    assert text_of(bjorn.get(LEAD).text) == "" and "Half a w" not in bjorn.get(LEAD).text


def test_a_note_and_a_message_are_two_drafts_and_either_is_found(site: Site, anna: Browser) -> None:
    form = anna.form(LEAD)
    anna.post(DRAFT, {**form, "kind": "", "tab": "message", "text": "To Karin"})
    anna.post(DRAFT, {**form, "kind": "", "tab": "note", "text": "To Björn"})
    assert sorted(one.kind for one in drafts(site)) == ["message", "note"]
    assert text_of(anna.get(LEAD).text) == "To Björn" and "Your unsent message" in anna.get(LEAD).text
    assert text_of(anna.get(f"{LEAD}?draft=message").text) == "To Karin"
    # Words of the one that are made the other kind do not overwrite that: both stay, until somebody chooses.
    form = anna.form(f"{LEAD}?draft=message")
    asked = anna.post(DRAFT, {**form, "kind": "", "tab": "note", "text": "To all"})
    assert asked.status_code == 409
    assert {(one.kind, Written.from_json(one.body).text) for one in drafts(site)} == {
        ("note", "To Björn"),
        ("message", "To Karin"),
    }
    # Where there is no other one, the same words are one draft.
    anna.post(WRITE, {**anna.form(f"{LEAD}?draft=note"), "tab": "note", "kind": "discard"})
    anna.post(DRAFT, {**anna.form(LEAD), "kind": "", "tab": "note", "text": "To all"})
    assert [(one.kind, Written.from_json(one.body).text) for one in drafts(site)] == [("note", "To all")]


def two_pages(anna: Browser) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the forms of two pages of one record, opened before anything was written."""
    return {**anna.form(LEAD), "kind": "", "tab": "message"}, {**anna.form(LEAD), "kind": "", "tab": "message"}


def said(site: Site) -> tuple[str, str]:
    """Return what the one draft says, and what stands aside."""
    (draft,) = drafts(site)
    return Written.from_json(draft.body).text, Written.from_json(draft.aside).text if draft.aside else ""


def test_two_pages_of_one_draft_never_overwrite_each_other(site: Site, anna: Browser) -> None:
    here, there = two_pages(anna)
    assert anna.post(DRAFT, {**here, "text": "One"}).json()["version"] == 1
    # The page that kept it goes on, though it never heard of the version.
    assert anna.post(DRAFT, {**here, "text": "One, two"}).json()["version"] == 2
    site.world.clock.now += 60_000
    stopped = anna.post(DRAFT, {**there, "text": "Uno"}, files={"files": ("a.txt", b"a", "text/plain")})
    assert stopped.status_code == 409 and re.fullmatch(r"\d\d:\d\d", stopped.json()["elsewhere"])
    assert said(site) == ("One, two", "Uno") and [one[1] for one in stopped.json()["files"]] == ["a.txt"]
    # It stays so while the page goes on without a decision, and each word of it is kept.
    stale = {**there, "draft": stopped.json()["draft"], "version": 0, "kept": [stopped.json()["files"][0][0]]}
    assert anna.post(DRAFT, {**stale, "text": "Uno, dos"}).status_code == 409
    assert said(site) == ("One, two", "Uno, dos")
    assert anna.post(DRAFT, {**stale, "text": ""}).status_code == 409 and said(site) == ("One, two", "Uno, dos")
    assert anna.post(WRITE, {**stale, "text": "", "kind": "discard"}).status_code == 422
    page = anna.get(f"{LEAD}?draft=message").text
    assert text_of(page) == "One, two" and "Another version of this draft" in page and "Uno, dos" in page
    mine = anna.post(WRITE, {**stale, "text": "Uno, dos", "kind": "mine"})
    assert text_of(mine.text) == "Uno, dos" and said(site) == ("Uno, dos", "One, two") and "a.txt" in mine.text
    swapped = anna.post(WRITE, {**anna.form(LEAD), "text": "Uno, dos, tres", "tab": "message", "kind": "swap"})
    assert text_of(anna.get(swapped.headers["location"]).text) == "One, two" and said(site)[1] == "Uno, dos, tres"


def test_send_is_stopped_once_where_another_page_wrote_on(site: Site, anna: Browser) -> None:
    here, there = two_pages(anna)
    anna.post(DRAFT, {**here, "text": "One"})
    for kind in ("message", "note"):
        anna.post(DRAFT, {**here, "tab": kind, "text": "One"})
        page = anna.post(WRITE, {**there, "text": "Uno", "kind": kind})
        assert page.status_code == 422 and "Changed elsewhere at" in page.text and posts(site) == []
        assert text_of(page.text) == "Uno"
    form = {**there, "text": "Uno", "kind": "message"}
    stopped = anna.post(WRITE, form).text
    again = {**form, **{name: shown(stopped, name) for name in ("draft", "version", "pen", "despite")}}
    # What is kept meanwhile stops it once more.
    anna.post(DRAFT, {**here, "text": "One, two"})
    stopped = anna.post(WRITE, again).text
    assert "Changed elsewhere at" in stopped
    assert anna.post(WRITE, {**again, "despite": shown(stopped, "despite")}).status_code == 303
    assert posts(site) == ["Uno"]


def test_what_was_sent_elsewhere_is_not_sent_twice(site: Site, anna: Browser) -> None:
    kept = anna.post(DRAFT, {**anna.form(LEAD), "kind": "", "tab": "note", "text": "Call her"}).json()
    here, there = ({**anna.form(LEAD), "text": "Call her", "kind": "note"} for _ in range(2))
    assert here["draft"] == [str(kept["draft"])] and anna.post(WRITE, here).status_code == 303
    stopped = anna.post(WRITE, there)
    assert stopped.status_code == 422 and "sent or discarded in another window" in stopped.text
    answer = anna.post(DRAFT, {**there, "kind": "", "tab": "note", "draft": "99"}).json()
    assert "sent or discarded" in answer["gone"] and said(site)[0] == "Call her"
    again = {name: shown(stopped.text, name) for name in ("draft", "version", "pen")}
    assert anna.post(WRITE, {**there, **again}).status_code == 303


def test_the_time_of_a_scheduled_message_stays_proposed_when_it_is_edited(site: Site, anna: Browser) -> None:
    form = {**anna.form(LEAD), "text": "Late", "leave": "at", "leave_at": "2027-02-01T08:30", "unless_answered": "yes"}
    assert anna.post(WRITE, form).status_code == 303
    (draft,) = drafts(site)
    anna.post(f"{LEAD}/leaving/{draft.id}", {"csrf": anna.csrf(), "act": "back"})
    page = anna.get(f"{LEAD}?draft=message").text
    assert 'value="at" selected' in page and 'value="2027-02-01T08:30"' in page
    assert re.search(r'name="unless_answered" value="yes" checked', page) and '<details class="later send" open' in page
    # It is kept with the words on every machine, and one that is past is proposed no longer.
    again = {**anna.form(LEAD), "kind": "", "text": "Later", "leave": "at", "leave_at": "2027-03-01T09:00"}
    anna.post(DRAFT, again)
    assert 'value="2027-03-01T09:00"' in anna.get(LEAD).text
    anna.post(DRAFT, {**again, "leave_at": "soon"})
    assert 'value="at" selected' not in anna.get(LEAD).text
    anna.post(DRAFT, again)
    site.world.clock.now += 200 * 24 * 3600_000
    anna.sign_in("anna@acme.example")
    page = anna.get(LEAD).text
    assert text_of(page) == "Later" and 'value="2027-03-01T09:00"' not in page


def test_what_was_moved_is_not_answered_from_where_it_stood(site: Site, anna: Browser) -> None:
    world = site.world
    world.deliver(world.mail("Erik <erik@other.example>", subject="Other", verified=True), "leads@acme.example")
    second = world.mail(references=[world.thread("LEAD-1")[0].rfc_message_id], verified=True)
    world.deliver(second, "leads@acme.example")
    form = {**anna.form(f"{LEAD}?reply=2"), "text": "Yes"}
    assert form["about"] == ["2"]
    anna.post(DRAFT, {**form, "kind": "", "tab": "message", "cc_more": "x@y.example"})
    moved = {"csrf": anna.csrf(), "kind": "move", "to": "LEAD-2", "m": "2"}
    assert anna.post("/records/LEAD-1/move/save", moved).status_code == 303
    # The page that is open still is stopped, and shows what it answers then; the draft, opened again, says the same.
    stopped = anna.post(WRITE, form)
    assert stopped.status_code == 422 and "is on another record now" in stopped.text
    assert shown(stopped.text, "about") == "1" and text_of(stopped.text) == "Yes"
    again = {**form, **{name: shown(stopped.text, name) for name in ("about", "draft", "version", "seen")}}
    assert anna.post(WRITE, again).status_code == 303
    answers = {one.id: one.number for one in world.thread("LEAD-1")}
    assert answers[site.world.thread("LEAD-1")[-1].answers_id or 0] == 1


def test_a_draft_ends_when_it_is_sent_emptied_or_discarded(site: Site, anna: Browser) -> None:
    form = anna.form(LEAD)
    for kind in ("message", "note"):
        anna.post(DRAFT, {**form, "kind": "", "tab": kind, "text": "Yes"})
        assert anna.post(WRITE, {**form, "kind": kind, "text": "Yes"}).status_code == 303 and drafts(site) == []
        form = anna.form(LEAD)
    kept = anna.post(DRAFT, {**form, "tab": "message", "text": "No"}).json()["draft"]
    assert anna.post(DRAFT, {**form, "tab": "message", "text": " ", "draft": kept}).json()["draft"] == 0
    assert drafts(site) == []
    kept = anna.post(DRAFT, {**form, "tab": "message", "text": "No"}).json()["draft"]
    gone = anna.post(WRITE, {**form, "tab": "message", "kind": "discard", "draft": kept})
    assert gone.status_code == 303 and drafts(site) == []


def test_a_reply_to_another_message_keeps_the_words(site: Site, anna: Browser) -> None:
    anna.post(DRAFT, {**anna.form(LEAD), "tab": "message", "text": "Half"})
    assert text_of(anna.get(f"{LEAD}?reply=1").text) == "Half"
    assert text_of(anna.get(f"{LEAD}?forward=1").text).startswith("Half\n\n---------- Forwarded message")


def test_kept_files_are_sent_and_those_taken_out_are_not(site: Site, anna: Browser) -> None:
    form = {**anna.form(LEAD), "text": "Here", "tab": "message"}
    files = [("files", (f"{one}.txt", b"x", "text/plain")) for one in ("a", "b")]
    kept = anna.post(DRAFT, form, files=files).json()
    last = {**form, "draft": kept["draft"], "kept": [str(kept["files"][1][0])]}
    assert anna.post(WRITE, last, files={"files": ("c.txt", b"y", "text/plain")}).status_code == 303
    sent = site.world.thread("LEAD-1")[-1]
    assert [one.filename for one in site.store.messages.attachments(site.world.acme, sent.id)] == [
        "c.txt",
        "b.txt",
    ] or [one.filename for one in site.store.messages.attachments(site.world.acme, sent.id)] == ["b.txt", "c.txt"]


def test_files_without_a_word_are_asked_about_and_sent_by_the_second_press(site: Site, anna: Browser) -> None:
    form = {**anna.form(LEAD), "text": "", "tab": "message"}
    asked = anna.post(WRITE, form, files={"files": ("plan.txt", b"A plan.", "text/plain")})
    assert asked.status_code == 422 and "It has no words." in asked.text
    again = {**form, "wordless": shown(asked.text, "wordless"), "draft": shown(asked.text, "draft"), "kept": ["1"]}
    assert anna.post(WRITE, again).status_code == 303 and posts(site) == [""]


def test_what_is_too_large_is_said_and_the_words_are_kept(site: Site, anna: Browser) -> None:
    form = {**anna.form(LEAD), "text": "Films", "tab": "message"}
    half = ("half.bin", b"x" * (4 * 1024 * 1024), "application/octet-stream")
    assert anna.post(WRITE, form, files=[("files", half), ("files", half)]).status_code == 422
    assert text_of(anna.get(LEAD).text) == "Films"
    answer = anna.post(DRAFT, form, files=[("files", half), ("files", half)])
    assert answer.status_code == 422 and "7 MB" in answer.json()["wrong"]


def test_send_waits_and_undo_puts_all_of_it_back(site: Site, anna: Browser) -> None:
    waits(site)
    form = {**anna.form(LEAD), "text": "Sent too soon", "after_send": "close", "then_show": "stay"}
    gone = anna.post(WRITE, form)
    assert gone.status_code == 303 and gone.headers["location"].endswith("#leaving")
    page = anna.get(gone.headers["location"]).text
    assert (
        "Sent too soon" in page
        and text_of(page) == ""
        and posts(site) == []
        and "the message is about to leave" in page
    )
    assert site.world.record("LEAD-1").state == "open"
    (draft,) = drafts(site)
    back = anna.post(f"{LEAD}/leaving/{draft.id}", {"csrf": anna.csrf(), "act": "back"})
    assert text_of(anna.get(back.headers["location"]).text) == "Sent too soon"
    passes(site, 11)
    assert posts(site) == []
    form = {**anna.form(LEAD), "after_send": "close", "then_show": "stay"}
    anna.post(WRITE, {**form, "text": "Now"})
    passes(site, 11)
    assert posts(site) == ["Now"] and drafts(site) == [] and site.world.record("LEAD-1").state == "closed"
    late = anna.post(f"{LEAD}/leaving/{draft.id}", {"csrf": anna.csrf(), "act": "back"})
    assert late.status_code == 404


def test_undo_of_the_bar_takes_it_back_until_it_has_left(site: Site, anna: Browser) -> None:
    waits(site)
    place = anna.post(WRITE, {**anna.form(LEAD), "text": "Oops"}).headers["location"]
    undo = re.search(r'action="(/history/\d+/undo)"', anna.get(place).text)
    assert undo is not None
    assert anna.post(undo[1], {"csrf": anna.csrf()}).status_code == 303
    assert [one.state for one in drafts(site)] == ["writing"]
    place = anna.post(WRITE, {**anna.form(LEAD), "text": "Yes"}).headers["location"]
    passes(site, 11)
    assert "/undo" not in anna.get(place).text and posts(site) == ["Yes"]


def tomorrow(browser: Browser) -> str:
    """Return what the composer holds for *tomorrow 08:00*."""
    found = re.search(r'<option value="([^"]*)"[^>]*>Tomorrow, \w+ \d+ \w+ 08:00', browser.get(LEAD).text)
    assert found is not None
    return found[1]


def stands_at(site: Site, browser: Browser, zone: str, *when: int) -> list[str]:
    """Let it be a time in the zone of whoever reads; return the times that the composer offers then."""
    person = user(site, site.world.anna)
    site.store.users.set(replace(person, zone=zone))
    site.world.clock.now = int(datetime(*when, tzinfo=ZoneInfo(zone)).timestamp() * 1000)  # type: ignore[misc, arg-type]
    found = re.search(r'<select id="leave".*?</select>', browser.get(LEAD).text, re.S)
    assert found is not None
    return [re.sub(r"\s+", " ", one) for one in re.findall(r"<option[^>]*>([^<]*)", found[0])]


def test_the_times_that_are_offered_are_dated_in_the_readers_zone_and_language(site: Site, anna: Browser) -> None:
    def offered(zone: str, *when: int) -> list[str]:
        site.world.clock.now = int(datetime(*when, tzinfo=ZoneInfo(zone)).timestamp() * 1000)  # type: ignore[misc, arg-type]
        anna.sign_in("anna@acme.example")
        return stands_at(site, anna, zone, *when)

    at_five = offered("Europe/Stockholm", 2026, 11, 27, 16, 58)
    assert at_five == [
        "now", "Today, Fri 27 Nov 17:00", "Tomorrow, Sat 28 Nov 08:00", "Mon 30 Nov 08:00", "at this time:",
    ]  # fmt: skip
    assert "Times of Europe/Stockholm" in anna.get(LEAD).text
    assert offered("Europe/Stockholm", 2026, 11, 27, 17, 1)[1:3] == ["Tomorrow, Sat 28 Nov 08:00", "Mon 30 Nov 08:00"]
    # The same moment, elsewhere.
    assert offered("Pacific/Auckland", 2026, 11, 28, 5, 1)[1] == "Today, Sat 28 Nov 17:00"
    site.store.users.set(replace(user(site, site.world.anna), language="sv"))
    assert offered("Europe/Stockholm", 2027, 3, 27, 20)[1:3] == ["I morgon, sön 28 mars 08:00", "mån 29 mars 08:00"]


def test_a_time_that_passed_while_the_form_stood_there_stays_in_it(site: Site, anna: Browser) -> None:
    """Where it was shown it is shown again, and is not silently *now*."""
    offered = stands_at(site, anna, "Europe/Stockholm", 2026, 11, 27, 16, 58)
    assert offered[1] == "Today, Fri 27 Nov 17:00"
    form = {**anna.form(LEAD), "text": "Later", "leave": "2026-11-27T17:00"}
    site.world.clock.now += 5 * 60_000
    answer = anna.post(WRITE, form)
    assert answer.status_code == 422 and "is past" in answer.text and posts(site) == []
    assert re.search(r'<option value="at" selected', answer.text) and 'value="2026-11-27T17:00"' in answer.text
    assert re.search(r'<option value="now" selected', answer.text) is None


def test_a_scheduled_message_is_shown_to_all_and_sent_edited_or_left(
    site: Site, anna: Browser, browser: Callable[[], Browser]
) -> None:
    form = {**anna.form(LEAD), "text": "Later", "leave": tomorrow(anna), "unless_answered": "yes"}
    assert anna.post(WRITE, form).status_code == 303
    (draft,) = drafts(site)
    assert draft.state == "scheduled" and draft.unless_answered and posts(site) == []
    bjorn = browser()
    bjorn.sign_in("bjorn@acme.example")
    page = bjorn.get(LEAD).text
    assert "Later" in page and "unless they answer first" in page and f"/leaving/{draft.id}" not in page
    refused = bjorn.post(f"{LEAD}/leaving/{draft.id}", {"csrf": bjorn.csrf(), "act": "back"})
    assert refused.status_code == 409 and "only they can take it back" in refused.text
    assert anna.post(f"{LEAD}/leaving/{draft.id}", {"csrf": anna.csrf(), "act": "now"}).status_code == 303
    passes(site, 1)
    assert posts(site) == ["Later"]


def test_a_time_that_is_none_or_past_is_said(site: Site, anna: Browser) -> None:
    form = {**anna.form(LEAD), "text": "Later", "leave": "at"}
    for typed, said in (("", "is not a time"), ("2020-01-01T08:00", "is past")):
        answer = anna.post(WRITE, {**form, "leave_at": typed})
        assert answer.status_code == 422 and said in answer.text and posts(site) == []
    assert anna.post(WRITE, {**form, "leave_at": "2027-02-01T08:00"}).status_code == 303
    assert [one.state for one in drafts(site)] == ["scheduled"]


def user(site: Site, number: int) -> User:
    found = site.store.users.get(number)
    assert found is not None
    return found


def test_what_is_about_to_leave_stops_another_send(site: Site, anna: Browser) -> None:
    form = {**anna.form(LEAD), "text": "Me, too"}
    words = Written(text="First", people=()).as_json()
    record, now = site.world.record("LEAD-1"), site.world.clock()
    first = site.store.drafts.put(site.world.acme, record.id, site.world.bjorn, "message", words, now)
    kept = site.store.drafts.get(site.world.acme, first)
    assert kept is not None
    site.store.drafts.leave(kept, "leaving", now + 10_000, now, unless_answered=False)
    stopped = anna.post(WRITE, form)
    assert stopped.status_code == 422 and "Another message is about to leave." in stopped.text
    assert anna.post(WRITE, {**form, "seen": shown(stopped.text, "seen")}).status_code == 303
    assert posts(site) == ["Me, too"]
    # It has left meanwhile: that is a message, and stops Send as every other one.
    form = {**anna.form(LEAD), "text": "Once more"}
    post(site.store, site.installation, record, user(site, site.world.bjorn), Draft("Here", to=[KARIN]))
    assert "Somebody wrote while you were writing." in anna.post(WRITE, form).text


def test_seconds_to_undo_are_chosen_in_the_settings(site: Site, anna: Browser) -> None:
    form = {"csrf": anna.csrf(), "name": "Anna", "language": "en", "time_zone": "", "prefers": "email", "ways": "yes"}
    assert anna.post("/account/save", {**form, "undo_seconds": "30"}).status_code == 303
    assert user(site, site.world.anna).undo_seconds == 30
    wrong = anna.post("/account/save", {**form, "undo_seconds": "61"})
    assert wrong.status_code == 422 and "Choose from 0 to 60 seconds" in wrong.text


@pytest.fixture
def page(site: Site, tmp_path: Path) -> Iterator[Page]:
    """LEAD-1 in Chromium, as Anna."""
    with served(site.app) as home, chromium(tmp_path / "profile") as context:
        opened = context.new_page()
        site.store.sessions.add_link("once", site.world.anna, site.world.clock() + 600_000)
        opened.goto(f"{home}/enter/once")
        opened.locator("form button").first.click()
        opened.goto(f"{home}/records/LEAD-1")
        yield opened


PASTE = """data => {
  const transfer = new DataTransfer();
  for (const name of ["a.png", "b.png"]) transfer.items.add(new File(["x"], name, { type: "image/png" }));
  const made = new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true });
  document.getElementById("text").dispatchEvent(made);
}"""


def test_in_the_browser_words_and_files_are_kept_as_they_are_typed_pasted_and_chosen(site: Site, page: Page) -> None:
    page.locator(".editor #text").press_sequentially("Not lost")
    page.locator("#kept", has_text="Draft kept").wait_for()
    page.evaluate(PASTE)
    page.locator("#kept-files bdi", has_text="b.png").wait_for()
    page.locator("input[type=file]").set_input_files({"name": "c.txt", "mimeType": "text/plain", "buffer": b"c"})
    page.locator("#kept-files bdi", has_text="c.txt").wait_for()
    page.goto("about:blank")
    page.go_back()
    page.reload()
    assert typed_words(page) == "Not lost"
    assert page.locator("#kept-files bdi").all_inner_texts() == ["a.png", "b.png", "c.txt"]
    page.locator("#kept-files .chip", has_text="b.png").click()
    page.get_by_role("button", name="Send", exact=True).click()
    page.locator("article .files", has_text="c.txt").wait_for()
    sent = site.world.thread("LEAD-1")[-1]
    names = [one.filename for one in site.store.messages.attachments(site.world.acme, sent.id)]
    assert names == ["a.png", "c.txt"] and drafts(site) == []


def test_in_the_browser_send_counts_down_and_undo_brings_it_back(site: Site, page: Page) -> None:
    waits(site)
    page.locator(".editor #text").fill("Sent too soon")
    page.locator(".editor #text").press("Control+Enter")
    page.locator("#leaving", has_text=re.compile(r"Leaves in \d s")).wait_for()
    assert typed_words(page) == ""
    page.locator("#leaving button", has_text="Undo").click()
    page.wait_for_url(re.compile("draft=message"))
    assert typed_words(page) == "Sent too soon" and posts(site) == []
    page.get_by_role("button", name="Discard draft").click()
    expect(page.locator(".editor #text")).to_have_text("")
    assert drafts(site) == []


def test_in_two_browsers_the_second_one_chooses_and_nothing_is_lost(site: Site, tmp_path: Path) -> None:
    with served(site.app) as home, two_chromiums(tmp_path) as both:
        page, other = (one.new_page() for one in both)
        for once, opened in (("one", page), ("two", other)):
            site.store.sessions.add_link(once, site.world.anna, site.world.clock() + 600_000)
            opened.goto(f"{home}/enter/{once}")
            opened.locator("form button").first.click()
            opened.goto(f"{home}{LEAD}")
        page.locator(".editor #text").press_sequentially("From the desk")
        page.locator("#kept", has_text="Draft kept").wait_for()
        other.locator(".editor #text").press_sequentially("From the phone")
        bar = other.locator("#elsewhere")
        bar.get_by_text("Changed elsewhere at").wait_for()
        assert said(site) == ("From the desk", "From the phone")
        other.reload()
        expect(other.locator(".editor #text")).to_have_text("From the desk")
        expect(other.locator("details.aside")).to_contain_text("Another version of this draft")
        # Words that had not reached the site when the page was left are no reason to overwrite another page's.
        page.locator(".editor #text").press_sequentially(", at noon")
        expect(page.locator("[name=version]")).not_to_have_value("1")
        other.locator(".editor #text").press("Control+End")
        other.locator(".editor #text").press_sequentially("!")
        bar.get_by_text("Changed elsewhere at").wait_for()
        bar.get_by_role("button", name="Keep mine").click()
        expect(bar).to_be_hidden()
        expect(other.locator(".editor #text")).to_have_text("From the desk!")
        assert said(site) == ("From the desk!", "From the desk, at noon")
        page.locator(".editor #text").press_sequentially(" sharp")
        page.locator("#elsewhere").get_by_text("Changed elsewhere at").wait_for()
        page.get_by_role("link", name="Use that one").click()
        expect(page.locator(".editor #text")).to_have_text("From the desk!")
        assert said(site) == ("From the desk!", "From the desk, at noon sharp")
