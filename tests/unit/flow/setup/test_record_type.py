"""Types of records: names, prefixes, states and fields, and the values that records hold."""

from __future__ import annotations

import pytest

from tests.unit.flow.setup.conftest import Office
from weftmail.core.wording.changes import field_in_words, is_told
from weftmail.flow.setup import alias, record, record_type, undo
from weftmail.flow.setup.act import Done
from weftmail.flow.setup.record_change import RecordChanges
from weftmail.flow.setup.record_type import TypeChanges
from weftmail.locale import language

ANNA = "anna@acme.example"


def changed(office: Office, **changes: object) -> Done:
    return office.did(record_type.change(office.setup, None, "lead", TypeChanges(**changes)))  # type: ignore[arg-type]


def refused(office: Office, **changes: object) -> tuple[str, str]:
    return office.refused(
        record_type.change(office.setup, None, "lead", TypeChanges(**changes))  # type: ignore[arg-type]
    )


FIELDS = {"value": "amount", "size": "choice: small, large", "until": "date", "seller": "person", "chairs": "number"}


def test_a_type_is_renamed_and_its_records_aliases_and_numbers_follow(office: Office) -> None:
    office.did(record.add(office.setup, "lead", title="Chairs"))
    made = changed(office, name="inquiry", prefix="ASK", states={"quoted": "waiting"})
    assert made.subject == "inquiry"
    assert made.now["states"] == {"open": "open", "waiting": "waiting", "closed": "closed", "quoted": "waiting"}
    leads = office.store.aliases.by_address("leads@acme.example")
    assert leads is not None and leads.record_type == "inquiry"
    first, second = (
        office.store.records.by_label("LEAD-1")[0],
        office.did(record.add(office.setup, "inquiry", title="Desks")),
    )
    assert (first.type, second.subject) == ("inquiry", "ASK-2")
    # The numbers of before stand in mails: no other type gets their prefix, and the type can have it back.
    assert office.refused(record_type.add(office.setup, None, "letter", "LEAD")) == ("prefix", "prefix_there")
    office.did(undo.undo(office.setup, made.trace))
    assert office.did(record.add(office.setup, "lead", title="Lamps")).subject == "LEAD-3"


def test_a_state_is_renamed_with_the_records_in_it(office: Office) -> None:
    office.did(record.add(office.setup, "lead", title="Chairs"))
    made = changed(office, renamed_states={"open": "new"})
    assert list(made.now["states"]) == ["new", "waiting", "closed"]  # type: ignore[call-overload]
    assert office.store.records.by_label("LEAD-1")[0].state == "new"
    office.did(undo.undo(office.setup, made.trace))
    assert office.store.records.by_label("LEAD-1")[0].state == "open"
    gone = changed(office, removed_states=["waiting"])
    office.did(undo.undo(office.setup, gone.trace))
    more = changed(office, states={"won": "closed"})
    changed(office, states={"won": "open"})
    assert office.refused(undo.undo(office.setup, more.trace)) == ("", "changed_since")


