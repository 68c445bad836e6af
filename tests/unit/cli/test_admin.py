"""The frame of mail-admin: help, words that make no sense, and failures of the machine."""

from __future__ import annotations

import argparse
import io
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path

import pytest

from tests.unit.shell import Shell
from weftmail import __version__
from weftmail.cli import admin, runtime
from weftmail.cli.arguments import Parser
from weftmail.cli.config import Config, load, networks
from weftmail.cli.frame import explained
from weftmail.core.failure import PermFail, TempFail
from weftmail.store.errors import Broken, Full

ROOT = Path(__file__).parents[3]
BIN = ROOT / "bin" / "mail-admin"
NUMBERED = [
    ("inbound", "show"),
    ("inbound", "replay"),
    ("outbox", "retry"),
    ("outbox", "show"),
    ("review", "release"),
    ("review", "discard"),
    ("review", "spam"),
    ("review", "block"),
]


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert admin.main(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(f"  {noun} " in out for noun in admin.NOUNS)
    assert "WEFTMAIL_CONFIG" in out


@pytest.mark.parametrize("words", [["alias"], ["alias", "add"], ["completion"]])
def test_help_of_a_command_is_what_its_flag_says(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert admin.main(["help", *words]) == 0
    said = capsys.readouterr().out
    assert f"usage: mail-admin {' '.join(words)}" in said
    assert admin.main([*words, "--help"]) == 0
    assert capsys.readouterr().out == said


def test_help_alone_is_the_overview(capsys: pytest.CaptureFixture[str]) -> None:
    assert admin.main(["help"]) == 0
    assert "usage: mail-admin COMMAND" in capsys.readouterr().out


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert admin.main(["--version"]) == 0
    assert capsys.readouterr().out == f"mail-admin {__version__}\n"


def test_no_words_at_all_is_an_error_with_the_overview(capsys: pytest.CaptureFixture[str]) -> None:
    assert admin.main([]) == 2
    assert "usage: mail-admin" in capsys.readouterr().out


@pytest.mark.parametrize("noun", admin.NOUNS)
def test_every_command_has_help(noun: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert admin.main([noun, "--help"]) == 0
    assert f"usage: mail-admin {noun}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["frob"], "'frob' is no command; there are init, status, metrics"),
        (["squad", "list"], "'squad' is no command"),
        (["--json"], "--json stands before the command; write it behind, as in: mail-admin COMMAND VERB --json"),
        (["company"], "say what to do: add, list, show, set, remove; see: mail-admin company --help"),
        (["company", "frob"], "'frob' is nothing that can be done here; there are add"),
        (["company", "list", "--frob"], "there is no --frob here"),
        (["company", "list", "--js"], "there is no --js here; did you mean --json?"),
        (["outbox", "burn", "1"], "'burn' is nothing that can be done here"),
        (["dkim", "revoke", "acme.example"], "'revoke' is nothing that can be done here"),
        (["alias", "add", "-x@acme.example", "--opens", "lead"], "begins with a hyphen"),
        (["alias", "add", "-x@", "--opens", "lead"], "'-x@' is not an address"),
        (["alias", "add", "a\0b@acme.example"], "is not UTF-8 text"),
        (["alias", "add", os.fsdecode(b"\xff@acme.example")], "is not UTF-8 text"),
        *([[*words, "seven"], "'seven' is no number from 1 on"] for words in NUMBERED),
        *([[*words, str(2**70)], "is no number from 1 on"] for words in NUMBERED),
        (["record", "list", "--limit", "0"], "'0' is no number from 1 on"),
    ],
)
def test_words_that_make_no_sense_end_with_2_and_one_line(shell: Shell, words: list[str], said: str) -> None:
    assert said in shell.refused(*words, status=2)


@pytest.mark.parametrize(("noun", "verb"), NUMBERED)
def test_a_number_that_nobody_has(shell: Shell, noun: str, verb: str) -> None:
    said = shell.refused(noun, verb, "4711")
    assert "4711" in said and "mail-admin" in said.removeprefix("mail-admin: ")


def test_settings_that_are_not_there(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEFTMAIL_CONFIG", str(shell.folder / "none.toml"))
    assert "there is no" in (said := shell.refused("company", "list"))
    assert "mail-admin init" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"state = ", "is not TOML"),
        (b"\xff", "it is not UTF-8 text"),
        (b'stat = "x"', "stat is no setting; did you mean state? There are authentication, authserv_id"),
        (b"state = 1", "state has to be a text in quotes"),
        (b'site = "8470"', "weftmail.toml, line 1: site = '8470' is neither HOST:PORT"),
        (b'site = "[::1]:70000"', "is neither HOST:PORT"),
        (
            b'site = "unix:/run/site.sock"',
            "site is a Unix socket, so links need the address of its proxy: set site_url",
        ),
        (b'smtp = "mail.acme.example"', "weftmail.toml, line 1: smtp = 'mail.acme.example' is neither HOST:PORT"),
        (b'smtp = "maildir:"', "names no folder; say maildir:PATH"),
        (b'site_url = "mail.acme.example"', "weftmail.toml, line 1: site_url = 'mail.acme.example' is no address"),
        (b'site_url = "https://"', "begins with http:// or https://"),
        (b'proxies = "127.0.0.1, mail"', "'mail' does not appear to be an IPv4 or IPv6 network; say 127.0.0.1, ::1"),
        (b'site_url = "https://acme.example/?a"', "begins with http:// or https://"),
        (b'site_url = "https://anna@acme.example"', "begins with http:// or https://"),
    ],
)
def test_settings_that_cannot_be_read(shell: Shell, text: bytes, said: str) -> None:
    shell.config.write_bytes(text)
    assert said in shell.refused("company", "list")


