"""Every number that counts something leads to what it counts."""

from __future__ import annotations

import re

import pytest

from tests.admin.conftest import Browser, Site
from tests.admin.furnished import THEIRS, filled, furnish, routes

BARE = re.compile(r"<(td|dd|strong|b)\b[^>]*>\s*(?:<span[^>]*>)?\s*[1-9][\d\s\u00a0]*\s*(?:</span>)?\s*</\1>")
OF_ONE_THING = {
    # What is counted stands on the page itself, or is a setting or a size and no count of rows.
    "/settings",
}


@pytest.mark.parametrize("language", ["en", "sv"])
def test_no_count_of_a_table_is_a_bare_number(site: Site, anna: Browser, language: str) -> None:
    furnish(site)
    site.store.line.appoint(site.world.anna)
    site.store.connection.execute("update users set language = ?", (language,))
    bare, asked = [], 0
    for method, path in routes(site):
        if method != "GET" or path in OF_ONE_THING:
            continue
        answer = anna.get(filled(path, THEIRS))
        if answer.status_code == 200 and "text/html" in answer.headers["content-type"]:
            asked += 1
            bare += [(path, found[0]) for found in BARE.finditer(answer.text)]
    assert asked > 40
    assert not bare, "\n".join(map(str, bare))


def test_the_mails_of_a_day_lead_to_those_mails(site: Site, anna: Browser) -> None:
    world = site.world
    for subject in ("One", "Two"):
        world.deliver(world.mail(subject=subject), "support@acme.example")
    row = re.search(r"support@acme\.example.*?</tr>", anna.get("/aliases").text, re.S)
    assert row is not None
    found = re.search(r'<a href="(/log\?who=[^"]*)">2</a>', row[0])
    assert found is not None
    page = anna.get(found[1].replace("&amp;", "&")).text
    assert "One" in page and "Two" in page and "Quote for 40 chairs" not in page
