"""Letters that say in their own words that a mail did not arrive."""

from __future__ import annotations

from collections.abc import Callable
from email.message import Message

import pytest

from tests.unit.mail import kept
from weftmail.core.address import Mailbox
from weftmail.core.parsing.block import read_block
from weftmail.core.parsing.message import DeliveryReport, Evidence
from weftmail.core.parsing.mime import Fields, Leaf, bounded_tree, parse_header
from weftmail.core.reports import letter as letters

DAEMON = Mailbox("Mail Delivery System", "mailer-daemon@mx.other.example")
KARIN = Mailbox("Karin Ek", "karin@customer.example")


def tree(raw: bytes) -> Message:
    top = read_block(raw)
    return bounded_tree(top, raw[top.end :])


def fields(header: str = "X: y") -> Fields:
    return parse_header(header.encode() + b"\n\n")


def evidence(
    text: str,
    header: str = "To: anna@acme.example",
    subject: str = "failure notice",
    author: Mailbox = DAEMON,
    leaves: tuple[Leaf, ...] = (),
    tree: Callable[[], Message] = Message,
) -> Evidence:
    return Evidence(fields(header), leaves, subject, author, text, tree)


def letter(
    text: str,
    header: str = "To: anna@acme.example",
    subject: str = "failure notice",
    author: Mailbox = DAEMON,
    leaves: tuple[Leaf, ...] = (),
) -> tuple[str, DeliveryReport] | None:
    return letters.read(evidence(text, header, subject, author, leaves))


def failed(found: tuple[str, DeliveryReport] | None) -> dict[str, bool]:
    """Return the failed addresses, each with whether it is hard."""
    assert found is not None and found[0] == "bounce"
    return {one.address: one.hard for one in found[1].recipients}


def returned(header: str) -> Leaf:
    return Leaf("message/rfc822", {}, "", "", None, f"{header}\n\nHej".encode(), ())


@pytest.mark.parametrize(
    ("header", "author", "subject", "plausible"),
    [
        ("X: y", KARIN, "Stolar", False),
        ("X: y", KARIN, "Undeliverable: Stolar", False),
        ("Return-Path: <>", KARIN, "Undeliverable: Stolar", True),
        ("Return-Path: <>", KARIN, "Stolar", False),
        ("Return-Path: <>", Mailbox("", "postmaster@x.example"), "Stolar", True),
        ("X: y", Mailbox("", "postmaster@x.example"), "Kan inte", False),
        ("X: y", Mailbox("", "postmaster@x.example"), "Mail delivery failed", True),
        ("X: y", DAEMON, "", True),
        ("X-Failed-Recipients: a@x.example", KARIN, "", False),
        ("X-Failed-Recipients: a@x.example\nReturn-Path: <>", KARIN, "", True),
        ("X: y", Mailbox("Mail Delivery System", "karin@customer.example"), "Delivery of 12 chairs failed", False),
        ("X: y", Mailbox("System Administrator", "it@customer.example"), "New mailboxes", False),
        ("X: y", Mailbox("", "admin@customer.example"), "Delivery problem with the chairs", False),
        ("Return-Path: <>", Mailbox("", "admin@customer.example"), "Stolar", True),
    ],
)
def test_what_the_header_lets_through(header: str, author: Mailbox, subject: str, plausible: bool) -> None:
    assert letters.plausible(evidence("", header, subject, author)) is plausible


def test_people_are_not_read_as_daemons() -> None:
    assert letter("550 user unknown erik@other.example", subject="Hej", author=KARIN) is None
    assert letter("Nothing in it", subject="Hej") is None


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("<erik@other.example>: user unknown", ["erik@other.example"]),
        ("Recipient: erik@other.example\nReason: none", ["erik@other.example"]),
        ("could not be delivered to erik@other.example", ["erik@other.example"]),
        ("erik@other.example: no\nkarin@customer.example: no", ["erik@other.example", "karin@customer.example"]),
        ("no such user\n\n--- original message ---\nTo: Erik <erik@other.example>\n", ["erik@other.example"]),
    ],
)
def test_addresses_in_the_letter(text: str, addresses: list[str]) -> None:
    found = letter(text)
    assert found is not None and [each.address for each in found[1].recipients] == addresses