@pytest.mark.parametrize(
    "letter", ["\\n", "\\r\\nBcc: x@evil.example", "\\u0000", "\\t", "\\u0085", "\\u2028", "\\u202E", "\\u001b[2J"]
)
@pytest.mark.parametrize("name", [field.name for field in fields(Config) if isinstance(field.default, str)])
def test_no_setting_holds_a_line_break_or_another_control_character(shell: Shell, name: str, letter: str) -> None:
    shell.config.write_text(f'{name} = "https://127.0.0.1:80{letter}"\n')
    said = shell.refused("company", "list")
    assert f"{name} = " in said and "holds a line break or another control character" in said
    assert said.strip().isprintable()


def test_settings_of_many_scripts_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "weftmail.toml"
    path.write_text(
        'state = "/srv/vår post"\nsite_url = "https://blåbär.example:8443/post/"\nproxies = "::1,10.0.0.0/8"\n'
    )
    config = load({"WEFTMAIL_CONFIG": str(path)})
    assert (config.state, config.url) == ("/srv/vår post", "https://blåbär.example:8443/post")
    assert [str(one) for one in networks(config.proxies)] == ["::1/128", "10.0.0.0/8"]


def test_settings_that_are_a_folder(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEFTMAIL_CONFIG", str(shell.folder))
    assert "cannot be read: Is a directory" in shell.refused("company", "list")


def test_a_store_that_is_not_there(shell: Shell) -> None:
    shell.config.write_text(f'state = "{shell.folder}/elsewhere"\n')
    said = shell.refused("record", "list")
    assert f"there is no store at {shell.folder}/elsewhere/weftmail.db; mend state in {shell.config}, or make" in said
    assert "mail-admin init" in said
    assert "mail-admin init" in shell.refused("migrate")


def test_a_store_of_another_version(shell: Shell) -> None:
    shell.world.store.connection.execute("update migration set number = 99")
    assert "this version knows 1; install the newer" in shell.refused("company", "list")
    assert "install the newer" in shell.refused("migrate")
    shell.world.store.connection.execute("delete from migration")
    assert "the store is at schema 0, this version works with 1; run: mail-admin migrate" in shell.refused(
        "company", "list"
    )


def test_a_file_that_is_no_store(shell: Shell) -> None:
    (shell.folder / "other").mkdir()
    (shell.folder / "other" / "weftmail.db").write_bytes(b"no store at all\n" * 100)
    shell.config.write_text(f'state = "{shell.folder}/other"\n')
    said = shell.refused("company", "list")
    assert f"{shell.folder}/other/weftmail.db is damaged: file is not a database; restore it from the backup" in said


def test_a_store_that_another_program_holds(shell: Shell) -> None:
    impatient = shell.context()
    impatient.store.connection.execute("pragma busy_timeout = 50")
    holder = sqlite3.connect(shell.folder / "weftmail.db", isolation_level=None)
    holder.execute("begin immediate")
    assert "locked by another program" in shell.refused("company", "add", "Beta", context=impatient)
    assert "Acme" in shell.ok("company", "list")  # Reading waits for nobody.
    holder.execute("rollback")
    holder.close()
    shell.ok("company", "add", "Beta")


def test_keys_that_are_missing_or_broken_never_show_themselves(shell: Shell) -> None:
    row = shell.world.deliver(shell.world.mail(to="nobody@acme.example"), "nobody@acme.example")
    keys = shell.folder / "keys" / "tokens"
    secret = keys.read_text()
    keys.write_text(secret.replace(" current", ""))
    said = shell.refused("review", "release", str(row.id), "--opens", "lead")
    assert "holds no keys" in said and "6b6b" not in said
    keys.unlink()
    assert "backup" in shell.refused("review", "release", str(row.id), "--opens", "lead")


@pytest.mark.parametrize(
    ("error", "said", "status"),
    [
        (TempFail("the map is\nlocked"), "the map is locked", 1),
        (PermFail("it cannot be"), "it cannot be", 1),
        (OSError(28, "No space left on device", "/var/x"), "/var/x: No space left on device", 1),
        (Full("database or disk is full"), "disk is full", 1),
        (Broken("database disk image is malformed"), "weftmail.db is damaged: database disk", 1),
        (KeyError("secret"), "a fault of our own, KeyError; WEFTMAIL_DEBUG=1 shows where", 1),
    ],
)
def test_every_failure_becomes_one_line(error: Exception, said: str, status: int) -> None:
    text, got = explained(error)
    assert said in text and got == status
    assert "\n" not in text and "secret" not in text


def test_a_fault_of_our_own_shows_its_place_only_when_asked(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.world.store.connection.execute("update alias set defaults = 'no JSON'")
    assert "a fault of our own, JSONDecodeError" in shell.refused("alias", "list", "--json")
    monkeypatch.setenv("WEFTMAIL_DEBUG", "1")
    status, _, err = shell.call("alias", "list", "--json")
    assert status == 1 and "Traceback" in err


def test_stopped_by_hand(shell: Shell) -> None:
    class Stopped(io.StringIO):
        def read(self, size: int | None = -1) -> str:
            raise KeyboardInterrupt

    stopped = shell.context(stdin=Stopped())
    called = shell.call("post", "LEAD-1", "--as", "anna@acme.example", "--html", "-", context=stopped)
    assert called == (130, "", "mail-admin: stopped\n")


def test_the_program_of_a_clone_runs_from_anywhere_and_starts_quickly(tmp_path: Path) -> None:
    link = tmp_path / "mail-admin"
    link.symlink_to(BIN)
    done = subprocess.run([link, "frob"], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 2 and done.stderr.startswith("mail-admin: 'frob' is no command")
    assert "weftmail.cli.admin:main" in (ROOT / "pyproject.toml").read_text()
    loaded = subprocess.run(
        [sys.executable, "-Ic", "import sys, weftmail.cli.admin as a; a.main(['--help']); print(*sys.modules)"],
        capture_output=True, text=True, check=True,
    ).stdout.splitlines()[-1].split()  # fmt: skip
    assert not {"argparse", "sqlite3", "aiosql", "mailparser", "starlette"} & set(loaded)


def test_a_reader_that_goes_away_is_no_failure(shell: Shell) -> None:
    with shell.world.store.transaction():
        for number in range(800):
            shell.world.store.companies.add(f"Company {number:05} {'x' * 90}", 1)
    done = subprocess.run(
        ["sh", "-c", f"{BIN} company list --limit 800 | head -1; echo"], capture_output=True, text=True, check=True,
        env={**os.environ, "WEFTMAIL_CONFIG": str(shell.config)},
    )  # fmt: skip
    assert done.stderr == ""
    assert done.stdout.startswith("COMPANY")


@contextmanager
def open_to_all() -> Iterator[Path]:
    """A folder that every user can reach.  The runner's own it closes again, whenever another run of it begins."""
    with tempfile.TemporaryDirectory(prefix="weftmail-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_root_becomes_the_owner_of_the_state_folder(shell: Shell) -> None:
    if os.geteuid() != 0:
        runtime.become_owner(shell.folder)
        assert shell.folder.stat().st_uid == os.geteuid()
        return
    with open_to_all() as place:
        folder = place / "state"
        shutil.copytree(shell.folder, folder)
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, 65534, 65534)
        config = place / "weftmail.toml"
        config.write_text(shell.config.read_text().replace(str(shell.folder), str(folder)))
        environ = {**os.environ, "WEFTMAIL_CONFIG": str(config)}
        subprocess.run([BIN, "alias", "remove", "support@acme.example"], env=environ, check=True, capture_output=True)
        made = {path: path.stat().st_uid for path in folder.rglob("*")}
        assert folder / "map" / "map.db" in made
        assert set(made.values()) == {65534}


def test_a_store_that_belongs_to_somebody_else(shell: Shell) -> None:
    if os.geteuid() != 0:
        assert runtime.owner_of(shell.folder)
        return
    with open_to_all() as place:
        closed = place / "closed"
        closed.mkdir(mode=0o700)
        config = place / "weftmail.toml"
        config.write_text(f'state = "{closed}"\n')
        config.chmod(0o644)
        environ = {**os.environ, "WEFTMAIL_CONFIG": str(config)}
        done = subprocess.run(
            [BIN, "company", "list"], env=environ, check=False, capture_output=True, text=True, user=65534, group=65534,
            extra_groups=[],
        )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith("is closed to you; run this as root or as root\n")


def parsers() -> Iterator[tuple[str, Parser]]:
    """Every command with its parser; those with verbs, verb by verb."""
    for noun in admin.NOUNS:
        top = Parser(prog=f"mail-admin {noun}")
        admin.module_of(noun).build(top)
        verbs = [one for one in top._actions if isinstance(one, argparse._SubParsersAction)]
        if not verbs:
            yield noun, top
        for action in verbs:
            yield from ((f"{noun} {verb}", parser) for verb, parser in action.choices.items())


def test_every_verb_and_flag_stands_in_the_docs() -> None:
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    for command, parser in parsers():
        noun, _, verb = command.partition(" ")
        assert re.search(rf"mail-admin {noun} (.* \| )?{verb}\b" if verb else rf"mail-admin {noun}\b", page), command
        flags = {flag for one in parser._actions for flag in one.option_strings if flag.startswith("--")}
        missing = {flag for flag in flags - {"--help"} if flag not in page}
        assert not missing, (command, missing)


WITHOUT_JSON = {"serve", "completion", "metrics", "alias export", "record export", "contact export"}
"""Programs, and what prints a text for another program: completion, figures, CSV, mbox."""


def test_every_list_show_and_act_takes_json() -> None:
    for command, parser in parsers():
        has = any("--json" in one.option_strings for one in parser._actions)
        assert has is (command not in WITHOUT_JSON), command


def test_every_list_comes_in_pages() -> None:
    lists = [(command, parser) for command, parser in parsers() if command.endswith(" list")]
    assert len(lists) > 15
    for command, parser in lists:
        flags = {flag for one in parser._actions for flag in one.option_strings}
        assert {"--limit", "--after", "--json"} <= flags, command


def test_every_word_of_every_command_is_explained_in_plain_words() -> None:
    for command, parser in parsers():
        assert parser.description or " " not in command, command
        for one in parser._actions:
            said = one.help or ""
            assert not one.option_strings or len(said) > 3, (command, one.option_strings)
            assert not any(word in said for word in (" tray", "whole or beside", "worth nothing")), (command, said)
