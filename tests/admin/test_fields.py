"""The fields of a record on its page: numbers, amounts, dates and people as the reader writes them."""

from __future__ import annotations

import re

from tests.admin.conftest import Browser, Site
from weftmail.flow.actor import Actor
from weftmail.flow.setup import record, record_type, user
from weftmail.flow.setup.act import Done, Setup
from weftmail.flow.setup.record_change import RecordChanges
from weftmail.flow.setup.record_type import TypeChanges

FIELDS = {"value": "amount", "chairs": "number", "until": "date", "seller": "person", "size": "choice: S, L"}
GIVEN = {
    "value": "23500.5 SEK", "chairs": "1234.5", "until": "2026-05-31", "seller": "anna@acme.example", "size": "L",
    "remark": "by ship",
}  # fmt: skip


def setup_of(site: Site) -> Setup:
    return Setup(site.store, Actor("shell"), site.world.clock, None, lambda *_: "", ("en", "sv"), bool)


def shown(browser: Browser) -> dict[str, str]:
    """Return the fields as the page says them."""
    html = browser.get("/records/LEAD-1").text.replace("\u00a0", " ")
    found = dict(re.findall(r"<dt>(\w+)</dt><dd><bdi>(.*?)</bdi></dd>", html))
    return {name: found[name] for name in (*FIELDS, "remark")}


def test_values_are_shown_as_the_reader_writes_them(site: Site, anna: Browser) -> None:
    setup = setup_of(site)
    assert isinstance(record.change(setup, "LEAD-1", RecordChanges(fields=GIVEN)), Done)
    assert isinstance(record_type.change(setup, "Acme", "lead", TypeChanges(fields=FIELDS)), Done)
    assert shown(anna) == {
        "value": "SEK23,500.50", "chairs": "1,234.5", "until": "May 31, 2026", "seller": "Anna", "size": "L",
        "remark": "by ship",
    }  # fmt: skip
    assert isinstance(user.change(setup, "anna@acme.example", language="sv"), Done)
    assert shown(anna)["value"] == "23 500,50 kr"
    # What was kept before its field had a kind stays as it was written.
    assert isinstance(record.change(setup, "LEAD-1", RecordChanges(fields={"seller": ""})), Done)
    assert isinstance(record_type.change(setup, "Acme", "lead", TypeChanges(fields={"size": "date"})), Done)
    html = anna.get("/records/LEAD-1").text
    assert "<dt>size</dt><dd><bdi>L</bdi></dd>" in html and "<dt>seller</dt>" not in html
    # Those of the type come first, in its order.
    assert re.findall(r"<dt>(value|chairs|until|size|remark)</dt>", html) == [
        "value", "chairs", "until", "size", "remark",
    ]  # fmt: skip


def test_a_colleague_changes_fields_state_and_owner_on_a_page(site: Site, anna: Browser) -> None:
    assert isinstance(record_type.change(setup_of(site), "Acme", "lead", TypeChanges(fields=FIELDS)), Done)
    assert 'href="/records/LEAD-1/change">' in anna.get("/records/LEAD-1").text
    html = anna.get("/records/LEAD-1/change").text
    assert 'type="date" value=""' in html and '<option value="bjorn@acme.example">Björn</option>' in html
    form = {
        "csrf": anna.csrf(), "title": "Chairs", "state": "waiting", "owner": "bjorn@acme.example",
        "field.value": "23 500 SEK", "field.until": "2026-05-31", "field.size": "L", "field.seller": "",
        "field.chairs": "38",
    }  # fmt: skip
    wrong = anna.post("/records/LEAD-1/change/save", {**form, "field.value": "much"})
    assert wrong.status_code == 422 and site.world.record("LEAD-1").values == {}
    assert '<div id="field.value-said"><p class="error">✕ value: much is no amount' in wrong.text
    assert 'value="much"' in wrong.text and 'value="2026-05-31"' in wrong.text
    answer = anna.post("/records/LEAD-1/change/save", form)
    assert "LEAD-1 changed" in anna.get(answer.headers["location"]).text
    kept = site.world.record("LEAD-1")
    assert (kept.title, kept.state, kept.owner) == ("Chairs", "waiting", "Björn")
    assert kept.values == {"value": "23500.00 SEK", "until": "2026-05-31", "size": "L", "chairs": "38"}
    # Saved again as it stands, nothing changes; what the type no longer knows is asked for as text.
    count = len(site.store.audit.all())
    anna.post("/records/LEAD-1/change/save", {**form, "field.value": "23500.00 SEK"})
    assert len(site.store.audit.all()) == count
    changes = TypeChanges(fields={"size": "choice: S"}, removed_fields=["chairs"])
    assert isinstance(record_type.change(setup_of(site), "Acme", "lead", changes), Done)
    html = anna.get("/records/LEAD-1/change").text
    assert '<option value="L" selected>L</option>' in html and 'name="field.chairs" type="text" value="38"' in html
