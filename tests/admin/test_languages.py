"""Pages in the language and the zone of their reader; before signing in, in that of the browser."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.admin.conftest import Browser, Site
from weftmail.core.wording.phrase import Phrase


@pytest.fixture
def swedish(site: Site) -> None:
    anna = site.store.users.get(site.world.anna)
    assert anna is not None
    site.store.users.set(replace(anna, language="sv", zone="Asia/Kathmandu"))


@pytest.mark.usefixtures("swedish")
def test_a_record_in_swedish(site: Site, anna: Browser) -> None:
    page = anna.get("/records/LEAD-1").text
    assert '<html lang="sv">' in page
    for said in (
        "Deltagare", "Följare", "Kollegor som aviseras om det som skrivs här.", "Varför finns det här?",
        "Skicka meddelande", "Spara intern anteckning", "Signerat av customer.example", "startade konversationen",
        "öppet", "Logga ut", "leads@acme.example öppnar ärenden av typen lead", "Samma sak i terminalen:",
    ):  # fmt: skip
        assert said in page, said
    for left in ("Participants", "Followers", "Why is this here?", "Sign out", "Internal note", "opens records"):
        assert left not in page, left
    # 5:45 ahead of UTC.
    assert re.search(r'title="\w+ \d+ \w+ \d{4} \d\d:\d\d:\d\d \+0545"', page)


@pytest.mark.usefixtures("swedish")
def test_the_inbox_and_the_list_in_swedish(site: Site, anna: Browser) -> None:
    site.store.connection.execute("delete from delivery where channel = 'inbox'")
    assert "Inget nytt" in anna.get("/inbox").text
    site.store.inbox.notify(site.world.acme, [site.world.anna], Phrase("notice.held", {"record": "LEAD-1"}), 5)
    assert "Ett mejl med din adress som avsändare hölls kvar i LEAD-1" in anna.get("/inbox").text
    assert re.search(r"<h1>Ärenden</h1>\s*<p[^>]*>\d+ ärende(n · senaste först)?<", anna.get("/records").text)


@pytest.mark.usefixtures("swedish")
def test_what_goes_wrong_is_said_in_swedish(site: Site, anna: Browser) -> None:
    assert "Sidan finns inte, eller så har du inte behörighet till den" in anna.get("/records/LEAD-99").text
    answer = anna.post("/records/LEAD-1/write", {**anna.form("/records/LEAD-1"), "text": ""})
    assert answer.status_code == 422 and "Skriv ett meddelande eller bifoga en fil." in answer.text
    wrong = {**anna.form("/records/LEAD-1"), "text": "x", "to_more": "no address"}
    assert "är ingen adress" in anna.post("/records/LEAD-1/write", wrong).text
    assert "Formuläret är för gammalt." in anna.post("/records/LEAD-1/write", {"csrf": "x"}).text


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [("sv-SE,sv;q=0.9,en;q=0.8", "sv", "Logga in"), ("de,en;q=0.5", "en", "Sign in"), ("", "en", "Sign in")],
)
def test_the_browser_chooses_before_signing_in(site: Site, browser, asked: str, code: str, said: str) -> None:
    page = browser().get("/sign-in", headers={"accept-language": asked}).text
    assert f'<html lang="{code}">' in page and f"<h1>{said}</h1>" in page


def test_a_wrong_password_is_told_in_the_language_of_the_browser(site: Site, browser) -> None:
    form = {"address": "anna@acme.example", "password": "no", "next": "/"}
    answer = browser().post("/sign-in", form, headers={"accept-language": "sv"})
    assert "Fel mejladress eller lösenord." in answer.text
    assert "Länken gäller inte längre" in browser().get("/enter/none", headers={"accept-language": "sv"}).text


def test_somebody_chooses_language_and_zone_for_themselves(site: Site, anna: Browser) -> None:
    chosen = {"name": "Anna Ek", "language": "sv", "time_zone": "Europe/Stockholm", "prefers": "inbox"}
    answer = anna.post("/account/save", {"csrf": anna.csrf(), **chosen})
    assert answer.status_code == 303
    user = site.store.users.get(site.world.anna)
    assert user is not None and (user.language, user.zone, user.prefers) == ("sv", "Europe/Stockholm", "inbox")
    page = anna.get(answer.headers["location"]).text
    assert user.name == "Anna Ek"
    assert "Sparat" in page and "<option selected>Europe/Stockholm</option>" in page


@pytest.mark.parametrize(
    ("field", "value"), [("language", "xx"), ("time_zone", "../etc"), ("prefers", "sms"), ("name", "")]
)
def test_what_is_not_offered_changes_nothing(site: Site, anna: Browser, field: str, value: str) -> None:
    chosen = {"name": "Ann", "language": "sv", "time_zone": "", "prefers": "email", field: value}
    answer = anna.post("/account/save", {"csrf": anna.csrf(), **chosen})
    assert answer.status_code == 422
    # The sentence stands beside its field, and what was typed is kept.
    assert re.search(rf'<div id="{field}-said"><p class="error">✕ ', answer.text)
    assert 'value="Ann"' in answer.text or field == "name"
    user = site.store.users.get(site.world.anna)
    assert user is not None and (user.language, user.zone, user.prefers) == ("en", "", "email")


@pytest.mark.parametrize(
    ("passed", "said"), [(5_000, "nyss"), (60_000, "för 1 minut sedan"), (3 * 3600_000, "för 3 timmar sedan")]
)
@pytest.mark.usefixtures("swedish")
def test_a_list_says_how_long_ago_something_changed(site: Site, anna: Browser, passed: int, said: str) -> None:
    site.world.clock.now = site.world.record("LEAD-1").changed_at + passed
    assert f">{said}</time>" in anna.get("/records").text


@pytest.mark.usefixtures("swedish")
def test_what_changed_before_today_has_its_date(site: Site, anna: Browser) -> None:
    site.world.clock.now = site.world.record("LEAD-1").changed_at + 3 * 24 * 3600_000
    assert re.search(r">(mån|tis|ons|tors|fre|lör|sön) \d\d:\d\d</time>", anna.get("/records").text)
