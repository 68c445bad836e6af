"""The map follows the store, whatever happened in between."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.world import World
from weftmail.core.failure import TempFail
from weftmail.flow.follow_map import follow
from weftmail.mta.map import MapDatabase, create

SYSTEM = {
    f"{name}@acme.example" for name in ("reply", "bounce", "record", "notifications", "postmaster", "abuse", "dmarc")
}


@pytest.fixture
def file(tmp_path: Path) -> MapDatabase:
    create(tmp_path / "map.db")
    return MapDatabase(tmp_path / "map.db")


def test_a_new_map_gets_everything_and_then_only_what_changes(world: World, file: MapDatabase) -> None:
    assert follow(world.store, file) == 10
    assert file.recipients() == {"leads@acme.example", "support@acme.example", *SYSTEM}
    assert follow(world.store, file) == 0
    world.alias("orders", "order")
    world.store.aliases.set_state(world.leads, "removed", 2)
    assert follow(world.store, file) == 2
    assert file.recipients() == {"orders@acme.example", "support@acme.example", *SYSTEM}
    assert file.generation() == world.store.domains.generation()


def test_a_map_ahead_of_its_store_is_written_whole(world: World, file: MapDatabase) -> None:
    follow(world.store, file)
    file.apply([], 1000)
    world.store.connection.execute("delete from alias where id = ?", (world.leads,))
    assert follow(world.store, file) == 9
    assert file.recipients() == {"support@acme.example", *SYSTEM}
    assert file.generation() == world.store.domains.generation() < 1000


def test_a_map_that_cannot_be_written_follows_later(world: World, file: MapDatabase, tmp_path: Path) -> None:
    holder = MapDatabase(tmp_path / "map.db")
    holder.close()
    with pytest.raises(TempFail):
        follow(world.store, holder)
    assert follow(world.store, file) == 10
