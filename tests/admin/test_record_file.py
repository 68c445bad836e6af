"""Files of messages: small pictures, a page on which one is viewed, emails opened, what a calendar says."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.admin.chromium import chromium, served
from tests.admin.conftest import Browser, Site
from tests.admin.test_browser import enter
from tests.unit.pictures import image, pdf, png_of
from weftmail.admin.apart import Apart, Workshop
from weftmail.admin.headers import FILE, MAIL, MAIL_WITH_IMAGES
from weftmail.core.picture import Picture

INVITE = (
    "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nSUMMARY:Measure the hall <b>\n"
    "DTSTART:20261201T080000Z\nDTEND:20261201T093000Z\nLOCATION:Hall 4\n"
    "ORGANIZER;CN=Karin Ek:mailto:karin@customer.example\n"
    "RRULE:FREQ=WEEKLY\nEND:VEVENT\nEND:VCALENDAR\n"
)
FORWARDED = (
    b"From: Erik Lund <erik@supplier.example>\nTo: karin@customer.example\nSubject: Oak prices\n"
    b"Date: Fri, 20 Nov 2026 09:00:00 +0000\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
    b"--b\nContent-Type: text/html\n\n<p>Forty in <b>oak</b></p><script>alert(1)</script>"
    b"<img src=https://pictures.example/a.png>\n"
    b"--b\nContent-Type: text/plain; name=list.txt\nContent-Disposition: attachment\n\n12 kr\n--b--\n"
)


def parted(*parts: tuple[str, bytes]) -> bytes:
    """Return the body of a mail with a text and these files."""
    pieces = [b"Content-Type: text/plain\n\nSee the files.\n"]
    for head, content in parts:
        import base64

        coded = base64.encodebytes(content)
        pieces.append(f"Content-Type: {head}\nContent-Transfer-Encoding: base64\n\n".encode() + coded)
    return b"".join(b"--q\n" + one + b"\n" for one in pieces) + b"--q--\n"


@pytest.fixture
def filed(site: Site) -> str:
    """A message with an image, a PDF of three pages, an email, an invitation, a text and a bomb; its path."""
    world = site.world
    bomb = png_of(60_000, 60_000, b"")
    body = parted(
        ("image/png; name=hall.png", image("PNG", 800, 600)),
        ("application/pdf; name=plan.pdf", pdf(3)),
        ("text/calendar; name=visit.ics", INVITE.encode()),
        ("text/plain; name=notes.txt", b"notes"),
        ("image/png; name=bomb.png", bomb),
    )
    email = b"--q\nContent-Type: message/rfc822\nContent-Disposition: attachment; filename=prices.eml\n\n" + FORWARDED
    body = email + b"\n" + body
    first = world.thread("LEAD-1")[0].rfc_message_id
    raw = world.mail(references=[first], verified=True)
    head, _, _ = raw.partition(b"\n\n")
    head = re.sub(rb"(?m)^(Content-Type|Content-Transfer-Encoding|MIME-Version):.*\n?", b"", head).rstrip()
    head += b"\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=q\n\n"
    world.deliver(head + body, "leads@acme.example")
    number = site.store.threads.last_number(world.acme, world.record("LEAD-1").id)
    names = [one.filename for one in site.store.messages.attachments(world.acme, world.thread("LEAD-1")[-1].id)]
    assert names == ["prices.eml", "hall.png", "plan.pdf", "visit.ics", "notes.txt", "bomb.png"]
    return f"/records/LEAD-1/{number}/files"


def test_images_and_pdf_have_small_pictures_in_the_conversation_and_in_the_list(
    site: Site, anna: Browser, filed: str
) -> None:
    for page in (anna.get("/records/LEAD-1").text, anna.get("/records/LEAD-1/files").text):
        shown = re.findall(r'<img src="([^"]+/picture\?size=small)"', page)
        assert sorted(shown) == [f"{filed}/{number}/picture?size=small" for number in (2, 3, 6)]
    for number in (2, 3):
        answer = anna.get(f"{filed}/{number}/picture?size=small")
        assert answer.status_code == 200 and answer.headers["content-type"] == "image/webp"
        assert answer.headers["content-security-policy"] == FILE and len(answer.content) < 20_000
    bomb = anna.get(f"{filed}/6/picture?size=small")
    assert bomb.headers["content-type"] == "image/svg+xml" and bomb.headers["content-security-policy"] == FILE
    for nothing in (1, 4, 5, 7):
        assert anna.get(f"{filed}/{nothing}/picture?size=small").status_code == 404


def test_a_pdf_is_turned_page_by_page(site: Site, anna: Browser, filed: str) -> None:
    first = anna.get(f"{filed}/3/view").text
    assert "Page 1 of 3" in first and f'href="{filed}/3" download' in first and 'rel="next"' in first
    last = anna.get(f"{filed}/3/view?page=3").text
    assert "Page 3 of 3" in last and 'rel="next"' not in last and f'href="{filed}/3/view?page=2"' in last
    assert anna.get(f"{filed}/3/view?page=4").status_code == 404
    pictures = {anna.get(f"{filed}/3/picture?page={page}").content for page in (1, 2, 3)}
    assert len(pictures) == 3
    assert anna.get(f"{filed}/3").headers["content-disposition"] == 'attachment; filename="plan.pdf"'


def test_what_cannot_be_drawn_says_so_and_can_be_downloaded(site: Site, anna: Browser, filed: str) -> None:
    page = anna.get(f"{filed}/6/view").text
    assert "The image is too large." in page and f'href="{filed}/6" download' in page
    assert anna.get(f"{filed}/5/view").status_code == 404


def test_an_email_is_opened_with_its_html_and_its_files(site: Site, anna: Browser, filed: str) -> None:
    page = anna.get(f"{filed}/1/view").text
    assert "<bdi>Oak prices</bdi>" in page and "Erik Lund" in page and "Nobody has checked who wrote it." in page
    assert "1 remote image was not loaded." in page and f'src="{filed}/1/mail/html"' in page
    frame = anna.get(f"{filed}/1/mail/html")
    assert frame.headers["content-security-policy"] == MAIL
    assert (
        "<b>oak</b>" in frame.text
        and "script" not in frame.text.partition("</head>")[2]
        and "https:" not in frame.text.replace('data-remote-src="https:', "")
    )
    with_images = anna.get(f"{filed}/1/mail/html?images=yes")
    assert with_images.headers["content-security-policy"] == MAIL_WITH_IMAGES
    file = anna.get(f"{filed}/1/mail/1")
    assert file.content.strip() == b"12 kr"
    assert file.headers["content-disposition"] == 'attachment; filename="list.txt"'
    for nothing in (f"{filed}/1/mail/2", f"{filed}/1/mail/0", f"{filed}/2/mail/1", f"{filed}/2/mail/html"):
        assert anna.get(nothing).status_code == 404


def test_an_invitation_is_a_card_in_the_readers_zone_and_language(site: Site, anna: Browser, filed: str) -> None:
    reader = site.store.users.get(site.world.anna)
    assert reader is not None
    site.store.users.set(replace(reader, zone="Europe/Stockholm"))
    page = anna.get("/records/LEAD-1").text
    card = re.search(r'<div class="invite">.*?</div>', page, re.S)
    assert card is not None
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", card[0]))
    assert "Tuesday 1 December 2026 09:00–10:30 CET" in said and "every week" in said
    assert "Measure the hall &lt;b&gt;" in said and "Hall 4" in said and "Karin Ek" in said
    assert "karin@customer.example" in said


def test_a_picture_is_drawn_once_and_kept_within_bounds() -> None:
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    drawn: list[str] = []

    class StoreAtHand:
        async def run(self, work: Callable[[object], bytes]) -> bytes:
            return work(None)

    def wanted(name: str) -> Apart:
        def work(content: bytes) -> Picture:
            drawn.append(name)
            return Picture(content, 1, 1, 1)

        return Apart(name, lambda _store: name.encode() * 10, work, lambda _visit, _made: None)  # type: ignore[arg-type, return-value]

    async def asked_for(names: str) -> str:
        """Return which of these are drawn, one after another, where two have room."""
        shop, before = Workshop(places=1, kept=25), len(drawn)
        await asyncio.gather(*(shop.made(StoreAtHand(), wanted(name)) for name in names))  # type: ignore[arg-type]
        shop.close()
        return "".join(drawn[before:])

    with ThreadPoolExecutor(1) as alone:
        for names, made in (("aaa", "a"), ("abab", "ab"), ("abcab", "abcab"), ("abacab", "abcb"), ("abcbc", "abc")):
            assert alone.submit(asyncio.run, asked_for(names)).result() == made


@pytest.mark.parametrize("lines", [3, 600])
def test_a_frame_is_as_high_as_the_mail_in_it(site: Site, tmp_path: Path, lines: int) -> None:
    world = site.world
    first = world.thread("LEAD-1")[0].rfc_message_id
    html = "".join(f"<p>Line {number}</p>" for number in range(lines)) + "<p id=last>END</p>"
    raw = world.mail(references=[first], verified=True, text=html)
    world.deliver(
        raw.replace(b'Content-Type: text/plain; charset="utf-8"', b"Content-Type: text/html"), "leads@acme.example"
    )
    with served(site.app) as home, chromium(tmp_path / "profile") as context:
        page = context.new_page()
        enter(page, site, home)
        page.goto(f"{home}/records/LEAD-1")
        frame = page.locator("iframe.mail").last
        frame.scroll_into_view_if_needed()
        page.wait_for_function(
            "() => { const one = [...document.querySelectorAll('iframe.mail')].pop();"
            " const mail = one.contentDocument?.documentElement;"
            " return mail?.querySelector('body p') && mail.scrollHeight <= one.clientHeight; }"
        )
        high = frame.evaluate("one => [one.clientHeight, one.contentDocument.body.offsetHeight]")
        assert high[1] <= high[0] <= high[1] + 60, "no empty room below it"
        assert (high[0] > 10_000) is (lines == 600)
        # What comes later makes it grow, what goes makes it shrink.
        more = "one => one.contentDocument.body.append(...Array.from({ length: 40 }, () =>"
        more += " Object.assign(one.contentDocument.createElement('p'), { textContent: 'more' })))"
        frame.evaluate(more)
        page.wait_for_function(
            "before => [...document.querySelectorAll('iframe.mail')].pop().clientHeight > before + 800", arg=high[0]
        )
