"""First run in the browser: from an installation with nothing to the first conversation, without a shell."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.admin.chromium import chromium, served
from tests.admin.conftest import Browser, Site
from tests.admin.test_access import appointed, signed_in
from tests.unit.flow.test_status import FakeMachine
from weftmail.flow.guide import guide

Opens = Callable[[], Browser]


@pytest.fixture
def bare(site: Site) -> Site:
    """A site without an alias, of which Anna is an admin of all; Acme has no domain."""
    for one in site.store.aliases.all():
        site.store.aliases.set_state(one.id, "removed", 1)
    site.store.connection.execute("update domain set state = 'removed' where name = 'acme.example'")
    appointed(site, "en")
    return site


@pytest.fixture
def owner(bare: Site, browser: Opens) -> Browser:
    """The browser of Anna."""
    made = browser()
    made.sign_in("anna@acme.example")
    return made


def test_whoever_signs_in_first_is_led_through_and_may_leave(bare: Site, owner: Browser) -> None:
    assert owner.get("/").headers["location"].startswith("/welcome")
    assert owner.post("/welcome/close", {"csrf": owner.csrf()}).status_code == 303
    assert not owner.get("/").headers["location"].startswith("/welcome")
    assert "How does email reach your records?" in owner.get("/welcome?step=mail").text


@pytest.mark.parametrize(
    ("form", "values", "said", "kept"),
    [
        ("company", {"new_name": "", "language": "en"}, "This is empty", ""),
        ("mail", {"way": "subdomain", "name": "acme.example"}, "no subdomain", "acme.example"),
        ("address", {"local": "a b", "opens": "ticket"}, "is not an address", "a b"),
        ("colleagues", {"address": "björn", "prefers": "inbox"}, "is not an address", "björn"),
    ],
)
def test_what_does_not_fit_is_said_beside_the_field_and_kept(
    bare: Site, owner: Browser, form: str, values: dict[str, str], said: str, kept: str
) -> None:
    if form == "address":
        owner.post("/welcome/mail", {"csrf": owner.csrf(), "way": "subdomain", "name": "in.acme.example"})
    answer = owner.post(f"/welcome/{form}", {"csrf": owner.csrf(), **values})
    assert answer.status_code == 422
    assert re.search(rf'class="error">✕ [^<]*{said}', answer.text), answer.text
    assert f'value="{kept}"' in answer.text


def test_for_an_admin_of_one_company_it_does_not_exist(browser: Opens) -> None:
    somebody = browser()
    somebody.sign_in("eva@other.example")
    assert somebody.get("/welcome").status_code == 404


def test_from_nothing_to_the_first_conversation(bare: Site, tmp_path: Path) -> None:
    with served(bare.app) as home, chromium(tmp_path) as context:
        page = context.pages[0]
        signed_in(page, home)
        expect(page.get_by_role("heading", name="Welcome, Anna")).to_be_visible()
        page.get_by_role("link", name="Company").click()
        filled_in(page, {"Company": "Acme Nord"}, "Save and go on")
        page.get_by_text("A subdomain comes here").click()
        filled_in(page, {"Domain": "in.acme.example"}, "Save and go on")
        page.get_by_role("link", name="Go on").click()
        page.get_by_label("Each email opens a").select_option("ticket")
        filled_in(page, {"Address before the @": "Support"}, "Add the address")
        expect(page.get_by_text("support@in.acme.example", exact=True)).to_be_visible()
        bare.world.deliver(bare.world.mail(subject="Help"), "support@in.acme.example")
        expect(page.get_by_role("link", name="Open TICKET-1")).to_be_visible(timeout=5000)
        expect(page.locator(".journey")).to_contain_text("Anna")
        page.get_by_role("link", name="Colleagues", exact=False).first.click()
        filled_in(page, {"Email address of a colleague": "carl@acme.example"}, "Invite")
        expect(page.locator(".bar[role=status]").first).to_contain_text("Carl invited")
    found = guide(bare.store, bare.world.acme)
    assert found.letter is not None and found.letter.record == "TICKET-1"
    assert bare.store.users.by_address("carl@acme.example") is not None
    # The link that the page promises waits in the outbox.
    waiting = bare.store.outbox.claim("t", bare.world.clock(), 2**60, 99)
    assert [one.sentences[0].code for one in waiting if one.audience == "account"] == ["mail.invitation"]


def filled_in(page: Page, values: dict[str, str], press: str) -> None:
    """Type into the fields of these names, and press a button."""
    for name, value in values.items():
        page.get_by_label(name, exact=True).fill(value)
    page.get_by_role("button", name=press).click()


def test_a_real_email_is_not_asked_for_in_vain(bare: Site, owner: Browser) -> None:
    owner.post("/welcome/mail", {"csrf": owner.csrf(), "way": "subdomain", "name": "in.acme.example"})
    owner.post("/welcome/address", {"csrf": owner.csrf(), "local": "support", "opens": "ticket"})
    machine = FakeMachine(listener=False)
    bare.app.state.site = replace(bare.app.state.site, machine=machine)
    before = owner.get("/live/welcome?seen=x").text
    assert "The listener does not run, so nothing is filed yet." in owner.get("/welcome?step=letter").text
    machine.listener = True
    assert "The listener does not run" not in owner.get("/welcome?step=letter").text
    assert owner.get("/live/welcome?seen=x").text != before


def test_steps_that_are_done_are_counted_at_once(bare: Site, owner: Browser) -> None:
    left = len(guide(bare.store, bare.world.acme).left)
    owner.post("/welcome/mail", {"csrf": owner.csrf(), "way": "subdomain", "name": "in.acme.example"})
    owner.post("/welcome/address", {"csrf": owner.csrf(), "local": "support", "opens": "ticket"})
    bare.world.deliver(bare.world.mail(subject="Help"), "support@in.acme.example")
    page = owner.get("/welcome?step=letter").text
    notified = re.search(r"Colleagues notified</span> <span class=\"dim\">([^<]*)<", page)
    assert notified is not None and len(notified[1].split(", ")) == len(set(notified[1].split(", ")))
    # One that is held afterwards takes nothing back.
    bare.world.deliver(
        bare.world.mail("Anna <anna@acme.example>", headers=[("Auto-Submitted", "auto-replied")]),
        "support@in.acme.example",
    )
    assert "letter" not in guide(bare.store, bare.world.acme).left
    now = len(guide(bare.store, bare.world.acme).left)
    assert now < left and f'data-key="left">{now} step' in owner.get("/welcome").text
    assert f"{now} step" in owner.get("/overview").text
