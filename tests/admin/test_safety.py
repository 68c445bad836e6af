"""What a browser is told on every answer, and what becomes of hostile mail on the pages."""

from __future__ import annotations

import re
import sqlite3
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.admin.conftest import Browser, Site, TestClient
from tests.admin.furnished import furnish
from tests.admin.test_access import pages
from weftmail import admin as site_package
from weftmail.admin.files import disposition, image_type, safe_name
from weftmail.admin.headers import MOST_BYTES

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
CANARY = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def hostile(site: Site) -> None:
    """Let a mail in that is hostile wherever it can be."""
    mail = EmailMessage()
    mail["From"] = f'"{CANARY.replace(chr(34), "")}" <evil@other.example>'
    mail["To"] = "leads@acme.example"
    mail["Subject"] = f"{CANARY} \u202efdp.exe"
    mail["Message-ID"] = "<evil@other.example>"
    mail["Date"] = "Mon, 23 Nov 2026 10:00:00 +0000"
    mail.set_content(f'{CANARY} https://evil.example/?a="onmouseover=alert(1) javascript:alert(1)')
    mail.add_alternative(
        f"<p onclick=alert(1)>Hello{CANARY}<img src='https://evil.example/pixel.gif'><img src='cid:a@b'>"
        "<img src='cid:c@d'><a href='javascript:alert(1)'>x</a><style>@import 'https://evil.example'</style>"
        "<div style='position:fixed;background:url(https://evil.example)'>over</div><base href='//evil.example'>"
        "<form action='https://evil.example'><input name=a></form><iframe src='https://evil.example'></iframe>",
        subtype="html",
    )
    html = mail.get_payload()[1]  # type: ignore[index]
    html.add_related(PNG, "image", "png", cid="<a@b>")  # type: ignore[union-attr]
    html.add_related(SVG, "image", "png", cid="<c@d>")  # type: ignore[union-attr]
    mail.add_attachment(SVG, "image", "svg+xml", filename='"><script>alert(1)</script>.svg')
    site.world.deliver(mail.as_bytes(), "leads@acme.example", "evil@other.example")


def test_every_answer_bears_the_fields(site: Site, anna: Browser) -> None:
    answers = [
        anna.get(path)
        for path in ("/records", "/records/LEAD-1", "/records/NONE-1", "/static/site.css", "/nothing", "/sign-in")
    ]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
    assert [one.headers["cache-control"] for one in answers[:4]] == ["no-store", "no-store", "no-store", "no-cache"]
    again = anna.get("/static/site.css", headers={"if-none-match": answers[3].headers["etag"]})
    assert again.status_code == 304
    assert answers[2].status_code == answers[4].status_code == 404
    assert answers[2].text == answers[4].text


