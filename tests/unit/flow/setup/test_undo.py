"""Undo: an act is taken back by its row in the audit log, and that can be taken back as well."""

from __future__ import annotations

from functools import partial

import pytest

from tests.unit.flow.setup.conftest import Office
from weftmail.core.members import members
from weftmail.core.role import Role
from weftmail.core.wording.acts import ACTS, FINAL
from weftmail.core.wording.sentences import say
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import alias, company, domain, exemption, team, undo
from weftmail.flow.setup.act import Done, FieldChange, Setup, act, together
from weftmail.store.audit import AuditEntry, AuditRow


def exempt(office: Office) -> list[str]:
    return [one.address for one in office.store.exemptions.all(office.world.acme)]


def test_an_act_is_taken_back_and_that_as_well(office: Office) -> None:
    made = office.did(exemption.add(office.setup, "shop@customer.example"))
    back = office.did(undo.undo(office.setup, made.trace))
    assert (back.act, exempt(office)) == ("exemption.remove", [])
    again = office.did(undo.undo(office.setup, back.trace))
    assert (again.act, exempt(office)) == ("exemption.add", ["shop@customer.example"])


def test_what_was_taken_back_already_is_refused(office: Office) -> None:
    made = office.did(exemption.add(office.setup, "shop@customer.example"))
    office.did(undo.undo(office.setup, made.trace))
    assert office.refused(undo.undo(office.setup, made.trace)) == ("", "undone_already")
    changed = office.did(alias.change(office.setup, "leads@acme.example", accepts="known"))
    office.did(undo.undo(office.setup, changed.trace))
    assert office.refused(undo.undo(office.setup, changed.trace)) == ("", "undone_already")
    removed = office.did(alias.remove(office.setup, "leads@acme.example"))
    office.did(undo.undo(office.setup, removed.trace))
    refused = undo.undo(office.setup, removed.trace)
    assert office.refused(refused) == ("", "undone_already")
    # Whoever changed it otherwise since is told of that.
    once = office.did(alias.change(office.setup, "leads@acme.example", accepts="known"))
    office.did(alias.change(office.setup, "leads@acme.example", accepts="internal"))
    assert office.refused(undo.undo(office.setup, once.trace)) == ("", "changed_since")


def test_an_act_that_is_not_there_or_has_no_way_back_is_refused(office: Office) -> None:
    made = office.did(domain.add(office.setup, "beta.example"))
    assert office.refused(undo.undo(office.setup, made.trace + 1)) == ("", "no_such_act")
    assert office.refused(undo.undo(office.setup, made.trace)) == ("", "not_undoable_but")
    found = undo.trace(office.store, made.trace)
    assert found is not None and not found.undoable_by(Role.OWNER)
    assert say(found.says) == "Domain beta.example added"
    assert undo.trace(office.store, made.trace + 1) is None


def row(company_id: int | None, became: str = "{}") -> AuditRow:
    return AuditRow(1, company_id, None, None, "Anna", "exemption.add", "shop@customer.example", "{}", became, 1)


@pytest.mark.parametrize(
    ("company_id", "role", "may"),
    [(1, Role.ADMIN, True), (1, Role.AGENT, False), (None, Role.ADMIN, False), (None, Role.OWNER, True)],
)
def test_what_belongs_to_no_single_company_is_undone_by_an_owner(
    company_id: int | None, role: Role, *, may: bool
) -> None:
    assert undo.Trace(row(company_id)).undoable_by(role) is may


def test_a_later_change_stands_in_the_way() -> None:
    left = row(1, '{"owner": "Anna", "changed_at": "then"}')
    undo.check_unchanged(left, {"owner": "Anna", "changed_at": "later", "state": "open"})
    with pytest.raises(RefusedAct) as refused:
        undo.check_unchanged(left, {"owner": "Björn"})
    assert refused.value.refusal.code == "changed_since"


def test_a_trace_says_what_changed(office: Office) -> None:
    made = office.did(alias.add(office.setup, "sales@acme.example", opens="lead"))
    found = undo.trace(office.store, made.trace)
    assert found is not None and found.changes == ()
    changed = office.did(alias.change(office.setup, "sales@acme.example", accepts="known"))
    after = undo.trace(office.store, changed.trace)
    assert after is not None and after.changes == (FieldChange("accepts", "everyone", "known"),)


def test_every_act_can_be_undone_or_says_why_not() -> None:
    reversible = {act for offered in members("weftmail.flow.setup", "reverses").values() for act in offered}
    named = {code.removeprefix("act.") for code in ACTS}
    final = {code.removeprefix("final.") for code in FINAL}
    assert named - reversible - final == set(), "an act without a way back needs its reason in FINAL"
    assert final & reversible == set() and final <= named and reversible <= named


def test_a_trace_says_why_it_is_final(office: Office) -> None:
    made = office.did(domain.add(office.setup, "beta.example"))
    found = undo.trace(office.store, made.trace)
    assert found is not None and found.final is not None
    assert say(found.final) == "Close the domain on its page instead"
    exempted = undo.trace(
        office.store, office.did(exemption.add(office.setup, "shop@customer.example", company="Acme")).trace
    )
    assert exempted is not None and exempted.final is None


def test_an_act_that_this_version_does_not_know_cannot_be_undone(office: Office) -> None:
    number = office.store.audit.add(AuditEntry(None, None, "x", "later.act", "s"), {}, {"a": 1}, 1)
    assert office.refused(undo.undo(office.setup, number)) == ("", "not_undoable")


def test_a_domain_that_was_taken_into_use_again_is_closed_again(office: Office) -> None:
    closed = office.did(domain.remove(office.setup, "acme.example"))
    back = office.did(undo.undo(office.setup, closed.trace))
    assert office.did(undo.undo(office.setup, back.trace)).act == "domain.remove"
    found = office.store.domains.by_name("acme.example")
    assert found is not None and found.state == "closed"


def test_what_is_changed_without_a_row_is_noticed(office: Office) -> None:
    """A control of the rule that each test of an act keeps: what an act changed has a row in the audit log."""

    @act
    def silently(setup: Setup) -> Done:
        setup.store.teams.add(office.world.acme, "Nobody's", 1)
        return Done("team.add", office.world.acme, "Nobody's")

    office.did(silently(office.setup))
    assert office.audited.silent == (("team",),)
    office.audited.silent = ()
    office.did(company.add(office.setup, "Beta"))
    office.did(undo.undo(office.setup, office.did(domain.remove(office.setup, "acme.example")).trace))
    assert office.audited.silent == ()


@pytest.mark.parametrize("refused", [None, 0, 1, 2])
def test_several_acts_are_carried_out_together_or_not_at_all(office: Office, refused: int | None) -> None:
    names = ["Sales", "Support", "Night"]
    if refused is not None:
        names[refused] = ""
    done = together(office.setup, [partial(team.add, office.setup, name) for name in names])
    there = [one.name for one in office.store.teams.all(office.world.acme)]
    if refused is None:
        assert isinstance(done, list) and [one.subject for one in done] == names and sorted(there) == sorted(names)
    else:
        assert isinstance(done, Refusal) and done.field == "name" and there == []
