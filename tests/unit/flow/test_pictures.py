"""Which files go along with formatted words, and which images stand in them."""

from __future__ import annotations

from weftmail.flow.pictures import content_id, going_along
from weftmail.flow.written import Written, joined
from weftmail.store.draft import KeptFile

CHAIR = KeptFile(1, 1, 11, "chair.png", "image/png", 3, "a" * 64, inline=True)
OAK = KeptFile(2, 1, 12, "oak.png", "image/png", 3, "b" * 64, inline=True)
PLAN = KeptFile(3, 1, 13, "plan.pdf", "application/pdf", 3, "c" * 64)
SHOWS = f'<div>Look: <img src="cid:{content_id(CHAIR.sha256)}" alt="A chair" style="max-width:100%"></div>'


def test_an_image_goes_inline_where_the_words_show_it_and_stays_behind_where_they_do_not() -> None:
    found = going_along(SHOWS, [CHAIR, OAK, PLAN, CHAIR])
    assert [(one.filename, one.content_id, one.inline) for one in found] == [
        ("chair.png", f"{'a' * 32}@part.invalid", True),
        ("plan.pdf", None, False),
    ]


def test_where_the_words_are_plain_an_image_is_a_file_like_others() -> None:
    assert [(one.filename, one.inline) for one in going_along("", [CHAIR, PLAN])] == [
        ("chair.png", False),
        ("plan.pdf", False),
    ]


def test_two_drafts_that_become_one_keep_what_was_formatted() -> None:
    one, other = Written(html="<div><b>Yes</b></div>", text="Yes"), Written(text="a < b")
    assert joined(one, other) == "<div><b>Yes</b></div><div><br></div><div>a &lt; b</div>"
    assert joined(Written(), one) == "<div><b>Yes</b></div>" and joined(other, other) == ""
