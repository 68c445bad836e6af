"""Reading ahead: what becomes of a mail under which readers end, and that it holds nobody up."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from functools import partial

import pytest

from tests.unit.faults import raising, store_with
from tests.unit.world import ANNA, World
from weftmail.core.failure import TempFail
from weftmail.core.limits import MAIL_RECORDS, READER_FAULTS, READER_STOPS
from weftmail.core.parsing.message import Message
from weftmail.core.ports import End, Raw, Reading
from weftmail.core.tokens import reply_token
from weftmail.core.tokens.reply_token import Token
from weftmail.core.wording.sentences import say
from weftmail.flow.reading import BLAME, Here, Unread, read, reader
from weftmail.flow.review import release
from weftmail.flow.settle import Batch, Settler

LEADS = "leads@acme.example"


def partly(raw: Raw, *missing: str) -> Message:
    """Return a mail as it is where reading did not come to these steps."""
    whole = read(raw)
    gone = {"text": {"text": "", "reply_text": ""}, "files": {"attachments": ()}, "html": {"html": "", "page": ""}}
    changes = {name: value for step in missing for name, value in gone[step].items()}
    return replace(whole, missing=missing, **changes)  # type: ignore[arg-type]


class Ending(Here):
    """Readers that end under a mail with ``hostile`` in it, as often and as they are told; others are read."""

    def __init__(self, *ends: End, said: Callable[[Raw], Message | None] = lambda _: None, slow: bool = False) -> None:
        super().__init__()
        self.ends = list(ends)
        self.begun: list[tuple[bool, bool]] = []
        """Of each beginning: whether it was the hostile mail, and whether alone."""
        self._said = said
        self._slow: dict[int, Callable[[], Raw]] = {}
        self._lane = slow

    def begin(self, key: int, mail: Callable[[], Raw], size: int, *, alone: bool = False) -> None:
        raw = mail()
        hostile = b"hostile" in (raw if isinstance(raw, bytes) else raw.read())
        self.begun.append((hostile, alone))
        if hostile and self._lane:
            self._slow[key] = mail
        elif hostile and self.ends:
            self._ended.append((key, Reading(self._said(mail()), self.ends.pop(0), "it ended")))
        else:
            super().begin(key, mail, size, alone=alone)

    def slow(self) -> frozenset[int]:
        return frozenset(self._slow)

    def release(self) -> None:
        """Let the slow lane come to its end."""
        for key, mail in self._slow.items():
            super().begin(key, mail, 0)
        self._slow = {}


def settled(world: World, readers: Here, rounds: int = 40) -> Settler:
    settler = Settler(world.store, world.installation, world.lock, readers)
    for _ in range(rounds):
        settler.settle()
    return settler


def hostile(world: World, to: str = LEADS, author: str | None = None) -> int:
    more = {} if author is None else {"author": author}
    (row,) = world.accept(world.mail(text="hostile", subject="Hej", to=to, **more), to)  # type: ignore[arg-type]
    return row


def alone(readers: Ending) -> list[bool]:
    return [alone for hostile, alone in readers.begun if hostile]


@pytest.mark.parametrize("end", sorted(BLAME))
def test_what_it_is_blamed_for_twice_costs_a_mail_its_words(world: World, end: End):
    readers = Ending(*[end] * 5)
    before, row, after = world.accept(world.mail(), LEADS)[0], hostile(world), world.accept(world.mail(), LEADS)[0]
    settled(world, readers)
    assert alone(readers) == [False, True] and len(readers.ends) == 5 - READER_FAULTS
    assert [world.row(one).state for one in (before, row, after)] == ["filed"] * 3
    (message,) = world.thread(world.row(row).record or "")
    assert (message.subject, message.text, message.html, message.flag) == ("Hej", "", "", "unreadable")
    assert message.author_address == "karin@customer.example"
    (notice,) = world.store.inbox.notices(world.anna, world.acme)
    assert "could not be displayed" in say(notice.says) and notice.inbound_id == row


@pytest.mark.parametrize("end", ["clock", "outside"])
def test_what_it_cannot_be_blamed_for_is_tried_ten_times(world: World, end: End):
    readers = Ending(*[end] * 9)
    row = hostile(world)
    settled(world, readers)
    assert world.thread("LEAD-1")[0].text.strip() == "hostile" and world.row(row).state == "filed"
    readers = Ending(*[end] * 20)
    row = hostile(world)
    settled(world, readers)
    assert len(readers.begun) == READER_STOPS and world.thread("LEAD-2")[0].flag == "unreadable"


def test_a_count_outlives_its_settler(world: World):
    row = hostile(world)
    settled(world, Ending("memory", slow=False), rounds=1)
    assert world.row(row).state == "accepted"
    readers = Ending("memory")
    settled(world, readers)
    assert alone(readers) == [True] and world.thread("LEAD-1")[0].flag == "unreadable"


@pytest.mark.parametrize(
    ("missing", "flag"),
    [(("text", "files", "html"), "unreadable"), (("files", "html"), "partly read"), (("html",), "partly read")],
)
def test_what_was_said_before_the_end_is_filed(world: World, missing: tuple[str, ...], flag: str):
    readers = Ending("fault", "fault", said=lambda raw: partly(raw, *missing))
    row = hostile(world)
    settled(world, readers)
    (message,) = world.thread("LEAD-1")
    assert message.flag == flag and message.subject == "Hej" and world.row(row).state == "filed"
    assert (message.text.strip() == "hostile") == (flag == "partly read")


def test_an_error_of_our_own_puts_it_aside_at_once(world: World):
    row = hostile(world)
    settled(world, Ending("error"))
    assert world.row(row).state == "error" and "it ended" in world.row(row).error


def test_a_mail_in_the_slow_lane_is_overtaken_and_stands_where_it_arrived(world: World):
    readers = Ending(slow=True)
    row, after = hostile(world), world.accept(world.mail(), LEADS)[0]
    settler = settled(world, readers, 3)
    assert (world.row(row).state, world.row(after).state) == ("accepted", "filed")
    assert settler.settle() == Batch(reading=True)
    readers.release()
    settler.settle()
    assert world.row(row).record == "LEAD-2"
    messages = [world.thread(world.row(one).record or "")[0] for one in (row, after)]
    assert messages[0].created_at < messages[1].created_at and messages[0].id > messages[1].id


def test_a_colleagues_unreadable_mail_is_held_and_never_a_post(world: World):
    world.deliver(world.mail(), LEADS)
    token = Token("post", world.thread("LEAD-1")[0].id, 0, 0)
    address = reply_token.address(world.installation.keyring, token, "acme.example")
    raw = world.mail(ANNA, address, text="hostile", login="anna@acme.example")
    (row,) = world.accept(raw, address, sender="anna@acme.example")
    settled(world, Ending("processor", "processor"))
    assert world.row(row).state == "held" and "could not be read" in say(world.row(row).why)
    assert len(world.thread("LEAD-1")) == 1
    # The one who releases it has not seen it either: it stays inside.
    blind = replace(world.installation, reader=lambda raw: partly(raw, "text", "files", "html"))
    release(world.store, blind, row)
    assert [one.kind for one in world.thread("LEAD-1")] == ["received", "note"]
    (twin,) = world.accept(world.mail(ANNA, address, text="fine", login="anna@acme.example"), address)
    world.settle()
    assert world.row(twin).state == "filed" and world.thread("LEAD-1")[-1].kind == "post"


def test_one_mail_to_three_hundred_plus_addresses_is_one_mail(world: World):
    raw = world.mail()
    rows = world.accept(raw, *(f"leads+{n}@acme.example" for n in range(300)))
    world.settle()
    states = [world.row(row).state for row in rows]
    assert (states.count("filed"), states.count("duplicate")) == (1, 299)
    assert [one.label for one in world.store.records.all()] == ["LEAD-1"]


def test_one_mail_opens_twenty_records_and_no_more(world: World):
    for number in range(MAIL_RECORDS + 5):
        world.alias(f"team{number}", "lead")
    rows = world.accept(world.mail(), *(f"team{n}@acme.example" for n in range(MAIL_RECORDS + 5)))
    world.settle()
    states = [world.row(row).state for row in rows]
    assert (states.count("filed"), states.count("held")) == (MAIL_RECORDS, 5)
    assert "as many as one may" in say(world.row(rows[-1]).why)
    assert world.deliver(world.mail(), LEADS).state == "filed"


def test_after_a_failed_batch_they_go_one_by_one_and_one_holds_back_nobody(world: World):
    real = world.store.messages.add

    def failing(new, now):
        if "hostile" in new.text:
            raise MemoryError
        return real(new, now)

    before, row, after = world.accept(world.mail(), LEADS)[0], hostile(world), world.accept(world.mail(), LEADS)[0]
    settler = Settler(store_with(world.store, messages_add=failing), world.installation, world.lock, Here())
    failures = 0
    for _ in range(40):
        try:
            settler.settle()
        except TempFail:
            failures += 1
        if failures == 3:
            assert [world.row(one).state for one in (before, row, after)] == ["filed", "accepted", "filed"]
    assert failures == READER_STOPS and world.row(row).state == "error"


def test_a_fault_of_the_store_is_counted_and_never_held_against_a_mail(world: World):
    from weftmail.store.errors import Full

    full = store_with(world.store, records_open=raising(Full("disk full"), 15, world.store.records.open))
    row = hostile(world)
    settler = Settler(full, world.installation, world.lock, Here())
    for _ in range(15):
        with pytest.raises(TempFail):
            settler.settle()
    assert settler.settle().settled == 1 and world.row(row).state == "filed"


def test_what_is_at_work_when_the_program_stops_is_counted(world: World):
    class Closing(Ending):
        def close(self) -> list[int]:
            return list(self._slow)

    row = hostile(world)
    settler = settled(world, Closing(slow=True), 2)
    assert settler.reading
    settler.stop()
    assert not settler.reading
    (waiting,) = world.store.inbound.waiting()
    assert (waiting.id, waiting.faults, waiting.stops) == (row, 0, 1)


def test_waiting_for_readers_that_cannot_be_started(world: World):
    class Without(Ending):
        def ended(self, seconds: float, wake: int | None = None) -> list[tuple[int, Reading]]:
            if self._slow:
                raise OSError("no processes left")
            return super().ended(seconds, wake)

    hostile(world)
    settler = Settler(world.store, world.installation, world.lock, Without(slow=True))
    for act in (settler.settle, lambda: settler.wait(0.0)):
        with pytest.raises(TempFail):
            act()


def test_who_waits_for_a_reader_gets_what_it_said() -> None:
    raw = b"From: karin@customer.example\nSubject: Hej\n\nhostile\n"
    assert reader(partial(nullcontext, Ending()))(raw) == read(raw)
    assert reader(partial(nullcontext, Ending("fault", "clock")))(raw) == read(raw)
    lost = reader(partial(nullcontext, Ending("fault", "memory")))(raw)
    assert lost.unreadable and lost.subject == "Hej"
    assert reader(partial(nullcontext, Ending("outside", "outside", "outside")))(raw).unreadable
    with pytest.raises(Unread):
        reader(partial(nullcontext, Ending("error")))(raw)


def test_reading_here_raises_what_will_pass_and_keeps_what_is_ours() -> None:
    def failing(_raw: Raw) -> Message:
        raise OSError("no disk")

    with pytest.raises(OSError):
        Here(failing).begin(1, bytes, 0)
    here = Here()
    here.begin(1, bytes, 0)
    assert here.busy and here.room() and here.slow() == frozenset()
    assert here.close() == [] and not here.busy


def test_a_fault_of_our_own_while_waiting_or_filing_is_raised_as_it_is(world: World):
    class Broken(Ending):
        def ended(self, seconds: float, wake: int | None = None) -> list[tuple[int, Reading]]:
            raise RuntimeError("our fault")

    settler = Settler(world.store, world.installation, world.lock, Broken())
    with pytest.raises(RuntimeError):
        settler.wait(0.0)
    hostile(world)
    ending = store_with(
        world.store, records_open=raising(RuntimeError("ours")), inbound_fail=raising(RuntimeError("no"))
    )
    with pytest.raises(RuntimeError):
        Settler(ending, world.installation, world.lock, Here()).settle()
