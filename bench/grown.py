"""A store that is filled in this process, through accept and settle, and what is measured of it at one size.

A tenth of the mails are answers; three answers in twenty go to one long conversation, 3,000 of 200,000 mails.  One
customer writes a tenth of all, the others five mails each.
"""

from __future__ import annotations

import contextlib
import io
import os
import random
import re
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from argon2 import PasswordHasher

from tests.unit.world import HOST, World
from weftmail.admin.app import create
from weftmail.admin.password import Passwords
from weftmail.cli import admin, config, runtime
from weftmail.core.envelope import Envelope
from weftmail.core.ports import Outcome, Sent
from weftmail.core.tokens.keys import dump, single
from weftmail.flow.accept import AcceptQueue, accept_group
from weftmail.flow.channels.channel import Means
from weftmail.flow.channels.email import EmailChannel
from weftmail.flow.deliver import OutboxSender
from weftmail.flow.reading import Here, read
from weftmail.flow.settle import Settler
from weftmail.store.store import Store

with warnings.catch_warnings():
    # Starlette would rather have another HTTP client; the one that it has does.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

RECIPIENT = "leads@acme.example"
ANNA = "anna@acme.example"
PASSWORD = "otter-velvet-march-nine"
CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
LONG = 0
"""The mail with this number begins the long conversation."""
CLIENTS = 8
"""So many mails are accepted in one transaction, as from so many clients at a time."""
PAGE = "50"

_WORDS = [
    "pump",
    "order",
    "delivery",
    "week",
    "offer",
    "price",
    "drawing",
    "valve",
    "steel",
    "Monday",
    "site",
    "flange",
    "invoice",
    "metres",
    "parts",
]


