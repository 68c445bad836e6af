"""Migrations: forwards, once, each with its own record, and noticed by every other program."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest

from tests.store.conftest import Office
from weftmail.core.failure import UsageError
from weftmail.store.connection import connect
from weftmail.store.errors import BadQuery
from weftmail.store.migrate import FOLDER, latest, migrate, migrations, schema_number


def test_a_new_store_gets_every_migration_once(tmp_path: Path) -> None:
    connection = connect(tmp_path / "weftmail.db")
    assert schema_number(connection) == 0
    assert migrate(connection, 7) == [f"{one.number:04d}_{one.name}" for one in migrations()]
    assert schema_number(connection) == latest()
    assert migrate(connection, 8) == []
    assert {row[0] for row in connection.execute("select applied_at from migration")} == {7}
    connection.close()


def test_numbers_follow_each_other_without_a_gap() -> None:
    assert [one.number for one in migrations()] == list(range(1, latest() + 1))


def test_an_edited_migration_is_noticed(tmp_path: Path) -> None:
    connection = connect(tmp_path / "weftmail.db")
    migrate(connection, 1)
    folder = tmp_path / "migrations"
    folder.mkdir()
    for one in migrations():
        (folder / f"{one.number:04d}_{one.name}.sql").write_text(one.sql + "-- edited\n")
    with pytest.raises(UsageError, match="is not the one that made this store"):
        migrate(connection, 2, folder)
    connection.close()


def test_a_migration_that_fails_leaves_the_one_before(tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_one.sql").write_text("create table one (id {ID}, name text default 'a;b');\n")
    (folder / "0002_two.sql").write_text("create table two (id {ID});\ninsert into none values (1);\n")
    (folder / "notes.txt").write_text("no migration")
    connection = connect(tmp_path / "weftmail.db")
    with pytest.raises(BadQuery):
        migrate(connection, 1, folder)
    assert schema_number(connection) == 1
    tables = {row[0] for row in connection.execute("select name from sqlite_master where type = 'table'")}
    assert tables == {"migration", "one"}
    (folder / "0002_two.sql").write_text("create table two (id {ID});\n")
    assert migrate(connection, 1, folder) == ["0002_two"]
    connection.close()


def test_two_that_migrate_at_once_run_each_migration_once(tmp_path: Path) -> None:
    path, ran = tmp_path / "weftmail.db", []

    def run() -> None:
        connection = connect(path)
        ran.extend(migrate(connection, 1))
        connection.close()

    connect(path).close()
    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ran) == [f"{one.number:04d}_{one.name}" for one in migrations()]


@pytest.mark.parametrize(("number", "said"), [(0, "run: mail-admin migrate"), (99, "install the newer weftmail")])
def test_every_other_program_says_what_to_run(office: Office, number: int, said: str) -> None:
    if number:
        office.store.connection.execute(f"update migration set number = {number}")
    else:
        office.store.connection.execute("delete from migration")
    with pytest.raises(UsageError, match=said):
        office.store.check_schema()


def test_every_row_but_few_belongs_to_a_company(sqlite_office: Office) -> None:
    shared = {
            "entrance", "address_kind", "channel", "dns_look", "dns_link", "dns_finding",
        "setting", "generation", "company", "domain", "dkim_key", "users", "user_address", "session", "sign_in_link",
        "sign_in_failure", "second_factor", "recovery_code", "migration", "blob_piece", "installation_admin",
        # Servers that all companies send through, and what went through them; what the mail server says it handed over.
        "outgoing_server", "server_use", "handed_hour", "handed_missing", "dmarc_report", "dmarc_row",
    }  # fmt: skip
    connection = sqlite_office.store.connection
    for (table,) in connection.execute("select name from sqlite_master where type = 'table'").fetchall():
        if table.startswith("search_"):
            # The search keeps its own tables; each row of it names its company.
            continue
        columns = {row[1]: row[2] for row in connection.execute(f"pragma table_info({table})")}
        assert ("company_id" in columns) or table in shared, table
        times = [name for name in columns if name.endswith("_at")]
        assert all(columns[name] == "bigint" for name in times), table


def test_the_text_of_the_schema_is_for_both_databases() -> None:
    for one in migrations():
        statements = re.sub(r"--[^\n]*", "", one.sql).lower()
        for word in ("autoincrement", "datetime(", "julianday", "without rowid", " glob ", "ifnull(", "`"):
            assert word not in statements
    assert FOLDER.name == "migrations"
