"""What is old enough goes by itself, in steps, and the history says how many; nothing else goes."""

from __future__ import annotations

import json

import pytest

from tests.unit.flow.setup.conftest import Office
from tests.unit.flow.setup.test_contact_erase import everything
from tests.unit.flow.setup.test_follower import taken_back
from tests.unit.world import World
from weftmail.core.wording.phrase import Phrase
from weftmail.core.wording.sentences import say
from weftmail.flow import retention
from weftmail.flow.due.kinds import KINDS
from weftmail.flow.events import write_event
from weftmail.flow.setup import retention as setup
from weftmail.store.due import Due

DAY = 24 * 3600_000


@pytest.fixture
def office(world: World) -> Office:
    """LEAD-1 with a file and a draft, and LEAD-2; both of customers."""
    made = Office(world)
    raw = world.mail(subject="Walnutwood", text="walnutwood\n", files=[("plan.txt", b"walnutwood")], verified=True)
    world.deliver(raw, "leads@acme.example", sender="karin@customer.example")
    world.deliver(world.mail("Erik <erik@other.example>", subject="Prices"), "leads@acme.example")
    record = world.record("LEAD-1")
    world.store.drafts.put(world.acme, record.id, world.anna, "message", json.dumps({"text": "walnutwood"}), 5)
    write_event(world.store, record, Phrase("event.woke.answer"), 5)
    return made


def run(office: Office, now: int) -> int | None:
    due = Due(1, None, "retention", "", now, 1, "")
    with office.store.transaction():
        return KINDS["retention"].run(office.store, office.world.installation, due, now)


def hide(office: Office, place: str, at: int, label: str = "LEAD-1") -> None:
    office.store.records.hide(office.world.acme, office.world.record(label).id, place, at)


@pytest.mark.parametrize("place", ["spam", "trash"])
def test_what_was_hidden_long_enough_goes_for_good(office: Office, place: str) -> None:
    world = office.world
    office.did(setup.change(office.setup, place, 30))
    hide(office, place, 1000)
    assert run(office, 1000 + 30 * DAY) == 1000 + 30 * DAY + 3600_000, "not a moment too early"
    assert "walnutwood" in everything(office)
    now = 1001 + 30 * DAY
    assert run(office, now) == now + 1000 and run(office, now) == now + 3600_000
    left = everything(office)
    assert "walnutwood" not in left and "plan.txt" not in left and "prices" in left
    record = world.record("LEAD-1")
    assert (record.title, record.hidden_as, record.customer_id) == ("[…]", "aged", None)
    said = {say(one.says) for one in world.thread("LEAD-1") if one.says is not None}
    assert said == {"Deleted by age, after 30 days"}
    row = office.store.audit.all(most=1)[0]
    assert (row.act, row.subject, row.actor, row.before["records"]) == ("retention.remove", place, "weftmail", 1)
    assert world.record("LEAD-2").hidden_as is None


def test_closed_records_of_a_type_go_by_their_last_change_and_open_ones_never(office: Office) -> None:
    world = office.world
    office.did(setup.change(office.setup, "lead", 365))
    world.store.records.set_state(world.acme, world.record("LEAD-1").id, "closed", 1000)
    now = world.clock() + 400 * DAY
    run(office, now)
    assert (world.record("LEAD-1").hidden_as, world.record("LEAD-2").hidden_as) == ("aged", None)


def test_what_is_much_goes_in_steps(office: Office) -> None:
    office.did(setup.change(office.setup, "trash", 1))
    for label in ("LEAD-1", "LEAD-2"):
        hide(office, "trash", 1, label)
    steps = 0
    while True:
        with office.store.transaction():
            if not retention.remove_aged(office.store, 10 * DAY, messages=1):
                break
        steps += 1
    assert steps >= 2 and "walnutwood" not in everything(office) and "prices" not in everything(office)
    assert [office.world.record(one).hidden_as for one in ("LEAD-1", "LEAD-2")] == ["aged", "aged"]


def test_the_preview_says_what_would_go(office: Office) -> None:
    world = office.world
    assert {one.name: one.days for one in setup.rules(office.store, world.acme, 0)}["trash"] == 0
    office.did(setup.change(office.setup, "trash", 1))
    hide(office, "trash", 1)
    (trash,) = [one for one in setup.rules(office.store, world.acme, 10 * DAY) if one.name == "trash"]
    assert (trash.days, trash.count, trash.labels) == (1, 1, ("LEAD-1",))
    assert "walnutwood" in everything(office), "it is only said"


def test_a_change_is_undone_before_it_has_an_effect(office: Office) -> None:
    done = office.did(setup.change(office.setup, "lead", 10))
    due_at = office.store.due.next_at(10**15)
    assert due_at is not None and due_at >= office.world.clock.now + setup.DELAY - 1000
    taken_back(office, done)
    assert [one.days for one in setup.rules(office.store, office.world.acme, 0) if one.name == "lead"] == [0]
    office.did(setup.change(office.setup, "lead", 10))
    office.did(setup.change(office.setup, "lead", 0))
    assert office.store.retentions.of_company(office.world.acme) == []


def test_what_is_nothing_is_refused(office: Office) -> None:
    assert office.refused(setup.change(office.setup, "ship", 3)) == ("what", "no_such_record_type")
    assert office.refused(setup.change(office.setup, "trash", -1)) == ("days", "number_out_of_range")
    assert office.refused(setup.change(office.setup, "trash", setup.MOST_DAYS + 1)) == ("days", "number_out_of_range")


def test_a_type_that_is_called_as_a_place_has_days_of_its_own(office: Office) -> None:
    world = office.world
    world.store.companies.add_record_type(world.acme, "spam", "SP")
    office.did(setup.change(office.setup, "type:spam", 3))
    office.did(setup.change(office.setup, "spam", 4))
    days = [(one.what, one.days) for one in office.store.retentions.of_company(world.acme)]
    assert sorted(days) == [("closed", 3), ("spam", 4)]
    rules = {setup.named(one): one.days for one in setup.rules(office.store, world.acme, 0)}
    assert (rules["type:spam"], rules["spam"], rules["lead"]) == (3, 4, 0)


def test_who_writes_to_what_is_gone_brings_its_number_back(office: Office) -> None:
    world = office.world
    reference = world.thread("LEAD-1")[0].rfc_message_id
    office.did(setup.change(office.setup, "trash", 1))
    hide(office, "trash", 1)
    run(office, 10 * DAY)
    world.deliver(world.mail(references=[reference], text="Hello again\n", verified=True), "leads@acme.example",
                  sender="karin@customer.example")  # fmt: skip
    assert "hello again" in everything(office), "nothing that a person wrote disappears"
