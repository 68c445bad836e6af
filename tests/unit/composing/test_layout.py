"""The layout of a company: what its template may say, and that the words of the message always stand in it once."""

from __future__ import annotations

import re
from dataclasses import replace
from email import message_from_bytes, policy

import pytest

from tests.unit.composing.test_mail import LETTER, OUTSIDER
from weftmail.core.composing.layout import FILTERS, NAMES, STANDARD, BadLayout, Layout, Logo, below, check, fill
from weftmail.core.composing.mail import compose
from weftmail.core.limits import LAYOUT_SIZE

WORDS = "<div>Forty chairs</div>"
ACME = Layout("Acme <AB>", "#aa3300", "Acme AB\nStorgatan 1 & 2")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


@pytest.mark.parametrize("logo", [None, Logo(PNG, "image/png")])
@pytest.mark.parametrize("footer", ["", "Acme AB\nStorgatan <1>"])
def test_the_usual_one_shows_colour_logo_words_and_footer(logo: Logo | None, footer: str) -> None:
    check(STANDARD)
    html = fill(replace(ACME, logo=logo, footer=footer), WORDS)
    assert html.count(WORDS) == 1 and "#aa3300" in html
    assert ('src="cid:logo@weftmail"' in html) == (logo is not None)
    # Without a logo the name stands there; either way it is words, and no markup.
    assert "Acme &lt;AB&gt;" in html and "<AB>" not in html
    assert ("Storgatan &lt;1&gt;" in html) == bool(footer)


@pytest.mark.parametrize(
    "template",
    [
        "{{ content }}",
        "<p>{{ company|upper }}</p>{{ content }}<p>{{ footer }}</p>",
        "{% if logo and not footer %}<b>x</b>{% elif company == 'Acme' %}y{% else %}z{% endif %}{{ content }}",
        "{# a remark #}<h1>{{ company|default('we')|truncate(10) }}</h1>{{ content }}",
    ],
)
def test_what_a_template_may_say(template: str) -> None:
    check(template)
    assert fill(replace(ACME, template=template), WORDS).count(WORDS) == 1


@pytest.mark.parametrize(
    ("template", "code", "word"),
    [
        ("{% for x in company %}{{ content }}{% endfor %}", "node", "for"),
        ("{% set x = company * 1000000 %}{{ content }}", "node", "assign"),
        ("{{ company * 1000000 }}{{ content }}", "node", "mul"),
        ("{{ company ~ company }}{{ content }}", "node", "concat"),
        ("{{ company.__class__ }}{{ content }}", "node", "getattr"),
        ("{{ company['x'] }}{{ content }}", "node", "getitem"),
        ("{{ range(9) }}{{ content }}", "node", "call"),
        ("{{ [1, 2] }}{{ content }}", "node", "list"),
        ("{% macro m() %}{% endmacro %}{{ content }}", "node", "macro"),
        ("{% include 'x' %}{{ content }}", "node", "include"),
        ("{% extends 'x' %}{{ content }}", "node", "extends"),
        ("{% import 'x' as y %}{{ content }}", "node", "import"),
        ("{% filter upper %}{{ content }}{% endfilter %}", "node", "filterblock"),
        ("{{ content if company else footer }}", "node", "condexpr"),
        ("{{ token }}{{ content }}", "name", "token"),
        ("{{ company|replace('', company) }}{{ content }}", "filter", "replace"),
        ("{{ company|safe }}{{ content }}", "filter", "safe"),
        ("{{ company|xmlattr }}{{ content }}", "filter", "xmlattr"),
        ("\n\n{{ company", "syntax", ""),
        ("{% if %}{{ content }}", "syntax", ""),
        ("{{ company|nosuch }}{{ content }}", "filter", "nosuch"),
        ("no words", "words", ""),
        ("{{ content }}{{ content }}", "words", ""),
        ("{{ content|upper }}", "words", ""),
        ("<p title='{{ content }}'>x</p>", "words", ""),
        ("<!-- {{ content }} -->", "words", ""),
        ("<style>{{ content }}</style>", "words", ""),
        ("<script>{{ content }}</script>", "words", ""),
        ("{% if footer %}{{ content }}{% endif %}", "words", ""),
        ("{{ content }}" + "x" * LAYOUT_SIZE, "long", ""),
    ],
)
def test_what_it_may_not_say(template: str, code: str, word: str) -> None:
    with pytest.raises(BadLayout) as refused:
        check(template)
    assert refused.value.code == code and (not word or refused.value.word == word)
    assert refused.value.line >= 1 and str(refused.value)


def test_a_fault_is_named_by_its_line() -> None:
    with pytest.raises(BadLayout) as refused:
        check("<p>\n</p>\n{{ content }}\n{{ nobody }}\n")
    assert refused.value.line == 4


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<img src="https://evil.example/pixel.gif">',
        '<div style="position:fixed;top:0;left:0;width:100%;height:100%">over</div>',
        '<a href="javascript:alert(1)">x</a>',
        "<form action='https://evil.example'><input></form>",
        "<iframe src='https://evil.example'></iframe>",
        "<link rel=stylesheet href='https://evil.example'>",
        "<style>* { display: none }</style>",
    ],
)
def test_nothing_in_it_loads_runs_or_covers(hostile: str) -> None:
    html = fill(replace(ACME, template=f"{hostile}{{{{ content }}}}{hostile}"), WORDS)
    assert html.count(WORDS) == 1
    assert not re.search(r"(?i)<script|onerror|[^-]src=\"https?:|position|javascript:|<form|<iframe|<link|<style", html)


def test_words_stay_where_a_template_would_hide_them() -> None:
    """What passes with a footer alone, or without: the words go without a layout rather than not at all."""
    hides = replace(ACME, template="{% if not footer %}{{ content }}{% endif %}")
    check(hides.template)
    assert fill(hides, WORDS) == WORDS
    assert fill(replace(hides, footer=""), WORDS) == WORDS


def test_names_and_filters_are_those_that_the_docs_name() -> None:
    assert NAMES == ("content", "company", "colour", "logo", "footer") and "replace" not in FILTERS


@pytest.mark.parametrize("html", [None, "<p>Forty <b>chairs</b></p>"])
def test_a_mail_bears_it_in_both_parts_with_the_logo_beside_the_words(html: str | None) -> None:
    copy = replace(OUTSIDER, layout=replace(ACME, logo=Logo(PNG, "image/png")))
    mail = message_from_bytes(compose(replace(LETTER, html=html), copy), policy=policy.default)
    text, page = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None and page is not None
    assert text.get_content().rstrip().endswith("Acme AB\r\nStorgatan 1 & 2")
    assert "#aa3300" in page.get_content() and 'src="cid:logo@weftmail"' in page.get_content()
    (image,) = [part for part in mail.walk() if part.get_content_maintype() == "image"]
    assert image["content-id"] == "<logo@weftmail>" and image.get_content() == PNG
    assert image.get_content_disposition() == "inline"
    without = compose(replace(LETTER, html=html), replace(OUTSIDER, layout=None))
    assert b"Storgatan" not in without and b"logo@weftmail" not in without


def test_text_without_a_footer_stays_as_it_is() -> None:
    assert below(replace(ACME, footer=""), "Hello\n") == "Hello\n"
    assert below(ACME, "Hello\n\n\n") == "Hello\n\nAcme AB\nStorgatan 1 & 2\n"
