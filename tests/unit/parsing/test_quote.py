"""New words, without quotes and signatures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.pace import at_most
from weftmail.core.parsing.cite import new_html
from weftmail.core.parsing.quote import new_words
from weftmail.core.parsing.words import text_of


@pytest.mark.parametrize(
    "quote",
    [
        "Den mån 23 nov. 2026 kl 09:12 skrev Anna <anna@acme.example>:\n> Hej\n> Anna",
        "Den 23. nov. 2026 kl. 20.42 skrev Anna <anna@acme.example>:\n\nHej Karin",
        "ma 23. marrask. 2026 klo 9.12 Anna (anna@acme.example) kirjoitti:\n> Hei",
        "På 23 november 2026 på 09:12:18, Anna (anna@acme.example) skrev:\n\nHej Karin",
        "On Mon, Nov 23, 2026 at 9:12 AM Anna at Acme <\nanna@acme.example> wrote:\n\n> Hello",
        "Am 23.11.2026 um 09:12 schrieb Anna <anna@acme.example>:\nGuten Tag",
        "Anna <anna@acme.example> wrote:\n> Hello",
        "23 серп. 2026 р. 20:45 Anna <anna@acme.example> пише:\n> текст",
        "Vào 14:24 23 tháng 11, 2026, Anna <anna@acme.example> đã viết:\n\n> Xin chào",
        "ср, 23 нояб. 2026 г. в 15:19, Anna <anna@acme.example>:\nпривет",
        "-----Ursprungligt meddelande-----\nFrån: Anna\nHej",
        "-------- Oprindelig besked --------\nHej",
        "____________________\nFrån: Anna <anna@acme.example>\nSkickat: den 23 november\nTill: Karin\n\nHej",
        "*From:* Anna <anna@acme.example>\n*Sent:* Monday\n*To:* Karin\n\nHello",
        "Begin forwarded message:\n\n> From: Anna",
        "---------- Forwarded message ---------\nFrom: Anna",
        "-- \nKarin Ek\nKund AB",
        "Skickat från min iPhone",
        "Sendt fra min iPad\n\nDen 23. nov. 2026 kl. 20.42 skrev Anna <anna@acme.example>:\n> Hej",
        "_______________________________________________\nUsers mailing list\nhttps://lists.example",
        "> Hej\n> Anna",
        'Am 23.11.2026 um 09:12 schrieb "Anna" <anna@acme.example\n>:\n\n> Wie viele?',
        "On Mon, Nov 23, 2026 at 9:12 AM Anna\n\n<\nmailto:Anna <anna@acme.example>\n> wrote:\nHello",
        "2026/11/23 Anna Öst <anna@acme.example>\n\n> Hello",
        "09:12, 23 November 2026, Anna <anna@acme.example>:\nHello",
        "Στις 23 Νοε 2026 στις 9:12, Anna <anna@acme.example> έγραψε:\nHello",
        "Anna <anna@acme.example> 于2026年11月23日 9:12写道：\n\nHello",
        "\u200eOn Mon, Nov 23, 2026 at 9:12 AM Anna <anna@acme.example> wrote:\u200e\nHello",
        ">>> Anna <anna@acme.example> 23.11.26 9:12 >>>\nHello",
        '====\n\nMessage du : 23/11/2026 09:12\nDe : "Anna" <anna@acme.example>\nA : karin\nSujet : Devis\n\nBonjour',
        "De :Anna<mailto:anna@acme.example>\nEnvoyé le :lundi\nÀ :karin\nObjet :Offre\n\nBonjour",
        "Date: Mon, 23 Nov 2026 14:02:00 +0100\nFrom: anna@acme.example\nTo: Karin,\n  Erik\n\nSubject: Offer\n\nHello",
        "--- Eine andere Nachricht ---\n\nGesendet: Montag\nVon: Anna <anna@acme.example>\nBetreff: Stühle\n\nHallo",
        "2026/11/23 Anna <anna@acme.example>\n\n| Anna wrote:\n|\n| Hello\n|",
        "> Hello Karin, please tell us how many of the chairs you want to have in\nthe new office\n> Anna",
        "--\nKarin Ek\nKund AB",
    ],
)
def test_what_comes_after_the_answer_is_left_out(quote: str) -> None:
    assert (
        new_words(f"Vi tar tjugo stolar.\n\nTack på förhand\n\n{quote}\n") == "Vi tar tjugo stolar.\n\nTack på förhand"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Yes.--- On Wed, Apr 4, 2026 at 3:59 PM, anna@acme.example wrote:\n\n> How many?", "Yes."),
        ("Ja tack! Den 23 nov. 2026 kl. 9.12 skrev Anna <anna@acme.example>:\n> Hej?", "Ja tack!"),
        ("Hej\n\nSent from my desk it went out, so check.", "Hej\n\nSent from my desk it went out, so check."),
        ("On 12 November you sent:\nfour chairs", "On 12 November you sent:\nfour chairs"),
        ("Buy:\n>>> https://x.example <<<\nnow", "Buy:\n>>> https://x.example <<<\nnow"),
        ("| a | b |\n| 1 | 2 |", "| a | b |\n| 1 | 2 |"),
        ("A\n--\nB is what we want, and not A at all.", "A\n--\nB is what we want, and not A at all."),
        ("A\n--\n" + "b\n" * 20 + "c", "A\n--\n" + "b\n" * 20 + "c"),
        (
            "---------- Forwarded message ---------\nFrom: a@x.example\n\nHej",
            "---------- Forwarded message ---------\nFrom: a@x.example\n\nHej",
        ),
        ("Från: Anna\nDatum: idag\nHej", "Från: Anna\nDatum: idag\nHej"),
        ("Hej\nFrån: Anna\nTill: a\nb\nc\nd\ne\nf", "Hej\nFrån: Anna\nTill: a\nb\nc\nd\ne\nf"),
        ("A " + "x" * 70_000 + "\nB", "A " + "x" * 70_000 + "\nB"),
        ("Anna says (anna@x.example)\nyes\n\n> q?", "Anna says (anna@x.example)\nyes"),
        ("Oui:\nErik erik@x.example:\n> q", "Oui:"),
        ("Ring 10:10 den 5/5\nmailto:a@x.example", "Ring 10:10 den 5/5\nmailto:a@x.example"),
        ("Hej\nOn Mon, 23 Nov at 9:12 Anna\n\nmailto:x", "Hej\nOn Mon, 23 Nov at 9:12 Anna\n\nmailto:x"),
        ("On Monday, 23 Nov 2026, Anna wrote:\n> Hello\n\nYes.\n\n> More?\n\nNo.", "Yes.\n\n\nNo."),
        ("> Hello\nYes", "Yes"),
        ("> only a quote", "> only a quote"),
        ("", ""),
        ("On that we agree.\nNumber 5: chairs", "On that we agree.\nNumber 5: chairs"),
        ("From: what I know\nit is late", "From: what I know\nit is late"),
        ("Priset:\n> 100 kr\nOk", "Priset:\nOk"),
        ("Den 5:e\n\nkommer vi:\n> när?", "Den 5:e\n\nkommer vi:"),
        ("See\n" + "_" * 30 + "\nnothing about lists", "See\n" + "_" * 30 + "\nnothing about lists"),
        ("-- \nsignature alone", "--\nsignature alone"),
        ("x" * 500 + "\nHej", "x" * 500 + "\nHej"),
        ("On 5 May\n\nwe meet", "On 5 May\n\nwe meet"),
        ("On 5 May 2026\nwe\nmeet\nin\nLund", "On 5 May 2026\nwe\nmeet\nin\nLund"),
        ("On 5 May:\n" + "y" * 450 + ":\n> q", "On 5 May:\n" + "y" * 450 + ":"),
    ],
)
def test_what_its_author_wrote_stays(text: str, words: str) -> None:
    assert new_words(text) == words


@pytest.mark.parametrize("piece", [" ", "\n", "> ", "-", "_", "On 12 a@\n", "From: a@b\n", "10:10 <a@b ", "*"])
def test_a_hostile_text_takes_no_time(piece: str) -> None:
    with at_most(200):
        new_words(piece * 80_000)


@given(st.text(alphabet="> :-\nOn wrote12@<>.", max_size=200))
def test_never_more_than_was_there(text: str) -> None:
    assert len(new_words(text)) <= len(text)


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<p>Ja</p><blockquote type=cite>a<blockquote>b</blockquote></blockquote><p>Nej</p>", "Ja\n\n\nNej"),
        ('<p>Ja</p><div class="yahoo_quoted"><div>a</div>', "Ja"),
        ('<p>Ja</p><div id="divRplyFwdMsg">a</div><p>b</p>', "Ja"),
        ("<p>Ja</p><div class=moz-cite-prefix>Anna</div", "Ja"),
        ("<p>Ja</p><blockquote>layout</blockquote>", "Ja\n\nlayout"),
    ],
)
def test_only_the_cite_block_of_a_page_goes(html: str, words: str) -> None:
    assert new_words(text_of(new_html(html))).split() == words.split()
