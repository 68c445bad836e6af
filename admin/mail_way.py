"""The way of a mail, as pages show it: who passed it on, and which servers had it."""

from __future__ import annotations

from typing import Any

from weftmail.admin.visit import Visit
from weftmail.core.parsing import path
from weftmail.core.parsing.passed_on import addressing
from weftmail.core.routing.passed_on import passed_on
from weftmail.store.inbound import InboundRow


def way_of(visit: Visit, row: InboundRow) -> dict[str, Any]:
    """Return what ``path.html`` shows of a mail that came."""
    raw = visit.store.blobs.open(row.blob_id, row.size)
    return {"way": path.read(raw, row.accepted_at), "passed_on": passed_on(row.envelope, addressing(raw))}
