"""The guide of a new installation: what is done by what stands in the store, and the ways in which mail can come."""

from __future__ import annotations

import pytest

from tests.unit.flow.setup.conftest import Office, office
from tests.unit.world import World
from weftmail.flow import guide as guides
from weftmail.flow.guide import STEPS, guide
from weftmail.flow.setup import domain, undo
from weftmail.flow.setup import guide as acts
from weftmail.flow.setup.act import Done

__all__ = ["office"]


def made(office: Office, name: str) -> int:
    """Add a company with nothing in it; return its id."""
    return office.store.companies.add(name, 1)


def chosen(office: Office, company: str, way: str, name: str) -> Done:
    """Choose a way; return what was done first: the way has a row of its own behind that of the domain."""
    done = acts.choose(office.setup, company, way, name)
    assert isinstance(done, Done), done
    return done


def test_a_company_with_nothing_has_all_but_its_name_to_do(office: Office) -> None:
    beta = made(office, "Beta")
    found = guide(office.store, beta)
    assert (found.domain, found.alias, found.letter, found.way, found.colleagues) == (None, None, None, "", 0)
    assert found.left == [*STEPS[1:]]


def test_each_step_is_done_by_what_stands_in_the_store(office: Office, world: World) -> None:
    found = guide(office.store, world.acme)
    assert found.domain is not None and found.alias is not None
    assert found.way == "dedicated" and found.colleagues == 2
    assert found.left == ["dns", "letter"]
    world.deliver(world.mail(), found.alias.address)
    after = guide(office.store, world.acme)
    assert after.letter is not None and after.letter.record == "LEAD-1"
    key = office.store.domains.add_dkim_key(found.domain.id, "wm26a", "rsa", "v=DKIM1; p=x", 1)
    assert guide(office.store, world.acme).left == ["dns"]
    office.store.domains.set_dkim_key(key, "signing", 1)
    assert guide(office.store, world.acme).left == []


@pytest.mark.parametrize(
    ("way", "name", "dedicated"),
    [
        ("dedicated", "beta.example", True),
        ("subdomain", "in.beta.example", True),
        ("mailboxes", "beta.example", False),
        ("forwarded", "in.beta.example", False),
    ],
)
def test_a_way_adds_its_domain(office: Office, way: str, name: str, *, dedicated: bool) -> None:
    beta = made(office, "Beta")
    chosen(office, "Beta", way, name)
    found = guide(office.store, beta)
    assert found.domain is not None
    assert (found.domain.name, found.domain.dedicated, found.way) == (name, dedicated, way)


def test_of_several_domains_the_chosen_one_counts_else_that_of_the_first_address(office: Office, world: World) -> None:
    beta = made(office, "Beta")
    for name, company in (("late.example", "Acme"), ("shared.example", None)):
        office.did(domain.add(office.setup, name, company=company, shared=company is None))
    found = guide(office.store, world.acme)
    assert [one.name for one in found.domains] == ["acme.example", "late.example", "shared.example"]
    chosen(office, "Acme", "dedicated", "late.example")
    found = guide(office.store, world.acme)
    assert found.domain == found.domains[0] and found.domains[0].name == "late.example"
    office.did(domain.add(office.setup, "own.example", company="Beta", dedicated=True))
    assert [one.name for one in guide(office.store, beta).domains] == ["own.example", "shared.example"]


def test_another_way_changes_the_domain_that_is_there(office: Office) -> None:
    beta = made(office, "Beta")
    chosen(office, "Beta", "mailboxes", "beta.example")
    chosen(office, "Beta", "dedicated", "beta.example")
    found = guide(office.store, beta)
    assert found.domain is not None and found.domain.dedicated and found.way == "dedicated"
    chosen(office, "Beta", "forwarded", "beta.example")
    kept = guide(office.store, beta)
    assert kept.domain is not None and kept.domain.dedicated and kept.way == "forwarded"


