"""What tests of the site may ask for: an installation with two companies, and browsers to visit it."""

from __future__ import annotations

import itertools
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher

from tests.unit.flow.setup.conftest import MemoryMap
from tests.unit.world import HOST, World
from weftmail.admin.app import create
from weftmail.admin.file_settings import FileSetting, SettingsFile
from weftmail.admin.hashing import WAITING
from weftmail.admin.password import Passwords
from weftmail.admin.stage import Stage
from weftmail.cli.config import networks
from weftmail.cli.signing import DkimFolder
from weftmail.core.ports import Caught
from weftmail.core.tokens import reply_token
from weftmail.flow.follow_map import follow
from weftmail.store.store import Store
from weftmail.transport.readers.viewer import ViewerProcesses

with warnings.catch_warnings():
    # Starlette would rather have another HTTP client; the one that it has does.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
PASSWORD = "otter-velvet-march-nine"


FILE = SettingsFile(
    "/etc/acme/weftmail.toml", [FileSetting("mail_owner", '"exim"', True), FileSetting("site", '"127.0.0.1:1"', False)]
)


class Catcher:
    """A catcher in memory."""

    def __init__(self) -> None:
        self.kept: list[Caught] = []

    def caught(self, most: int) -> list[Caught]:
        return self.kept[::-1][:most]

    def get(self, name: str) -> Caught | None:
        return next((one for one in self.kept if one.name == name), None)


class WakeCounter:
    """Counts how often it was woken."""

    def __init__(self) -> None:
        self.woken = 0

    def wake(self) -> None:
        self.woken += 1


class Site:
    """The site over an installation with Acme and Other, each with people, a record and a caught mail of its own."""

    def __init__(
        self,
        folder: Path,
        *,
        https: bool = False,
        demo: bool = True,
        passwords: Passwords = CHEAP,
        proxies: str = "",
        hashes_waiting: int = WAITING,
        stage: Stage | None = None,
        asks_dns: bool = True,
        below: str = "",
    ) -> None:
        self.folder = folder
        self.world = World(folder)
        self.store = self.world.store
        self.catcher, self.sender, self.map = Catcher(), WakeCounter(), MemoryMap()
        with self.store.transaction():
            self.other = self.store.companies.add("Other", 1)
            self.other_domain = self.store.domains.add("other.example", self.other, True, 1)
            self.eva = self.store.users.add("Eva", "eva@other.example", 1)
            self.store.users.join(self.other, self.eva, "admin")
            self.rolf = self.store.users.add("Rolf", "rolf@acme.example", 1)
            self.store.users.join(self.world.acme, self.rolf, "reader")
            # Who looks after the installation would see the other company as well.
            self.store.line.dismiss(self.world.anna)
            for user in (self.world.anna, self.world.bjorn, self.eva, self.rolf):
                self.store.users.set_password(user, CHEAP.hash(PASSWORD))
        url = ("https://testserver" if https else "http://testserver") + below
        self.installation = replace(self.world.installation, site_url=url)
        numbers = itertools.count(1)
        self.opened: list[Store] = []
        self.app = create(
            self._open,
            self.installation,
            lambda count: next(numbers).to_bytes(2, "big") * (count // 2),
            self.sender,
            catcher=self.catcher if demo else None,
            demo=demo,
            shell="WEFTMAIL_CONFIG=var/weftmail.toml bin/" if demo else "",
            passwords=passwords,
            proxies=networks(proxies),
            hashes_waiting=hashes_waiting,
            stage=stage,
            file=FILE,
            map_file=self.map,
            asks_dns=asks_dns,
            host=HOST,
            viewer=ViewerProcesses(),
            key_files=DkimFolder(str(folder / "dkim")),
        )

    def follow(self) -> None:
        """Bring the mail server's map up to the store."""
        follow(self.store, self.map)

    def _open(self) -> Store:
        store = Store.open(self.folder / "weftmail.db")
        self.opened.append(store)
        return store

    def statements(self) -> int:
        """Return how many statements the site has run since this was last asked."""
        count = sum(one.connection.statements.total() for one in self.opened)
        for one in self.opened:
            one.connection.statements.clear()
        return count

    def catch(self, label: str, data: bytes, company: int, domain: str) -> str:
        """Put a mail into the catcher as if it had left for a message of this record; return its name."""
        (record,) = self.store.records.by_label(label, company)
        message = self.store.messages.thread(record.company_id, record.id)[0]
        path = reply_token.address(self.installation.keyring, reply_token.Token("bounce", message.id), domain)
        name = f"caught{len(self.catcher.kept) + 1}"
        self.catcher.kept.append(Caught(name, self.world.clock(), path, ("karin@customer.example",), data))
        return name


class Browser:
    """A browser with cookies, at one site."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def get(self, path: str, **more: Any) -> Any:
        return self.client.get(path, follow_redirects=False, **more)

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> Any:
        headers = {"origin": "http://testserver", **more.pop("headers", {})}
        return self.client.post(path, data=data, follow_redirects=False, headers=headers, **more)

    def sign_in(self, address: str, password: str = PASSWORD) -> Any:
        return self.post("/sign-in", {"address": address, "password": password})

    def csrf(self) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', self.get("/records").text)
        assert found is not None
        return found[1]

    def form(self, path: str) -> dict[str, Any]:
        """Return the composer's fields as the page at this path has them."""
        html = self.get(path).text
        fields: dict[str, Any] = {"csrf": self.csrf(), "kind": "message"}
        fields["seen"] = re.search(r'name="seen" value="([^"]+)"', html)[1]  # type: ignore[index]
        for name in ("draft", "version", "pen"):
            found = re.search(rf'name="{name}" value="([^"]*)"', html)
            fields[name] = [found[1]] if found is not None else []
        for name in ("how", "about", "subject"):
            found = re.search(rf'name="{name}" [^>]*value="([^"]*)"', html)
            fields[name] = [found[1]] if found is not None else []
        for name in ("to", "cc", "bcc"):
            fields[f"{name}_offered"] = re.findall(rf'name="{name}_offered" value="([^"]+)"', html)
            fields[name] = re.findall(rf'name="{name}" value="([^"]+)" checked', html)
        unescaped: dict[str, Any] = {
            key: [_unescape(one) for one in value] if isinstance(value, list) else value
            for key, value in fields.items()
        }
        return unescaped


def _unescape(text: str) -> str:
    return text.replace("&#34;", '"').replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A site with Karin's mail on LEAD-1."""
    made = Site(tmp_path)
    world = made.world
    world.deliver(world.mail(verified=True), "leads@acme.example")
    yield made
    made.store.close()


@pytest.fixture
def browser(site: Site) -> Iterator[Callable[[], Browser]]:
    """Opens one more browser; the first one starts the site."""
    with TestClient(site.app) as first:
        clients = iter([first])

        def open_one() -> Browser:
            return Browser(next(clients, None) or TestClient(site.app))

        yield open_one


@pytest.fixture
def anna(browser: Callable[[], Browser]) -> Browser:
    """Anna's browser, signed in."""
    made = browser()
    assert made.sign_in("anna@acme.example").status_code == 303
    return made
