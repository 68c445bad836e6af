"""How long somebody at a page waits: from Postfix's 250 to the list of records with the new one in it.

One page is open all the time, as a browser has it: it asks the live endpoint, which answers as soon as the store has
changed, and then fetches itself again.
"""

from __future__ import annotations

import html
import http.client
import re
import smtplib
import threading
import time
from pathlib import Path
from statistics import quantiles

from bench.mails import RECIPIENT, mail, sender
from bench.result import Result
from bench.yard import STRANGER, Yard
from tests.e2e.postfix import free_port, until

GOAL = 1000.0
PATIENCE = 10.0


class Page:
    """The list of records in Anna's browser."""

    def __init__(self, port: int, link: str) -> None:
        """``link`` is the path of a one-time sign-in link."""
        self._port = port
        self._cookie = ""
        answer = self._ask("POST", link)
        self._cookie = answer[1].partition(";")[0]
        self.look()

    def _ask(self, method: str, path: str) -> tuple[str, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            connection.request(method, path, headers={"Cookie": self._cookie} if self._cookie else {})
            answer = connection.getresponse()
            text = answer.read().decode()
            assert answer.status < 400, f"{method} {path}: {answer.status}"
            return text, answer.getheader("Set-Cookie", "")
        finally:
            connection.close()

    def look(self) -> str:
        """Fetch the page; return what it shows."""
        text = self._ask("GET", "/records")[0]
        found = re.search(r'data-live="([^"]+)"', text)
        assert found is not None, "the page does not say where it asks for changes"
        self._live = html.unescape(found[1])
        return text

    def wait(self) -> None:
        """Wait until the store has changed."""
        self._ask("GET", self._live)


def to_the_page(programs: Path, pairs: int) -> list[Result]:
    """One mail at a time, as many for each pair as make a fair p95."""
    spent: list[float] = []
    with Yard(programs) as yard:
        postfix = yard.postfix(None)
        yard.listener()
        port = free_port()
        yard.installation.start(programs / "mail-admin", "serve", "--site", f"127.0.0.1:{port}")
        found = re.search(r"https?://[^/\s]+(/enter/\S+)", yard.installation.init)
        assert found is not None, "init gave no link to sign in by"
        until(lambda: _answers(port), "the site answers", yard.installation.log)
        page = Page(port, found[1])
        with smtplib.SMTP("127.0.0.1", postfix.smtp_port, "client.example", 30, (STRANGER, 0)) as client:
            for number in range(20 * pairs):
                spent.append(_one(page, client, number))
    cuts = quantiles(spent, n=100, method="inclusive")
    p50, p95 = cuts[49], cuts[94]
    print(f"    {len(spent)} mails: {min(spent):.0f} to {max(spent):.0f} ms", flush=True)
    return [
        Result(
            "from 250 to the page that is open, live",
            f"p50 {p50:.0f} ms, p95 {p95:.0f} ms",
            ratio=f"({min(spent):.0f}-{max(spent):.0f} ms)",
            goal="p95 < 1000 ms",
            met=p95 < GOAL,
        )
    ]


def _one(page: Page, client: smtplib.SMTP, number: int) -> float:
    """Hand in a mail and wait for it on the page; return the milliseconds from 250 to there."""
    title = f"Pumps for building site {number}<"
    seen: list[float] = []

    def follow() -> None:
        end = time.monotonic() + PATIENCE
        while title not in page.look() and time.monotonic() < end:
            page.wait()
        seen.append(time.monotonic())

    browser = threading.Thread(target=follow)
    browser.start()
    # The page has long been open when a mail comes; and it comes at any moment between two looks at the store.
    time.sleep(0.25 + 0.0137 * (number % 16))
    client.sendmail(sender(number), [RECIPIENT], mail(number, "page"))
    taken = time.monotonic()
    browser.join()
    assert title in page.look(), f"mail {number} did not come to the page within {PATIENCE:.0f} s"
    return (seen[0] - taken) * 1000


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/sign-in")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
