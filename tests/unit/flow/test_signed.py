"""A signed mail of a colleague, changed by whoever passes it on: it acts as theirs unchanged, or not at all.

The signatures are real ones, over the fields that large providers and the usual filters sign; the mails are our own.
Where a verifier could be of two minds about a change, it is taken to have passed.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.unit.mail import kept
from tests.unit.thorough import THOROUGH
from tests.unit.world import ERIK, HOST, World
from weftmail.core.envelope import Envelope
from weftmail.core.parsing.message import Message
from weftmail.core.routing.disposition import Append, Disposition, Hold, Note, Open
from weftmail.core.routing.rules import decide
from weftmail.core.tokens import locator, reply_token
from weftmail.core.tokens.reply_token import Token
from weftmail.flow.facts import gather
from weftmail.flow.reading import read

SIGNERS = {
    "google": "to:subject:message-id:date:from:in-reply-to:references:mime-version:from:to:cc:subject:date:message-id:"
    "reply-to",
    "microsoft": "from:date:subject:message-id:content-type:mime-version:x-ms-exchange-senderadcheck",
    "apple": "from:message-id:content-type:mime-version:subject:date:to",
    "fastmail": "cc:content-transfer-encoding:content-type:content-type:date:date:from:from:in-reply-to:in-reply-to:"
    "message-id:mime-version:references:reply-to:subject:subject:to:to",
    "opendkim": "date:subject:to:references:from:in-reply-to:from",
    "rspamd": "from:from:reply-to:subject:subject:date:date:message-id:message-id:to:to:cc:mime-version:mime-version:"
    "content-type:content-type:content-transfer-encoding:content-transfer-encoding:in-reply-to:in-reply-to:"
    "references:references",
}
WAYS = ("public", "internal", "pinned", "shared", "personal")
ENTRANCES = ("pipe", "lmtp", "spool")
SPF = "; spf=pass smtp.mailfrom=acme.example"


@cache
def key() -> tuple[bytes, bytes]:
    made = rsa.generate_private_key(65537, 1024)
    pem = made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = made.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return pem, b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


def sign(raw: bytes, fields: str, **more: object) -> bytes:
    """Return a mail with CRLF line ends under a signature of acme.example over these fields."""
    crlf = re.sub(rb"\r?\n", b"\r\n", raw)
    made = dkim.sign(
        crlf, b"s1", b"acme.example", key()[0], canonicalize=(b"relaxed", b"relaxed"),
        include_headers=fields.encode().split(b":"), **more,
    )  # fmt: skip
    return bytes(made) + crlf


def verifies(raw: bytes) -> bool:
    return bool(dkim.verify(raw, dnsfunc=lambda name, timeout=5: key()[1]))


def delivered(raw: bytes, result: str = "pass", more: str = "") -> bytes:
    """Return a mail as our mail server hands it over, with what its filter found."""
    top = (
        f"Authentication-Results: {HOST}; dkim={result} header.d=acme.example{more}\r\n"
        f"Received: from relay.example (relay.example [192.0.2.9])\r\n\tby {HOST} (Postfix) with ESMTP id Q1\r\n"
        "\tfor <x@acme.example>; Mon, 23 Nov 2026 10:05:00 +0000 (UTC)\r\n"
    )
    return top.encode() + raw


@dataclass(frozen=True)
class Place:
    """Acme with a conversation of Karin's and one of Erik's, and an address of each kind."""

    world: World
    addresses: dict[str, str]
    answered: str
    """The id of the message that Anna answers, on LEAD-1."""
    elsewhere: str
    """The id of a message on LEAD-2, which is Erik's."""

    def outcome(self, raw: bytes, way: str, entrance: str = "lmtp") -> tuple[Disposition, Message]:
        """Say what is to become of a mail, and what of it is read."""
        if entrance != "lmtp":
            raw = raw.replace(b"\r\n", b"\n")
        envelope = Envelope(self.addresses[way], "anna@acme.example", queue_id="Q1", entrance=entrance)
        known = gather(self.world.store, self.world.installation, envelope, read(raw))
        return decide(envelope, known.message, known.facts).disposition, known.message

    def mail(self, name: str, way: str) -> bytes:
        """Return Anna's answer to an address, as this provider's programs write it."""
        raw = kept(f"signed/{name}").replace(b"reply@acme.example", self.addresses[way].encode())
        return raw.replace(b"<answered@acme.example>", self.answered.encode())


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    world = World(tmp_path_factory.mktemp("signed"))
    world.deliver(world.mail(verified=True), "leads@acme.example")
    world.deliver(world.mail(ERIK, verified=True), "leads@acme.example")
    world.alias("staff", "ticket", accepts="internal")
    world.alias("desk", None, record_id=world.record("LEAD-1").id, accepts="internal")
    ring = world.installation.keyring
    first, second = (world.thread(label)[0] for label in ("LEAD-1", "LEAD-2"))
    addresses = {"public": "leads@acme.example", "internal": "staff@acme.example", "pinned": "desk@acme.example"}
    for way, contact in (("shared", 0), ("personal", first.author_contact_id or 0)):
        token = Token("post", first.id, contact, first.token_epoch)
        addresses[way] = reply_token.address(ring, token, "acme.example")
    ids = [locator.mint(ring, one.id, "public", "acme.example") for one in (first, second)]
    yield Place(world, addresses, *ids)
    world.store.close()


