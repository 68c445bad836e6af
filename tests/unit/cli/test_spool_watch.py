"""Mail that nobody files: noticed after ten seconds, and only while nobody settles."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import ClassVar

import pytest

from weftmail.cli import spool_watch
from weftmail.cli.config import Config
from weftmail.cli.spool_watch import EACH, OLD, SpoolWatch
from weftmail.core.envelope import Envelope
from weftmail.transport.settle_lock import FileSettleLock
from weftmail.transport.spool import Spool

CAME = 1_800_000_000_000


class Started:
    """Stands for a process; how it was started is kept."""

    words: ClassVar[list[list[str]]] = []

    def __init__(self, words: list[str], **_how: object) -> None:
        Started.words.append(words)
        self.ended: int | None = None

    def poll(self) -> int | None:
        return self.ended


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    Started.words = []
    monkeypatch.setattr(spool_watch.subprocess, "Popen", Started)
    (tmp_path / "incoming").mkdir()
    Spool(tmp_path / "incoming").write(Envelope("leads@acme.example"), b"one\n", CAME * 1_000_000, "a")
    return Config(state=str(tmp_path))


def test_an_old_file_starts_one_drain(config: Config):
    look = SpoolWatch(config)
    assert not look.look(CAME + OLD - 1)
    assert not look.look(CAME + OLD)
    assert look.look(CAME + OLD + EACH)
    assert not look.look(CAME + OLD + 3 * EACH)
    assert Started.words == [[sys.executable, "-Im", "weftmail.cli.ingest", "--drain", f"--state={config.state}"]]


def test_where_somebody_settles_it_is_left_to_them(config: Config):
    lock = FileSettleLock(config.settle_lock)
    assert lock.acquire()
    assert not SpoolWatch(config).look(CAME + 2 * OLD)
    lock.close()
    assert SpoolWatch(config).look(CAME + 2 * OLD)


def test_an_empty_folder_wants_nothing(config: Config):
    for name in os.listdir(config.incoming):
        os.unlink(config.incoming / name)
    assert not SpoolWatch(config).look(CAME + 2 * OLD)
