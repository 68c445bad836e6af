"""Foreign HTML in the mails that we send covers no word of ours: looked at in a real browser, pixel by pixel."""

# ruff: noqa: E501 - a vector stands in one line

from __future__ import annotations

import email
from collections.abc import Iterator
from email.policy import default
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.admin.chromium import chromium
from weftmail.core.address import Mailbox
from weftmail.core.composing.mail import ForColleagues, ForOutsider, Letter, compose
from weftmail.core.composing.notification import Answer, Notice
from weftmail.core.parsing.html import sanitise

BIG = "<b style='background-color:#f00;color:#f00;font-size:96px'>COVER COVER COVER</b>"
TOWER = "Z" + "&#x30d;&#x317;&#x20dd;" * 400
MANY = "<br>".join(["COVER"] * 12)
RED = "background-color:#f00;color:#f00"

VECTORS = [
    f"<div style='position:fixed;top:0;left:0;width:100%;height:100%;{RED}'>{BIG}</div>",
    f"<div style='position:absolute;inset:0;z-index:99;{RED}'>{BIG}</div><div style='position:sticky;top:0'>{BIG}</div>",
    f"<div style='margin-top:-400px;margin-bottom:-400px;{RED}'>{BIG}</div>",
    f"<div style='margin:calc(0px - 400px);margin-bottom:-50vh;{RED}'>{BIG}</div>",
    f"<div style='MARGIN-TOP:-400PX !important;{RED}'>{BIG}</div><p style='margin-bottom:-9em'>{BIG}</p>",
    f"<div style='transform:translateY(200px) scale(9);{RED}'>{BIG}</div><div style='translate:0 300px'>{BIG}</div>",
    f"<div style='height:0;{RED}'>{MANY}</div>",
    f"<div style='max-height:1px;overflow:visible;{RED}'>{MANY}</div><div style='height:1%'>{MANY}</div>",
    f"<table height=1 style='height:0;display:block'><tr style='display:block;height:0'><td style='display:block;height:0'>{MANY}",
    f"<table><tr><td style='float:left;height:0;{RED}'>{MANY}</td></tr></table>",
    f"<div style='float:left;width:100%;{RED}'>{MANY}</div>",
    f"<img align=left width=600 height=600 src='cid:x' style='{RED}'><img style='float:right;height:900px;{RED}' src='cid:x'>",
    f"<div style='line-height:0;{RED}'>{MANY}</div>",
    f"<div style='font-size:8px;line-height:8px'><span style='font-size:96px;{RED}'>{MANY}</span></div>",
    f"<div style='font-size:8px;line-height:100%'><span style='font-size:96px;{RED}'>COVER</span></div>",
    f"<div style='font:8px/8px Arial'><span style='font:96px/1px Arial;{RED}'>COVER</span></div>",
    f"<p style='line-height:.01;font-size:90px;{RED}'>COVER<br>COVER</p>",
    f"<p style='text-indent:-900px;letter-spacing:-90px;word-spacing:-900px;{RED}'>COVER COVER</p>",
    f"<span style='vertical-align:-400px;{RED}'>COVER</span><span style='vertical-align:900%;{RED}'>COVER</span>",
    "<p style='text-decoration:underline 400px #f00;text-underline-offset:-200px'>COVER</p>",
    "<p style='text-shadow:0 -90px #f00,0 90px #f00;box-shadow:0 0 0 400px #f00;outline:400px solid #f00'>COVER</p>",
    "<p style='border:400px solid #f00;border-radius:400px;margin:-400px'>COVER</p>",
    f"<p style='background:#f00;background-size:900vw;width:900vw;height:900vh'>{BIG}</p>",
    f"<p>{TOWER}</p><p>COVER {TOWER}{TOWER}</p>",
    f"<p>{'Z' + '&#x30d;<b></b>&#x200d;' * 300}</p>",
    f"</td></tr></table></div></body></html><div style='position:fixed;top:0;{RED}'>{BIG}</div>",
    f"</div></div></td></tr><tr><td style='{RED}'>{BIG}</td></tr></table><table><tr><td rowspan=65534>{BIG}",
    f"<td>{BIG}</td><tr><td>{BIG}</td></tr><caption>{BIG}</caption><col width=900><tbody>",
    f"<table width=99999 height=99999><tr><td width='500%' style='width:900vw;{RED}'>{BIG}</td></tr></table>",
    f"<div dir=rtl style='direction:rtl;unicode-bidi:bidi-override;white-space:nowrap;{RED}'>{'COVER ' * 400}</div>",
    f"<bdo dir=rtl>{'COVER' * 900}</bdo>&#x202e;&#x202e;&#x2067; COVER",
    f"<div style='display:flex;flex-direction:column-reverse;order:-1;{RED}'>{BIG}</div><div style='display:contents'>{BIG}",
    f"<div style='clip-path:none;opacity:.01;filter:drop-shadow(0 90px red);mask:none'>{BIG}</div>",
    f"<style>*{{position:fixed;font-size:0}} strong{{display:none}}</style>{BIG}",
    f"<center><div style='columns:9;column-gap:-90px;{RED}'>{MANY}</div></center>",
    f"<h1><div><h1><div><h1><div><h1>{BIG}</h1></div></h1></div></h1></div></h1>",
    f"<sup><sup><sup><sup><sup><sup>{BIG}</sup></sup></sup></sup></sup></sup><sub><sub><sub>{BIG}</sub></sub></sub>",
    f"<a id=ours name=ours href='#ours' style='position:fixed;top:0;width:100%;height:100%;{RED}'>{BIG}</a>",
    f"<div style=\"color:red;/**/position:fixed;p\\6fsition:absolute;top:0;{RED}\">{BIG}</div>",
    f"<blockquote style='margin:0 0 -500px -500px'><table style='margin-top:-500px;{RED}'><tr><td>{BIG}</table></blockquote>",
    f"<pre style='margin:-99px;line-height:1px'>{MANY}</pre><hr size=9999 style='margin:-300px;height:900px;{RED}'>",
]  # fmt: skip

