"""The editor, as somebody uses it: typed, pasted, dropped, reloaded, sent; and what hostile hands bring to its form."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.admin.chromium import Watched, chromium, served
from tests.admin.conftest import Browser, Site
from tests.admin.test_drafts import waits

LEAD = "/records/LEAD-1"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGNgGAWjYBSMAggAAAQQAAFqB0UfAAAAAElFTkSuQmCC"
)


@pytest.fixture
def watched(site: Site, tmp_path: Path) -> Iterator[Watched]:
    """LEAD-1 in Chromium, as Anna."""
    with served(site.app) as home, chromium(tmp_path / "profile") as context:
        found = Watched(context.new_page(), home)
        site.store.sessions.add_link("once", site.world.anna, site.world.clock() + 600_000)
        found.page.goto(f"{home}/enter/once")
        found.page.locator("form button").first.click()
        found.page.goto(f"{home}/records/LEAD-1")
        yield found


def pasted(page: Page, html: str, text: str = "") -> None:
    """Paste into the editor what another program copied."""
    page.locator(".editor #text").focus()
    page.evaluate(
        """([html, text]) => {
          const transfer = new DataTransfer();
          if (html) transfer.setData("text/html", html);
          transfer.setData("text/plain", text);
          const paste = new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true });
          document.getElementById("text").dispatchEvent(paste);
        }""",
        [html, text],
    )


def dropped(page: Page, *files: tuple[str, str, bytes]) -> None:
    """Drop files on the editor."""
    page.evaluate(
        """(files) => {
          const transfer = new DataTransfer();
          for (const [name, type, data] of files) {
            transfer.items.add(new File([Uint8Array.from(atob(data), (one) => one.charCodeAt(0))], name, { type }));
          }
          const editor = document.getElementById("text");
          const { right, top } = editor.getBoundingClientRect();
          const where = { clientX: right - 20, clientY: top + 15, bubbles: true, cancelable: true };
          editor.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, ...where }));
        }""",
        [[name, kind, base64.b64encode(content).decode()] for name, kind, content in files],
    )


def kept(page: Page) -> None:
    """Wait until what stands in the editor is kept as a draft."""
    page.wait_for_timeout(900)
    page.locator("#kept", has_text="Draft kept").wait_for()


def last(site: Site) -> Any:
    """Return the message that was written last."""
    return site.world.thread("LEAD-1")[-1]


def test_bold_a_list_a_link_and_a_pasted_table_reach_the_customer_with_text_beside(
    site: Site, watched: Watched
) -> None:
    page, text = watched.page, watched.page.locator(".editor #text")
    text.press_sequentially("We have ")
    text.press("Control+b")
    text.press_sequentially("40 chairs")
    text.press("Control+b")
    text.press_sequentially(":")
    text.press("Enter")
    text.press_sequentially("- oak")
    text.press("Enter")
    text.press_sequentially("ash")
    text.press("Enter")
    text.press("Enter")
    text.press_sequentially("See our shop")
    text.press("Control+Shift+ArrowLeft")
    text.press("Control+k")
    page.locator("#link-to").fill("shop.acme.example")
    page.locator("#link-to").press("Enter")
    text.press("End")
    text.press("Enter")
    pasted(page, "<table style='width:9px' onclick=alert(1)><tr><th>Wood<td>Price<tr><td>Oak<td>120</table>", "Wood")
    # There is a line below the table to go on in.
    text.locator("> div").last.click()
    page.keyboard.type("Anna")
    kept(page)
    page.reload()
    expect(text.locator("td")).to_have_text(["Price", "Oak", "120"])
    assert text.locator("strong").inner_text() == "40 chairs" and text.locator("li").count() == 2
    page.locator(".editor #text").press("Control+Enter")
    page.locator("li.post iframe.mail").wait_for()
    sent = last(site)
    assert sent.text.split("\n") == [
        "We have 40 chairs:", "- oak", "- ash", "See our shop <https://shop.acme.example>", "Wood\tPrice", "Oak\t120",
        "Anna",
    ]  # fmt: skip
    assert "<strong>40 chairs</strong>" in sent.html and "<li><div>oak</div></li>" in sent.html
    assert '<a href="https://shop.acme.example"' in sent.html and "onclick" not in sent.html
    shown = page.frame_locator("li.post iframe.mail").last
    assert shown.locator("td").all_inner_texts() == ["Price", "Oak", "120"]
    assert watched.alarms == []


def test_dropped_images_stand_among_the_words_and_survive_a_reload(site: Site, watched: Watched) -> None:
    page, text = watched.page, watched.page.locator(".editor #text")
    text.press_sequentially("Look: ")
    dropped(
        page, ("chair.png", "image/png", PNG), ("oak.png", "image/png", PNG + b"x"), ("list.csv", "text/csv", b"a,b")
    )
    expect(text.locator("img[src]")).to_have_count(2)
    page.locator("#kept-files bdi", has_text="list.csv").wait_for()
    assert page.locator("#kept-files .chip:visible").count() == 1 and page.locator(".uploads").count() == 0
    text.locator("img[src]").first.click()
    page.locator("#image-says").fill("A chair of oak")
    kept(page)
    page.reload()
    expect(text.locator("img[src]")).to_have_count(2)
    assert all(page.evaluate("[...document.querySelectorAll('#text img[src]')].map((one) => one.naturalWidth > 0)"))
    # One is taken out again: it stays behind.
    text.locator("img[src]").nth(1).click()
    page.keyboard.press("Delete")
    kept(page)
    page.get_by_role("button", name="Send", exact=True).click()
    page.locator("li.post iframe.mail").wait_for()
    sent = last(site)
    assert "[A chair of oak]" in sent.text and "Look:" in sent.text
    files = site.store.messages.attachments(site.world.acme, sent.id)
    assert sorted((one.filename, one.inline) for one in files) == [("chair.png", True), ("list.csv", False)]
    shown = page.frame_locator("li.post iframe.mail").last.locator("img")
    assert shown.get_attribute("src").startswith("data:image/png") and watched.alarms == []  # type: ignore[union-attr]


HOSTILE = (
    "<p onclick=\"console.log('canary')\">words<img src=x onerror=\"console.log('canary')\"></p>"
    "<svg onload=\"console.log('canary')\"></svg><script>console.log('canary')</script>"
    '<a href="javascript:console.log(\'canary\')">link</a><form action="//evil.example"><input name=csrf></form>'
    '<img src="https://tracker.example/p.png"><p style="position:fixed;inset:0">over</p><base href="//evil.example">'
)


def test_hostile_html_fires_nowhere_pasted_or_posted(site: Site, anna: Browser, watched: Watched) -> None:
    page = watched.page
    pasted(page, HOSTILE, "words")
    kept(page)
    page.reload()
    page.locator(".editor #text", has_text="over").wait_for()
    html = page.locator(".editor #text").inner_html()
    assert not re.search(r"onerror|onclick|svg|script|form|style=\"pos|tracker|base", html)
    form = {**anna.form(LEAD), "text": "harmless", "html": HOSTILE, "kind": "message"}
    assert anna.post(f"{LEAD}/write", form).status_code == 303
    sent = last(site)
    assert re.search(r"on\w+=|script|svg|form|position|tracker|evil", sent.html) is None and "words" in sent.text
    assert sent.text != "harmless"
    page.goto(page.url.split("#")[0])
    page.frame_locator("li.post iframe.mail").last.locator("a", has_text="link").click(timeout=5000, no_wait_after=True)
    alarms = [one for one in watched.alarms if "popup" not in one]
    assert alarms == [], alarms


def test_a_form_that_names_an_image_of_somebody_elses_draft_gets_none(
    site: Site, anna: Browser, browser: Callable[[], Browser]
) -> None:
    bjorn = browser()
    bjorn.sign_in("bjorn@acme.example")
    form = anna.form(LEAD)
    answer = anna.post(f"{LEAD}/draft", {**form, "text": "x"}, files=[("images", ("a.png", PNG, "image/png"))])
    ((number, *_, address),) = answer.json()["files"]
    assert anna.get(address).headers["content-type"] == "image/png" and bjorn.get(address).status_code == 404
    html = f'<p>Mine <img src="{address}"></p>'
    bjorn.post(f"{LEAD}/write", {**bjorn.form(LEAD), "html": html, "kind": "note"})
    assert last(site).text == "Mine" and "<img" not in last(site).html
    form = anna.form(LEAD)
    not_one = anna.post(f"{LEAD}/draft", {**form, "text": "x"}, files=[("images", ("a.png", b"<svg>", "image/png"))])
    assert [one[4] for one in not_one.json()["files"] if one[0] != number] == [""]


def test_without_javascript_the_words_are_typed_into_a_plain_text_box(site: Site, anna: Browser) -> None:
    anna.post(f"{LEAD}/draft", {**anna.form(LEAD), "text": "", "html": "<div>Half a <b>word</b></div>"})
    page = anna.get(LEAD).text
    assert re.search(r'<textarea id="text"[^>]*>\nHalf a word</textarea>', page)
    assert 'class="tools" role="toolbar" aria-label="Formatting" aria-controls="text" hidden' in page
    anna.post(f"{LEAD}/write", {**anna.form(LEAD), "text": "Half a word more", "kind": "message"})
    assert (last(site).text, last(site).html) == ("Half a word more", "")


def test_a_note_keeps_its_formatting_while_its_author_edits_it(site: Site, anna: Browser) -> None:
    html = "<div>Call <b>Karin</b></div>"
    anna.post(f"{LEAD}/write", {**anna.form(LEAD), "html": html, "kind": "note", "tab": "note"})
    number = last(site).number
    page = anna.get(f"{LEAD}/{number}/edit").text
    assert 'data-html="&lt;div&gt;Call &lt;b&gt;Karin' in page
    form = {"csrf": anna.form(LEAD)["csrf"]}
    save = f"{LEAD}/{number}/edit/save"
    anna.post(save, {**form, "html": "<div>Call <b>Erik</b><img src=x onerror=alert(1)></div>", "text": "x"})
    (note,) = [one for one in site.world.thread("LEAD-1") if one.number == number]
    assert (note.text, note.html) == ("Call Erik", "<div>Call <b>Erik</b></div>") and note.edited_at
    anna.post(save, {**form, "html": "", "text": "Call Erik"})
    (note,) = [one for one in site.world.thread("LEAD-1") if one.number == number]
    assert (note.text, note.html) == ("Call Erik", "")


def test_what_waits_is_shown_as_it_was_formatted_and_comes_back_so(site: Site, anna: Browser) -> None:
    waits(site)
    html = "<div>We have <b>40</b></div>"
    assert anna.post(f"{LEAD}/write", {**anna.form(LEAD), "html": html, "kind": "message"}).status_code == 303
    (draft,) = site.store.drafts.of_record(site.world.acme, site.world.record("LEAD-1").id)
    address = f"{LEAD}/leaving/{draft.id}/html"
    assert f'src="{address}"' in anna.get(LEAD).text
    shown = anna.get(address)
    assert html in shown.text and "sandbox" in shown.headers["content-security-policy"]
    anna.post(f"{LEAD}/leaving/{draft.id}", {**anna.form(LEAD), "act": "back"})
    assert anna.get(address).status_code == 404
    assert 'data-html="&lt;div&gt;We have &lt;b&gt;40' in anna.get(f"{LEAD}?draft=message").text


@pytest.mark.parametrize(("width", "dark", "language"), [(320, False, "sv"), (1200, True, "en")])
def test_it_can_be_used_by_everybody_narrow_and_dark_and_in_both_languages(
    site: Site, tmp_path: Path, width: int, dark: bool, language: str
) -> None:
    site.store.users.set(replace(site.store.users.get(site.world.anna), language=language))  # type: ignore[type-var]
    with served(site.app) as home, chromium(tmp_path / "profile", width=width, dark=dark) as context:
        page = context.new_page()
        site.store.sessions.add_link("once", site.world.anna, site.world.clock() + 600_000)
        page.goto(f"{home}/enter/once")
        page.locator("form button").first.click()
        page.goto(f"{home}{LEAD}")
        tools = page.get_by_role("toolbar", name="Formatering" if language == "sv" else "Formatting")
        tools.get_by_role("button", name="Fet" if language == "sv" else "Bold").focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        page.locator(".editor #text").press_sequentially("38 ")
        assert page.locator("#text em").inner_text().strip() == "38"
        assert page.locator(".editor #text").get_attribute("role") == "textbox" and page.locator("#text").get_attribute(
            "aria-label"
        )
        # Tab leaves the editor.
        page.locator(".editor #text").press("Tab")
        assert page.evaluate("document.activeElement.id") != "text"
        pasted(page, "<table><tr><td>a long word in a table that is wide<td>another one, wider<td>and more</table>")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        found = Axe().run(page, context="#write").response["violations"]
        assert [(one["id"], [each["html"] for each in one["nodes"]][:2]) for one in found] == []
        page.screenshot(path=tmp_path / "page.png")