def as_anna(found: Disposition, world: World) -> bool:
    """Say whether the mail would act as Anna's."""
    return isinstance(found, (Append, Note, Open)) and found.author.user_id == world.anna


def as_anybody(found: Disposition) -> bool:
    return isinstance(found, (Append, Note, Open)) and found.author.user_id is not None


# --- the twins: what must pass ------------------------------------------------------------------------------------


@pytest.mark.parametrize("entrance", ENTRANCES)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", SIGNERS)
def test_an_answer_passes_as_the_provider_signs_it(place: Place, name: str, way: str, entrance: str) -> None:
    signed = sign(place.mail(name, way), SIGNERS[name])
    assert verifies(signed)
    found, message = place.outcome(delivered(signed, more=SPF), way, entrance)
    assert as_anna(found, place.world), found
    assert "forty oak chairs, on Thursday" in message.reply_text
    if way in ("shared", "personal"):
        assert isinstance(found, Append) and (found.record, found.post, found.audience) == ("LEAD-1", True, "answered")
    # Without SPF, To has to be signed, or the address to be one for colleagues alone.
    alone, message = place.outcome(delivered(signed), way, entrance)
    assert as_anna(alone, place.world) is (name != "microsoft" or way == "shared")
    if name == "microsoft" and way != "shared":
        assert isinstance(alone, Hold) and alone.why.code == "held.signed.not meant"
        assert message.references and message.to
    elif name in ("microsoft", "apple"):
        assert not message.references and not message.in_reply_to


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", SIGNERS)
def test_a_private_mail_handed_in_counts_as_hers_nowhere(place: Place, name: str, way: str) -> None:
    """Only an address that colleagues alone were given, or SPF of her domain, says that it was meant to come."""
    private = place.mail(name, way).replace(place.addresses[way].encode(), b"karin@customer.example")
    signed = sign(private, SIGNERS[name])
    found, _ = place.outcome(delivered(signed), way)
    assert as_anybody(found) is (way == "shared")
    named = b"Cc: " + place.addresses[way].encode() + b"\r\n"
    result = "pass" if verifies(named + signed) else "fail"
    copied, _ = place.outcome(delivered(named + signed, result), way)
    assert as_anybody(copied) is (way == "shared" and result == "pass")
    if way != "shared":
        assert isinstance(found, Hold) and found.why.code == "held.signed.not meant"
        assert found.notify == place.world.anna
    foreign, _ = place.outcome(delivered(signed, more="; spf=pass smtp.mailfrom=relay.example"), way)
    assert as_anybody(foreign) is (way == "shared")
    failed, _ = place.outcome(delivered(signed, more=f"{SPF}; spf=fail smtp.mailfrom=acme.example"), way)
    assert as_anybody(failed) is (way == "shared")


