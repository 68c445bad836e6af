"""The map follows the store: what changed and nothing else, and a store that was brought back."""

from __future__ import annotations

from tests.unit.world import World
from weftmail.flow.follow_map import follow
from weftmail.mta.map import MapDatabase, create


def test_it_follows_edits_and_a_store_that_is_older_than_the_map(world: World, tmp_path):
    path = tmp_path / "map" / "map.db"
    create(path)
    file = MapDatabase(path)
    assert follow(world.store, file) > 0
    assert "leads@acme.example" in file.recipients()
    assert follow(world.store, file) == 0
    with world.store.transaction():
        world.store.aliases.remove(world.leads, 2)
    assert follow(world.store, file) == 1
    assert "leads@acme.example" not in file.recipients()
    world.store.connection.execute("update generation set value = 1")
    world.store.connection.execute("update alias set active = true, generation = 1")
    assert follow(world.store, file) > 1
    assert "leads@acme.example" in file.recipients()
    file.close()
