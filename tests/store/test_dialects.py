"""One text of a query for SQLite and PostgreSQL: PostgreSQL takes every one, and means the same by it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.store.conftest import Office
from weftmail.core.failure import TempFail
from weftmail.store import postgresql
from weftmail.store.errors import BadQuery, Busy, Conflict
from weftmail.store.rows import FOLDER, queries
from weftmail.store.sets import expanded

NAMES = sorted(name for name in queries.available_queries if not name.endswith("_cursor"))
LISTED = re.compile(r"\bin \(:(\w+)\)")


def test_each_name_is_given_once() -> None:
    given = [name for file in FOLDER.glob("*.sql") for name in re.findall(r"^-- name: (\w+)", file.read_text(), re.M)]
    assert len(given) > 100
    assert sorted(given) == sorted(set(given)) == NAMES


@pytest.fixture(scope="module")
def prepared(postgresql_server: str) -> Iterator[postgresql.PostgresqlConnection]:
    """A connection to an empty store in PostgreSQL."""
    connection = postgresql.connect(f"host={postgresql_server} user=postgres dbname=prepared")
    yield connection
    connection.close()


@pytest.mark.parametrize("name", NAMES)
def test_postgresql_takes_every_query(prepared: postgresql.PostgresqlConnection, name: str) -> None:
    sql = getattr(queries, name).sql
    lists = {parameter: [1] for parameter in LISTED.findall(sql)}
    prepared.execute(f"prepare {name} as {postgresql.numbered(expanded(sql, lists)[0])}")


def test_what_is_a_parameter_and_what_is_none() -> None:
    wanted = "select $1, ':b', $2::text, 'it''s :d' from t where a = $1"
    assert postgresql.numbered("select :a, ':b', :c::text, 'it''s :d' from t where a = :a") == wanted


def test_a_percent_sign_and_a_question_mark_in_a_text_stay(postgresql_office: Office) -> None:
    connection = postgresql_office.store.connection
    assert connection.execute("select '100 %' || :a", {"a": "?"}).rows == [("100 %?",)]
    assert connection.execute("select 'how? 5 %' || ?", ("!",)).rows == [("how? 5 %!",)]


def test_errors_are_those_of_the_store(postgresql_office: Office) -> None:
    connection, other = postgresql_office.store.connection, postgresql_office.again()
    with pytest.raises(BadQuery):
        connection.execute("select nothing from nowhere")
    with pytest.raises(Conflict):
        connection.execute("insert into membership (company_id, user_id, role) values (99, 99, 'agent')")
    connection.execute("set lock_timeout = '50ms'")
    with other.transaction():
        other.companies.rename(postgresql_office.acme, "Beta")
        with pytest.raises(Busy):
            postgresql_office.store.companies.rename(postgresql_office.acme, "Gamma")
    with pytest.raises(TempFail):
        postgresql.connect("host=/nonexistent dbname=none connect_timeout=1")


def test_a_snapshot_of_postgresql_sees_one_state(postgresql_office: Office) -> None:
    store, other = postgresql_office.store, postgresql_office.again()
    seen = store.data_version()
    with store.snapshot():
        before = store.companies.all()
        other.companies.add("Beta", 2)
        assert store.companies.all() == before
    assert len(store.companies.all()) == 2 and store.data_version() != seen
