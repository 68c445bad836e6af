"""The conversation of a record as one value: its pages, what belongs to each message, and what it costs to ask."""

from __future__ import annotations

import hashlib
import json

import pytest

from tests.unit.world import ERIK, KARIN, World
from weftmail.core.wording.phrase import Phrase
from weftmail.flow import vocabulary
from weftmail.flow.actor import Actor
from weftmail.flow.events import event
from weftmail.flow.post import Draft, DraftFile, post
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import move
from weftmail.flow.setup.act import Setup
from weftmail.flow.thread import Conversation, Excerpt, Reader, conversation, whole


def write(world: World, count: int, *, note: bool = False) -> None:
    """Let Anna write on LEAD-1, each message with a file."""
    anna = world.store.users.get(world.anna)
    assert anna is not None
    for number in range(count):
        file = DraftFile(f"{number}.txt", "text/plain", b"%d" % number)
        draft = Draft(text=f"Message {number}", note=note, files=[file])
        post(world.store, world.installation, world.record("LEAD-1"), anna, draft)


@pytest.fixture
def lead(world: World) -> World:
    """LEAD-1, which Karin's mail opened and which Björn follows."""
    world.deliver(world.mail(verified=True, cc=ERIK, files=[("plan.pdf", b"%PDF")]), "leads@acme.example")
    record = world.record("LEAD-1")
    world.store.records.follow(world.acme, record.id, world.bjorn, 1)
    return world


def shown(world: World, page: Excerpt | None = None, reader: Reader | None = None) -> Conversation:
    """Return a page of LEAD-1."""
    return conversation(world.store, world.record("LEAD-1"), reader or Reader(), page)


def statements(world: World, page: Excerpt | None = None) -> int:
    """Return how many statements a page of LEAD-1 costs."""
    record = world.record("LEAD-1")
    ran = world.store.connection.statements
    ran.clear()
    found = conversation(world.store, record, page=page)
    assert found.entries
    return ran.total()


def test_a_message_has_its_people_files_deliveries_and_the_way_it_came(lead: World) -> None:
    (entry,) = shown(lead).entries
    assert [(one.field, one.address) for one in entry.addressed] == [("cc", "erik@other.example")]
    (file,) = entry.attachments
    assert (file.filename, file.sha256) == ("plan.pdf", hashlib.sha256(b"%PDF").hexdigest())
    assert [(one.name, one.state) for one in entry.deliveries] == [("Anna", "queued")]
    assert entry.inbound is not None and entry.inbound.recipient == "leads@acme.example"
    assert [one.rule for one in entry.inbound.rules if one.matched] == ["alias"]
    write(lead, 1)
    own = shown(lead).entries[-1]
    assert own.inbound is None and [one.filename for one in own.attachments] == ["0.txt"]
    assert [one.address for one in own.addressed] == ["karin@customer.example", "erik@other.example"]


def test_a_conversation_says_who_takes_part_and_what_waits_for_review(lead: World) -> None:
    lead.deliver(lead.mail(author="Eve <eve@evil.example>", references=[lead.thread("LEAD-1")[0].rfc_message_id]),
                 "leads@acme.example")  # fmt: skip
    lead.deliver(lead.mail(subject="Another"), "support@acme.example")
    found = shown(lead)
    assert {one.name for one in found.followers} == {"Anna", "Björn"}
    assert [one.address for one in found.participants] == ["karin@customer.example", "erik@other.example"]
    assert [one.from_address for one in found.held] == ["eve@evil.example"]
    assert found.received_at == "leads@acme.example"


def test_what_the_reader_may_see_and_do_is_said(lead: World) -> None:
    write(lead, 1)
    bjorn = shown(lead, reader=Reader(lead.bjorn, may_write=False))
    assert (bjorn.may_write, bjorn.follows) == (False, True)
    assert [one.unread for one in bjorn.entries] == [False, True]
    operator = shown(lead)
    assert (operator.may_write, operator.follows) == (True, False)
    assert [one.unread for one in operator.entries] == [False, False]