def test_fields_have_kinds_and_records_and_aliases_hold_values_of_them(office: Office) -> None:
    made = changed(office, fields=FIELDS)
    assert made.now["fields"] == FIELDS
    given = {
        "value": "23 500 SEK", "size": "large", "until": "2026-05-31", "seller": ANNA, "chairs": "1.234,5",
        "remark": " by ship ",
    }  # fmt: skip
    opened = office.did(record.add(office.setup, "lead", title="Chairs", fields_=given))
    kept = {**given, "value": "23500.00 SEK", "chairs": "1234.5", "remark": "by ship"}
    assert opened.now["fields"] == kept
    now = office.did(
        record.change(office.setup, "LEAD-1", RecordChanges(fields={"value": "12 EUR", "size": "", "remark": " "}))
    )
    assert now.now["fields"] == {
        "value": "12.00 EUR", "until": "2026-05-31", "seller": ANNA, "chairs": "1234.5",
    }  # fmt: skip
    set_ = office.did(alias.change(office.setup, "leads@acme.example", defaults={"value": "1 SEK"}))
    assert set_.now["defaults"] == {"value": "1.00 SEK"}
    gone = changed(office, removed_fields=["size", "until"], fields={"value": "text"})
    assert list(gone.now["fields"]) == ["value", "seller", "chairs"]  # type: ignore[call-overload]
    office.did(undo.undo(office.setup, gone.trace))
    assert office.store.records.by_label("LEAD-1")[0].values["until"] == "2026-05-31"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"value": "much"}, "no_amount"),
        ({"value": "a\nb"}, "text_break"),
        ({"size": "medium"}, "no_choice"),
        ({"until": "soon"}, "no_date"),
        ({"seller": "karin@customer.example"}, "no_such_user"),
        ({"chairs": "1,000"}, "number_ambiguous"),
        ({"chairs": "ten"}, "no_number"),
        ({"remark": "a\nb"}, "text_break"),
        ({"\n": "x"}, "text_break"),
    ],
)
def test_values_that_are_none_of_their_kind(office: Office, given: dict[str, str], code: str) -> None:
    changed(office, fields=FIELDS)
    assert office.refused(record.add(office.setup, "lead", title="Chairs", fields_=given)) == ("fields", code)
    said = office.refused(alias.change(office.setup, "leads@acme.example", defaults=given))
    assert said == ("defaults", code)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, ("", "nothing_to_change")),
        ({"name": "order"}, ("name", "record_type_there")),
        ({"name": "A lead"}, ("name", "record_type_malformed")),
        ({"prefix": "ORDER"}, ("prefix", "prefix_there")),
        ({"prefix": "L-"}, ("prefix", "prefix_malformed")),
        ({"states": {"won": "good"}}, ("states", "no_such_choice")),
        ({"states": {"a\nb": "open"}}, ("states", "text_break")),
        ({"states": {"closed": "open"}}, ("states", "states_wanted")),
        ({"states": {"open": "waiting"}}, ("states", "states_wanted")),
        ({"renamed_states": {"open": "closed"}}, ("states", "state_there")),
        ({"renamed_states": {"won": "lost"}}, ("states", "no_such_choice")),
        ({"removed_states": ["won"]}, ("states", "no_such_choice")),
        ({"removed_states": ["open"]}, ("states", "state_in_use")),
        ({"fields": {"value": "money"}}, ("fields", "no_such_choice")),
        ({"fields": {"size": "choice"}}, ("fields", "choices_wanted")),
        ({"fields": {"size": "text: small"}}, ("fields", "choices_idle")),
        ({"removed_fields": ["size"]}, ("removed_fields", "no_such_choice")),
    ],
)
def test_changes_that_cannot_be(office: Office, changes: dict[str, object], said: tuple[str, str]) -> None:
    office.did(record.add(office.setup, "lead", title="Chairs"))
    assert refused(office, **changes) == said
    assert office.refused(record_type.change(office.setup, None, "letter", TypeChanges(name="x"))) == (
        "record_type", "no_such_record_type",
    )  # fmt: skip


@pytest.mark.parametrize("name", ["state", "title", "owner", "count", "changed_at", "due", "read", "type"])
def test_a_field_that_is_called_as_one_of_ours_is_told_apart(office: Office, name: str) -> None:
    """Its change stands in the history under the name that people gave it, and hides nothing of ours."""
    office.world.deliver(office.world.mail(), "leads@acme.example")
    defined = changed(office, fields={name: "text"})
    assert [(one.field, one.now, one.own) for one in defined.changes] == [(name, "text", True)]
    made = office.did(record.change(office.setup, "LEAD-1", RecordChanges(fields={name: "open"}, state="waiting")))
    assert made.trace
    assert {(one.field, one.was, one.now, one.own) for one in made.changes} == {
        ("state", "open", "waiting", False), (name, "", "open", True),
    }  # fmt: skip
    swedish = language("sv")
    assert [field_in_words(one.field, swedish, own=one.own) for one in made.changes if one.own] == [name]
    assert is_told(name, own=True)
    alone = office.did(record.change(office.setup, "LEAD-1", RecordChanges(fields={name: "closed"})))
    assert alone.trace > made.trace
