"""mail-admin retention: what is kept for how long, and what would go now."""

from __future__ import annotations

from tests.unit.shell import Shell


def test_days_are_set_and_shown(shell: Shell) -> None:
    assert "days 0 -> 30" in shell.ok("retention", "set", "trash", "30")
    rows = {one["name"]: one for one in shell.json("retention", "show")}
    assert (rows["trash"]["days"], rows["spam"]["days"], rows["lead"]["days"]) == (30, 0, 0)
    assert "for ever" in shell.ok("retention", "show")
    assert "no number of days" in shell.refused("retention", "set", "trash", "soon", status=2)
    assert "ship" in shell.refused("retention", "set", "ship", "3", status=2)
