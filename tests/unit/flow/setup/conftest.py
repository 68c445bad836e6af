"""Set-up as tests call it: on the store of a small installation, with the mail server's map in memory."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.unit.flow.setup.audited import AuditedStore
from tests.unit.world import World
from weftmail.core.failure import TempFail
from weftmail.core.ports import MapRow
from weftmail.core.wording.acts import ACTS
from weftmail.core.wording.changes import has_word, in_words, is_told
from weftmail.core.wording.refusals import REFUSALS
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup.act import Actor, Done, Setup
from weftmail.flow.setup.undo import Trace
from weftmail.locale import NAMES, language
from weftmail.store import migrate
from weftmail.store.store import Store


@dataclass
class MemoryMap:
    """The mail server's map in memory; ``broken`` lets it fail as a full disk would."""

    followed: int = 0
    recipients: set[str] = field(default_factory=set)
    broken: bool = False

    def generation(self) -> int:
        if self.broken:
            raise TempFail("the disk is full")
        return self.followed

    def apply(self, rows: Iterable[MapRow], generation: int) -> None:
        for row in rows:
            change = self.recipients.add if row.active else self.recipients.discard
            change(f"{row.local}@{row.domain}")
        self.followed = generation

    def takes(self, address: str) -> bool:
        if self.broken:
            raise TempFail("the disk is full")
        local, _, domain = address.rpartition("@")
        return f"{local.partition('+')[0]}@{domain}" in self.recipients

    def rebuild(self, rows: Iterable[MapRow], generation: int) -> None:
        self.recipients.clear()
        self.apply(rows, generation)


class Office:
    """Anna of Acme, who sets things up on the site."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.store = world.store
        self.map = MemoryMap()
        self.mailboxes: dict[str, str] = {}
        self.audited = AuditedStore(world.store.connection)
        self.setup = Setup(
            self.audited,
            Actor("Anna", world.anna),
            world.clock,
            self.map,
            lambda local, domain: self.mailboxes.get(f"{local}@{domain}", ""),
            ("en", "sv"),
            lambda name: name in ("Europe/Stockholm", "America/New_York"),
        )

    def did(self, answer: Done | Refusal) -> Done:
        """Return what an act did; its row stands in the audit log, if it changed anything."""
        assert isinstance(answer, Done), answer
        (row, *_) = self.store.audit.all(most=1) or [None]
        assert f"act.{answer.act}" in ACTS
        if answer.changes:
            assert row is not None and row.id == answer.trace
            assert (row.actor, row.user_id, row.act, row.subject) == (
                "Anna",
                self.world.anna,
                answer.act,
                answer.subject,
            )
            assert (json.loads(row.was), json.loads(row.became)) == (answer.was, answer.now)
            assert (row.company_id, row.created_at > 1) == (answer.company_id, True)
        return answer

    def refused(self, answer: Done | Refusal) -> tuple[str, str]:
        """Return field and code of a refusal whose sentence can be said, and which left no row in the audit log."""
        assert isinstance(answer, Refusal), answer
        assert REFUSALS[answer.code].format_map(answer.values)
        assert answer.phrase.code == answer.code
        return answer.field, answer.code


SCHEMA = Path(migrate.__file__).with_name("migrations") / "0001_round_trip.sql"
CODES = {
    (column, code)
    for column, codes in re.findall(r"check \((\w+) in \(([^)]*)\)", SCHEMA.read_text())
    for code in re.findall(r"'(\w[\w ]*)'", codes)
}
"""What the store may hold in its columns that are no free text."""
BARE = re.compile(r"\b\d{12,}\b|\d{4}-\d\d-\d\dT\d\d:\d\d")
ALIKE = ("normal",)
"""What the same word says in Swedish."""
SWEDISH = language("sv")


def unspoken(store: Store) -> list[tuple[str, str, str]]:
    """Return each value of the acts that were done which a Swedish reader of the history would not read in words."""
    found = []
    for row in store.audit.all(most=1000):
        for change in Trace(row).changes if row.before and row.now else ():
            for text in (change.was, change.now):
                said = in_words(change.field, text, SWEDISH, NAMES, lambda at: "then")
                code = (change.field.rpartition(" ")[2], text) in CODES and said == text and text not in ALIKE
                if is_told(change.field) and (code or BARE.search(said)):
                    found.append((row.act, change.field, said))
    return found


def unnamed(store: Store) -> set[tuple[str, str]]:
    """Return act and field of each change that a reader of the history would see under the name that our code has."""
    return {
        (row.act, change.field)
        for row in store.audit.all(most=1000)
        for change in Trace(row).changes
        if is_told(change.field, own=change.own) and not change.own and not _SELECTOR.fullmatch(change.field)
        if not has_word(change.field)
    }


_SELECTOR = re.compile(r"wm\d\d[a-z]\d*")
"""Of a signing key: what the DNS calls it."""


@pytest.fixture
def office(world: World) -> Iterator[Office]:
    """Somebody who sets things up; whatever an act of theirs changed has a row in the audit log."""
    made = Office(world)
    yield made
    assert made.audited.silent == (), "an act changed these tables and left no row in the audit log"
    assert unspoken(world.store) == [], "the history would show these as they are stored"
    assert unnamed(world.store) == set(), "the history would show these fields by names of our code"