# --- the matrix ---------------------------------------------------------------------------------------------------

FIELDS = {
    "From": "Bjorn <bjorn@acme.example>",
    "To": "Erik <erik@other.example>, {here}",
    "Cc": "Erik <erik@other.example>, {here}",
    "Subject": "Pay into another account",
    "Date": "Tue, 24 Nov 2026 10:00:00 +0000",
    "In-Reply-To": "{elsewhere}",
    "References": "{elsewhere}",
    "Reply-To": "erik@other.example",
    "Message-ID": "<other@evil.example>",
    "Auto-Submitted": "auto-generated",
    "MIME-Version": "1.1",
    "Content-Type": 'multipart/mixed; boundary="x"',
    "Content-Transfer-Encoding": "base64",
    "Content-Disposition": "attachment; filename=chairs.txt",
}
SURE = ("added", "doubled", "many", "changed", "taken out", "below")
"""The changes of which every verifier thinks the same."""
HOWS = ("blank", "return", "nul", "stray", *SURE)


def changed(raw: bytes, name: str, how: str, value: str) -> bytes:
    """Return a signed mail with a field added, doubled or changed in one of these ways."""
    head, _, body = raw.partition(b"\r\n\r\n")
    field = f"{name}: {value}".encode()
    own = re.compile(rb"(?im)^%b:[^\n]*(?:\n[ \t][^\n]*)*(?:\n|\Z)" % name.encode())
    there = own.search(head)
    if how == "added":
        head = field + b"\r\n" + head
    elif how == "doubled":
        head = (there[0].strip() if there else field + b"\r\n" + field) + b"\r\n" + head
    elif how == "blank":
        head = f"{name} : {value}\r\n".encode() + head
    elif how == "return":
        head = b"X-Other: a\r" + field + b"\r\n" + head
    elif how == "nul":
        head = field + b"\0\r\n" + head
    elif how == "stray":
        head = own.sub(lambda found: found[0] + value.encode() + b"\r\n", head, count=1) if there else head + b"\r\nx"
    elif how == "many":
        head = field + b"\r\n" + b"".join(b"X-%d: x\r\n" % number for number in range(2100)) + head
    elif how == "below":
        head += b"\r\n" + field
    elif there:
        head = own.sub(field + b"\r\n" if how == "changed" else b"", head, count=1).strip()
    return head + b"\r\n\r\n" + body


def what_is_read(message: Message) -> tuple[object, ...]:
    """Return what people and rules see of a mail."""
    return (
        message.from_, message.to, message.cc, message.subject, message.date, message.in_reply_to, message.references,
        message.reply_to, message.text, message.html, message.reply_text, message.attachments,
    )  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", SIGNERS)
@pytest.mark.parametrize("more", ["", SPF])
def test_nothing_acts_as_hers_by_a_field_that_she_did_not_sign(place: Place, name: str, way: str, more: str) -> None:
    signed = sign(place.mail(name, way), SIGNERS[name])
    control, as_sent = place.outcome(delivered(signed, more=more), way)
    passed = 0
    number = len(name) + len(way) + len(more)
    cases = [(field, how) for field in FIELDS for how in HOWS]
    cases = cases if THOROUGH else cases[number % 9 :: 9]
    for index, (field, how) in enumerate(cases):
        entrance = ENTRANCES[(index + number) % 3]
        value = FIELDS[field].format(here=place.addresses[way], elsewhere=place.elsewhere)
        raw = changed(signed, field, how, value)
        result = "pass" if how not in SURE or verifies(raw) else "fail"
        for one in ENTRANCES if THOROUGH else (entrance,):
            found, message = place.outcome(delivered(raw, result, more), way, one)
            if not as_anybody(found):
                continue
            # It still counts as hers: then it is the very mail that she sent, or a quiet one.
            assert as_anna(found, place.world) and result == "pass", (field, how)
            assert what_is_read(message) == what_is_read(as_sent), (field, how)
            if field == "Auto-Submitted":
                plain = replace(found, automatic=False, reach="everybody")
                assert plain == control or isinstance(found, Note), (field, how)
            else:
                assert found == control, (field, how)
            passed += 1
    # What is not signed and not read takes nothing from her mail.
    assert bool(passed) == as_anybody(control) or not THOROUGH


