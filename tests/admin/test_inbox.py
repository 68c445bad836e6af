"""The inbox: what was set aside is filed with one click."""

from __future__ import annotations

from tests.admin.conftest import Browser, Site
from tests.admin.test_separation import Opens
from weftmail.flow import review


def set_aside(site: Site) -> int:
    """Let an automatic answer come to an alias; return its notice in Anna's inbox."""
    row = site.world.deliver(site.world.mail(subject="Automatic reply: Chairs"), "leads@acme.example")
    assert row.state == "held"
    return site.store.inbox.notices(site.world.anna)[0].id


def test_what_was_set_aside_is_filed_with_one_click(site: Site, anna: Browser) -> None:
    notice = set_aside(site)
    page = anna.get("/inbox").text
    assert "was set aside" in page and f'action="/inbox/{notice}/file"' in page
    answer = anna.post(f"/inbox/{notice}/file", {"csrf": anna.csrf()})
    assert (answer.status_code, answer.headers["location"]) == (303, "/records/LEAD-2?done=1")
    assert site.world.record("LEAD-2").title == "Automatic reply: Chairs"
    assert f"/inbox/{notice}/file" not in anna.get("/inbox").text


def test_what_somebody_decided_on_meanwhile_stays_as_it_is(site: Site, anna: Browser) -> None:
    notice = set_aside(site)
    (row,) = site.store.listings.review()
    review.discard(site.store, site.installation, row.id)
    answer = anna.post(f"/inbox/{notice}/file", {"csrf": anna.csrf()})
    assert (answer.status_code, answer.headers["location"]) == (303, "/inbox")
    assert len(site.store.records.all()) == 1


def test_nobody_files_by_a_notice_of_somebody_else(site: Site, anna: Browser, browser: Opens) -> None:
    notice = set_aside(site)
    rolf = browser()
    rolf.sign_in("rolf@acme.example")
    assert rolf.post(f"/inbox/{notice}/file", {"csrf": rolf.csrf()}).status_code == 404
    assert len(site.store.records.all()) == 1
