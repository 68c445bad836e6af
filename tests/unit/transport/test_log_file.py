"""A log that another program writes: nothing of it is missed, whatever becomes of the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from weftmail.transport import log_file
from weftmail.transport.log_file import LogFile

Opened = Callable[[], LogFile]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log with one old line."""
    path = tmp_path / "log" / "mail.log"
    path.parent.mkdir()
    path.write_text("old\n")
    return path


@pytest.fixture
def opened(log: Path) -> Iterator[Callable[[], LogFile]]:
    """A new reader of it, with the place that the last one kept."""
    readers: list[LogFile] = []

    def another() -> LogFile:
        readers.append(LogFile(log, log.parent.parent / "place"))
        return readers[-1]

    yield another
    for one in readers:
        one.close()


def write(log: Path, text: str) -> None:
    with log.open("a") as file:
        file.write(text)


def test_it_begins_at_the_end_and_gives_what_comes(log: Path, opened: Opened) -> None:
    file = opened()
    assert file.lines() == []
    write(log, "one\ntwo\n")
    assert file.lines() == ["one", "two"]
    assert file.lines() == []


def test_a_line_that_is_half_written_waits_for_its_end(log: Path, opened: Opened) -> None:
    file = opened()
    assert file.lines() == []
    write(log, "on")
    assert file.lines() == []
    write(log, "e\ntw")
    assert file.lines() == ["one"]
    write(log, "o\n")
    assert file.lines() == ["two"]


def test_the_next_reader_goes_on_where_this_one_kept_its_place(log: Path, opened: Opened) -> None:
    file = opened()
    assert file.lines() == []
    write(log, "one\n")
    assert file.lines() == ["one"]
    file.keep({"A": "b"})
    file.close()
    write(log, "two\n")
    again = opened()
    assert again.lines() == ["two"] and again.extra == {"A": "b"}
    never_kept = opened()
    assert never_kept.lines() == ["two"]


@pytest.mark.parametrize("running", [True, False])
@pytest.mark.parametrize("name", ["mail.log.1", "mail.log-20261126"])
def test_a_log_that_is_turned_over_is_read_to_its_end(log: Path, opened: Opened, name: str, running: bool) -> None:
    file = opened()
    assert file.lines() == []
    file.keep(None)
    (log.parent / "mail.log.2.gz").write_bytes(b"\x1f\x8b")
    log.rename(log.parent / name)
    write(log.parent / name, "one\n")
    write(log, "two\n")
    reader = file if running else opened()
    found: list[str] = []
    for _ in range(4):
        found += reader.lines()
    assert found == ["one", "two"]
    write(log, "three\n")
    assert reader.lines() == ["three"]


def test_a_log_that_is_gone_for_a_while_is_waited_for(log: Path, opened: Opened) -> None:
    file = opened()
    assert file.lines() == []
    log.rename(log.parent / "mail.log.1")
    assert file.lines() == []
    write(log, "new\n")
    assert file.lines() == []
    assert file.lines() == ["new"]


@pytest.mark.parametrize("running", [True, False])
def test_a_log_that_was_cut_off_is_begun_anew(log: Path, opened: Opened, running: bool) -> None:
    file = opened()
    assert file.lines() == []
    write(log, "one\ntwo\nthree\n")
    assert len(file.lines()) == 3
    file.keep(None)
    log.write_text("new\n")
    reader = file if running else opened()
    assert [*reader.lines(), *reader.lines()] == ["new"]


def test_a_lost_log_without_its_predecessor_is_read_from_its_beginning(log: Path, opened: Opened) -> None:
    file = opened()
    assert file.lines() == []
    file.keep(None)
    log.rename(log.parent / "elsewhere")
    write(log, "one\n")
    assert opened().lines() == ["one"]


@pytest.mark.parametrize("kept", ["", "{", "[]", '{"place": [1], "extra": null}', '{"place": ["x", 1, 2], "extra": 1}'])
def test_a_damaged_place_is_none(log: Path, opened: Opened, kept: str) -> None:
    (log.parent.parent / "place").write_text(kept)
    file = opened()
    assert file.lines() == []
    write(log, "one\n")
    assert file.lines() == ["one"]


def test_much_is_read_in_portions_and_a_line_without_end_is_passed_over(log: Path, opened: Opened) -> None:
    file = opened()
    assert file.lines() == []
    write(log, "x" * (2 * log_file.CHUNK) + "\nshort\n" + "".join(f"{number}\n" for number in range(100_000)))
    found: list[str] = []
    looks = 0
    for _ in range(20):
        portion = file.lines()
        looks += bool(portion)
        found += portion
    assert "short" in found and found[-1] == "99999" and looks > 1
    assert max(map(len, found)) < 10


def test_one_that_is_not_there_is_an_error_of_the_machine(log: Path, opened: Opened) -> None:
    log.unlink()
    with pytest.raises(FileNotFoundError):
        opened().lines()
