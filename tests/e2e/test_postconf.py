"""A folder of Postfix settings as the real postconf reads it: compared, and never written."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.shell import Shell
from tests.unit.world import World
from weftmail.core.failure import UsageError
from weftmail.mta.postfix.changes import Settings, read, show

SETTINGS = Settings("/var/lib/weftmail", "mx1.acme.example")


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    """mail-admin over a small installation."""
    (tmp_path / "installation").mkdir()
    world = World(tmp_path / "installation")
    yield Shell(world, tmp_path / "installation", monkeypatch, capsys)
    world.store.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "main.cf").write_text("compatibility_level = 3.6\nmyhostname = mx1.acme.example\nsoft_bounce = yes\n")
    (tmp_path / "master.cf").write_text("smtp inet n - y - - smtpd\n  -o smtpd_tls_security_level=none\n")
    return tmp_path


def test_a_folder_is_read_by_postconf_and_not_changed(folder: Path) -> None:
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    current = read(str(folder))
    show(SETTINGS, current)
    assert (current.main["myhostname"], current.value("soft_bounce")) == ("mx1.acme.example", "yes")
    assert current.services[0].options == {"smtpd_tls_security_level": "none"}
    assert current.value("smtpd_relay_restrictions").endswith("defer_unauth_destination")
    assert current.resolved("mydestination").startswith("mx1.acme.example, ")
    assert re.match(r"\d+\.\d+", current.version)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


def test_no_configuration_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"postconf cannot read .*No such file") as error:
        read(str(tmp_path))
    assert "\n" not in str(error.value)


def test_postfix_is_compared_and_never_written(shell: Shell, tmp_path: Path) -> None:
    folder = tmp_path / "postfix"
    folder.mkdir()
    (folder / "main.cf").write_text("compatibility_level = 3.6\nmyhostname = mx1.acme.example\n")
    (folder / "master.cf").write_text("smtp inet n - y - - smtpd\n")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    shown = shell.ok("postfix", "show", "--config", str(folder))
    assert "relay_domains" in shown and "master.cf" in shown and "0 conflicts" in shown
    signs = {one["sign"] for one in shell.json("postfix", "show", "--config", str(folder))}
    assert "+" in signs
    assert "a program per mail" in shell.ok("postfix", "show", "--config", str(folder), "--pipe", "--program", "/x/y")
    status, out, err = shell.call("postfix", "check", "--config", str(folder))
    assert (status, err) == (1, "") and "✕ " in out and "Next: " in out
    assert f"Next: postconf -c {folder} -e 'relay_domains" in out
    assert f"; postfix -c {folder} reload" in out and "; postfix reload" not in out
    assert f"Next: mail-admin postfix show --config {folder} --files | sh" in out
    status, out, _ = shell.call("postfix", "check", "--config", str(folder), "--folder", "/etc/other", "--pipe")
    assert f"mail-admin postfix show --config {folder} --folder /etc/other --pipe --files | sh" in out
    status, out, err = shell.call("postfix", "check", "--config", str(folder), "--json")
    assert (status, err) == (1, "") and '"level": "broken"' in out
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert "there is no folder /none" in shell.refused("postfix", "show", "--config", "/none")
    shutil.rmtree(folder)
    folder.mkdir()
    assert "postconf cannot read" in shell.refused("postfix", "check", "--config", str(folder))
    assert "cannot be used" in shell.refused(
        "postfix", "show", "--pipe", "--program", "/x y;z", "--config", str(folder)
    )
