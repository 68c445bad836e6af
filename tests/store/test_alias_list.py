"""Aliases as lists show them: every sort read to its end and back, every filter, and what came to each."""

from __future__ import annotations

import pytest

from tests.store.conftest import Office
from weftmail.core.envelope import Envelope
from weftmail.store.alias import Alias
from weftmail.store.alias_list import NO_ACTIVITY, NOBODY, AliasFilter, AliasSort, place_of
from weftmail.store.inbound import Settled
from weftmail.store.listing import COUNTED

NAMES = ("billing", "ekonomi", "leads", "sales", "support")


def filled(office: Office) -> AliasFilter:
    """Five aliases of Acme, one of them off, one removed beside them, and one of another company."""
    team = office.store.teams.add(office.acme, "Finance", 1)
    record = office.record()
    for name in (*NAMES, "removed"):
        office.alias(name)
    by_name = {one.local_part: one for one in office.store.aliases.all(office.acme)}
    office.store.aliases.set_state(by_name["removed"].id, "removed", 2)
    office.store.aliases.set_state(by_name["leads"].id, "off", 5)
    aliases = office.store.aliases
    aliases.set(by_name["sales"].id, office.settings(owner_id=office.bjorn), 3)
    aliases.set(by_name["billing"].id, office.settings(owner_team_id=team), 4)
    aliases.set(by_name["support"].id, office.settings(record_type=None, record_id=record.id), 1)
    beta = office.store.companies.add("Beta", 2)
    office.store.aliases.add(beta, office.domain, "beta", office.settings(), 9)
    return AliasFilter((office.acme,))


def mail(office: Office, alias: Alias, at: int, state: str = "filed") -> int:
    (row,) = office.store.inbound.accept([Envelope(alias.address, "c@customer.example", "", "", "", "lmtp")], b"x", at)
    accepted = next(one for one in office.store.inbound.waiting() if one.id == row)
    blob = office.store.blobs.give(accepted.blob_id, alias.company_id)
    office.store.inbound.settle(
        row,
        Settled(alias.company_id, blob, state, f"k{row}", "", "", "", None, None, None, None, (), alias_id=alias.id),
        at,
    )
    office.store.aliases.mailed([row])
    return row


def names(found: list[Alias]) -> list[str]:
    return [one.local_part for one in found]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("address", ["billing", "ekonomi", "leads", "sales", "support"]),
        ("change", ["leads", "billing", "sales", "support", "ekonomi"]),
        ("use", ["ekonomi", "sales", "support", "leads", "billing"]),
    ],
)
def test_each_sort_is_read_on_and_back(office: Office, sort: AliasSort, order: list[str]) -> None:
    only, lists = filled(office), office.store.alias_lists
    by_name = {one.local_part: one for one in office.store.aliases.all(office.acme)}
    mail(office, by_name["sales"], 40)
    mail(office, by_name["ekonomi"], 50)
    mail(office, by_name["ekonomi"], 30)
    assert names(lists.page(only, sort)) == order
    first = lists.page(only, sort, most=2)
    second = lists.page(only, sort, after=place_of(first[-1], sort), most=2)
    third = lists.page(only, sort, after=place_of(second[-1], sort), most=2)
    assert [names(one) for one in (first, second, third)] == [order[:2], order[2:4], order[4:]]
    assert lists.page(only, sort, before=place_of(third[0], sort), most=2) == second
    assert lists.page(only, sort, before=place_of(second[0], sort), most=2) == first
    assert lists.page(only, sort, before=place_of(first[0], sort), most=2) == []


@pytest.mark.parametrize("place", ["x", ".", "1.x", "9" * 30, "-1.-1", "1\n.2"])
def test_a_place_that_is_none_reads_as_a_page(office: Office, place: str) -> None:
    only = filled(office)
    for sort in ("use", "change"):
        assert len(office.store.alias_lists.page(only, sort, after=place)) <= len(NAMES)  # type: ignore[arg-type]


def test_what_filters_leave(office: Office) -> None:
    only, lists = filled(office), office.store.alias_lists
    team = office.store.teams.all(office.acme)[0].id

    def left(**values: object) -> list[str]:
        wanted = AliasFilter(**{"company_ids": only.company_ids, **values})  # type: ignore[arg-type]
        found = lists.page(wanted)
        assert lists.count(wanted) == len(found)
        return names(found)

    assert left(words="ALE") == ["sales"]
    assert left(words="acme.ex") == list(NAMES)
    assert left(words="björn") == left(owner_id=office.bjorn) == ["sales"]
    assert left(words="finan") == left(team_id=team) == ["billing"]
    assert left(words="lead") == ["billing", "ekonomi", "leads", "sales"]
    assert left(words="%") == left(words="_") == left(words="\\") == []
    assert left(words="") == list(NAMES)
    assert left(record_type="") == ["support"]
    assert left(record_type="lead", state="off") == ["leads"]
    assert left(state="on") == ["billing", "ekonomi", "sales", "support"]
    assert left(owner_id=NOBODY) == ["ekonomi", "leads", "support"]
    assert left(domain_id=office.domain) == list(NAMES) and left(domain_id=99) == []
    everywhere = tuple(one.id for one in office.store.companies.all())
    assert left(company_ids=everywhere) == ["beta", *NAMES]


def test_more_than_a_thousand_are_counted_as_such(office: Office) -> None:
    office.store.connection.execute(
        "insert into alias (company_id, domain_id, local_part, address, record_type, generation, created_at,"
        " changed_at)"
        " with recursive n (n) as (select 1 union all select n + 1 from n where n <= 1500)"
        f" select {office.acme}, {office.domain}, 'a' || n, 'a' || n || '@acme.example', 'lead', 1, 1, 1 from n"
    )
    assert office.store.alias_lists.count(AliasFilter((office.acme,))) == COUNTED + 1


def test_what_came_to_an_alias(office: Office) -> None:
    only, lists = filled(office), office.store.alias_lists
    aliases = {one.local_part: one for one in lists.page(only)}
    for at in (10, 20, 30):
        mail(office, aliases["sales"], at)
    mail(office, aliases["leads"], 30, "held")
    found = lists.activity(list(aliases.values()), 20)
    assert (found[aliases["sales"].id].mails, found[aliases["sales"].id].in_review) == (2, 0)
    assert (found[aliases["leads"].id].mails, found[aliases["leads"].id].in_review) == (1, 1)
    assert found[aliases["support"].id] == NO_ACTIVITY
    assert lists.activity([], 0) == {}
    assert {one.local_part: one.last_mail_at for one in lists.page(only)}["sales"] == 30