@pytest.mark.parametrize(
    ("way", "name", "refused"),
    [
        ("subdomain", "beta.example", ("name", "subdomain_wanted")),
        ("dedicated", "beta", ("name", "domain_one_label")),
        ("pigeon", "beta.example", ("way", "no_such_choice")),
    ],
)
def test_what_does_not_fit_is_refused(office: Office, way: str, name: str, refused: tuple[str, str]) -> None:
    beta = made(office, "Beta")
    assert office.refused(acts.choose(office.setup, "Beta", way, name)) == refused
    assert guide(office.store, beta).domain is None


def test_the_domain_of_another_company_stays_theirs(office: Office) -> None:
    made(office, "Beta")
    answer = acts.choose(office.setup, "Beta", "mailboxes", "acme.example")
    assert office.refused(answer) == ("name", "domain_of_another")


def test_a_way_that_would_take_a_mailbox_away_is_not_kept(office: Office) -> None:
    office.mailboxes["leads@acme.example"] = "a user of this machine"
    answer = acts.choose(office.setup, "Acme", "mailboxes", "acme.example")
    assert office.refused(answer)[1] == "alias_has_mailbox"
    assert guide(office.store, office.world.acme).way == "dedicated"


def test_a_domain_that_all_share_says_nothing_of_the_way(office: Office) -> None:
    beta = made(office, "Beta")
    office.did(domain.add(office.setup, "mx.example", shared=True, dedicated=False))
    found = guide(office.store, beta)
    assert found.domain is not None and found.way == "" and "mail" in found.left


def test_whoever_only_counts_the_steps_reads_no_mail(office: Office, world: World) -> None:
    world.deliver(world.mail(), "leads@acme.example")
    whole, counted = guide(world.store, world.acme), guide(world.store, world.acme, with_letter=False)
    assert whole.letter is not None and counted.letter is None and whole.left == counted.left


def test_it_begins_by_itself_where_there_is_no_address_and_nobody_put_it_away(office: Office, world: World) -> None:
    assert not guides.begins(office.store, world.acme)
    for one in office.store.aliases.all():
        office.store.aliases.set_state(one.id, "removed", 1)
    assert guides.begins(office.store, world.acme)
    office.did(acts.close(office.setup, "Acme"))
    assert not guides.begins(office.store, world.acme) and guide(office.store, world.acme).closed
    office.did(acts.reopen(office.setup, "Acme"))
    assert guides.begins(office.store, world.acme)


def test_what_is_chosen_in_it_leaves_a_row_that_can_be_undone(office: Office, world: World) -> None:
    """The domain is as it was wanted already: the way is said, and nothing else."""
    first = chosen(office, "Acme", "dedicated", "acme.example")
    second = chosen(office, "Acme", "subdomain", "in.acme.example")
    assert (first.act, first.was, first.now) == (
        "guide.way",
        {"way": "", "domain": ""},
        {"way": "dedicated", "domain": "acme.example"},
    )
    assert second.act == "domain.add"
    rows = [(one.act, one.before, one.now) for one in office.store.audit.of_installation()]
    assert rows[0] == (
        "guide.way",
        {"way": "dedicated", "domain": "acme.example"},
        {"way": "subdomain", "domain": "in.acme.example"},
    )
    office.did(undo.undo(office.setup, office.store.audit.of_installation()[0].id))
    assert guide(office.store, world.acme).way == "dedicated"


def test_putting_it_away_leaves_one_row_and_again_none(office: Office) -> None:
    closed = office.did(acts.close(office.setup, "Acme"))
    again = office.did(acts.close(office.setup, "Acme"))
    assert closed.trace and not again.trace
    office.did(undo.undo(office.setup, closed.trace))
    assert not guides.closed(office.store)
    assert not office.did(acts.reopen(office.setup, "Acme")).trace


def test_the_domain_that_was_chosen_is_known_until_the_guide_is_put_away(office: Office) -> None:
    made(office, "Beta")
    assert guides.about(office.store) == ""
    chosen(office, "Beta", "dedicated", "beta.example")
    assert guides.about(office.store) == "beta.example"
    office.did(acts.close(office.setup, "Beta"))
    assert guides.about(office.store) == ""
