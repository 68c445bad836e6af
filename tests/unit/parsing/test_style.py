"""What a mail may ask of its own looks: nothing by which it could reach beyond its place."""

# ruff: noqa: E501 - a vector stands in one line

from __future__ import annotations

import pytest

from tests.unit.pace import at_most
from weftmail.core.parsing.html import sanitise
from weftmail.core.parsing.style import CHECKS, safe_attribute, safe_style
from weftmail.core.text import MARKS, level

HOSTILE = [
    "position:fixed", "position:absolute;top:0", "z-index:9", "top:-5px", "inset:0", "transform:scale(9)", "scale:9",
    "translate:0 -90px", "rotate:90deg", "clip:rect(0,0,0,0)", "clip-path:none", "opacity:0", "filter:invert(1)",
    "mask:none", "margin:-1px", "margin-top:-99em", "margin:0 0 -9px", "padding:-1px", "margin-left:-.5in",
    "margin-top:calc(0px - 90px)", "margin-top:calc(-90px)", "margin:min(0px,-9px)", "margin:var(--x)", "--x:-9px",
    "margin-top:9999px", "margin-top:60%", "margin-top:5vh", "width:100vw", "width:5vmax", "width:5lh", "width:1e9px",
    "height:0", "height:1px", "height:50%", "max-height:0", "height:calc(1px)", "min-height:99999px", "width:99999px",
    "width:+5px", "width:- 5px", "width:5", "line-height:0", "line-height:.9", "line-height:0.99", "line-height:0px",
    "line-height:10px", "line-height:99%", "line-height:.5em", "line-height:9", "line-height:calc(1)",
    "line-height:5vh",
    "line-height:2rem", "font-size:0", "font-size:0px", "font-size:1px", "font-size:999px", "font-size:10vw",
    "font-size:larger", "font-size:-5px", "font:0/0 a", "font:999px arial", "font:menu", "font:12px", "font-size:1em",
    "font:12px url(x)", "letter-spacing:-5px", "letter-spacing:99px", "word-spacing:-900px", "text-indent:-900px",
    "text-indent:9999px", "text-indent:50%", "vertical-align:-900px", "vertical-align:99%", "display:flex",
    "display:contents", "display:grid", "display:ruby", "float:footnote", "text-decoration:underline 90px red",
    "text-underline-offset:-90px", "text-shadow:0 -90px red", "box-shadow:0 0 0 999px red", "outline:999px solid red",
    "border:999px solid red", "border-width:99px", "border:1px solid url(x)", "border:1px 1px 1px 1px", "border:",
    "border-image:none", "background-image:none", "background:red", "background-color:url(x)", "color:red blue",
    "color:expression(1)", "overflow:hidden", "overflow:visible", "unicode-bidi:bidi-override", "writing-mode:tb",
    "direction:up", "content:'x'", "list-style-type:'xxxx'", "visibility:hidden", "animation:x", "columns:9",
    "all:unset", "resize:both", "zoom:9", "order:-1", "contain:none", "shape-outside:none", "color", ":red", "",
    "font-family:'a;b'", "font-family:\"a", "color:red\\9", "col/**/or:red", "-moz-transform:scale(2)", "color:#12",
    "white-space:", "letter-spacing:10%", "font-weight:99", "font-weight:bold bold", "border-spacing:99px",
]  # fmt: skip


@pytest.mark.parametrize("style", HOSTILE)
def test_what_reaches_beyond_its_place_goes(style: str) -> None:
    assert safe_style("div", style) is None
    assert safe_style("div", style.upper()) is None
    kept = safe_style("div", f"{style} !important;color:#123") or ""
    assert kept in ("color:#123", "") and "style" not in sanitise(
        f"<div style='{style.replace(chr(39), chr(34))}'>a</div>"
    )


