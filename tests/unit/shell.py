"""mail-admin as tests call it: in this process, on the store of a small installation."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.unit.world import HOST, World
from weftmail.cli import admin, runtime
from weftmail.cli.context import Context
from weftmail.core.tokens.keys import dump, single


class Shell:
    """A terminal in the installation of ``world``, whose settings, keys and map lie in its folder."""

    def __init__(self, world: World, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
        self.world = world
        self.folder = folder
        self._capsys = capsys
        self.config = folder / "weftmail.toml"
        lines = (
            f'state = "{folder}"',
            f'hostname = "{HOST}"',
            f'authserv_id = "{HOST}"',
            f'backups = "{folder}/backups"',
            f'mail_log = "{folder}/mail.log"',
        )
        self.config.write_text("".join(f"{line}\n" for line in lines))
        (folder / "mail.log").touch()
        (folder / "keys").mkdir()
        (folder / "keys" / "tokens").write_text(dump(single(b"k" * 32)))
        world.store.settings.put(runtime.INSTANCE, "this installation")
        monkeypatch.setenv("WEFTMAIL_CONFIG", str(self.config))

    def call(self, *words: str, context: Context | None = None) -> tuple[int, str, str]:
        """Run one command, in the given context where there is one; return status, output and complaint."""
        self._capsys.readouterr()
        status = admin.main(list(words), context)
        out, err = self._capsys.readouterr()
        return status, out, err

    def context(self, **given: Any) -> Context:
        """Return what a command works with, ``stdin`` say in place of the real one."""
        return Context(os.environ, **given)

    def ok(self, *words: str, context: Context | None = None) -> str:
        """Run a command that has to succeed without a complaint; return what it printed."""
        status, out, err = self.call(*words, context=context)
        assert (status, err) == (0, ""), err
        return out

    def json(self, *words: str) -> Any:
        """Run a command with --json; return what it printed."""
        return json.loads(self.ok(*words, "--json"))

    def refused(self, *words: str, status: int = 1, context: Context | None = None) -> str:
        """Run a command that has to fail with one clear line, and change nothing; return the line."""
        before = self.everything()
        got, out, err = self.call(*words, context=context)
        assert got == status, err
        assert out == ""
        assert err.startswith("mail-admin: ") and err.endswith("\n") and err.count("\n") == 1, err
        assert "Traceback" not in err
        assert self.everything() == before
        return err

    def everything(self) -> list[str]:
        """Return the whole store as text."""
        with closing(sqlite3.connect(self.folder / "weftmail.db")) as store:
            return list(store.iterdump())

    def mapped(self) -> set[str]:
        """Return the recipients that the mail server would find."""
        from weftmail.mta.map import MapDatabase

        found = MapDatabase(self.folder / "map" / "map.db")
        try:
            return found.recipients()
        finally:
            found.close()
