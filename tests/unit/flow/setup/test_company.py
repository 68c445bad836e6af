"""Companies, and the types of records that they keep."""

from __future__ import annotations

import pytest

from tests.unit.flow.setup.conftest import Office
from weftmail.flow.setup import alias, company, contact, domain, record_type, retention, saved_reply, team, undo, user
from weftmail.flow.setup.act import Done, FieldChange, Fields
from weftmail.flow.setup.record_type import TypeChanges
from weftmail.flow.setup.saved_reply import ReplyValues


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
        FieldChange("case", "", "CASE", own=True),
        FieldChange("contract", "", "CON", own=True),
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


# --- what was made by mistake --------------------------------------------------------------------------------------


def beta(office: Office) -> Done:
    return office.did(company.add(office.setup, "Beta", language="sv"))


def names(office: Office) -> list[str]:
    return [one.name for one in office.store.companies.all()]


def test_a_company_made_by_mistake_goes_and_comes_back_as_it_was(office: Office) -> None:
    made = beta(office)
    office.did(team.add(office.setup, "Sales", company="Beta"))
    office.did(record_type.change(office.setup, "Beta", "lead", TypeChanges(states={"quoted": "waiting"})))
    was = company.fields(office.store, office.store.companies.all()[1])
    gone = office.did(company.remove(office.setup, "Beta"))
    assert names(office) == ["Acme"] and office.refused(company.change(office.setup, "Beta", new_name="B"))
    assert [one.name for one in office.store.members.companies()] == ["Acme"]
    assert [one.company for one in office.store.users.memberships(office.world.anna)] == ["Acme"]
    # Whoever made it sees in its undo that it is gone, and its name is free.
    assert office.refused(undo.undo(office.setup, made.trace)) == ("", "undone_already")
    other = office.did(company.add(office.setup, "beta"))
    assert office.refused(undo.undo(office.setup, gone.trace)) == ("", "company_there")
    office.did(undo.undo(office.setup, other.trace))
    back = office.did(undo.undo(office.setup, gone.trace))
    assert back.now == was and names(office) == ["Acme", "Beta"]
    assert [one.name for one in office.store.teams.all(int(str(made.now["id"])))] == ["Sales"]
    assert office.refused(undo.undo(office.setup, gone.trace)) == ("", "undone_already")


def test_a_company_is_taken_back_whatever_it_is_called_now(office: Office) -> None:
    made = beta(office)
    office.did(company.change(office.setup, "Beta", new_name="Gamma"))
    assert office.did(undo.undo(office.setup, made.trace)).subject == "Gamma"
    assert names(office) == ["Acme"]


HELD: dict[str, tuple[Fields, str]] = {
    "people": ({"people": 1}, "user"),
    "domains": ({"domains": 1}, "domain"),
    "aliases": ({"aliases": "1"}, "alias"),
    "contacts": ({"contacts": "1"}, "contact"),
}


@pytest.mark.parametrize("what", HELD)
def test_what_hangs_on_a_company_keeps_it(office: Office, what: str) -> None:
    made, setup = beta(office), office.setup
    if what == "people":
        office.did(user.add(setup, "anna@acme.example", company="Beta"))
    elif what == "domains":
        office.did(domain.add(setup, "beta.example", company="Beta"))
    elif what == "aliases":
        office.did(domain.change(setup, "acme.example", shared=True))
        office.did(alias.add(setup, "beta@acme.example", opens="lead", company="Beta"))
    else:
        office.did(contact.add(setup, "erik@other.example", name="Erik", company="Beta"))
    refusal = company.remove(setup, "Beta")
    assert office.refused(refusal) == ("company", "company_has")
    assert {name: count for name, count in refusal.values.items() if count not in (0, "0")} == {
        "name": "Beta",
        **HELD[what][0],
    }  # type: ignore[union-attr]
    assert office.refused(undo.undo(setup, made.trace)) == ("company", "company_has")
    if what == "people":
        office.store.users.leave(int(str(made.now["id"])), office.world.anna)
    elif what == "domains":
        office.did(domain.change(setup, "beta.example", company="Acme"))
    elif what == "aliases":
        office.did(alias.remove(setup, "beta@acme.example"))
    else:
        return
    office.did(company.remove(setup, "Beta"))


def test_a_company_that_was_used_or_is_the_only_one_stays(office: Office) -> None:
    assert office.refused(company.remove(office.setup, "Acme")) == ("company", "company_last")
    beta(office)
    office.world.deliver(office.world.mail(), "leads@acme.example")
    assert office.refused(company.remove(office.setup, "Acme")) == ("company", "company_used")


