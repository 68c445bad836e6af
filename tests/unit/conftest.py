"""What unit tests may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.shell import Shell
from tests.unit.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A small installation with a real store of its own."""
    made = World(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def shell(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    """mail-admin in that installation."""
    return Shell(world, tmp_path, monkeypatch, capsys)
