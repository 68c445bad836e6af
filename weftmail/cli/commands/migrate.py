"""mail-admin migrate: bring the store to the schema of this version; nothing else does, beside init."""

from __future__ import annotations

import argparse

from weftmail.cli.arguments import Parser
from weftmail.cli.context import Context
from weftmail.core.failure import UsageError
from weftmail.store.connection import connect
from weftmail.store.migrate import latest, migrate, schema_number


def build(parser: Parser) -> None:
    """Add the flags."""
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=_migrate)


def _migrate(context: Context, arguments: argparse.Namespace) -> None:
    context.become_owner()
    path = context.config.store
    if not path.exists():
        raise UsageError(
            f"there is no store at {path}; mend state in {context.config_path}, or make one: mail-admin init"
        )
    connection = connect(path)
    try:
        found = schema_number(connection)
        if found > latest():
            raise UsageError(f"the store is at schema {found}, this version knows {latest()}; install the newer one")
        done = migrate(connection, context.clock())
    finally:
        connection.close()
    said = [
        f"The store: schema {found} -> {latest()}" if done else f"The store is at schema {found}; nothing was changed.",
        *(f"  ran {name}" for name in done),
    ]
    context.answer(arguments.json, {"was": found, "now": latest(), "ran": list(done)}, lambda: said)
