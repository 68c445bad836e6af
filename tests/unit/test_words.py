"""Words that were given up do not come back: in names, in the tables, on pages and in prose.

Plain English is outside of it ("a machine", "told", "whole"), and so are the values that ``--explain`` prints (``kind``
is ``machine`` still), the changelog and the decisions.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.unit.test_structure import ROOT, modules, parsed, trees

CODE = ("weftmail", "admin", "store", "mta", "bench", "tests")
PRODUCT = CODE[:4]

PARTS = frozenset(
    """
    house desk doorstep telling tray trays proven unproven unrouted rescue rescued trap traps stuck wire
    """.split()  # noqa: SIM905 - read as a list of words
)
"""No name that our code gives holds one of these, between underscores or capitals."""

NAMES = frozenset(["Told", "Passed", "told", "reached", "let_in", "put_out", "put_away", "beside"])
"""No name that our code gives is one of these."""

COLUMNS = frozenset(["machine", "proven", "whole", "tray", "beside", "told"])
"""No column, table or view is called so."""

VALUES = frozenset(
    ["unrouted", "stuck", "handed over", "whole", "beside", "proven", "tray", "let in", "put away", "put out"]
)
"""No state or reason in a table is called so."""

PROSE = re.compile(
    r"\be-mails?\b|\btrays?\b|(?<!-)\bhouses?\b|\bdoorstep\b|\bunrouted\b|\b(?:un)?proven\b"
    r"|\bdomains?(?: is)?,? (?:whole|beside)\b|\bwhole or beside\b",
    re.IGNORECASE,
)
"""Nothing that people read says this: documents, comments, help and messages."""


PAGES = re.compile(
    "as it was laid out|trimmed lines?|[Tt]old inside|told of everything|get what names them|was let in|Came in by"
    "|Why here|did not sign it|stays inside|nobody outside sees|what changed last first|rather than by mail"
    "|Nothing waits(?! for)|Follows the store|waits for a decision|write on no record|do not belong together"
    "|Nothing is here|yours to see|works no more|it wants an?|send all the same|would have left|worth nothing|Catcher$"
    "|handed over(?! before)$|let in$"
)
"""No page, no mail and no message of a command says this."""


def parts(name: str) -> set[str]:
    """Return the words of a name, in small letters."""
    return {one.lower() for one in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def given(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Give the names that a module makes, and the line of each; a test's own name is a sentence, and is left out."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                if not name.lower().startswith("test"):
                    yield name, node.lineno
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name, node.lineno
            case ast.alias(asname=str(name)):
                yield name, node.lineno


def test_no_name_is_a_retired_one() -> None:
    found = [
        f"{path}:{line}: {name}"
        for path, tree in trees(*CODE)
        for name, line in given(tree)
        if name.strip("_") in NAMES or parts(name) & PARTS
    ]
    assert found == []


def test_no_module_is_called_by_a_retired_word() -> None:
    assert [str(path) for path in modules(*PRODUCT) if path.stem in NAMES | PARTS | {"machine", "plain", "place"}] == []


def test_no_table_has_a_retired_column_or_state() -> None:
    found = []
    for path in sorted((ROOT / "store").rglob("*.sql")):
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            sql = line.partition("--")[0]
            values = set(re.findall(r"'([^']*)'", sql))
            names = set(re.findall(r"[a-z_]+", re.sub(r"'[^']*'", "", sql)))
            found += [f"{path.name}:{number}: {one}" for one in values & VALUES | names & COLUMNS]
    assert found == []


def documents() -> Iterator[Path]:
    """Give what people read beside the code; the changelog and the decisions keep the words of their day."""
    yield from (ROOT / name for name in ("README.md", "HACKING.md", "Makefile", "pyproject.toml"))
    yield from sorted((ROOT / "docs").glob("*.md"))
    yield from sorted(path for path in (ROOT / "bin").iterdir() if path.is_file())
    yield from sorted((ROOT / "store").rglob("*.sql"))
    yield from sorted((ROOT / "mta" / "postfix" / "templates").iterdir())


def prose(path: Path) -> Iterator[tuple[int, str]]:
    """Give the comments and texts of a module, each with its line."""
    for token in tokenize.generate_tokens(io.StringIO(path.read_text()).readline):
        if token.type in (tokenize.COMMENT, tokenize.STRING):
            yield token.start[0], token.string


def said(pattern: re.Pattern[str], path: Path, texts: Iterable[tuple[int, str]]) -> list[str]:
    """Return where the pattern is said."""
    return [f"{path.relative_to(ROOT)}:{line}: {found[0]}" for line, text in texts for found in pattern.finditer(text)]


@pytest.mark.parametrize("path", sorted({*documents()}), ids=lambda path: path.name)
def test_no_document_says_a_retired_word(path: Path) -> None:
    assert said(PROSE, path, enumerate(path.read_text().splitlines(), start=1)) == []


def test_no_comment_and_no_message_says_a_retired_word() -> None:
    assert [one for path in modules(*PRODUCT, "bench") for one in said(PROSE, path, prose(path))] == []


def messages(path: Path) -> Iterator[tuple[int, str]]:
    """Give the texts of a module that it may show to somebody: all of its strings but what documents it."""
    tree = parsed(path)
    documenting = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documenting:
            yield node.lineno, node.value


def test_no_page_and_no_message_says_a_retired_phrase() -> None:
    found = [one for path in modules(*PRODUCT) for one in said(PAGES, path, messages(path))]
    shown = [*sorted((ROOT / "admin" / "templates").rglob("*.html")), *sorted((ROOT / "weftmail").rglob("*.po"))]
    assert len(shown) > 10
    found += [one for path in shown for one in said(PAGES, path, enumerate(path.read_text().splitlines(), start=1))]
    assert found == []
