"""``make run`` as a newcomer sees it: from nothing to LEAD-1, stopped by Ctrl-C, started again with nothing lost."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.admin.chromium import chromium
from weftmail.cli.demo import HOME

LOGIN = re.compile(r"Sign in  (\S+)  /  (\S+)      \(kept in var/demo-login\)")


class Run:
    """One run of the demo in a folder."""

    def __init__(self, folder: Path) -> None:
        self.began = time.monotonic()
        environ = {key: value for key, value in os.environ.items() if key != "WEFTMAIL_CONFIG"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "weftmail.cli.demo"],
            cwd=folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self.said = ""

    def ready(self) -> str:
        """Wait for the box; return all that was said."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line
            if "No mail leaves this machine" in line:
                self.took = time.monotonic() - self.began
                return self.said
        pytest.fail(f"the demo ended: {self.said}")

    def refused(self) -> str:
        """Wait for a run that does not begin; return what it said."""
        said, _ = self.process.communicate(timeout=20)
        assert self.process.returncode == 1
        return said

    def children(self) -> list[int]:
        """Return the ids of the programs that it started."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(one) for one in listed.split()]

    def stop(self) -> None:
        """Press Ctrl-C, and wait."""
        children = self.children()
        assert len(children) == 3
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(20) == 0
        assert self.process.stdout is not None
        assert "stopped; everything is in var/" in self.process.stdout.read()
        self.process.stdout.close()
        assert not [one for one in children if Path(f"/proc/{one}").exists()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder, with a path that is short enough for sockets."""
    return tmp_path