def test_a_domain_of_a_removed_company_stays_away_and_can_be_added_anew(office: Office) -> None:
    made, setup = beta(office), office.setup
    office.did(domain.add(setup, "beta.example", company="Beta"))
    office.store.connection.execute("update domain set state = 'removed' where name = 'beta.example'")
    office.did(company.remove(setup, "Beta"))
    assert office.refused(domain.restore(setup, "beta.example")) == ("name", "domain_without_company")
    assert office.did(domain.add(setup, "beta.example", company="Acme")).now["company"] == "Acme"
    assert made.company_id is None


CONTRACT = TypeChanges(
    states={"quoted": "waiting"}, fields={"size": "choice: small, large", "due": "date"}, columns=["due"],
    when_closed="hold", teams_only=True, add_teams=["Sales", "Service"],
)  # fmt: skip


def test_a_type_made_by_mistake_goes_and_comes_back_as_it_was(office: Office) -> None:
    setup = office.setup
    for name in ("Sales", "Service"):
        office.did(team.add(setup, name))
    made = office.did(record_type.add(setup, None, "contract", "CON"))
    now = office.did(record_type.change(setup, None, "contract", CONTRACT)).now
    office.did(retention.change(setup, "contract", 30))
    gone = office.did(record_type.remove(setup, None, "contract"))
    assert "contract" not in record_type.prefixes(office.store, office.world.acme)
    # Its prefix was in no email, so another type may have it.
    other = office.did(record_type.add(setup, None, "consent", "CON"))
    assert office.refused(undo.undo(setup, gone.trace)) == ("prefix", "prefix_there")
    office.did(undo.undo(setup, other.trace))
    office.did(team.remove(setup, "Service"))
    back = office.did(undo.undo(setup, gone.trace))
    assert back.now == {**now, "teams": ["Sales"]}
    assert [(one.record_type, one.days) for one in office.store.retentions.of_company(1)] == [("contract", 30)]
    assert office.refused(undo.undo(setup, gone.trace))[1] == "record_type_there"
    office.did(undo.undo(setup, made.trace))


def test_what_hangs_on_a_type_keeps_it(office: Office) -> None:
    setup = office.setup
    refused = record_type.remove(setup, None, "lead")
    assert office.refused(refused) == ("record_type", "record_type_has")
    assert refused.values == {"name": "lead", "aliases": 1, "replies": 0}  # type: ignore[union-attr]
    reply = office.did(saved_reply.add(setup, ReplyValues("Thanks", "Thank you", type="order")))
    assert office.refused(record_type.remove(setup, None, "order")) == ("record_type", "record_type_has")
    office.did(undo.undo(setup, reply.trace))
    office.did(record_type.remove(setup, None, "order"))
    office.world.deliver(office.world.mail(), "leads@acme.example")
    office.did(alias.remove(setup, "leads@acme.example"))
    assert office.refused(record_type.remove(setup, None, "lead")) == ("record_type", "record_type_used")
    for one in office.store.aliases.all():
        office.did(alias.remove(setup, one.address))
    for name in ("invoice", "expense", "ticket", "task"):
        office.did(record_type.remove(setup, None, name))
    assert office.refused(record_type.remove(setup, None, "lead")) == ("record_type", "record_type_last")
    assert office.refused(record_type.remove(setup, None, "leed")) == ("record_type", "no_such_record_type")


def test_an_alias_does_not_come_back_for_a_type_that_is_gone(office: Office) -> None:
    setup = office.setup
    office.did(alias.add(setup, "orders@acme.example", opens="order"))
    gone = office.did(alias.remove(setup, "orders@acme.example"))
    office.did(alias.add(setup, "tasks@acme.example", opens="task"))
    closed = office.did(domain.remove(setup, "acme.example"))
    for name in ("order", "task"):
        office.did(record_type.remove(setup, None, name))
    back = office.did(undo.undo(setup, closed.trace))
    assert isinstance(back, domain.Restored)
    assert [(name, why.code) for name, why in back.left_out] == [("tasks@acme.example", "no_such_record_type")]
    assert office.refused(undo.undo(setup, gone.trace))[1] == "no_such_record_type"


def test_undo_of_a_change_takes_the_types_back_that_it_added(office: Office) -> None:
    setup = office.setup
    made = office.did(company.change(setup, "Acme", record_types=[("contract", "CON")]))
    office.did(alias.add(setup, "sign@acme.example", opens="contract"))
    assert office.refused(undo.undo(setup, made.trace)) == ("record_type", "record_type_has")
    office.did(alias.remove(setup, "sign@acme.example"))
    assert "contract" not in office.did(undo.undo(setup, made.trace)).now["record_types"]  # type: ignore[operator]
