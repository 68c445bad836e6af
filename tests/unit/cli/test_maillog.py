"""The follower of the mail server's log: what the store cannot take now is not lost, and nothing is counted twice."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from tests.unit.faults import Part, raising
from tests.unit.flow.test_handed_over import LEADS, accept
from tests.unit.world import World
from weftmail.cli.config import Config
from weftmail.cli.maillog import MailLogFollower
from weftmail.core.failure import TempFail
from weftmail.flow.handed_over import HOUR

LINE = "2026-11-28 02:34:0{0} 1xX8H{0}-0003Cw-2r => leads <leads@acme.example> R=weftmail T=weftmail_lmtp\n"


def handed(world: World) -> tuple[int, int]:
    found = world.store.handed_over.since(0)
    return found.handed, found.here


@pytest.mark.parametrize("times", [1, 3])
def test_what_a_full_disk_refuses_is_read_again(tmp_path: Path, times: int) -> None:
    world = World(tmp_path)
    log, config = tmp_path / "mainlog", Config(state=str(tmp_path), mail_log=str(tmp_path / "mainlog"))
    log.write_text("")
    full = raising(TempFail("database or disk is full"), times, world.store.handed_over.count)
    broken = copy.copy(world.store)
    broken.handed_over = Part(world.store.handed_over, count=full)  # type: ignore[assignment]
    follower = MailLogFollower(config, broken, world.installation)
    follower.look()
    accept(world, "1xX8H1-0003Cw-2r")
    with log.open("a") as file:
        file.write(LINE.format(1))
    for _ in range(times):
        with pytest.raises(TempFail):
            follower.look()
    with log.open("a") as file:
        file.write(LINE.format(2))
    accept(world, "1xX8H2-0003Cw-2r")
    follower.look()
    assert handed(world) == (2, 2)
    follower.close()


def test_a_line_that_is_read_once_more_is_counted_once(tmp_path: Path) -> None:
    """The place could not be kept, and the sender died: the next one reads the line again, while its mail lacks."""
    world = World(tmp_path)
    log, config = tmp_path / "mainlog", Config(state=str(tmp_path), mail_log=str(tmp_path / "mainlog"))
    log.write_text("")
    first = MailLogFollower(config, world.store, world.installation)
    first.look()
    place = tmp_path / "mail-log.place"
    assert not place.exists()
    with log.open("a") as file:
        file.write(LINE.format(1))
    first.look()
    first.close()
    kept = place.read_text()
    place.write_text(kept.replace(f", {log.stat().st_size}]", ", 0]"))
    assert place.read_text() != kept
    world.clock.now += 100 * 365 * 24 * HOUR
    second = MailLogFollower(config, world.store, world.installation)
    second.look()
    second.close()
    assert handed(world) == (1, 0)
    world.clock.now -= 100 * 365 * 24 * HOUR
    assert LEADS in {one.recipient for one in world.store.handed_over.missing(10**14, 9)}