class Active(HTMLParser):
    """Collects what could run or style by itself on a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name: value or "" for name, value in attrs}
        if tag in ("style", "object", "embed", "base") or (tag == "script" and not names["src"].startswith("/static/")):
            self.found.append(tag)
        self.found += [name for name in names if name.startswith("on") or name in ("style", "srcdoc")]
        self.found += [value for value in names.values() if value.lower().startswith(("javascript:", "data:"))]


def test_no_page_holds_script_or_style_of_its_own(site: Site, anna: Browser) -> None:
    """Every page that the site has, while hostile words stand wherever mail and people put them."""
    furnish(site)
    hostile(site)
    site.store.line.appoint(site.world.anna)
    site.store.teams.add(site.world.acme, CANARY[:100], 1)
    site.world.deliver(site.world.mail(CANARY, subject=CANARY, files=[(CANARY, b"x")]), "nobody@acme.example")
    words = quote(CANARY)
    searches = ("/log?who", "/log?words", "/search?q", "/aliases?q", "/users?q", "/where?to")
    asked = [f"{path}={words}" for path in searches]
    for path in ("/sign-in", "/enter/x", "/records/LEAD-3", *asked, *pages(site, anna)):
        page = anna.get(path).text
        active = Active()
        active.feed(page)
        assert not active.found, path
        assert CANARY not in page and "\u202e" not in page


def test_a_hostile_mail_does_no_harm_in_page_or_frame(site: Site, anna: Browser) -> None:
    hostile(site)
    page = anna.get("/records/LEAD-2").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page and "\u202e" not in page
    frame = re.search(r"<iframe[^>]*>", page)
    assert frame is not None
    assert 'sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"' in frame[0]
    assert '<a href="https://evil.example/?a=" rel="noopener noreferrer nofollow"' in page
    answer = anna.get("/records/LEAD-2/1/html")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-same-origin allow-popups") and "allow-scripts" not in policy
    assert "script-src" not in policy and "img-src data:" in policy and "default-src 'none'" in policy
    body = answer.text.partition("<body>")[2]
    assert not re.search(r"(?i)<script|\son\w+\s*=|javascript:|@import|url\(|<form|<iframe|<base|position", body)
    assert not re.search(r'\ssrc="(?!data:image/png;base64,|")', body)
    assert body.count('src="data:image/png;base64,') == 1
    assert "1 remote image was not loaded." in page
    names = [anna.get(f"/records/LEAD-2/1/files/{number}").headers for number in (1, 2, 3)]
    assert all(one["content-disposition"].startswith("attachment") for one in names)
    assert names[2]["content-type"] == "application/octet-stream"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("plan.pdf", "plan.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\boot.ini", "C__boot.ini"),
        ("a\r\nX-Evil: 1.txt", "a__X-Evil_ 1.txt"),
        ("\u202efdp.exe", "_fdp.exe"),
        ("", "file"),
        ("...", "file"),
        ("\x00\x01", "file"),
        ("con.txt", "_con.txt"),
        ("LPT1", "_LPT1"),
        (".htaccess", "htaccess"),
        ("x" * 5000 + ".pdf", "x" * 116 + ".pdf"),
        ("y" * 5000, "y" * 120),
        ("räkning €.pdf", "räkning €.pdf"),
        ("\ud800.pdf", "_.pdf"),
    ],
)
def test_a_file_name_is_only_a_name(name: str, safe: str) -> None:
    assert safe_name(name) == safe
    field = disposition(name)
    assert field.isascii() and "\r" not in field and "\n" not in field and field.count('"') == 2


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (PNG, "image/png"), (b"\xff\xd8\xff\xe0", "image/jpeg"), (b"GIF89a", "image/gif"), (b"GIF87a", "image/gif"),
        (b"RIFF1234WEBPVP8", "image/webp"), (SVG, None), (b"<html>", None), (b"", None),
    ],
)  # fmt: skip
def test_an_image_is_told_by_its_bytes(content: bytes, found: str | None) -> None:
    assert image_type(content) == found


def test_a_request_that_is_too_large_is_refused(anna: Browser) -> None:
    for length in (str(MOST_BYTES + 1), "x"):
        answer = anna.client.post("/records/LEAD-1/write", content=b"x", headers={"content-length": length})
        assert answer.status_code == 413


def test_a_store_that_does_not_answer_is_said_to_be_so(site: Site, anna: Browser) -> None:
    site.store.connection.execute("alter table saved_filter rename to away")
    answer = anna.get("/records")
    assert answer.status_code == 503 and answer.headers["retry-after"] == "5"
    assert "content-security-policy" in answer.headers
    site.store.connection.execute("alter table away rename to saved_filter")
    assert anna.get("/records").status_code == 200


def test_a_store_of_another_version_is_noticed_within_a_minute(site: Site, anna: Browser) -> None:
    with sqlite3.connect(Path(site.store.connection.execute("pragma database_list").fetchone()[2])) as other:
        other.execute("update migration set number = 99 where number = 1")
    other.close()
    site.world.clock.now += 61_000
    answer = anna.get("/records")
    assert answer.status_code == 503 and "schema 99" in answer.text


def test_without_a_catcher_there_is_no_such_page(tmp_path: Path) -> None:
    from tests.admin.conftest import CHEAP
    from weftmail.admin.app import create
    from weftmail.store.store import Store

    site = Site(tmp_path)
    app = create(
        lambda: Store.open(tmp_path / "weftmail.db"),
        site.installation,
        lambda n: b"r" * n,
        site.sender,
        passwords=CHEAP,
    )
    with TestClient(app) as client:
        browser = Browser(client)
        browser.sign_in("anna@acme.example")
        assert browser.get("/caught").status_code == 404
        page = browser.get("/records").text
        assert "Catcher" not in page and "Demo" not in page
        assert "<code>mail-admin record list --company Acme</code>" in page
        assert browser.get("/live/caught").status_code == 404
    site.store.close()


def test_a_fault_of_our_own_is_said_as_such_and_shows_nothing(site: Site, anna: Browser) -> None:
    site.store.connection.execute("update record set fields = 'a secret'")
    with TestClient(site.app, raise_server_exceptions=False, cookies=anna.client.cookies) as client:
        answer = client.get("/records/LEAD-1")
    assert answer.status_code == 500
    assert "We failed" in answer.text
    assert "secret" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("language", "again", "back"),
    [("en", "Try again", "Back to records"), ("sv", "Försök igen", "Tillbaka till ärendena")],
)
def test_a_page_that_failed_has_its_own_ways_on_and_asks_the_store_nothing(
    site: Site, anna: Browser, language: str, again: str, back: str
) -> None:
    anna.client.headers["accept-language"] = language
    site.store.connection.execute("update users set language = ?", (language,))
    csrf, origin = anna.csrf(), {"origin": "http://testserver"}
    site.store.connection.execute("update record set fields = 'a secret'")
    site.store.connection.execute("alter table saved_filter rename to away")
    with TestClient(site.app, raise_server_exceptions=False, cookies=anna.client.cookies) as client:
        client.headers["accept-language"] = language
        for path, status in (("/records?state=closed&q=x", 503), ("/records/LEAD-1?at=1", 500)):
            answer = client.get(path)
            assert answer.status_code == status and answer.headers["content-type"].startswith("text/html")
            links = {
                " ".join(text.split()): link
                for link, text in re.findall(r'<a class="button[^>]*href="([^"]*)">([^<]*)</a>', answer.text)
            }
            assert links == {again: path.replace("&", "&amp;"), back: "/"}, answer.text
            assert f'<html lang="{language}">' in answer.text and 'class="skip"' in answer.text
        # What was sent is sent again by the page it stands on, and nobody is led to another site.
        posted = client.post("/records/LEAD-1/write", data={"csrf": csrf, "kind": "look"}, headers=origin)
        assert posted.status_code == 500 and again not in posted.text and back in posted.text


def test_the_style_sheet_is_whole() -> None:
    """A rule left open would swallow all that follows it, in some windows alone."""
    sheet = (Path(site_package.__file__).parent / "static/site.css").read_text(encoding="utf-8")
    open_: list[str] = []
    for before, brace in re.findall(r"([^{}]*)([{}])", re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)):
        if brace == "}":
            open_.pop()
            continue
        assert not ("@media" in before and open_), before
        open_.append(before)
    assert open_ == []
