"""A filled store made many times as large by copying its rows, for what only reads: lists, pages, searches.

Filling 200,000 mails through accept and settle takes the better part of an hour; a copy of 2,000 real ones, a hundred
times, takes seconds.  Each copy has conversations, people and identifiers of its own, and is a little younger.
"""

from __future__ import annotations

from weftmail.store.store import Store

TABLES = (
    "contact",
    "contact_address",
    "record",
    "follower",
    "unread_record",
    "blob",
    "blob_piece",
    "inbound",
    "message",
    "message_address",
    "attachment",
    "participant",
    "outbox",
    "delivery",
)
"""What is copied, each after what it refers to."""
STEP = 1_000_000
"""The ids of a copy are this much larger than those of the copy before."""
IMPLIED = {("inbound", "message_id"), ("inbound", "answers_id"), ("outbox", "answers_id"), ("record", "customer_id"),
    ("record", "last_message_id"), ("unread_record", "message_id")}  # fmt: skip
"""References that the schema does not declare."""
YOUNGER = 60_000
"""The times of a copy are so many milliseconds later than those of the copy before."""
OWN = {
    ("record", "number"): "number + {copy} * :records",
    ("record", "label"): "'LEAD-' || (number + {copy} * :records)",
    ("contact_address", "address"): "replace(address, '@', '.{copy}@')",
    ("inbound", "delivery_key"): "delivery_key || '.{copy}'",
    ("inbound", "queue_id"): "queue_id || '{copy}'",
    ("inbound", "sender"): "replace(sender, '@', '.{copy}@')",
    ("inbound", "from_address"): "replace(from_address, '@', '.{copy}@')",
    ("message", "rfc_message_id"): "replace(rfc_message_id, '<', '<{copy}.')",
    ("blob", "sha256"): "sha256 || '.{copy}'",
}
"""What has to be unique, or is searched for, is another value in each copy."""


def multiply(store: Store, times: int) -> None:
    """Copy all mails and conversations of a store until there are ``times`` as many."""
    connection = store.connection
    connection.execute("pragma foreign_keys = off")
    connection.execute("pragma synchronous = off")
    records = connection.execute("select coalesce(max(number), 0) from record").rows[0][0]
    statements = [_statement(store, table) for table in TABLES]
    for copy in range(1, times):
        with store.transaction():
            for statement in statements:
                words = statement.replace("{copy}", str(copy))
                connection.execute(words.replace(":records", str(records)))
    connection.execute("update counter set last = last * ?, records = records * ?", (times, times))
    connection.execute("pragma synchronous = full")
    connection.execute("pragma foreign_keys = on")


def _statement(store: Store, table: str) -> str:
    """Return the statement that copies the first rows of a table; {copy} stands for the number of the copy."""
    columns = [row[1] for row in store.connection.execute(f"pragma table_info({table})").rows]
    refers = {row[3] for row in store.connection.execute(f"pragma foreign_key_list({table})").rows if row[2] in TABLES}
    values = ", ".join(_value(table, column, refers) for column in columns)
    first = "id" if "id" in columns else sorted(refers)[0]
    return f"insert into {table} ({', '.join(columns)}) select {values} from {table} where {first} < {STEP}"


def _value(table: str, column: str, refers: set[str]) -> str:
    if (table, column) in OWN:
        return OWN[table, column]
    if column == "id" or column in refers or (table, column) in IMPLIED:
        return f"{column} + {{copy}} * {STEP}"
    return f"{column} + {{copy}} * {YOUNGER}" if column.endswith("_at") else column
