"""The editor, as somebody uses it: typed, pasted, dropped, reloaded, sent; and what hostile hands bring to its form."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.admin.chromium import Watched, chromium, served
from tests.admin.conftest import Browser, Site

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
    page.locator("#text").focus()
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
    page, text = watched.page, watched.page.locator("#text")
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
    kept(page)
    page.reload()
    expect(text.locator("td")).to_have_text(["Price", "Oak", "120"])
    assert text.locator("strong").inner_text() == "40 chairs" and text.locator("li").count() == 2
    page.locator("#text").press("Control+Enter")
    page.locator("li.post iframe.mail").wait_for()
    sent = last(site)
    assert sent.text.split("\n") == [
        "We have 40 chairs:", "- oak", "- ash", "See our shop <https://shop.acme.example>", "Wood\tPrice", "Oak\t120",
    ]  # fmt: skip
    assert "<strong>40 chairs</strong>" in sent.html and "<li><div>oak</div></li>" in sent.html
    assert '<a href="https://shop.acme.example"' in sent.html and "onclick" not in sent.html
    shown = page.frame_locator("li.post iframe.mail").last
    assert shown.locator("td").all_inner_texts() == ["Price", "Oak", "120"]
    assert watched.alarms == []


def test_dropped_images_stand_among_the_words_and_survive_a_reload(site: Site, watched: Watched) -> None:
    page, text = watched.page, watched.page.locator("#text")
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
    page.locator("#text", has_text="over").wait_for()
    html = page.locator("#text").inner_html()
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