@pytest.mark.parametrize(
    ("tag", "style", "kept"),
    [
        ("p", "color: RED; Background-Color:rgb(1, 2, 3)", "color:red;background-color:rgb(1, 2, 3)"),
        ("p", "color:rgba(0,0,0,.5);border:1px solid hsl(1deg 2% 3%)",
         "color:rgba(0,0,0,.5);border:1px solid hsl(1deg 2% 3%)"),
        ("p", "margin:0 auto;padding:4px 8px 4px .5em", "margin:0 auto;padding:4px 8px 4px .5em"),
        ("p", "font-size:14px;line-height:20px", "font-size:14px;line-height:1.429"),
        ("p", "line-height:1.5", "line-height:1.5"),
        ("p", "line-height:normal", "line-height:normal"),
        ("p", "line-height:150%", "line-height:1.5"),
        ("p", "line-height:1.2em", "line-height:1.2"),
        ("p", "font-size:80%", "font-size:x-small"),
        ("p", "font-size:.9em", "font-size:small"),
        ("p", "font-size:120%", "font-size:large"),
        ("p", "font-size:150%", "font-size:x-large"),
        ("p", "font-size:9em", "font-size:xx-large"),
        ("p", "font-size:small", "font-size:small"),
        ("p", "font-size:11.0pt", "font-size:11.0pt"),
        ("p", "font:italic 700 14px/2px Arial, 'Segoe UI'", "font:italic 700 14px arial, 'segoe ui'"),
        ("p", "font-family:\"Segoe UI\", sans-serif;font-weight:600", "font-family:\"segoe ui\", sans-serif;font-weight:600"),
        ("p", "font-weight:bold;font-style:italic;text-align:center",
         "font-weight:bold;font-style:italic;text-align:center"),
        ("p", "text-decoration:underline dotted #123", "text-decoration:underline dotted #123"),
        ("p", "border-top:thin dashed;border-width:1px medium", "border-top:thin dashed;border-width:1px medium"),
        ("p", "width:100%;max-width:600px;min-height:40px", "width:100%;max-width:600px;min-height:40px"),
        ("p", "max-width:none;letter-spacing:normal;text-indent:2em",
         "max-width:none;letter-spacing:normal;text-indent:2em"),
        ("div", "display:inline-block;float:left", "display:inline-block;float:left"),
        ("td", "display:block;float:left;height:20px", "height:20px"),
        ("td", "display:none", "display:none"),
        ("img", "max-height:40px;height:auto", "max-height:40px;height:auto"),
        ("p", "vertical-align:middle;direction:rtl", "vertical-align:middle;direction:rtl"),
        ("p", "border-color:red blue;border-radius:50%", "border-color:red blue;border-radius:50%"),
        ("p", "color:red;;color:blue;", "color:blue"),
    ],
)  # fmt: skip
def test_what_people_write_stays(tag: str, style: str, kept: str) -> None:
    assert safe_style(tag, style) == kept
    # What stays is read as itself, so that a mail may be sanitised twice.
    assert safe_style(tag, kept) == kept


def test_every_property_is_one_that_the_sanitiser_keeps() -> None:
    said = sanitise('<p style="' + ";".join(f"{name}:0" for name in CHECKS) + '">a</p>')
    assert "margin:0" in said and "line-height" not in said and "font-size" not in said


@pytest.mark.parametrize(
    ("tag", "name", "value", "kept"),
    [
        ("td", "width", "600", "600"), ("td", "width", "600px", "600"), ("td", "width", "50%", "50%"),
        ("td", "width", "-600", None), ("td", "width", "99999", None), ("td", "width", "900%", None),
        ("td", "width", "5vw", None), ("td", "height", "10", "10"), ("div", "height", "10", None),
        ("img", "border", "9999", None), ("table", "cellpadding", "5", "5"), ("td", "rowspan", "65534", None),
        ("font", "size", "+2", "+2"), ("font", "size", "99", None), ("font", "color", "#FFF", "#fff"),
        ("font", "color", "url(x)", None), ("font", "face", "Arial, x", "Arial, x"), ("font", "face", "a;b", None),
        ("td", "bgcolor", "white", "white"), ("td", "align", "LEFT", "LEFT"), ("td", "align", "a b", None),
        ("p", "dir", "rtl", "rtl"), ("p", "dir", "x", None), ("p", "lang", "sv-SE", "sv-SE"), ("p", "lang", "a b",
         None),
        ("ol", "start", "-3", "-3"), ("ol", "start", "x", None), ("p", "title", "a" * 600, "a" * 500),
        ("blockquote", "type", "cite", "cite"), ("td", "nowrap", "", ""), ("hr", "size", "5000", None),
    ],
)  # fmt: skip
def test_attributes_say_no_more_than_a_style_may(tag: str, name: str, value: str, kept: str | None) -> None:
    assert safe_attribute(tag, name, value) == kept


def test_names_and_ids_go() -> None:
    assert sanitise('<a name="head" id="head" href="https://x.example/">a</a>').count("head") == 0


@pytest.mark.parametrize("between", ["", "\u200d", "<b>", "</b><i>", "\ufe0f"])
def test_no_letter_bears_more_marks_than_a_language_writes(between: str) -> None:
    tower = "a" + f"\u0301{between}" * 60 + "b"
    assert level(tower).count("\u0301") == MARKS
    assert level(tower).replace("\u0301", "") == tower.replace("\u0301", "")
    assert level(sanitise("a" + "&#x301;" * 60)).count("\u0301") == MARKS
    for word in ("Việt", "שָׁלוֹם", "ที่นี่", "naïve", "e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301"):
        assert level(word) == word


@pytest.mark.parametrize(
    "piece",
    [
        '<b style="color:red;margin:0;padding:0;border:1px solid red">x</b>', '<b style="a:b;a:b;a:b;a:b;a:b">',
        "\u0301",
        '<b style="font:bold bold bold bold bold">', "<i>\u0301\u200d</i>",
        "<b style=\"font-family:a, a, a, a, a, a, a, a, a, a, a, a, a;\">",
    ],
)  # fmt: skip
def test_styles_take_no_time(piece: str) -> None:
    with at_most(900):
        sanitise(piece * (400_000 // len(piece)))


@pytest.mark.parametrize("more", [1, 40])
def test_a_style_that_comes_again_stays_what_it_was_on_each_tag(more: int) -> None:
    """Short ones are remembered."""
    style = "color:red;" * more + "height:9px"
    for _ in range(2):
        assert safe_style("p", style) == "color:red"
        assert safe_style("img", style) == "color:red;height:9px"
