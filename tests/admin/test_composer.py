"""The composer answers, forwards and begins anew: whom it proposes, under which subject, and who gets it then."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.admin.chromium import chromium, served, typed_words
from tests.admin.conftest import Browser, Site, _unescape
from tests.unit.world import ERIK
from weftmail.core.tokens import reply_token
from weftmail.core.tokens.reply_token import Token
from weftmail.flow.post import Draft, post

LEAD, WRITE = "/records/LEAD-1", "/records/LEAD-1/write"
KARIN, SARA, MIA = "karin@customer.example", "sara@other.example", "mia@new.example"


@pytest.fixture
def talk(site: Site) -> Site:
    """LEAD-1: Karin's mail (1), a note of Björn's (2), Anna's answer with Sara in Cc (3), a mail with a plan (4)."""
    world = site.world
    record, first = world.record("LEAD-1"), world.thread("LEAD-1")[0].rfc_message_id
    for user, draft in (
        (world.bjorn, Draft("38 in stock", note=True)),
        (world.anna, Draft("Yes", cc=[f"Sara <{SARA}>"])),
    ):
        author = site.store.users.get(user)
        assert author is not None
        post(site.store, site.installation, record, author, draft)
    mail = world.mail(
        cc=f"Sara <{SARA}>", subject="Re: The plan", text="See the plan.", verified=True, references=[first],
        files=[("plan.pdf", b"%PDF")],
    )  # fmt: skip
    world.deliver(mail, "leads@acme.example")
    return site


def people(page: str, name: str = "to", ticked: str = " checked") -> list[str]:
    return re.findall(rf'name="{name}" value="[^"]*?([^;"\s]+@[^&"]+)[^"]*"{ticked}', page)