def test_pages_hold_together_without_a_gap_or_a_message_twice(lead: World) -> None:
    write(lead, 24)
    ids = [one.id for one in lead.thread("LEAD-1")]
    newest = shown(lead, Excerpt(limit=10))
    assert [one.message.id for one in newest.entries] == ids[15:] and (newest.earlier, newest.later) == (15, 0)
    middle = shown(lead, Excerpt(limit=10, before=newest.entries[0].message.id))
    assert [one.message.id for one in middle.entries] == ids[5:15] and (middle.earlier, middle.later) == (5, 10)
    first = shown(lead, Excerpt(limit=10, before=middle.entries[0].message.id))
    assert [one.message.id for one in first.entries] == ids[:5] and (first.earlier, first.later) == (0, 20)
    after = shown(lead, Excerpt(limit=3, after=ids[4]))
    assert [one.message.id for one in after.entries] == ids[5:8] and (after.earlier, after.later) == (5, 17)
    nothing = shown(lead, Excerpt(before=ids[0]))
    assert (nothing.entries, nothing.earlier, nothing.later) == ((), 0, 25)
    nothing = shown(lead, Excerpt(after=ids[-1]))
    assert (nothing.entries, nothing.earlier, nothing.later) == ((), 25, 0)
    assert [one.message.number for one in shown(lead).entries] == list(range(1, 26))


def test_the_whole_conversation_comes_in_pages_and_is_the_same(lead: World) -> None:
    write(lead, 59, note=True)
    head, entries = whole(lead.store, lead.record("LEAD-1"))
    assert tuple(entries) == shown(lead, Excerpt(limit=100)).entries
    assert (head.entries, head.earlier, head.later) == ((), 0, 0)


def test_sixty_messages_cost_as_many_statements_as_one(lead: World) -> None:
    one = statements(lead)
    write(lead, 59)
    sixty = statements(lead, Excerpt(limit=60))
    assert sixty == one <= 12
    assert len(shown(lead, Excerpt(limit=60)).entries) == 60


def test_nothing_of_another_company_is_asked_for(lead: World) -> None:
    other = lead.store.companies.add("Other", 1)
    record = lead.record("LEAD-1")
    assert lead.store.threads.numbered(other, record.id, 1) is None
    assert lead.store.threads.before(other, record.id) == lead.store.threads.after(other, record.id) == []
    assert lead.store.threads.last_number(other, record.id) == 0
    assert lead.store.threads.held(other, record.id) == []


def test_a_record_without_an_alias_or_a_message_is_a_conversation_too(world: World) -> None:
    from weftmail.store.record import NewRecord

    record = world.store.records.open(NewRecord(world.acme, "task", "Think"), 1)
    found = conversation(world.store, record)
    assert (found.entries, found.earlier, found.later, found.received_at) == ((), 0, 0, None)


def test_its_json_is_whole_and_names_every_file_by_its_sha256(lead: World) -> None:
    value = json.loads(json.dumps(vocabulary.conversation(shown(lead))))
    (message,) = value["messages"]
    assert message["attachments"][0]["sha256"] == hashlib.sha256(b"%PDF").hexdigest()
    assert message["author"] == {"name": "Karin Ek", "address": "karin@customer.example", "as": "outsider"}
    assert message["way"]["recipient"] == "leads@acme.example" and message["way"]["trace"][-1]["matched"]
    assert (value["earlier"], value["later"], value["held"]) == (0, 0, [])
    assert {one["name"]: one["prefers"] for one in value["followers"]} == {"Anna": "email", "Björn": "inbox"}