@pytest.mark.parametrize(
    "text",
    [
        "from anna@acme.example\nask postmaster@other.example",
        "--- original message ---\nTo: anna@acme.example\n",
        "see erik@other.example for help",
    ],
)
def test_what_names_nobody_is_no_bounce(text: str) -> None:
    assert letter(text, subject="Hej") is None


def test_the_field_that_names_them() -> None:
    found = letter("gone", "X-Failed-Recipients: erik@other.example, karin@customer.example")
    assert found is not None and len(found[1].recipients) == 2


def test_delays_and_failures() -> None:
    late = letter("erik@other.example: delayed, will keep trying", subject="Warning: message delayed 4 hours")
    assert late is not None and late[0] == "delay" and late[1].recipients[0].action == "delayed"
    final = letter("erik@other.example: was delayed, giving up")
    assert final is not None and final[0] == "bounce"


def test_the_id_of_what_came_back() -> None:
    found = letter("erik@other.example: no\n\nMessage-ID: <offer@acme.example>\n")
    assert found is not None and found[1].original_message_id == "<offer@acme.example>"


def test_the_library_is_asked_and_may_fail() -> None:
    raw = kept("13-qmail-letter")
    text = raw.decode().partition("\n\n")[2]
    found = letters.read(evidence(text, tree=lambda: tree(raw)))
    assert found is not None and [each.address for each in found[1].recipients] == ["erik@other.example"]
    broken = Message()
    broken["Content-Type"] = "multipart/report; report-type=delivery-status"
    broken.set_payload([None])
    found = letters.read(evidence("<erik@other.example>: no", tree=lambda: broken))
    assert found is not None and [each.address for each in found[1].recipients] == ["erik@other.example"]


@pytest.mark.parametrize(
    "author",
    [
        "Post_Master@other.example",
        "postmaster@other.example",
        "mailgateway@other.example",
        "sms-gateway@other.example",
        "Pasarela@other.example",
        "smtp.server@other.example",
        "Message_Router@other.example",
        "mail-service-eu@other.example",
    ],
)
def test_from_a_gateway_its_words_suffice(author: str) -> None:
    box = Mailbox("", author)
    assert failed(letter("Nobody was reached: unknown user\n\n<erik@other.example>", subject="Hej", author=box))
    assert letter("We have moved.\n\nerik@other.example", subject="Hej", author=box) is None
    assert letter("550 no such user", subject="Hej", author=box) is None


def test_a_returned_message_names_the_recipient() -> None:
    box, leaf = Mailbox("", "postmaster@other.example"), returned("To: Erik <erik@other.example>, eva@other.example")
    assert failed(letter("550 that user is unknown", subject="Re: Stolar", author=box, leaves=(leaf,)))
    image = Leaf("image/png", {}, "", "", None, b"x", ())
    assert letter("550 that user is unknown", subject="Re: Stolar", author=box, leaves=(image,)) is None
    assert letter("550 that user is unknown", subject="Re: Stolar", author=box, leaves=(returned("X: y"),)) is None


def test_from_nobody_answers_are_answers() -> None:
    words = "Your mail has come back: unknown user\n\n<erik@other.example>"
    assert failed(letter(words, "Return-Path: <>", "Stolar", KARIN))
    for answer in ("Auto-Submitted: auto-replied", "In-Reply-To: <1@acme.example>", "References: <1@acme.example>"):
        assert letter(words, f"Return-Path: <>\n{answer}", "Stolar", KARIN) is None
        assert failed(letter(words, f"Return-Path: <>\n{answer}", "", Mailbox("", "")))


def test_a_robot_has_to_say_it_twice() -> None:
    robot = Mailbox("", "no-reply@other.example")
    words = "It was not delivered to:\n<erik@other.example>\nbecause the box is full: over quota"
    assert failed(letter(words, subject="Mail not delivered", author=robot)) == {"erik@other.example": False}
    assert letter(words, subject="Your parcel could not be delivered", author=robot) is None
    assert letter("To <erik@other.example>: thanks", subject="Mail not delivered", author=robot) is None
    assert letter(words, subject="Mail not delivered", author=KARIN) is None


