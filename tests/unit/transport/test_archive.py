"""The file of a backup: what was packed comes out, and nothing else does."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from pathlib import Path

import pyrage
import pytest

from weftmail.core.failure import UsageError
from weftmail.transport.archive import pack, unpack


@pytest.fixture
def members(tmp_path: Path) -> dict[str, Path]:
    found = {}
    for name, text in (
        ("store/weftmail.db", "rows" * 100_000),
        ("keys/tokens", "secret"),
        ("keys/dkim/acme.example/wm26a", "k"),
    ):
        path = tmp_path / name.replace("/", "-")
        path.write_text(text)
        found[name] = path
    return found


def empty(tmp_path: Path, name: str = "out") -> Path:
    folder = tmp_path / name
    folder.mkdir()
    return folder


@pytest.mark.parametrize("encrypted", [False, True])
def test_what_was_packed_comes_out(tmp_path: Path, members: dict[str, Path], encrypted: bool) -> None:
    identity = pyrage.x25519.Identity.generate()
    target = tmp_path / f"b.tar.gz{'.age' if encrypted else ''}"
    pack(target, members, {"version": "1"}, str(identity.to_public()) if encrypted else "")
    assert target.stat().st_mode & 0o777 == 0o600
    assert (b"age-encryption.org" in target.read_bytes()[:40]) is encrypted
    out = empty(tmp_path)
    about = unpack(target, out, f"# created\n{identity}\n")
    assert about["version"] == "1" and set(about["members"]) == set(members)
    for name, path in members.items():
        assert (out / name).read_bytes() == path.read_bytes()
        assert (out / name).stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []


def test_another_key_and_no_key_open_nothing(tmp_path: Path, members: dict[str, Path]) -> None:
    target = tmp_path / "b.tar.gz.age"
    pack(target, members, {}, str(pyrage.x25519.Identity.generate().to_public()))
    with pytest.raises(UsageError, match="cannot be decrypted"):
        unpack(target, empty(tmp_path, "a"), str(pyrage.x25519.Identity.generate()))
    with pytest.raises(UsageError, match="--identity FILE"):
        unpack(target, empty(tmp_path, "b"))
    with pytest.raises(UsageError, match="cannot be decrypted"):
        unpack(target, empty(tmp_path, "c"), "no key at all")


@pytest.mark.parametrize("key", ["age1wrong", "ssh-ed25519 AAAA", "AGE-SECRET-KEY-1", "x"])
def test_a_key_that_is_none_writes_nothing(tmp_path: Path, members: dict[str, Path], key: str) -> None:
    with pytest.raises(UsageError, match="no public key"):
        pack(tmp_path / "b.tar.gz.age", members, {}, key)
    assert not list(tmp_path.glob("*b.tar*"))


def made_by_hand(path: Path, members: dict[str, bytes], listed: dict[str, str], kind: bytes = tarfile.REGTYPE) -> None:
    with tarfile.open(path, "w:gz") as tar:
        for name, content in {"manifest.json": json.dumps({"members": listed}).encode(), **members}.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            info.type = tarfile.REGTYPE if name == "manifest.json" else kind
            info.linkname = "/etc/passwd"
            tar.addfile(info, io.BytesIO(content))


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "/etc/passwd",
        "keys/../../evil",
        "keys/..",
        "store/other",
        "settings/x",
        "incoming/a/b",
        "keys/a/b/c/d",
    ],
)
def test_a_name_that_leads_elsewhere_is_not_followed(tmp_path: Path, name: str) -> None:
    path = tmp_path / "b.tar.gz"
    made_by_hand(path, {name: b"x"}, {name: "0"})
    with pytest.raises(UsageError, match="is no backup of weftmail"):
        unpack(path, empty(tmp_path))
    assert not (tmp_path / "evil").exists()


def test_damage_of_any_kind_is_said_in_one_line(tmp_path: Path, members: dict[str, Path]) -> None:
    target = tmp_path / "b.tar.gz"
    pack(target, members, {})
    whole = target.read_bytes()
    plain = gzip.decompress(whole)
    damaged = {
        "cut": whole[: len(whole) // 2],
        "noise": b"no archive",
        "nothing": b"",
        "changed": gzip.compress(plain.replace(b"secret", b"sEcret")),
        "without": gzip.compress(plain.replace(b"keys/tokens", b"keys/tokenz")),
    }
    for name, content in damaged.items():
        target.write_bytes(content)
        with pytest.raises(UsageError) as error:
            unpack(target, empty(tmp_path, name))
        assert "damaged" in str(error.value) and "\n" not in str(error.value)
    made_by_hand(target, {"keys/tokens": b""}, {"keys/tokens": "0"}, tarfile.SYMTYPE)
    with pytest.raises(UsageError):
        unpack(target, empty(tmp_path, "link"))
    made_by_hand(target, {}, {"keys/tokens": "0"})
    with pytest.raises(UsageError, match="missing"):
        unpack(target, empty(tmp_path, "less"))
