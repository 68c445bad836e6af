"""Records by hand, who follows them, and who takes part in their conversations."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.flow.setup.conftest import Office
from weftmail.core.wording.phrase import Phrase
from weftmail.core.wording.sentences import say
from weftmail.flow.setup import company, contact, follower, record, undo, user
from weftmail.flow.setup.act import FieldChange
from weftmail.flow.setup.follower import Followed
from weftmail.flow.setup.record_change import RecordChanges


@pytest.fixture
def order(office: Office) -> Office:
    office.did(contact.add(office.setup, "karin@customer.example", name="Karin Ek"))
    office.did(
        record.add(
            office.setup,
            "order",
            title=" Forty chairs ",
            owner="bjorn@acme.example",
            customer="karin@customer.example",
            alias="leads@acme.example",
            fields_={"value": "23500", "empty": ""},
            reference="4711",
            reference_url="https://shop.acme.example/4711",
        )
    )
    return office


def test_a_record_opened_by_hand(order: Office) -> None:
    (found,) = order.store.records.by_label("ORDER-1")
    assert (found.title, found.owner, found.customer, found.values) == (
        "Forty chairs",
        "Björn",
        "Karin Ek",
        {"value": "23500"},
    )
    assert (found.alias_id, found.reference, found.reference_url) == (
        order.world.leads,
        "4711",
        "https://shop.acme.example/4711",
    )
    assert [one.name for one in order.store.records.followers(found.company_id, found.id)] == ["Björn"]
    plain = order.did(record.add(order.setup, "task", title="Nothing else"))
    assert (plain.subject, plain.now["owner"], plain.now["reference"]) == ("TASK-1", None, None)
    order.did(record.add(order.setup, "invoice", title="Another type", reference="4711"))


def test_a_change_says_what_changed(order: Office) -> None:
    changed = order.did(
        record.change(
            order.setup,
            "order-1",
            RecordChanges(
                title="38 chairs",
                state="closed",
                owner="anna@acme.example",
                fields={"value": "", "currency": "SEK"},
            ),
        )
    )
    assert changed.subject == "ORDER-1"
    assert changed.changes == (
        FieldChange("owner", "Björn", "Anna"),
        FieldChange("title", "Forty chairs", "38 chairs"),
        FieldChange("state", "open", "closed"),
        FieldChange("value", "23500", "", own=True),
        FieldChange("currency", "", "SEK", own=True),
    )
    assert [one.name for one in order.store.records.followers(order.world.acme, 1)] == ["Björn", "Anna"]


def test_people_are_added_to_a_conversation_and_taken_out_of_it(order: Office) -> None:
    setup, who = order.setup, ["karin@customer.example"]
    # The customer takes part from the beginning.
    assert order.did(record.change(setup, "ORDER-1", remove_participants=who)).now["participants"] == []
    assert order.did(record.change(setup, "ORDER-1", add_participants=who)).changes == (
        FieldChange("participants", "", "Karin Ek"),
    )
    assert order.did(record.change(setup, "ORDER-1", remove_participants=who)).now["participants"] == []
    said = order.refused(record.change(setup, "ORDER-1", remove_participants=who))
    assert said == ("remove_participants", "no_participant")


def test_reply_addresses_are_revoked(order: Office) -> None:
    changed = order.did(record.change(order.setup, "ORDER-1", revoke_reply_addresses=True))
    assert changed.changes == (FieldChange("reply_addresses", "valid", "revoked"),)


@pytest.mark.parametrize(
    ("type_", "values", "said"),
    [
        ("leed", {"title": "T"}, ("type", "no_such_record_type")),
        ("lead", {"title": ""}, ("title", "text_empty")),
        ("lead", {"title": "T", "customer": "nobody@customer.example"}, ("customer", "no_such_contact")),
        ("lead", {"title": "T", "owner": "karin@customer.example"}, ("owner", "no_such_user")),
        ("lead", {"title": "T", "reference_url": "javascript:alert(1)"}, ("reference_url", "url_malformed")),
        ("lead", {"title": "T", "alias": "none@acme.example"}, ("alias", "no_such_alias_but_near")),
        ("lead", {"title": "T", "fields_": {"": "x"}}, ("fields", "text_empty")),
        ("order", {"title": "T", "reference": "4711"}, ("reference", "reference_taken")),
    ],
)
def test_records_that_cannot_be(order: Office, type_: str, values: dict[str, Any], said: tuple[str, str]) -> None:
    assert order.refused(record.add(order.setup, type_, **values)) == said


@pytest.mark.parametrize(
    ("number", "values", "said"),
    [
        ("ORDER-1", {}, ("", "nothing_to_change")),
        ("ORDER-9", {"changes": RecordChanges(title="T")}, ("number", "no_such_record")),
        ("ORDER-1", {"changes": RecordChanges(state="won")}, ("state", "no_such_choice")),
        ("ORDER-1", {"changes": RecordChanges(title="T"), "company": "Beta"}, ("company", "no_such_company")),
        ("ORDER-1", {"add_participants": ["x@other.example"]}, ("add_participants", "no_such_contact")),
    ],
)
def test_changes_that_cannot_be(order: Office, number: str, values: dict[str, Any], said: tuple[str, str]) -> None:
    assert order.refused(record.change(order.setup, number, **values)) == said


def test_an_alias_of_another_company_is_not_written_as(order: Office) -> None:
    order.did(company.add(order.setup, "Beta"))
    said = order.refused(record.add(order.setup, "task", title="T", alias="leads@acme.example", company="Beta"))
    assert said == ("alias", "alias_of_another")
    order.did(record.add(order.setup, "order", title="T", company="Beta"))
    assert order.refused(record.change(order.setup, "ORDER-1", RecordChanges(state="closed"))) == (
        "company",
        "several_records",
    )


def test_followers_come_and_go(order: Office) -> None:
    setup = order.setup
    made = order.did(follower.add(setup, "order-1", "anna@acme.example"))
    assert isinstance(made, Followed)
    assert (made.subject, made.name, made.prefers) == ("ORDER-1", "Anna", "email")
    assert made.now == {"user": "anna@acme.example", "record": "ORDER-1", "followers": ["Björn", "Anna"]}
    assert order.did(follower.add(setup, "ORDER-1", "anna@acme.example")).changes == ()
    gone = order.did(follower.remove(setup, "ORDER-1", "bjorn@acme.example"))
    assert gone.changes == (FieldChange("followers", "Björn, Anna", "Anna"),)
    assert order.refused(follower.remove(setup, "ORDER-1", "bjorn@acme.example")) == ("address", "no_follower")
    order.did(company.add(setup, "Beta"))
    order.did(user.add(setup, "eva@beta.example", company="Beta"))
    assert order.refused(follower.add(setup, "ORDER-1", "eva@beta.example")) == ("address", "no_member")


def test_following_is_an_event_and_can_be_undone(order: Office) -> None:
    setup = order.setup
    made = order.did(follower.add(setup, "order-1", "anna@acme.example"))
    gone = order.did(follower.remove(setup, "ORDER-1", "bjorn@acme.example"))
    order.did(undo.undo(setup, gone.trace))
    assert [one.name for one in order.store.records.followers(order.world.acme, 1)] == ["Anna", "Björn"]
    order.did(undo.undo(setup, made.trace))
    assert [one.name for one in order.store.records.followers(order.world.acme, 1)] == ["Björn"]
    thread = order.store.messages.thread(order.world.acme, 1)
    events = [say(Phrase.from_json(one.phrase)) for one in thread if one.kind == "event"]
    assert events[-4:] == [
        "Anna follows this record",
        "Anna removed Björn from the followers",
        "Anna added Björn as a follower",
        "Anna no longer follows this record",
    ]
