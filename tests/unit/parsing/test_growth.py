"""Every pass over a stranger's bytes is linear: twice the mail is at most two and a half times the work.

Counted are the calls, ours and those of the libraries below, so that a busy machine changes nothing; how the seconds
grow up to 4 MB is printed by ``bench`` (``--only growth``).
"""

from __future__ import annotations

import sys
from datetime import date
from types import FrameType

import pytest

from tests.unit.pace import at_most
from tests.unit.parsing.more_shapes import FELL, MORE, MORE_TWINS
from tests.unit.parsing.shapes import SHAPES, TWINS
from tests.unit.thorough import some
from weftmail.core import limits
from weftmail.core.parsing import burden
from weftmail.flow.reading import read

FEW = 20_000
MOST = 2.5


def calls(raw: bytes) -> int:
    """Return how many calls it takes to read a mail."""
    count = 0

    def counted(_frame: FrameType, event: str, _what: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        read(raw)
    finally:
        sys.setprofile(before)
    return count


ALL, ALL_TWINS = {**SHAPES, **MORE}, {**TWINS, **MORE_TWINS}


def test_there_are_forty_and_more() -> None:
    assert len(ALL) == len(SHAPES) + len(MORE) >= 90


@pytest.mark.parametrize("name", some(list(ALL), date.today().toordinal()))
def test_twice_the_mail_is_twice_the_work(name: str) -> None:
    shape = ALL[name]
    first, second = calls(shape(64 * 1024)), calls(shape(128 * 1024))
    assert second <= max(FEW, MOST * first)


@pytest.mark.parametrize("name", FELL)
def test_what_once_fell_is_read_to_its_end_in_no_time(name: str) -> None:
    """Most of it was spent in a single call, so that it is the time that counts."""
    with at_most(100):
        message = read(FELL[name](256 * 1024))
    assert not message.missing


@pytest.mark.parametrize("name", ALL_TWINS)
def test_the_harmless_twin_is_read_as_ever(name: str) -> None:
    raw, word = ALL_TWINS[name]
    message = read(raw)
    assert word in message.text
    assert not message.missing and "too complex" not in str(message.defects)
    assert not message.page.startswith("<pre>")


@pytest.mark.parametrize(
    "html",
    [
        "".join(f"<b x={n}>" for n in range(2000)) + "<p>a" * 2000,
        "".join(f"<b x={n}>" for n in range(2000)) + "<table><td></b>" * 2000 + "<p>a" * 2000,
        "<div>" * 1000 + "</x>" * 4000,
        "<p " + " ".join(f"a{n}='>'" for n in range(5000)) + ">",
        "".join(f"<html a{n}=1>" for n in range(5000)),
        "<svg>" + "<p>" * 600,
        "&amp; " * (limits.HTML_REFERENCES + 1),
        "<p>a" * 3000 + "<table>" + "<br>" * 3000,
        "<p>a" * 3000 + "<table><tr><td>a</td>" + "a<tr>" * 3000,
        "<table><tr><td><table></table></td>" + "<p>a" * 9000,
    ],
)
def test_what_would_take_the_sanitiser_long_is_known_before(html: str) -> None:
    assert burden.heavy(html)


@pytest.mark.parametrize(
    "html",
    [
        "<p><b>a</b> <i>b</i></p>" * 2000,
        "<table><tr><td><font color=red>a</font></td></tr></table>" * 500,
        "<!-- a --><p>b</p><![if !mso]><br></x>" * 500,
        "<object><td><b>a</object></b></caption>" * 200,
        "<b>a<p>" * 150,
        "<p title=a>word </p>" * 3000 + " ".join(map(str, range(5000))),
        "&#1078;" * 20_000,
        "<svg><p>a</p></svg>",
        "<table>\n<tr>\n<td><p>a</p> b</td>\n<td>c<br></td>\n</tr>\n</table>" * 2000,
        "<table>" + "<tr><td><p>a</p></td></tr>\n" * 4000 + "</table>" + "<p>b</p>c" * 2000,
        "<p>a</p>" * 3000 + "<table><form><tr><td>a</td></tr></form></table>" * 100,
    ],
)
def test_what_people_write_is_not(html: str) -> None:
    assert not burden.heavy(burden.lighter(html))


def test_only_letters_are_written_out() -> None:
    many = "&#1078;&#x1F600;&#60;&#x3c;&#xD800;&#160;&#9;&#9999999;&amp;"
    assert burden.lighter(many) == many
    assert burden.lighter(many * 300) == "ж&#x1F600;&#60;&#x3c;&#xD800;\u00a0&#9;&#9999999;&amp;" * 300
