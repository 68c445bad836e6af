"""Mail that nobody files: noticed after ten seconds, and only while nobody settles."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from weftmail.cli.config import Config
from weftmail.cli.spool_watch import EACH, OLD, SpoolWatch
from weftmail.core.envelope import Envelope
from weftmail.transport.settle_lock import FileSettleLock
from weftmail.transport.spool import Spool

CAME = 1_800_000_000_000


class Running:
    """Stands for a program that runs and does not end."""

    def poll(self) -> int | None:
        return None


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "incoming").mkdir()
    Spool(tmp_path / "incoming").write(Envelope("leads@acme.example"), b"one\n", CAME * 1_000_000, "a")
    return Config(state=str(tmp_path))


def test_an_old_file_starts_one_drain(config: Config):
    begun: list[Sequence[str]] = []

    def start(words: Sequence[str]) -> Running:
        begun.append(words)
        return Running()

    look = SpoolWatch(config, start)
    assert not look.look(CAME + OLD - 1)
    assert not look.look(CAME + OLD)
    assert look.look(CAME + OLD + EACH)
    assert not look.look(CAME + OLD + 3 * EACH)
    assert begun == [[sys.executable, "-Im", "weftmail.cli.ingest", "--drain", f"--state={config.state}"]]


def test_where_somebody_settles_it_is_left_to_them(config: Config):
    lock = FileSettleLock(config.settle_lock)
    assert lock.acquire()
    assert not SpoolWatch(config).look(CAME + 2 * OLD)
    lock.close()
    assert SpoolWatch(config, lambda _words: Running()).look(CAME + 2 * OLD)


def test_an_empty_folder_wants_nothing(config: Config):
    for name in os.listdir(config.incoming):
        os.unlink(config.incoming / name)
    assert not SpoolWatch(config).look(CAME + 2 * OLD)
