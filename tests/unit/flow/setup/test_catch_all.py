"""The alias that takes all the rest of a domain: after every other, in dedicated domains alone, and answered for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.flow.setup.conftest import Office
from weftmail.flow.facts import is_ours
from weftmail.flow.identity import identity_of
from weftmail.flow.setup import alias, domain, user
from weftmail.flow.setup.undo import undo

REST = "*@rest.example"


@pytest.fixture
def rest(office: Office) -> Office:
    """A dedicated domain of Acme whose mail all goes to one alias, with two others in it."""
    office.did(domain.add(office.setup, "rest.example", company="Acme"))
    office.did(alias.add(office.setup, "sales@rest.example", opens="order"))
    office.did(alias.add(office.setup, REST, opens="task"))
    return office


def opened(office: Office, address: str) -> str:
    """Return the label of what a mail to this address opens, or the state in which it stays."""
    world = office.world
    office.clock = getattr(office, "clock", 0) + 1  # type: ignore[attr-defined]
    row = world.deliver(world.mail(subject=f"To {address} {office.clock}"), address)  # type: ignore[attr-defined]
    return (row.record or row.state).partition("-")[0]


def test_it_takes_what_no_other_takes(rest: Office) -> None:
    assert REST in rest.map.recipients
    assert opened(rest, "sales@rest.example") == opened(rest, "sales+x@rest.example") == "ORDER"
    assert opened(rest, "anybody@rest.example") == opened(rest, "any+x@rest.example") == "TASK"
    for own in ("postmaster", "reply+abcdefgh", "bounce"):
        assert opened(rest, f"{own}@rest.example") == "unmatched"
    rest.did(alias.switch_off(rest.setup, "sales@rest.example"))
    assert opened(rest, "sales@rest.example") == "unmatched"
    rest.did(alias.remove(rest.setup, "sales@rest.example"))
    assert opened(rest, "sales@rest.example") == "TASK"
    rest.did(alias.switch_off(rest.setup, REST))
    assert opened(rest, "anybody@rest.example") == "unmatched"


def test_the_map_refuses_what_is_off_and_nothing_of_a_closed_domain(rest: Office) -> None:
    rest.did(alias.switch_off(rest.setup, "sales@rest.example"))
    rows = {row.local: row for row in rest.store.domains.map_rows(0)[0] if row.domain == "rest.example"}
    assert (rows["sales"].active, rows["sales"].refused) == (False, True)
    assert (rows["*"].active, rows["*"].refused) == (True, False)
    rest.did(domain.remove(rest.setup, "rest.example"))
    rows = {row.local: row for row in rest.store.domains.map_rows(0)[0] if row.domain == "rest.example"}
    assert not [row for row in (rows["sales"], rows["*"]) if row.active or row.refused]


def test_all_of_the_domain_is_ours_while_it_takes_mail(rest: Office) -> None:
    assert is_ours(rest.store, "anybody@rest.example")
    assert rest.refused(user.change(rest.setup, "anna@acme.example", add_addresses=["a@rest.example"])) == (
        "add_addresses",
        "user_address_ours",
    )
    rest.did(alias.switch_off(rest.setup, REST))
    assert not is_ours(rest.store, "anybody@rest.example") and is_ours(rest.store, "sales@rest.example")


def test_answers_go_out_as_the_notifications_address(rest: Office) -> None:
    assert opened(rest, "anybody@rest.example") == "TASK"
    (record,) = rest.store.records.by_label("TASK-1", rest.world.acme)
    assert identity_of(rest.store, record).sender.address == "notifications@rest.example"
    changed = rest.did(alias.change(rest.setup, REST, answer_as="Sales <sales@rest.example>"))
    assert identity_of(rest.store, record).sender.address == "sales@rest.example"
    assert rest.did(undo(rest.setup, changed.trace)).now["answer_as"] == "notifications@rest.example"
    found = rest.store.aliases.named(REST)
    assert found is not None and found.answer_as == ""


def test_where_it_cannot_be(office: Office) -> None:
    setup = office.setup
    office.did(domain.add(setup, "mx1.acme.example", company="Acme", dedicated=False))
    assert office.refused(alias.add(setup, "*@mx1.acme.example", opens="lead")) == (
        "address",
        "catch_all_beside_mailboxes",
    )
    assert office.refused(alias.add(setup, "*@acme.example", opens="lead")) == ("address", "catch_all_of_users")
    assert office.refused(alias.add(setup, "a*@acme.example", opens="lead")) == ("address", "name_unroutable")
    office.did(domain.add(setup, "rest.example", company="Acme"))
    office.did(alias.add(setup, REST, opens="task"))
    office.did(alias.add(setup, "x@rest.example", opens="task"))
    assert alias.near(office.store, "x@rest.example") == ()
    assert office.refused(alias.change(setup, "nobody@rest.example", accepts="known"))[1].startswith("no_such_alias")
    refused = office.refused(domain.change(setup, "rest.example", dedicated=False))
    assert refused == ("dedicated", "catch_all_in_the_way")
    assert replace(setup, map_file=None).store is setup.store
