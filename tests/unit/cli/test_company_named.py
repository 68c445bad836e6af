"""Where there are several companies, each command that is printed names its own, and is one that works."""

from __future__ import annotations

import re
import shlex
import socket
from pathlib import Path

import pytest

from tests.unit.shell import Shell
from weftmail.cli.alive import listens
from weftmail.cli.config import load
from weftmail.core.failure import UsageError

CALL = re.compile(r"mail-admin ([^;,\n]*)")


@pytest.fixture
def two(shell: Shell) -> Shell:
    """Acme, and Beta Ltd beside it."""
    shell.ok("company", "add", "Beta Ltd")
    return shell


def calls(said: str) -> list[list[str]]:
    """Return the words of each command in a text."""
    return [shlex.split(one.rstrip(".")) for one in CALL.findall(said)]


@pytest.mark.parametrize(
    "words",
    [
        ("team", "add", "Support"),
        ("organisation", "add", "Ek AB"),
        ("record-type", "add", "visit", "VISIT"),
        ("contact", "block", "shop@customer.example"),
        ("saved-reply", "add", "Thanks", "--text", "Thanks"),
        ("record", "add", "lead", "--title", "Chairs"),
    ],
)
def test_what_comes_next_names_the_company(two: Shell, words: tuple[str, ...]) -> None:
    said = two.ok(*words, "--company", "Acme")
    (call,) = calls(said)
    assert call[-2:] == ["--company", "Acme"], said


def test_with_one_company_no_command_names_it(shell: Shell) -> None:
    assert "--company" not in shell.ok("team", "add", "Support")


@pytest.mark.parametrize(
    "words",
    [
        ("team", "add", "Sales"),
        ("organisation", "show", "Ek AB"),
        ("contact", "show", "nobody@customer.example"),
        ("saved-reply", "remove", "7"),
        ("record", "show", "LEAD-9"),
    ],
)
def test_what_is_refused_says_so_too(two: Shell, words: tuple[str, ...]) -> None:
    two.ok("team", "add", "Sales", "--company", "Beta Ltd")
    refused = two.refused(*words, "--company", "Beta Ltd")
    assert "mail-admin " in refused and refused.rstrip().endswith("--company 'Beta Ltd'"), refused


def test_what_one_company_has_alone_is_found_without_its_name(two: Shell) -> None:
    two.ok("team", "add", "Support", "--company", "Beta Ltd")
    assert two.json("team", "show", "Support")["company"] == "Beta Ltd"
    two.ok("team", "set", "Support", "--takes", "yes")
    two.ok("organisation", "add", "Ek AB", "--company", "Beta Ltd")
    assert two.json("organisation", "show", "Ek AB")["name"] == "Ek AB"
    two.ok("organisation", "set", "Ek AB", "--note", "Oak")
    two.ok("record-type", "add", "visit", "VISIT", "--company", "Beta Ltd")
    assert two.json("record-type", "show", "visit")["company"] == "Beta Ltd"
    two.ok("record-type", "set", "visit", "--when-closed", "new")
    number = str(two.json("saved-reply", "add", "Thanks", "--text", "Thanks", "--company", "Beta Ltd")["id"])
    assert two.json("saved-reply", "show", number)["name"] == "Thanks"
    two.ok("saved-reply", "remove", number)
    two.ok("saved-reply", "restore", number)
    two.ok("team", "add", "Support", "--company", "Acme")
    assert "several companies could be meant" in two.refused("team", "show", "Support", status=2)
    two.ok("team", "remove", "Support", "--company", "Acme")
    two.ok("team", "remove", "Support")


def test_a_sign_in_link_says_where_nothing_listens(shell: Shell, tmp_path: Path) -> None:
    status, link, said = shell.call("user", "sign-in-link", "anna@acme.example")
    assert status == 0 and "/enter/" in link and link.count("\n") == 1
    assert said.startswith("Nothing listens at ")
    place = f"unix:{tmp_path}/site.sock"
    assert not listens(place) and not listens("nonsense")
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(place.removeprefix("unix:"))
        one.listen()
        assert listens(place)
    with socket.create_server(("127.0.0.1", 0)) as two:
        assert listens(f"127.0.0.1:{two.getsockname()[1]}")


def test_without_settings_those_of_the_demo_in_the_clone_are_named(tmp_path: Path) -> None:
    nowhere = {"WEFTMAIL_CONFIG": str(tmp_path / "none.toml")}
    with pytest.raises(UsageError, match="or name another by WEFTMAIL_CONFIG"):
        load(nowhere, clone=tmp_path)
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "weftmail.toml").touch()
    with pytest.raises(UsageError, match=f"or take the demo's: WEFTMAIL_CONFIG={tmp_path}/var/weftmail.toml"):
        load(nowhere, clone=tmp_path)


def test_a_domain_is_closed_by_the_word_of_the_site(shell: Shell) -> None:
    assert "state open -> closed" in shell.ok("domain", "close", "acme.example")
