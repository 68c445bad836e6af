"""From an invitation to a second factor, as a person goes: in Chromium, at a real server."""

from __future__ import annotations

import base64
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.admin.chromium import Watched, chromium, served
from tests.admin.conftest import PASSWORD, Site
from tests.admin.test_two_steps import link_of
from weftmail.core.tokens.one_time_code import code_at

KARIN, NEW = "karin@office.example", "velvet-otter-april-ten"


def filled(page: Page, values: dict[str, str], press: str) -> None:
    """Type into the fields of these names, and press a button."""
    for name, value in values.items():
        page.get_by_label(name, exact=True).fill(value)
    page.get_by_role("button", name=press, exact=True).click()


def code_of(site: Site, key: str) -> str:
    """Return what an app shows into which the key was typed."""
    return code_at(base64.b32decode(key.replace(" ", "").upper()), site.world.clock.now)


def test_from_an_invitation_to_a_second_factor(site: Site, tmp_path: Path) -> None:
    with served(site.app) as home, chromium(tmp_path) as context:
        page = context.pages[0]
        watched = Watched(page, home)
        page.goto(f"{home}/users")
        filled(page, {"Address": "anna@acme.example", "Password": PASSWORD}, "Sign in")
        page.get_by_role("link", name="Invite somebody").click()
        filled(page, {"Email address": KARIN, "Name": "Karin Ek"}, "Invite")
        expect(page.locator(".bar[role=status]").first).to_contain_text("invited")
        page.get_by_role("button", name="Sign out", exact=True).click()

        page.goto(home + link_of(site))
        filled(page, {"Password": NEW, "Once more": NEW}, "Keep this password")
        page.get_by_role("link", name="Karin Ek", exact=True).click()
        page.get_by_role("link", name="Set it up").click()
        filled(page, {"Your password now": NEW}, "Go on")
        square = page.get_by_role("img", name="Square for your app")
        expect(square).to_be_visible()
        key = page.get_by_text("Or type this key into it:").locator("code").inner_text()
        filled(page, {"Code": code_of(site, key)}, "Turn it on")
        codes = page.locator(".codes code").all_inner_texts()
        assert len(codes) == 10 and all(re.fullmatch(r"(?:[a-z2-7]{4}-){3}[a-z2-7]{4}", one) for one in codes)
        page.get_by_role("link", name="I have kept them").click()
        expect(page.get_by_text("this browser")).to_be_visible()
        page.get_by_role("button", name="Sign out", exact=True).click()

        site.world.clock.now += 30_000
        filled(page, {"Address": KARIN, "Password": NEW}, "Sign in")
        filled(page, {"Code": code_of(site, key)}, "Sign in")
        expect(page.get_by_role("link", name="Karin Ek", exact=True)).to_be_visible()
        page.get_by_role("button", name="Sign out", exact=True).click()
        filled(page, {"Address": KARIN, "Password": NEW}, "Sign in")
        filled(page, {"Code": codes[0]}, "Sign in")
        expect(page.get_by_role("link", name="Karin Ek", exact=True)).to_be_visible()
        assert watched.alarms == []
