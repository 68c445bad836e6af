"""A reply address is a capability: nothing that is shown holds one whole, on a page."""

from __future__ import annotations

import re

from tests.admin.conftest import Browser, Site
from tests.unit.cli.test_masked import address_of, answers

PAGES = ("", "/2/path", "/2/text", "?before=2", "?after=1")


def test_no_page_shows_a_token(site: Site, anna: Browser) -> None:
    token = answers(site.world)
    for path in PAGES:
        answer = anna.get(f"/records/LEAD-1{path}")
        assert answer.status_code == 200 and token not in answer.text.lower()
    assert "reply+...@acme.example" in anna.get("/records/LEAD-1").text
    data = f"From: a@acme.example\r\nReply-To: <reply+{token}@acme.example>\r\n\r\nHi reply+{token}@acme.example\r\n"
    name = site.catch("LEAD-1", data.encode(), site.world.acme, "acme.example")
    for path in ("/caught", f"/caught/{name}", "/records", "/inbox"):
        answer = anna.get(path)
        assert answer.status_code == 200 and not re.search(r"(?i)(reply|bounce)\+[a-z2-7]{8}", answer.text), path
    # The original is what came, byte for byte.
    assert token in anna.get("/records/LEAD-1/2/source").text and token in anna.get(f"/caught/{name}/source").text


def test_the_frame_of_a_mail_shows_no_token(site: Site, anna: Browser) -> None:
    address = address_of(site.world)
    site.store.connection.execute("update message set html = ?", [f"<p>{address} <a href='mailto:{address}'>x</a></p>"])
    page = anna.get("/records/LEAD-1/1/html").text
    assert address not in page and page.count("reply+...@acme.example") == 2
