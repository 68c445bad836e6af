"""Reading a record: at its first unread message, words found in it, files in one place, images by a click."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.admin.chromium import chromium, served, typed_words
from tests.admin.conftest import Browser, Site
from tests.admin.test_browser import enter
from tests.admin.test_fields import setup_of
from weftmail.admin.headers import MAIL
from weftmail.flow.actor import Actor
from weftmail.flow.post import Draft, DraftFile, post
from weftmail.flow.setup import note
from weftmail.flow.setup.act import Done

PIXEL = '<p>Look</p><img src="https://pictures.example/a.png" alt="A"><img alt="B" src="http://pictures.example/b.png">'


def written(site: Site, count: int, word: str = "Message") -> None:
    """Let Björn write so many notes on LEAD-1, numbered from 1."""
    bjorn = site.store.users.get(site.world.bjorn)
    assert bjorn is not None
    for number in range(1, count + 1):
        file = [DraftFile(f"f{number}.txt", "text/plain", b"%d" % number)] if number % 2 else []
        post(
            site.store,
            site.installation,
            site.world.record("LEAD-1"),
            bjorn,
            Draft(f"{word} {number}", note=True, files=file),
        )


def numbers(html: str) -> list[int]:
    return [int(one) for one in re.findall(r'<li class="entry [a-z]+" id="m(\d+)"', html)]


def follow(site: Site) -> None:
    site.store.records.follow(site.world.acme, site.world.record("LEAD-1").id, site.world.anna, 1)


@pytest.mark.parametrize("count", [3, 20, 49])
def test_it_opens_at_the_first_unread_message(site: Site, anna: Browser, count: int) -> None:
    follow(site)
    anna.get("/records/LEAD-1")
    before = site.store.threads.last_number(site.world.acme, site.world.record("LEAD-1").id)
    written(site, count)
    peeked = anna.get("/records/LEAD-1?peek=yes").text
    page = anna.get("/records/LEAD-1").text
    first = page.index('id="new"')
    assert 'id="new"' in peeked, "an open page that looks for what is new has not read it"
    assert page.index(f'id="m{before}"') < first < page.index(f'id="m{before + 1}"')
    assert 'id="new"' not in anna.get("/records/LEAD-1").text


def test_it_opens_there_although_more_came_than_a_page_holds(site: Site, anna: Browser) -> None:
    follow(site)
    anna.get("/records/LEAD-1")
    before = site.store.threads.last_number(site.world.acme, site.world.record("LEAD-1").id)
    written(site, 70)
    page = anna.get("/records/LEAD-1").text
    assert numbers(page)[0] == before + 1 and len(numbers(page)) == 50
    newest = re.search(r'href="(/records/LEAD-1\?newest=)#newest">Newest messages', page)
    assert newest is not None
    last = anna.get(newest[1]).text
    assert numbers(last)[-1] == before + 70 and 'id="write"' in last
    assert 'id="new"' not in anna.get("/records/LEAD-1").text


@pytest.mark.parametrize("number", [1, 30, 60, 81, 999])
def test_a_link_leads_to_its_message_wherever_it_stands(site: Site, anna: Browser, number: int) -> None:
    written(site, 80)
    found = numbers(anna.get(f"/records/LEAD-1?at={number}").text)
    assert min(number, found[-1]) in found and len(found) == 50


@pytest.mark.parametrize(
    ("words", "hits"), [("valve 7", 1), ("valve", 9), ("VALVE 3", 1), ("nothing", 0), ('"valve 2"', 1)]
)
def test_words_are_found_in_this_conversation_alone(site: Site, anna: Browser, words: str, hits: int) -> None:
    written(site, 9, "Valve")
    site.world.deliver(site.world.mail(subject="Valve 7", text="valve 7 and valve 3"), "leads@acme.example")
    page = anna.get("/records/LEAD-1/find", params={"q": words}).text
    assert len(re.findall(r"/records/LEAD-1\?at=\d+#m\d+", page)) == hits
    assert ("<mark>" in page) is bool(hits) and "LEAD-2" not in page


def test_all_files_stand_in_one_place_in_pages(site: Site, anna: Browser) -> None:
    written(site, 120)
    first = anna.get("/records/LEAD-1/files").text
    names = re.findall(r"<bdi>(f\d+\.txt)</bdi>", first)
    assert len(names) == 50 and names[0] == "f119.txt"
    older = re.search(r'href="(/records/LEAD-1/files\?before=\d+)"', first)
    assert older is not None
    rest = anna.get(older[1]).text
    names += re.findall(r"<bdi>(f\d+\.txt)</bdi>", rest)
    assert names == [f"f{number}.txt" for number in range(119, 0, -2)]
    link = re.search(r'href="(/records/LEAD-1/\d+/files/\d+)"', rest)
    assert link is not None and anna.get(link[1]).status_code == 200


def html_mail(site: Site, *, verified: bool = True, author: str = "karin@customer.example") -> str:
    world = site.world
    mail = world.mail(author, subject="Pictures", text=PIXEL, verified=verified)
    html = mail.replace(b'Content-Type: text/plain; charset="utf-8"', b"Content-Type: text/html")
    world.deliver(html, "leads@acme.example")
    return "/records/LEAD-2"


def test_remote_images_are_loaded_by_a_click_and_for_a_verified_sender_always(site: Site, anna: Browser) -> None:
    at = html_mail(site)
    page = anna.get(at).text
    assert "2 remote images were not loaded" in page and "Always load those" in page
    shut, opened = anna.get(f"{at}/1/html"), anna.get(f"{at}/1/html?images=yes")
    assert ' src="http' not in shut.text and shut.headers["content-security-policy"] == MAIL
    assert (
        'src="https://pictures.example/a.png"' in opened.text and 'src="http://pictures.example/b.png"' in opened.text
    )
    policy = opened.headers["content-security-policy"]
    assert "img-src data: https:; upgrade-insecure-requests;" in policy and "script" not in policy
    assert opened.headers["referrer-policy"] == "no-referrer"
    assert "1/html?images=yes" in anna.get(f"{at}?images=1").text
    went = anna.post(f"{at}/1/images", {"csrf": anna.csrf()})
    assert went.status_code == 303
    after = anna.get(went.headers["location"]).text
    assert "Remote images of this sender are loaded" in after and "Undo" in after
    assert 'src="https://pictures.example/a.png"' in anna.get(f"{at}/1/html").text
    anna.post(f"{at}/1/images", {"csrf": anna.csrf(), "do": "ask"})
    assert ' src="http' not in anna.get(f"{at}/1/html").text


def test_nobody_gets_images_loaded_by_bearing_a_senders_name(site: Site, anna: Browser) -> None:
    anna.post(f"{html_mail(site)}/1/images", {"csrf": anna.csrf()})
    html_mail(site, verified=False)
    assert ' src="http' not in anna.get("/records/LEAD-3/1/html").text
    page = anna.get("/records/LEAD-3").text
    assert "were not loaded" in page and "Always load those" not in page
    assert anna.post("/records/LEAD-3/1/images", {"csrf": anna.csrf()}).status_code == 404


def test_colleagues_stand_in_one_folded_line(site: Site, anna: Browser) -> None:
    store, world = site.store, site.world
    record = world.record("LEAD-1")
    store.records.follow(world.acme, record.id, world.bjorn, 1)
    user = store.users.get(world.anna)
    assert user is not None
    post(store, site.installation, record, user, Draft("Yes, 38 is fine.", to=["karin@customer.example"]))
    page = anna.get("/records/LEAD-1").text
    line = re.search(r"<summary>Notified: (.*?)</summary>", page[page.index("Yes, 38") :], re.DOTALL)
    assert line is not None and re.sub(r"<[^>]+>", "", line[1]) == "Björn unread"
    outside = page[page.index("Yes, 38") : page.index("<summary>Notified", page.index("Yes, 38"))]
    assert "karin@customer.example" in outside and "Björn" not in outside


def test_the_source_is_for_admins(site: Site, anna: Browser, browser: Callable[[], Browser]) -> None:
    bjorn = browser()
    bjorn.sign_in("bjorn@acme.example")
    assert anna.get("/records/LEAD-1/1/source").status_code == 200
    assert bjorn.get("/records/LEAD-1/1/source").status_code == 404
    assert "/records/LEAD-1/1/source" not in bjorn.get("/records/LEAD-1").text


def test_what_comes_in_moves_nothing_until_somebody_clicks(site: Site, tmp_path: Path) -> None:
    """What is being read and written stays where it is; the new message comes by a click, and is read then."""
    follow(site)
    written(site, 12)
    with served(site.app) as home, chromium(tmp_path / "profile", height=700) as context:
        page = context.new_page()
        enter(page, site, home)
        page.goto(f"{home}/records/LEAD-1")
        page.get_by_text("● Live").wait_for()
        page.locator(".editor #text").fill("Half a sentence")
        place = "document.getElementById('write').getBoundingClientRect().top"
        high, entries = page.evaluate("document.body.scrollHeight"), page.locator("#thread > .entry:visible").count()
        top = page.evaluate(place)
        first = site.world.thread("LEAD-1")[0].rfc_message_id
        for text in ("It is urgent", "And one more"):
            site.world.deliver(site.world.mail(text=text, references=[first], verified=True), "leads@acme.example")
        button = page.get_by_role("button", name="2 new messages")
        button.wait_for()
        assert page.evaluate(place) == top and page.evaluate("document.body.scrollHeight") == high
        assert page.locator("#thread > .entry:visible").count() == entries
        record = site.world.record("LEAD-1")
        assert site.store.read_state.since(record.company_id, site.world.anna, record.id) is not None
        button.click()
        page.get_by_text("And one more").wait_for()
        page.wait_for_function("!document.querySelector('#thread > .waiting')")
        assert typed_words(page) == "Half a sentence" and not button.is_visible()


def test_what_was_found_by_the_name_of_a_file_says_so(site: Site, anna: Browser) -> None:
    written(site, 2)
    page = anna.get("/records/LEAD-1/find?q=f1.txt").text
    assert "1 message" in page and "in the name of a file" in page
    assert "in the name of a file" not in anna.get('/records/LEAD-1/find?q="message 2"').text


def test_the_source_of_a_note_is_for_admins_and_gone_once_it_is_erased(
    site: Site, browser: Callable[[], Browser], anna: Browser
) -> None:
    """A note that came by mail says in its source what it said before its author changed it."""
    author = site.store.users.get(site.world.anna)
    assert author is not None
    bjorn = browser()
    bjorn.sign_in("bjorn@acme.example")
    values = (site.world.anna, site.world.thread("LEAD-1")[0].id)
    words = "update message set kind = 'note', author_user_id = ?, author_contact_id = null where id = ?"
    site.store.connection.execute(words, values)
    setup = replace(setup_of(site), actor=Actor("Anna", site.world.anna))
    assert isinstance(note.edit(setup, "LEAD-1", 1, "Twenty stools", author), Done)
    assert "Could you do 40 chairs?" in anna.get("/records/LEAD-1/1/source").text
    for path in ("source", "versions"):
        assert bjorn.get(f"/records/LEAD-1/1/{path}").status_code == 404
    page, text = bjorn.get("/records/LEAD-1").text, bjorn.get("/records/LEAD-1/1/text").text
    assert "Could you do" not in page + text and "Twenty stools" in page and "/1/source" not in page
    assert isinstance(note.erase(setup, "LEAD-1", 1), Done)
    gone = anna.get("/records/LEAD-1/1/source")
    assert gone.status_code == 410 and "was erased" in gone.text and "40 chairs" not in gone.text