def asks(number: int) -> int | None:
    """Return which earlier mail the mail with this number answers; None where it opens a conversation."""
    if number % 10 != 9:
        return None
    if number // 10 % 20 < 3:
        return LONG
    tens, one = divmod(random.Random(number).randrange(number // 10 * 9), 9)
    return tens * 10 + one


def customer(opening: int) -> str:
    """Return who writes the mail that opened a conversation, and all that follow on it."""
    return "heavy@customer.example" if opening % 10 == 5 else f"customer{opening // 5}@customer.example"


def mail(number: int, opens: int | None) -> bytes:
    """Return a mail of about 1 KB that opens a conversation or answers ``opens``; one in twenty has a file of 3 KB."""
    dice = random.Random(number)
    text = "\n".join(" ".join(dice.choices(_WORDS, k=12)) for _ in range(6))
    head = (
        f"Authentication-Results: {HOST}; dkim=pass header.d=customer.example\n"
        f"Received: from client.example (client.example [192.0.2.9])\n\tby {HOST} (Postfix) with ESMTP id Q{number}\n"
        f"\tfor <{RECIPIENT}>; Tue, 24 Nov 2026 10:00:00 +0100\n"
        f"From: Karin Ek <{customer(number if opens is None else opens)}>\nTo: {RECIPIENT}\n"
        f"Subject: {'' if opens is None else 'Re: '}Pumps for site {number if opens is None else opens}\n"
        f"Date: Tue, 24 Nov 2026 10:00:00 +0100\nMessage-ID: {_id(number)}\n"
    )
    if opens is not None:
        head += f"In-Reply-To: {_id(opens)}\nReferences: {_id(opens)}\n"
    if number % 20 != 7:
        return f"{head}\n{text}\n".encode()
    return (
        f'{head}MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="of-two"\n\n--of-two\n\n{text}\n\n--of-two\n'
        f'Content-Type: text/csv\nContent-Disposition: attachment; filename="parts-{number}.csv"\n\n'
        f"{number}{',12,steel' * 300}\n--of-two--\n"
    ).encode()


def _id(number: int) -> str:
    return f"<{number}.growth@customer.example>"


class Taken:
    """A mail server that takes everything and keeps nothing."""

    def submit(self, return_path: str, recipients: Sequence[str], data: bytes) -> dict[str, Outcome]:
        """Take a mail for all its recipients."""
        return {one: Sent("250 2.0.0 Ok: queued as Q1") for one in recipients}

    def close(self) -> None:
        """Nothing is open."""


class NoLock:
    """The settle lock where nobody else wants it."""

    def wait(self, won: Callable[[], None]) -> None:
        """It is never taken."""

    def acquire(self) -> bool:
        """Take it."""
        return True

    def release(self) -> None:
        """Give it back."""

    def mark(self, rows: Sequence[int]) -> None:
        """Nobody will look."""

    def unfinished(self) -> list[int]:
        """Nobody died."""
        return []


class NoWaker:
    """Wakes nobody."""

    def wake(self) -> None:
        """Do nothing."""


@dataclass(slots=True)
class Window:
    """What one round of measuring found at one size."""

    rate: float
    """Mails a second, accepted and settled."""
    accept: list[float]
    """The milliseconds of each accept of one mail, the sync of the disk included."""
    computed: dict[str, float]
    """The milliseconds that the processor worked for one mail, copy, page or list."""


def make(folder: Path) -> None:
    """Make an installation in ``folder``: Acme, with leads@ for Anna, who gets mail."""
    world = World(folder)
    with world.store.transaction():
        world.store.users.set_password(world.anna, CHEAP.hash(PASSWORD))
        world.store.settings.put(runtime.INSTANCE, "this installation")
    settings = f'state = "{folder}"\nhostname = "{HOST}"\nauthserv_id = "{HOST}"\n'
    (folder / "weftmail.toml").write_text(settings)
    (folder / "keys").mkdir()
    (folder / "keys" / "tokens").write_text(dump(single(b"k" * 32)))
    world.store.close()


class Grown:
    """The installation in a folder, opened."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = Store.open(folder / "weftmail.db")
        self.environ = {"WEFTMAIL_CONFIG": str(folder / "weftmail.toml")}
        self.installation = replace(
            runtime.installation(config.load(self.environ), self.store), site_url="http://testserver"
        )
        self.settler = Settler(self.store, self.installation, NoLock(), Here(read))
        email = EmailChannel(Means(self.store, self.installation, Taken(), lambda _domain: []))
        self.sender = OutboxSender(self.store, self.installation, {email.name: email}, "bench", lambda: 0.5)
        self.number: int = self.store.connection.execute("select count(*) from inbound").rows[0][0]
        """The number of the next mail: so many are in it."""

    def close(self) -> None:
        """Close the store; the next program finds all of it in the one file."""
        self.store.connection.execute("pragma wal_checkpoint(truncate)")
        self.store.close()

    def accept(self, numbers: Sequence[int], answer: Callable[[int], int | None] = asks) -> None:
        """Accept mails in one transaction; ``answer`` says which mail each of them answers."""
        queue = AcceptQueue()
        for number in numbers:
            opens = answer(number)
            sender = customer(number if opens is None else opens)
            envelope = Envelope(RECIPIENT, sender, RECIPIENT, f"Q{number}", "192.0.2.9", "lmtp")
            queue.accept([envelope], mail(number, opens))
        accept_group(self.store, self.installation.clock, queue.take())

    def settle(self) -> int:
        """Settle all that waits; return how many mails that were."""
        settled = 0
        while (done := self.settler.settle()).settled or done.failed:
            assert not done.failed, "a mail was not filed: see the review queue"
            settled += done.settled
        return settled

    def send(self) -> int:
        """Hand over all that waits to leave; return how many copies that were."""
        sent = 0
        while (done := self.sender.round()).worked:
            sent += done.sent
        return sent

    def numbers(self, count: int) -> list[int]:
        """Return the numbers of the next mails."""
        first, self.number = self.number, self.number + count
        return list(range(first, first + count))

    def fill(self, size: int) -> None:
        """Fill it up to ``size`` mails, without a sync of the disk for each transaction."""
        self.store.connection.execute("pragma synchronous = off")
        while self.number < size:
            self.accept(self.numbers(min(200, size - self.number)))
            self.settle()
            self.send()
        self.store.connection.execute("pragma synchronous = full")


class Looked:
    """The pages and the lists, as Anna and the shell see them."""

    def __init__(self, grown: Grown) -> None:
        self._grown = grown
        self._opened: list[Store] = []
        self._client = TestClient(
            create(
                self._open,
                grown.installation,
                os.urandom,
                NoWaker(),
                passwords=CHEAP,
            )
        )

    def _open(self) -> Store:
        self._opened.append(Store.open(self._grown.folder / "weftmail.db"))
        return self._opened[-1]

    def statements(self) -> int:
        """Return how many statements the site has run since this was last asked."""
        count = sum(one.connection.statements.total() for one in self._opened)
        for one in self._opened:
            one.connection.statements.clear()
        return count

    def __enter__(self) -> Looked:
        self._client.__enter__()
        form, origin = {"address": ANNA, "password": PASSWORD}, {"origin": "http://testserver"}
        answer = self._client.post("/sign-in", data=form, headers=origin, follow_redirects=False)
        assert answer.status_code == 303, answer.text
        return self

    def __exit__(self, *error: object) -> None:
        self._client.__exit__(None, None, None)

    def page(self, path: str) -> str:
        """Fetch a page; return it."""
        answer = self._client.get(path, follow_redirects=False)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:200]}"
        return str(answer.text)

    def newest(self) -> str:
        """Return the path of the newest record on the list."""
        numbers = re.findall(r"/records/LEAD-(\d+)", self.page("/records"))
        return f"/records/LEAD-{max(map(int, numbers))}"

    def command(self, *words: str) -> None:
        """Run a command of mail-admin, and throw away what it prints."""
        with contextlib.redirect_stdout(io.StringIO()):
            assert admin.run(list(words), self._grown.environ) == 0, words


def window(grown: Grown, looked: Looked) -> Window:
    """Measure everything once; 140 mails more are in the store then."""
    worked = time.process_time()
    accepted = [_milliseconds(time.perf_counter, grown.accept, grown.numbers(1)) for _ in range(40)]
    accept = (time.process_time() - worked) * 1000 / 40
    settle = _computed(grown.settle) / 40
    began = time.perf_counter()
    for _ in range(10):
        grown.accept(grown.numbers(CLIENTS))
    grown.settle()
    rate = 10 * CLIENTS / (time.perf_counter() - began)
    grown.accept(grown.numbers(20), lambda _number: LONG)
    to_long = _computed(grown.settle) / 20
    send = _computed(grown.send) / 140
    costs = {
        "accept a mail": accept,
        "settle a mail": settle,
        "settle an answer to the long conversation": to_long,
        "send a copy": send,
    }
    return Window(rate, accepted, costs | _looks(looked))


def _looks(looked: Looked) -> dict[str, float]:
    pages = {
        "page: records": "/records",
        "page: a record of one message": looked.newest(),
        "page: the long conversation": "/records/LEAD-1",
    }
    lists = {
        "list: records": ("record", "list", "--limit", PAGE),
        "list: contacts": ("contact", "list", "--limit", PAGE),
        "list: inbound": ("inbound", "list", "--limit", PAGE),
    }
    return {name: _computed(looked.page, path) for name, path in pages.items()} | {
        name: _computed(looked.command, *words) for name, words in lists.items()
    }


def _milliseconds(clock: Callable[[], float], act: Callable[..., object], *values: object) -> float:
    began = clock()
    act(*values)
    return (clock() - began) * 1000


def _computed(act: Callable[..., object], *values: object) -> float:
    """Return the milliseconds that all threads of this process computed; what the disk or another took is not in it."""
    return _milliseconds(time.process_time, act, *values)
