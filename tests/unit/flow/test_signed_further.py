"""More of what is done to a colleague's signed mail on its way: other names, other signatures, other authors."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.unit.flow.test_signed import (
    ALL,
    FIELDS,
    SIGNERS,
    SPF,
    Place,
    as_anna,
    as_anybody,
    delivered,
    sign,
    verifies,
    what_is_read,
)
from tests.unit.flow.test_signed import place as place
from weftmail.core.routing.disposition import Append, Hold, Note, Open

OTHERS = {
    **{name: FIELDS[name] for name in ("From", "To", "Cc", "Subject", "Date", "In-Reply-To", "References", "Reply-To")},
    "Content-Type": 'multipart/mixed; boundary="x"',
    "Sender": "bjorn@acme.example",
    "Resent-From": "bjorn@acme.example",
    "Return-Path": "<>",
    "List-Id": "<all.acme.example>",
    "List-Post": "<mailto:erik@other.example>",
    "Precedence": "bulk",
    "X-Autoreply": "yes",
    "X-Failed-Recipients": "karin@customer.example",
    "X-Original-From": "bjorn@acme.example",
}
WRITTEN: dict[str, Callable[[bytes, bytes], bytes]] = {
    "a tab before the colon": lambda name, value: name + b"\t: " + value,
    "a blank line's fold": lambda name, value: name + b":\r\n " + value,
    "a fold before the colon": lambda name, value: name + b"\r\n : " + value,
    "a folded name": lambda name, value: name[:2] + b"\r\n " + name[2:] + b": " + value,
    "other letters": lambda name, value: name.swapcase() + b": " + value,
    "NUL in its name": lambda name, value: name[:2] + b"\0" + name[2:] + b": " + value,
    "NUL behind it": lambda name, value: name + b": " + value + b"\0",
    "8-bit letters in its name": lambda name, value: name + b"\xc2\xa0: " + value,
    "a carriage return before it": lambda name, value: b"X-A: a\r" + name + b": " + value,
    "two carriage returns": lambda name, value: b"X-A: a\r\r\n" + name + b": " + value,
    "a carriage return in it": lambda name, value: name + b": " + value + b"\rX-B: b",
    "a line feed alone": lambda name, value: b"X-A: a\n" + name + b": " + value,
    "a line feed in a fold": lambda name, value: b"X-A: a\n " + name + b": " + value,
    "other blanks before it": lambda name, value: b"\x0b" + name + b": " + value,
    "a line separator before it": lambda name, value: b"X-A: a\xe2\x80\xa8" + name + b": " + value,
    "U+0085 before it": lambda name, value: b"X-A: a\xc2\x85" + name + b": " + value,
    "no name": lambda name, value: b": " + name + b": " + value,
    "nothing in it": lambda name, _: name + b":",
    "blanks in it": lambda name, _: name + b": \r\n \r\n\t",
}

SURE = ("a blank line's fold", "other letters", "a line feed alone", "nothing in it", "blanks in it")
"""The ways of which every verifier thinks the same."""


@pytest.mark.parametrize("how", WRITTEN)
@pytest.mark.parametrize("signer", ["google", "microsoft", "rspamd"])
def test_a_field_that_somebody_writes_above_it_is_not_hers(place: Place, signer: str, how: str) -> None:
    """Where every verifier thinks that it passes it is the same mail, or held: never another one in her name."""
    for way in ("public", "shared"):
        signed = sign(place.mail(signer, way), SIGNERS[signer])
        _, as_sent = place.outcome(delivered(signed, more=SPF), way)
        for name, value in OTHERS.items():
            put = value.format(here=place.addresses[way], elsewhere=place.elsewhere)
            raw = WRITTEN[how](name.encode(), put.encode()) + b"\r\n" + signed
            result = "pass" if how not in SURE or verifies(raw) else "fail"
            found, message = place.outcome(delivered(raw, result, SPF), way)
            if as_anybody(found):
                assert as_anna(found, place.world), (name, way)
                assert what_is_read(message) == what_is_read(as_sent), (name, way)


AUTHORS = {
    "nobody": b"",
    "an empty address": b"<>",
    "two": b"Anna <anna@acme.example>, Erik <erik@other.example>",
    "two of ours": b"Anna <anna@acme.example>, Bjorn <bjorn@acme.example>",
    "two behind one name": b"Anna <anna@acme.example> <erik@other.example>",
    "a group": b"Sales: anna@acme.example;",
    "a group of two": b"Sales: anna@acme.example, erik@other.example;",
    "an empty group": b"anna@acme.example:;",
    "an encoded word": b"=?utf-8?q?anna=40acme.example?=",
    "an encoded word in angles": b"<=?utf-8?q?anna=40acme.example?=>",
    "an encoded word for a name with an address": b"=?utf-8?q?=3Canna=40acme.example=3E?= <erik@other.example>",
    "a comment": b"erik@other.example (anna@acme.example)",
    "a comment in the address": b"anna(a)@acme.example, erik@other.example",
    "a route": b"<@acme.example:erik@other.example>",
    "quotes": b'"anna@acme.example" <erik@other.example>',
    "a quoted local part": b'"anna@acme.example"@other.example',
    "two signs": b"<anna@acme.example@other.example>",
    "a subdomain": b"Anna <anna@mail.acme.example>",
    "a parent": b"Anna <anna@example>",
    "an address literal": b"Anna <anna@[192.0.2.1]>",
    "a dot at the end of a subdomain": b"Anna <anna@mail.acme.example.>",
    "a look-alike": "Anna <anna@\u0430cme.example>".encode(),
}


@pytest.mark.parametrize("name", AUTHORS)
def test_no_other_author_is_a_colleague(place: Place, name: str) -> None:
    for way in ("public", "shared", "personal"):
        mail = re.sub(rb"(?m)^From: .*$", lambda _: b"From: " + AUTHORS[name], place.mail("rspamd", way))
        raw = sign(mail, ALL)
        found, message = place.outcome(delivered(raw, more=SPF), way)
        assert not as_anybody(found), way
        if isinstance(found, (Append, Note, Open)):
            assert not found.author.verified or message.from_[0].address.endswith("acme.example"), way


SIGNED_OTHERWISE = {
    "expired": (";dkim=fail reason=expired header.d=acme.example", False),
    "policy": ("; dkim=policy header.d=acme.example", False),
    "a temporary error": ("; dkim=temperror header.d=acme.example", False),
    "a subdomain": ("; dkim=pass header.d=mail.acme.example", False),
    "the parent": ("; dkim=pass header.d=example", False),
    "another domain, i= of ours": ("; dkim=pass header.d=evil.example header.i=@acme.example", False),
    "two domains": ("; dkim=pass header.d=evil.example header.d=acme.example", False),
    "a comment": ("; dkim=pass (header.d=acme.example) header.d=evil.example", False),
    "DMARC by SPF alone": ("; dmarc=pass header.from=acme.example; spf=pass smtp.mailfrom=acme.example", False),
    "SPF of a subdomain": ("; spf=pass smtp.mailfrom=mail.acme.example", False),
    "ours beside another": ("; dkim=pass header.d=evil.example; dkim=pass header.d=acme.example", True),
    "i= of a subdomain": ("; dkim=pass header.d=acme.example header.i=@mail.acme.example", True),
    "in other letters": ("; dkim=pass header.d=ACME.Example", True),
}


@pytest.mark.parametrize("name", SIGNED_OTHERWISE)
def test_no_other_signature_is_hers(place: Place, name: str) -> None:
    results, hers = SIGNED_OTHERWISE[name]
    for way in ("public", "shared", "personal"):
        signed = sign(place.mail("rspamd", way), ALL)
        assert verifies(signed)
        raw = re.sub(rb"; dkim=pass header\.d=acme\.example", lambda _: results.encode(), delivered(signed), count=1)
        found, _ = place.outcome(raw, way)
        assert as_anna(found, place.world) is hers, way
        assert hers or isinstance(found, Hold), way


@pytest.mark.parametrize("more", [b"", b" (Sales; a group: no)", b"\n "])
@pytest.mark.parametrize(
    "author", [b"anna@acme.example", b"<anna@acme.example>", b'"Berg: A; (B)" <anna@acme.example>']
)
def test_a_plain_author_is_hers_however_it_is_written(place: Place, author: bytes, more: bytes) -> None:
    mail = re.sub(rb"(?m)^From: .*$", b"From: " + author + more, place.mail("rspamd", "shared"))
    found, _ = place.outcome(delivered(sign(mail, ALL), more=SPF), "shared")
    assert as_anna(found, place.world)
