"""Messages whose email could not be read to its end, in the store."""

from __future__ import annotations

from tests.store.conftest import Office


def test_they_are_listed_and_counted_for_each_company(office: Office) -> None:
    record = office.record()
    ids = [office.message(record, flag=flag) for flag in ("", "unreadable", "partly read", "id reused", "unreadable")]
    listings = office.store.listings
    wanted = [ids[4], ids[2], ids[1]]
    assert [one.id for one in listings.unread()] == [one.id for one in listings.unread(office.acme)] == wanted
    assert [one.flag for one in listings.unread()] == ["unreadable", "partly read", "unreadable"]
    assert [one.id for one in listings.unread(office.acme, ids[4], 1)] == [ids[2]]
    assert (listings.unread_left(office.acme), listings.unread_left(None, ids[2])) == (3, 1)
    other = office.store.companies.add("Other", 1)
    assert (listings.unread(other), listings.unread_left(other)) == ([], 0)
