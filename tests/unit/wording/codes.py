"""The phrases of the product: every place in its code that makes one, with its code and the names of its values.

That is a call of ``Phrase``; or of ``RefusedAct`` and ``Refusal``, which may hold more values than their sentence says,
for the next step; or of an error whose code becomes that of a refusal.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from weftmail.core.wording.sentences import SENTENCES

TOP = Path(__file__).parents[3]
FOLDERS = ("weftmail", "admin", "store", "mta")


@dataclass(frozen=True, slots=True)
class Used:
    """One place; ``code`` and ``values`` are None where they do not stand there literally."""

    where: str
    code: str | None
    values: frozenset[str] | None
    refusal: bool = False


def used() -> Iterator[Used]:
    """Yield every place of the product."""
    for folder in FOLDERS:
        for path in sorted((TOP / folder).rglob("*.py")):
            if path != TOP / "weftmail/core/wording/phrase.py" and not path.is_symlink():
                yield from _calls(path)


def _calls(path: Path) -> Iterator[Used]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            where = f"{path.relative_to(TOP)}:{node.lineno}"
            yield from (replace(one, where=where) for one in _made(node.func.id, node))


def _made(name: str, node: ast.Call) -> Iterator[Used]:
    more = frozenset(one.arg for one in node.keywords if one.arg is not None)
    if name == "Phrase" and (family := _family(node.args[0])):
        values = _names(node.args[1]) if len(node.args) > 1 else frozenset()
        yield from (Used("", code, values) for code in SENTENCES if code.startswith(family))
    elif name == "Phrase" and not _taken_over(node.args[0]):
        yield Used("", _text(node.args[0]), _names(node.args[1]) if len(node.args) > 1 else frozenset())
    elif name == "RefusedAct" and not _taken_over(node.args[1]):
        yield from (Used("", code, more, refusal=True) for code in _texts(node.args[1]))
    elif name == "Refusal" and len(node.args) == 3 and isinstance(node.args[2], ast.Dict):
        yield Used("", _text(node.args[1]), _names(node.args[2]), refusal=True)
    elif name == "Refusal" and len(node.args) == 2:
        yield Used("", _text(node.args[1]), frozenset(), refusal=True)
    elif name in ERRORS and not (len(node.args) > 1 and _taken_over(node.args[1])):
        values, usual = ERRORS[name]
        yield Used("", _text(node.args[1]) if len(node.args) > 1 else usual, values, refusal=True)


def _family(node: ast.expr) -> str:
    """Return how the codes begin that a text with a variable end makes; each of them has to have a sentence."""
    if not isinstance(node, ast.JoinedStr) or not isinstance(node.values[0], ast.Constant):
        return ""
    return str(node.values[0].value)


ERRORS = {
    "Unread": (frozenset(), "mail_not_read"),
    "BadAddress": (frozenset({"address"}), "address_malformed"),
    "BadText": (frozenset({"most"}), "text_break"),
    "BadPattern": (frozenset({"name", "most"}), "pattern_fields"),
    "BadValue": (frozenset({"name", "value", "choices", "most"}), "no_number"),
}
"""The errors whose code becomes that of a refusal, with its values there, and the code that they have by default."""


def _taken_over(node: ast.expr) -> bool:
    """Say whether the code is that of a refusal or an error that was made elsewhere."""
    return isinstance(node, ast.Attribute) and node.attr == "code"


def _texts(node: ast.expr) -> list[str | None]:
    """Return the texts between which a condition chooses."""
    return [*_texts(node.body), *_texts(node.orelse)] if isinstance(node, ast.IfExp) else [_text(node)]


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _names(node: ast.expr) -> frozenset[str] | None:
    if not isinstance(node, ast.Dict) or None in node.keys:
        return None
    found = [_text(key) for key in node.keys if key is not None]
    return None if None in found else frozenset(one for one in found if one is not None)
