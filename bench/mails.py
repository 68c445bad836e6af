"""The mails of the benchmarks (RFC 5322, RFC 2046): written here, the same in every run, no two alike."""

from __future__ import annotations

import base64
import random
import sys

RECIPIENT = "leads@acme.example"
SENDERS = 50
"""So many customers write in turn."""

_TEXT = """
the pump order we need delivery week offer price pieces drawing valve steel please before Monday our site number with
flange pressure answer thanks about invoice two hundred metres and for Gothenburg can you confirm spare parts last year
same as quality certificate
"""
_WORDS = _TEXT.split()


def sender(number: int) -> str:
    """Return the address that the mail with this number comes from."""
    return f"customer{number % SENDERS}@customer.example"


def mail(number: int, run: str = "bench") -> bytes:
    """Return a mail of about 10 KB with LF line ends: text and HTML beside each other, and an attached file."""
    dice = random.Random(f"{run} {number}")
    paragraphs = [_paragraph(dice) for _ in range(5)]
    text = "\n\n".join(paragraphs)
    html = "".join(f'<p style="margin:0 0 12px 0;font-family:Arial">{one}</p>\n' for one in paragraphs)
    attached = base64.encodebytes(dice.randbytes(3300)).decode("ascii")
    return (
        _head(number, run, f"Pumps for building site {number}")
        + 'Content-Type: multipart/mixed; boundary="outer-of-two"\n\n'
        + "--outer-of-two\n"
        + 'Content-Type: multipart/alternative; boundary="inner-of-two"\n\n'
        + f"--inner-of-two\nContent-Type: text/plain; charset=utf-8\n\nHello,\n\n{text}\n\nKarin Ek\n\n"
        + f"--inner-of-two\nContent-Type: text/html; charset=utf-8\n\n<html><body>\n{html}</body></html>\n\n"
        + "--inner-of-two--\n\n"
        + f'--outer-of-two\nContent-Type: application/pdf; name="drawing-{number}.pdf"\n'
        + f'Content-Disposition: attachment; filename="drawing-{number}.pdf"\n'
        + f"Content-Transfer-Encoding: base64\n\n{attached}--outer-of-two--\n"
    ).encode("ascii")


def large(size: int, run: str) -> bytes:
    """Return a mail of ``size`` bytes, nearly all of it one attached file."""
    head = (
        _head(0, run, "The drawings, all of them")
        + 'Content-Type: multipart/mixed; boundary="outer-of-two"\n\n'
        + "--outer-of-two\nContent-Type: text/plain; charset=utf-8\n\nHere they are.\n\n"
        + '--outer-of-two\nContent-Type: application/zip; name="drawings.zip"\n'
        + 'Content-Disposition: attachment; filename="drawings.zip"\n'
        + "Content-Transfer-Encoding: base64\n\n"
    ).encode("ascii")
    tail = b"--outer-of-two--\n"
    # 57 bytes of a file are a line of 77.
    lines = (size - len(head) - len(tail)) // 77
    return head + base64.encodebytes(random.Random(run).randbytes(57 * lines)) + tail


def _paragraph(dice: random.Random) -> str:
    words = dice.choices(_WORDS, k=70)
    lines = [" ".join(words[start : start + 14]) for start in range(0, len(words), 14)]
    return "\n".join(lines) + "."


def _head(number: int, run: str, subject: str) -> str:
    return (
        f"From: Karin Ek <{sender(number)}>\nTo: {RECIPIENT}\nSubject: {subject}\n"
        f"Date: Tue, 24 Nov 2026 10:00:00 +0100\nMessage-ID: <{number}.{run}@customer.example>\nMIME-Version: 1.0\n"
    )


if __name__ == "__main__":
    sys.stdout.buffer.write(mail(0))