def _records(folder: Path, count: int) -> None:
    """Wait until the shell lists so many records."""
    environ = {**os.environ, "WEFTMAIL_CONFIG": "var/weftmail.toml"}
    until = time.monotonic() + 10
    while time.monotonic() < until:
        listed = subprocess.run(
            [HOME / "bin" / "mail-admin", "record", "list", "--json"],
            cwd=folder, env=environ, check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
        if listed.count('"number": ') == count:
            return
    pytest.fail(f"not {count} records: {listed}")


def _sum(page: Page) -> list[int]:
    """Return the numbers of the sum: what was accepted, and where it went."""
    return [int(one) for one in re.findall(r"(\d+) [a-z]", page.inner_text("#sum"))]


def _accepted(page: Page, count: int) -> None:
    """Wait until so many mails are accepted and filed somewhere, and the sum comes out."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        accepted, *parts = _sum(page)
        if accepted == count and parts[-1] == 0:
            assert sum(parts) == count and "● It comes out." in page.inner_text("#sum")
            return
        time.sleep(0.2)
        page.reload()
    pytest.fail(page.inner_text("#play"))


def _plays(page: Page) -> None:
    """Be Karin in each of her ways, break the listener and the disk, mend them: nothing is lost, nothing doubled."""
    begun = _sum(page)[0]
    for number, name in enumerate(
        ("Reply as Karin", "Reply with the address lost", "Reply from another address", "A friend answers",
         "Vacation reply"), start=1,
    ):  # fmt: skip
        page.get_by_role("button", name=name, exact=True).click()
        _accepted(page, begun + number)
    assert _sum(page)[4] == 2, "the other address and the friend are held"
    page.get_by_role("button", name="Fill the disk").click()
    page.get_by_text("✕ The disk is full").wait_for()
    time.sleep(1)
    page.get_by_role("button", name="Karin writes a new email").click()
    page.get_by_text("▲ Deferred: Ten more chairs").wait_for()
    assert _sum(page)[0] == begun + 6 and "● It comes out." in page.inner_text("#sum")
    page.get_by_role("button", name="Free the disk").click()
    _accepted(page, begun + 6)
    page.get_by_role("button", name="Stop the listener").click()
    page.get_by_text("✕ The listener, which takes email in, is stopped").wait_for()
    time.sleep(1)
    page.get_by_role("button", name="Karin writes a new email").click()
    _accepted(page, begun + 7)
    page.get_by_role("button", name="Start the listener").click()
    page.get_by_text("● The listener runs.").wait_for()
    time.sleep(1.5)


def test_the_first_run_and_the_second(folder: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("127.0.0.1", 8470))
            taken.listen()
        except OSError:
            pass  # Somebody else has it: all the same to us.
        first = Run(folder)
        said = first.ready()
    assert "Port 8470 is taken; the site is at 84" in said
    assert "  3/5  demo company acme.example          5 aliases, 2 users\n" in said
    assert re.search(
        r"taken \d\.\d\d s · read \d\.\d\d · leads@ opens a lead: LEAD-1 · "
        r"Anna notified, two signatures, both verify · ",
        said,
    )
    login = LOGIN.search(said)
    assert login is not None and login[1] == "anna@acme.example"
    assert (folder / "var" / "demo-login").stat().st_mode & 0o777 == 0o600
    link = re.search(r"Open     (\S+)", said)
    assert link is not None
    line = re.search(r"Next     (.*)", said)
    assert line is not None
    with chromium(tmp_path / "profile") as context:
        page = context.new_page()
        page.goto(link[1])
        page.get_by_role("button", name="Sign in as Anna").click()
        assert page.url.endswith("/records/LEAD-1")
        text = page.inner_text("main")
        assert "✓ Signed by customer.example" in text and "plan.pdf" in text and "Notified: Anna by email" in text
        assert "Also notifies" in text and re.search(r"Björn\s+inbox", text)
        image = page.frame_locator("iframe.mail").get_by_alt_text("A birch chair")
        image.wait_for()
        assert image.evaluate("one => one.naturalWidth") == 300
        page.locator(".editor #text").fill("Yes, 40 of them.")
        page.get_by_role("button", name="Send", exact=True).click()
        page.get_by_text(re.compile("● Karin Ek .*: Sent")).wait_for()
        page.get_by_role("link", name="Records", exact=True).first.click()
        page.get_by_text("● Live").wait_for()
        subprocess.run(line[1], shell=True, check=True, cwd=folder)
        # A list that is open stands still, and says what came.
        page.get_by_role("link", name="1 changed · show").click()
        page.get_by_text("Can the chairs be stacked?").wait_for()
        page.get_by_role("link", name="Sent mail").click()
        page.get_by_text("karin@customer.example").first.wait_for()
        assert page.get_by_text("● signed by acme.example, 2 signatures").count() == 3
        _plays(page)
    refused = Run(folder).refused()
    assert "the demo runs already" in refused and link[1].partition("/enter/")[0] + "\n" in refused
    first.stop()
    second = Run(folder)
    again = second.ready()
    assert LOGIN.search(again) is not None and LOGIN.search(again)[0] == login[0]  # type: ignore[index]
    assert "2/5  store and keys under var/          as you left them" in again
    assert "4, all there" in again and "a customer writes" not in again
    assert HOME.joinpath("samples").is_dir() and second.took < 15
    line = re.search(r"Next     (printf .*)", again)
    assert line is not None
    for count in (5, 6):
        subprocess.run(line[1], shell=True, check=True, cwd=folder)
        _records(folder, count)
        time.sleep(1)
    second.stop()


def test_two_runs_that_begin_together(tmp_path: Path) -> None:
    """In folders of their own; each answers at the port that it names, with its own link."""
    runs = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        runs.append(Run(tmp_path / name))
    links = [re.search(r"Open     (http://127\.0\.0\.1:(\d+)/enter/\S+)", run.ready()) for run in runs]
    assert len({link[2] for link in links if link is not None}) == 2
    for link in links:
        assert link is not None
        with urllib.request.urlopen(link[1], timeout=20) as answer:
            assert "Sign in as Anna" in answer.read().decode()
    for run in runs:
        run.stop()
