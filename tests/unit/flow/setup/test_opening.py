"""A record opened by a person: with a message, a note, or nothing; a customer who is new becomes a contact."""

from __future__ import annotations

import pytest

from tests.unit.flow.setup.conftest import Office
from tests.unit.world import KARIN
from weftmail.core.address import Mailbox
from weftmail.core.wording.sentences import say
from weftmail.flow.identity import Identity
from weftmail.flow.post import Draft
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import contact, opening, undo
from weftmail.flow.setup.act import Done
from weftmail.flow.setup.opening import Opening


def opened(office: Office, opens: Opening, draft: Draft | None = None) -> Done | Refusal:
    anna = office.store.users.get(office.world.anna)
    return opening.open_record(office.setup, office.world.installation, opens, anna, draft)


def chairs(customer: str = "Karin Ek <Karin@customer.example>", **more: str) -> Opening:
    return Opening("lead", "40 chairs", customer, "anna@acme.example", **more)


def test_with_a_message_to_somebody_new(office: Office) -> None:
    done = opened(office, chairs(), Draft(text="Hello Karin.", cc=["erik@other.example"]))
    assert isinstance(done, Done) and (done.act, done.subject) == ("record.add", "LEAD-1")
    record = office.world.record("LEAD-1")
    assert (record.customer, record.customer_address, record.owner) == ("Karin Ek", "karin@customer.example", "Anna")
    event, message = office.world.thread("LEAD-1")
    assert event.says is not None and say(event.says) == "Anna opened this record"
    assert (message.kind, message.text, message.sent_as) == ("post", "Hello Karin.", "leads@acme.example")
    outside = [one for one in office.store.messages.deliveries(office.world.acme, message.id) if one.contact_id]
    assert {one.address for one in outside} == {"karin@customer.example", "erik@other.example"}
    # Her answer stands on it.
    raw = office.world.mail(KARIN, verified=True, references=[message.rfc_message_id])
    assert office.world.deliver(raw, "leads@acme.example").record == "LEAD-1"


def test_with_a_note_and_with_nothing(office: Office) -> None:
    assert isinstance(opened(office, chairs(), Draft(text="She called.", note=True)), Done)
    assert [one.kind for one in office.world.thread("LEAD-1")] == ["event", "note"]
    assert isinstance(opened(office, Opening("order", "Tables")), Done)
    assert [one.kind for one in office.world.thread("ORDER-1")] == ["event"]
    lead = opening.writes_as(office.store, office.world.acme, "lead")
    assert lead == Identity(Mailbox("Acme", "leads@acme.example"), "acme.example")
    order = opening.writes_as(office.store, office.world.acme, "order")
    assert order == Identity(Mailbox("Acme", "notifications@acme.example"), "acme.example")
    nord = office.store.companies.add("Nord", 1)
    assert opening.writes_as(office.store, nord, "lead") is None


def test_whom_the_draft_names_gets_it_once(office: Office) -> None:
    assert isinstance(opened(office, chairs(), Draft(text="Hej.", to=["eva@third.example"])), Done)
    named = office.store.messages.addressed(office.world.acme, office.world.thread("LEAD-1")[-1].id)
    assert [one.address for one in named] == ["karin@customer.example", "eva@third.example"]
    assert isinstance(opened(office, chairs(), Draft(text="Hej.", to=["eva@third.example"], cc=[KARIN])), Done)
    named = office.store.messages.addressed(office.world.acme, office.world.thread("LEAD-2")[-1].id)
    assert {one.field: one.address for one in named} == {"to": "eva@third.example", "cc": "karin@customer.example"}


def test_who_is_in_the_archive_comes_back(office: Office) -> None:
    office.did(contact.add(office.setup, "karin@customer.example", name="Karin"))
    office.did(contact.remove(office.setup, "karin@customer.example"))
    assert isinstance(opened(office, chairs("karin@customer.example")), Done)
    assert office.world.record("LEAD-1").customer == "Karin"


@pytest.mark.parametrize(
    ("opens", "refusal"),
    [
        (chairs("karin"), ("customer", "address_malformed")),
        (chairs("bjorn@acme.example"), ("customer", "contact_is_colleague")),
        (chairs("leads@acme.example"), ("customer", "contact_address_ours")),
        (Opening("moon", "T"), ("type", "no_such_record_type")),
        (Opening("lead", ""), ("title", "text_empty")),
        (chairs(reference_url="javascript:alert(1)"), ("reference_url", "url_malformed")),
        (Opening("lead", "T", owner="nobody@acme.example"), ("owner", "no_such_user")),
    ],
)
def test_what_is_refused_leaves_nothing(office: Office, opens: Opening, refusal: tuple[str, str]) -> None:
    assert office.refused(opened(office, opens, Draft(text="Hej."))) == refusal  # type: ignore[arg-type]
    assert office.store.records.all(office.world.acme) == []
    assert office.store.contacts.all(office.world.acme) == []


def test_a_message_to_nobody_opens_nothing(office: Office) -> None:
    assert office.refused(opened(office, Opening("lead", "T"), Draft(text="Hej."))) == ("to", "nothing_to_answer")  # type: ignore[arg-type]
    assert office.store.records.all(office.world.acme) == []


def test_it_is_taken_back_with_what_has_not_left(office: Office) -> None:
    done = opened(office, chairs(), Draft(text="Hello."))
    assert isinstance(done, Done)
    message = office.world.thread("LEAD-1")[-1]
    back = office.did(undo.undo(office.setup, done.trace))
    assert office.world.record("LEAD-1").hidden_as == "trash"
    states = {one.state for one in office.store.messages.deliveries(office.world.acme, message.id) if one.contact_id}
    assert states == {"cancelled"}
    assert office.refused(undo.undo(office.setup, done.trace)) == ("", "changed_since")
    office.did(undo.undo(office.setup, back.trace))
    assert office.world.record("LEAD-1").hidden_as is None
