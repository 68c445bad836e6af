"""Two hand-overs of one mail have one hash; two mails have two."""

from __future__ import annotations

import io
from typing import BinaryIO

import pytest

from weftmail.core.parsing import digest
from weftmail.core.parsing.block import read_block

FIELDS = b"From: karin@customer.example\nSubject: Stolar\n och bord\nDate: Mon, 23 Nov 2026 10:00:00 +0000\n"
MAIL = FIELDS + b"Message-ID: <1@customer.example>\nContent-Type: text/plain\n\nHej\n\nAnna\n"


def content_hash(raw: bytes | BinaryIO) -> str:
    return digest.content_hash(raw, read_block(raw))


@pytest.mark.parametrize(
    "other",
    [
        MAIL.replace(b"\n", b"\r\n"),
        MAIL + b"\n",
        MAIL.rstrip(b"\n"),
        b"Received: from a by b with LMTP id 7\nReturn-Path: <karin@customer.example>\nDelivered-To: x\n" + MAIL,
        b"Authentication-Results: mx; dkim=pass\nX-Original-To: leads@acme.example\n" + MAIL,
        MAIL.replace(b"\n och", b"\r\n\toch"),
    ],
)
def test_the_same_mail(other: bytes) -> None:
    assert content_hash(other) == content_hash(MAIL)
    assert content_hash(io.BytesIO(other)) == content_hash(MAIL)


@pytest.mark.parametrize(
    "other",
    [
        MAIL.replace(b"Anna", b"anna"),
        MAIL.replace(b"<1@", b"<2@"),
        MAIL.replace(b"text/plain", b"text/html"),
        MAIL.replace(b"Hej\n\n", b"Hej\n"),
        MAIL.replace(b"Subject", b"Cc"),
    ],
)
def test_another_mail(other: bytes) -> None:
    assert content_hash(other) != content_hash(MAIL)


def test_without_an_id_the_topmost_received_field_joins_in() -> None:
    one, two = b"Received: by mx id 1\nReceived: old\n", b"Received: by mx id 2\nReceived: old\n"
    assert content_hash(one + FIELDS + b"\nHej") != content_hash(two + FIELDS + b"\nHej")
    assert content_hash(one + MAIL) == content_hash(two + MAIL)


def test_a_large_mail_whose_line_ends_fall_between_two_pieces() -> None:
    body = b"x" * 70 + b"\n"
    for filler in range(3):
        mail = MAIL + b"y" * filler + body * 3000
        assert content_hash(mail) == content_hash(mail.replace(b"\n", b"\r\n"))


@pytest.mark.parametrize("raw", [b"", b"\n", b"no header at all", FIELDS, b"X: y\n" * 400_000, MAIL + b"\r"])
def test_anything_has_a_hash(raw: bytes) -> None:
    assert len(content_hash(raw)) == 64
