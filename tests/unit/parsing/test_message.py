"""Whole messages in, one value out."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.mail import kept
from tests.unit.thorough import examples
from weftmail.core.address import Mailbox
from weftmail.core.parsing.message import Message, Stamp
from weftmail.flow.parsed import parsed
from weftmail.flow.reading import read

HEAD = b"From: karin@customer.example\nTo: leads@acme.example\nMessage-ID: <1@customer.example>\n"


def test_a_customers_mail_with_everything_in_it() -> None:
    message = read(kept("01-order"))
    assert message.message_id == "<order-1@customer.example>"
    assert message.subject == "Tjugo stolar till Västerås"
    assert message.from_ == (Mailbox("Karin Ek", "karin@customer.example"),)
    assert message.to == (Mailbox("Acme, Sales", "leads@acme.example"),)
    assert message.cc == (Mailbox("Björn", "bjorn@acme.example"),)
    assert message.date == 1_795_424_400_000
    assert message.in_reply_to == ("<offer@acme.example>",)
    assert message.references == ("<first@acme.example>", "<offer@acme.example>")
    assert message.text.startswith("Vi tar tjugo stolar till Västerås.")
    assert message.reply_text == "Vi tar tjugo stolar till Västerås."
    assert message.html.startswith("<p>Vi tar tjugo stolar till Västerås.</p>")
    assert [each.filename for each in message.attachments] == ["logo.png", "Beställning.pdf"]
    logo, order = message.attachments
    assert logo.inline and logo.content_id == "logo@customer.example" and logo.size == 8
    assert not order.inline and order.content == b"%PDF-1.4\n" and order.content_type == "application/pdf"
    assert message.kind == "mail" and message.report is None and message.defects == ()
    assert len(message.received) == 1 and message.received[0].startswith("from mail.customer.example")


def test_an_open_file_reads_like_bytes() -> None:
    assert read(io.BytesIO(kept("01-order"))) == read(kept("01-order"))


def test_a_letter_without_a_standard_form_is_a_bounce_as_well() -> None:
    message = read(kept("03-letter"))
    assert message.kind == "bounce" and message.report is not None
    assert message.report.original_message_id == "<offer@acme.example>"
    assert [(each.address, each.hard) for each in message.report.recipients] == [("karin@customer.example", True)]


def test_a_letter_with_the_message_attached_gives_its_id() -> None:
    report = read(kept("05-letter-with-the-message")).report
    assert report is not None and report.original_message_id == "<offer@acme.example>"


def test_results_are_kept_with_their_place_among_the_received_fields() -> None:
    message = read(kept("06-results-below-received"))
    assert message.stamps[0] == Stamp("authentication-results", 0, "mx.acme.example; dkim=pass")
    assert [one.above for one in message.stamps[1:]] == [1] * len(message.stamps[1:]) != []
    assert message.received == ("from a by b",)


def test_auto_submitted_and_loop_fields() -> None:
    message = read(kept("07-vacation"))
    assert message.auto_submitted == "auto-replied"
    assert message.loop == ("one", "two")
    assert message.kind == "auto-reply"


def test_two_from_fields_are_two_authors() -> None:
    message = read(kept("08-two-authors"))
    assert [box.address for box in message.from_] == ["anna@acme.example", "karin@customer.example"]


def test_at_most_fifty_references_the_last() -> None:
    ids = " ".join(f"<{number}@customer.example>" for number in range(80))
    message = read(HEAD + f"References: {ids}\n\n".encode())
    assert len(message.references) == 50 and message.references[-1] == "<79@customer.example>"


def test_mail_in_html_alone_has_words_too() -> None:
    message = read(kept("09-html-alone"))
    assert message.text == "Hej\n\nAnna" and message.html.startswith("<p>Hej")


def test_an_answer_in_html_alone_ends_where_the_quote_begins() -> None:
    raw = kept("10-html-answer")
    message = read(raw)
    assert message.reply_text == "Ja tack" and "Hej Karin" in message.text
    assert "Hej Karin" in read(raw.replace(b"<p>Ja tack</p>", b"")).reply_text


def test_plain_text_beside_html_is_shown_with_it() -> None:
    message = read(kept("11-text-beside-html"))
    assert message.text == "Hej\na < b" and "<pre>a &lt; b</pre>" in message.html


def test_an_attached_message_stays_whole_and_its_words_stay_out() -> None:
    message = read(kept("12-attached-message"))
    assert message.attachments[0].content == b"From: erik@other.example\nSubject: Stolar/bord\n\nErik skriver\n"
    assert message.attachments[0].filename == "Stolar-bord.eml"
    assert "Erik skriver" not in message.text


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"Subject: " + b"x" * 2_000_000 + b"\n\nHej", "header too large"),
        (
            HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 2000,
            "too many parts",
        ),
        (
            HEAD + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(1500)),
            "nested too deeply",
        ),
        (
            HEAD
            + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(29))
            + b"x\n" * 200_000,
            "too many lines for its nesting",
        ),
    ],
)
def test_what_is_too_complex_comes_back_raw(raw: bytes, reason: str) -> None:
    message = read(raw)
    assert message.defects == (f"too complex: {reason}",)
    assert message.text and message.attachments == ()


def test_a_nested_mail_within_bounds_is_read() -> None:
    parts = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(20))
    assert read(HEAD + parts + b"\nHej\n").text == "Hej"


def texts(message: Message) -> list[str]:
    boxes = message.from_ + message.sender + message.reply_to + message.to + message.cc
    values = [part for box in boxes for part in (box.name, box.address)]
    values += [message.message_id, message.subject, message.auto_submitted, *message.in_reply_to, *message.references]
    values += [*message.received, *(one.value for one in message.stamps), *message.loop]
    return values + [
        part for each in message.attachments for part in (each.filename, each.content_type, each.content_id or "")
    ]


def check(raw: bytes) -> None:
    message = read(raw)
    for value in texts(message):
        assert not set(value) & set("\r\n\0\u202e\u2066"), value
        value.encode()
    for value in (message.text, message.html, message.reply_text, *message.defects):
        assert "\0" not in value
        value.encode()
    parsed(message)


@settings(max_examples=examples(300))
@given(st.binary(max_size=600))
def test_any_bytes_are_read(raw: bytes) -> None:
    check(raw)


@settings(max_examples=examples(400))
@given(
    st.sampled_from(["01-order", "02-bounce", "03-letter"]),
    st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 40), st.binary(max_size=12)), min_size=1, max_size=6),
)
def test_mails_that_were_damaged_are_read(name: str, damages: list[tuple[int, int, bytes]]) -> None:
    raw = kept(name)
    for at, length, put in damages:
        raw = raw[:at] + put + raw[at + length :]
    check(raw)
