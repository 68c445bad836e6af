"""Secrets as systemd hands them over: they count instead of the files, and config check says what is wrong there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.shell import Shell
from weftmail.cli.config import Config
from weftmail.cli.context import Context
from weftmail.cli.credentials import SERVICES, credential_problems
from weftmail.cli.runtime import keyring_file, load_keyring
from weftmail.core.outgoing_server import ServerSecrets
from weftmail.core.tokens import keys
from weftmail.transport.credentials import LONGEST, password_of, path_of
from weftmail.transport.server_secrets import SecretFolder

KEYS = keys.dump(keys.single(b"k" * 32))


@pytest.fixture
def units(tmp_path: Path) -> Path:
    folder = tmp_path / "system"
    folder.mkdir()
    for name in SERVICES:
        (folder / name).write_text("[Service]\nExecStart=/bin/true\n")
    return folder


def dropped_in(units: Path, line: str, *services: str) -> Path:
    """Add a line to units, as ``systemctl edit`` does; return the last file."""
    path = units
    for name in services or SERVICES:
        path = units / f"{name}.d" / "override.conf"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"[Service]\n{line}\n")
    return path


def secret(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def said(units: Path, environ: dict[str, str] | None = None, stores: tuple[Path, ...] = ()) -> list[str]:
    return [one.what for one in credential_problems(environ or {}, (units,), stores)]


def test_the_keys_are_those_of_the_credential(tmp_path: Path) -> None:
    given = secret(tmp_path / "weftmail.tokens", KEYS)
    config = Config(state=str(tmp_path / "state"))
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert keyring_file(config, environ) == given
    assert keyring_file(config, {}) == config.keyring
    given.unlink()
    assert keyring_file(config, environ) == config.keyring


def test_the_programs_take_the_credential(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret(tmp_path / "weftmail.tokens", KEYS)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert load_keyring(Config(state=str(tmp_path / "state"))) == keys.load(KEYS)


def test_a_password_counts_instead_of_the_one_in_the_file(tmp_path: Path) -> None:
    folder = SecretFolder(tmp_path / "servers", {"CREDENTIALS_DIRECTORY": str(tmp_path)})
    folder.keep("provider", ServerSecrets("of the file", authority="PEM"))
    assert folder.load("provider").password == "of the file"
    secret(tmp_path / "weftmail.server.provider", "of systemd \n")
    assert folder.load("provider") == ServerSecrets("of systemd ", authority="PEM")
    assert folder.load("another") == ServerSecrets()
    secret(tmp_path / "weftmail.server.another", "\n")
    assert folder.load("another") == ServerSecrets()


@pytest.mark.parametrize("name", ["", "../secret", "weftmail.server./etc/passwd", "none"])
def test_a_name_leads_nowhere_else(tmp_path: Path, name: str) -> None:
    (tmp_path / "given").mkdir()
    secret(tmp_path / "secret", "x")
    assert path_of({"CREDENTIALS_DIRECTORY": str(tmp_path / "given")}, name) is None
    assert path_of({}, name) is None


def test_what_is_no_text_is_no_password(tmp_path: Path) -> None:
    (tmp_path / "weftmail.server.a").write_bytes(b"\xff\xfe")
    assert password_of({"CREDENTIALS_DIRECTORY": str(tmp_path)}, "a") == ""
    secret(tmp_path / "weftmail.server.b", "x" * (2 * LONGEST))
    assert len(password_of({"CREDENTIALS_DIRECTORY": str(tmp_path)}, "b")) == LONGEST


def test_what_is_right_is_not_spoken_of(tmp_path: Path, units: Path) -> None:
    assert said(units) == []
    dropped_in(units, f"LoadCredential=weftmail.tokens:{secret(tmp_path / 'tokens', KEYS)}\nLoadCredential=tls.key:/no")
    assert said(units) == []
    secret(tmp_path / "weftmail.server.provider", "secret\n")
    dropped_in(units, "LoadCredential = weftmail.server.provider", "weftmail-sender.service")
    # The sender has the password and the others the keys: one of them has no keys.
    assert (
        "is given to weftmail-listener.service, and not to weftmail-sender.service"
        in said(units, stores=(tmp_path,))[0]
    )


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("LoadCredential=weftmail.token:{file}", "weftmail.token is no credential that anybody asks for; there are"),
        ("LoadCredential=weftmail.server.:{file}", "is no credential that anybody asks for"),
        ("LoadCredential=weftmail.tokens:{file}", "holds no keys"),
        ("LoadCredential=weftmail.tokens:/nowhere/tokens", "there is no /nowhere/tokens: the service will not start"),
        ("LoadCredential=weftmail.tokens", "/store/weftmail.tokens: the service will not start"),
        ("LoadCredentialEncrypted=weftmail.tokens:/nowhere", "there is no /nowhere"),
        ("SetCredential=weftmail.server.provider:secret", "stands in the unit itself, which everybody may read"),
        ("LoadCredential=weftmail.server.provider:{empty}", "is empty; write the password into it"),
        ("LoadCredential=weftmail.server.provider:{lines}", "holds several lines; a password is one"),
        ("LoadCredential=weftmail.server.provider:{bytes}", "holds no text"),
        ("LoadCredential=weftmail.server.provider:{open}", "may be read by others; run: chmod 600"),
    ],
)
def test_each_fault_is_named_with_its_line_and_remedy(tmp_path: Path, units: Path, line: str, what: str) -> None:
    (tmp_path / "bytes").write_bytes(b"\xff")
    (tmp_path / "bytes").chmod(0o600)
    files = {
        "file": secret(tmp_path / "file", "words"), "empty": secret(tmp_path / "empty", " \n"),
        "lines": secret(tmp_path / "lines", "a\nb\n"), "open": secret(tmp_path / "open", "a", 0o644),
        "bytes": tmp_path / "bytes",
    }  # fmt: skip
    path = dropped_in(units, line.format(**files))
    found = credential_problems({}, (units,), (Path("/store"),))
    assert [one.file for one in found][-1] == path and {one.line for one in found} == {2}
    assert len(found) == len(SERVICES) and what in found[0].what


def test_encrypted_ones_are_looked_at_from_outside_alone(tmp_path: Path, units: Path) -> None:
    dropped_in(units, f"LoadCredentialEncrypted=weftmail.tokens:{secret(tmp_path / 'sealed', 'c2VhbGVk')}")
    dropped_in(units, "SetCredentialEncrypted=weftmail.server.provider: c2VhbGVk", "weftmail-backup.service")
    assert said(units) == []


def test_what_this_program_was_given_is_looked_at(tmp_path: Path, units: Path) -> None:
    given = tmp_path / "given"
    given.mkdir()
    secret(given / "weftmail.tokens", "words")
    secret(given / "other", "words")
    (found,) = credential_problems({"CREDENTIALS_DIRECTORY": str(given)}, (units,))
    assert (found.file, found.line) == (given / "weftmail.tokens", 0) and "holds no keys" in found.what


def test_config_check_says_so(shell: Shell, tmp_path: Path) -> None:
    assert shell.json("config", "check")["credentials"] == []
    secret(tmp_path / "weftmail.server.provider", "")
    environ = {"WEFTMAIL_CONFIG": str(shell.config), "CREDENTIALS_DIRECTORY": str(tmp_path)}
    status, out, _ = shell.call("config", "check", context=Context(environ))
    assert status == 1 and "weftmail.server.provider is empty; write the password into it" in out
    status, out, _ = shell.call("config", "check", "--json", context=Context(environ))
    assert status == 1 and json.loads(out)["credentials"][0]["line"] == 0
