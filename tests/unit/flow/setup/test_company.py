"""Companies, and the types of records that they keep."""

from __future__ import annotations

import pytest

from tests.unit.flow.setup.conftest import Office
from weftmail.flow.setup import company, record_type, undo
from weftmail.flow.setup.act import FieldChange


def test_a_company_begins_with_the_usual_types(office: Office) -> None:
    made = office.did(company.add(office.setup, " Beta "))
    assert (made.act, made.subject, made.was) == ("company.add", "Beta", {})
    assert made.now["name"] == "Beta" and made.now["record_types"] == {
        "lead": "LEAD", "order": "ORDER", "invoice": "INV", "expense": "EXP", "ticket": "TICKET", "task": "TASK",
    }  # fmt: skip
    assert str(made.now["created_at"]).endswith("Z")


def test_a_company_is_renamed_and_keeps_more_types(office: Office) -> None:
    made = office.did(
        company.change(office.setup, "Acme", new_name="Acme AB", record_types=(("contract", "CON"), ("case", "CASE")))
    )
    assert made.subject == "Acme AB"
    assert made.changes == (
        FieldChange("name", "Acme", "Acme AB"),
        FieldChange("case", "", "CASE"),
        FieldChange("contract", "", "CON"),
    )


def test_a_company_has_a_language(office: Office) -> None:
    assert office.did(company.add(office.setup, "Beta", language="sv")).now["language"] == "sv"
    changed = office.did(company.change(office.setup, "Beta", language="en"))
    assert changed.changes == (FieldChange("language", "sv", "en"),)
    assert office.refused(company.add(office.setup, "Gamma", language="xx")) == ("language", "no_such_choice")


def test_a_change_of_a_company_is_undone(office: Office) -> None:
    made = office.did(company.change(office.setup, "Acme", new_name="Acme AB", language="sv"))
    office.did(company.add(office.setup, "Acme"))
    assert office.refused(undo.undo(office.setup, made.trace)) == ("", "company_there")
    office.did(company.change(office.setup, "Acme", new_name="Beta"))
    back = office.did(undo.undo(office.setup, made.trace))
    assert (back.subject, back.now["language"]) == ("Acme", "en")
    assert office.refused(undo.undo(office.setup, made.trace)) == ("", "undone_already")
    other = office.did(company.change(office.setup, "Acme", language="sv"))
    assert office.did(undo.undo(office.setup, other.trace)).now["language"] == "en"


def test_its_own_name_is_no_change(office: Office) -> None:
    made = office.did(company.change(office.setup, "Acme", new_name="Acme"))
    assert made.changes == ()
    assert office.store.audit.all() == []


def test_one_type_more(office: Office) -> None:
    made = office.did(record_type.add(office.setup, None, "contract", "CON"))
    assert (made.subject, made.now) == (
        "contract",
        {
            "company": "Acme", "name": "contract", "prefix": "CON", "when_closed": "reopen", "fields": {},
            "columns": [], "teams_only": False, "teams": [],
            "states": {"open": "open", "waiting": "waiting", "closed": "closed"},
        },
    )  # fmt: skip
    assert record_type.prefixes(office.store, office.world.acme)["contract"] == "CON"


@pytest.mark.parametrize(
    ("name", "prefix", "said"),
    [
        ("Contract", "CON", ("record_type", "record_type_malformed")),
        ("contract", "con", ("prefix", "prefix_malformed")),
        ("lead", "LX", ("record_type", "record_type_there")),
        ("leed", "LEAD", ("prefix", "prefix_there")),
    ],
)
def test_types_that_cannot_be(office: Office, name: str, prefix: str, said: tuple[str, str]) -> None:
    assert office.refused(record_type.add(office.setup, "Acme", name, prefix)) == said


def test_companies_that_cannot_be(office: Office) -> None:
    setup = office.setup
    assert office.refused(company.add(setup, "Acme")) == ("name", "company_there")
    assert office.refused(company.add(setup, "")) == ("name", "text_empty")
    assert office.refused(company.add(setup, "A\nB")) == ("name", "text_break")
    assert office.refused(company.add(setup, "A" * 201)) == ("name", "text_long")
    assert office.refused(company.change(setup, "Akme", new_name="A")) == ("company", "no_such_company")
    assert office.refused(company.change(setup, "Acme")) == ("", "nothing_to_change")
    office.did(company.add(setup, "Beta"))
    assert office.refused(company.change(setup, "Beta", new_name="Acme")) == ("new_name", "company_there")
    assert office.refused(record_type.add(setup, None, "contract", "CON")) == ("company", "company_wanted")


def test_a_refusal_undoes_all_that_the_act_had_done(office: Office) -> None:
    types = (("contract", "CON"), ("lead", "LX"))
    assert office.refused(company.change(office.setup, "Acme", record_types=types)) == (
        "record_type",
        "record_type_there",
    )
    assert "contract" not in record_type.prefixes(office.store, office.world.acme)
    assert office.store.audit.all() == []


def test_without_any_company(office: Office) -> None:
    connection = office.store.connection
    for table in ("record_prefix", "record_state", "record_type", "alias", "domain", "membership", "company"):
        connection.execute(f"delete from {table}")
    assert office.refused(record_type.add(office.setup, None, "contract", "CON")) == ("company", "no_company")


@pytest.mark.parametrize("name", ["acme", "ACME", " Acme "])
def test_a_name_is_taken_however_it_is_written(office: Office, name: str) -> None:
    """People take *acme* and *Acme* for one; the company itself may write its name anew."""
    assert office.refused(company.add(office.setup, name)) == ("name", "company_there")
    office.did(company.add(office.setup, "Beta"))
    assert office.refused(company.change(office.setup, "Beta", new_name=name)) == ("new_name", "company_there")
    if name.strip() != "Acme":
        done = office.did(company.change(office.setup, "Acme", new_name=name))
        assert office.did(undo.undo(office.setup, done.trace)).subject == "Acme"
