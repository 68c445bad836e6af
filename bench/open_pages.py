"""What open pages cost: 200 pages of records wait for changes; the share of one core that the site takes.

``python -m bench open-pages``.  The site runs in a process of its own, is measured while nothing happens, and while a
mail comes each ten seconds, which lets every page look once whether it concerns it.
"""

from __future__ import annotations

import argparse
import asyncio
import html
import json
import multiprocessing
import re
import socket
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

from weftmail.transport.readers.process import cpu

PAGES = 200
RECORDS = 40
SECONDS = 60
GOAL = 10.0
EVERY = 10


def _serve(folder: str, listening: socket.socket, say: Connection) -> None:
    """Run the site with its people and records; take a mail whenever it is told to."""
    import threading

    import uvicorn

    from tests.admin.conftest import Site

    site = Site(Path(folder))
    for number in range(RECORDS):
        site.world.deliver(site.world.mail(f"karin{number}@customer.example", verified=True), "leads@acme.example")
    first = site.world.thread("LEAD-1")[0].rfc_message_id

    def deliver() -> None:
        while say.recv() != "end":
            site.world.deliver(site.world.mail(references=[first], verified=True), "leads@acme.example")

    threading.Thread(target=deliver, daemon=True).start()
    say.send("ready")
    uvicorn.Server(uvicorn.Config(site.app, log_level="error")).run(sockets=[listening])


class OpenPage:
    """An open page: it waits, and asks again as soon as it is answered; one that changed is fetched."""

    def __init__(self, port: int, cookie: str, number: int) -> None:
        self._port = port
        self._cookie = cookie
        self._page = f"/records/LEAD-{number % RECORDS + 1}"
        self.asked = self.fetched = 0

    async def run(self) -> None:
        """Go on until cancelled."""
        live, unread = await self._look()
        while True:
            said = json.loads((await self._get(f"{live}&unread={unread}")).rpartition("\r\n\r\n")[2])
            self.asked += 1
            unread = said["unread"]
            if said["seen"] not in live:
                live, unread = await self._look()
                self.fetched += 1

    async def _look(self) -> tuple[str, int]:
        page = await self._get(f"{self._page}?peek=yes")
        live, unread = re.search(r'data-live="([^"]+)"', page), re.search(r'data-unread="(\d+)"', page)
        assert live is not None and unread is not None, "the page does not say where it asks for changes"
        return html.unescape(live[1]), int(unread[1])

    async def _get(self, path: str) -> str:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            writer.write(f"GET {path} HTTP/1.0\r\nHost: testserver\r\nCookie: {self._cookie}\r\n\r\n".encode())
            return (await reader.read()).decode("utf-8", "replace")
        finally:
            writer.close()


async def _measured(port: int, pid: int, say: Connection) -> list[tuple[str, float]]:
    cookies = [_cookie(port, who) for who in ("anna", "bjorn")]
    tabs = [OpenPage(port, cookies[number % 2], number) for number in range(PAGES)]
    tasks = [asyncio.ensure_future(one.run()) for one in tabs]
    await asyncio.sleep(15)
    found = []
    for what, mails in (("nothing happens", False), (f"a mail each {EVERY} s", True)):
        before, began = cpu(pid), time.monotonic()
        asked, fetched = sum(one.asked for one in tabs), sum(one.fetched for one in tabs)
        for _ in range(SECONDS // EVERY):
            if mails:
                say.send("mail")
            await asyncio.sleep(EVERY)
        share = 100 * (cpu(pid) - before) / (time.monotonic() - began)
        asked, fetched = sum(one.asked for one in tabs) - asked, sum(one.fetched for one in tabs) - fetched
        print(f"    {what}: {asked} answers, {fetched} pages fetched, {share:.1f} % of one core", flush=True)
        assert asked >= PAGES, "a page that waits is answered within 20 seconds"
        found.append((what, share))
    for task in tasks:
        task.cancel()
    return found


def _cookie(port: int, who: str) -> str:
    import http.client
    from urllib.parse import urlencode

    from tests.admin.conftest import PASSWORD

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    form = urlencode({"address": f"{who}@acme.example", "password": PASSWORD})
    fields = {"Content-Type": "application/x-www-form-urlencoded", "Host": "testserver"}
    connection.request("POST", "/sign-in", form, fields)
    return "; ".join(
        value.partition(";")[0] for name, value in connection.getresponse().getheaders() if name == "set-cookie"
    )


def main(arguments: list[str]) -> int:
    """Measure; return 0 where the goal is met."""
    argparse.ArgumentParser(prog="bench open-pages", description=__doc__).parse_args(arguments)
    ours, theirs = multiprocessing.Pipe()
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0), backlog=512) as listening:
        process = multiprocessing.get_context("fork").Process(target=_serve, args=(folder, listening, theirs))
        process.start()
        try:
            assert ours.recv() == "ready" and process.pid is not None
            found = asyncio.run(_measured(listening.getsockname()[1], process.pid, ours))
        finally:
            process.terminate()
            process.join()
    for what, share in found:
        print(f"{PAGES} open pages, {what}: {share:.1f} % of one core (goal < {GOAL:.0f})")
    return 0 if all(share < GOAL for _, share in found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
