"""What a person does in Chromium before a running Postfix: from nothing to a conversation; aliases; a domain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.admin.chromium import chromium
from tests.e2e.installation import ANNA, LiveInstallation
from tests.e2e.postfix import PrivatePostfix
from tests.e2e.sink import Sink
from tests.e2e.test_alias_pages import Admin
from tests.e2e.test_map_follows import asked

KARIN = "karin@customer.example"
MAIL = (
    f"From: Karin Ek <{KARIN}>\r\nTo: support@acme.example\r\nSubject: Help\r\n"
    "Message-ID: <help@customer.example>\r\n\r\nIt squeaks.\r\n"
).encode()


@pytest.fixture(scope="module")
def installation(postfix: PrivatePostfix, state_dir: Path) -> Iterator[LiveInstallation]:
    """Acme as ``mail-admin init`` leaves it, its mail server, listener, sender and site running; and no alias."""
    made = LiveInstallation(state_dir, postfix.smtp_port)
    made.listener()
    made.sender()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def home(installation: LiveInstallation) -> str:
    """Where the site is."""
    admin = Admin(installation)
    admin.client.close()
    return admin.home


@pytest.fixture
def page(installation: LiveInstallation, home: str, tmp_path: Path) -> Iterator[Page]:
    """Anna's browser, signed in by a link."""
    link = installation.json("user", "sign-in-link", ANNA)["link"]
    with chromium(tmp_path) as context:
        made = context.pages[0]
        made.set_default_timeout(20_000)
        expect.set_options(timeout=20_000)
        made.goto(f"{home}/enter/{link.rpartition('/')[2]}")
        made.get_by_role("button", name="Sign in as Anna").click()
        yield made


def press(page: Page, name: str) -> None:
    """Press a button, or follow a link that looks like one."""
    page.get_by_role("button", name=name, exact=True).or_(page.get_by_role("link", name=name, exact=True)).first.click()


@pytest.fixture
def takes(postfix: PrivatePostfix) -> Iterator[Callable[[str], int]]:
    """Asks with what code the mail server answers to an address; at each call, in one SMTP session."""
    with postfix.smtp() as client:
        yield lambda address: int(asked(client, address)[0])


def test_from_an_empty_installation_to_an_answer_on_its_way(
    installation: LiveInstallation, postfix: PrivatePostfix, sink: Sink, page: Page, home: str
) -> None:
    expect(page.get_by_role("heading", name="Welcome, Anna")).to_be_visible()
    page.goto(f"{home}/welcome?step=mail")
    # The domain that the installation was made with stands there already.
    expect(page.get_by_label("Domain", exact=True)).to_have_value("acme.example")
    press(page, "Save and go on")
    press(page, "Go on")
    page.get_by_label("Address before the @").fill("Support")
    page.get_by_label("Each email opens a").select_option("ticket")
    press(page, "Add the address")
    expect(page.get_by_text("support@acme.example", exact=True)).to_be_visible()
    # A customer writes, through the mail server; the page shows it by itself.
    postfix.deliver(KARIN, "support@acme.example", MAIL)
    press(page, "Open TICKET-1")
    expect(page.get_by_text("It squeaks.")).to_be_visible()
    page.locator(".editor #text").fill("We bring some oil.")
    press(page, "Send")
    # It waits for as long as it can be undone.
    page.wait_for_url("**/records/TICKET-1*#leaving*")
    (sent, *_) = sink.wait(to=KARIN, timeout=60)
    assert b"We bring some oil." in sent.raw
    assert [one["kind"] for one in installation.wait_messages("TICKET-1", 2)] == ["received", "post"]


def test_an_alias_made_on_the_page_is_taken_at_the_next_rcpt_and_refused_when_switched_off(
    takes: Callable[[str], int], page: Page, home: str
) -> None:
    offers = "offers@acme.example"
    assert takes(offers) == 550
    page.goto(f"{home}/aliases")
    press(page, "New alias")
    page.get_by_label("Domain", exact=True).select_option("acme.example")
    page.get_by_label("Name", exact=True).fill("Offers")
    expect(page.locator("#address-live")).to_have_text(f"● {offers}")
    page.get_by_label("Each email opens").select_option("lead")
    press(page, "Add")
    expect(page.get_by_role("heading", level=1)).to_have_text("offers@acme.example")
    assert takes(offers) == 250
    expect(page.get_by_text("live in the mail server since")).to_be_visible()
    for button, following, code in (("Switch off", "Switch on", 550), ("Switch on", "Switch off", 250)):
        press(page, button)
        expect(page.get_by_role("button", name=following)).to_be_visible()
        assert takes(offers) == code
    press(page, "Remove")
    expect(page.locator(".bar[role=status]")).to_contain_text("Alias offers@acme.example removed")
    assert takes(offers) == 550
    page.locator(".bar[role=status]").get_by_role("button", name="Undo").click()
    expect(page.locator(".bar[role=status]")).to_contain_text("restored")
    assert takes(offers) == 250


def test_a_domain_that_is_closed_and_undone_brings_its_aliases_back(
    installation: LiveInstallation, takes: Callable[[str], int], page: Page, home: str
) -> None:
    page.goto(f"{home}/domains")
    page.get_by_label("Domain", exact=True).fill("fair.example")
    press(page, "Add the domain")
    expect(page.get_by_role("heading", level=1)).to_have_text("fair.example")
    for name in ("stand", "talks"):
        page.goto(f"{home}/aliases/new")
        page.get_by_label("Name", exact=True).fill(name)
        page.get_by_label("Domain", exact=True).select_option("fair.example")
        page.get_by_label("Each email opens").select_option("lead")
        press(page, "Add")
        expect(page.get_by_role("heading", level=1)).to_have_text(f"{name}@fair.example")
    press(page, "Switch off")
    expect(page.get_by_role("button", name="Switch on")).to_be_visible()
    stand, talks = "stand@fair.example", "talks@fair.example"
    assert (takes(stand), takes(talks)) == (250, 550)
    page.goto(f"{home}/domains/fair.example")
    press(page, "Close this domain")
    expect(page.get_by_text("stand@fair.example")).to_be_visible()
    assert takes(stand) == 250
    press(page, "Close this domain")
    expect(page.locator(".bar[role=status]")).to_contain_text("Domain fair.example removed")
    assert (takes(stand), takes(talks)) == (550, 550)
    page.locator(".bar[role=status]").get_by_role("button", name="Undo").click()
    expect(page.locator(".bar[role=status]")).to_contain_text("restored")
    # Each comes back as it was, on or off.
    assert (takes(stand), takes(talks)) == (250, 550)
    there = {one["address"]: one["state"] for one in installation.json("alias", "list")}
    assert (there[stand], there[talks]) == ("on", "off")
