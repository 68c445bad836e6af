"""More hostile mails of any size: the same kinds by other roads; and which of them once fell, with their twins."""

from __future__ import annotations

import struct

from tests.unit.parsing.shapes import DAEMON, QUOTED, SIGNATURE, TO, Shape, field, numbered, page, parts, text, times

WINMAIL = b"\x78\x9f\x3e\x22\1\0"
ATTRIBUTE = b"\1\x34\x12\0\0\0\0\0\0\0\0"
NEW_FILE = b"\2\x02\x90\0\0\0\0\0\0\0\0"
SIGNED = bytes.fromhex("308006092a864886f70d010702a0803080020101310030800601002480")
BLANKS = ("a" + " " * 8 + ",") * 12 + "a!"
BASE64 = b"Content-Transfer-Encoding: base64\n"
UTF7 = b"utf-7"

FELL: dict[str, Shape] = {
    "blanks between the names of fonts": lambda n: page(times(f"<p style='font-family:{BLANKS}'>x</p>", n)),
    "blanks in a font": lambda n: page(times(f"<p style='font:12px {BLANKS}'>x</p>", n)),
    "empty lines in a signed body": lambda n: SIGNATURE + TO + b"\n" + b"A" * 24 + times("\n", n) + b"!",
    "empty lines between quotes": lambda n: text(times("> \n\n", n)),
    "introductions below empty lines": lambda n: text(
        times("\n", n // 2) + times("On 1 May a@b wrote:\n> q\n", n // 2)
    ),
    "paragraphs outside of cells": lambda n: page(b"<table>" + times("<p>x", n)),
    "words between rows, below a long page": lambda n: page(
        times("<p>a", n // 2) + b"<table>" + times("x<tr>", n // 2)
    ),
    "a reference of many digits": lambda n: page(b"&#" + times("1", n)),
    "references of many hexadecimal digits": lambda n: page(times("&#x" + "f" * 5000 + ";", n)),
}
"""Each took seconds to minutes, or ended the reading; all of them are looked at in every run."""

MORE: dict[str, Shape] = {
    **FELL,
    "comments within each other": lambda n: field(b"To", times("(a", n)),
    "escapes in a comment": lambda n: field(b"From", b"(" + times("\\(", n)),
    "a group": lambda n: field(b"To", b"Everybody: " + times("a@x.example, ", n) + b";"),
    "groups within each other": lambda n: field(b"To", times("g:", n) + b"a@x.example"),
    "blanks around @": lambda n: field(b"To", times("a @ ", n)),
    "semicolons": lambda n: field(b"To", times(";", n)),
    "continuations": lambda n: parts(b"text/plain" + b"; name*%d*=x%%41" % 7 * 400, b"x", n // 6500),
    "continuations in order": lambda n: field(b"Content-Disposition", b"a" + numbered("; filename*%d*=x%%%%41", n)),
    "parameters of parts": lambda n: parts(b"text/plain" + b"; a=b" * 1000, b"x", n // 5100),
    "parameters of many names": lambda n: text(b"", b"Content-Type: text/plain" + numbered("; a%d=b", n) + b"\n"),
    "Received": lambda n: (
        times("Received: from a\n\tby b\n\t(c)\n", min(n, 900_000)) + TO + b"\n" + times("x ", max(0, n - 900_000))
    ),
    "References": lambda n: b"References: " + times("<abc@x.example>\n ", min(n, 900_000)) + b"\n" + TO + b"\n",
    "encoded words over lines": lambda n: field(b"Subject", times("=?utf-8?\n q?=E4?=\n ", n)),
    "encoded words in base64 without end": lambda n: field(b"From", times("=?utf-8?b?w6Q", n)),
    "base64 with odd characters": lambda n: text(times(b"\xff=QU!I", n), BASE64),
    "base64 in lines of one letter": lambda n: text(times("Q\n", n), BASE64),
    "uuencode blocks": lambda n: text(times("begin 644 a\n#0V%T\n`\nend\n", n)),
    "a calendar": lambda n: parts(b"text/calendar; method=REQUEST", b"SUMMARY:" + times("\n a", n), 1),
    "mails within each other": lambda n: TO + times("Content-Type: message/rfc822\n\n", n),
    "mails with long headers": lambda n: parts(b"message/rfc822", times("X: a\n", 60_000), n // 60_000),
    "soft line ends": lambda n: text(times("> a \n>> b \n", n)).replace(b"charset", b"format=flowed; charset"),
    "one soft paragraph": lambda n: text(times("a \n", n)).replace(b"charset", b"format=flowed; delsp=yes; charset"),
    "uuencode without end": lambda n: text(b"begin 644 a\n" + times("#0V%T\n", n)),
    "beginnings of uuencode": lambda n: text(times("begin 644 a\n#0V%T\n", n)),
    "attributes of winmail.dat": lambda n: (
        TO + b"Content-Type: application/ms-tnef\n\n" + WINMAIL + times(ATTRIBUTE, n)
    ),
    "files of winmail.dat": lambda n: TO + b"Content-Type: application/ms-tnef\n\n" + WINMAIL + times(NEW_FILE, n),
    "properties of winmail.dat": lambda n: (
        TO
        + b"Content-Type: application/ms-tnef\n\n"
        + WINMAIL
        + struct.pack("<BHHII", 1, 0x9003, 0, n, 2**31)
        + times(b"\x02\x10\x01\x60\x01\0\0\0\0\0\0\0", n)
    ),
    "RTF of groups": lambda n: (
        TO
        + b"Content-Type: application/ms-tnef\n\n"
        + WINMAIL
        + struct.pack("<BHHIIHHIIIIII", 1, 0x9003, 0, n + 40, 1, 0x102, 0x1009, 1, n + 21, 0, n + 5, 0x414C454D, 0)
        + b"{\\rtf"
        + times("{\\b", n)
    ),
    "S/MIME in endless elements": lambda n: TO + b"Content-Type: application/pkcs7-mime\n\n" + times(b"\x30\x80", n),
    "S/MIME in small pieces": lambda n: (
        TO + b"Content-Type: application/pkcs7-mime\n\n" + SIGNED + times(b"\x04\1a", n)
    ),
    "a calendar of entries": lambda n: (
        TO
        + b"Content-Type: text/calendar\n\nBEGIN:VCALENDAR\n"
        + times("BEGIN:VEVENT\nEND:VEVENT\n", n)
        + b"END:VCALENDAR\n"
    ),
    "letters without a charset": lambda n: text(times(b"\xe5\xe4\xf6 \x81", n)).replace(b"; charset=utf-8", b""),
    "names without a charset": lambda n: field(b"To", times(b"\xe5\xe4\xf6 <a@x.example>, ", n)),
    "Japanese of Windows": lambda n: text(b"\x1b$B" + times("-!", n)).replace(b"utf-8", b"iso-2022-jp"),
    "shifts of Japanese": lambda n: text(times(b"\x1b$B-!\x1b(B", n)).replace(b"utf-8", b"iso-2022-jp"),
    "links": lambda n: page(times("<a href='https://x.example/'>a</a>", n)),
    "links without end": lambda n: page(times("<a href='https://x.example/'>", n)),
    "lines as written": lambda n: page(times("<pre>a  b\n</pre><div style='white-space:pre'>a\tb\n</div>", n)),
    "cells": lambda n: page(b"<table><tr>" + times("<td></td>", n)),
    "pictures by name": lambda n: page(times("<img src=a.png>", n)),
    "parameters with quotation marks": lambda n: field(b"Content-Type", times('a; b="c"d"; ', n)),
    "utf-7": lambda n: text(times("+AGE\xff", n)).replace(b"utf-8", UTF7),
    "hz": lambda n: text(times("~{<:Ky2;~}", n)).replace(b"utf-8", b"hz-gb-2312"),
    "iso-2022": lambda n: text(times(b"\x1b$B\xff", n)).replace(b"utf-8", b"iso-2022-kr"),
    "declarations": lambda n: page(b"<p style='" + times("color:red;", n) + b"'>x</p>"),
    "brackets in a style": lambda n: page(b"<p style='a:" + times("{[(", n) + b"'>"),
    "tables within each other": lambda n: page(times("<table><tr><td>", n)),
    "a style without end": lambda n: page(b"<style>" + times("p{color:red}", n)),
    "templates": lambda n: page(times("<template>", n)),
    "named references": lambda n: page(times("&CounterClockwiseContourIntegral;", n)),
    "direction marks": lambda n: page(times("\u202e\u2066a", n)),
    "marks above a letter": lambda n: page(b"a" + times("\u0301<b></b>", n)),
    "data addresses": lambda n: page(times("<img src='data:image/png;base64,AAAAAAAA", n)),
    "a data address": lambda n: page(b"<img src='data:image/png;base64," + times("AAAA", n) + b"'>"),
    "addresses in other letters": lambda n: page(times("<a href='https://" + "\u00e4" * 500 + ".example'>x</a>", n)),
    "copied headers": lambda n: text(times("From: a\nb\n", n)).replace(b"Subject: Hej", b"Subject: Fwd: a"),
    "lines like those above a quote": lambda n: text(times("--a wrote\n", n)),
    "quoted-printable of blanks, signed": lambda n: SIGNATURE + TO + QUOTED + times("=  \n", n),
    "dashes in a letter": lambda n: DAEMON + b"\ncopy of the" + times("-", n),
    "a long boundary": lambda n: (
        TO + b"Content-Type: multipart/mixed; boundary=" + b"b" * 60_000 + b"\n\n" + times("--b\n", n)
    ),
}

MORE_TWINS: dict[str, tuple[bytes, str]] = {
    "names of fonts": (page(b"<p style='font-family: Arial , \"Segoe UI\",sans-serif'>Karin</p>" * 300), "Karin"),
    "a table with a form around its rows": (
        page(b"<table><form>" + b"<tr><td><p>a</p><b>b</b></td></tr>" * 2000 + b"</form></table>Karin"),
        "Karin",
    ),
    "tables in cells": (
        page(b"<table><tr><td><table><tr><td><p>a</td></tr></table></td></tr></table>Karin" * 200),
        "Karin",
    ),
    "a carelessly made table": (page(b"<table><tr><p>a</p><td>b</td><br></tr></table>" * 60 + b"Karin"), "Karin"),
    "quotes with empty lines": (text(b"Karin\n\n\nOn 1 May a@b wrote:\n> q\n\n\n" * 50), "Karin"),
    "references": (page(b"&#75;&#x61;&#0000114;in &#xE4;&#x1F600; &#x110000;"), "Karin"),
}
