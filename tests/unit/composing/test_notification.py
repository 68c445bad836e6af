"""The mail that colleagues get: what it says about an answer, and how the answer is freed of it again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from weftmail.core.composing import notification
from weftmail.core.composing.notification import ANSWER_ABOVE, Answer, Notice, called, cut_notification

NOTICE = Notice(
    kind="received",
    number="LEAD-298",
    title="Quote for 40 chairs",
    url="https://weft.acme.example/records/LEAD-298?a=1&b=2",
    author="Karin Ek",
    author_address="karin@customer.example",
    verified=True,
    outsiders=("Erik Ek <erik@other.example>",),
    answer=Answer(("Karin Ek",), ("Erik Ek",), "Acme Sales"),
)


def test_the_whole_text() -> None:
    assert notification.as_text(NOTICE, "Could you do 38 instead?\n") == (
        "--- Answer above this line ---\n\n"
        "Karin Ek wrote on LEAD-298, Quote for 40 chairs\n"
        "signed by customer.example\n"
        "To: Erik Ek <erik@other.example>\n\n"
        "Could you do 38 instead?\n\n"
        "-- \n"
        "Answer this mail and Karin gets it, from Acme Sales, with Erik in Cc. It is filed on LEAD-298.\n"
        "Open LEAD-298: https://weft.acme.example/records/LEAD-298?a=1&b=2\n"
        "You follow LEAD-298.\n"
    )


def test_the_page_escapes_everything_but_the_body() -> None:
    page = notification.as_html(replace(NOTICE, author="<b>K</b>", title='"&'), "<p>body</p>")
    assert "<p>body</p>" in page and "<b>" not in page
    assert "&lt;b&gt;K&lt;/b&gt; wrote on LEAD-298, &quot;&amp;" in page
    assert 'href="https://weft.acme.example/records/LEAD-298?a=1&amp;b=2"' in page
    assert "Open LEAD-298</a>" in page


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(), "Answer this mail and it stays inside. "),
        (Answer(inside=("Anna Berg", "Björn Lund")), "Answer this mail and it stays inside: Anna, Björn. "),
        (Answer(("Karin Ek",), (), "Acme"), "Answer this mail and Karin gets it, from Acme. "),
        (Answer(("Karin Ek", "Karin Al"), (), "Acme"), "mail and Karin Ek and Karin Al get it, from Acme. "),
        (
            Answer(("A B", "C D", "e@f.example"), ("G H", "I J"), "X"),
            "A, C and e@f.example get it, from X, with G and I",
        ),
    ],
)
def test_where_an_answer_goes(answer: Answer, said: str) -> None:
    assert said in notification.foot(replace(NOTICE, answer=answer))[0]


def test_heads_of_every_kind() -> None:
    assert notification.head(replace(NOTICE, verified=False, outsiders=())) == [
        "Karin Ek wrote on LEAD-298, Quote for 40 chairs",
        "not verified to come from karin@customer.example",
    ]
    assert notification.head(replace(NOTICE, kind="note", outsiders=())) == [
        "Karin Ek noted on LEAD-298, Quote for 40 chairs"
    ]
    assert notification.head(replace(NOTICE, kind="event", outsiders=())) == ["LEAD-298, Quote for 40 chairs"]
    assert notification.head(replace(NOTICE, kind="post", outsiders=()))[0].startswith("Karin Ek wrote")


def test_an_unknown_language_is_answered_in_english() -> None:
    assert notification.head(replace(NOTICE, language="xx")) == notification.head(NOTICE)


def test_names() -> None:
    assert called(["Karin Ek", "Erik Ek"]) == ["Karin", "Erik"]
    assert called(["Karin Ek", "Karin Al"]) == ["Karin Ek", "Karin Al"]


OURS = notification.as_text(NOTICE, "Could you do 38 instead?")
QUOTED = "\n".join(f"> {line}" for line in OURS.split("\n"))
OUTLOOK = "Från: K <sales@acme.example>\nSkickat: den 24 november 2026 10:00\nTill: LEAD-298\nÄmne: Quote"
ON = "On Tue, 24 Nov 2026 at 10:00, Karin Ek via Acme Sales <sales@acme.example> wrote:"


@pytest.mark.parametrize(
    "text",
    [
        f"Yes, 38 is fine.\n\n{ON}\n\n{QUOTED}",
        f"Yes, 38 is fine.\n\n{ON}\n{QUOTED}\n",
        "Yes, 38 is fine.\n\nDen tis 24 nov. 2026 kl 10:00 skrev Karin Ek via Acme Sales\n<\nsales@acme.example>:\n\n"
        + QUOTED,
        f"{ON}\n{QUOTED}\n\nYes, 38 is fine.",
        f"Yes, 38 is fine.\n\n________\n{OUTLOOK}\n\n{OURS}",
        f"Yes, 38 is fine.\nOn Tuesday, 24 November 2026,\nKarin Ek <sales@acme.example> wrote:\n{QUOTED}",
        f"Yes, 38 is fine.\n\n<sales@acme.example>:\n{QUOTED}",
        f"Yes, 38 is fine.\n\n*From:* Karin <sales@acme.example>\n*Sent:* Tuesday\n*To:* LEAD-298\n\n{OURS}",
        f"Yes, 38 is fine.\n\n-----Original Message-----\nFrom: K <a@b.example>\nSent: x\nTo: LEAD\nSubject: y\n{OURS}",
        f"Yes, 38 is fine.\n> > {ANSWER_ABOVE}\n> > Karin wrote\n",
        f"Yes, 38 is fine.\r\n\r\n| *{ANSWER_ABOVE.replace('-', chr(0x2013))}*\n| more",
    ],
)
def test_an_answer_is_freed_of_what_it_quotes(text: str) -> None:
    assert cut_notification(text).strip() == "Yes, 38 is fine."


def test_words_between_quoted_lines_stay() -> None:
    text = f"Hello,\n\n{ON}\n{QUOTED}\nsee below\n> You follow LEAD-298.\nBest, Anna"
    assert cut_notification(text) == "Hello,\nsee below\nBest, Anna"


@pytest.mark.parametrize(
    "text",
    ["", "Yes.", "Yes.\n> quoted", OURS, QUOTED, f"{ON}\n{QUOTED}", f"See the line {ANSWER_ABOVE} of theirs."],
)
def test_nothing_to_cut_or_nothing_left_gives_the_text_back(text: str) -> None:
    assert cut_notification(text) == text


def test_lines_that_end_in_a_colon_are_words_unless_they_name_an_address() -> None:
    assert cut_notification(f"Two things:\n{QUOTED}") == "Two things:"
    assert cut_notification(f"1\n\nTwo things:\n{QUOTED}") == "1\n\nTwo things:"
    assert cut_notification(f"a\nb\nc\nTwo things:\n{QUOTED}") == "a\nb\nc\nTwo things:"
    assert cut_notification(f"Note: one\nPrice: two\nDate: three\n{QUOTED}").startswith("Note: one")
    assert cut_notification(f"x\nFrom: a@b.example\nSent: y\nTo: z\n{OURS}") == "x"
