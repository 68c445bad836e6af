"""The map in the forms that Exim reads: made of the map alone, whole at any time, and caught up with later."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weftmail.core.failure import TempFail
from weftmail.core.ports import MapRow
from weftmail.mta import map_copy
from weftmail.mta.map import MapDatabase, create

ROWS = (
    MapRow("in.acme.example", "", True, True, 1),
    MapRow("acme.example", "", False, True, 2),
    MapRow("in.acme.example", "leads", True, True, 3),
    MapRow("in.acme.example", "*", True, True, 4),
    MapRow("in.acme.example", "off", True, True, 5, refused=True),
    MapRow("acme.example", "frågor", False, True, 6),
    MapRow("acme.example", "*", False, True, 7),
    MapRow("xn--exmple-cua.org", "", True, True, 8),
    MapRow("xn--exmple-cua.org", "hej", True, True, 9),
)


@pytest.fixture
def file(tmp_path: Path) -> MapDatabase:
    create(tmp_path / "map.db")
    made = MapDatabase(tmp_path / "map.db")
    made.apply(ROWS, 9)
    return made


def keys(folder: Path) -> dict[str, str]:
    return map_copy.read(folder / map_copy.RECIPIENTS)


def test_no_copy_is_made_before_it_is_asked_for(file: MapDatabase, tmp_path: Path) -> None:
    assert not map_copy.kept(tmp_path)
    file.copy()
    assert map_copy.kept(tmp_path) and map_copy.generation(tmp_path) == 9


def test_it_says_what_the_map_says_in_every_spelling(file: MapDatabase, tmp_path: Path) -> None:
    file.copy()
    assert keys(tmp_path) == {
        "leads@in.acme.example": "ok",
        "*@in.acme.example": "ok",
        "off@in.acme.example": "refused",
        "frågor@acme.example": "ok",
        "hej@xn--exmple-cua.org": "ok",
        "hej@exämple.org": "ok",
        "generation": "9",
    }
    assert (tmp_path / map_copy.DOMAINS).read_text() == "exämple.org\nin.acme.example\nxn--exmple-cua.org\n"


def test_it_follows_each_change(file: MapDatabase, tmp_path: Path) -> None:
    file.copy()
    file.apply([MapRow("in.acme.example", "leads", True, False, 10)], 10)
    assert "leads@in.acme.example" not in keys(tmp_path)
    file.rebuild(ROWS[:3], 3)
    assert set(keys(tmp_path)) == {"leads@in.acme.example", "generation"}


def test_one_that_could_not_be_written_is_behind_until_it_is(file: MapDatabase, tmp_path: Path) -> None:
    file.copy()
    # Nothing takes the place of a folder, whoever asks for it.
    (tmp_path / map_copy.DOMAINS).unlink()
    (tmp_path / map_copy.DOMAINS).mkdir()
    change = [MapRow("in.acme.example", "new", True, True, 10)]
    with pytest.raises(TempFail):
        file.apply(change, 10)
    (tmp_path / map_copy.DOMAINS).rmdir()
    assert file.generation() == 9
    file.apply(change, 10)
    assert file.generation() == 10 and "new@in.acme.example" in keys(tmp_path)


def test_one_that_was_set_back_is_caught_up(file: MapDatabase, tmp_path: Path) -> None:
    file.copy()
    map_copy.write(tmp_path, [], {}, 4)
    assert file.generation() == 4
    file.apply([], 9)
    assert file.generation() == 9 and len(keys(tmp_path)) == 7


@pytest.mark.parametrize("content", [b"", b"\0" * 100, b"\xff" * 3000])
def test_a_damaged_one_counts_as_behind(file: MapDatabase, tmp_path: Path, content: bytes) -> None:
    file.copy()
    (tmp_path / map_copy.RECIPIENTS).write_bytes(content)
    assert map_copy.generation(tmp_path) == -1 and file.generation() == 0
    file.copy()
    assert file.generation() == 9


@given(st.dictionaries(st.text(min_size=1, max_size=20), st.text(max_size=5), max_size=300))
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, pairs: dict[str, str]) -> None:
    folder = tmp_path_factory.mktemp("cdb")
    pairs.pop("generation", None)
    map_copy.write(folder, [], pairs, 7)
    assert map_copy.read(folder / map_copy.RECIPIENTS) == {**pairs, "generation": "7"}
    assert map_copy.generation(folder) == 7


def test_how_far_it_followed_is_looked_up_and_not_searched_for(tmp_path: Path) -> None:
    map_copy.write(tmp_path, [], {f"{number}@acme.example": "ok" for number in range(2000)}, 12)
    path = tmp_path / map_copy.RECIPIENTS
    whole = path.read_bytes()
    first = whole.index(b"0@acme.example")
    # A record that nobody asks for may be anything: whoever read them all would fail on it.
    path.write_bytes(whole[:first] + b"\xff" + whole[first + 1 :])
    assert map_copy.generation(tmp_path) == 12
    map_copy.write(tmp_path, [], {}, 12)
    there = path.read_bytes()
    path.write_bytes(there.replace(b"generation", b"Generation"))
    assert map_copy.generation(tmp_path) == -1