@pytest.mark.parametrize("how", ["added", "changed"])
@pytest.mark.parametrize("name", ["In-Reply-To", "References", "Content-Type", "Subject"])
def test_what_was_found(place: Place, name: str, how: str) -> None:
    """The four attacks that made a signed mail a post to a third party, on a mail that signs as little as can be."""
    raw = place.mail("rspamd", "public")
    raw = re.sub(rb"(?m)^(?:In-Reply-To|References): .*\n", b"", raw) if how == "added" and "e-" not in name else raw
    signed = sign(raw, "from:to:date")
    value = FIELDS[name].format(here="", elsewhere=place.elsewhere)
    found, _ = place.outcome(delivered(changed(signed, name, how, value), more=SPF), "public")
    assert isinstance(found, Hold) and found.why.code in ("held.signed.uncovered", "held.signed.twice")


# --- single rules -------------------------------------------------------------------------------------------------


def held(place: Place, raw: bytes, way: str = "shared", more: str = SPF) -> str:
    """Return why a mail is held; "" where it counts as Anna's."""
    found, _ = place.outcome(delivered(raw, more=more), way)
    if as_anna(found, place.world):
        return ""
    assert isinstance(found, Hold)
    return found.why.code


ALL = SIGNERS["rspamd"]


def test_each_of_several_signatures_has_to_cover_a_field(place: Place) -> None:
    raw = place.mail("rspamd", "public")
    both = sign(sign(raw, ALL), "from:subject:date")
    found, message = place.outcome(delivered(both, more=SPF), "public")
    assert as_anna(found, place.world) and message.to == () and message.references == ()
    assert held(place, both, "public", "") == "held.signed.not meant"
    assert held(place, sign(sign(raw, ALL), "from:date:to"), "public") == "held.signed.uncovered"
    foreign = b"DKIM-Signature: v=1; d=list.example; s=l; h=from; l=3; b=x\r\n" + sign(raw, ALL)
    assert held(place, foreign, "public") == ""
    many = b"DKIM-Signature: v=1; d=list.example; s=l; h=from; b=x\r\n" * 20 + sign(raw, ALL)
    assert held(place, many, "public") == "held.signed.many"


def test_a_signature_with_two_lists_or_domains_covers_nothing(place: Place) -> None:
    signed = sign(place.mail("rspamd", "shared"), ALL)
    assert held(place, signed.replace(b" h=", b" h=from; h=", 1)) == "held.signed.uncovered"
    assert held(place, signed.replace(b" d=acme", b" d=other.example; d=acme", 1)) == "held.signed.uncovered"


def test_a_signature_that_does_not_stand_in_the_mail_is_none(place: Place) -> None:
    raw = re.sub(rb"\r?\n", b"\r\n", place.mail("rspamd", "shared"))
    assert held(place, raw) == "held.signed.elsewhere"
    assert held(place, b"DKIM-Signature: v=1; d=not a domain; i=@; h=from; b=x\r\n" + raw) == "held.signed.elsewhere"
    by_identity = b"DKIM-Signature: v=1; d=example; i=@acme.example; h=" + ALL.encode() + b"; b=x\r\n" + raw
    assert held(place, by_identity) == ""


def test_a_length_tag_proves_nothing(place: Place) -> None:
    signed = sign(place.mail("rspamd", "shared"), ALL, length=True)
    assert verifies(signed)
    for way in WAYS:
        assert held(place, signed, way) == "held.signed.partial"
    found, _ = place.outcome(delivered(signed, "fail"), "shared")
    assert isinstance(found, Hold) and found.why.code == "held.unverified"


