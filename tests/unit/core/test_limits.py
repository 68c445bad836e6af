"""The ceilings: one table, in the code and on the page."""

from __future__ import annotations

import re
from pathlib import Path

from weftmail.core.ceilings import CEILINGS

ROOT = Path(__file__).parents[3]


def test_the_page_has_the_table_of_the_code() -> None:
    page = (ROOT / "docs/security.md").read_text(encoding="utf-8")
    part = page.partition("## Ceilings")[2].partition("\n## ")[0]
    rows = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in part.splitlines() if line[:1] == "|"]
    assert rows[2:] == [(one.of, one.name, one.value, one.beyond) for one in CEILINGS]


def test_every_ceiling_is_used_somewhere() -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for top in ("weftmail", "store", "admin")
        for path in (ROOT / top).rglob("*.py")
        if path.name != "limits.py"
    )
    names = re.findall(
        r"(?m)^([A-Z][A-Z_]{3,}) =", (ROOT / "weftmail/core/limits.py").read_text().partition("a reader")[2]
    )
    assert len(names) > 25
    assert [name for name in names if not re.search(rf"\b{name}\b", code)] == []
