from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.thorough import examples
from weftmail.core.failure import TempFail
from weftmail.core.ports import MapFile, MapRow
from weftmail.mta.map import MapDatabase, create, path_in

NAMES = st.sampled_from(["leads", "sales", "reply", "o'brien", "100%", "björn", ""])
EDITS = st.lists(st.tuples(NAMES, st.booleans()), min_size=1, max_size=20)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = path_in(tmp_path)
    create(file)
    return file


def row(
    local: str, generation: int, *, active: bool = True, domain: str = "acme.example", dedicated: bool = True
) -> MapRow:
    return MapRow(domain, local, dedicated, active, generation)


def spellings(path: Path) -> set[tuple[str, str]]:
    with sqlite3.connect(path) as connection:
        found = set(
            connection.execute(
                "select recipient.spelling, domain.spelling from recipient join domain on name = recipient.domain"
            )
        )
    connection.close()
    return found


def test_a_new_map_is_empty_and_follows(path: Path) -> None:
    file: MapFile = MapDatabase(path)
    assert file.generation() == 0
    file.apply([row("", 1), row("leads", 2)], 2)
    assert file.generation() == 2
    assert isinstance(file, MapDatabase)
    assert file.recipients() == {"leads@acme.example"}
    assert file.domains() == {"acme.example": True}
    file.close()


