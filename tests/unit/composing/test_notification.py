"""The mail that colleagues get, and what it says about an answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from weftmail.core.composing import notification
from weftmail.core.composing.notification import Answer, Notice, called
from weftmail.locale import language

NOTICE = Notice(
    kind="received",
    number="LEAD-298",
    title="Quote for 40 chairs",
    url="https://weft.acme.example/records/LEAD-298?a=1&b=2",
    author="Karin Ek <karin@customer.example>",
    author_address="karin@customer.example",
    verified=True,
    outsiders=("Erik Ek <erik@other.example>",),
    answer=Answer(("Karin Ek <karin@customer.example>",), ("Erik Ek <erik@other.example>",), "Acme Sales"),
    files=("plan.pdf",),
    acts=(
        ("assign", "https://weft.acme.example/records/LEAD-298/7/mail/assign?company=1"),
        ("note", "https://weft.acme.example/records/LEAD-298/7/mail/note?company=1"),
        ("mute", "https://weft.acme.example/records/LEAD-298/7/mail/mute?company=1"),
    ),
)


def test_the_whole_text() -> None:
    assert notification.as_text(NOTICE, "Could you do 38 instead?\n") == (
        "--- Reply above this line ---\n\n"
        "Karin Ek <karin@customer.example> wrote on LEAD-298, Quote for 40 chairs\n"
        "Sender verified: customer.example\n"
        "To: Erik Ek <erik@other.example>\n"
        "Files: plan.pdf\n\n"
        "Could you do 38 instead?\n\n"
        "-- \n"
        "Reply to this email and Karin Ek <karin@customer.example> gets it, from Acme Sales, with Erik Ek "
        "<erik@other.example> in Cc. Your reply is filed on LEAD-298.\n"
        "Open LEAD-298: https://weft.acme.example/records/LEAD-298?a=1&b=2\n"
        "Assign to me: https://weft.acme.example/records/LEAD-298/7/mail/assign?company=1\n"
        "Reply internally: https://weft.acme.example/records/LEAD-298/7/mail/note?company=1\n"
        "Mute: https://weft.acme.example/records/LEAD-298/7/mail/mute?company=1\n"
        "You get this email because you follow LEAD-298.\n"
    )


def test_the_page_escapes_everything_but_the_body() -> None:
    page = notification.as_html(replace(NOTICE, author="<b>K</b>", title='"&'), "<p>body</p>")
    assert "<p>body</p>" in page and "<b>" not in page
    assert "&lt;b&gt;K&lt;/b&gt; wrote on LEAD-298, &#34;&amp;" in page
    assert 'href="https://weft.acme.example/records/LEAD-298?a=1&amp;b=2"' in page
    assert "Open LEAD-298</a>" in page


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(), "Reply to this email and it stays internal. "),
        (Answer(inside=("Anna Berg", "Björn Lund")), "Reply to this email and it stays internal: Anna, Björn. "),
        (Answer(unreached=("K Ek <k@x.example>",)), "nobody outside gets it: nothing is sent to K Ek <k@x.example>. "),
        (
            Answer(("K Ek <k@x.example>",), (), "Acme"),
            "email and K Ek <k@x.example> gets it, from Acme. ",
        ),
        (
            Answer(("a@x.example", "b@x.example"), (), "X"),
            "and a@x.example and b@x.example get it, from X. ",
        ),
        (
            Answer(("A B", "C D", "e@f.example"), ("G H", "I J"), "X"),
            "A B, C D and e@f.example get it, from X, with G H and I J",
        ),
    ],
)
def test_where_an_answer_goes(answer: Answer, said: str) -> None:
    assert said in notification.foot(replace(NOTICE, answer=answer))[0]


def test_heads_of_every_kind() -> None:
    assert notification.head(replace(NOTICE, verified=False, outsiders=(), files=())) == [
        "Karin Ek <karin@customer.example> wrote on LEAD-298, Quote for 40 chairs",
        "Sender not verified: karin@customer.example",
    ]
    assert notification.head(replace(NOTICE, kind="note", outsiders=(), files=())) == [
        "Karin Ek <karin@customer.example> added an internal note on LEAD-298, Quote for 40 chairs"
    ]
    assert notification.head(replace(NOTICE, kind="event", outsiders=(), files=())) == ["LEAD-298, Quote for 40 chairs"]
    assert notification.head(replace(NOTICE, kind="post", outsiders=(), files=()))[0].startswith(
        "Karin Ek <karin@customer.example> wrote"
    )


def test_it_speaks_the_language_of_its_readers() -> None:
    said = notification.as_text(replace(NOTICE, language=language("sv")), "Kan du leverera 38?")
    assert said.startswith("--- Svara ovanför den här raden ---\n\nKarin Ek <karin@customer.example> skrev i LEAD-298")
    assert "går svaret till Karin Ek <karin@customer.example> från Acme Sales, med kopia till Erik Ek <" in said


def test_names() -> None:
    assert called(["Karin Ek", "Erik Ek"]) == ["Karin", "Erik"]
    assert called(["Karin Ek", "Karin Al"]) == ["Karin Ek", "Karin Al"]
