"""Some fifty hostile mails of any size, each a kind by which one mail once took seconds, and harmless twins."""

from __future__ import annotations

import base64
from collections.abc import Callable

Shape = Callable[[int], bytes]

TO = b"From: Karin Ek <karin@customer.example>\nTo: leads@acme.example\nSubject: Hej\nMessage-ID: <a@x>\n"
SIGNATURE = b"DKIM-Signature: v=1; a=rsa-sha256; d=customer.example; s=s; h=from:to; bh=x; b=y\n"
QUOTED = b"Content-Transfer-Encoding: quoted-printable\n\n"
DAEMON = b"From: MAILER-DAEMON@x.example\nTo: leads@acme.example\nSubject: Undelivered mail\n"


def times(piece: str | bytes, size: int) -> bytes:
    """Return the piece so often that ``size`` bytes come out, or a few less."""
    data = piece.encode() if isinstance(piece, str) else piece
    return data * (size // len(data))


def numbered(pattern: str, size: int) -> bytes:
    """Return the pattern with 0, 1, 2, ... in it, ``size`` bytes in all."""
    return b"".join((pattern % n).encode() for n in range(size // (len(pattern) + 3)))


def page(html: bytes) -> bytes:
    """Return a mail that is this HTML alone."""
    return TO + b"Content-Type: text/html; charset=utf-8\n\n" + html


def text(words: bytes, more: bytes = b"") -> bytes:
    """Return a mail of these words."""
    return TO + more + b"Content-Type: text/plain; charset=utf-8\n\n" + words


def field(name: bytes, value: bytes) -> bytes:
    """Return a mail with so many fields of this name as the value takes, each of 60 KB."""
    pieces = [value[at : at + 60_000] for at in range(0, min(len(value), 900_000), 60_000)]
    rest = value[900_000:]
    return b"".join(name + b": " + piece + b"\n" for piece in pieces) + TO + b"\n" + rest


def parts(kind: bytes, content: bytes, count: int) -> bytes:
    """Return a mail of so many parts, each of this type and with this content."""
    one = b"--b\nContent-Type: " + kind + b"\n\n" + content + b"\n"
    return TO + b"Content-Type: multipart/mixed; boundary=b\n\n" + one * count + b"--b--\n"


def nested(size: int) -> bytes:
    """Return a mail as deep as its size allows."""
    levels = b"".join(b"--%d\nContent-Type: multipart/mixed; boundary=%d\n\n" % (n, n + 1) for n in range(size // 60))
    return TO + b"Content-Type: multipart/mixed; boundary=0\n\n" + levels


def report(size: int) -> bytes:
    """Return a report on as many recipients as its size allows, each with a long diagnostic."""
    one = b"Final-Recipient: rfc822; a%d@x.example\nAction: failed\nDiagnostic-Code: smtp; " + b"mailbox user " * 60
    status = b"".join(one % n + b"\n\n" for n in range(size // 850))
    head = DAEMON + b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nHej\n"
    return head + b"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n" + status + b"--b--\n"


SHAPES: dict[str, Shape] = {
    "formatting begun anew": lambda n: page(numbered("<b x=%d>", n // 2) + times("<p>a", n // 2)),
    "formatting behind a cell": lambda n: page(numbered("<i x=%d><td></i>", n // 2) + times("<p>a", n // 2)),
    "U+0081": lambda n: page(times("\u0081", n)),
    "U+FDD0": lambda n: page(times("\ufdd0a", n)),
    "ampersands": lambda n: page(times("&", n)),
    "references": lambda n: page(times("&amp; b ", n)),
    "references to letters": lambda n: page(times("&#1078;", n)),
    "references in an attribute": lambda n: page(b"<p title='" + times("& b ", n) + b"'>"),
    "end tags on a deep stack": lambda n: page(times("<div>", min(9000, n // 2)) + times("</x>", n // 2)),
    "paragraphs on a deep stack": lambda n: page(times("<span>", min(9000, n // 2)) + times("<p></p>", n // 2)),
    "attributes": lambda n: page(b"<p " + numbered("a%d ", n) + b">"),
    "attributes behind quotes": lambda n: page(b"<p x='>'" + numbered("a%d='>' ", n) + b">"),
    "attributes of the root": lambda n: page(numbered("<html a%d=1>", n)),
    "open tags": lambda n: page(times("<", n)),
    "comments": lambda n: page(times("<!--", n)),
    "marks of a quote": lambda n: page(times("<div class=x ", n)),
    "sixty pages": lambda n: parts(b"text/html", times("<p><b>a</b>", n // 60), 60),
    "sixty pages of ampersands": lambda n: parts(b"text/html", times("& b ", n // 60), 60),
    "pictures": lambda n: parts(b"image/png\nContent-ID: <a>", b"x", min(900, n // 100)) + times("x", n // 2),
    "signatures of one domain": lambda n: (
        times(SIGNATURE, min(n, 900_000)) + TO + b"\n" + times("x ", max(0, n - 900_000))
    ),
    "a list of signed fields": lambda n: field(b"DKIM-Signature", b"d=x.example; h=" + times("from:", n)),
    "fields that shape the body": lambda n: SIGNATURE * 20 + numbered("Content-%d: x\n", min(n, 900_000)) + TO + b"\n",
    "carriage returns in a header": lambda n: field(b"X", times("\r", n)),
    "lines that are no fields": lambda n: times("x\n", min(n, 900_000)) + TO + b"\n" + times("x ", max(0, n - 900_000)),
    "a signed body of escapes": lambda n: SIGNATURE + TO + QUOTED + times("=E4= \t ", n),
    "encoded words": lambda n: field(b"Subject", times("=?a?b?x", n)),
    "encoded words of many charsets": lambda n: field(b"Subject", numbered("=?a%d?q?x?= ", n)),
    "quotation marks": lambda n: field(b"To", times('"\\', n)),
    "routes": lambda n: field(b"To", b"<" + times("@a", n)),
    "commas": lambda n: field(b"Cc", times("a,", n)),
    "colons": lambda n: field(b"Cc", times("a ", n // 2) + b"@" + times(":", n // 2)),
    "brackets": lambda n: field(b"Reply-To", times("(<", n)),
    "raw letters": lambda n: field(b"To", times(b"\x81\xe4 <a@x.example>, ", n)),
    "identifiers": lambda n: field(b"References", times("<a@", n)),
    "parameters": lambda n: text(b"", b"Content-Type: text/plain" + times("; a*1*=b", n) + b"\n"),
    "fields": lambda n: times("X: a\n", min(n, 900_000)) + TO + b"\n" + times("x", n - min(n, 900_000)),
    "signatures": lambda n: times("DKIM-Signature: d=a; h=to\nTo: a\n", min(n, 900_000)) + TO + b"\n",
    "depth": nested,
    "boundaries": lambda n: parts(b"text/plain", b"x", n // 40),
    "carriage returns": lambda n: TO + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\n" + times("x\r", n),
    "a payload with a charset": lambda n: text(times(b"\xff", n), b"Content-Type: text/plain" + b"; a" * 9000 + b"\n"),
    "many charsets": lambda n: parts(b"text/plain", b"\x81\x8d\x90 abc", n // 50),
    "a letter": lambda n: DAEMON + b"\n" + times("a" * 5000 + "@x.example: failed\n", n),
    "messages in a letter": lambda n: DAEMON + b"\n" + times("Content-Type: message/rfc822\n\n", n),
    "a report": report,
    "quoted headers": lambda n: text(times("> From: a\n> To: b\n> Date: c\n", n)),
    "base64 of nothing": lambda n: text(times("=", n), b"Content-Transfer-Encoding: base64\n"),
    "uuencode": lambda n: text(times("M\n", n), b"Content-Transfer-Encoding: x-uuencode\n"),
}

TWINS: dict[str, tuple[bytes, str]] = {
    "a page with formatting": (
        page(b"<p>" + b"<b>Hej</b> <i>Anna</i></p><p>" * 400 + b"Karin</p>"),
        "Karin",
    ),
    "a page of references": (page(b"&#1056;&amp;&nbsp;" * 1500 + b"Karin"), "Karin"),
    "a deep page": (page(b"<div>" * 90 + b"Karin" + b"</div>" * 90), "Karin"),
    "many attributes": (page(b"<p title=a align=left dir=ltr>Karin</p>" * 2000), "Karin"),
    "encoded words": (text(b"Karin").replace(b"Subject: Hej", b"Subject: =?utf-8?q?Hej?= =?utf-8?b?w6Q=?="), "Karin"),
    "a long list": (text(b"Karin", b"Cc: " + b', "Ek, Karin" <k@x.example>'[2:] * 300 + b"\n"), "Karin"),
    "nested parts": (
        TO
        + b"".join(b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n" % (n, n) for n in range(10))
        + b"\nKarin\n",
        "Karin",
    ),
    "a file": (
        text(base64.encodebytes(b"Karin " * 20_000), b"Content-Transfer-Encoding: base64\n"),
        "Karin",
    ),
}
