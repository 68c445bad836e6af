"""Types of records, where a page offers them for a choice."""

from __future__ import annotations

from collections.abc import Sequence

from weftmail.admin.visit import Visit


def usual_type(visit: Visit, types: Sequence[str]) -> str:
    """Return which of these types is proposed: that of the company's newest record, else the first; "" for none."""
    newest = [one.type for one in visit.store.records.all(visit.company_id, 1)]
    return next((one for one in (*newest, *types) if one in types), "")
