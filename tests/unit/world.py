"""A small installation: a real store, the company Acme with its people, and mail that comes in as from Postfix."""

from __future__ import annotations

import itertools
import re
import tempfile
from collections.abc import Callable, Iterable, Sequence
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import cache
from pathlib import Path

from weftmail.core.envelope import Envelope
from weftmail.core.routing.authentication import Policy
from weftmail.core.tokens.keys import single
from weftmail.flow.installation import Installation
from weftmail.flow.reading import Here, Reader, read
from weftmail.flow.settle import Settler
from weftmail.locale import LANGUAGES
from weftmail.store.alias import AliasSettings
from weftmail.store.connection import connect
from weftmail.store.delivery import Delivery
from weftmail.store.inbound import InboundRow
from weftmail.store.message import ThreadMessage
from weftmail.store.migrate import migrate
from weftmail.store.record import Record
from weftmail.store.store import Store

HOST = "mx1.acme.example"
KARIN = "Karin Ek <karin@customer.example>"
ERIK = "Erik Ek <erik@other.example>"
ANNA = "Anna <anna@acme.example>"
BJORN = "Björn <bjorn@acme.example>"
SIGNED = (
    "from:to:cc:subject:date:message-id:in-reply-to:references:reply-to:auto-submitted:mime-version:content-type:"
    "content-transfer-encoding"
)
"""The fields that a careful mail server signs."""


class Clock:
    """A clock that moves by one millisecond a look, and by more when told to."""

    def __init__(self) -> None:
        self.now = 1_800_000_000_000

    def __call__(self) -> int:
        self.now += 1
        return self.now


class Lock:
    """The settle lock in memory."""

    def __init__(self) -> None:
        self.free = True
        self.marked: list[int] = []
        self.wanted: Callable[[], None] | None = None
        self._ours = False

    def acquire(self) -> bool:
        taken, self.free = self.free, False
        self._ours = self._ours or taken
        return taken

    def wait(self, won: Callable[[], None]) -> None:
        self.wanted = won

    def release(self) -> None:
        self.free = self.free or self._ours
        self._ours = False
        self.wanted = None

    def mark(self, rows: Sequence[int]) -> None:
        self.marked = list(rows)

    def unfinished(self) -> list[int]:
        return list(self.marked)


