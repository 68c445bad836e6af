"""What a page may show of a hostile mail."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.pace import at_most
from weftmail.core.limits import HTML_NESTING, HTML_REFERENCES, HTML_SIZE
from weftmail.core.parsing.html import sanitise
from weftmail.core.parsing.words import text_of


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        ("<p>Hej <b>Anna</b></p>", "<p>Hej <b>Anna</b></p>"),
        ("<script>alert(1)</script>Hej", "Hej"),
        ("<style>@import url(x)</style>Hej", "Hej"),
        ('<img src="cid:logo@x" alt="l">', '<img src="cid:logo@x" alt="l">'),
        ('<img alt="l" src="https://x.example/a.png">', '<img alt="l" data-remote-src="https://x.example/a.png">'),
        ('<img src="//x.example/a.png">', "<img>"),
        ('<img src="javascript:x">', "<img>"),
        ('<img src="data:image/png;base64,AAAA">', '<img src="data:image/png;base64,AAAA">'),
        ('<img src="data:image/svg+xml;base64,AAAA">', "<img>"),
        ('<p onclick="x" id="y" class="z">a</p>', "<p>a</p>"),
        ('<p style="color:red;position:fixed">a</p>', '<p style="color:red">a</p>'),
        ('<p style="color:red;background:url(x)">a</p>', "<p>a</p>"),
        ('<p style="width:expression(x)">a</p>', "<p>a</p>"),
        ("<form action=x><input name=y>a</form>", "a"),
        ("<iframe src=x></iframe>a<!-- b -->", "a"),
        ('<a href="javascript:x">a</a>', '<a rel="noopener noreferrer nofollow">a</a>'),
        ('<a href="data:text/html,x">a</a>', '<a rel="noopener noreferrer nofollow">a</a>'),
        ('<a href="https://x.example/">a</a>', '<a href="https://x.example/" rel="noopener noreferrer nofollow">a</a>'),
    ],
)
def test_what_stays(html: str, clean: str) -> None:
    assert sanitise(html) == clean


def test_the_mark_of_remote_images_cannot_be_brought_along() -> None:
    assert sanitise('<img src="cid:remote:https://x.example/">') == "<img>"
    assert "data-remote-src" not in sanitise('<img data-remote-src="x" alt=\'src="cid:remote:y\'>')


def test_what_is_too_deep_or_too_large_is_plain_text() -> None:
    assert sanitise("<div>" * (HTML_NESTING + 1) + "a & b") == "<pre>a &amp; b</pre>"
    assert sanitise("&lt;b> " * (HTML_REFERENCES + 1)).startswith("<pre>&lt;b&gt; ")
    assert sanitise("a" * (HTML_SIZE + 1)).startswith("<pre>aaa")
    assert sanitise("<p>a</p>" * 3000).count("<p>") == 3000
    assert sanitise("<div><br>a</div>" * 3000).count("<div>") == 3000


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Hej</p><p>Anna</p>", "Hej\n\nAnna"),
        ("a<br>b<hr/>c", "a\nb\nc"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("<title>t</title><style>s</style>a &amp; b&nbsp;c", "a & b c"),
        ("  a\n  b  ", "a b"),
        ("<h1>a</h1>b", "a\nb"),
        ("1 &lt; 2", "1 < 2"),
        ("", ""),
    ],
)
def test_words(html: str, text: str) -> None:
    assert text_of(html) == text


@pytest.mark.parametrize(
    "piece", ["<", "<div>", "<!--", "<script>", "<!", "<p ", "&#", " \n", "<b>", "<table><tr><td>"]
)
def test_a_hostile_page_takes_no_time(piece: str) -> None:
    with at_most(300):
        sanitise(piece * 50_000)
        text_of(piece * 50_000)


def test_a_tag_with_countless_attributes_takes_no_time() -> None:
    with at_most(100):
        assert sanitise(f"<p {' '.join(f'a{number}' for number in range(120_000))}>b</p>") == "<pre>b</pre>"
    assert sanitise("<p>one two three</p>" * 5000).count("<p>") == 5000


@given(st.text(alphabet="<>/ab=\"'&;imgsrc:!-", max_size=200))
def test_never_an_image_that_loads(html: str) -> None:
    clean = sanitise(html)
    assert 'src="http' not in clean.replace('data-remote-src="http', "")
    text_of(html)
