"""Whose mail was forwarded."""

from __future__ import annotations

import pytest

from weftmail.core.address import Mailbox
from weftmail.core.parsing.forward import find
from weftmail.core.parsing.mime import Leaf

ERIK = Mailbox("Erik Ek", "erik@other.example")
HEADER = "From: Erik Ek <erik@other.example>\nSubject: Stolar\nTo: karin@customer.example\n\nHej"


def attached(content: bytes) -> Leaf:
    return Leaf("message/rfc822", {}, "attachment", "", None, content, ())


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        (f"Se nedan\n\n---------- Forwarded message ---------\n{HEADER}", "Fwd: Stolar"),
        (f"Begin forwarded message:\n\n{HEADER}", ""),
        ("Välitetty viesti alkaa:\n\n" + HEADER.replace("From", "Lähettäjä").replace("Subject", "Aihe"), ""),
        (f"Se nedan\n\n{HEADER}", "VB: Stolar"),
        (f"Vedi sotto\n\n-----Messaggio originale-----\n{HEADER}", "I: Stolar"),
        (f"Siehe unten\n\n{HEADER}", "WG: Stolar"),
        ("Se nedan\n\n" + HEADER.replace("From", "Från").replace("Subject", "Ämne"), "VB: Stolar"),
        ("Hej\n\n> " + HEADER.replace("\n", "\n> "), ""),
        (f"-----Original Message-----\n{HEADER}", ""),
        (f"Se\n-----Original Message-----\n{HEADER}", "FW: Stolar"),
        ("Fwd:\n*From:* Erik Ek [mailto:erik@other.example]\n*Subject:* Sto\nlar\n\nHej", "Fwd: Stolar"),
    ],
)
def test_the_first_author(text: str, subject: str) -> None:
    found = find(text, subject, [])
    assert found is not None and found.from_ == ERIK and found.subject.replace("Sto lar", "Stolar") == "Stolar"


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        (f"Svar\n\n{HEADER}", "Re: Stolar"),
        (f"Svar\n-----Original Message-----\n{HEADER}", "Re: Stolar"),
        ("---------- Forwarded message ---------\nHej: du\nDär: hemma", ""),
        ("---------- Forwarded message ---------\nFrom: Erik\nSubject: Stolar", ""),
        ("---------- Forwarded message ---------\n", ""),
        ("Begin forwarded message:\nHej", ""),
        ("> Obs: detta\n> är viktigt", ""),
        (f"{'x' * 500}:\nHej", "Fwd: Stolar"),
        ("Hej", "Fwd: Stolar"),
        ("Pris: 40\n" * 40, "Fwd: Stolar"),
    ],
)
def test_what_is_no_forwarded_mail(text: str, subject: str) -> None:
    assert find(text, subject, []) is None


def test_a_date_counts_only_with_its_zone() -> None:
    zoned = find("Begin forwarded message:\n\nDate: Mon, 23 Nov 2026 10:00:00 +0100\n" + HEADER, "", [])
    assert zoned is not None and zoned.date == 1_795_424_400_000
    bare = find("Begin forwarded message:\n\nDate: Monday 7:09:41 PM\n" + HEADER, "", [])
    assert bare is not None and bare.date is None


def test_a_mail_forwarded_as_an_attachment() -> None:
    found = find("", "", [attached(HEADER.encode())])
    assert found is not None and found.from_ == ERIK and found.subject == "Stolar"
    assert find("Se bifogat", "Stolar", [attached(HEADER.encode())]) is None
    assert find("", "", [attached(b"Subject: x\n\n")]) is None
    assert find("", "", [attached(HEADER.encode())] * 2) is None


def test_groupwise_writes_the_author_between_arrows() -> None:
    found = find('Hej\n>>> "Erik Ek" <erik@other.example> 22.03.26 12:16 >>>\nHej', "Fwd: Stolar", [])
    assert found is not None and found.from_ == ERIK
    assert find(">>> Erik 22.03.26 12:16 >>>\nHej", "Fwd: Stolar", []) is None
