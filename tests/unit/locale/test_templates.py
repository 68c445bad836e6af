"""No page and no email has words of its own: every sentence of a template goes through gettext."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

TOP = Path(__file__).parents[3]
TEMPLATES = sorted([*(TOP / "admin/templates").iterdir(), *(TOP / "weftmail/core/composing/templates").iterdir()])
PAGES = sorted((TOP / "admin").glob("*.py"))

_MARKED = re.compile(r"\{% trans .*?\{% endtrans %\}", re.DOTALL)
_JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_ATTRIBUTE = re.compile(r'\b(?:aria-label|title|placeholder|alt|data-on|data-off)="([^"]*)"')
_ENTITY = re.compile(r"&#?\w+;|Reply-To|_domainkey")
_TAG = re.compile(r"<code>.*?</code>|<[^>]*>")
_WORD = re.compile(r"[^\W\d_]{2,}")
_LITERAL = re.compile(r'"([^"]*)"')
_SPOKEN = re.compile(r"^[A-Z][a-z]+ [a-z]+ |^[A-Z][a-z]+ [a-z]+$|\. [A-Z][a-z]+ ")

NAMES = frozenset({"weftmail", "SHA"})
"""What is called so in every language, commands aside, which stand in ``code``."""


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_no_words_of_its_own(path: Path) -> None:
    text = _JINJA.sub("", _MARKED.sub("", path.read_text(encoding="utf-8")))
    said = [*_ATTRIBUTE.findall(text), _ENTITY.sub("", _TAG.sub(" ", text))]
    assert [word for one in said for word in _WORD.findall(one) if word not in NAMES] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_what_an_expression_shows_otherwise_is_marked(path: Path) -> None:
    """``one.owner or "nobody"`` would be English in every language."""
    shown = re.findall(r'\b(?:or|else) "([^"]*[A-Za-z]{2,}[^"]*)" ?\}\}', path.read_text(encoding="utf-8"))
    assert shown == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_no_code_of_a_page_answers_with_a_sentence_that_is_not_marked(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    marked = {
        id(argument)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) in ("marked", "gettext", "ngettext", "warning")
        for argument in ast.walk(node)
    }
    documents = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    found = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in marked | documents
        if _SPOKEN.search(node.value)
    ]
    assert found == []
