"""Where a mail went that somebody has just handed in by hand: for people at a terminal, and in the demo.

The mail server's pipe never comes here: what its program prints may reach the sender of the mail.
"""

from __future__ import annotations

import sys
import time

from weftmail.cli import runtime
from weftmail.cli.commands.serve import DEMO_SHELL
from weftmail.cli.config import Config
from weftmail.cli.terminal import printable
from weftmail.core.wording.command import Command
from weftmail.core.wording.sentences import say
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import find
from weftmail.store.inbound import InboundRow
from weftmail.store.listing import InboundFilter
from weftmail.store.store import Store

PATIENCE = 5.0
"""How long, in seconds, the answer may take."""
QUEUES = {"held": "Held", "unmatched": "No match", "error": "Error"}


def tell(config: Config, recipient: str, since: int = 0) -> int:
    """Print on standard error where the newest mail to this address went; return 0, the mail being safe.

    What came before ``since``, in milliseconds, is another one: this one may still wait in the spool.
    """
    store = runtime.open_store(config, readonly=True)
    try:
        row = _settled(store, recipient, since)
        said = _said(store, recipient, row, DEMO_SHELL if config.demo else "")
        print(printable(f"mail-ingest: {said}"), file=sys.stderr)
    finally:
        store.close()
    return 0


def _settled(store: Store, recipient: str, since: int) -> InboundRow | None:
    until = time.monotonic() + PATIENCE
    while True:
        found = store.listings.inbound(InboundFilter(), most=20)
        line = next((one for one in found if one.recipient == recipient and one.accepted_at >= since), None)
        if line is not None and line.state != "accepted":
            return store.inbound.get(line.id)
        if time.monotonic() > until:
            return None
        time.sleep(0.05)


def _said(store: Store, recipient: str, row: InboundRow | None, shell: str) -> str:
    if row is None:
        return f"kept; nobody has filed it yet. File it: {shell}mail-ingest --drain"
    why = "" if row.why is None else f": {say(row.why)}"
    show = f"{shell}{Command('mail-admin inbound show {id}', id=row.id)}"
    if not row.record and not _ours(store, recipient):
        return _no_address(store, recipient, f"{say(row.why) if row.why else row.state}; see: {show}")
    if row.state in QUEUES:
        return f"it waits in the review queue under {QUEUES[row.state]}{why}; see: {show}"
    if row.record:
        decided = next((f": {say(asked.why)}" for asked in row.rules if asked.matched), "")
        again = ", where it stood already" if row.state == "duplicate" else ""
        record = Command("mail-admin record show {number}", number=row.record)
        return f"filed on {row.record}{again}{decided}; see: {shell}{record}"
    return f"it is {row.state}{why}; see: {show}"


def _ours(store: Store, recipient: str) -> bool:
    return bool(store.domains.our_addresses([recipient]))


def _no_address(store: Store, recipient: str, kept: str) -> str:
    """Say what a mail server would do with mail to an address that is none of ours, and name one that is meant."""
    near = ""
    try:
        find.alias(store, recipient)
    except RefusedAct as refused:
        near = str(refused.refusal.values.get("near") or "")
    meant = f" (there is: {near})" if near else ""
    refuses = "A mail server that asks our map refuses it: 550 5.1.1."
    return f"{recipient} is no address here{meant}. {refuses} This one was kept: {kept}"
