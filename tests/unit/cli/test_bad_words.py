"""Every word of every command, one by one, replaced by something hostile: one clear line, the right status."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.unit.shell import Shell
from tests.unit.thorough import some
from tests.unit.world import KARIN
from weftmail.cli import admin
from weftmail.cli.arguments import Parser

HOSTILE = (
    "", "-x@", "$(id)@", "`id`@acme.example", "a b@acme.example", "a\r\nBcc: x@customer.example", "a\x85b", "a\u202eb",
    ":include:/etc/passwd", "x" * 5000, "x" * 70 + "@acme.example", "@", "a@", "' or 1=1 --", "-1", "²", str(2**63),
    "\x1b[2J", "=", "\ud800", "a@\u0130.example", "xn--a@xn--a.xn--a",
)  # fmt: skip

GOOD = {
    "address": "anna@acme.example",
    "author": "anna@acme.example",
    "domain": "acme.example",
    "file": "1",
    "id": "1",
    "message": "1",
    "messages": "1",
    "note": "1",
    "number": "LEAD-1",
    "type": "lead",
    "title": "A title",
    "company": "Acme",
    "name": "Acme",
}
"""A word that fits, by what it is for; one that is not here stays out unless it is wanted."""


def commands() -> Iterator[tuple[str, Parser]]:
    """Every command that works on the store; init, serve, postfix, exim and doctor, which may wait for an answer,
    have tests of their own."""
    for noun in admin.NOUNS.keys() - {"init", "serve", "postfix", "exim", "migrate", "doctor"}:
        top = Parser(prog=f"mail-admin {noun}")
        admin.module_of(noun).build(top)
        verbs = [one for one in top._actions if isinstance(one, argparse._SubParsersAction)]
        if not verbs:
            yield noun, top
        for action in verbs:
            yield from ((f"{noun} {verb}", parser) for verb, parser in action.choices.items())


def calls(command: str, parser: Parser) -> Iterator[list[str]]:
    """The command with each of its words replaced by something hostile, one at a time."""
    takes = [one for one in parser._actions if one.nargs != 0 and one.dest != "help"]
    for number, hostile in enumerate(takes):
        for word in some(HOSTILE, number):
            yield with_word(command, takes, hostile, word)


def with_word(command: str, takes: Sequence[argparse.Action], hostile: argparse.Action, word: str) -> list[str]:
    """The command with what it needs, and with ``word`` in the place of one of its words."""
    words = command.split()
    for one in takes:
        fit = str(next(iter(one.choices))) if one.choices else GOOD.get(one.dest, "lead")
        if command.startswith("domain ") and one.dest == "name":
            fit = "acme.example"
        given = word if one is hostile else fit
        if not one.option_strings:
            words.append(given)
        elif one is hostile or one.required:
            words.append(f"{one.option_strings[-1]}={given}")
    return words


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a command writes into the folder that it is called in stays out of the tree."""
    (tmp_path / "called").mkdir()
    monkeypatch.chdir(tmp_path / "called")


@pytest.mark.parametrize(("command", "parser"), sorted(commands(), key=lambda one: one[0]))
def test_no_word_makes_a_command_lose_its_countenance(shell: Shell, command: str, parser: Parser) -> None:
    world = shell.world
    world.deliver(world.mail(KARIN), "leads@acme.example")
    for words in calls(command, parser):
        status, out, err = shell.call(*words)
        assert "Traceback" not in err and "fault of our own" not in err, (words, err)
        if status == 0:
            assert err == "", words
        else:
            assert status in (1, 2) and out == "", words
            assert err.startswith("mail-admin: ") and err.count("\n") == 1, (words, err)
            assert "\x1b" not in err and "\r" not in err, words


@pytest.mark.parametrize(("command", "parser"), sorted(commands(), key=lambda one: one[0]))
def test_a_flag_that_is_mistyped_is_named_right(shell: Shell, command: str, parser: Parser) -> None:
    flags = [flag for one in parser._actions for flag in one.option_strings if flag.startswith("--") and len(flag) > 5]
    takes = [one for one in parser._actions if one.nargs != 0 and (one.required or not one.option_strings)]
    for flag in flags:
        mistyped = flag[:-2] + flag[-1] + flag[-2] if flag[-1] != flag[-2] else flag[:-1]
        words = [*with_word(command, takes, parser._actions[0], ""), mistyped]
        status, _, err = shell.call(*words)
        assert status == 2 and "invalid choice" not in err and "unrecognized" not in err, (words, err)
        assert f"there is no {mistyped}" in err and "--help" in err, (words, err)
        assert "did you mean --" in err, (words, err)


@pytest.mark.parametrize(("command", "parser"), sorted(commands(), key=lambda one: one[0]))
def test_what_cannot_be_chosen_says_what_can(shell: Shell, command: str, parser: Parser) -> None:
    takes = [one for one in parser._actions if one.nargs != 0 and one.dest != "help"]
    for one in takes:
        if one.choices is None:
            continue
        near = str(next(iter(one.choices)))
        for word in ("nothing-of-the-sort", f"{near}x"):
            status, _, err = shell.call(*with_word(command, takes, one, word))
            assert status == 2 and "invalid choice" not in err, err
            assert all(str(choice) in err for choice in one.choices) and "see: " in err.lower(), err
        assert "did you mean" in err, err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["recrod", "list"], "'recrod' is no command; did you mean record?"),
        (["--josn", "status"], "there is no --josn; did you mean --json?"),
        (["record", "shwo", "LEAD-1"], "did you mean show?"),
        (["record", "show"], "missing: NUMBER; see: mail-admin record show --help"),
        (["record", "show", "LEAD-1", "twice"], "'twice' is one word too many"),
        (["frobnicate"], "see: mail-admin --help"),
    ],
)
def test_a_wrong_word_ends_with_2_and_says_what_there_is(shell: Shell, words: list[str], said: str) -> None:
    status, out, err = shell.call(*words)
    assert (status, out) == (2, "") and said in err and err.count("\n") == 1, err
