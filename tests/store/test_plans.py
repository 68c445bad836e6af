"""How SQLite would answer each query, as the product runs it: without statistics, on a store just migrated."""

from __future__ import annotations

import re

import pytest

from tests.store.conftest import Office
from tests.store.plans import ACROSS, READ_MORE
from weftmail.store.rows import queries

NAMES = [name for name in queries.available_queries if not name.endswith("_cursor")]
OF_A_COMPANY = (
    "contact", "contact_address", "record", "alias", "tombstone", "follower", "message", "message_address",
    "attachment", "participant", "outbox", "delivery", "notice", "inbound", "blob", "alias_row", "record_row",
    "inbound_line",
)  # fmt: skip


def sql_of(name: str) -> str:
    found: str = getattr(queries, name).sql
    return found


def remarkable(office: Office, sql: str) -> list[str]:
    """Return what the plan reads beyond its index, what it sorts, and where the company alone leads it."""
    # Of a page's rows SQLite believes that all of the company are fewer, where it may choose.
    sql = re.sub(r"in \(:(\w+)\)", lambda found: f"in ({', '.join(f':{found[1]}_{n}' for n in range(60))})", sql)
    parameters = dict.fromkeys(re.findall(r"(?<![:\w]):([a-z]\w*)", sql))
    lines = [row[3] for row in office.store.connection.execute(f"explain query plan {sql}", parameters)]
    return [
        line
        for line in lines
        if re.search(r"TEMP B-TREE|AUTOMATIC|\(company_id=\?\)$|\(company_id=\? AND message_id[<>]", line)
        or (
            line.startswith("SCAN")
            and not re.search(r"CONSTANT ROW|SCAN (m|unread|decider|newest|\(subquery.*)$", line)
        )
    ]


@pytest.mark.parametrize("name", [name for name in NAMES if not sql_of(name).startswith("insert")])
def test_a_query_reads_what_its_index_leads_it_to(sqlite_office: Office, name: str) -> None:
    # The plan of an insert names the tables that refer to the new row, and reads none of them.
    found = remarkable(sqlite_office, sql_of(name))
    assert bool(found) is (name in READ_MORE), (name, found, READ_MORE.get(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_query_names_its_company(name: str) -> None:
    sql = sql_of(name)
    tables = set(re.findall(r"\b(?:from|join|update|into)\s+(\w+)", sql)) & set(OF_A_COMPANY)
    across = any(name == word or name.startswith(f"{word}_") for word in ACROSS)
    named = re.search(r"company_id\s*(=|in\b)", sql) or re.search(r"insert into \w+ \([^)]*company_id", sql)
    if tables and not named:
        assert across, sql
    assert named or "_of_company" not in name, sql
    # A search that also has to serve all companies is none: it reads every company's rows and leaves most of them out.
    assert not re.search(r"company_id[^,()]*\) is null", sql)
    assert all(reason for reason in ACROSS.values())
