"""What could not be read to its end: admins see how much there is, and where."""

from __future__ import annotations

from collections.abc import Callable

from tests.admin.conftest import Browser, Site
from tests.unit.flow.test_ahead import Ending, settled
from weftmail.core.limits import READER_FAULTS


def unreadable(site: Site, count: int) -> None:
    for number in range(count):
        site.world.accept(site.world.mail(subject=f"Odd {number}", text="hostile"), "leads@acme.example")
        settled(site.world, Ending(*["memory"] * READER_FAULTS), rounds=6)


def test_admins_see_how_much_could_not_be_read_and_where(site: Site, anna: Browser) -> None:
    assert "Could not be displayed" not in anna.get("/inbox").text
    unreadable(site, 1)
    page = anna.get("/inbox").text
    assert "1 message was filed although not all of its email could be read." in page
    assert 'href="/records/LEAD-2"' in page and "Odd 0" in page
    unreadable(site, 11)
    page = anna.get("/inbox").text
    assert "12 messages were filed" in page
    assert page.partition('id="inbox"')[0].count("<bdi>Odd") == 10


def test_nobody_else_does(site: Site, browser: Callable[[], Browser]) -> None:
    unreadable(site, 1)
    for address in ("bjorn@acme.example", "eva@other.example"):
        visitor = browser()
        visitor.sign_in(address)
        assert "Could not be displayed" not in visitor.get("/inbox").text
