"""A forwarded email that is its forwarder's own after all: one act takes author and customer back, one undoes it."""

from __future__ import annotations

import pytest

from tests.unit.flow.setup.conftest import Office
from tests.unit.flow.setup.test_follower import taken_back
from weftmail.core.sought import sought
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import contact, forward, record, undo
from weftmail.flow.setup.act import Done
from weftmail.flow.setup.record_change import RecordChanges
from weftmail.store.message import ThreadMessage

TEXT = "Take this?\n\n---------- Forwarded message ---------\nFrom: {}\nSubject: Ten stools\n\nHow much?\n"
OLLE = "Olle Berg <olle@branch.example>"


@pytest.fixture
def ticket(office: Office) -> Office:
    """TICKET-1, opened by an email of Olle's that Anna forwarded."""
    world = office.world
    raw = world.mail("Anna <anna@acme.example>", subject="Fwd: Ten", text=TEXT.format(OLLE), login="anna@acme.example")
    assert world.deliver(raw, "support@acme.example").record == "TICKET-1"
    return office


def code(refused: Done | Refusal) -> str:
    assert isinstance(refused, Refusal)
    return refused.code


def first(office: Office) -> ThreadMessage:
    return office.world.thread("TICKET-1")[0]


def stands(office: Office) -> tuple[str, int | None, bool, str | None, list[str | None], bool]:
    """Author, colleague, verified, customer, who takes part, and whether somebody waits for us."""
    one, of = first(office), office.world.record("TICKET-1")
    people = [each.address for each in office.store.records.participants(office.world.acme, of.id)]
    return one.author_address, one.author_user_id, one.verified, of.customer, people, of.awaits_since_at is not None


FORWARDED = ("olle@branch.example", None, False, "Olle Berg", ["olle@branch.example"], True)


def test_one_act_takes_author_and_customer_back_and_undo_puts_both_back(ticket: Office) -> None:
    anna = ticket.world.anna
    assert stands(ticket) == FORWARDED and first(ticket).sent_on_by_id == anna
    done = ticket.did(forward.take_back(ticket.setup, "TICKET-1", 1))
    assert stands(ticket) == ("anna@acme.example", anna, True, None, [], False)
    assert first(ticket).came_by is None and first(ticket).author_name == "Anna"
    assert (done.was["customer"], done.now["customer"]) == ("Olle Berg", "")
    again = taken_back(ticket, done)
    assert stands(ticket) == FORWARDED
    came_by = first(ticket).came_by
    assert first(ticket).sent_on_by_id == anna and came_by is not None and came_by.values == {"name": "Anna"}
    taken_back(ticket, again)
    assert stands(ticket) == ("anna@acme.example", anna, True, None, [], False)
    events = [one.says.code for one in ticket.world.thread("TICKET-1") if one.says is not None]
    assert events == ["event.forward undone", "event.forward again", "event.forward undone"]


def test_search_knows_the_author_of_now(ticket: Office) -> None:
    ticket.did(forward.take_back(ticket.setup, "TICKET-1", 1))
    assert ticket.store.search.find(ticket.world.acme, sought("anna@acme.example"), ()).hits


def test_a_customer_whom_somebody_named_since_stays(ticket: Office) -> None:
    world = ticket.world
    world.deliver(world.mail(), "leads@acme.example")
    changes = RecordChanges(customer="karin@customer.example")
    ticket.did(record.change(ticket.setup, "TICKET-1", changes))
    done = ticket.did(forward.take_back(ticket.setup, "TICKET-1", 1))
    assert world.record("TICKET-1").customer == "Karin Ek"
    ticket.did(record.change(ticket.setup, "TICKET-1", RecordChanges(customer="")))
    assert code(undo.undo(ticket.setup, done.trace)) == "changed_since"


def test_where_the_contact_is_gone_the_author_comes_back_alone(ticket: Office) -> None:
    done = ticket.did(forward.take_back(ticket.setup, "TICKET-1", 1))
    ticket.did(contact.change(ticket.setup, "olle@branch.example", add_addresses=["ob@branch.example"]))
    ticket.did(contact.change(ticket.setup, "ob@branch.example", remove_addresses=["olle@branch.example"]))
    taken_back(ticket, done)
    assert stands(ticket)[:5] == ("olle@branch.example", None, False, None, [])
    assert first(ticket).author_contact_id is None
    ticket.did(forward.take_back(ticket.setup, "TICKET-1", 1))
    assert stands(ticket)[0] == "anna@acme.example"


def test_what_nobody_forwarded_has_nothing_to_take_back(ticket: Office) -> None:
    ticket.world.deliver(ticket.world.mail(), "leads@acme.example")
    assert code(forward.take_back(ticket.setup, "LEAD-1", 1)) == "not_forwarded_in"
    assert code(forward.take_back(ticket.setup, "TICKET-1", 9)) == "no_such_message"
    done = ticket.did(forward.take_back(ticket.setup, "TICKET-1", 1))
    assert code(forward.take_back(ticket.setup, "TICKET-1", 1)) == "not_forwarded_in"
    assert done.subject == "TICKET-1"
