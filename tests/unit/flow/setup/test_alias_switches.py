"""The switches of an alias: set, taken back, and refused, by the act and by a CSV file alike."""

from __future__ import annotations

import pytest

from tests.unit.flow.setup.conftest import Office
from weftmail.flow.setup import alias, alias_csv, record, record_type, undo
from weftmail.flow.setup.alias_csv import Imported
from weftmail.flow.setup.alias_switches import SWITCHES
from weftmail.flow.setup.record_type import TypeChanges
from weftmail.store.saved_reply import NewReply

LEADS = "leads@acme.example"
AT_FIRST = {
    "when_closed": "type", "machines": "open", "spam": "hold", "reads": "message", "each": "email", "pattern": "",
    "forms": "", "confirms": "no", "confirm_with": "", "quotes": "yes",
}  # fmt: skip
ALL = {
    "when_closed": "new", "machines": "hold", "spam": "drop", "reads": "expense", "each": "pdf",
    "pattern": "Order {order}", "forms": "web@forms.example second@forms.example",
    "confirms": "yes", "confirm_with": "got", "quotes": "no",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _got(office: Office) -> None:
    """The company's saved reply that confirms receipt."""
    office.store.saved_replies.add(office.world.acme, NewReply("Got", "We have it.", word="got"), 1)


def stored(office: Office, address: str = LEADS) -> dict[str, str]:
    found = office.store.aliases.by_address(address)
    return {name: getattr(found, name) for name in SWITCHES}


def test_each_switch_is_set_kept_and_taken_back(office: Office) -> None:
    assert stored(office) == AT_FIRST
    for name, value in ALL.items():
        made = office.did(alias.change(office.setup, LEADS, switches={name: value}))
        assert stored(office) == {**AT_FIRST, name: value}
        office.did(alias.change(office.setup, LEADS, accepts="known"))
        assert stored(office)[name] == value
        office.did(alias.change(office.setup, LEADS, accepts="everyone"))
        office.did(undo.undo(office.setup, made.trace))
        assert stored(office) == AT_FIRST
    office.did(alias.add(office.setup, "all@acme.example", opens="expense", switches=ALL))
    assert stored(office, "all@acme.example") == ALL


def test_addresses_of_forms_are_kept_in_one_spelling(office: Office) -> None:
    office.did(
        alias.change(office.setup, LEADS, switches={"forms": "Web@Forms.Example, web@forms.example b@c.example"})
    )
    assert stored(office)["forms"] == "web@forms.example b@c.example"


@pytest.mark.parametrize(
    ("switches", "refusal"),
    [
        ({"when_closed": "burn"}, ("when_closed", "no_such_choice")),
        ({"confirm_with": "none"}, ("confirm_with", "no_such_reply_word")),
        ({"machines": "open "}, ("machines", "no_such_choice")),
        ({"pattern": "Order"}, ("pattern", "pattern_fields")), ({"pattern": "{a}{b}"}, ("pattern", "pattern_adjacent")),
        ({"pattern": "{a}\n"}, ("pattern", "text_break")), ({"forms": "web"}, ("forms", "address_malformed")),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(office: Office, switches: dict[str, str], refusal: tuple[str, str]) -> None:
    assert office.refused(alias.change(office.setup, LEADS, switches=switches)) == refusal
    assert stored(office) == AT_FIRST


@pytest.mark.parametrize(("name", "value"), [("reads", "expense"), ("each", "pdf"), ("pattern", "Order {order}")])
def test_a_pinned_alias_opens_nothing_and_reads_nothing(office: Office, name: str, value: str) -> None:
    label = office.did(record.add(office.setup, "lead", title="Chairs")).subject
    made = alias.add(office.setup, "pinned@acme.example", record=label, switches={name: value})
    assert office.refused(made) == (name, "switch_of_pinned")


def test_a_file_says_them_too_and_an_empty_cell_leaves_a_choice_as_it_is(office: Office) -> None:
    office.did(alias.change(office.setup, LEADS, switches=ALL))
    found = office.store.aliases.by_address(LEADS)
    assert found is not None
    text = "".join(alias_csv.written([found]))
    office.did(alias.change(office.setup, LEADS, switches=AT_FIRST))
    done = alias_csv.bring_in(office.setup, text.encode())
    assert isinstance(done, Imported) and (done.changed, stored(office)) == (1, ALL)
    names = ",".join(["address", *SWITCHES])
    done = alias_csv.bring_in(office.setup, f"{names}\n{LEADS}{',' * len(SWITCHES)}\n".encode())
    assert isinstance(done, Imported) and done.changed == 1
    assert stored(office) == {**ALL, "pattern": "", "forms": "", "confirm_with": ""}
    bad = alias_csv.bring_in(office.setup, f"address,each\n{LEADS},page\n".encode())
    assert isinstance(bad, Imported) and bad.bad[0].refusal.code == "no_such_choice"


def test_a_type_says_what_answers_to_its_closed_records_do(office: Office) -> None:
    made = office.did(record_type.change(office.setup, None, "lead", TypeChanges(when_closed="new")))
    assert (made.was["when_closed"], made.now["when_closed"]) == ("reopen", "new")
    office.did(record_type.change(office.setup, None, "lead", TypeChanges(prefix="ASK")))
    held = office.did(record_type.change(office.setup, None, "lead", TypeChanges(when_closed="hold")))
    office.did(undo.undo(office.setup, held.trace))
    types = {one.name: one.when_closed for one in office.store.companies.record_types(office.world.acme)}
    assert (types["lead"], types["order"]) == ("new", "reopen")
    refused = office.refused(record_type.change(office.setup, None, "lead", TypeChanges(when_closed="burn")))
    assert refused == ("when_closed", "no_such_choice")
