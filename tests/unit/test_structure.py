"""What keeps the code readable: short modules, short functions, and one class for one name."""

from __future__ import annotations

import ast
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCT = ("weftmail", "admin", "store", "mta")
MOST_LINES = 400
MEDIAN, NINE_TENTHS = 7, 22


def modules(*folders: str) -> Iterator[Path]:
    """Give the modules of some folders; a link to another folder is not followed."""
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def trees(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    """Give each module's path within the project, and what stands in it."""
    for path in modules(*folders):
        yield str(path.relative_to(ROOT)), parsed(path)


@cache
def parsed(path: Path) -> ast.Module:
    """Return what stands in a module."""
    return ast.parse(path.read_text())


@pytest.mark.parametrize("folder", [*PRODUCT, "bench"])
def test_a_module_answers_for_one_noun_and_stays_short(folder: str) -> None:
    """Where a module grows past 400 lines it holds more than its noun: split it."""
    lengths = {str(path.relative_to(ROOT)): path.read_text().count("\n") for path in modules(folder)}
    assert lengths
    assert {path: length for path, length in lengths.items() if length > MOST_LINES} == {}


def test_functions_are_short() -> None:
    """Half of all functions have 7 lines or fewer, nine in ten have 22 or fewer."""
    lengths = sorted(
        node.end_lineno - node.lineno + 1
        for _, tree in trees(*PRODUCT)
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.end_lineno is not None
    )
    assert lengths[len(lengths) // 2] <= MEDIAN
    assert lengths[len(lengths) * 9 // 10] <= NINE_TENTHS


def test_a_broad_except_says_why() -> None:
    """What catches everything gives its reason in a comment of its own."""
    programs = [ROOT / "bin" / "mail-ingest"]
    found = [
        (path.relative_to(ROOT), node, path.read_text().splitlines()[node.lineno - 1 : node.end_lineno])
        for path in [*modules(*PRODUCT), *programs]
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ExceptHandler) and broad(node.type)
    ]
    assert len(found) > 20
    assert [f"{path}:{node.lineno}" for path, node, lines in found if not any("# " in one for one in lines)] == []


def broad(caught: ast.expr | None) -> bool:
    """Say whether an except catches what nobody named."""
    if isinstance(caught, ast.Tuple):
        return any(broad(one) for one in caught.elts)
    return caught is None or (isinstance(caught, ast.Name) and caught.id in ("Exception", "BaseException"))


def test_a_class_name_stands_for_one_thing() -> None:
    """A name is looked up once: no two classes of the product or the bench share one."""
    places = defaultdict(list)
    for path, tree in trees(*PRODUCT, "bench"):
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(f"{path}:{node.lineno}")
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def _patches(node: ast.AST) -> bool:
    """Say whether a node replaces something in running code, or gets the means to."""
    if isinstance(node, ast.Attribute):
        return node.attr in ("setattr", "delattr", "setitem") and "monkeypatch" in ast.unparse(node.value).lower()
    if isinstance(node, ast.Import):
        return any(one.name.split(".")[:2] == ["unittest", "mock"] for one in node.names)
    return isinstance(node, ast.ImportFrom) and "mock" in f"{node.module} {[one.name for one in node.names]}"


def test_no_test_patches_code() -> None:
    """What a test has to replace is a parameter: store, clock, lock, terminal.  The environment may be set."""
    found = [
        f"{path}:{node.lineno}"
        for path, tree in trees("tests", "bench")
        for node in ast.walk(tree)
        if isinstance(node, (ast.Attribute, ast.Import, ast.ImportFrom)) and _patches(node)
    ]
    assert found == []


def test_the_tree_holds_its_own_rooms_alone() -> None:
    """A test or a command that writes into the folder it was called in leaves its traces here."""
    rooms = {".ci", "admin", "bench", "bin", "docs", "mta", "packaging", "samples", "store", "tests", "weftmail"}
    ours = {".git", ".venv", "var", "build", "dist", "weftmail.egg-info"}
    found = {one.name for one in ROOT.iterdir() if one.is_dir() and not one.name.endswith("_cache")}
    assert found - ours - {".hypothesis"} == rooms


def test_every_package_is_in_the_wheel() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    found = {".".join(one.parent.relative_to(ROOT).parts) for one in (ROOT / "weftmail").rglob("*.py")}
    for top in ("admin", "store", "mta"):
        parts = [one.parent.relative_to(ROOT).parts for one in (ROOT / top).rglob("*.py")]
        found |= {".".join(("weftmail", *one)) for one in parts}
    assert set(listed) == found
