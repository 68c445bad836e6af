"""Saved replies on the site: kept by those whose they are, put in by menu and by word, done and undone with Send."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.admin.chromium import Watched, chromium, served
from tests.admin.conftest import Browser, Site
from weftmail.flow.actor import Actor
from weftmail.flow.leaving import leave
from weftmail.flow.setup import saved_reply
from weftmail.flow.setup.act import Done, Setup
from weftmail.flow.setup.saved_reply import ReplyValues
from weftmail.flow.written import Written
from weftmail.store.attachment import NewAttachment
from weftmail.store.saved_reply import SavedReply

LEAD, WRITE = "/records/LEAD-1", "/records/LEAD-1/write"
FORM = {"name": "Thanks", "text": "Thank you, {customer.first_name}.", "word": "thanks", "of": "", "after_send": "keep"}


def reply(site: Site, reply_id: int = 1) -> SavedReply:
    return saved_reply.named(site.store, site.world.acme, reply_id)


def kept(site: Site, **given: Any) -> int:
    """Keep a reply by the shell; return its id."""
    world = site.world
    setup = Setup(site.store, Actor("root"), world.clock, None, lambda *_: "", ("en", "sv"), lambda _: True)
    values = {"name": "Thanks", "text": "Thank you, {customer.first_name}.", "word": "thanks", **given}
    done = saved_reply.add(setup, ReplyValues(**values), company="Acme")
    assert isinstance(done, Done), done
    return int(str(done.now["id"]))


def fields(page: str) -> dict[str, Any]:
    """Return what a form that was shown again holds of a reply."""
    return {
        "draft": re.search(r'name="draft" value="(\d*)"', page)[1],  # type: ignore[index]
        "text": re.search(r'<textarea id="text"[^>]*>\n?(.*?)</textarea>', page, re.S)[1],  # type: ignore[index]
        "used_reply": re.findall(r'name="used_reply" value="(\d+)"', page),
        "act_offered": re.findall(r'name="act_offered" value="([^"]+)"', page),
        "act": re.findall(r'name="act" value="([^"]+)" checked', page),
        "kept": re.findall(r'name="kept" value="(\d+)"', page),
        "after_send": re.search(r'<option value="(\w+)" selected>and', page)[1],  # type: ignore[index]
    }


def test_one_is_added_changed_removed_and_brought_back(site: Site, anna: Browser) -> None:
    empty = anna.get("/replies").text
    assert "No saved reply yet" in empty
    made = anna.post("/replies/add", {**FORM, "csrf": anna.csrf()}, files=[("files", ("terms.txt", b"terms"))])
    assert made.status_code == 303
    after = anna.get(made.headers["location"]).text
    assert "Saved reply Thanks added" in after and "/thanks" in after
    page = anna.get("/replies/1").text
    assert "terms.txt" in page and "{customer.name}" in page
    (file,) = site.store.saved_replies.files(site.world.acme, [1])
    more = {"csrf": anna.csrf(), "text": "Thanks!", "kept": str(file.id), "tags": "won, big"}
    assert anna.post("/replies/1/save", {**FORM, **more}).status_code == 303
    assert (reply(site).text, reply(site).tag_names) == ("Thanks!", ("won", "big"))
    assert [one.filename for one in site.store.saved_replies.files(site.world.acme, [1])] == ["terms.txt"]
    gone = anna.post("/replies/1/remove", {"csrf": anna.csrf()})
    said = anna.get(gone.headers["location"]).text
    undo = re.search(r'action="(/history/\d+/undo)"', said)
    assert undo is not None and anna.get("/replies/1").status_code == 404
    assert anna.post(undo[1], {"csrf": anna.csrf()}).status_code == 303
    assert reply(site).text == "Thanks!"


def test_what_does_not_fit_stands_beside_its_field_with_all_that_was_typed(site: Site, anna: Browser) -> None:
    wrong = anna.post("/replies/add", {**FORM, "csrf": anna.csrf(), "text": "Hi {customer.nmae}", "tags": "a, b"})
    assert wrong.status_code == 422
    assert "There is no placeholder customer.nmae" in wrong.text and 'value="a, b"' in wrong.text
    assert re.search(r'<textarea id="text"[^>]*aria-invalid="true"', wrong.text)
    many = [("files", (f"{number}.bin", b"x" * 9_000_000)) for number in range(3)]
    large = anna.post("/replies/add", {**FORM, "csrf": anna.csrf()}, files=many)
    assert large.status_code == 422 and "more than 7 MB" in large.text
    kept(site)
    anna.post("/replies/1/save", {**FORM, "csrf": anna.csrf(), "name": ""}).text.index("This is empty")


def test_each_role_sees_its_own_and_changes_what_is_theirs(site: Site, anna: Browser, browser: Any) -> None:
    site.store.teams.add(site.world.acme, "Sales", 1)
    company, theirs = kept(site), kept(site, name="Sale", of="Sales")
    own = kept(site, name="Mine", of="anna@acme.example", text="Private")
    bjorn = browser()
    bjorn.sign_in("bjorn@acme.example")
    listed = bjorn.get("/replies").text
    assert "Thanks" in listed and "Sale" not in listed and "Mine" not in listed
    assert "Changed by admins." in bjorn.get(f"/replies/{company}").text
    refused = bjorn.post(f"/replies/{company}/remove", {"csrf": bjorn.csrf()})
    assert refused.status_code == 422 and reply(site, company).removed_at is None
    for hidden in (theirs, own):
        assert bjorn.get(f"/replies/{hidden}").status_code == 404
    assert "Mine" in anna.get("/replies?q=priv").text and "No saved reply found" in anna.get("/replies?q=zzz").text
    rolf = browser()
    rolf.sign_in("rolf@acme.example")
    assert rolf.get("/replies").status_code == 404


def test_a_list_of_many_is_read_page_by_page(site: Site, anna: Browser) -> None:
    for number in range(101):
        kept(site, name=f"R{number:03}", word="")
    first = anna.get("/replies").text
    assert "R099" in first and "R100" not in first
    assert "R100" in anna.get("/replies?after=100").text


def test_it_is_put_in_from_the_menu_with_its_files_and_acts_and_done_with_send(site: Site, anna: Browser) -> None:
    world = site.world
    blob = site.store.blobs.put(b"terms", world.acme)
    site.store.connection.execute("update users set undo_seconds = 10")
    given = {"assign": "bjorn@acme.example", "after_send": "close", "tags": ["won"]}
    one = kept(site, **given, files=[NewAttachment(blob, "terms.txt", "text/plain")])
    form = anna.form(LEAD)
    page = anna.post(WRITE, {**form, "kind": "reply", "saved_reply": str(one), "text": "Hello."}).text
    found = fields(page)
    assert found["text"] == "Hello.\n\nThank you, Karin."
    assert found["act"] == ["assign:bjorn@acme.example", "tag:won"] and found["after_send"] == "close"
    assert "assign to Björn" in page and "terms.txt" in page
    sent = anna.post(WRITE, {**form, **found, "then_show": "stay"})
    assert sent.status_code == 303 and world.record("LEAD-1").state == "open"
    (draft,) = site.store.drafts.of_record(world.acme, world.record("LEAD-1").id)
    words = Written.from_json(draft.body)
    assert (words.after_send, words.assign, words.tags) == ("close", "bjorn@acme.example", ("won",))
    # Taken back, it stands in the composer again with all that it was to do.
    assert anna.post(f"{LEAD}/leaving/{draft.id}", {"csrf": anna.csrf(), "act": "back"}).status_code == 303
    again = fields(anna.get(f"{LEAD}?draft=message").text)
    assert (again["act"], again["after_send"]) == (found["act"], "close")
    assert anna.post(WRITE, {**form, **again, "seen": anna.form(LEAD)["seen"]}).status_code == 303
    (draft,) = site.store.drafts.of_record(world.acme, world.record("LEAD-1").id)
    with site.store.transaction():
        leave(site.store, site.installation, world.acme, draft.id, world.clock() + 60_000)
    stands = world.record("LEAD-1")
    tags = site.store.tags.of(world.acme, [stands.id])[stands.id]
    assert (stands.state, stands.owner, [each.name for each in tags]) == ("closed", "Björn", ["won"])
    assert [each.filename for each in site.store.messages.attachments(world.acme, world.thread("LEAD-1")[1].id)] == [
        "terms.txt"
    ]


def test_what_is_unticked_is_not_done_and_a_second_reply_gives_it_to_one_alone(site: Site, anna: Browser) -> None:
    world = site.world
    kept(site, assign="bjorn@acme.example", tags=["won"])
    kept(site, name="Other", word="other", assign="anna@acme.example", text="Other")
    form = anna.form(LEAD)
    found = fields(anna.post(WRITE, {**form, "kind": "reply", "saved_reply": "1"}).text)
    found = fields(anna.post(WRITE, {**form, **found, "kind": "reply", "saved_reply": "2"}).text)
    assert found["act"] == ["assign:anna@acme.example", "tag:won"] and found["used_reply"] == ["1", "2"]
    assert anna.post(WRITE, {**form, **found, "act": ["tag:won"]}).status_code == 303
    stands = world.record("LEAD-1")
    assert stands.owner == "Anna" and site.store.tags.of(world.acme, [stands.id])
    kept(site, name="Gone", word="gone", assign="bjorn@acme.example", text="Gone")
    form = anna.form(LEAD)
    found = fields(anna.post(WRITE, {**form, "kind": "reply", "saved_reply": "3"}).text)
    refused = anna.post(
        WRITE, {**form, **found, "act_offered": ["assign:no@acme.example|No"], "act": "assign:no@acme.example"}
    )
    assert refused.status_code == 422 and 'id="acts-wrong"' in refused.text


def test_a_word_on_a_line_of_its_own_is_put_in_before_it_is_sent(site: Site, anna: Browser) -> None:
    kept(site)
    form = anna.form(LEAD)
    page = anna.post(WRITE, {**form, "text": "Hello.\n/thanks\nAnna"})
    assert page.status_code == 422 and "Your saved reply is put in." in page.text
    found = fields(page.text)
    assert found["text"] == "Hello.\nThank you, Karin.\nAnna"
    assert anna.post(WRITE, {**form, **found}).status_code == 303
    # A path within a sentence is none, and neither is a word that nothing stands for.
    assert anna.post(WRITE, {**anna.form(LEAD), "text": "See /thanks and\n/etc"}).status_code == 303


def test_an_empty_placeholder_stops_send_and_is_named_beside_the_text(site: Site, anna: Browser) -> None:
    kept(site, text="For {team.name}")
    form = anna.form(LEAD)
    found = fields(anna.post(WRITE, {**form, "kind": "reply", "saved_reply": "1"}).text)
    stopped = anna.post(WRITE, {**form, **found})
    assert stopped.status_code == 422
    assert re.search(r'id="text-wrong">✕ Nothing stands for \{team.name\} on this record', stopped.text)
    assert anna.post(WRITE, {**form, **found, "text": "For you"}).status_code == 303


def test_files_too_large_are_said_and_nothing_is_put_in(site: Site, anna: Browser) -> None:
    kept(site)
    many = [("files", (f"{number}.bin", b"x" * 9_000_000)) for number in range(3)]
    page = anna.post(WRITE, {**anna.form(LEAD), "kind": "reply", "saved_reply": "1", "text": "A"}, files=many)
    assert fields(page.text)["text"] == "A"
    nothing = anna.post(WRITE, {**anna.form(LEAD), "kind": "reply", "saved_reply": "", "text": "A"})
    assert fields(nothing.text)["text"] == "A"


@pytest.fixture
def seen(site: Site, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[Site, Page]]:
    """Chromium with Anna signed in, with or without script."""
    script = getattr(request, "param", True)
    with served(site.app) as home, chromium(tmp_path / "profile", script=script) as context:
        page = context.new_page()
        watched = Watched(page, home)
        site.store.sessions.add_link("once", site.world.anna, site.world.clock() + 600_000)
        page.goto(f"{home}/enter/once")
        page.locator("form button").first.click()
        yield site, page
        assert [one for one in watched.alarms if "422" not in one] == []


def opened(page: Page, path: str) -> None:
    """Open a page of the site where the browser is."""
    page.goto(re.sub(r"(?<=\d)/.*", path, page.url))


def test_formatted_words_stay_so_when_a_reply_is_put_in(site: Site, anna: Browser) -> None:
    kept(site)
    for typed, becomes in (
        ("<div><b>Hello</b>. /thanks</div>", "<div><b>Hello</b>. Thank you, Karin.</div>"),
        ('<div><a href="https://x.example/ /thanks">Hello</a></div>', "<div>Thank you, Karin.</div>"),
    ):
        form = {**anna.form(LEAD), "html": typed, "kind": "reply", "tab": "message", "saved_reply": "1"}
        shown = unescape(anna.post(f"{LEAD}/write", form).text)
        assert becomes in shown


@pytest.mark.parametrize(("language", "button"), [("en", "Put in"), ("sv", "Infoga")])
def test_chromium_a_word_behind_a_slash_becomes_the_reply(seen: tuple[Site, Page], language: str, button: str) -> None:
    site, page = seen
    user = site.store.users.get(site.world.anna)
    assert user is not None
    site.store.users.set(replace(user, language=language))
    kept(site, tags=["won"])
    opened(page, LEAD)
    expect(page.get_by_role("button", name=button)).to_be_visible()
    page.locator(".editor #text").fill("")
    page.locator(".editor #text").press_sequentially("Hello. /thanks ")
    expect(page.locator(".editor #text")).to_have_text("Hello. Thank you, Karin.")
    expect(page.locator("#write [name=act]")).to_be_checked()


@pytest.mark.parametrize("seen", [False], indirect=True)
def test_chromium_without_script_the_menu_puts_it_in(seen: tuple[Site, Page]) -> None:
    site, page = seen
    kept(site)
    opened(page, LEAD)
    page.select_option("#saved_reply", label="Thanks /thanks")
    page.click("#put-in")
    expect(page.locator("#write textarea")).to_have_value("Thank you, Karin.")
    page.click("button.send:not([hidden])")
    expect(page.locator("#thread")).to_contain_text("Thank you, Karin.")