def shown(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" [^>]*value="([^"]*)"', page)
    assert found is not None
    return _unescape(found[1])


def outside(site: Site) -> set[tuple[str, str]]:
    """Return who is named in the newest message, each with the field."""
    last = site.world.thread("LEAD-1")[-1]
    return {(one.field, one.address) for one in site.store.messages.addressed(site.world.acme, last.id)}


def test_as_whom_no_server_may_send_is_said_before_send(talk: Site, anna: Browser) -> None:
    assert "Not as" not in anna.get(LEAD).text
    # As it stands once the other domain was removed.
    talk.store.connection.execute("update alias set answer_as = 'Nord <sales@nord.example>' where local_part = 'leads'")
    for path in (LEAD, "/records/new?type=lead"):
        page = _unescape(anna.get(path).text)
        assert "Anna via Nord <notifications@acme.example>" in page
        assert "Not as sales@nord.example: no mail server may send in its name." in page


def test_a_reply_goes_to_its_author_alone_and_reply_all_to_all(talk: Site, anna: Browser) -> None:
    reply = anna.get(f"{LEAD}?reply=4").text
    assert people(reply) == [KARIN] and people(reply, "cc") == [] and SARA in people(reply, "cc", ">")
    assert shown(reply, "subject") == "Re: The plan" and shown(reply, "about") == "4"
    everybody = anna.get(f"{LEAD}?all=4").text
    assert (people(everybody), people(everybody, "cc")) == ([KARIN], [SARA])
    first = anna.get(f"{LEAD}?reply=1").text
    assert shown(first, "subject") == "Re: Quote for 40 chairs" and "Answers" in first
    assert anna.post(WRITE, {**anna.form(f"{LEAD}?reply=1"), "text": "About the first"}).status_code == 303
    last = talk.world.thread("LEAD-1")[-1]
    assert last.answers_id == talk.world.thread("LEAD-1")[0].id and outside(talk) == {("to", KARIN)}


def test_the_subject_that_is_shown_is_the_one_that_leaves(talk: Site, anna: Browser) -> None:
    form = anna.form(LEAD)
    assert form["subject"] == ["Re: The plan"]
    assert anna.post(WRITE, {**form, "subject": "About  the\nplan", "text": "Yes"}).status_code == 303
    assert talk.world.thread("LEAD-1")[-1].subject == "About the plan"
    empty = anna.post(WRITE, {**form, "subject": " ", "text": "Yes"})
    assert empty.status_code == 422 and "Write a subject." in empty.text


def test_a_new_message_goes_to_the_customer_and_answers_none(talk: Site, anna: Browser) -> None:
    page = anna.get(f"{LEAD}?new=").text
    assert people(page) == [KARIN] and "A new message, which answers none." in page
    assert shown(page, "subject") == "Quote for 40 chairs" and SARA in people(page, "to", ">")
    assert anna.post(WRITE, {**anna.form(f"{LEAD}?new="), "text": "Something else"}).status_code == 303
    assert talk.world.thread("LEAD-1")[-1].answers_id is None


def test_a_note_is_answered_inside_and_its_author_notified(talk: Site, anna: Browser) -> None:
    page = anna.get(f"{LEAD}?reply=2").text
    assert re.search(r'name="tab" value="note" checked', page) and shown(page, "mention") == "bjorn@acme.example"
    form = {**anna.form(f"{LEAD}?reply=2"), "kind": "note", "mention": "bjorn@acme.example", "text": "Thanks"}
    assert anna.post(WRITE, form).status_code == 303
    last = talk.world.thread("LEAD-1")[-1]
    assert not last.public and last.answers_id == talk.world.thread("LEAD-1")[1].id
    # Nobody can send a note on.
    assert people(anna.get(f"{LEAD}?forward=2").text) == []


def test_a_forward_shows_its_words_and_files_and_the_answer_is_marked(talk: Site, anna: Browser) -> None:
    page = anna.get(f"{LEAD}?forward=4").text
    assert people(page) == [] and shown(page, "subject") == "Fwd: Re: The plan"
    words = re.search(r'<textarea id="text"[^>]*>(.*?)</textarea>', page, re.S)
    assert words is not None and "---------- Forwarded message ----------" in words[1] and "See the plan." in words[1]
    form = {**anna.form(f"{LEAD}?forward=4"), "text": f"Can you build it?{_unescape(words[1])}", "to_more": MIA}
    assert anna.post(WRITE, {**form, "to_more": ""}).status_code == 422
    assert anna.post(WRITE, {**form, "along": ["1"]}).status_code == 303
    sent = talk.world.thread("LEAD-1")[-1]
    assert outside(talk) == {("to", MIA)} and sent.forwards_id == talk.world.thread("LEAD-1")[3].id
    assert [one.filename for one in talk.store.messages.attachments(talk.world.acme, sent.id)] == ["plan.pdf"]
    mia = talk.store.contacts.by_address(talk.world.acme, MIA)
    assert mia is not None
    address = reply_token.address(talk.installation.keyring, Token("post", sent.id, mia.id), "acme.example")
    row = talk.world.deliver(talk.world.mail(f"Mia <{MIA}>", address, text="By Friday."), address)
    assert (row.state, row.record) == ("filed", "LEAD-1")
    unseen = "Karin Ek &lt;karin@customer.example&gt; does not see this"
    page = anna.get(LEAD).text
    assert page.count(unseen) == 2 and people(page) == [MIA]


def test_a_forward_goes_without_files_where_none_is_ticked(talk: Site, anna: Browser) -> None:
    form = {**anna.form(f"{LEAD}?forward=4"), "text": "See", "to_more": MIA}
    assert anna.post(WRITE, form).status_code == 303
    assert talk.store.messages.attachments(talk.world.acme, talk.world.thread("LEAD-1")[-1].id) == []


def test_who_stands_in_bcc_gets_it_and_is_shown_to_nobody_outside(talk: Site, anna: Browser) -> None:
    form = {**anna.form(LEAD), "bcc_more": f"Erik Ek <{ERIK.partition('<')[2]}", "text": "Yes"}
    assert anna.post(WRITE, form).status_code == 303
    assert ("bcc", "erik@other.example") in outside(talk)
    sent = talk.world.thread("LEAD-1")[-1]
    assert "Bcc <bdi>Erik Ek" in anna.get(LEAD).text
    # An answer to everybody leaves them out.
    for how in ("reply", "all"):
        assert "erik@other.example" not in people(anna.get(f"{LEAD}?{how}={sent.number}").text, "(?:to|cc|bcc)")


def test_two_addresses_of_one_person_are_refused_by_name(talk: Site, anna: Browser) -> None:
    karin = talk.store.contacts.by_address(talk.world.acme, KARIN)
    assert karin is not None
    talk.store.contacts.add_address(talk.world.acme, karin.id, "office@customer.example", 1)
    page = anna.post(WRITE, {**anna.form(LEAD), "cc_more": "office@customer.example", "text": "Yes"})
    assert page.status_code == 422
    assert "office@customer.example and karin@customer.example both belong to Karin Ek, who gets it once" in page.text


def test_the_customer_is_offered_where_the_record_was_opened_by_hand(site: Site, anna: Browser) -> None:
    form = {
        "csrf": anna.csrf(), "kind": "open", "type": "lead", "title": "By phone", "customer": f"Mia <{MIA}>",
    }  # fmt: skip
    assert anna.post("/records/new/save", form).status_code == 303
    page = anna.get("/records/LEAD-2").text
    assert people(page) == [MIA] and shown(page, "subject") == "By phone"


def test_addresses_are_offered_while_somebody_types(talk: Site, anna: Browser) -> None:
    found = anna.get(f"{LEAD}/addresses?q=sara").json()
    assert found == [['"Sara" <sara@other.example>', "Sara", SARA]]
    assert anna.get(f"{LEAD}/addresses?q=").json() == []


@pytest.fixture
def page(talk: Site, tmp_path: Path) -> Iterator[Page]:
    """LEAD-1 in Chromium, as Anna."""
    with served(talk.app) as home, chromium(tmp_path / "profile") as context:
        opened = context.new_page()
        talk.store.sessions.add_link("once", talk.world.anna, talk.world.clock() + 600_000)
        opened.goto(f"{home}/enter/once")
        opened.locator("form button").first.click()
        opened.goto(f"{home}/records/LEAD-1")
        yield opened


def ticked(page: Page) -> list[str]:
    found: list[str] = page.locator(".chip input:checked").evaluate_all("all => all.map(one => one.value)")
    return found


def test_in_the_browser_the_form_changes_in_place_and_what_was_written_stays(talk: Site, page: Page) -> None:
    page.locator(".editor #text").fill("Half a word")
    page.locator("#m4 a[data-compose=forward]").click()
    page.locator(".about", has_text="Forwards").wait_for()
    assert typed_words(page).startswith("Half a word\n\n---------- Forwarded message")
    assert ticked(page) == ["1"]
    add = page.locator("[name=to_more]")
    add.press_sequentially("sar")
    page.locator(".offered li", has_text="Sara").click()
    page.locator(".editor #text").press("Control+Enter")
    page.locator("article .kind", has_text="Forwarded").wait_for()
    assert outside(talk) == {("to", SARA)}


def test_in_the_browser_names_are_removed_bcc_is_opened_and_keys_reply(talk: Site, page: Page) -> None:
    assert page.locator("[name=bcc_more]").is_hidden()
    page.keyboard.press("a")
    page.locator("input[name=how][value=all]").wait_for(state="attached")
    page.locator(".chip", has_text="sara@").click()
    assert ticked(page) == [f'"Karin Ek" <{KARIN}>']
    page.get_by_role("button", name="Bcc").click()
    page.locator("[name=bcc_more]").fill(MIA)
    page.locator(".editor #text").fill("Yes")
    page.get_by_role("button", name="Send", exact=True).click()
    page.locator("article", has_text="Bcc").wait_for()
    assert outside(talk) == {("to", KARIN), ("bcc", MIA)}


def test_without_script_reply_leads_to_a_form_of_its_own(talk: Site, tmp_path: Path) -> None:
    with served(talk.app) as home, chromium(tmp_path / "plain", script=False) as context:
        page = context.new_page()
        talk.store.sessions.add_link("once", talk.world.anna, talk.world.clock() + 600_000)
        page.goto(f"{home}/enter/once")
        page.locator("form button").first.click()
        page.goto(f"{home}/records/LEAD-1")
        page.locator("#m1 a[data-compose=reply]").click()
        assert page.locator("[name=bcc_more]").is_visible() and page.locator(".about").inner_text().startswith(
            "Answers"
        )
        page.locator("#text").fill("Plainly")
        page.get_by_role("button", name="Send", exact=True).click()
        page.locator("article", has_text="Plainly").wait_for()
    last: Any = talk.world.thread("LEAD-1")[-1]
    assert last.answers_id == talk.world.thread("LEAD-1")[0].id


@pytest.mark.parametrize(("language", "said"), [("en", "gets nothing: no such address"), ("sv", "får ingenting:")])
def test_whom_nothing_reaches_is_marked_before_it_is_sent(site: Site, anna: Browser, language: str, said: str) -> None:
    """Who takes part, and whom somebody adds by hand: both are marked, and others are not."""
    world = site.world
    site.store.connection.execute("update users set language = ?", (language,))
    path = "/records/LEAD-1"
    assert said not in anna.get(path).text
    site.store.suppressions.add(world.acme, "karin@customer.example", "no such user", "550 5.1.1", None, 1)
    site.store.suppressions.add(world.acme, "erik@other.example", "no such user", "550 5.1.1", None, 1)
    page = anna.get(path).text
    assert page.count(said) == 1
    chip = re.search(r'<label class="chip">(?:(?!</label>).)*karin@customer(?:(?!</label>).)*</label>', page, re.S)
    assert chip is not None and said in chip[0]
    form = {**anna.form(path), "kind": "look", "cc_more": "erik@other.example, new@other.example"}
    added = anna.post(f"{path}/write", form).text
    assert added.count(said) == 2
    # What another company may not send to is no business of this one.
    site.store.suppressions.lift(world.acme, "karin@customer.example")
    site.store.suppressions.add(site.other, "karin@customer.example", "no such user", "550 5.1.1", None, 1)
    assert said not in anna.get(path).text
