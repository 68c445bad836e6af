"""Moves, splits, merges and undos in any order, mail in between: nothing is lost or doubled, counts are right."""

from __future__ import annotations

import random

import pytest

from tests.unit.flow.setup.conftest import Office
from tests.unit.flow.setup.test_move import answered, opened, written
from tests.unit.thorough import some
from tests.unit.world import ERIK, KARIN
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import move, undo
from weftmail.flow.setup.act import Done

REFUSED = {"changed_since", "moved_together", "message_there"}


class Player:
    """Somebody who does what comes to mind, and keeps a list of all that was ever written."""

    def __init__(self, office: Office, seed: int) -> None:
        self.office = office
        self.dice = random.Random(seed)
        self.said: list[str] = []
        self.done: list[Done] = []
        for author in (KARIN, ERIK, KARIN):
            self.said.append(f"About Thing {len(self.said)}.")
            opened(office, author, f"Thing {len(self.said) - 1}")

    @property
    def standing(self) -> list[str]:
        rows = self.office.store.connection.execute("select label from record where hidden_as is null order by id").rows
        return [label for (label,) in rows]

    def spoken(self, label: str) -> list[int]:
        return [one.number for one in self.office.world.thread(label) if one.kind != "event"]

    def step(self) -> None:
        {
            0: self.mail,
            1: self.mail,
            2: self.write,
            3: self.move,
            4: self.split,
            5: self.merge,
            6: self.back,
            7: self.back,
        }[self.dice.randrange(8)]()

    def mail(self) -> None:
        label = self.dice.choice(self.standing)
        numbers = self.spoken(label)
        if not numbers:
            return
        text = f"Mail {len(self.said)}."
        row = answered(self.office, label, text, self.dice.choice([KARIN, ERIK]), self.dice.randrange(len(numbers)))
        if row.state == "filed":
            self.said.append(text)
            assert row.record == label

    def write(self) -> None:
        text = f"Note {len(self.said)}."
        self.said.append(text)
        written(self.office, self.dice.choice(self.standing), text, note=True)

    def some_of(self, label: str) -> list[int]:
        numbers = self.spoken(label)
        return self.dice.sample(numbers, min(len(numbers), self.dice.randrange(1, 4)))

    def move(self) -> None:
        label, to = self.dice.choice(self.standing), self.dice.choice(self.standing)
        if label != to and self.some_of(label):
            self.keep(move.move(self.office.setup, label, self.some_of(label), to))

    def split(self) -> None:
        label = self.dice.choice(self.standing)
        if self.spoken(label):
            self.keep(move.split(self.office.setup, label, self.some_of(label), title="Part"))

    def merge(self) -> None:
        label, to = self.dice.choice(self.standing), self.dice.choice(self.standing)
        if label != to:
            self.keep(move.merge(self.office.setup, label, to))

    def back(self) -> None:
        if self.done:
            self.keep(undo.undo(self.office.setup, self.dice.choice(self.done).trace))

    def keep(self, answer: Done | Refusal) -> None:
        if isinstance(answer, Refusal):
            assert answer.code in REFUSED
        else:
            self.done.append(answer)

    def check(self) -> None:
        """Everything that was written stands once, on a record of the lists, with its own parts beside it."""
        execute = self.office.store.connection.execute
        here = [one.reply_text.strip() for label in self.standing for one in self.office.world.thread(label)]
        assert sorted(one for one in here if one) == sorted(self.said)
        for table in ("attachment", "delivery"):
            strays = (
                f"select x.id from {table} x join message m on m.id = x.message_id where x.record_id <> m.record_id"
            )
            assert execute(strays).rows == [], table
        mails = "select i.id from inbound i join message m on m.inbound_id = i.id where i.record_id <> m.record_id"
        assert execute(mails).rows == []
        found = (
            "select s.rowid from search_text s join message m on m.id = s.rowid / 4"
            " where s.rowid % 4 < 2 and s.record_id <> m.record_id"
        )
        assert execute(found).rows == []
        twice = "select record_id, number from message union all select record_id, number from former_place"
        places = execute(twice).rows
        assert len(places) == len(set(places)), "a number of a record names two messages"
        for label in self.standing:
            one = self.office.world.record(label)
            spoken = [each.id for each in self.office.world.thread(label) if each.kind != "event"]
            assert one.last_message_id == max(spoken, default=None)
        unread = (
            "select record_id from unread_record where record_id in (select id from record where hidden_as is not null)"
        )
        assert execute(unread).rows == []
        merged = execute("select label from record where hidden_as = 'merged'").rows
        assert all(self.office.world.record(label).hidden_as is None for (label,) in merged)


@pytest.mark.parametrize("seed", some(range(24), 0))
def test_nothing_is_lost_and_nothing_doubled(office: Office, seed: int) -> None:
    player = Player(office, seed)
    for _ in range(25):
        player.step()
        player.check()
    # All of it taken back, from the newest on: every record that was merged stands by itself again.
    for done in reversed(player.done):
        undo.undo(office.setup, done.trace)
        player.check()
