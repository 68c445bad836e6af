"""Each command line of the documents is one that mail-admin takes: read by its parser, and run where it only shows.

docs/cli.md also shows forms, with brackets and choices, which ``test_docs.py`` compares with the parsers.
"""

from __future__ import annotations

import itertools
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.pasted import understood
from tests.unit.shell import Shell
from weftmail.cli.admin import NOUNS
from weftmail.core.failure import UsageError

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PLACEHOLDER = re.compile(r"[A-Z][A-Z_]*(?:-[A-Z]+)*$")
VALUES = ("1", "LEAD-1", "anna@acme.example", "acme.example", "leads", "2026-11-23", "record", "list")
"""What may stand for a placeholder such as ID or NUMBER; the first that the parser takes is taken."""
NAMED = {"ADDR": "leads@acme.example", "ADDRESS": "leads@acme.example", "DOMAIN": "acme.example"}
"""What stands for those of which nothing else makes sense."""
SHOWS = ("list", "show", "status", "log", "where", "unreadable")
"""Verbs, and nouns without one, that change nothing, and look at the store and the settings alone."""
MACHINE = ("postfix", "exim", "service", "doctor", "dns", "serve", "init")
"""What looks at this very machine, or at the DNS: tests/e2e runs those."""
FORM = re.compile(r"[\[\]|…]|\.\.\.| \+ ")


def lines() -> Iterator[tuple[str, str, bool]]:
    """Give page, line and whether it stands in a block, to be copied; each once."""
    seen = set[str]()
    for page in PAGES:
        text = page.read_text("utf-8")
        blocks = [line for block in re.findall(r"```[a-z]*\n(.*?)```", text, re.S) for line in block.splitlines()]
        inline = re.findall(r"(?<!`)`([^`]+)`(?!`)", re.sub(r"```.*?```", "", text, flags=re.S))
        for whole, found in ((True, blocks), (False, inline)):
            for one in found:
                line = re.match(r"(?:sudo )?(mail-admin [^;&]+?)(?: {2,}#.*)?$", one.strip().replace("\n", " "))
                if line and not FORM.search(line[1]) and line[1].strip() not in seen:
                    seen.add(line[1].strip())
                    yield page.name, line[1].strip(), whole


LINES = list(lines())


def words_of(line: str) -> list[str]:
    """Return the words behind the program, those of a redirection left out."""
    words = shlex.split(line, comments=True)[1:]
    return list(itertools.takewhile(lambda word: word[:1] not in "<>", words))


def filled(words: list[str]) -> list[str]:
    """Return the words with values for their placeholders; raises what the parser says where none fit."""
    places = [at for at, word in enumerate(words) if PLACEHOLDER.match(word) or word == "@DOMAIN"]
    said: UsageError | None = None
    for values in itertools.product(*((NAMED[words[at]],) if words[at] in NAMED else VALUES for at in places)):
        made = list(words)
        for at, value in zip(places, values, strict=True):
            made[at] = "@acme.example" if words[at] == "@DOMAIN" else value
        try:
            understood(made)
        except UsageError as error:
            said = error
            continue
        except SystemExit as ended:
            # A call for help.
            assert ended.code == 0
        return made
    raise said or UsageError("no words")


@pytest.mark.parametrize(("page", "line", "whole"), LINES, ids=[line[11:60] for _, line, _ in LINES])
def test_a_line_is_one_that_mail_admin_takes(page: str, line: str, whole: bool) -> None:
    words = words_of(line)
    assert words[0] in (*NOUNS, "help", "--help", "--version"), f"{page}: {line}"
    try:
        filled(words)
    except UsageError as error:
        # A sentence may name a command without what it works on; what is copied is whole.
        partial = re.search(r"^missing: |^say what to do: |: expected one argument", str(error))
        assert not whole and named(words) and partial, f"{page}: {line}: {error}"


def named(words: list[str]) -> bool:
    """Say whether words are only the name of a command, and of flags that it has."""
    return all(re.fullmatch(r"[a-z-]+", word) for word in words)


RUN = [
    (page, line)
    for page, line, _ in LINES
    if words_of(line)[0] not in MACHINE and ({*SHOWS, "--dry-run"} & {*words_of(line)[:2], *words_of(line)[2:]})
]


@pytest.mark.parametrize(("page", "line"), RUN, ids=[line[11:60] for _, line in RUN])
def test_a_line_that_shows_something_runs(shell: Shell, page: str, line: str) -> None:
    world = shell.world
    world.deliver(world.mail(), "leads@acme.example")
    try:
        words = filled(words_of(line))
    except UsageError:
        words = words_of(line)
        assert named(words), f"{page}: {line}"
        return
    status, _, err = shell.call(*words)
    # What is unwell ends with 2, what names no address asks for one, and what is to be imported is not here.
    absent = words[0] == "import" and "there is no folder or file" in err
    assert status in (0, 1) or absent or words in (["status"], ["where"]), f"{page}: {line}: {err}"
    assert "Traceback" not in err, f"{page}: {line}: {err}"
    # What is not there is said in one line, with what to do.
    assert status == 0 or err.count("\n") <= 1, err


def test_there_are_lines_to_look_at() -> None:
    assert len(LINES) > 100 and len(RUN) > 30 and sum(whole for _, _, whole in LINES) > 20
