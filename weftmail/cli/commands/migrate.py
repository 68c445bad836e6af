"""mail-admin migrate: bring the store to the schema of this version; nothing else does, beside init."""

from __future__ import annotations

import argparse

from weftmail.cli.arguments import Parser
from weftmail.cli.desk import Desk
from weftmail.core.failure import UsageError
from weftmail.store.connection import connect
from weftmail.store.migrate import latest, migrate, schema_number


def build(parser: Parser) -> None:
    """Add what it does; it takes no words."""
    parser.set_defaults(run=_migrate)


def _migrate(desk: Desk, _: argparse.Namespace) -> None:
    desk.become_owner()
    path = desk.config.store
    if not path.exists():
        raise UsageError(f"there is no store at {path}; mend state in {desk.config_path}, or make one: mail-admin init")
    connection = connect(path)
    try:
        found = schema_number(connection)
        if found > latest():
            raise UsageError(f"the store is at schema {found}, this version knows {latest()}; install the newer one")
        done = migrate(connection, desk.clock())
    finally:
        connection.close()
    desk.say(f"The store was at schema {found} and is at {latest()} now.", *(f"  ran {name}" for name in done))