def moved(world: World) -> World:
    """LEAD-1 without its second message, which LEAD-2 has."""
    write(world, 2)
    karin = world.mail(KARIN, subject="Tables", text="Of oak?\n", verified=True)
    world.deliver(karin, "leads@acme.example")
    anna = Actor("Anna", world.anna)
    setup = Setup(world.store, anna, world.clock, None, lambda *_: "", ("en",), lambda _: True)
    done = move.move(setup, "LEAD-1", [2], "LEAD-2")
    assert not isinstance(done, Refusal)
    return world


@pytest.mark.parametrize("label", ["LEAD-1", "LEAD-2"])
def test_messages_that_were_moved_are_counted_where_they_stand(lead: World, label: str) -> None:
    moved(lead)
    record, there = lead.record(label), [one.id for one in lead.thread(label)]
    found = conversation(lead.store, record)
    assert (found.earlier, found.later, [one.message.id for one in found.entries]) == (0, 0, there)
    for limit in (1, 2, 3):
        seen: list[int] = []
        page = conversation(lead.store, record, page=Excerpt(limit=limit, after=0))
        while page.entries:
            assert page.earlier == len(seen)
            assert page.later == len(there) - len(seen) - len(page.entries)
            assert (page.oldest.id, page.newest.id) == (page.entries[0].message.id, page.entries[-1].message.id)
            seen += [one.message.id for one in page.entries]
            page = conversation(lead.store, record, page=Excerpt(limit=limit, after=page.newest.id))
        assert (seen, page.earlier, page.later) == (there, len(there), 0)


def test_a_message_of_another_page_is_loaded_beside_with_its_people_and_files(lead: World) -> None:
    write(lead, 3)
    first, *_, last = lead.thread("LEAD-1")
    found = shown(lead, Excerpt(limit=2, elsewhere=first.id))
    assert found.elsewhere is not None and found.elsewhere.message.id == first.id and first.id not in ids(found)
    assert [one.address for one in found.elsewhere.addressed] == ["erik@other.example"]
    assert [one.filename for one in found.elsewhere.attachments] == ["plan.pdf"]
    assert [one.name for one in found.elsewhere.deliveries] == ["Anna"]
    assert found.known == (*found.entries, found.elsewhere)
    # One that stands on the page is there once.
    same = shown(lead, Excerpt(limit=2, elsewhere=last.id))
    assert same.elsewhere is None and same.known == same.entries
    assert shown(lead, Excerpt(limit=2)).elsewhere is None


def test_the_message_beside_may_be_named_by_its_number_if_people_can_answer_it(lead: World) -> None:
    first = lead.thread("LEAD-1")[0]
    lead.store.messages.add(event(lead.acme, lead.record("LEAD-1").id, "", Phrase("event.report"), 1, "<e@x>"), 1)
    write(lead, 3)
    numbers = [one.number for one in lead.thread("LEAD-1")]
    assert numbers == [1, 2, 3, 4, 5]

    def elsewhere(number: int, other: int | None = None) -> int | None:
        found = shown(lead, Excerpt(limit=2, elsewhere_number=number, elsewhere=other)).elsewhere
        return None if found is None else found.message.number

    assert (elsewhere(1), elsewhere(3), elsewhere(4), elsewhere(5)) == (1, 3, None, None)
    # An event, and what does not exist, cannot be answered: then it is the other one.
    assert (elsewhere(2), elsewhere(9)) == (None, None)
    assert (elsewhere(2, first.id), elsewhere(9, first.id), elsewhere(5, first.id)) == (1, 1, None)


def test_what_is_held_is_not_asked_for_where_nothing_is(lead: World) -> None:
    rest = {"references": [lead.thread("LEAD-1")[0].rfc_message_id]}
    lead.deliver(lead.mail(author="e@evil.example", **rest), "leads@acme.example")
    assert len(shown(lead).held) == 1
    assert conversation(lead.store, lead.record("LEAD-1"), with_held=False).held == ()


def ids(found: Conversation) -> set[int]:
    """Return the messages of the page."""
    return {one.message.id for one in found.entries}
