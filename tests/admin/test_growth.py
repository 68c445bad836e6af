"""The benchmark of a store that is filled: it runs, and measures what it says."""

from __future__ import annotations

import pytest

from bench import growth


def test_it_fills_measures_and_compares(capsys: pytest.CaptureFixture[str]) -> None:
    # So few mails say nothing about growth: either end will do.
    assert growth.main(["--sizes", "40,80", "--rounds", "1"]) in (0, 1)
    out = capsys.readouterr().out
    assert out.count("settle an answer to the long conversation") == 2
    for line in ("accept p95", "send a copy", "page: a record of one message", "list: contacts", "memory"):
        assert f"\n{line}" in out
