"""Every sentence that people read stands in every language, and the compiled catalogues are those of the texts."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from weftmail.locale import NAMES

TOP = Path(__file__).parents[3]
_BRACES = re.compile(r"\{(\w*)\}")
_PERCENT = re.compile(r"%\((\w+)\)s")


def _make() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_catalogues", TOP / "docs/make_catalogues.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MAKE = _make()
LANGUAGES = [code for code in NAMES if code != "en"]
TEMPLATE = MAKE.extracted()
each_language = pytest.mark.parametrize("code", LANGUAGES)


def ids(messages: Iterable[Message]) -> set[object]:
    return {one.id for one in messages if one.id}


def texts(one: object) -> tuple[str, ...]:
    return (one,) if isinstance(one, str) else tuple(one)  # type: ignore[arg-type]


def placeholders(text: str) -> list[str]:
    return sorted(set(_BRACES.findall(text))) + sorted(set(_PERCENT.findall(text)))


def test_each_language_but_english_has_a_catalogue() -> None:
    assert MAKE.languages() == sorted(LANGUAGES)
    assert len(ids(TEMPLATE)) > 90


@each_language
def test_no_sentence_is_missing_and_none_is_unused(code: str) -> None:
    there = ids(MAKE.read(code))
    assert ids(TEMPLATE) - there == set()
    assert there - ids(TEMPLATE) == set()


@each_language
def test_every_sentence_is_translated_and_looked_at(code: str) -> None:
    assert [one.id for one in MAKE.missing(MAKE.read(code))] == []
    with MAKE.path_of(code).open("rb") as file:
        assert not read_po(file, locale=code).obsolete


@each_language
def test_the_placeholders_are_the_same(code: str) -> None:
    wrong = [
        one.id
        for one in MAKE.read(code)
        if one.id
        for text in texts(one.string)
        if placeholders(text) != placeholders(texts(one.id)[-1])
    ]
    assert wrong == []


@each_language
def test_a_sentence_keeps_its_edges(code: str) -> None:
    """Spaces and line ends at the ends of a sentence join it to what stands beside it."""
    ends = re.compile(r"^(\s*).*?(\s*)$", re.DOTALL)
    wrong = [
        one.id
        for one in MAKE.read(code)
        if one.id
        for text in texts(one.string)
        if ends.fullmatch(text).groups() != ends.fullmatch(texts(one.id)[0]).groups()  # type: ignore[union-attr]
    ]
    assert wrong == []


@each_language
def test_the_compiled_catalogue_is_that_of_the_text(code: str) -> None:
    assert MAKE.path_of(code).with_suffix(".mo").read_bytes() == MAKE.compiled(MAKE.read(code))
    assert MAKE.path_of(code).read_bytes() == MAKE.written(MAKE.read(code))