def test_without_a_date_or_with_one_that_was_taken_out(place: Place) -> None:
    raw = place.mail("rspamd", "shared").replace(b"Date: Mon, 23 Nov 2026 11:04:12 +0100\n", b"")
    assert held(place, sign(raw, "from:subject:to")) == "held.signed.uncovered"
    assert held(place, sign(raw, "from:subject:to:date")) == ""
    untitled = place.mail("rspamd", "shared").replace(b"Subject: Re: Quote for 40 chairs\n", b"")
    assert held(place, sign(untitled, "from:date:to")) == ""


def test_a_login_stays_enough(place: Place) -> None:
    raw = place.mail("rspamd", "public") + b"More.\n"
    top = (
        f"Received: from [192.168.1.7] (unknown [192.0.2.7])\n\t(Authenticated sender: anna@acme.example)\n"
        f"\tby {HOST} (Postfix) with ESMTPSA id Q1\n\tfor <x@acme.example>; Mon, 23 Nov 2026 10:05:00 +0000 (UTC)\n"
    ).encode()
    for odd in (b"", b"To : karin@customer.example\n", b"Subject: another\n"):
        for way in WAYS:
            found, message = place.outcome(top + odd + raw, way)
            assert as_anna(found, place.world) and message.in_reply_to


def test_an_outsiders_mail_is_read_as_before(place: Place) -> None:
    """Only a colleague's word goes out; whoever else signs what they like, and is filed as what they are."""
    raw = kept("signed/rspamd").replace(b"Anna <anna@acme.example>", b"Erik <erik@other.example>")
    raw = raw.replace(b"<answered@acme.example>", place.elsewhere.encode())
    top = delivered(raw.replace(b"\n", b"\r\n")).replace(b"header.d=acme", b"header.d=other")
    signature = b"DKIM-Signature: v=1; d=other.example; s=s; h=from; b=x\r\n"
    for odd in (signature, signature + b"Subject : x\r\n", signature + b"Cc: anna@acme.example\r\n"):
        found, message = place.outcome(top.replace(b"MIME-Version", odd + b"MIME-Version", 1), "public")
        assert isinstance(found, Append) and (found.record, found.verified, found.post) == ("LEAD-2", True, False)
        assert message.in_reply_to == (place.elsewhere,)


@pytest.mark.parametrize(
    ("added", "why"),
    [
        (b"X-Other: a\rb\r\n", "held.signed.control"),
        (b"X-Other: a\0b\r\n", "held.signed.control"),
        (b"no field at all\r\n", "held.signed.stray"),
        (b"X-Other : a\r\n", ""),
        (b"X-Other: a\r\nX-Other: b\r\n", ""),
        (b"Comments: a\r\n\tb\r\n", ""),
        (b"Reply-To : a@b.example\r\n", "held.signed.mended"),
        (b"Content-Language: a\r\nContent-Language: b\r\n", "held.signed.twice"),
    ],
)
def test_a_header_that_can_be_read_in_two_ways(place: Place, added: bytes, why: str) -> None:
    assert held(place, added + sign(place.mail("rspamd", "shared"), ALL)) == why


