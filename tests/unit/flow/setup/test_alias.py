"""Aliases: what they open, who owns it, as whom answers go out; and every name that cannot be one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.flow.setup.conftest import Office
from weftmail.flow.setup import alias, company, domain
from weftmail.flow.setup.act import FieldChange
from weftmail.store.record import NewRecord


def test_an_alias_from_beginning_to_end(office: Office) -> None:
    made = office.did(
        alias.add(
            office.setup,
            "Sales@Acme.Example",
            opens="order",
            owner="bjorn@acme.example",
            accepts="known",
            answer_as="Acme Sales <support@acme.example>",
            defaults={"currency": "SEK", "tag": "a"},
        )
    )
    assert {name: made.now[name] for name in ("address", "opens", "owner", "accepts", "answer_as", "defaults")} == {
        "address": "sales@acme.example",
        "opens": "order",
        "owner": "Björn",
        "accepts": "known",
        "answer_as": "Acme Sales <support@acme.example>",
        "defaults": {"currency": "SEK", "tag": "a"},
    }
    assert "sales@acme.example" in office.map.recipients
    changed = office.did(
        alias.change(office.setup, "sales@acme.example", owner="", answer_as="", defaults={"currency": ""})
    )
    assert changed.changes == (
        FieldChange("owner", "Björn", ""),
        FieldChange("answer_as", "Acme Sales <support@acme.example>", "sales@acme.example"),
        FieldChange("currency", "SEK", "", own=True),
    )
    removed = office.did(alias.remove(office.setup, "sales@acme.example"))
    assert (removed.was["opens"], removed.now) == ("order", {})
    assert "sales@acme.example" not in office.map.recipients
    again = office.did(alias.add(office.setup, "sales@acme.example", opens="lead", answer_as="support@acme.example"))
    assert (again.now["accepts"], again.now["answer_as"]) == ("everyone", "support@acme.example")


def test_an_alias_may_add_to_one_record(office: Office) -> None:
    office.store.records.open(NewRecord(office.world.acme, "task", "Trade fair"), 1)
    made = office.did(alias.add(office.setup, "fair@acme.example", record="task-1"))
    assert (made.now["opens"], made.now["record"]) == (None, "TASK-1")
    changed = office.did(alias.change(office.setup, "fair@acme.example", accepts="known"))
    assert changed.changes == (FieldChange("accepts", "everyone", "known"),)
    changed = office.did(alias.change(office.setup, "fair@acme.example", opens="task"))
    assert changed.changes == (FieldChange("opens", "", "task"), FieldChange("record", "TASK-1", ""))


def test_whose_alias_it_is(office: Office) -> None:
    office.did(company.add(office.setup, "Beta"))
    office.did(domain.add(office.setup, "shared.example", shared=True))
    add = {"opens": "lead"}
    assert office.refused(alias.add(office.setup, "x@shared.example", **add)) == ("company", "company_wanted")
    made = office.did(alias.add(office.setup, "x@shared.example", company="Beta", **add))
    assert made.now["company"] == "Beta"
    said = office.refused(alias.add(office.setup, "x@acme.example", company="Beta", **add))
    assert said == ("company", "domain_of_another")
    office.did(alias.add(office.setup, "x@acme.example", company="Acme", **add))
    assert office.refused(alias.change(office.setup, "x@shared.example", owner="anna@acme.example")) == (
        "owner",
        "no_member",
    )


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("new", "address_malformed"),
        ("a b@acme.example", "address_blank"),
        ("-x@acme.example", "address_hyphen"),
        ('"x"@acme.example', "address_unusual"),
        ("x" * 65 + "@acme.example", "address_long"),
        ("x@no domain", "address_blank"),
        ("x@a..example", "address_domain"),
        ("new@other.example", "no_such_domain"),
        ("leads@acme.example", "alias_there"),
        ("anna@acme.example", "alias_of_user"),
        ("new+x@acme.example", "name_with_plus"),
        ("a%b@acme.example", "name_unroutable"),
        *(
            (f"{name}@acme.example", "name_reserved")
            for name in ("reply", "bounce", "record", "notifications", "Postmaster")
        ),
        ("abuse+x@acme.example", "name_reserved"),
    ],
)
def test_addresses_that_can_be_no_alias(office: Office, address: str, said: str) -> None:
    assert office.refused(alias.add(office.setup, address, opens="lead")) == ("address", said)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, ("opens", "alias_without_goal")),
        ({"opens": "leed"}, ("opens", "no_such_record_type")),
        ({"record": "LEAD-9"}, ("record", "no_such_record")),
        ({"opens": "lead", "owner": "karin@customer.example"}, ("owner", "no_such_user")),
        ({"opens": "lead", "accepts": "all"}, ("accepts", "no_such_choice")),
        ({"opens": "lead", "defaults": {"x": "a\nb"}}, ("defaults", "text_break")),
        ({"opens": "lead", "answer_as": "x@other.example"}, ("answer_as", "answer_as_foreign")),
        ({"opens": "lead", "answer_as": "no address"}, ("answer_as", "address_malformed")),
        ({"opens": "lead", "answer_as": "A\nBcc: b@x.example"}, ("answer_as", "text_break")),
        ({"opens": "lead", "answer_as": "anna@acme.example"}, ("answer_as", "answer_as_person")),
    ],
)
def test_settings_that_cannot_be(office: Office, values: dict[str, Any], said: tuple[str, str]) -> None:
    assert office.refused(alias.add(office.setup, "new@acme.example", **values)) == said
    assert office.store.aliases.by_address("new@acme.example") is None


def test_changes_that_cannot_be(office: Office) -> None:
    setup = office.setup
    assert office.refused(alias.change(setup, "leads@acme.example")) == ("", "nothing_to_change")
    assert office.refused(alias.change(setup, "leed@acme.example", owner="")) == ("address", "no_such_alias_but_near")
    office.did(domain.add(setup, "zzzzzzzzzzz.test"))
    assert office.refused(alias.change(setup, "x@zzzzzzzzzzz.test", owner="")) == ("address", "no_such_alias")
    assert office.refused(alias.remove(setup, "leads+x@acme.example")) == ("address", "no_such_alias_to_remove")


def test_an_owner_who_was_deactivated(office: Office) -> None:
    office.store.connection.execute("update users set active = false where id = ?", (office.world.bjorn,))
    said = office.refused(alias.change(office.setup, "leads@acme.example", owner="bjorn@acme.example"))
    assert said == ("owner", "user_inactive")


def test_in_a_domain_with_mailboxes_a_name_that_exists_is_no_alias(office: Office) -> None:
    office.did(domain.add(office.setup, "mx1.acme.example", shared=True, dedicated=False))
    office.mailboxes["root@mx1.acme.example"] = "a user of this machine"
    said = office.refused(alias.add(office.setup, "root@mx1.acme.example", opens="lead", company="Acme"))
    assert said == ("address", "name_has_mailbox")
    office.did(alias.add(office.setup, "sales@mx1.acme.example", opens="lead", company="Acme"))


def test_a_domain_that_is_being_removed_takes_no_alias(office: Office) -> None:
    office.did(domain.remove(office.setup, "acme.example"))
    assert office.refused(alias.add(office.setup, "new@acme.example", opens="lead")) == ("address", "domain_closed")
