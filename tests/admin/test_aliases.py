"""Aliases in the browser: found, made, changed, switched, removed and brought back; and nothing of another company."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.admin.chromium import chromium, served
from tests.admin.conftest import Browser, Site
from tests.admin.test_access import signed_in
from tests.admin.test_statements import MOST, cost
from weftmail.core.field import KINDS
from weftmail.flow.setup.alias_switches import SWITCHES
from weftmail.store.alias import AliasSettings
from weftmail.store.record import NewRecord
from weftmail.store.record_type import RecordField

FIELDS = {"opens": "lead", "record": "", "owner": "", "accepts": "everyone", "answer_as": "", "defaults": ""}


def send(anna: Browser, path: str, **fields: str) -> Any:
    return anna.post(path, {"csrf": anna.csrf(), **fields})


def made(site: Site, anna: Browser, name: str, **fields: str) -> int:
    """Make an alias on the page; return its number."""
    answer = send(anna, "/aliases/add", **{**FIELDS, "address": name, "domain": "acme.example", **fields})
    assert answer.status_code == 303, answer.text
    return int(re.search(r"/aliases/(\d+)", answer.headers["location"])[1])  # type: ignore[index]


def stored(site: Site, address: str) -> Any:
    return site.store.aliases.by_address(address)


def fill(site: Site, count: int) -> None:
    with site.store.transaction():
        for number in range(count):
            settings = AliasSettings("task", None, None, "everyone", "", "{}")
            site.store.aliases.add(site.world.acme, site.world.domain, f"many{number:03}", settings, 1)


def listed(html: str) -> list[str]:
    return [unescape(one) for one in re.findall(r'<a href="/aliases/\d+"><bdi>([^<]+)</bdi>', html)]


def test_the_list_shows_what_came_and_is_searched_filtered_and_sorted(site: Site, anna: Browser) -> None:
    html = anna.get("/aliases").text
    assert listed(html) == ["leads@acme.example", "support@acme.example"]
    assert "2 aliases" in html and "mail-admin alias list" in html
    assert listed(anna.get("/aliases?q=LEADS@").text) == ["leads@acme.example"]
    assert listed(anna.get("/aliases?sort=use").text)[0] == "leads@acme.example"
    assert listed(anna.get(f"/aliases?owner=u{site.world.anna}").text) == listed(html)
    assert listed(anna.get("/aliases?owner=nobody").text) == []
    for query in ("domain=x", "owner=ux", "state=x", "sort=x", "opens=-", "after=%FF", "before=x&sort=use", "owner=t9"):
        assert anna.get(f"/aliases?{query}").status_code == 200


@pytest.mark.parametrize("sort", ["address", "use", "change"])
def test_pages_lead_on_and_back(site: Site, anna: Browser, sort: str) -> None:
    fill(site, 118)
    path, seen = f"/aliases?sort={sort}", list[list[str]]()
    while path:
        html = anna.get(path).text
        seen.append(listed(html))
        found = re.search(r'rel="next" href="([^"]+)"', html)
        path = unescape(found[1]) if found else ""
    assert [len(one) for one in seen] == [50, 50, 20] and len({one for page in seen for one in page}) == 120
    back = list[list[str]]()
    while found := re.search(r'rel="prev" href="([^"]+)"', html):
        html = anna.get(unescape(found[1])).text
        back.append(listed(html))
    assert back == [seen[1], seen[0]]


def test_one_is_made_changed_switched_removed_and_brought_back(site: Site, anna: Browser) -> None:
    number = made(site, anna, " Lead ", owner="bjorn@acme.example", defaults="source=web\n")
    found = stored(site, "lead@acme.example")
    assert (found.id, found.owner, found.default_fields) == (number, "Björn", {"source": "web"})
    page = f"/aliases/{number}"
    assert "Beside it there is leads@acme.example" in anna.get(page).text
    values = {**FIELDS, "opens": "-", "record": "LEAD-1 Quote", "accepts": "known", "defaults": ""}
    answer = send(anna, f"{page}/save", **values)
    found = stored(site, "lead@acme.example")
    assert (found.record, found.owner, found.accepts, found.default_fields) == ("LEAD-1", None, "known", {})
    html = anna.get(answer.headers["location"]).text
    assert "Alias lead@acme.example changed" in html and "Undo" in html
    send(anna, f"{page}/off")
    assert stored(site, "lead@acme.example").state == "off" and "Email to it is refused." in anna.get(page).text
    assert "off" in anna.get("/aliases?state=off").text
    send(anna, f"{page}/on")
    answer = send(anna, f"{page}/remove")
    assert anna.get(page).status_code == 404 and "lead@acme.example" not in listed(anna.get("/aliases").text)
    undo = re.search(r'action="(/history/\d+/undo)"', anna.get(answer.headers["location"]).text)
    assert undo is not None
    send(anna, undo[1])
    found = stored(site, "lead@acme.example")
    assert (found.state, found.record, found.accepts) == ("on", "LEAD-1", "known")
    html = anna.get(page).text
    for said in ("added", "changed", "switched off", "switched on", "removed", "restored"):
        assert f"Alias lead@acme.example {said}" in html


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"address": "leads"}, "is an alias already"),
        ({"address": "reply"}, "is reserved"),
        ({"address": "a b"}, "blank"),
        ({"address": "x@other.example"}, "Unknown domain other.example (known: acme.example"),
        ({"address": "x@nowhere.example"}, "Unknown domain nowhere.example (known: acme.example"),
        ({"address": "new", "opens": "-"}, "Say where its mail goes"),
        ({"address": "new", "record": "LEAD-99"}, "There is no record LEAD-99"),
        ({"address": "new", "opens": "none"}, "Unknown type"),
        ({"address": "new", "owner": "eva@other.example"}, "is not a member"),
        ({"address": "new", "owner": "No Team"}, "No Team"),
        ({"address": "new", "answer_as": "x@foreign.example"}, "would be a forgery"),
        ({"address": "new", "accepts": "all"}, "cannot be chosen"),
    ],
)
def test_what_does_not_fit_stands_beside_its_field_and_keeps_what_was_typed(
    site: Site, anna: Browser, fields: dict[str, str], said: str
) -> None:
    values = {**FIELDS, "domain": "acme.example", "defaults": "source=web", **fields}
    answer = send(anna, "/aliases/add", **values)
    assert answer.status_code == 422
    html = unescape(answer.text)
    assert said in html and "source=web" in html and f'value="{fields["address"]}"' in html
    assert re.search(r'class="error"', html)
    assert stored(site, "new@acme.example") is None


@pytest.fixture
def fields(site: Site) -> None:
    """Leads of Acme have fields of every kind, orders one."""
    put = site.store.record_types.put_field
    for kind in KINDS:
        put(site.world.acme, "lead", RecordField(f"the {kind}", kind, ("web", "fair") if kind == "choice" else ()))
    put(site.world.acme, "order", RecordField("incoterm", "text"))


@pytest.mark.usefixtures("fields")
def test_each_field_of_the_type_has_its_own_default(site: Site, anna: Browser) -> None:
    said = {
        "text": "Chairs", "number": "1 200,5", "amount": "500 SEK", "date": "2026-01-31", "choice": "fair",
        "person": "bjorn@acme.example",
    }  # fmt: skip
    sent = {f"default.lead.the {kind}": value for kind, value in said.items()}
    number = made(site, anna, "fair", defaults="beyond=1", **sent, **{"default.order.incoterm": "FOB"})
    kept = {"text": "Chairs", "number": "1200.5", "amount": "500.00 SEK", "date": "2026-01-31", "choice": "fair",
            "person": "bjorn@acme.example"}  # fmt: skip
    assert stored(site, "fair@acme.example").default_fields == {
        **{f"the {kind}": value for kind, value in kept.items()}, "beyond": "1",
    }  # fmt: skip
    html = unescape(anna.get(f"/aliases/{number}").text)
    for kind in ("text", "number", "amount", "date"):
        assert re.search(rf'name="default.lead.the {kind}" type="[a-z]+" value="{kept[kind]}"', html), kind
    assert '<option value="fair" selected>fair' in html and '<option value="bjorn@acme.example" selected>Björn' in html
    assert re.search(r'<textarea id="defaults"[^>]*>\nbeyond=1</textarea>', html)
    # What is emptied is taken away.
    send(anna, f"/aliases/{number}/save", **{**FIELDS, **sent, "default.lead.the text": ""})
    assert "the text" not in stored(site, "fair@acme.example").default_fields
    assert "beyond" not in stored(site, "fair@acme.example").default_fields


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("number", "many", "no number"), ("amount", "500", "currency"), ("date", "tomorrow", "no date"),
        ("person", "eva@other.example", "is not a member"), ("choice", "ship", "cannot be chosen"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("fields")
def test_what_is_wrong_with_a_default_stands_beside_it(
    site: Site, anna: Browser, kind: str, value: str, said: str
) -> None:
    answer = send(anna, "/aliases/add", **{**FIELDS, "address": "new", "domain": "acme.example"},
                  **{f"default.lead.the {kind}": value, "default.lead.the text": "kept"})  # fmt: skip
    html = unescape(answer.text)
    assert answer.status_code == 422 and 'value="kept"' in html
    named = re.search(rf'name="default\.lead\.the {kind}".*?aria-describedby="([^"]+)"', html)
    assert named is not None
    assert re.search(rf'<div id="{named[1]}"><p class="error">✕ [^<]*{said}', html), html


def test_a_record_to_pin_to_is_found_by_number_and_by_words(site: Site, anna: Browser) -> None:
    for title in ("Trade fair", "Fair prices", "Ärligt spel"):
        site.store.records.open(NewRecord(site.world.acme, "task", title), site.world.clock())
    site.store.records.open(NewRecord(site.other, "task", "Fair of others"), site.world.clock())
    found = {
        query: anna.get("/aliases/records", params={"q": query}).json() for query in ("fair", "task-1", "Ärl", "%")
    }
    assert found["fair"] == [["TASK-2", "Fair prices"], ["TASK-1", "Trade fair"]]
    assert found["task-1"] == [["TASK-1", "Trade fair"]]
    assert found["Ärl"] == [["TASK-3", "Ärligt spel"]] and found["%"] == []
    # Without a script a button does the same, and keeps what was typed.
    typed = {**FIELDS, "address": "fair", "domain": "acme.example", "record": "fair", "answer_as": "a@acme.example"}
    html = send(anna, "/aliases/add", **typed, find="record").text
    assert re.findall(r'name="pick" value="([^"]+)"', html) == ["TASK-2", "TASK-1"]
    assert 'value="a@acme.example"' in html and stored(site, "fair@acme.example") is None
    send(anna, "/aliases/add", **typed, pick="TASK-1")
    alias = stored(site, "fair@acme.example")
    assert alias.record == "TASK-1"
    page = f"/aliases/{alias.id}/save"
    assert "No record is called so." in send(anna, page, **{**typed, "record": "zzz"}, find="record").text
    # A number that there is needs no search; and who chooses a type means that type.
    send(anna, page, **{**typed, "opens": "-", "record": "TASK-2"}, find="record")
    assert stored(site, "fair@acme.example").record == "TASK-2"
    send(anna, page, **{**typed, "opens": "lead", "record": "TASK-2"})
    assert stored(site, "fair@acme.example").record_type == "lead"


def test_a_browser_offers_records_while_somebody_types_and_shows_the_fields_of_the_type(
    site: Site, anna: Browser, fields: None, tmp_path: Path
) -> None:
    site.store.records.open(NewRecord(site.world.acme, "task", "Trade fair"), site.world.clock())
    with served(site.app) as home, chromium(tmp_path) as context:
        page = context.pages[0]
        signed_in(page, home)
        page.goto(f"{home}/aliases/new")
        page.get_by_label("Each email opens").select_option("lead")
        expect(page.get_by_label("the amount")).to_be_visible()
        expect(page.get_by_label("incoterm")).to_be_hidden()
        page.get_by_label("Each email opens").select_option("order")
        expect(page.get_by_label("incoterm")).to_be_visible()
        expect(page.get_by_label("the amount")).to_be_hidden()
        page.get_by_label("or is added to record").fill("fair")
        expect(page.locator("#record-list option")).to_have_text(["TASK-1 Trade fair"])
        page.get_by_label("Name", exact=True).fill("Fair")
        expect(page.locator("#address-live")).to_have_text("● fair@acme.example")
        page.get_by_label("or is added to record").fill("TASK-1")
        page.get_by_label("Name", exact=True).press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("fair@acme.example")
    assert stored(site, "fair@acme.example").record == "TASK-1"


def test_a_name_is_judged_while_it_is_typed(anna: Browser) -> None:
    def judged(name: str) -> dict[str, str]:
        found: dict[str, str] = anna.get("/aliases/name", params={"name": name, "domain": "acme.example"}).json()
        return found

    assert judged("Lead") == {
        "address": "lead@acme.example",
        "wrong": "",
        "near": "Beside it there is leads@acme.example: people may write to the one and mean the other.",
    }
    assert "already" in judged("leads")["wrong"] and "Unknown domain" in judged("x@other.example")["wrong"]
    assert judged("orders")["near"] == judged("orders")["wrong"] == ""
    assert judged("")["wrong"] != "" and judged("x@")["wrong"] != ""


def test_nothing_of_another_company_is_seen_or_changed(
    site: Site, anna: Browser, browser: Callable[[], Browser]
) -> None:
    other = site.store.aliases.add(
        site.other, site.other_domain, "secret", AliasSettings("lead", None, None, "everyone", "", "{}"), 1
    )
    for html in (anna.get("/aliases").text, anna.get("/aliases/new").text):
        assert "secret" not in html and "other.example" not in html
    assert anna.get(f"/aliases/{other}").status_code == 404
    for verb in ("save", "on", "off", "remove"):
        assert send(anna, f"/aliases/{other}/{verb}", **FIELDS).status_code == 404
    assert stored(site, "secret@other.example").state == "on"
    rolf = browser()
    rolf.sign_in("rolf@acme.example")
    assert rolf.get("/aliases").status_code == 404


def test_no_text_becomes_markup(site: Site, anna: Browser) -> None:
    bad = "<img src=x onerror=alert(1)>"
    site.store.teams.add(site.world.acme, bad, 1)
    team = site.store.teams.by_name(site.world.acme, bad)
    assert team is not None
    settings = AliasSettings(
        "lead", None, None, "everyone", f"{bad} <sales@acme.example>", json.dumps({bad: "x"}), team.id
    )
    number = site.store.aliases.add(site.world.acme, site.world.domain, "o'brien&x", settings, 1)
    pages = [anna.get(path) for path in ("/aliases", f"/aliases/{number}", f"/aliases?q={bad}")]
    pages.append(send(anna, "/aliases/add", **{**FIELDS, "address": bad, "domain": bad, "record": bad}))
    for answer in pages:
        assert "<img src=x" not in answer.text and "script-src 'self'" in answer.headers["content-security-policy"]
    assert "<bdi>o&#39;brien&amp;x@acme.example</bdi>" in pages[0].text


def test_a_list_costs_as_many_statements_for_many_as_for_few(site: Site, anna: Browser) -> None:
    number = made(site, anna, "new")
    little = {path: cost(site, anna, path) for path in ("/aliases", f"/aliases/{number}", "/aliases/new")}
    fill(site, 400)
    much = {path: cost(site, anna, path) for path in little}
    print(f"\nstatements: {much}")
    assert much == little and max(much.values()) <= MOST


def test_a_file_is_downloaded_tried_and_read_in(site: Site, anna: Browser) -> None:
    answer = anna.get("/aliases.csv?q=leads")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="aliases.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbfaddress,company")
    assert "leads@acme.example" in answer.text and "support@" not in answer.text
    data = answer.content + b"orders@acme.example,,order,,,,everyone,,,on" + b"," * len(SWITCHES) + b"\r\n"

    def upload(content: bytes, do: str) -> Any:
        csrf = anna.csrf()
        file = {"file": ("aliases.csv", content, "text/csv")}
        return anna.post("/aliases/import", {"csrf": csrf, "do": do}, files=file)

    tried = upload(data, "try")
    assert tried.status_code == 200 and "tried; nothing was done yet" in tried.text
    assert stored(site, "orders@acme.example") is None
    kept = unescape(re.search(r'name="text" value="([^"]+)"', tried.text)[1])  # type: ignore[index]
    assert 'name="name" value="aliases.csv"' in tried.text
    led = send(anna, "/aliases/import", do="import", text=kept, name="aliases.csv").headers["location"]
    assert stored(site, "orders@acme.example").record_type == "order"
    bar = anna.get(led).text
    assert "Aliases read in from aliases.csv" in bar
    send(anna, re.search(r'action="(/history/\d+/undo)"', bar)[1])  # type: ignore[index]
    assert stored(site, "orders@acme.example").state == "removed"
    assert "Aliases from aliases.csv taken back" in anna.get("/history").text
    assert "● done" in upload(answer.content, "import").text
    lines = b"<b>@acme.example,,order,,,,everyone,,,on%b\r\nx@other.example,,lead,,,,,,,%b\r\n" % (
        (b"," * len(SWITCHES),) * 2
    )
    bad = upload(data + lines, "import")
    assert bad.status_code == 422 and "2 lines cannot be; nothing was done" in bad.text
    assert "Unknown domain other.example (known: acme.example)" in bad.text and "<b>@" not in bad.text
    wrong = upload(b"name\n", "import")
    assert wrong.status_code == 422 and "The first line has to name the columns" in wrong.text
    assert upload(b"\xff", "try").status_code == 422
    assert "Read a CSV file in" in anna.get("/aliases").text and anna.get("/aliases/import").status_code == 200