def test_a_mail_that_was_read_from_a_file_says_the_same(place: Place) -> None:
    raw = delivered(sign(place.mail("google", "shared"), SIGNERS["google"]))
    assert read(io.BytesIO(raw)) == read(raw)


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: re.sub(rb"(?m)^Message-ID: .*\r\n", b"Message-ID: <again@acme.example>\r\n", raw),
        lambda raw: b"Cc: Erik <erik@other.example>\r\n" + raw,
        lambda raw: b"Reply-To: erik@other.example\r\n" + raw,
        lambda raw: raw.replace(b"Content-Language: sv", b"Content-Language: en"),
        lambda raw: raw.replace(b"forty oak chairs", b"forty \t oak chairs").replace(b"\r\n\r\n---", b"\r\n  \r\n---"),
        lambda raw: raw.replace(b"Subject: Re: Quote", b"SUBJECT:  Re:\r\n Quote"),
        lambda raw: raw.replace(b"\r\n", b"\n"),
        lambda raw: raw,
    ],
)
@pytest.mark.parametrize("first", ["as sent", "changed"])
def test_a_signed_mail_goes_out_once_however_it_is_changed(world: World, change: Callable[[bytes], bytes], first: str):
    """What is not signed makes no second mail of it, whichever copy is the faster."""
    world.deliver(world.mail(verified=True), "leads@acme.example")
    message = world.thread("LEAD-1")[0]
    token = Token("post", message.id, message.author_contact_id or 0, message.token_epoch)
    address = reply_token.address(world.installation.keyring, token, "acme.example")
    raw = kept("signed/opendkim").replace(b"reply@acme.example", address.encode())
    sent = sign(raw, SIGNERS["opendkim"])
    other = change(sent)
    assert verifies(other)
    for one in (sent, other) if first == "as sent" else (other, sent):
        world.deliver(delivered(one), address, "anna@acme.example")
    posts = [one for one in world.thread("LEAD-1") if one.kind == "post"]
    assert len(posts) == 1
    again = sign(raw.replace(b"11:04:12", b"11:04:13"), SIGNERS["opendkim"])
    assert world.deliver(delivered(again), address, "anna@acme.example").state == "filed"


@pytest.mark.parametrize("odd", [b"To : karin@customer.example\r\n", b"no field\r\n", b"X: a\rb\r\n"])
def test_a_copy_that_does_not_count_holds_the_mail_itself_back_from_nowhere(world: World, odd: bytes) -> None:
    world.deliver(world.mail(verified=True), "leads@acme.example")
    message = world.thread("LEAD-1")[0]
    token = Token("post", message.id, 0, message.token_epoch)
    address = reply_token.address(world.installation.keyring, token, "acme.example")
    sent = sign(kept("signed/rspamd").replace(b"reply@acme.example", address.encode()), ALL)
    assert world.deliver(delivered(odd + sent), address, "anna@acme.example").state == "held"
    assert world.deliver(delivered(sent), address, "anna@acme.example").state == "filed"
    assert [one.kind for one in world.thread("LEAD-1")] == ["received", "post"]


# --- the body that has to agree -----------------------------------------------------------------------------------

LESS = "from:to:subject:date"
TEXT = "Content-Type: text/plain; charset=utf-8\n"


