"""Documents that can fail: what the code says of itself stands in docs/."""

from __future__ import annotations

import importlib.util
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_the_routing_page_is_what_the_code_says():
    spec = importlib.util.spec_from_file_location("make_routing", DOCS / "make_routing.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (DOCS / "routing.md").read_text(encoding="utf-8") == module.page(), "run docs/make_routing.py"
