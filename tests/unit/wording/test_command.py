"""A command that is shown does what it says, whatever stands in its values: sh and the real parser are asked."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.pasted import HOSTILE, Paste, understood
from tests.unit.test_structure import PRODUCT, ROOT, trees
from weftmail.cli.refusals import CALL, STEPS
from weftmail.core.failure import UsageError
from weftmail.core.wording.command import Command
from weftmail.core.wording.sentences import SENTENCES

PROGRAMS = re.compile(
    r"(mail-admin|mail-(ingest|send)(?= --)|postconf -[a-zA-Z]|(chown|chmod|chgrp|adduser|mkdir|mv|sqlite3)) "
)
"""What a command begins with that the product shows."""
MADE_LATER = {("weftmail/cli/refusals.py", "STEPS"), ("admin/pages/mail_acts.py", "COMMANDS")}
"""Tables of patterns, which are handed on to ``Command``."""


@pytest.mark.parametrize("value", HOSTILE)
def test_a_value_is_one_word_and_no_option(value: str, tmp_path: Path) -> None:
    paste = Paste(tmp_path)
    seen = value.replace("\t", " ")
    for command, name in (
        (Command("mail-admin contact show {address}", address=value), "address"),
        (Command("mail-admin contact erase {address} --dry-run", address=value), "address"),
        (Command("mail-admin user show ADDR --company {name}", name=value), "company"),
        (Command("mail-admin company list").given(company=value), "company"),
        (Command("mail-admin where {to} --from {who}", to=value, who=value), "to"),
        (Command("mail-admin log").given(who=value), "who"),
    ):
        given_ = paste.words(str(command))
        assert ["mail-admin", *given_] == command.words() and paste.is_whole(str(command))
        if "user show" not in str(command) and "company list" not in str(command):
            assert getattr(understood(given_), name) == seen, command


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp"))), min_size=2, max_size=2
    )
)
def test_any_text_is_one_word(values: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    first, second = values
    command = Command("mail-admin record tag {number} {tag} --remove {other}", number="A-1", tag=first, other=second)
    said = Paste(tmp_path_factory.mktemp("paste")).words(str(command))
    assert said == command.words()[1:]
    assert first in said and (second in said or f"--remove={second}" in said)


def test_what_a_terminal_obeys_while_it_is_pasted_is_no_part_of_it() -> None:
    """Ctrl-U takes the line back to its beginning, quote and all; a line end begins a command of its own."""
    said = str(Command("mail-admin log").given(who="karin\x15touch a\n\r\x1b[201~\x03\x7f\x9b\u2028b\0"))
    assert said == "mail-admin log --who 'karin touch a   [201~    b '"
    assert said.isprintable()


def test_what_is_harmless_stays_as_it_is_read_best() -> None:
    """The harmless twin: no quotes and no -- where nothing asks for them."""
    assert str(Command("mail-admin record list")) == "mail-admin record list"
    shown = Command("mail-admin contact show {address}", address="karin+a@customer.example")
    assert str(shown.given(company="Acme", state="", other=None)) == (
        "mail-admin contact show karin+a@customer.example --company Acme"
    )
    assert str(Command("mail-admin record move {label} N --to NUMBER", label="LEAD-42")) == (
        "mail-admin record move LEAD-42 N --to NUMBER"
    )
    assert str(Command("mail-admin log --words 'two words'").given(queue_id=4, from_="a")) == (
        "mail-admin log --words 'two words' --queue-id 4 --from a"
    )
    asked = Command("mail-admin postfix show").given(folder="/etc/acme", pipe=True, yes=False)
    assert str(asked) == "mail-admin postfix show --folder /etc/acme --pipe"
    assert str(Command("postconf -e {setting}", setting="a = b")) == "postconf -e 'a = b'"
    shown.given(company="Other")
    assert "Other" not in str(shown)


def test_a_pattern_that_cannot_be_parted_into_objects_and_options_is_refused() -> None:
    with pytest.raises(ValueError, match="an option has one value"):
        Command("mail-admin contact erase --company {name} {address}", name="Acme", address="a@b.example")


def test_every_step_of_a_refusal_is_a_command_that_is_understood() -> None:
    for code, step in STEPS.items():
        assert "{" not in CALL.sub("", step), f"{code}: a value outside the command is not quoted"
        for call in CALL.findall(step):
            assert _understood(call) is None, code


def test_every_pattern_of_the_product_is_a_command_that_is_understood() -> None:
    patterns = [one for _, tree in trees(*PRODUCT) for one in _patterns(tree) if one.startswith("mail-admin ")]
    assert len(patterns) > 90
    assert [f"{one}: {said}" for one in patterns if (said := _understood(one))] == []


def _patterns(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Command":
            (pattern,) = node.args
            if isinstance(pattern, ast.Constant):
                yield str(pattern.value)


def _understood(pattern: str) -> str | None:
    """Return what mail-admin complains of: it takes a hostile name for each value, or a number."""
    names, said = re.findall(r"\{(\w+)\}", pattern), None
    for value in ("-x; $(touch a)", "1", "2027-01-20", "alias"):
        words = Command(pattern, **dict.fromkeys(names, value)).words()[1:]
        try:
            understood([re.sub(r"^(ID|NUMBER|N|DAYS)$", "1", word) for word in words])
        except SystemExit as ended:
            assert not ended.code, "it asks for help"
            return None
        except UsageError as error:
            said = said or str(error)
        else:
            return None
    return said


def test_a_command_with_a_value_is_made_by_the_one_function() -> None:
    """No text of the product is a command with a value in it, but the pattern of a ``Command``."""
    wrong = [f"{path}:{line}" for path, tree in trees(*PRODUCT) for line in bare(path, tree)]
    assert wrong == []


def bare(path: str, tree: ast.Module) -> list[int]:
    """Return the lines on which a value is put into a command by anything else."""
    patterns = {id(one) for one in _allowed(path, tree)}
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.JoinedStr():
                text, holes = "", False
                for part in node.values:
                    if isinstance(part, ast.Constant):
                        text += str(part.value)
                        patterns.add(id(part))
                    elif PROGRAMS.search(text):
                        holes = True
                    else:
                        text += "{"
                if holes:
                    found.append(node.lineno)
            case ast.BinOp(op=ast.Add() | ast.Mod(), left=ast.Constant(value=str(text))) if PROGRAMS.search(text):
                found.append(node.lineno)
            case ast.Constant(value=str(text)) if id(node) not in patterns and _has_hole(text):
                found.append(node.lineno)
    return found


def _has_hole(text: str) -> bool:
    command = PROGRAMS.search(text)
    return command is not None and re.search(r"\{\w*\}|%[sd(]", text[command.end() :]) is not None


def _allowed(path: str, tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="Command")):
                yield from node.args
            case ast.Expr(value=ast.Constant() as docstring):
                yield docstring
            case ast.Assign(targets=[ast.Name(id=name)]) if (path, name) in MADE_LATER:
                yield from ast.walk(node.value)


@pytest.mark.parametrize(
    ("text", "is_bare"),
    [
        ('f"see: mail-admin contact show {address}"', True),
        ('f"see: {shell}mail-admin contact show {address}"', True),
        ('"mail-admin contact show {}".format(address)', True),
        ('"mail-admin contact show %s" % address', True),
        ('"mail-admin contact show " + address', True),
        ('f"chmod 600 {path}"', True),
        ('f"postconf -e {setting}"', True),
        ('f"{label}; see: mail-admin record list"', False),
        ('f"see: {Command("mail-admin contact show {address}", address=address)}"', False),
        ('"mail-admin record list"', False),
        ('f"another mail-send works for {folder}"', False),
        ('f"mail-ingest --recipient={address}"', True),
        ('f"the mode is {mode}"', False),
    ],
)
def test_what_is_a_command_with_a_value(text: str, is_bare: bool) -> None:
    tree = ast.parse(text.replace('{Command("', "{Command('").replace('}", address', "}', address"))
    assert bool(bare("", tree)) is is_bare


def test_no_sentence_is_a_command_with_a_value() -> None:
    texts = [text for one in SENTENCES.values() for text in ([one] if isinstance(one, str) else [one.one, one.many])]
    assert len(texts) > 500 and [one for one in texts if _has_hole(one)] == []


def test_no_template_puts_a_value_into_a_command() -> None:
    found, wrong = 0, []
    for path in sorted((ROOT / "admin" / "templates").glob("*.html")):
        for command in re.findall(r"mail-admin[^<]*", path.read_text()):
            found += 1
            if "{{" in command or "{%" in command:
                wrong.append(f"{path.name}: {command}")
    assert wrong == [] and found >= 3
