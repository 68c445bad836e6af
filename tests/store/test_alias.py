"""Aliases: unique over all, found with or without a plus part, brought back under the old row."""

from __future__ import annotations

import pytest

from tests.store.conftest import Office
from weftmail.store.errors import Conflict


def test_an_alias_as_it_was_set(office: Office) -> None:
    alias_id = office.alias(
        owner_id=office.anna, accepts="known", answer_as="sales@acme.example", defaults='{"a": "b"}'
    )
    alias = office.store.aliases.get(office.acme, alias_id)
    assert alias is not None
    assert (alias.address, alias.company, alias.owner, alias.record_type, alias.record) == (
        "leads@acme.example",
        "Acme",
        "Anna",
        "lead",
        None,
    )
    assert (alias.accepts, alias.answer_as, alias.default_fields, alias.active) == (
        "known",
        "sales@acme.example",
        {"a": "b"},
        True,
    )
    assert office.store.aliases.get(office.acme, 99) is None


def test_the_plus_part_is_ignored_unless_an_alias_has_it(office: Office) -> None:
    leads = office.alias("leads")
    by_address = office.store.aliases.by_address
    for address in ("leads@acme.example", "leads+x@acme.example", "leads+x+y@acme.example"):
        found = by_address(address)
        assert found is not None and found.id == leads
    exact = office.alias("leads+fair")
    found = by_address("leads+fair@acme.example")
    assert found is not None and found.id == exact
    for address in ("lead@acme.example", "leads@other.example", "+leads@acme.example", "l%s@acme.example"):
        assert by_address(address) is None


def test_an_address_belongs_to_one_alias_of_one_company(office: Office) -> None:
    office.alias("leads")
    beta = office.store.companies.add("Beta", 2)
    with pytest.raises(Conflict):
        office.store.aliases.add(beta, office.domain, "leads", office.settings(), 2)


def test_an_alias_opens_or_is_pinned_never_both_nor_neither(office: Office) -> None:
    record = office.record()
    for changes in ({"record_id": record.id}, {"record_type": None}):
        with pytest.raises(Conflict):
            office.alias("leads", **changes)
    pinned = office.store.aliases.get(office.acme, office.alias("fair", record_type=None, record_id=record.id))
    assert pinned is not None and pinned.record == "LEAD-1"
    with pytest.raises(Conflict):
        office.alias("other", accepts="anybody")


def test_a_removed_alias_stays_known_and_starts_anew_under_its_row(office: Office) -> None:
    first = office.alias("leads", owner_id=office.anna, accepts="known")
    office.store.aliases.set_state(first, "removed", 2)
    removed = office.store.aliases.by_address("leads@acme.example")
    assert removed is not None and not removed.active
    assert office.store.aliases.all() == []
    beta = office.store.companies.add("Beta", 2)
    assert office.store.aliases.add(beta, office.domain, "leads", office.settings(record_type="task"), 3) == first
    again = office.store.aliases.get(beta, first)
    assert again is not None
    assert (again.company, again.record_type, again.owner_id, again.accepts, again.active, again.changed_at) == (
        "Beta",
        "task",
        None,
        "everyone",
        True,
        3,
    )


def test_aliases_are_listed_by_company(office: Office) -> None:
    office.alias("b")
    office.alias("a")
    beta = office.store.companies.add("Beta", 2)
    office.store.aliases.add(beta, office.domain, "c", office.settings(), 2)
    assert [one.local_part for one in office.store.aliases.all()] == ["a", "b", "c"]
    assert [one.local_part for one in office.store.aliases.all(office.acme)] == ["a", "b"]


def test_one_that_is_off_stays_in_the_lists_and_comes_back_off_with_its_domain(office: Office) -> None:
    aliases = office.store.aliases
    off, removed, on = (office.alias(name) for name in ("off", "removed", "on"))
    aliases.set_state(off, "off", 2)
    aliases.set_state(removed, "removed", 2)
    assert [(one.local_part, one.state, one.active) for one in aliases.all()] == [
        ("off", "off", False),
        ("on", "on", True),
    ]
    aliases.end_with_domain(office.domain, 3)
    assert aliases.all() == []
    assert [one.id for one in aliases.ended_with_domain(office.domain)] == [off, on]
    aliases.restore([off, on, removed], 4)
    assert [(one.local_part, one.state) for one in aliases.all()] == [("off", "off"), ("on", "on")]
    assert aliases.ended_with_domain(office.domain) == []