@pytest.mark.parametrize(
    ("head", "body", "agrees"),
    [
        ("", "Yes, 40.\n", True),
        (TEXT, "Ja, 40 då.\n", True),
        (TEXT + "Content-Disposition: inline\n", "Yes.\n", True),
        (TEXT + "Content-Disposition: attachment\n", "Yes.\n", False),
        (TEXT.replace("\n", "; name=a.txt\n"), "Yes.\n", False),
        (TEXT + "Content-Disposition: inline; filename=a.txt\n", "Yes.\n", False),
        ("Content-Type: application/pdf\n", "Yes.\n", False),
        ("Content-Type: message/rfc822\n", "Subject: x\n\nYes.\n", False),
        # Another charset makes other letters of the same bytes.
        ("Content-Type: text/plain; charset=utf-7\n", "> +AAoACg-I agree\n", False),
        ("Content-Type: text/plain; charset=utf-7\n", "Yes.\n", True),
        ("Content-Type: text/plain; charset=utf-16\n", "Yes.\n", False),
        ("Content-Type: text/plain; charset=iso-2022-jp\n", "\x1b$B$O$$\x1b(B\n", True),
        ("Content-Type: text/plain; charset=us-ascii\n", "\x1b$B$O$$\x1b(B\n", False),
        ("Content-Type: text/plain; charset=iso-8859-1\n", "Ja, då.\n", True),
        ("Content-Type: text/plain; charset=utf-16\n", "Ja, då.\n", False),
        # Soft line ends, which turn a line into a quote and join words.
        ("Content-Type: text/plain; charset=utf-8; format=flowed\n", "Yes, \n40.\n", True),
        ("Content-Type: text/plain; charset=utf-8; format=flowed\n", "Yes\n >no\n", False),
        ("Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes\n", "I can \nnot.\n", False),
        # Encodings.
        (TEXT + "Content-Transfer-Encoding: base64\n", "WWVzLCA0MCBvYWsgY2hhaXJzLg==\n", True),
        (TEXT + "Content-Transfer-Encoding: base64\n", "Yes, 40.\n", False),
        (TEXT + "Content-Transfer-Encoding: base64\n", "/////w==\n", False),
        (TEXT, "WWVzLCA0MCBvYWsgY2hhaXJzLg==\n", False),
        (TEXT + "Content-Transfer-Encoding: Quoted-Printable\n", "Ja, d=C3=A5, =\n40 =3D forty.\n=46rom Anna\n", True),
        (TEXT + "Content-Transfer-Encoding: quoted-printable\n", "> x=0AI agree to pay\n", False),
        (TEXT + "Content-Transfer-Encoding: quoted-printable\n", "> =49 agree\n", False),
        (TEXT + "Content-Transfer-Encoding: quoted-printable\n", "1 + 1 = 2\n", False),
        (TEXT + "Content-Transfer-Encoding: quoted-printable\n", "då\n", False),
        (TEXT, "Ja, d=C3=A5, 40.\n", False),
        (TEXT, "one long line of words that goes on=\n here\n", False),
        (TEXT, "See https://shop.example/?id=20\n", True),
        (TEXT + "Content-Transfer-Encoding: x-uuencode\n", "Yes.\n", False),
        # HTML.
        ("Content-Type: text/html\n", "<p>Yes.</p>\n", True),
        ("Content-Type: text/html\n", "Yes.\n> <!--\n", False),
        # Multiparts.
        ("Content-Type: multipart/mixed; boundary=b\n", "--b\n\nYes.\n--b--\n", True),
        ("Content-Type: multipart/mixed; boundary=b\n", "\n--b \n\nYes.\n--b--\n\n\n", True),
        (
            "Content-Type: multipart/mixed; boundary=b\n",
            "This is a multipart message in MIME format.\n\n--b\n\nYes.\n--b--\n",
            True,
        ),
        ("Content-Type: multipart/mixed; boundary=b\n", "No.\n> --b\n--b\n\nYes.\n--b--\n", False),
        ("Content-Type: multipart/mixed; boundary=b\n", "--b\n\nYes.\n--b--\nNo.\n", False),
        ("Content-Type: multipart/mixed; boundary=b\n", "--b\n\nYes.\n", False),
        ("Content-Type: multipart/mixed; boundary=x\n", "--b\n\n--x\n\nYes\n--x--\n--b--\n", False),
        ("Content-Type: multipart/mixed\n", "--\n\nYes.\n----\n", False),
        (
            "Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: base64\n",
            "--b\n\nYes.\n--b--\n",
            False,
        ),
        (TEXT, "--b\n\nYes.\n--b--\n", False),
        ("", "--b\n\nYes.\n--b--\n", False),
        (TEXT, "-- \nAnna\n", True),
    ],
)
def test_unsigned_fields_that_say_how_to_read_it(place: Place, head: str, body: str, agrees: bool) -> None:
    top = f"From: Anna <anna@acme.example>\nTo: {place.addresses['shared']}\nSubject: Re: x\n"
    top += f"Date: Mon, 23 Nov 2026 11:04:12 +0100\n{head}"
    charset = "iso-8859-1" if "8859" in head else "utf-8"
    signed = sign(f"{top}\n{body}".encode(charset), LESS)
    assert held(place, signed) == ("" if agrees else "held.signed.body")
    # Where these fields are signed, nobody else can have written them.
    whole = sign(f"{top}\n{body}".encode(charset), f"{ALL}:content-disposition")
    assert held(place, whole) == ""
