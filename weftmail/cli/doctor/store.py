"""The doctor's look at the store and at the mail server's map, which follows it."""

from __future__ import annotations

import platform
from collections.abc import Sequence

from weftmail import __version__
from weftmail.cli.doctor.examined import Examined, counted
from weftmail.mta.map import MapDatabase
from weftmail.mta.postfix.finding import Finding
from weftmail.store.errors import Broken
from weftmail.store.migrate import latest, schema_number

_SHOWN = 3
_ASKED = 1000
"""The map is asked for so many addresses, one by one."""


def whole(examined: Examined) -> tuple[str, Sequence[Finding]]:
    """Every page of the store can be read, and every row refers to one that there is."""
    connection = examined.store.connection
    restore = "stop the services and restore the newest backup: mail-admin backup restore FILE"
    try:
        wrong = [str(row[0]) for row in connection.execute("pragma quick_check(10)").rows if row[0] != "ok"]
        lost = connection.execute("pragma foreign_key_check").rows[:_SHOWN]
    except Broken as error:
        wrong, lost = [str(error)], []
    findings = [Finding("broken", f"the store is damaged: {one}", "what it holds cannot be relied on", restore)
                for one in wrong[:_SHOWN]]  # fmt: skip
    findings += [Finding("broken", f"a row of {row[0]} refers to one of {row[2]} that is gone",
                         "pages that show it will fail", restore) for row in lost]  # fmt: skip
    size = examined.config.store.stat().st_size
    return f"{counted(examined.store.inbound.last(), 'mail')}, {size // 1_000_000} MB, every page read", findings


def version(examined: Examined) -> tuple[str, Sequence[Finding]]:
    """The store has the form that this version works with."""
    found, wanted = schema_number(examined.store.connection), latest()
    findings = []
    if found != wanted:
        findings.append(
            Finding(
                "broken",
                f"the store has form {found}, and this version works with {wanted}",
                "the programs refuse to start",
                "mail-admin migrate" if found < wanted else "install the version of weftmail that made it",
            )
        )
    return f"weftmail {__version__}, Python {platform.python_version()}", findings


def map_follows(examined: Examined) -> tuple[str, Sequence[Finding]]:
    """The mail server's map says what the store says."""
    place, wanted = examined.config.map, examined.store.domains.generation()
    next_step = "mail-admin init, which keeps what is there and writes the map anew where it is missing"
    if not place.exists():
        why = "the mail server refuses or defers mail to every address of yours"
        return "", [Finding("broken", f"the mail server's map {place} is missing", why, next_step)]
    rows, _ = examined.store.domains.map_rows(0)
    file = MapDatabase(place)
    try:
        has = file.generation()
        ours = [f"{one.local}@{one.domain}" for one in rows if one.local not in ("", "*") and not one.refused]
        gone = {f"{one.local}@{one.domain}" for one in rows if not one.active}
        refused = [one for one in ours[:_ASKED] if one not in gone and not file.takes(one)]
    finally:
        file.close()
    if has == wanted and not refused:
        return f"says what the store says, change {has}", []
    named = f"{', '.join(refused[:_SHOWN])} refused" if refused else f"it has change {has} of {wanted}"
    why = "the mail server refuses new addresses, and takes some that were switched off"
    return "", [Finding("broken", f"the mail server's map is behind the store: {named}", why, next_step)]