NOTICE = Notice(
    kind="received",
    number="LEAD-7",
    title="Office chairs",
    url="https://mail.acme.example/records/LEAD-7",
    author="Karin Ek",
    author_address="karin@customer.example",
    verified=False,
    outsiders=("Sara <sara@customer.example>",),
    answer=Answer(to=("Karin Ek",), sender="Acme Sales"),
)
FRAME = """() => {
  const cells = [...document.querySelectorAll('td > div')].filter(one => !one.parentElement.closest('td td'));
  const foreign = cells[0];
  const ours = [...document.body.querySelectorAll('*')].filter(
    one => !foreign.contains(one) && !one.contains(foreign) && one.textContent.trim()
      && ![...one.children].some(each => each.textContent.trim() && getComputedStyle(each).display === 'block'));
  const covered = [];
  for (const one of ours) {
    const range = document.createRange();
    range.selectNodeContents(one);
    one.scrollIntoView({block: 'center'});
    for (const box of range.getClientRects())
      for (const share of [0.02, 0.25, 0.5, 0.75, 0.98]) {
        const hit = document.elementFromPoint(box.left + box.width * share, box.top + box.height / 2);
        if (hit === null || foreign.contains(hit)) covered.push(one.textContent.trim().slice(0, 40));
      }
  }
  return {cells: cells.length, ours: ours.map(one => one.textContent.trim()), covered};
}"""


def letter(html: str) -> Letter:
    return Letter(
        message_id="m1@acme.example",
        from_=Mailbox("Karin", "leads@acme.example"),
        subject="Chairs",
        text="Chairs",
        date=1_800_000_000_000,
        loop="x",
        html=sanitise(html),
    )


def page_of(html: str, copy: ForColleagues | ForOutsider) -> str:
    """Return the HTML part of the mail that carries a foreign page."""
    mail = email.message_from_bytes(compose(letter(html), copy), policy=default)
    part = mail.get_body(("html",))  # type: ignore[attr-defined]
    text: str = part.get_content()
    return text


COPIES = {
    "notification": ForColleagues("reply+x@acme.example", NOTICE),
    "outsider": ForOutsider(Mailbox("Acme", "leads@acme.example"), ("Anna Berg", "Acme Sales")),
}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with chromium(tmp_path_factory.mktemp("profile"), width=700, height=500) as context:
        yield context.new_page()


def inks_over(page: Page) -> bool:
    """Say whether something of the foreign cell is painted outside it: it is taken away, and what was ours compared."""
    top, bottom, end = page.evaluate(
        "() => { const one = document.querySelector('table').getBoundingClientRect();"
        " return [one.top + scrollY, one.bottom + scrollY, document.documentElement.scrollHeight]; }"
    )
    stretches = [(at, height) for at, height in ((0, int(top)), (int(bottom) + 1, 160)) if height > 4 and at < end - 4]
    clips = [{"x": 0, "y": at, "width": 680, "height": min(height, end - at)} for at, height in stretches]
    before = [page.screenshot(full_page=True, clip=clip) for clip in clips]  # type: ignore[arg-type]
    page.evaluate("() => { document.querySelector('table').style.visibility = 'hidden'; }")
    page.add_style_tag(content="table * { visibility: hidden !important; }")
    return before != [page.screenshot(full_page=True, clip=clip) for clip in clips]  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", COPIES)
def test_no_word_of_ours_is_covered(browser: Page, kind: str) -> None:
    browser.set_content(page_of("<p>Hello <b>Anna</b></p>", COPIES[kind]))
    harmless = browser.evaluate(FRAME)
    assert harmless["covered"] == [] and harmless["cells"] == 1
    assert "Acme Sales" in " ".join(harmless["ours"])
    wrong = []
    for number, vector in enumerate(VECTORS):
        browser.set_content(page_of(vector, COPIES[kind]))
        found = browser.evaluate(FRAME)
        if found["covered"] or found["ours"] != harmless["ours"] or found["cells"] != 1:
            wrong.append((number, vector[:80], found["covered"]))
        elif inks_over(browser):
            wrong.append((number, vector[:80], ["it is painted over"]))
    assert wrong == []


def test_what_would_cover_our_words_is_seen_as_such(browser: Page, tmp_path: Path) -> None:
    """The control: of a mail that was not sanitised, the test sees what covers."""
    page = page_of("<p>HERE</p>", COPIES["notification"])
    for raw in (VECTORS[0], VECTORS[2], f"<div style='position:relative;top:60px;{RED}'>{BIG}</div>"):
        browser.set_content(page.replace("<p>HERE</p>", raw).replace("overflow:auto", ""))
        assert browser.evaluate(FRAME)["covered"] or inks_over(browser)
