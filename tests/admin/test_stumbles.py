"""What writers stumbled over on pages: files and words that were lost, a form that moved away, borders nobody saw."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.admin.chromium import chromium, served, typed_words
from tests.admin.conftest import PASSWORD, Browser, Site
from tests.unit.world import KARIN
from weftmail.core.limits import FILES_SIZE


@dataclass(frozen=True)
class Words:
    """The words of a page in one language."""

    code: str
    add: str
    send: str
    text: str
    empty: str
    signed_out: str
    too_large: str
    expired: str
    remove: str


ENGLISH = Words(
    "en", "Add", "Send", "Text", "Write a message or attach a file.", "You are signed out. What you wrote stays here.",
    "These files have more than 7 MB together.", "The form had expired", "Remove",
)  # fmt: skip
SWEDISH = Words(
    "sv", "Lägg till", "Skicka", "Text", "Skriv ett meddelande eller bifoga en fil.",
    "Du är utloggad. Det du skrev finns kvar här.", "De här filerna är större än 7 MB", "Formuläret var för gammalt",
    "Ta bort",
)  # fmt: skip


@pytest.fixture(params=[ENGLISH, SWEDISH], ids=lambda one: one.code)
def words(request: pytest.FixtureRequest, site: Site) -> Words:
    found: Words = request.param
    anna = site.store.users.get(site.world.anna)
    assert anna is not None
    site.store.users.set(replace(anna, language=found.code))
    return found


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


def choose(page: Page, name: str = "plan.txt", content: bytes = b"A plan.\n") -> None:
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "text/plain", "buffer": content})


def chosen(page: Page) -> list[str]:
    """Return the files that are kept with the draft."""
    expect(page.locator("input[type=file]")).to_have_value("")
    found: list[str] = page.locator("#kept-files bdi").all_inner_texts()
    return found


def send(page: Page, words: Words) -> None:
    page.get_by_role("button", name=words.send, exact=True).click()


def posts(site: Site) -> list[Any]:
    return [one for one in site.world.thread("LEAD-1") if one.kind == "post"]


def test_a_chosen_file_stays_when_add_is_pressed_and_when_the_form_is_refused(
    site: Site, words: Words, page: Page
) -> None:
    choose(page)
    page.locator(".editor #text").fill("Here is the plan.")
    page.locator("[name=to_more]").fill("no address")
    page.get_by_role("button", name=words.add, exact=True).first.click()
    page.locator("[name=to_more][aria-invalid]").wait_for()
    assert chosen(page) == ["plan.txt"] and typed_words(page) == "Here is the plan."
    assert page.locator(".chosen").count() == 0
    page.locator("[name=to_more]").fill("erik@partner.example")
    page.get_by_role("button", name=words.add, exact=True).first.click()
    page.locator(".chip", has_text="erik@partner.example").wait_for()
    assert chosen(page) == ["plan.txt"]
    send(page, words)
    page.locator("article .files", has_text="plan.txt").wait_for()
    (post,) = posts(site)
    assert post.text.strip() == "Here is the plan." and typed_words(page) == ""
    assert re.search(r"/records/LEAD-1#m\d+$", page.url)


def test_without_script_the_files_are_kept_with_the_draft(site: Site, anna: Browser, words: Words) -> None:
    form = {**anna.form("/records/LEAD-1"), "kind": "look", "text": "Here."}
    answer = anna.post("/records/LEAD-1/write", form, files={"files": ("plan.txt", b"A plan.\n", "text/plain")})
    for page in (answer.text, anna.get("/records/LEAD-1").text):
        assert f'<html lang="{words.code}">' in page
        assert re.search(r'name="kept" value="1"[^>]* checked> <span><bdi>plan.txt</bdi>', page) and "Here." in page


def test_what_was_written_outlives_the_session_and_is_sent_after_the_next_sign_in(
    site: Site, words: Words, page: Page
) -> None:
    choose(page)
    page.locator(".editor #text").fill("Half an hour of work.")
    site.store.sessions.end_all(site.world.anna)
    send(page, words)
    page.get_by_text(words.signed_out).wait_for()
    assert typed_words(page) == "Half an hour of work." and chosen(page) == ["plan.txt"]
    with page.expect_popup() as opened:
        page.locator("#went-wrong a").click()
    other = opened.value
    other.locator("[name=address]").fill("anna@acme.example")
    other.locator("[name=password]").fill(PASSWORD)
    other.locator("button.primary").click()
    other.locator("main").wait_for()
    other.close()
    send(page, words)
    page.get_by_text(words.expired).wait_for()
    send(page, words)
    page.locator("article .files", has_text="plan.txt").wait_for()
    assert [one.text.strip() for one in posts(site)] == ["Half an hour of work."]


def test_words_are_there_again_after_a_reload_and_gone_once_they_are_sent(site: Site, words: Words, page: Page) -> None:
    page.locator(".editor #text").press_sequentially("Not lost.")
    page.reload()
    assert typed_words(page) == "Not lost."
    send(page, words)
    page.locator("article", has_text="Not lost.").wait_for()
    page.reload()
    assert typed_words(page) == "" and len(posts(site)) == 1


def test_too_much_is_said_before_it_is_sent_and_nothing_is_lost(site: Site, words: Words, page: Page) -> None:
    page.locator(".editor #text").fill("A film.")
    page.locator("form.composer").evaluate("one => { one.dataset.most = 10; }")
    choose(page, "film.txt", b"x" * 11)
    page.get_by_text(words.too_large).wait_for()
    assert typed_words(page) == "A film." and page.locator("#kept-files bdi").count() == 0
    assert posts(site) == []


def test_a_file_that_is_too_large_holds_send_back_until_it_is_taken_out(site: Site, words: Words, page: Page) -> None:
    page.locator(".editor #text").fill("Two films.")
    page.locator("form.composer").evaluate("one => { one.dataset.most = 10; }")
    choose(page, "small.txt", b"x" * 4)
    page.locator("#kept-files bdi", has_text="small.txt").wait_for()
    for name in ("film.txt", "other.txt"):
        choose(page, name, b"x" * 11)
        page.locator(".unfit", has_text=name).wait_for()
    assert page.locator("input[type=file]").input_value() == ""
    send(page, words)
    expect(page.locator("#went-wrong")).to_contain_text(words.too_large)
    assert posts(site) == []
    for name, left in (("film.txt", 1), ("other.txt", 0)):
        page.get_by_role("button", name=f"{words.remove}: {name}").click()
        expect(page.locator(".unfit")).to_have_count(left)
        expect(page.locator("#went-wrong")).to_have_count(min(left, 1))
    send(page, words)
    page.locator("article .files", has_text="small.txt").wait_for()
    (post,) = posts(site)
    assert post.text.strip() == "Two films." and typed_words(page) == ""


def test_the_limit_is_one_for_page_and_command_and_is_said_beside_the_field(
    site: Site, anna: Browser, words: Words
) -> None:
    page = anna.get("/records/LEAD-1").text
    assert {"en": "up to 7 MB together", "sv": "högst 7 MB tillsammans"}[
        words.code
    ] in page and f'data-most="{FILES_SIZE}"' in page
    form = {**anna.form("/records/LEAD-1"), "text": "A film."}
    half = ("half.bin", b"x" * (FILES_SIZE // 2 + 1), "application/octet-stream")
    answer = anna.post("/records/LEAD-1/write", form, files=[("files", half), ("files", half)])
    assert answer.status_code == 422 and words.too_large in answer.text
    assert "A film." in answer.text and posts(site) == []


@pytest.mark.parametrize("text", ["", "  \n ", "\u200b", "\u2060 \u200d\ufeff", "\u00a0\n\u2028"])
def test_an_empty_message_is_never_sent(site: Site, anna: Browser, words: Words, text: str) -> None:
    answer = anna.post("/records/LEAD-1/write", {**anna.form("/records/LEAD-1"), "text": text})
    assert answer.status_code == 422 and words.empty in answer.text and posts(site) == []


def test_arriving_messages_leave_the_form_where_it_is(site: Site, words: Words, page: Page) -> None:
    locator = site.world.thread("LEAD-1")[0].rfc_message_id

    def arrives(name: str) -> None:
        text = "\n".join(f"{name} {number}" for number in range(40))
        site.world.deliver(site.world.mail(KARIN, text=text, references=[locator]), "leads@acme.example")
        page.locator("article", has_text=f"{name} 39").wait_for(state="attached")

    def top() -> float:
        found: float = page.locator("#write").evaluate("one => one.getBoundingClientRect().top")
        return found

    page.locator(".live.on").wait_for()
    arrives("First")
    page.locator(".editor #text").fill("I am writing.")
    page.locator("#write").scroll_into_view_if_needed()
    before = top()
    arrives("Second")
    arrives("Third")
    assert abs(top() - before) < 2 and typed_words(page) == "I am writing."


CONTRAST = """one => {
  const parse = (text) => text.match(/[0-9.]+/g).slice(0, 3).map(Number);
  const light = (colour) => {
    const [r, g, b] = parse(colour).map((v) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const card = getComputedStyle(document.querySelector(".composer")).backgroundColor;
  const [a, b] = [light(getComputedStyle(one).borderTopColor), light(card)].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_borders_of_fields_can_be_seen(page: Page, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    for note in (False, True):
        if note:
            page.locator(".tabs .log").click()
        for field in page.locator(
            "form.composer textarea, form.composer .add:visible, form.composer .chip:visible"
        ).all():
            assert field.evaluate(CONTRAST) >= 3


def test_the_chosen_tab_is_told_in_forced_colours(page: Page) -> None:
    page.emulate_media(forced_colors="active")
    borders = page.locator(".tabs span").evaluate_all("some => some.map((one) => getComputedStyle(one).borderTopColor)")
    widths = page.locator(".tabs span").evaluate_all("some => some.map((one) => getComputedStyle(one).borderTopWidth)")
    back = page.locator(".tabs span").evaluate_all("some => some.map((one) => getComputedStyle(one).backgroundColor)")
    assert (borders[0], widths[0]) != (borders[1], widths[1]) and widths[0] == "2px" and back[0] != back[1]


def test_a_mail_that_nobody_checked_is_not_said_to_lack_a_signature(site: Site, anna: Browser, words: Words) -> None:
    site.world.deliver(site.world.mail(subject="Unchecked"), "leads@acme.example")
    page = anna.get("/records/LEAD-2").text
    said, wrong = {
        "en": ("○ Sender not verified", ("did not sign", "failed")),
        "sv": ("○ Ej verifierad avsändare", ("signerade inte", "har inte signerat", "misslyckades")),
    }[words.code]
    assert said in page and not [one for one in wrong if one in page]


def test_what_scrolls_can_be_reached_by_keyboard_and_html_mail_opens_in_full(
    site: Site, words: Words, page: Page
) -> None:
    mail = site.world.mail(KARIN, text="<p>Hello</p>\n").replace(b"text/plain", b"text/html")
    site.world.deliver(mail, "support@acme.example")
    home = page.url.partition("/records")[0]
    page.goto(f"{home}/records/TICKET-1")
    with page.expect_popup() as opened:
        page.get_by_role("link", name={"en": "Open this email in full", "sv": "Öppna hela mejlet"}[words.code]).click()
    assert "Hello" in opened.value.inner_text("body")
    assert page.locator("iframe.mail").evaluate("one => getComputedStyle(one).resize") == "vertical"
    name = site.catch("LEAD-1", site.world.mail(), site.world.acme, "acme.example")
    page.goto(f"{home}/caught/{name}")
    page.locator("pre.raw").focus()
    assert page.evaluate("document.activeElement.tagName") == "PRE"


@pytest.mark.parametrize(("lines", "least", "most"), [(1, 30, 90), (30, 500, 1200), (2000, 20_000, 120_000)])
def test_a_frame_is_as_high_as_the_mail_in_it(site: Site, page: Page, lines: int, least: int, most: int) -> None:
    mail = site.world.mail(KARIN, text="<p>Hello</p>\n" * lines).replace(b"text/plain", b"text/html")
    site.world.deliver(mail, "support@acme.example")
    page.goto(f"{page.url.partition('/records')[0]}/records/TICKET-1")
    frame = page.locator("iframe.mail")
    frame.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('iframe.mail').style.height !== ''")
    inside, height = frame.evaluate("one => [one.contentDocument.documentElement.scrollHeight, one.offsetHeight]")
    assert least <= height <= most
    assert inside <= height, "nothing is cut off, and nothing scrolls"
    frame.evaluate("one => { one.style.height = '444px'; window.dispatchEvent(new Event('resize')); }")
    assert frame.evaluate("one => one.offsetHeight") == 444, "what somebody pulled larger stays"


def test_the_page_stays_within_a_narrow_window(page: Page) -> None:
    for width, scheme in ((320, "light"), (320, "dark"), (1200, "light")):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


@pytest.mark.parametrize(("language", "said"), [("en", "You are signed out"), ("sv", "Du är utloggad")])
def test_without_script_the_words_come_back_when_a_session_has_ended(
    site: Site, anna: Browser, language: str, said: str
) -> None:
    form = {**anna.form("/records/LEAD-1"), "text": "Forty <chairs> & a table"}
    site.store.sessions.end_all(site.world.anna)
    headers = {"referer": "http://testserver/records/LEAD-1", "accept-language": language}
    answer = anna.post("/records/LEAD-1/write", form, headers=headers)
    assert answer.status_code == 401 and said in answer.text
    assert "\nForty &lt;chairs&gt; &amp; a table</textarea>" in answer.text
    assert 'href="/sign-in?next=%2Frecords%2FLEAD-1"' in answer.text
    assert len(site.world.thread("LEAD-1")) == 1


@pytest.mark.parametrize("form", [{"text": " "}, {"text": "x" * 600_000}, {}])
def test_who_wrote_nothing_or_far_too_much_signs_in(browser: Callable[[], Browser], form: dict[str, str]) -> None:
    answer = browser().post("/records/LEAD-1/write", form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
