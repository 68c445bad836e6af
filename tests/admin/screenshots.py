"""A picture of every page, to be looked at: ``python -m tests.admin.screenshots FOLDER [PATTERN]``.

The pages are those that ``test_access.py`` asks; each is shown in both languages, light and dark, 320 and 1200 px wide.
"""

from __future__ import annotations

import itertools
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Page
from starlette.testclient import TestClient

from tests.admin.chromium import chromium, served
from tests.admin.conftest import Browser, Site
from tests.admin.furnished import furnish
from tests.admin.test_access import appointed, before_the_door, pages, signed_in, with_fields

HIGHEST = 3000
"""Pixels of a page that are shown."""
A_SHEET = 12
"""Pages on one sheet."""
COLUMN, GAP, TITLE = 400, 8, 20
"""Pixels: the width of a page on a sheet, what lies between two, and the height of its path above it."""


def main(folder: Path, pattern: str) -> int:
    """Take the pictures whose path fits the pattern, and put them on sheets; return the exit status."""
    for language, dark, width in itertools.product(("en", "sv"), (False, True), (320, 1200)):
        target = folder / f"{language}-{'dark' if dark else 'light'}-{width}"
        target.mkdir(parents=True, exist_ok=True)
        taken = list(_taken(target, language, dark, width, re.compile(pattern)))
        for at in range(0, len(taken), A_SHEET):
            _sheet(taken[at : at + A_SHEET]).save(target / f"sheet-{at // A_SHEET:02}.png")
        print(f"{target}: {len(taken)} pages")
    return 0


def _taken(target: Path, language: str, dark: bool, width: int, wanted: re.Pattern[str]) -> Iterator[tuple[str, Path]]:
    """Yield the path of each page and its picture, of a furnished site of its own."""
    with tempfile.TemporaryDirectory() as name:
        site = Site(Path(name))
        site.world.deliver(site.world.mail(verified=True), "leads@acme.example")
        furnish(site)
        appointed(site, language)
        with_fields(site)
        profile = Path(name) / "profile"
        # The programs of the site end with its first client, so that one stays to the end.
        with (
            TestClient(site.app) as client,
            served(site.app) as home,
            chromium(profile, width=width, height=860, dark=dark) as context,
        ):
            known = Browser(client)
            known.sign_in("anna@acme.example")
            inside, outside = pages(site, known), before_the_door(site)
            context.set_extra_http_headers({"Accept-Language": language})
            page = context.pages[0]
            for number, path in enumerate([*outside, *inside]):
                if number == len(outside):
                    signed_in(page, home)
                if wanted.search(path):
                    yield path, _shot(page, home + path, width, target / f"{number:03}.png")
        site.store.close()


def _shot(page: Page, address: str, width: int, picture: Path) -> Path:
    page.goto(address, wait_until="load")
    page.wait_for_function("() => [...document.images].every((one) => one.complete)")
    height = min(page.evaluate("document.documentElement.scrollHeight"), HIGHEST)
    page.screenshot(path=picture, full_page=True, clip={"x": 0, "y": 0, "width": width, "height": height})
    return picture


def _sheet(part: list[tuple[str, Path]]) -> Image.Image:
    """Return pages beside one another, each with its path above it."""
    cells = [(path, _narrowed(picture)) for path, picture in part]
    rows = [cells[at : at + 4] for at in range(0, len(cells), 4)]
    heights = [max(image.height for _, image in row) + TITLE + GAP for row in rows]
    made = Image.new("RGB", (4 * (COLUMN + GAP), sum(heights)), "#5a5a78")
    drawn, top = ImageDraw.Draw(made), 0
    for row, height in zip(rows, heights, strict=True):
        for at, (path, image) in enumerate(row):
            drawn.text((at * (COLUMN + GAP) + 4, top + 4), path, fill="#ffff00")
            made.paste(image, (at * (COLUMN + GAP), top + TITLE))
        top += height
    return made


def _narrowed(picture: Path) -> Image.Image:
    image = Image.open(picture).convert("RGB")
    return image.resize((COLUMN, image.height * COLUMN // image.width), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""))