@pytest.mark.parametrize(
    "title",
    [
        "Unzustellbar: Tischbeine",
        "Zustellung leider fehlgeschlagen",
        "Non remis : pieds de table",
        "Échec de la remise",
        "No se pudo entregar: patas de mesa",
        "Falha na entrega",
        "Mancata consegna",
        "Onbestelbaar: tafelpoten",
        "Olevererbart: bordsben",
        "Kan ikke leveres: bordben",
        "Toimittaminen epäonnistui",
        "Niedostarczono: nogi stołu",
        "Не доставлено: ножки стола",
        "退信通知",
        "无法送达: 桌腿",
        "配信不能: 机の脚",
        "Mail returned: table legs not deliverable",
    ],
)
def test_titles_in_many_languages(title: str) -> None:
    assert failed(letter("<erik@other.example>", subject=title, author=Mailbox("", "postmaster@other.example")))


@pytest.mark.parametrize(
    "words",
    [
        "Ihre Nachricht wurde nicht zugestellt an",
        "Votre courriel n’est pas arrivé chez",
        "Su mensaje no ha llegado a",
        "A mensagem não foi entregue a",
        "Il messaggio non è stato recapitato a",
        "Uw bericht kon niet worden bezorgd bij",
        "Ditt mejl har inte nått",
        "Meldingen kom ikke frem til",
        "Viesti ei saapunut perille",
        "Wiadomość nie dotarła do",
        "Письмо не дошло до",
        "邮件没有送达",
        "メールをお届けできませんでした",
        "Your mail\nto this person\nwas held up and refused",
    ],
)
def test_words_in_many_languages(words: str) -> None:
    gateway = Mailbox("", "mail_gateway@other.example")
    assert failed(letter(f"{words}\n\nerik@other.example", subject="Hej", author=gateway))


@pytest.mark.parametrize(
    "words",
    [
        "The mail is postponed; we keep trying until Sunday",
        "It was not delivered so far. There is no need to resend it",
        "Es wird erneut versucht, nicht zugestellt ist es noch",
        "La remise a du retard",
        "Se volverá a intentar la entrega",
        "Consegna in ritardo",
        "Vi försöker igen",
        "Доставка отложена",
        "邮件已延迟",
        "再送信を試みます",
    ],
)
def test_late_in_many_languages(words: str) -> None:
    found = letter(f"{words}\n\nerik@other.example", subject="Delivery failure")
    assert found is not None and (found[0], found[1].recipients[0].action) == ("delay", "delayed")


def test_a_reply_of_five_hundred_is_not_late() -> None:
    assert failed(letter("<erik@other.example>: 550 no such user\n\nWe shall try again, perhaps."))


def test_what_the_library_finds_does_not_hide_the_others() -> None:
    raw = kept("13-qmail-letter").replace(
        b"--- Below this line",
        b"<eva@third.example>:\nno such user\n\nHelp:\nhotline@mx.other.example\n\n--- Below this line",
    )
    text = raw.decode().partition("\n\n")[2]
    found = letters.read(evidence(text, tree=lambda: tree(raw)))
    assert found is not None and {one.address for one in found[1].recipients} == {
        "erik@other.example",
        "eva@third.example",
    }


def test_each_line_of_a_dialogue_has_its_own_reason() -> None:
    text = "While talking to mx.other.example:\n501 <anna@acme.example>... no\n554 <erik@other.example>... odd\n"
    text += "550 5.1.1 <eva@other.example>... User unknown\n421 third.example (smtp)... late\n"
    text += "554 <karin@third.example>... 550 Host unknown\n"
    assert failed(letter(text)) == {
        "erik@other.example": False, "eva@other.example": True, "karin@third.example": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    "mark", ["(generated from <karin@customer.example>)", "(expanded from: karin@customer.example)"]
)
def test_what_an_address_was_made_of_is_whom_we_wrote_to(mark: str) -> None:
    assert failed(letter(f"<erik@other.example>\n    {mark}\n    550 user unknown")) == {"karin@customer.example": True}
    assert failed(letter(f"erik@other.example: 550 user unknown\n\nwas {mark}")) == {"erik@other.example": True}


