"""No list of a page ends without saying so: what follows is one link away, until every row was seen, and each once."""

from __future__ import annotations

import html as entities
import re

import pytest

from tests.admin.conftest import Browser, Site
from tests.admin.test_fields import setup_of
from weftmail.flow.setup import record
from weftmail.flow.setup.act import Done
from weftmail.flow.setup.record_change import RecordChanges

MANY = 115
"""More than two pages of each list."""
ROWS = {
    "/records": (r'href="/records/(LEAD-\d+)["?]', "select count(*) from record"),
    "/log": (r'href="(/log/(?:out/)?\d+)"', "select (select count(*) from inbound) + (select count(*) from outbox)"),
    "/outbox": (r'action="/outbox/(\d+)/cancel"', "select count(*) from outbox"),
    "/history": (r'action="/history/(\d+)/undo"', "select count(*) from audit where company_id = 1"),
    "/contacts": (r'href="/contacts/(\d+)"', "select count(*) from contact where company_id = 1"),
    "/inbox": (r'href="/records/(LEAD-\d+)[#?"]', "select count(distinct record_id) from delivery where user_id = 1"),
}  # fmt: skip
ON = re.compile(r'<(?:p|nav) class="pager"[^>]*>(.*?)</(?:p|nav)>', re.DOTALL)


def seen(anna: Browser, path: str, row: str) -> tuple[list[str], int]:
    """Return the rows of a list, read to its end by its own links, and of how many pages it is."""
    found: list[str] = []
    pages = 0
    link: str | None = path
    while link is not None:
        page = anna.get(link).text.partition("<main")[2]
        found += dict.fromkeys(re.findall(row, page))
        pages += 1
        on = [one for part in ON.findall(page) for one in re.findall(r"<a ([^>]*)>", part) if 'rel="prev"' not in one]
        link = entities.unescape(re.findall(r'href="([^"]*)"', on[-1])[0]) if on else None
        assert pages < 20
    return found, pages


@pytest.mark.parametrize("language", ["en", "sv"])
def test_every_row_is_reached_from_the_first_page(site: Site, anna: Browser, language: str) -> None:
    site.store.connection.execute("update users set language = ?", (language,))
    for number in range(MANY):
        raw = site.world.mail(author=f"Karin <k{number}@customer.example>", subject=f"Chairs {number}", verified=True)
        site.world.deliver(raw, "leads@acme.example")
        changed = record.change(setup_of(site), f"LEAD-{number + 1}", RecordChanges(title=f"Chairs of {number}"))
        assert isinstance(changed, Done)
    for path, (row, count) in ROWS.items():
        found, pages = seen(anna, path, row)
        expected = site.store.connection.execute(count).rows[0][0]
        assert expected > 100 and pages > 1, (path, expected, pages)
        assert len(found) == len(set(found)) == expected, (path, len(found), len(set(found)), expected, pages)
