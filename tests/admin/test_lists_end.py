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
from weftmail.store.audit import AuditEntry

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


@pytest.mark.parametrize("count", [49, 50, 51, 100, 101])
@pytest.mark.parametrize("path", ["/aliases", "/contacts", "/history"])
def test_a_list_of_just_a_page_has_no_empty_one_after_it(site: Site, anna: Browser, path: str, count: int) -> None:
    store, acme = site.store, site.world.acme
    rows = {
        "/aliases": r'href="/aliases/(\d+)["?]',
        "/contacts": ROWS["/contacts"][0],
        "/history": r"Alias (x\d+) added",
    }
    there = len(seen(anna, path, rows[path])[0])
    for number in range(count - there):
        if path == "/aliases":
            site.world.alias(f"x{number}", "lead")
        elif path == "/contacts":
            site.world.deliver(site.world.mail(f"K <x{number}@c.example>", verified=True), "leads@acme.example")
        else:
            store.audit.add(AuditEntry(acme, None, "root", "alias.add", f"x{number}"), {}, {"address": "x"}, 1)
    found, pages = seen(anna, path, rows[path])
    assert (len(found), len(set(found)), pages) == (count, count, -(-count // 50))


@pytest.mark.parametrize("count", [20, 21])
def test_the_changes_on_the_page_of_a_thing_lead_to_the_earlier_ones(site: Site, anna: Browser, count: int) -> None:
    name = "leads@acme.example"
    for number in range(count):
        entry = AuditEntry(site.world.acme, None, "root", "alias.set", name)
        site.store.audit.add(entry, {"owner": f"was {number}"}, {"owner": f"now {number}"}, number)
    page = anna.get(f"/aliases/{site.world.leads}").text
    links = re.findall(r'href="(/history[^"]*)">All changes of it', page)
    assert (len(re.findall(r"now \d+<", page)), len(links)) == (20, count - 20)
    for link in links:
        assert len(set(re.findall(r"now (\d+)<", anna.get(entities.unescape(link)).text))) == count
