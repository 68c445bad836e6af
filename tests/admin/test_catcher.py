"""The catcher's pages: what left, read and with its signatures checked."""

from __future__ import annotations

from collections.abc import Callable

from tests.admin.conftest import Browser, Site
from weftmail.core.composing.dkim import sign
from weftmail.core.ports import Caught
from weftmail.transport.dkim_files import create

PAGE = "/caught/caught1"


def signed(site: Site, *, broken: bool = False) -> bytes:
    """Return a mail as it leaves: CRLF line ends, signed twice."""
    folder = str(site.folder / "dkim")
    keys = [
        create(folder, "acme.example", "wm26a", "rsa"),
        create(folder, "acme.example", "wm26e", "ed25519"),
    ]
    for key in keys:
        site.store.domains.add_dkim_key(site.world.domain, key.selector, key.algorithm, key.record, 1)
    mail = site.world.mail(author="Anna via Acme <leads@acme.example>", to="karin@customer.example", text="38, yes.\n")
    data = mail.partition(b"\nFrom:")[2].replace(b"\n", b"\r\n")
    data = sign(b"From:" + data, keys, 1_800_000_000)
    return data.replace(b"38, yes", b"39, yes") if broken else data


def test_a_caught_mail_is_listed_and_shown_with_both_signatures(site: Site, anna: Browser) -> None:
    data = signed(site)
    site.catch("LEAD-1", data, site.world.acme, "acme.example")
    page = anna.get("/caught").text
    assert "● signed by acme.example, 2 signatures" in page and "karin@customer.example" in page
    page = anna.get(PAGE).text
    assert page.count("● Valid") == 2 and "38, yes." in page and "DKIM-Signature: " in page
    assert "wm26e._domainkey.acme.example" in page
    assert anna.get(f"{PAGE}/source").content == data
    assert anna.get(f"{PAGE}/html").status_code == 404


def test_a_changed_or_unsigned_mail_is_said_to_be_so(site: Site, anna: Browser) -> None:
    site.catch("LEAD-1", signed(site, broken=True), site.world.acme, "acme.example")
    site.catch("LEAD-1", site.world.mail(), site.world.acme, "acme.example")
    page = anna.get("/caught").text
    assert "✕ 2 of 2 signatures do not verify" in page and "▲ not signed" in page
    assert "✕ Invalid" in anna.get(PAGE).text


def test_the_html_of_a_caught_mail_stands_in_a_frame(site: Site, anna: Browser) -> None:
    mail = site.world.mail(text="<p>Hello <script>alert(1)</script></p>\n")
    site.catch("LEAD-1", mail.replace(b"text/plain", b"text/html"), site.world.acme, "acme.example")
    assert '<iframe class="mail middle" sandbox="allow-same-origin allow-popups' in anna.get(PAGE).text
    answer = anna.get(f"{PAGE}/html")
    assert "<p>Hello" in answer.text and "alert(1)" not in answer.text
    assert answer.headers["content-security-policy"].startswith("sandbox")


def test_nothing_caught_says_what_to_do(anna: Browser) -> None:
    assert "Nothing yet" in anna.get("/caught").text
    assert anna.get(PAGE).status_code == 404


def test_an_email_about_an_account_is_shown_to_its_reader_and_the_admins_of_all(
    site: Site, browser: Callable[[], Browser], anna: Browser
) -> None:
    letter = b"From: Acme <notifications@acme.example>\r\nSubject: Your link\r\n\r\nHere it is.\r\n"
    site.catcher.kept.append(Caught("account1", site.world.clock(), "", ("bjorn@acme.example",), letter))
    bjorn = browser()
    bjorn.sign_in("bjorn@acme.example")
    assert "Your link" in bjorn.get("/caught").text
    assert "Your link" not in anna.get("/caught").text and anna.get("/caught/account1").status_code == 404
    site.store.line.appoint(site.world.anna)
    assert "Your link" in anna.get("/caught").text
