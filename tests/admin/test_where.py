"""Where would this mail go, on a page: by the rules that file mail, of the company alone, with nothing changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.admin.chromium import chromium, served
from tests.admin.conftest import Browser, Site
from tests.admin.test_access import signed_in
from weftmail.admin.file_settings import FileSetting, SettingsFile
from weftmail.cli.config import Config
from weftmail.core.limits import FORM_FILE
from weftmail.core.tokens.reply_token import find as find_token

Opens = Callable[[], Browser]
CANARY = "<script>alert(1)</script>"


def test_it_says_where_who_and_why(site: Site, anna: Browser) -> None:
    site.follow()
    before = site.store.inbound.last()
    page = anna.get("/where?to=leads%40acme.example&from=karin%40customer.example").text
    assert "It would open a record of type lead." in page and "Anna" in page and "follows, prefers email" in page
    assert f'href="/aliases/{site.world.leads}"' in page and 'class="matched"' in page
    assert "mail-admin where leads@acme.example --from karin@customer.example" in page
    assert site.store.inbound.last() == before


def test_each_what_if_has_its_answer(site: Site, anna: Browser) -> None:
    site.follow()
    for case, said in (
        ("verified", "sender verified"), ("automatic", "review queue under Held"), ("machine", "of type lead"),
        ("forged", "anna@acme.example"), ("large", "30 MB"), ("stranger", "sender not verified"),
        ("unheard of", "sender not verified"),
    ):  # fmt: skip
        assert said in anna.get(f"/where?to=leads%40acme.example&if={case}").text, case
    assert "--from anna@acme.example --if forged" in anna.get("/where?to=leads%40acme.example&if=forged").text
    answer = anna.get("/where?to=&if=answer&record=lead-1").text
    assert "mail-admin where --if answer --record lead-1" in answer
    assert "It would be filed on LEAD-1." in answer and 'href="/records/LEAD-1"' in answer
    assert "reply+..." in answer and find_token(answer) is None
    forged = anna.get("/where?to=&if=answer-forged&record=LEAD-1").text
    assert "mail-admin where --from anna@acme.example --if answer-forged --record LEAD-1" in forged
    assert "anna@acme.example" in forged and "is notified that it waits for review" in forged
    assert "bears a colleague" in forged and 'href="/records/LEAD-1"' in forged
    assert "marked as automatic" in anna.get("/where?to=leads%40acme.example&if=machine").text
    assert "its size changes nothing" in anna.get("/where?to=leads%40acme.example&if=large").text
    wrong = anna.get("/where?to=&if=answer&record=LEAD-99")
    assert wrong.status_code == 422 and "There is no record LEAD-99" in wrong.text and 'value="LEAD-99"' in wrong.text


def test_a_file_is_asked_about(site: Site, anna: Browser) -> None:
    site.follow()
    raw = site.world.mail(subject=CANARY, headers=[("Auto-Submitted", "auto-replied")])
    form = {"csrf": anna.csrf(), "to": "leads@acme.example", "from": "karin@customer.example"}
    asked = anna.post("/where/mail", form, files={"eml": ("m.eml", raw)})
    assert asked.status_code == 200 and "review queue under Held" in asked.text and "<script>alert" not in asked.text
    empty = anna.post("/where/mail", form)
    assert empty.status_code == 422 and "Choose a file first." in empty.text and "leads@acme.example" in empty.text
    nowhere = anna.post("/where/mail", {"csrf": anna.csrf()}, files={"eml": ("m.eml", raw)})
    assert nowhere.status_code == 422 and "Say to which address it came" in nowhere.text


def test_who_passed_an_email_on_is_said_of_a_file_and_in_the_log(site: Site, anna: Browser) -> None:
    site.follow()
    raw = site.world.mail(to="support@mail.example", headers=[("Delivered-To", f'"{CANARY}" desk@mail.example')])
    form = {"csrf": anna.csrf(), "to": "leads@acme.example", "from": "SRS0=HH=TT=customer.example=karin@mail.example"}
    asked = anna.post("/where/mail", form, files={"eml": ("m.eml", raw)}).text
    row = site.world.deliver(raw, "leads@acme.example", form["from"])
    pages = [asked, anna.get(f"/log/{row.id}").text, anna.get(f"/records/{row.record}/1/path").text]
    for page in pages:
        assert "It was for desk@mail.example before, and was passed on from there (Delivered-To)." in page
        assert "Passed on by mail.example, which rewrote the envelope sender of karin@customer.example" in page
        assert "<script>alert" not in page
    assert "How it came to this address" not in anna.get("/where?to=leads%40acme.example").text


def test_what_is_another_company_s_is_like_what_is_nobody_s(site: Site, browser: Opens, anna: Browser) -> None:
    theirs = anna.get("/where?to=orders%40other.example").text
    nobodys = anna.get("/where?to=orders%40nobody.example").text
    assert "orders@other.example is no address of Acme." in theirs
    assert theirs.replace("other.example", "nobody.example") == nobodys
    assert "It would" not in theirs
    eva = browser()
    eva.sign_in("eva@other.example")
    assert "is no address of Other." in eva.get("/where?to=leads%40acme.example").text
    answered = eva.get("/where?to=&if=answer&record=LEAD-1").text
    assert "karin@customer.example" not in answered and "is no address of Acme" not in answered


def test_a_missing_address_leads_to_the_one_that_was_meant(site: Site, anna: Browser) -> None:
    site.follow()
    page = anna.get("/where?to=lead%40acme.example").text
    assert "550 5.1.1 &lt;lead@acme.example&gt;: Recipient address rejected" in page
    assert "nobody: your mail server refuses it" in page and "waits for review" not in page
    assert "Did you mean leads@acme.example?" in page and 'href="/aliases/new?address=lead%40acme.example"' in page
    foreign = anna.get("/where?to=info%40foreign.example").text
    assert "is no address of Acme" in foreign and "Create " not in foreign
    site.store.line.appoint(site.world.anna)
    foreign = anna.get("/where?to=info%40foreign.example").text
    assert "550 5.1.1" in foreign and "Create " not in foreign
    assert "Did you mean" not in anna.get("/where?to=%40").text
    new = anna.get("/aliases/new?address=lead%40acme.example").text
    assert "/aliases/new?address=lead%40acme.example" in page and 'value="lead"' in new


def test_only_an_alias_that_could_be_is_offered_to_be_made(site: Site, anna: Browser) -> None:
    """Where the mail server refuses an address: what exists already is shown, and what every domain has is neither."""
    made = "/aliases/new?address="
    site.store.connection.execute("update alias set state = 'off' where local_part = 'support'")
    for address, known in (
        ("leads@acme.example", "does not know it yet"),
        (" Support@ACME.example", "is switched off"),
    ):
        page = anna.get("/where", params={"to": address}).text
        assert "Refused: there is no such address" in page and known in page
        assert 'href="/aliases/' in page and made not in page, address
    # An answer is asked about without an address: its own is one that nobody makes.
    answer = anna.get("/where?if=answer-forged&record=LEAD-1")
    assert answer.status_code == 200 and made not in answer.text and "Refused: there is no such" in answer.text
    site.follow()
    assert "does not know it yet" not in anna.get("/where?to=leads@acme.example").text
    assert "is switched off" in anna.get("/where?to=support@acme.example").text
    for address in ("postmaster@acme.example", "reply+x@acme.example", "a%25b@acme.example", "anna@acme.example"):
        assert made not in anna.get(f"/where?to={address}").text, address
    assert made in anna.get("/where?to=sale@acme.example").text
    assert made not in anna.get("/where?if=answer-forged&record=LEAD-1").text


def test_each_rule_that_can_be_set_leads_to_where(site: Site, anna: Browser) -> None:
    site.follow()
    page = anna.get("/where?to=leads%40acme.example").text
    rules = page[page.index('class="rules"') :]
    for to in ("/review#blocked", f"/aliases/{site.world.leads}"):
        assert f'href="{to}"' in rules
        assert anna.get(to).status_code == 200
    assert 'id="blocked"' in anna.get("/review").text
    assert rules.count("<li") == rules.count(">Change<") + rules.count('class="dim">(')
    assert "not configurable" in rules and "set by whoever looks after the installation" in rules
    with site.store.transaction():
        site.store.line.appoint(site.world.anna)
    keys = tuple(FileSetting(one.name, "", given=False) for one in fields(Config))
    site.app.state.site = replace(site.app.state.site, file=SettingsFile("weftmail.toml", keys))
    page = anna.get("/where?to=leads%40acme.example").text
    found = re.findall(r'href="([^"#?]+)(?:[^"#]*)#([\w-]+)"', page[page.index('class="rules"') :])
    own = [one for one in found if one[0] != "/review"]
    assert {f"{path}#{place}" for path, place in own} >= {
        "/settings#file-complaint_providers", "/settings#file-clamd", f"/aliases/{site.world.leads}#spam",
        f"/aliases/{site.world.leads}#machines",
    }  # fmt: skip
    for path, place in own:
        assert f'id="{place}"' in anna.get(path).text, (path, place)
    assert "set by whoever" not in page
    with site.store.transaction():
        site.store.line.dismiss(site.world.anna)
    unknown = anna.get("/where?to=nobody%40acme.example").text
    assert 'href="/aliases/new?address=nobody%40acme.example"' in unknown[unknown.index('class="rules"') :]
    foreign = anna.get("/where?to=nobody%40elsewhere.example").text
    assert "/aliases/new" not in foreign


@pytest.mark.parametrize("path", ["/where/mail", "/log/mail", "/aliases/import"])
def test_every_upload_has_one_limit_and_one_refusal(site: Site, anna: Browser, path: str) -> None:
    field = "file" if path.startswith("/aliases") else "eml"
    form = {"csrf": anna.csrf(), "to": "leads@acme.example", "do": "try"}
    empty = anna.post(path, form, files={field: ("m", b"")})
    assert empty.status_code == 422 and "Choose a file first." in empty.text
    assert "Choose a file first." in anna.post(path, form).text
    large = anna.post(path, form, files={field: ("m", b"x" * (FORM_FILE + 1))})
    assert large.status_code == 422 and "The file is larger than 25 MB." in large.text


@pytest.mark.parametrize("script", [True, False])
def test_a_question_is_asked_and_varied_by_its_buttons(site: Site, tmp_path: Path, *, script: bool) -> None:
    site.follow()
    with served(site.app) as home, chromium(tmp_path, script=script) as context:
        page = context.pages[0]
        signed_in(page, home)
        page.goto(f"{home}/where")
        page.get_by_label("To", exact=True).fill("leads@acme.example")
        page.get_by_role("button", name="Where would it go?").first.click()
        expect(page.locator(".headline")).to_contain_text("It would open a record of type lead.")
        page.get_by_role("button", name="an automatic answer").click()
        expect(page.locator(".headline")).to_contain_text("review queue under Held")
        page.get_by_label("an answer to record").fill("LEAD-1")
        page.get_by_role("button", name="in a colleague's name, forged").last.click()
        expect(page.locator(".headline")).to_contain_text("it bears a colleague's address and is not verified")
        page.get_by_role("button", name="by its customer").click()
        expect(page.locator(".headline")).to_contain_text("It would be filed on LEAD-1.")
