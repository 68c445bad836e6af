"""The layout of a company's messages on its page: preview before it is used, what is refused, and undo."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.admin.chromium import chromium, served
from tests.admin.conftest import Browser, Site
from tests.admin.test_browser import enter, overflow
from tests.admin.test_drafts import passes
from tests.unit.pictures import png

FORM = {"colour": "#aa3300", "footer": "Acme AB\nStorgatan 1", "template": "", "record": "LEAD-1"}


def test_it_is_looked_at_before_it_is_used_and_comes_back_by_undo(site: Site, anna: Browser) -> None:
    logo = ("logo.png", png(40, 20), "image/png")
    form = {**FORM, "csrf": anna.csrf(), "do": "preview"}
    place = anna.post("/layout/save", form, files={"logo": logo}).headers["location"]
    page = anna.get(place).text
    assert "Not in use yet" in page and site.store.layouts.used(site.world.acme) is None
    frame = re.search(r'src="(/layout/\d+/frame[^"]*)"', page)
    assert frame is not None
    shown = anna.get(frame[1].replace("&amp;", "&"))
    assert "#aa3300" in shown.text and "Storgatan 1" in shown.text and "Could you do 40 chairs?" in shown.text
    assert "data:image/png;base64," in shown.text and "sandbox" in shown.headers["content-security-policy"]
    saved = anna.post("/layout/save", {**form, "do": ""}, files={"logo": logo}).headers["location"]
    bar = anna.get(saved).text
    assert "So messages leave now." in bar
    undo = re.search(r'action="(/history/\d+/undo)"', bar)
    assert undo is not None
    assert anna.post("/records/LEAD-1/write", {**anna.form("/records/LEAD-1"), "text": "Here"}).status_code == 303
    passes(site, 11)
    assert anna.post(undo[1], {"csrf": anna.csrf()}).status_code == 303
    assert site.store.layouts.used(site.world.acme) is None
    assert anna.post("/layout/save", {**form, "do": ""}).status_code == 303
    assert anna.post("/layout/save", {"csrf": anna.csrf(), "do": "remove"}).status_code == 303
    assert site.store.layouts.used(site.world.acme) is None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"colour": "red"}, "is no colour"),
        ({"template": "<p>{{ content"}, "cannot be read"),
        ({"template": "{{ token }}{{ content }}"}, "token is unknown"),
        ({"template": "<b>nothing</b>"}, "has to show the words of the message once"),
        ({"footer": "x" * 2001}, "at most 2000 characters"),
    ],
)
@pytest.mark.parametrize("do", ["", "preview"])
def test_what_does_not_fit_is_said_beside_the_field_and_kept(
    site: Site, anna: Browser, wrong: dict[str, str], said: str, do: str
) -> None:
    answer = anna.post("/layout/save", {**FORM, **wrong, "csrf": anna.csrf(), "do": do})
    assert answer.status_code == 422 and said in answer.text
    kept = next(iter(wrong.values())).replace("<", "&lt;").replace(">", "&gt;")
    assert kept in answer.text and site.store.layouts.used(site.world.acme) is None


def test_it_is_for_admins_and_of_one_company(site: Site, anna: Browser, browser: Callable[[], Browser]) -> None:
    form = {**FORM, "csrf": anna.csrf(), "do": "preview"}
    place = anna.post("/layout/save", form).headers["location"]
    number = re.search(r"version=(\d+)", place)
    assert number is not None
    eva = browser()
    eva.sign_in("eva@other.example")
    assert eva.get(f"/layout/{number[1]}/frame").status_code == 404
    assert "#aa3300" not in eva.get(f"/layout?version={number[1]}").text
    bjorn = browser()
    bjorn.sign_in("bjorn@acme.example")
    assert bjorn.get("/layout").status_code == 404
    for odd in ("x", "0", "9" * 40, ""):
        assert anna.get(f"/layout?version={odd}").status_code == 200
        assert anna.get(f"/layout/{odd or 99}/frame").status_code == 404


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_into_a_narrow_window(site: Site, tmp_path: Path, scheme: str) -> None:
    with served(site.app) as home, chromium(tmp_path / "profile") as context:
        page = context.pages[0]
        enter(page, site, home)
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.goto(f"{home}/layout")
        page.get_by_label("Lines below").fill("Acme AB, Storgatan 1, 111 22 Stockholm")
        page.get_by_role("button", name="Preview", exact=True).click()
        page.frame_locator("iframe").get_by_text("Storgatan 1").wait_for()
        for width in (320, 1200):
            page.set_viewport_size({"width": width, "height": 800})
            assert overflow(page) <= 0
