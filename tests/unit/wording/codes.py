"""The phrases of the product: every call of ``Phrase`` in its code, with its code and the names of its values."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).parents[3]
FOLDERS = ("weftmail", "admin", "store", "mta")


@dataclass(frozen=True, slots=True)
class Used:
    """A call of ``Phrase``; ``code`` and ``values`` are None where they do not stand there literally."""

    where: str
    code: str | None
    values: frozenset[str] | None


def used() -> Iterator[Used]:
    """Yield every call of ``Phrase`` in the product."""
    for folder in FOLDERS:
        for path in sorted((TOP / folder).rglob("*.py")):
            if path != TOP / "weftmail/core/wording/phrase.py" and not path.is_symlink():
                yield from _calls(path)


def _calls(path: Path) -> Iterator[Used]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Phrase":
            where = f"{path.relative_to(TOP)}:{node.lineno}"
            yield Used(where, _text(node.args[0]), _names(node.args[1]) if len(node.args) > 1 else frozenset())


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _names(node: ast.expr) -> frozenset[str] | None:
    if not isinstance(node, ast.Dict) or None in node.keys:
        return None
    found = [_text(key) for key in node.keys if key is not None]
    return None if None in found else frozenset(one for one in found if one is not None)
