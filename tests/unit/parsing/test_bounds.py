"""What reading may cost stands in one table: no module of the readers has a bound of its own beside it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from weftmail.core import limits

CORE = Path(limits.__file__).parent
ROOMS = ("parsing", "reports", "routing", "checking")

LOOKS = {
    "checking/dkim.py": {"LONGEST", "SLACK", "SHORTEST"},
    "parsing/agreement.py": {"_EDGE"},
    "parsing/burden.py": {"FEW_TAGS", "FEW_WORDS", "_LIGHT"},
    "parsing/copied.py": {"LINES", "_WRAPPED"},
    "parsing/dmarc_report.py": {"_LATEST"},
    "parsing/detection.py": {"_BEFORE", "_SURE"},
    "parsing/header.py": {"_KEPT", "_LINES_LOOKED_AT"},
    "parsing/hops.py": {"MOST"},
    "parsing/introduction.py": {"SENTENCE", "LINES"},
    "parsing/mime.py": {"TREE_SIZE", "TREE_LINE", "TREE_LINES"},
    "parsing/quote.py": {"_DEVICES", "_LONG"},
    "parsing/signature.py": {"_SHORT"},
    "parsing/source.py": {"PIECE", "RUN"},
    "parsing/steps.py": {"_STAND_IN", "_SHARE", "_GRAM"},
    "parsing/tnef.py": {"_OBJECT_ID"},
    "reports/absence.py": {"_HEAD", "_LINK"},
    "reports/dsn.py": {"NEAR"},
    "reports/failing.py": {"_HEAD"},
    "reports/phase.py": {"_SHOWN", "_COMMAND"},
    "routing/beginning.py": {"_HEAD"},
    "routing/turns.py": {"NAMES", "STAMP"},
    "routing/writer.py": {"_HEAD"},
}
"""Numbers that say what something looks like (how short a signature is), or in which steps it is gone through: what is
beyond them is read all the same."""


def numbers(tree: ast.Module) -> Iterator[str]:
    """Yield the names that a module gives to numbers."""
    for one in tree.body:
        target = (
            one.targets[0] if isinstance(one, ast.Assign) else one.target if isinstance(one, ast.AnnAssign) else None
        )
        value = one.value if isinstance(one, (ast.Assign, ast.AnnAssign)) else None
        if isinstance(target, ast.Name) and value is not None and _number(value):
            yield target.id


def _number(value: ast.expr) -> bool:
    if isinstance(value, ast.BinOp):
        return _number(value.left) and _number(value.right)
    return (
        isinstance(value, ast.Constant) and isinstance(value.value, (int, float)) and not isinstance(value.value, bool)
    )


def found() -> dict[str, set[str]]:
    """Return the numbers of each module of the readers."""
    files = [file for room in ROOMS for file in (CORE / room).rglob("*.py")]
    named = {str(file.relative_to(CORE)): {*numbers(ast.parse(file.read_text("utf-8")))} for file in files}
    return {name: names for name, names in named.items() if names}


def test_no_reader_has_a_bound_of_its_own() -> None:
    assert found() == LOOKS


def test_every_bound_of_the_table_is_used() -> None:
    """A row that nothing holds would be a promise."""
    top = CORE.parents[1]
    files = [file for folder in ("weftmail", "admin", "store", "mta") for file in (top / folder).rglob("*.py")]
    text = "".join(file.read_text("utf-8") for file in files if file.name not in ("limits.py", "ceilings.py"))
    # The pipe program imports nothing, and repeats two; the mail server's settings hold the others.
    text += "PIPE_READ PIPE_WATCHDOG"
    names = [name for name in vars(limits) if name.isupper() and not name.startswith("_")]
    assert [name for name in names if name not in text] == []


@pytest.mark.parametrize("text", ["A = 5", "B: Final = 64 * 1024", "_C = 1_000"])
def test_a_number_is_seen_however_it_is_written(text: str) -> None:
    assert len([*numbers(ast.parse(text))]) == 1


@pytest.mark.parametrize("text", ["A = 'x'", "B = True", "from x import C", "D = (1, 2)", "def f():\n    E = 5"])
def test_other_things_are_no_numbers(text: str) -> None:
    assert not [*numbers(ast.parse(text))]