def test_our_own_address_yields_to_others_alone() -> None:
    assert failed(letter("<anna@acme.example>:\n550 no such user")) == {"anna@acme.example": True}
    both = "<anna@acme.example>:\n550 no such user\n<erik@other.example>:\n550 no such user"
    assert failed(letter(both)) == {"erik@other.example": True}
    text = "no such user\n\n--- original message ---\nTo: anna@acme.example\n"
    assert failed(letter(text)) == {"anna@acme.example": True}
    assert letter("<mailer-daemon@mx.other.example>: 550 no such user") is None


STATUS = """Reporting-MTA: dns; mx.other.example

Final-Recipient: rfc822; erik@other.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 unknown
"""


@pytest.mark.parametrize(
    "text",
    [
        f"--b\n\nSee the attached returned message.\n\n--b\nContent-Type: message/delivery-status\n\n{STATUS}\n--b--",
        f"A report of our server:\n------\nReturn-Path: <>\nFrom: MAILER-DAEMON@mx.other.example\n\n{STATUS}",
        STATUS.replace("Reporting-MTA: dns; mx.other.example\n\n", ""),
    ],
)
def test_a_report_whose_mime_was_lost(text: str) -> None:
    assert failed(letter(text)) == {"erik@other.example": True}


def test_fields_that_name_nobody_leave_the_letter() -> None:
    assert failed(letter("<erik@other.example>: 550 user unknown\n\nReporting-MTA: dns; mx.other.example\n"))


def enclosed(header: str, body: str) -> Leaf:
    return Leaf("message/rfc822", {}, "", "", None, f"Return-Path: <>\n{header}\n\n{body}".encode(), ())


MIXED = "From: postmaster@mx.other.example\nSubject: Undelivered\nContent-Type: multipart/report; boundary=b"
REPORT = f"--b\nContent-Type: text/plain\n\nIt failed.\n--b\nContent-Type: message/delivery-status\n\n{STATUS}\n--b--"


@pytest.mark.parametrize(
    "leaf",
    [
        enclosed(MIXED, REPORT),
        enclosed("From: postmaster@mx.other.example\nSubject: Undelivered", STATUS),
        enclosed("From: postmaster@mx.other.example\nSubject: Undelivered", "<erik@other.example>: 550 user unknown"),
        enclosed("Content-Type: text/html", "<p>erik@other.example: 550 user unknown</p>"),
    ],
)
def test_a_report_in_an_attached_message(leaf: Leaf) -> None:
    notice = "This letter is confidential."
    assert failed(letter(notice, leaves=(returned("X: y"), leaf))) == {"erik@other.example": True}


@pytest.mark.parametrize(
    "leaf",
    [
        enclosed("From: karin@customer.example\nSubject: Stolar", "Hej"),
        enclosed("From: postmaster@mx.other.example\nSubject: Delivery report", "Hej"),
        enclosed(MIXED, REPORT.replace("Action: failed", "Action: delivered")),
        enclosed("X: y", "Hej"),
        enclosed(
            "Content-Type: multipart/mixed; boundary=b",
            "".join(f"--b{n or ''}\nContent-Type: multipart/mixed; boundary=b{n + 1}\n\n" for n in range(40)),
        ),
    ],
)
def test_an_attached_message_that_reports_nothing(leaf: Leaf) -> None:
    assert letter("This letter is confidential.", subject="Hej", leaves=(leaf,)) is None


def test_the_tree_is_bounded() -> None:
    assert len(tree(b"Subject: x\n\n" + b"x\n" * 300_000).as_bytes()) < 2000
    assert len(tree(b"Subject: x\n\n" + b"x" * 300_000).as_bytes()) < 400
    assert tree(b"Content-Type: message/rfc822\n\n" * 20).get_payload()[0].get_payload() == ""


def test_letters_beyond_ascii_in_the_header_disturb_no_detector(caplog: pytest.LogCaptureFixture) -> None:
    raw = "From: Måns <mailer-daemon@mx.other.example>\nTo: ä@acme.example\n\nIt failed.\n".encode("latin-1")
    found = letters.read(evidence("<erik@other.example>: 550 user unknown", tree=lambda: tree(raw)))
    assert failed(found) == {"erik@other.example": True} and caplog.records == []
