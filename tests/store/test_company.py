"""Companies, their record types, and the settings of the whole store."""

from __future__ import annotations

import pytest

from tests.store.conftest import Office
from weftmail.store.company import RECORD_TYPES
from weftmail.store.errors import Conflict


def test_a_company_begins_with_the_usual_types(office: Office) -> None:
    found = office.store.companies.get(office.acme)
    assert found is not None and (found.name, found.created_at) == ("Acme", 1)
    assert {(one.name, one.prefix) for one in office.store.companies.record_types(office.acme)} == set(RECORD_TYPES)


def test_names_are_unique_and_can_change(office: Office) -> None:
    with pytest.raises(Conflict):
        office.store.companies.add("Acme", 2)
    office.store.companies.rename(office.acme, "Acme AB")
    assert office.store.companies.by_name("Acme") is None
    assert office.store.companies.by_name("acme ab") is None
    assert office.store.companies.by_name("Acme AB") == office.store.companies.get(office.acme)
    assert office.store.companies.get(99) is None


def test_a_company_has_a_language(office: Office) -> None:
    beta = office.store.companies.add("Beta", 2)
    office.store.companies.set_language(beta, "sv")
    assert [one.language for one in office.store.companies.all() if one.id in (office.acme, beta)] == ["en", "sv"]


def test_a_type_of_its_own(office: Office) -> None:
    beta = office.store.companies.add("Beta", 2)
    office.store.companies.add_record_type(beta, "contract", "CON")
    office.store.companies.add_record_type(beta, "contract", "CON")
    assert ("contract", "CON") in {(one.name, one.prefix) for one in office.store.companies.record_types(beta)}
    assert "contract" not in {one.name for one in office.store.companies.record_types(office.acme)}
    with pytest.raises(Conflict):
        office.store.companies.add_record_type(beta, "conclusion", "CON")


def test_settings_of_the_whole_store(office: Office) -> None:
    assert office.store.settings.get("instance") is None
    office.store.settings.put("instance", "a")
    office.store.settings.put("instance", "b")
    assert office.store.settings.get("instance") == "b"
    office.store.settings.remove("instance")
    assert office.store.settings.get("instance") is None
