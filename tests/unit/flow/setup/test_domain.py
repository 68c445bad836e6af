"""Mail domains: the mail server's map follows each edit before the act answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.flow.setup.conftest import Office
from weftmail.core.failure import TempFail
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import alias, company, domain, undo
from weftmail.flow.setup.act import FieldChange
from weftmail.flow.setup.domain import CLOSED_FOR, Closed, Restored


def test_a_domain_counts_for_the_mail_server_before_success_is_said(office: Office) -> None:
    made = office.did(domain.add(office.setup, "Sales.Acme.Example.", company="Acme"))
    assert (made.subject, made.now["company"], made.now["dedicated"]) == ("sales.acme.example", "Acme", True)
    assert {"reply@sales.acme.example", "postmaster@sales.acme.example"} <= office.map.recipients
    changed = office.did(domain.change(office.setup, "sales.acme.example", dedicated=False, shared=True))
    assert changed.changes == (FieldChange("company", "Acme", ""), FieldChange("dedicated", "yes", "no"))
    assert "postmaster@sales.acme.example" not in office.map.recipients
    back = office.did(domain.change(office.setup, "sales.acme.example", company="Acme"))
    assert back.now["company"] == "Acme" and back.now["dedicated"] is False


def test_a_shared_domain_belongs_to_no_company(office: Office) -> None:
    made = office.did(domain.add(office.setup, "shared.example", shared=True, dedicated=False))
    assert (made.company_id, made.now["company"], made.now["dedicated"]) == (None, None, False)


def test_a_caller_may_bring_the_map_up_to_date_itself(office: Office) -> None:
    made = domain.add(replace(office.setup, map_file=None), "sales.acme.example")
    assert office.did(made).now["state"] == "open"
    assert office.map.recipients == set()


def test_an_edit_that_the_map_cannot_follow_is_no_success(office: Office) -> None:
    office.map.broken = True
    with pytest.raises(TempFail, match="it is in the store, but the mail server does not know it yet: the disk is"):
        domain.add(office.setup, "sales.acme.example")
    office.map.broken = False
    office.did(domain.add(office.setup, "more.acme.example"))
    assert {"reply@sales.acme.example", "reply@more.acme.example"} <= office.map.recipients


def test_a_removed_domain_is_closed_first_and_gone_after_thirty_days(office: Office) -> None:
    closed = office.did(domain.remove(office.setup, "acme.example"))
    assert isinstance(closed, Closed)
    assert (closed.removed, closed.ended, closed.waiting) == (
        False,
        ("leads@acme.example", "support@acme.example"),
        0,
    )
    assert (closed.now["state"], closed.until > CLOSED_FOR) == ("closed", True)
    assert "leads@acme.example" not in office.map.recipients and "reply@acme.example" in office.map.recipients
    assert office.refused(domain.add(office.setup, "acme.example")) == ("name", "domain_closed")
    again = office.did(domain.remove(office.setup, "acme.example"))
    assert isinstance(again, Closed)
    assert (again.removed, again.until) == (False, closed.until)
    office.world.clock.now += CLOSED_FOR
    gone = office.did(domain.remove(office.setup, "acme.example"))
    assert isinstance(gone, Closed)
    assert gone.removed and gone.now["state"] == "removed"
    assert "reply@acme.example" not in office.map.recipients
    assert office.refused(domain.remove(office.setup, "acme.example")) == ("name", "no_such_domain_to_remove")
    office.did(domain.add(office.setup, "acme.example"))
    assert "reply@acme.example" in office.map.recipients


def test_a_plan_says_what_would_end_and_changes_nothing(office: Office) -> None:
    before = list(office.store.connection.execute("select * from domain"))
    plan = domain.removal(office.setup, "acme.example")
    assert (plan.ended, plan.now["state"]) == (("leads@acme.example", "support@acme.example"), "closed")
    assert list(office.store.connection.execute("select * from domain")) == before
    done = office.did(domain.remove(office.setup, "acme.example"))
    assert isinstance(done, Closed)
    assert (done.was, done.ended, done.waiting) == (plan.was, plan.ended, plan.waiting)
    with pytest.raises(RefusedAct, match="no_such_domain_to_remove"):
        domain.removal(office.setup, "nowhere.example")


def restored(office: Office, name: str = "acme.example") -> Restored:
    back = office.did(domain.restore(office.setup, name))
    assert isinstance(back, Restored)
    return back


def test_a_closed_domain_comes_back_with_the_aliases_that_ended_with_it(office: Office) -> None:
    office.did(alias.add(office.setup, "old@acme.example", opens="lead"))
    office.did(alias.remove(office.setup, "old@acme.example"))
    before = office.map.recipients.copy()
    office.did(domain.remove(office.setup, "acme.example"))
    office.did(domain.remove(office.setup, "acme.example"))
    back = restored(office)
    assert (back.was["state"], back.now["state"], back.now["closed_at"]) == ("closed", "open", None)
    assert (back.back, back.left_out) == (("leads@acme.example", "support@acme.example"), ())
    assert office.map.recipients >= {"leads@acme.example", "support@acme.example"}
    assert "old@acme.example" not in office.map.recipients | before
    assert office.refused(domain.restore(office.setup, "acme.example")) == ("name", "domain_open")
    assert office.refused(domain.restore(office.setup, "nowhere.example")) == ("name", "no_such_domain_to_remove")


def test_a_removed_domain_comes_back_too(office: Office) -> None:
    office.did(domain.remove(office.setup, "acme.example"))
    office.world.clock.now += CLOSED_FOR
    office.did(domain.remove(office.setup, "acme.example"))
    back = restored(office)
    assert (back.was["state"], back.now["state"]) == ("removed", "open")
    assert {"leads@acme.example", "reply@acme.example"} <= office.map.recipients


def test_what_was_added_anew_or_removed_since_is_not_brought_back(office: Office) -> None:
    office.did(domain.remove(office.setup, "acme.example"))
    office.world.clock.now += CLOSED_FOR
    office.did(domain.remove(office.setup, "acme.example"))
    office.did(domain.add(office.setup, "acme.example"))
    office.did(alias.add(office.setup, "leads@acme.example", opens="lead"))
    office.did(domain.remove(office.setup, "acme.example"))
    assert restored(office).back == ("leads@acme.example",)


def test_an_alias_whose_place_was_taken_meanwhile_stays_out_with_the_reason(office: Office) -> None:
    office.did(company.add(office.setup, "Beta"))
    office.did(domain.change(office.setup, "acme.example", dedicated=False))
    office.did(domain.remove(office.setup, "acme.example"))
    office.mailboxes["leads@acme.example"] = "a line of /etc/aliases"
    office.store.users.add("Support", ["support@acme.example"], 1)
    back = restored(office)
    assert [(address, why.code) for address, why in back.left_out] == [
        ("leads@acme.example", "name_has_mailbox"),
        ("support@acme.example", "alias_of_user"),
    ]
    assert back.back == () and "leads@acme.example" not in office.map.recipients
    office.did(domain.add(office.setup, "sales.example", company="Acme"))
    office.did(alias.add(office.setup, "sales@sales.example", opens="lead"))
    office.did(domain.remove(office.setup, "sales.example"))
    office.did(domain.change(office.setup, "sales.example", company="Beta"))
    (one,) = restored(office, "sales.example").left_out
    assert (one[0], one[1].code) == ("sales@sales.example", "domain_of_another")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("acme.example", ("name", "domain_there")),
        ("no domain", ("name", "domain_malformed")),
        ("acme", ("name", "domain_one_label")),
    ],
)
def test_domains_that_cannot_be(office: Office, name: str, said: tuple[str, str]) -> None:
    assert office.refused(domain.add(office.setup, name)) == said


def test_changes_that_cannot_be(office: Office) -> None:
    setup = office.setup
    assert office.refused(domain.change(setup, "acme.example")) == ("", "nothing_to_change")
    assert office.refused(domain.change(setup, "x.example", shared=True)) == ("name", "no_such_domain")
    assert office.refused(domain.change(setup, "acme.exampel", shared=True)) == ("name", "no_such_domain_but_near")
    assert office.refused(domain.change(setup, "acme.example", company="Beta")) == ("company", "no_such_company")


def test_a_domain_with_aliases_of_another_company_stays_shared(office: Office) -> None:
    office.did(company.add(office.setup, "Beta"))
    office.did(domain.change(office.setup, "acme.example", shared=True))
    office.did(alias.add(office.setup, "beta@acme.example", opens="lead", company="Beta"))
    said = office.refused(domain.change(office.setup, "acme.example", company="Acme"))
    assert said == ("company", "domain_has_others")


def test_mailboxes_never_lose_their_mail_to_an_alias(office: Office) -> None:
    office.mailboxes["leads@acme.example"] = "a user of this machine"
    said = office.refused(domain.change(office.setup, "acme.example", dedicated=False))
    assert said == ("dedicated", "alias_has_mailbox")
    office.mailboxes.clear()
    office.did(domain.change(office.setup, "acme.example", dedicated=False))


def test_postmaster_s_mail_is_told_to_whom_the_domain_names(office: Office) -> None:
    world = office.world
    done = office.did(domain.postmaster(office.setup, "acme.example", "bjorn@acme.example"))
    assert (done.was, done.now) == ({"postmaster": ""}, {"postmaster": "bjorn@acme.example"})
    before = len(world.store.inbox.notices(world.anna))
    world.deliver(world.mail(to="postmaster@acme.example"), "Postmaster+x@acme.example")
    assert "postmaster" in world.store.inbox.notices(world.bjorn)[0].phrase.lower()
    assert len(world.store.inbox.notices(world.anna)) == before
    back = office.did(undo.undo(office.setup, done.trace))
    assert back.now == {"postmaster": ""} and world.store.domains.postmaster("acme.example") is None
    world.deliver(world.mail(to="abuse@acme.example", subject="Spam"), "abuse@acme.example")
    assert len(world.store.inbox.notices(world.anna)) == before + 1


def test_where_nobody_is_left_to_tell_the_admins_are(office: Office) -> None:
    world = office.world
    office.did(domain.postmaster(office.setup, "acme.example", "bjorn@acme.example"))
    world.store.connection.execute("update membership set role = 'reader' where user_id = ?", (world.bjorn,))
    world.deliver(world.mail(to="postmaster@acme.example"), "postmaster@acme.example")
    assert "postmaster" in world.store.inbox.notices(world.anna)[0].phrase


def test_a_postmaster_is_a_colleague_of_a_dedicated_domain(office: Office) -> None:
    stranger = domain.postmaster(office.setup, "acme.example", "nobody@other.example")
    assert office.refused(stranger) == ("who", "no_such_user")
    office.did(domain.add(office.setup, "shared.example", shared=True))
    office.did(domain.postmaster(office.setup, "shared.example", "bjorn@acme.example"))
    office.did(domain.change(office.setup, "shared.example", dedicated=False))
    assert office.refused(domain.postmaster(office.setup, "shared.example", "")) == ("who", "postmaster_elsewhere")


def test_a_change_of_a_domain_is_taken_back_unless_it_was_changed_since(office: Office) -> None:
    done = office.did(domain.change(office.setup, "acme.example", dedicated=False))
    assert office.did(undo.undo(office.setup, done.trace)).now["dedicated"] is True
    again = office.did(domain.change(office.setup, "acme.example", dedicated=False))
    office.did(domain.change(office.setup, "acme.example", dedicated=True))
    office.did(domain.change(office.setup, "acme.example", shared=True))
    assert office.refused(undo.undo(office.setup, again.trace)) == ("", "undone_already")
    removed = office.did(domain.remove(office.setup, "acme.example"))
    assert office.did(undo.undo(office.setup, removed.trace)).now["state"] == "open"
