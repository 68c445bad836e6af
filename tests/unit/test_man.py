"""The manual pages: no program, command, flag, setting or exit status is missing from them."""

from __future__ import annotations

import argparse
import importlib.util
import re
from dataclasses import fields
from pathlib import Path
from types import ModuleType

import pytest

from weftmail.cli import admin
from weftmail.cli.arguments import Parser
from weftmail.cli.config import Config

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def make_man() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_man", ROOT / "docs" / "make_man.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def plain(text: str) -> str:
    """Return what a reader sees of a page."""
    return re.sub(r"\\f.|\\&|\\:", "", text).replace("\\-", "-").replace("\\(dq", '"').replace("\\e", "\\")


@pytest.mark.parametrize("noun", admin.NOUNS)
def test_a_command_has_its_page_with_every_flag(make_man: ModuleType, noun: str) -> None:
    text = plain(make_man.pages()[f"mail-admin-{noun}.1"])
    top = Parser(prog=f"mail-admin {noun}")
    admin.module_of(noun).build(top)
    parsers = [top]
    for action in top._actions:
        if isinstance(action, argparse._SubParsersAction):
            parsers += action.choices.values()
            assert all(f"mail-admin {noun} {verb}" in text for verb in action.choices)
    flags = {flag for one in parsers for action in one._actions for flag in action.option_strings} - {"-h", "--help"}
    assert all(re.search(rf"^{flag}( .*)?$|, {flag}\b", text, re.M) for flag in flags), noun
    assert ".SH EXIT STATUS" in text and "\n130\n" in text


def test_every_program_and_setting_has_its_place(make_man: ModuleType) -> None:
    pages = make_man.pages()
    overview = plain(pages["mail-admin.1"])
    assert all(f"mail-admin-{noun}(1)" in overview for noun in admin.NOUNS)
    settings = plain(pages["weftmail.toml.5"])
    assert all(f"\n{field.name} = " in settings for field in fields(Config))
    assert re.findall(r"^(\d+)$", plain(pages["mail-ingest.1"]), re.M) == ["0", "75", "0", "1", "2", "75", "130"]
    assert re.findall(r"^(\d+)$", plain(pages["mail-send.1"]), re.M) == ["0", "1", "2"]


def test_a_line_cannot_become_a_request(make_man: ModuleType) -> None:
    assert make_man._text(".br and 'x") == "\\&.br and 'x" and make_man._text("'so") == "\\&'so"
    assert make_man._text("a\\b --c|d") == "a\\eb \\-\\-c|\\:d"


def test_they_are_written_into_a_folder(
    make_man: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert make_man.main([str(tmp_path / "man")]) == 0
    assert {one.name for one in (tmp_path / "man").iterdir()} == set(make_man.pages())
    assert make_man.main([]) == 2 and "usage" in capsys.readouterr().err
