"""A real browser at a real server: Chromium by Playwright, the site by uvicorn on a loopback port."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uvicorn
from playwright.sync_api import BrowserContext, Page, sync_playwright
from starlette.applications import Starlette

from weftmail.admin.app import stop_waiting

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
]


@contextlib.contextmanager
def served(app: Starlette) -> Iterator[str]:
    """Serve the site in a thread; give its address."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=5))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    until = time.monotonic() + 10
    while not server.started and time.monotonic() < until:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        stop_waiting(app)
        server.should_exit = True
        thread.join(15)
        listening.close()


class Watched:
    """A page, and all that must not happen on it."""

    def __init__(self, page: Page, home: str) -> None:
        self.page = page
        self.alarms: list[str] = []
        page.on("dialog", lambda dialog: self._alarm(f"dialog {dialog.message}", dialog.dismiss))
        page.on("pageerror", lambda error: self._alarm(f"error {error.stack or error}"))
        page.on("console", lambda message: self._console(message))
        page.on("popup", lambda popup: self._alarm(f"popup {popup.url}", popup.close))
        page.on("request", lambda request: self._requested(request.url, home))

    def _alarm(self, what: str, then: Any = None) -> None:
        self.alarms.append(what)
        if then is not None:
            then()

    def _console(self, message: Any) -> None:
        if message.type == "error" or "canary" in message.text:
            self.alarms.append(f"console {message.text}")

    def _requested(self, url: str, home: str) -> None:
        if not url.startswith((home, "data:", "about:")):
            self.alarms.append(f"request {url}")


@contextlib.contextmanager
def chromium(
    profile: Path, *, dark: bool = False, width: int = 1280, height: int = 860, script: bool = True
) -> Iterator[BrowserContext]:
    """Start Chromium with a fresh profile; without ``script`` it runs none."""
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=CHROMIUM,
            args=FLAGS,
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
        )
        try:
            yield context
        finally:
            context.close()


def typed_words(page: Page) -> str:
    """Return the words that stand in the editor, as plain text."""
    return page.locator("#write textarea").input_value()


@contextlib.contextmanager
def two_chromiums(folder: Path) -> Iterator[tuple[BrowserContext, BrowserContext]]:
    """Start Chromium twice, as two people do: each with a process, a profile and cookies of its own."""
    with sync_playwright() as playwright, contextlib.ExitStack() as open_ones:
        opened = [
            playwright.chromium.launch_persistent_context(
                folder / name, executable_path=CHROMIUM, args=FLAGS, viewport={"width": 1280, "height": 860}
            )
            for name in ("one", "other")
        ]
        for one in opened:
            open_ones.callback(one.close)
        yield opened[0], opened[1]
