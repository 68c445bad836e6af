"""mail-admin backup: made while a store is in use, looked into, restored elsewhere, with nothing leaving."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pyrage
import pytest

from tests.unit.shell import Shell
from tests.unit.world import World
from weftmail.cli import backups, runtime
from weftmail.cli.commands.backup import make_folder
from weftmail.cli.config import Config
from weftmail.core.failure import UsageError
from weftmail.flow.restored import restored
from weftmail.store.backup import check_copy, copy_store
from weftmail.store.connection import connect
from weftmail.store.errors import Broken
from weftmail.store.store import Store
from weftmail.transport import archive


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    (tmp_path / "installation").mkdir()
    world = World(tmp_path / "installation")
    yield Shell(world, tmp_path / "installation", monkeypatch, capsys)
    world.store.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "backups"
    path.mkdir(mode=0o700)
    return path


def create(shell: Shell, folder: Path, *words: str) -> dict[str, object]:
    found: dict[str, object] = shell.json("backup", "create", "--folder", str(folder), *words)
    return found


def test_a_backup_is_made_listed_checked_and_swept(shell: Shell, folder: Path) -> None:
    assert "There are no backups" in shell.ok("backup", "list", "--folder", str(folder))
    made = create(shell, folder)
    rows = made["rows"]
    assert isinstance(rows, dict) and rows["users"] > 0 and rows["company"] == 1
    path = Path(str(made["file"]))
    assert path.stat().st_mode & 0o777 == 0o600
    assert "it can be restored" in shell.ok("backup", "check", str(path))
    older = [folder / f"weftmail-2020-01-0{day}T00.00.00Z.tar.gz" for day in (1, 2, 3)]
    for one in older:
        one.write_bytes(path.read_bytes())
    (folder / "weftmail-notes.txt").write_text("not ours to sweep")
    assert len(backups.listed(folder)) == 4
    assert backups.sweep(folder, 2) == [older[1], older[0]]
    assert [one.name for one in backups.listed(folder)] == [path.name, older[2].name]
    assert (folder / "weftmail-notes.txt").exists()
    assert [one.name for one in folder.iterdir() if one.name.startswith(".")] == []


def test_an_empty_folder_that_root_made_is_given_to_the_owner(shell: Shell, tmp_path: Path) -> None:
    by_hand = tmp_path / "by-hand"
    by_hand.mkdir(mode=0o700)
    assert make_folder(Config(state=str(shell.folder)), str(by_hand)) == by_hand
    assert by_hand.stat().st_uid == shell.folder.stat().st_uid
    with pytest.raises(UsageError, match="cannot be made"):
        make_folder(Config(state=str(shell.folder)), "/proc/none/x")


def test_a_damaged_backup_and_a_missing_one_are_refused(shell: Shell, folder: Path) -> None:
    path = Path(str(create(shell, folder)["file"]))
    path.write_bytes(path.read_bytes()[:-100])
    assert "damaged" in shell.refused("backup", "check", str(path))
    assert "there is no file" in shell.refused("backup", "check", str(folder / "none.tar.gz"))


def test_a_restored_store_sends_nothing_until_it_is_released(shell: Shell, folder: Path, tmp_path: Path) -> None:
    (shell.folder / "incoming").mkdir(exist_ok=True)
    (shell.folder / "incoming" / "waits").write_bytes(b"a mail that waits")
    made = create(shell, folder)
    place = tmp_path / "elsewhere"
    place.mkdir()
    config = Config(state=str(place))
    about = backups.restore_into(config, Path(str(made["file"])), "", 1_800_000_000_000)
    assert about["rows"] == made["rows"]
    assert (place / "incoming" / "waits").read_bytes() == b"a mail that waits"
    assert config.keyring.read_bytes() == (shell.folder / "keys" / "tokens").read_bytes()
    assert config.keyring.stat().st_mode & 0o777 == 0o600
    store = runtime.open_store(config)
    found = restored(store)
    assert found is not None and found.at == 1_800_000_000_000
    assert store.settings.get("sending_paused") == "1"
    store.close()
    with pytest.raises(UsageError, match="holds a store already"):
        backups.restore_into(config, Path(str(made["file"])), "", 0)


def test_release_wants_a_restored_store(shell: Shell) -> None:
    assert "was not restored" in shell.refused("backup", "release")


def test_an_encrypted_backup_is_looked_into_with_its_secret_key_alone(
    shell: Shell, folder: Path, tmp_path: Path
) -> None:
    identity = pyrage.x25519.Identity.generate()
    secret = tmp_path / "secret.key"
    secret.write_text(f"{identity}\n")
    config = Config(state=str(shell.folder))
    settings = tmp_path / "weftmail.toml"
    settings.write_text('hostname = "mx1.acme.example"\n')
    made = backups.create(config, str(settings), folder, str(identity.to_public()))
    assert made.path.name.endswith(".tar.gz.age") and b"mx1.acme.example" not in made.path.read_bytes()
    assert backups.look(made.path, str(identity)).rows == made.rows
    assert "can be restored" in shell.ok("backup", "check", str(made.path), "--identity", str(secret))
    assert "--identity" in shell.refused("backup", "check", str(made.path))
    assert "cannot be read" in shell.refused("backup", "check", str(made.path), "--identity", "/none")
    assert backups.settings_of(made.path, str(identity)) == 'hostname = "mx1.acme.example"\n'


def test_a_copy_is_of_one_moment_while_others_write(tmp_path: Path, shell: Shell) -> None:
    source = shell.folder / "weftmail.db"
    writer = Store(connect(source))
    ended = threading.Event()
    counts: list[int] = []

    def write() -> None:
        # Two rows in each transaction: a copy that holds an odd number is of no moment.
        other = Store(connect(source))
        number = 0
        while not ended.is_set():
            with other.transaction():
                other.settings.put(f"left.{number}", "1")
                other.settings.put(f"right.{number}", "1")
            number += 1
        other.close()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for number in range(5):
            target = tmp_path / f"copy-{number}.db"
            copy_store(source, target)
            counts.append(check_copy(target)["setting"])
    finally:
        ended.set()
        thread.join()
        writer.close()
    before = counts[0] % 2
    assert all(count % 2 == before for count in counts) and counts[-1] > counts[0]


def test_a_copy_that_is_damaged_is_found_out(tmp_path: Path, shell: Shell) -> None:
    target = tmp_path / "copy.db"
    copy_store(shell.folder / "weftmail.db", target)
    content = bytearray(target.read_bytes())
    content[40_000:44_000] = b"\xff" * 4000
    target.write_bytes(content)
    with pytest.raises(Broken):
        check_copy(target)
    target.write_bytes(b"no database")
    with pytest.raises(Broken):
        check_copy(target)


def test_a_backup_that_lacks_rows_is_not_called_whole(shell: Shell, folder: Path) -> None:
    made = Path(str(create(shell, folder)["file"]))
    scratch = folder / "s"
    scratch.mkdir()
    about = archive.unpack(made, scratch)
    members = {name: scratch / name for name in about["members"]}
    about["rows"]["users"] += 1
    made.unlink()
    archive.pack(made, members, {name: value for name, value in about.items() if name != "members"})
    assert "other rows" in shell.refused("backup", "check", str(made))
    assert json.dumps(about["rows"])