@cache
def _empty() -> bytes:
    """Return the file of a store with nothing in it; the migrations run once for all tests."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "weftmail.db"
        connection = connect(path)
        migrate(connection, 1)
        connection.close()
        return path.read_bytes()


def beyond_inbox(deliveries: Iterable[Delivery]) -> list[Delivery]:
    """Return by which channel each person got a message: the inbox only for those who got it nowhere else."""
    found = list(deliveries)
    elsewhere = {one.person for one in found if one.channel != "inbox"}
    return [one for one in found if one.channel != "inbox" or one.person not in elsewhere]


class World:
    """Acme with acme.example; leads@ and support@ are Anna's; Anna prefers mail, Björn the inbox.

    A second installation has another ``domain`` and another ``name``; its people have their addresses there.
    """

    def __init__(
        self, folder: Path, domain: str = "acme.example", name: str = "this installation", key: bytes = b"k" * 32
    ) -> None:
        self.path = folder / "weftmail.db"
        self.path.write_bytes(_empty())
        connection = connect(self.path)
        self.store = Store(connection)
        self.clock = Clock()
        self.lock = Lock()
        self.installation = Installation(
            name,
            single(key),
            dict.fromkeys(("pipe", "lmtp", "spool"), Policy(HOST, frozenset({HOST}))),
            self.clock,
            "https://mail.acme.example",
            LANGUAGES,
        )
        self._ids = itertools.count(1)
        store = self.store
        with store.transaction():
            self.acme = store.companies.add("Acme", 1)
            self.domain = store.domains.add(domain, self.acme, True, 1)
            self.anna = store.users.add("Anna", f"anna@{domain}", 1)
            self.bjorn = store.users.add("Björn", f"bjorn@{domain}", 1, prefers="inbox")
            store.users.join(self.acme, self.anna, "admin")
            store.line.appoint(self.anna)
            store.users.join(self.acme, self.bjorn, "agent")
            # What they send leaves at once, but in tests of the undo time.
            for user in (self.anna, self.bjorn):
                store.users.set_ways(user, "keep", "stay", shortcuts=True, undo_seconds=0)
            self.leads = self.alias("leads", "lead")
            self.support = self.alias("support", "ticket")

    def alias(self, local: str, record_type: str | None, **changes: object) -> int:
        """Add an alias of Acme, owned by Anna unless told otherwise."""
        values = {
            "record_type": record_type, "record_id": None, "owner_id": self.anna,
            "accepts": "everyone", "answer_as": "", "defaults": "{}", **changes,
        }  # fmt: skip
        return self.store.aliases.add(self.acme, self.domain, local, AliasSettings(**values), 1)  # type: ignore[arg-type]

    def settler(self, reader: Reader = read, store: Store | None = None) -> Settler:
        """Return a settler of this store, or of the one given in its place."""
        return Settler(store or self.store, self.installation, self.lock, Here(reader))

    def accept(self, raw: bytes, *recipients: str, sender: str = "somebody@customer.example") -> list[int]:
        """Accept a mail for some recipients in one hand-over."""
        queue = re.search(rb"with ESMTPS?A? id (\w+)", raw)
        with self.store.transaction():
            return self.store.inbound.accept(
                [
                    Envelope(one, sender, one, queue[1].decode() if queue else "", "192.0.2.9", "lmtp")
                    for one in recipients
                ],
                raw,
                self.clock(),
            )

    def settle(self) -> None:
        """Settle all that waits."""
        settler = self.settler()
        while (done := settler.settle()).settled or done.failed:
            pass

    def deliver(self, raw: bytes, recipient: str, sender: str = "somebody@customer.example") -> InboundRow:
        """Take a mail in and settle it; return its row in the log."""
        (row,) = self.accept(raw, recipient, sender=sender)
        self.settle()
        return self.row(row)

    def row(self, inbound_id: int) -> InboundRow:
        """Return a row of the log."""
        row = self.store.inbound.get(inbound_id)
        assert row is not None
        return row

    def record(self, label: str) -> Record:
        """Return the one record of this number."""
        (record,) = self.store.records.by_label(label)
        return record

    def thread(self, label: str) -> list[ThreadMessage]:
        """Return the thread of a record."""
        return self.store.messages.thread(self.acme, self.record(label).id)

    def mail(
        self,
        author: str = KARIN,
        to: str = "leads@acme.example",
        subject: str = "Quote for 40 chairs",
        text: str = "Could you do 40 chairs?\n",
        *,
        cc: str = "",
        verified: bool = False,
        login: str = "",
        message_id: str = "",
        references: Sequence[str] = (),
        files: Sequence[tuple[str, bytes]] = (),
        headers: Sequence[tuple[str, str]] = (),
        signs: str = SIGNED,
    ) -> bytes:
        """Return a mail as Postfix would hand it over, with its Received and, if verified, a signature over the fields
        that ``signs`` lists and our milter's verdict.
        """
        number = next(self._ids)
        mail = EmailMessage()
        mail["From"] = author
        mail["To"] = to
        if cc:
            mail["Cc"] = cc
        mail["Subject"] = subject
        mail["Message-ID"] = message_id or f"<m{number}@{author.rpartition('@')[2].rstrip('>')}>"
        mail["Date"] = "Mon, 23 Nov 2026 10:00:00 +0000"
        if references:
            mail["In-Reply-To"] = references[-1]
            mail["References"] = " ".join(references)
        for name, value in headers:
            mail[name] = value
        mail.set_content(text)
        for name, content in files:
            if name.endswith(".eml"):
                mail.add_attachment(message_from_bytes(content, policy=default), filename=name)
            else:
                mail.add_attachment(content, "application", "octet-stream", filename=name)
        domain = author.rpartition("@")[2].rstrip(">")
        verdict = f"Authentication-Results: {HOST}; dkim=pass header.d={domain}\n" if verified else ""
        signed_in = f"\n\t(Authenticated sender: {login})" if login else ""
        received = (
            f"Received: from client.example (client.example [192.0.2.9]){signed_in}\n"
            f"\tby {HOST} (Postfix) with ESMTP{'SA' if login else ''} id Q{number:05d}\n"
            "\tfor <x@acme.example>; Mon, 23 Nov 2026 10:00:01 +0000 (UTC)\n"
        )
        signature = f"DKIM-Signature: v=1; a=rsa-sha256; d={domain}; s=s1;\n\th={signs};\n\tbh=x; b=y\n"
        return (verdict + received + (signature if verified else "")).encode() + mail.as_bytes()
