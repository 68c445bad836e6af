"""Sessions, links that work once, and failed attempts; no token can be read from the store."""

from __future__ import annotations

import threading

from tests.store.conftest import Office
from weftmail.store.session import Failures


def test_a_session_lasts_until_it_ends_or_expires(office: Office) -> None:
    sessions = office.store.sessions
    sessions.add("token", office.anna, "csrf", 10, 100)
    found = sessions.visitor("token", 99)
    assert found is not None
    session, user = found
    assert (session.user_id, user.name, session.csrf, session.expires_at) == (office.anna, "Anna", "csrf", 100)
    assert sessions.visitor("token", 100) is None and sessions.visitor("other", 50) is None
    sessions.end("token")
    assert sessions.visitor("token", 50) is None


def test_what_has_expired_is_removed(office: Office) -> None:
    sessions = office.store.sessions
    sessions.add("old", office.anna, "csrf", 10, 20)
    sessions.add("new", office.anna, "csrf", 30, 100)
    sessions.expire(30, 0)
    assert office.store.connection.execute("select count(*) from session").fetchone()[0] == 1


def test_all_sessions_of_one_user_end_together(office: Office) -> None:
    sessions = office.store.sessions
    for token, user in (("a", office.anna), ("b", office.anna), ("c", office.bjorn)):
        sessions.add(token, user, "csrf", 10, 100)
    sessions.end_all(office.anna)
    assert [sessions.visitor(token, 50) is None for token in "abc"] == [True, True, False]


def test_tokens_are_kept_as_hashes(office: Office) -> None:
    office.store.sessions.add("session-token", office.anna, "csrf", 10, 100)
    office.store.sessions.add_link("link-token", office.anna, 100)
    found = [office.store.connection.execute(f"select * from {table}").rows for table in ("session", "sign_in_link")]
    assert "-token" not in repr(found) and all(found)


def test_a_link_works_once_and_not_too_late(office: Office) -> None:
    sessions = office.store.sessions
    sessions.add_link("link", office.anna, 100)
    assert sessions.link_user("link", 50) == office.anna
    assert sessions.use_link("link", 100) is None and sessions.link_user("link", 100) is None
    assert sessions.use_link("link", 50) == office.anna
    assert sessions.use_link("link", 51) is None and sessions.link_user("link", 51) is None
    assert sessions.use_link("other", 50) is None


def test_of_two_who_open_a_link_at_once_one_gets_in(office: Office) -> None:
    office.store.sessions.add_link("link", office.anna, 100)
    got: list[int | None] = []
    start = threading.Barrier(4)

    def work() -> None:
        store = office.again()
        start.wait()
        got.append(store.sessions.use_link("link", 50))
        store.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one is None for one in got) == [False, True, True, True]


def test_failed_attempts_count_for_a_while_and_are_forgiven(office: Office) -> None:
    sessions = office.store.sessions
    first, *_ = [sessions.failed("pair anna@acme.example 192.0.2.9", now) for now in (10, 20, 30)]
    sessions.failed("client 192.0.2.9", 30)
    assert sessions.failures("pair anna@acme.example 192.0.2.9", 10) == Failures(2, 30)
    assert sessions.failures("pair anna@acme.example 192.0.2.9", 0) == Failures(3, 30)
    sessions.take_back([first])
    assert sessions.failures("pair anna@acme.example 192.0.2.9", 0) == Failures(2, 30)
    sessions.forgive("pair anna@acme.example 192.0.2.9")
    assert sessions.failures("pair anna@acme.example 192.0.2.9", 0) == Failures(0, 0)
    assert sessions.failures("client 192.0.2.9", 0) == Failures(1, 30)


def test_links_end_with_the_sessions_of_their_user(office: Office) -> None:
    sessions = office.store.sessions
    sessions.add_link("hers", office.anna, 100)
    sessions.add_link("his", office.bjorn, 100)
    sessions.end_all(office.anna)
    assert sessions.link_user("hers", 50) is None and sessions.use_link("hers", 50) is None
    assert sessions.use_link("his", 50) == office.bjorn
