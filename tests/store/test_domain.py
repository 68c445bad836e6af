"""Domains: system addresses, generations that the mail server's map follows, and keys."""

from __future__ import annotations

import pytest

from tests.store.conftest import Office
from weftmail.core.ports import MapRow
from weftmail.store.domain import ROLE_ADDRESSES, SYSTEM_ADDRESSES
from weftmail.store.errors import Conflict
from weftmail.store.outbox import NewCopy


def active(rows: list[MapRow]) -> set[str]:
    return {f"{row.local}@{row.domain}" for row in rows if row.active}


def test_a_dedicated_domain_has_all_system_addresses_one_with_mailboxes_only_its_own(office: Office) -> None:
    office.store.domains.add("mx1.acme.example", None, False, 2)
    rows, generation = office.store.domains.map_rows(0)
    assert active(rows) == {
        "@acme.example",
        *(f"{name}@acme.example" for name in (*SYSTEM_ADDRESSES, *ROLE_ADDRESSES)),
        "@mx1.acme.example",
        *(f"{name}@mx1.acme.example" for name in SYSTEM_ADDRESSES),
    }
    assert {(row.domain, row.dedicated) for row in rows} == {("acme.example", True), ("mx1.acme.example", False)}
    assert generation == office.store.domains.generation() == 2


def test_only_what_changed_since_is_told(office: Office) -> None:
    _, seen = office.store.domains.map_rows(0)
    assert office.store.domains.map_rows(seen) == ([], seen)
    leads = office.alias("leads")
    rows, now = office.store.domains.map_rows(seen)
    assert rows == [MapRow("acme.example", "leads", True, True, seen + 1)] and now == seen + 1
    office.store.aliases.set(leads, office.settings(accepts="known"), 2)
    office.store.aliases.set_state(leads, "removed", 3)
    rows, last = office.store.domains.map_rows(now)
    assert rows == [MapRow("acme.example", "leads", True, False, last)] and last == now + 2


def test_an_edit_that_is_undone_moves_no_generation(office: Office) -> None:
    before = office.store.domains.generation()
    with pytest.raises(ZeroDivisionError), office.store.transaction():
        office.alias("leads")
        _ = 1 / 0
    assert office.store.domains.generation() == before


def test_a_closed_domain_refuses_aliases_and_takes_answers_a_removed_one_nothing(office: Office) -> None:
    office.alias("leads")
    domains = office.store.domains
    assert domains.aliases_in_use(office.domain) == 1
    office.store.aliases.end_with_domain(office.domain, 2)
    (ended,) = office.store.aliases.ended_with_domain(office.domain)
    assert (ended.address, ended.active) == ("leads@acme.example", False)
    for dedicated in (True, False):
        domains.set(office.domain, dedicated=dedicated, state="closed", closed_at=2, company_id=office.acme)
        left = active(domains.map_rows(0)[0])
        assert "leads@acme.example" not in left and {"@acme.example", "reply@acme.example"} <= left
    assert domains.aliases_in_use(office.domain) == 0
    assert domains.of_company(office.acme) is None
    domains.set(office.domain, dedicated=True, state="removed", closed_at=2, company_id=office.acme)
    assert active(domains.map_rows(0)[0]) == set()
    assert domains.by_name("acme.example") is None and domains.all() == []
    assert domains.add("acme.example", None, False, 3) == office.domain
    again = domains.by_name("acme.example")
    assert again is not None and (again.dedicated, again.state, again.closed_at, again.company_id) == (
        False,
        "open",
        None,
        None,
    )


def test_a_name_is_there_once(office: Office) -> None:
    with pytest.raises(Conflict):
        office.store.domains.add("acme.example", None, True, 2)


def test_a_company_writes_from_its_own_domain_before_a_shared_one(office: Office) -> None:
    beta = office.store.companies.add("Beta", 2)
    assert office.store.domains.of_company(beta) is None
    office.store.domains.add("shared.example", None, True, 2)
    assert office.store.domains.of_company(beta) == "shared.example"
    office.store.domains.add("beside.beta.example", beta, False, 2)
    office.store.domains.add("beta.example", beta, True, 2)
    assert office.store.domains.of_company(beta) == "beta.example"
    assert office.store.domains.of_company(office.acme) == "acme.example"


def test_copies_of_a_domain_that_still_wait(office: Office) -> None:
    record = office.record(alias_id=office.alias("leads"))
    office.store.outbox.add(office.acme, office.message(record), [NewCopy()], 1)
    assert office.store.domains.waiting(office.domain) == 1
    office.store.connection.execute("update outbox set state = 'sent'")
    assert office.store.domains.waiting(office.domain) == 0


def test_keys_show_what_the_dns_should_hold(office: Office) -> None:
    office.store.domains.add_dkim_key(office.domain, "wm26a", "rsa", "v=DKIM1; k=rsa; p=MIIB", 5)
    (key,) = office.store.domains.dkim_keys("acme.example")
    assert (key.domain, key.selector, key.algorithm, key.state) == ("acme.example", "wm26a", "rsa", "made")
    assert office.store.domains.dkim_keys() == [key]
    assert office.store.domains.dkim_keys("mx1.acme.example") == []
    assert office.store.domains.signing("acme.example") == frozenset()
    office.store.domains.set_dkim_key(key.id, "signing", 7)
    assert office.store.domains.signing("acme.example") == {"wm26a"}
    assert office.store.domains.dkim_keys()[0].changed_at == 7
    with pytest.raises(Conflict):
        office.store.domains.add_dkim_key(office.domain, "wm26a", "ed25519", "v=DKIM1", 5)


def test_what_is_no_address_is_none_of_ours(office: Office) -> None:
    office.alias("leads")
    odd = ["", "@", "@@", "a@b@", "@acme.example", "leads@", "leads@acme.example@", "@leads@acme.example", "leads"]
    assert office.store.domains.our_addresses([*odd, "leads+x@acme.example"]) == {"leads+x@acme.example"}
