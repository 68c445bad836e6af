"""A colleague's answer on its way to a customer: nothing of theirs is cut, and nothing of ours leaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from weftmail.core.composing.answering import Answered, answer_of
from weftmail.core.parsing.html import quoted_text_of
from weftmail.locale import NAMES, language

SENT = {path.stem: path.read_text(encoding="utf-8") for path in (Path(__file__).parent / "golden").glob("*.txt")}
NUMBER = "LEAD-298"
ANSWERED = Answered(
    NUMBER,
    "Could you do 38 instead of 40 chairs?\nWe would need them in the first week of January at the latest.",
    [language(code) for code in NAMES],
    ("https://weft.acme.example/enter/",),
    "Karin Ek",
)
ON = "On Tue, 24 Nov 2026 at 10:00, Karin Ek via Acme Sales <sales@acme.example> wrote:"


def quoted(text: str, mark: str = "> ") -> str:
    return "\n".join(mark + line for line in text.split("\n"))


def leaves(text: str) -> str:
    found = answer_of(text, ANSWERED)
    assert found.clean
    return found.text


@pytest.mark.parametrize(
    "words",
    [
        "Two offers.\n\nOffer A: oak.\n\n--\n\nOffer B: birch, with delivery.\nPlease choose by Friday.",
        "What we booked:\n\nFrom: Uppsala, Storgatan 4\nTo: Oslo\nDate: 3 December\n\nPlease confirm.",
        "On 12 November you sent:\n> twelve boxes\nand they arrived.",
        "The contract says:\n> 4.1 Delivery is free.\nSo it is free.",
        "Sent from the warehouse on Monday.\nSkickat med posten.",
        "-----Original Message-----\nis what the sticker says.",
        "Reply to this email and I will book it.",
        "See\n____________________\nand unsubscribe from the mailing list.",
        "A line.\n-- \n" + "\n".join(f"Row {number} of the table below." for number in range(30)),
    ],
)
def test_what_a_colleague_wrote_goes_out_whole(words: str) -> None:
    assert leaves(words) == words


@pytest.mark.parametrize(
    "above",
    [
        "On 3 March 2026, Karin Ek wrote:",
        "Den 3 mars 2026 skrev Karin Ek:",
        "Am 03.03.2026 um 10:41 schrieb Karin Ek:",
        "On 3 March 2026, Karin Ek via Acme Sales\nwrote:",
        "2026-03-03 10:41, karin ek:",
        ON,
    ],
)
def test_the_line_that_introduces_her_words_goes_with_them(above: str) -> None:
    quote = "> Could you do 38 instead of 40 chairs?"
    assert leaves(f"Yes.\n\n{above}\n{quote}") == "Yes."
    assert leaves(f"{above}\n{quote}\n\nYes.") == "Yes."
    # Without a quote that is certainly hers it stays, and so does a sentence that only looks like it.
    assert leaves(f"Yes.\n\n{above}\n> Not her words.") == f"Yes.\n\n{above}\n> Not her words."
    for own in ("Karin Ek, this is for you:", "We have 38 and 40:", "On 3 March 2026 we agreed with Sara on:"):
        assert leaves(f"{own}\n{quote}\nYes.") == f"{own}\nYes."


@pytest.mark.parametrize("sent", SENT.values(), ids=SENT)
@pytest.mark.parametrize(
    "answer",
    ["Yes.\n\n{on}\n\n{quote}", "{on}\n{quote}\n\nYes.", "Yes.\n{quote}", "Yes.\n{quote}\n-- \nAnna, Acme"],
)
def test_our_notification_goes(sent: str, answer: str) -> None:
    assert leaves(answer.format(on=ON, quote=quoted(sent))) == "Yes."


@pytest.mark.parametrize("sent", [SENT["en-3"], SENT["en-4"], SENT["sv-2"], SENT["sv-3"]])
def test_also_where_its_mark_was_taken_away(sent: str) -> None:
    foot = sent.split("\n-- \n")[1]
    words = f"Yes.\n\n{ON}\n{quoted(ANSWERED.text)}\n{quoted(foot)}"
    assert leaves(words) == "Yes."
    assert leaves(f"Yes.\n\n{foot}") == "Yes."


def test_a_foot_that_a_program_wrapped_goes() -> None:
    foot = f"Reply to this email and Karin gets it, from Acme Sales. Your\n> reply is filed on {NUMBER}."
    assert leaves(f"Yes.\n> {foot}") == "Yes."


def test_a_row_of_our_buttons_goes_and_the_word_alone_is_theirs() -> None:
    row = f"Open {NUMBER}\nAssign to me Reply internally\nMute"
    assert leaves(f"Yes.\n{row}") == "Yes."
    assert leaves("Mute\nis what the button says.") == "Mute\nis what the button says."


def test_a_quote_that_was_notified_of_goes_and_another_stays() -> None:
    assert leaves(f"Yes.\n{ON}\n> Could you do 38 instead\n> of 40 chairs?") == "Yes."
    assert leaves("Yes.\nOn 2026-11-24 10:41, Karin wrote:\n> Could you do 38 instead of 40 chairs?") == "Yes."
    other = f"Yes.\n{ON}\n> Could you do 39 instead?"
    assert leaves(other) == other
    long = "Yes.\n" + "\n".join(["> Could you do 38"] * 501)
    assert leaves(long) == long


def test_answers_between_the_lines_of_the_quote_stay() -> None:
    words = "> Could you do 38 instead of 40 chairs?\nYes.\n> We would need them in the first week of January\nNo."
    assert leaves(words) == "Yes.\nNo."


def test_words_written_into_the_quote_above_its_mark_are_the_authors() -> None:
    words = f"On 2026-11-24 10:41, Karin via Acme wrote:\n> Oak is there.\n> Anna\n>\n{quoted(SENT['en-1'])}"
    assert leaves(words) == "Oak is there.\nAnna"


@pytest.mark.parametrize(
    "text",
    [
        quoted(SENT["en-1"]),
        f"As it said: Your reply is filed on {NUMBER}. Strange.",
        f"Yes.\nYou get this email because you\nfollow {NUMBER}. And so on",
        "Yes, look: https://weft.acme.example/enter/abcdef",
        "Yes, look: https://weft.acme.example/records/LEAD-298/7/mail/mute?company=1",
        "Write to reply+aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@acme.example then.",
    ],
)
def test_what_still_holds_a_line_of_ours_does_not_leave(text: str) -> None:
    assert not answer_of(text, ANSWERED).clean


def test_the_same_sentence_of_another_record_is_not_ours() -> None:
    assert leaves("It says: Your reply is filed on LEAD-1.") == "It says: Your reply is filed on LEAD-1."


def test_cite_blocks_of_html_are_quotes() -> None:
    inner = "<p>b</p><blockquote>c<br>d</blockquote>"
    page = f"<div>a</div><blockquote type='cite'>{inner}</blockquote><p>e</p></blockquote>"
    assert quoted_text_of(page) == "a\n> b\n> > c\n> > d\ne"