def test_anyone_of_the_group_may_write_beside_it_whatever_the_umask(tmp_path: Path) -> None:
    path = path_in(tmp_path)
    before = os.umask(0o077)
    try:
        create(path)
        file = MapDatabase(path)
        file.apply([row("", 1)], 1)
        modes = {entry.name: stat.S_IMODE(entry.stat().st_mode) for entry in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o2770
    assert modes == {"map.db": 0o664, "map.db-wal": 0o664, "map.db-shm": 0o664}
    file.close()


def test_it_is_in_wal_mode_from_the_first_moment(path: Path) -> None:
    assert path.read_bytes()[18:20] == b"\x02\x02"


def test_what_sqlite_keeps_beside_it_stays_after_the_last_of_us(path: Path) -> None:
    """On a full or read-only disk the mail server could not make it."""
    kept = [Path(f"{path}{end}") for end in ("-shm", "-wal")]
    assert all(one.exists() for one in kept)
    for generation in (1, 2):
        file = MapDatabase(path)
        file.apply([row("", generation), row(f"leads{generation}", generation)], generation)
        file.close()
        assert all(one.exists() for one in kept)
    plain = sqlite3.connect(path)
    assert plain.execute("select count(*) from recipient").fetchone() == (2,)
    plain.close()
    assert not any(one.exists() for one in kept)
    MapDatabase(path).close()
    assert all(one.exists() for one in kept)


def test_the_file_is_whole_without_what_stands_beside_it(path: Path, tmp_path: Path) -> None:
    file = MapDatabase(path)
    file.apply([row("", 1), row("leads", 1)], 1)
    alone = tmp_path / "alone.db"
    alone.write_bytes(path.read_bytes())
    assert MapDatabase(alone).recipients() == {"leads@acme.example"}
    file.close()


@pytest.mark.parametrize("times", [3, 1000])
def test_what_stands_beside_it_does_not_grow_without_end(path: Path, times: int) -> None:
    file = MapDatabase(path)
    for generation in range(1, times + 1):
        file.apply([row("", generation), row("leads", generation)], generation)
    file.close()
    assert Path(f"{path}-wal").stat().st_size < 1_000_000


def test_making_it_again_changes_nothing(path: Path) -> None:
    file = MapDatabase(path)
    file.apply([row("", 1), row("leads", 1)], 1)
    inode = path.stat().st_ino
    create(path)
    assert path.stat().st_ino == inode
    assert (file.generation(), file.recipients()) == (1, {"leads@acme.example"})
    file.close()


def test_a_missing_group_does_not_stop_the_demo(tmp_path: Path) -> None:
    create(tmp_path / "map" / "map.db", group="no-such-group-here")
    assert MapDatabase(tmp_path / "map" / "map.db").generation() == 0


def test_a_removed_row_is_gone_and_comes_back(path: Path) -> None:
    file = MapDatabase(path)
    file.apply([row("", 1), row("leads", 1)], 1)
    file.apply([row("leads", 2, active=False)], 2)
    assert file.recipients() == set()
    file.apply([row("leads", 3)], 3)
    assert file.recipients() == {"leads@acme.example"}


def test_closing_a_domain_is_one_row(path: Path) -> None:
    file = MapDatabase(path)
    file.apply([row("", 1), row("leads", 1), row("", 1, domain="beside.example", dedicated=False)], 1)
    file.apply([row("", 2, active=False)], 2)
    assert file.recipients() == set()
    assert file.domains() == {"beside.example": False}


def test_the_same_rows_twice_are_the_same_map(path: Path) -> None:
    file = MapDatabase(path)
    rows = [row("", 1), row("leads", 1)]
    file.apply(rows, 1)
    file.apply(rows, 1)
    assert file.recipients() == {"leads@acme.example"}


def test_a_writer_that_was_overtaken_changes_nothing(path: Path) -> None:
    slow, quick = MapDatabase(path), MapDatabase(path)
    stale = [row("", 1), row("leads", 2)]
    quick.apply([row("", 1), row("leads", 3, active=False)], 3)
    slow.apply(stale, 2)
    assert (slow.generation(), slow.recipients()) == (3, set())


def test_a_rebuild_goes_back(path: Path) -> None:
    file = MapDatabase(path)
    file.apply([row("", 9), row("leads", 9)], 9)
    file.rebuild([row("", 1), row("sales", 2)], 2)
    assert (file.generation(), file.recipients()) == (2, {"sales@acme.example"})


def test_every_spelling_that_postfix_may_ask_for_stands_in_it(path: Path) -> None:
    MapDatabase(path).apply([row("", 1, domain="xn--exmple-cua.se"), row("bjÖrn", 1, domain="xn--exmple-cua.se")], 1)
    assert spellings(path) == {
        ("bjÖrn", "exämple.se"),
        ("björn", "exämple.se"),
        ("bjÖrn", "xn--exmple-cua.se"),
        ("björn", "xn--exmple-cua.se"),
    }


def test_a_sharp_s_is_never_taken_for_two(path: Path) -> None:
    file = MapDatabase(path)
    file.apply([row("", 1, domain="xn--strae-oqa.example"), row("leads", 1, domain="xn--strae-oqa.example")], 1)
    assert {domain for _, domain in spellings(path)} == {"xn--strae-oqa.example", "straße.example"}


def test_a_name_that_is_no_idn_still_stands_in_it(path: Path) -> None:
    MapDatabase(path).apply([row("", 1, domain="xn--0.example"), row("leads", 1, domain="xn--0.example")], 1)
    assert spellings(path) == {("leads", "xn--0.example")}


def test_a_fault_in_the_middle_leaves_all_as_it_was(path: Path) -> None:
    file = MapDatabase(path)
    file.apply([row("", 1), row("leads", 1)], 1)
    broken = MapRow("acme.example", "sales", True, True, None)  # type: ignore[arg-type]
    with pytest.raises(TempFail, match=r"map\.db cannot be used"):
        file.apply([row("leads", 2, active=False), broken], 2)
    assert (file.generation(), file.recipients()) == (1, {"leads@acme.example"})


def test_a_missing_map_is_said_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(TempFail, match="cannot be used"):
        MapDatabase(tmp_path / "map.db")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_is_a_temporary_failure(tmp_path: Path) -> None:
    (tmp_path / "map").write_text("a file where the folder should be")
    with pytest.raises(TempFail, match="cannot be made"):
        create(tmp_path / "map" / "map.db")


def test_a_writer_that_holds_the_file_is_waited_for(path: Path) -> None:
    file = MapDatabase(path)
    holder = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    holder.execute("begin immediate")
    threading.Timer(0.2, lambda: holder.execute("rollback")).start()
    file.apply([row("", 1)], 1)
    assert file.generation() == 1
    holder.close()


def test_two_writers_racing_agree_with_the_store(path: Path) -> None:
    def follow(first: int) -> None:
        file = MapDatabase(path)
        for generation in range(first, 200, 2):
            last = generation % 2 == 0
            file.apply([row("", 1), row("leads", generation, active=last)], generation)
        file.close()

    writers = [threading.Thread(target=follow, args=(first,)) for first in (1, 2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    file = MapDatabase(path)
    assert (file.generation(), file.recipients()) == (199, set())
    assert file.domains() == {"acme.example": True}


def generation(path: Path) -> int:
    file = MapDatabase(path)
    try:
        return file.generation()
    finally:
        file.close()


def test_a_writer_killed_at_any_point_leaves_a_whole_map(path: Path) -> None:
    program = (
        "import sys; from weftmail.mta.map import MapDatabase; from weftmail.core.ports import MapRow\n"
        "file = MapDatabase(sys.argv[1]); n = file.generation()\n"
        "print('up', flush=True)\n"
        "while True:\n"
        "    n += 1\n"
        "    rows = [MapRow('acme.example', name, True, True, n) for name in ('', f'a{n}', f'b{n}')]\n"
        "    file.apply(rows, n)\n"
    )
    before = 0
    for _ in range(5):
        writer = subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"up\n"
        while generation(path) <= before:
            pass
        writer.kill()
        writer.wait()
        writer.stdout.close()
        file = MapDatabase(path)
        now = file.generation()
        names = {f"{kind}{n}@acme.example" for n in range(1, now + 1) for kind in "ab"}
        assert file.recipients() == names
        assert now > before
        before = now
        file.close()


@settings(max_examples=examples(60))
@given(EDITS)
def test_following_step_by_step_is_the_same_as_following_at_once(edits: list[tuple[str, bool]]) -> None:
    changes = [row(local, number, active=active) for number, (local, active) in enumerate(edits, 1)]
    last = {change.local: change for change in changes}
    expected = {f"{local}@acme.example" for local, change in last.items() if local and change.active}
    if "" not in last or not last[""].active:
        expected = set()
    with tempfile.TemporaryDirectory() as folder:
        one, other = (opened(Path(folder) / name / "map.db") for name in ("one", "other"))
        for change in changes:
            one.apply([change], change.generation)
        other.apply(last.values(), len(changes))
        assert one.recipients() == other.recipients() == expected
        assert one.generation() == other.generation() == len(changes)
        one.close()
        other.close()


def opened(path: Path) -> MapDatabase:
    create(path)
    return MapDatabase(path)


def test_it_says_what_postfix_would_find(path: Path) -> None:
    file = MapDatabase(path)
    file.apply([row("", 1), row("leads", 2), row("*", 3), row("off", 4, active=False)], 4)
    file.apply([MapRow("acme.example", "off", True, False, 5, refused=True)], 5)
    file.apply([row("", 6, domain="box.example", dedicated=False), row("sales", 7, domain="box.example")], 7)
    takes = ["leads@acme.example", "LEADS+x@Acme.Example", "any@acme.example", "sales@box.example"]
    refuses = ["off@acme.example", "any@box.example", "x@other.example", "acme.example", "", "o'x@box.example", "%u@%d"]
    assert all(map(file.takes, takes)) and not any(map(file.takes, refuses))
    file.close()
