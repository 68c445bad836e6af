"""What is left of the HTML that a form brings: what the editor makes, and plain text beside it."""

from __future__ import annotations

import pytest

from tests.admin.more_vectors import FIRE
from weftmail.core.composing.formatting import plain, says, tidy
from weftmail.core.limits import HTML_SIZE
from weftmail.core.parsing.html import sanitise

OURS = "cid:abc@part.invalid"


def ours(source: str) -> str | None:
    """One image alone is ours."""
    return OURS if source == "/ours" else None


WRITTEN = (
    "<div>Dear <strong>Karin</strong>,</div><div><br></div>"
    "<ul><li><div>oak</div></li><li><div>ash</div>"
    "<ol start=3><li><div>dark</div></li><li><div>light</div></li></ol></li></ul>"
    "<blockquote><div>How many?</div></blockquote><pre><code>a  b\nc</code></pre>"
    "<table><tbody><tr><th><div>Wood</div></th><td><div>Price</div></td></tr></tbody></table>"
    '<p>See <a href="https://acme.example/a">our page</a></p>'
    '<div><img src="/ours" alt="A chair"><img src="/ours"></div>'
)


def test_what_the_editor_makes_stays_and_passes_the_sanitiser_of_mail() -> None:
    html = tidy(WRITTEN, ours)
    for part in (
        "<strong>Karin</strong>", "<li><div>oak</div></li>", '<ol start="3">', "<pre><code>a  b\nc</code></pre>",
        "<td><div>Price</div></td>", '<a href="https://acme.example/a">our page</a>', f'src="{OURS}"', 'border="1"',
        "border-left:2px solid",
    ):  # fmt: skip
        assert part in html
    assert sanitise(html).replace(' rel="noopener noreferrer nofollow"', "") == html
    assert tidy(html, lambda source: source) == html


def test_the_plain_text_has_marks_where_the_page_has_shapes() -> None:
    assert plain(tidy(WRITTEN, ours)).split("\n") == [
        "Dear Karin,", "", "- oak", "- ash", "3. dark", "4. light", "> How many?", "a  b", "c", "Wood\tPrice", "",
        "See our page <https://acme.example/a>", "", "[A chair]",
    ]  # fmt: skip
    assert plain("<li>alone</li></ul>") == "alone"


@pytest.mark.parametrize(
    "hostile",
    [
        f"<p>{FIRE}words</p>", "<p onclick=alert(1)>words</p>", '<a href="javascript:alert(1)">words</a>',
        "<p style='position:fixed;inset:0;background:url(//x)'>words</p>", "<svg><script>alert(1)</script></svg>words",
        '<a href=" java\nscript:alert(1)">words</a>', "<form action=//x><button>words</button></form>",
        '<img src=x onerror=alert(1)><img src="https://tracker.example/p.png"><img src="cid:other@part.invalid">words',
        '<iframe srcdoc="<script>alert(1)</script>"></iframe>words', "<h1 id=write class=composer>words</h1>",
        '<meta http-equiv=refresh content="0;url=//x"><base href=//x>words', "<ol start='1;alert(1)'><li>words</ol>",
        '<table background="//x" style="x:y"><tr><td colspan="1e9" width=9>words</table>', "<math><mtext>words",
    ],
)  # fmt: skip
def test_nothing_of_what_is_hostile_stays(hostile: str) -> None:
    html = tidy(hostile, ours)
    for bad in (
        "<script",
        "on",
        "javascript",
        "position",
        "url(",
        "<form",
        "<iframe",
        "<img",
        "<meta",
        "<base",
        "class",
    ):
        assert bad not in html.replace("border-collapse", "").replace("words", "")
    for bad in ("id=", "background", "1e9", "width", "start"):
        assert bad not in html


def test_what_says_nothing_is_nothing() -> None:
    assert [tidy(one, ours) for one in ("", "<div><br></div>", "<p> </p><ul><li></li></ul>", "<img src=x>")] == [""] * 4
    assert says(tidy('<img src="/ours">', ours))


def test_what_costs_too_much_becomes_plain_text() -> None:
    assert tidy(f"<b>{'x' * HTML_SIZE}</b>", ours).startswith("<pre>xxx")
    assert tidy("<div>" * 5000 + "deep", ours) == "<pre>deep</pre>"
