"""Connections: settings that keep what is committed, transactions, savepoints, snapshots, and kinds of failure."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.store.conftest import Office
from weftmail.core.failure import TempFail, UsageError
from weftmail.store.connection import connect
from weftmail.store.errors import BadQuery, Busy, Conflict, Full, StoreError, temporary
from weftmail.store.store import Store


def pragma(store: Store, name: str) -> object:
    return store.connection.execute(f"pragma {name}").fetchone()[0]


def test_what_is_committed_survives_a_power_failure_and_keys_hold(sqlite_office: Office) -> None:
    assert pragma(sqlite_office.store, "journal_mode") == "wal"
    assert pragma(sqlite_office.store, "synchronous") == 2  # FULL
    assert pragma(sqlite_office.store, "foreign_keys") == 1
    with pytest.raises(Conflict):
        sqlite_office.store.connection.execute(
            "insert into membership (company_id, user_id, role) values (99, 99, 'agent')"
        )


def test_commits_that_are_synced_together_are_seen_at_once_and_the_next_is_synced_alone(office: Office) -> None:
    with office.store.one_sync():
        with office.store.transaction():
            office.store.companies.add("Beta", 2)
        assert [one.name for one in office.again().companies.all()] == ["Acme", "Beta"], "before it is synced"
        with pytest.raises(ZeroDivisionError), office.store.one_sync():
            _ = 1 / 0
    with pytest.raises(ZeroDivisionError), office.store.one_sync():
        _ = 1 / 0
    if office.store.connection.dialect == "sqlite":
        assert pragma(office.store, "synchronous") == 2
    else:
        assert office.store.connection.execute("show synchronous_commit").fetchone() == ("on",)


def test_a_store_whose_log_is_gone_into_it_is_synced_already(sqlite_office: Office) -> None:
    with sqlite_office.store.one_sync():
        sqlite_office.store.companies.add("Beta", 2)
        sqlite_office.store.connection.execute("pragma journal_mode = delete")
    assert pragma(sqlite_office.store, "synchronous") == 2


def test_a_transaction_is_whole_or_nothing(sqlite_office: Office) -> None:
    with pytest.raises(ZeroDivisionError), sqlite_office.store.transaction():
        sqlite_office.store.companies.add("Beta", 2)
        _ = 1 / 0
    assert [one.name for one in sqlite_office.store.companies.all()] == ["Acme"]
    assert not sqlite_office.store.connection.in_transaction
    with sqlite_office.store.transaction():
        sqlite_office.store.companies.add("Beta", 2)
    assert [one.name for one in sqlite_office.again().companies.all()] == ["Acme", "Beta"]


def test_a_savepoint_is_undone_alone(sqlite_office: Office) -> None:
    with sqlite_office.store.transaction():
        sqlite_office.store.companies.add("Beta", 2)
        with pytest.raises(ZeroDivisionError), sqlite_office.store.savepoint():
            sqlite_office.store.companies.add("Gamma", 2)
            with sqlite_office.store.savepoint():
                sqlite_office.store.companies.add("Delta", 2)
            _ = 1 / 0
        with sqlite_office.store.transaction():  # Inside another one it is a savepoint.
            sqlite_office.store.companies.add("Epsilon", 2)
    assert [one.name for one in sqlite_office.store.companies.all()] == ["Acme", "Beta", "Epsilon"]


def test_a_failed_statement_leaves_the_transaction_usable(sqlite_office: Office) -> None:
    with sqlite_office.store.transaction():
        with pytest.raises(Conflict), sqlite_office.store.savepoint():
            sqlite_office.store.companies.add("Acme", 2)
        sqlite_office.store.companies.add("Beta", 2)
    assert sqlite_office.store.companies.by_name("Beta") is not None


def test_two_writers_queue_up_and_readers_wait_for_nobody(sqlite_office: Office) -> None:
    other = sqlite_office.again()
    other.connection.execute("pragma busy_timeout = 50")
    with sqlite_office.store.transaction():
        sqlite_office.store.companies.add("Beta", 2)
        assert [one.name for one in other.companies.all()] == ["Acme"]
        with pytest.raises(Busy) as caught, other.transaction():
            other.companies.add("Gamma", 2)
        assert temporary(caught.value)
    other.companies.add("Gamma", 2)


def test_a_snapshot_sees_one_state_and_holds_nobody_up(sqlite_office: Office) -> None:
    other = sqlite_office.again()
    with other.snapshot():
        before = other.companies.all()
        sqlite_office.store.companies.add("Beta", 2)
        assert other.companies.all() == before
    assert len(other.companies.all()) == 2
    with sqlite_office.store.transaction(), sqlite_office.store.snapshot():
        sqlite_office.store.companies.add("Gamma", 2)
    assert len(other.companies.all()) == 3
    with pytest.raises(ZeroDivisionError), other.snapshot():
        _ = 1 / 0
    assert not other.connection.in_transaction


def test_another_programs_commit_is_noticed(sqlite_office: Office) -> None:
    other = sqlite_office.again()
    before, asked = other.data_version(), other.connection.statements.total()
    assert other.data_version() == before
    assert other.connection.statements.total() == asked, "what the site asks all the time is no statement of a page"
    sqlite_office.store.companies.add("Beta", 2)
    assert other.data_version() != before


def test_a_reader_changes_nothing(sqlite_office: Office) -> None:
    reader = Store.open(sqlite_office.path, readonly=True)
    assert reader.companies.all()[0].name == "Acme"
    with pytest.raises(Full, match="readonly"):
        reader.companies.add("Beta", 2)
    reader.close()


def test_a_path_is_a_path_whatever_letters_it_has(tmp_path: Path) -> None:
    path = tmp_path / "what?mode=ro#100%"
    connection = connect(path)
    connection.execute("create table t (x)")
    connection.close()
    assert path.exists()


def test_what_cannot_be_opened_is_said(tmp_path: Path) -> None:
    with pytest.raises(TempFail, match="cannot be opened"):
        connect(tmp_path / "none" / "weftmail.db")
    with pytest.raises(UsageError, match=r"there is no store at .*; make one: mail-admin init"):
        Store.open(tmp_path / "weftmail.db")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("select * from none", BadQuery),
        ("selec 1", BadQuery),
        ("select none from company", BadQuery),
        ("insert into company (name, created_at) values ('Acme', 1)", Conflict),
    ],
)
def test_a_fault_of_our_code_is_not_temporary(sqlite_office: Office, statement: str, kind: type[StoreError]) -> None:
    with pytest.raises(kind) as caught:
        sqlite_office.store.connection.execute(statement)
    assert not temporary(caught.value)


def test_a_full_disk_is_temporary_and_ends_the_transaction(sqlite_office: Office) -> None:
    connection = sqlite_office.store.connection
    pages = connection.execute("pragma page_count").fetchone()[0]
    connection.execute(f"pragma max_page_count = {pages}")
    with pytest.raises(Full) as caught, sqlite_office.store.transaction():
        for number in range(1000):
            sqlite_office.store.companies.add(f"Company {number} {'x' * 1000}", 1)
    assert temporary(caught.value)
    assert not connection.in_transaction
    assert [one.name for one in sqlite_office.store.companies.all()] == ["Acme"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), MemoryError(), TempFail("later")])
def test_a_fault_of_the_machine_is_temporary(error: Exception) -> None:
    assert temporary(error)


def test_anything_else_is_a_fault_of_ours() -> None:
    assert not temporary(ValueError("ours"))
