"""Signatures: dkimpy, with its own arithmetic and nothing of ours, is the judge of what we sign."""

from __future__ import annotations

import os
import re
import stat
import time
from dataclasses import replace
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.thorough import examples
from weftmail.core.address import BadAddress, Mailbox
from weftmail.core.composing import dkim_key
from weftmail.core.composing.dkim import LIFETIME, Signature, sign, verify
from weftmail.core.composing.dkim_key import BadKey, SigningKey
from weftmail.core.composing.mail import Attached, ForOutsider, Letter, compose
from weftmail.transport import dkim_files

NOW = int(time.time()) * 1000
LETTER = Letter(
    message_id="<abc@acme.example>",
    from_=Mailbox("Anna via Acme Sales", "sales@acme.example"),
    subject="Re: Quote for 40 chairs",
    text="Yes,  38 is fine.\t\n\n\n",
    date=NOW,
    loop="installation-1",
    to=(Mailbox("Karin Ek", "karin@customer.example"),),
    attachments=(Attached("plan.pdf", "application/pdf", b"%PDF"),),
    list_id="<sales.acme.example>",
    automatic=True,
)
MAIL = compose(LETTER, ForOutsider(Mailbox("", "reply@acme.example")))


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> list[SigningKey]:
    folder = str(tmp_path_factory.mktemp("keys"))
    dkim_files.create(folder, "acme.example", "wm26a", "rsa")
    dkim_files.create(folder, "acme.example", "wm26e", "ed25519")
    return dkim_files.load(folder, "Acme.example")


def records(keys: list[SigningKey]) -> dict[str, str]:
    return {key.name: key.record for key in keys}


def judged(data: bytes, keys: list[SigningKey]) -> list[bool]:
    """What dkimpy by itself says of each signature."""
    dns = {f"{name}.".encode(): record.encode() for name, record in records(keys).items()}
    count = len(re.findall(rb"^DKIM-Signature:", data, re.MULTILINE))
    return [bool(dkim.DKIM(data).verify(number, lambda name, timeout=5: dns[name])) for number in range(count)]


GOOD = [Signature("acme.example", "wm26a", True), Signature("acme.example", "wm26e", True)]
BAD = [replace(one, valid=False) for one in GOOD]


def test_both_signatures_hold_before_dkimpy_and_before_us(keys: list[SigningKey]) -> None:
    data = sign(MAIL, keys, NOW)
    assert data.endswith(MAIL)
    assert judged(data, keys) == [True, True]
    assert verify(data, records(keys)) == GOOD
    assert sign(MAIL, [], NOW) == MAIL


def test_dkimpy_signs_and_we_verify(keys: list[SigningKey]) -> None:
    pem = next(key.pem for key in keys if key.algorithm == "rsa")
    made = dkim.sign(MAIL, b"wm26a", b"acme.example", pem.encode(), canonicalize=(b"relaxed", b"relaxed"))
    assert verify(made + MAIL, records(keys)) == GOOD[:1]


def test_the_tags(keys: list[SigningKey]) -> None:
    data = sign(MAIL, keys, NOW)
    head = data[: len(data) - len(MAIL)]
    assert all(len(line) <= 78 for line in head.split(b"\r\n"))
    for text in head.decode("ascii").split("DKIM-Signature: ")[1:]:
        tags = dict(re.findall(r"(\w+)=([^;]*)", re.sub(r"\s", "", text)))
        assert set(tags) == {"v", "a", "c", "d", "s", "t", "x", "h", "bh", "b"}
        assert (tags["c"], tags["d"]) == ("relaxed/relaxed", "acme.example")
        assert (int(tags["t"]), int(tags["x"])) == (NOW // 1000, NOW // 1000 + LIFETIME)
        signed = tags["h"].split(":")
        for name in ("from", "to", "subject", "date", "message-id", "reply-to", "mime-version", "content-type",
                     "auto-submitted"):  # fmt: skip
            assert signed.count(name) == 2
        for name in ("cc", "in-reply-to", "references", "content-transfer-encoding", "list-id"):
            assert signed.count(name) == 1


@pytest.mark.parametrize(
    "name",
    ["From", "To", "Cc", "Subject", "Date", "Message-ID", "Reply-To", "In-Reply-To", "References", "Content-Type",
     "Content-Transfer-Encoding", "MIME-Version", "Auto-Submitted"],
)  # fmt: skip
def test_a_field_added_or_changed_breaks_both(keys: list[SigningKey], name: str) -> None:
    data = sign(MAIL, keys, NOW)
    for changed in (f"{name}: x\r\n".encode() + data, data.replace(b"\r\n\r\n", f"\r\n{name}: x\r\n\r\n".encode(), 1)):
        assert judged(changed, keys) == [False, False]
        assert verify(changed, records(keys)) == BAD


def test_a_changed_body_breaks_both_and_blanks_at_line_ends_do_not(keys: list[SigningKey]) -> None:
    data = sign(MAIL, keys, NOW)
    assert verify(data + b"more\r\n", records(keys)) == BAD
    assert verify(data.replace(b"List-Id: <sales", b"List-Id: <other"), records(keys)) == BAD
    assert verify(data.replace(b"X-Weftmail-Loop: installation-1\r\n", b""), records(keys)) == BAD
    assert verify(data.replace(b"--\r\n", b"--  \r\n") + b"\r\n\r\n", records(keys)) == GOOD


def test_without_its_record_or_with_another_key_none_holds(keys: list[SigningKey]) -> None:
    data = sign(MAIL, keys, NOW)
    assert verify(data, {}) == BAD
    first, second = (key.name for key in keys)
    assert verify(data, {first: keys[1].record, second: keys[0].record}) == BAD
    assert verify(data, {first: "v=DKIM1; k=rsa; p=", second: "v=DKIM1; k=ed25519; p=AAAA"}) == BAD


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"; c=relaxed", b"; l=10; c=relaxed"),
        (b"-sha256;", b"-sha1;"),
        (b"v=1;", b"v=2;"),
        (b"c=relaxed/relaxed", b"c=strange/relaxed"),
        (b"h=from:", b"h=x:"),
        (b"h=from", b"no=from"),
        (b"d=acme.example", b"d=other.example"),
        (b"v=1; a", b"v; a"),
    ],
)
def test_a_signature_that_we_do_not_take(keys: list[SigningKey], old: bytes, new: bytes) -> None:
    data = sign(MAIL, keys, NOW)
    assert old in data
    assert not any(one.valid for one in verify(data.replace(old, new), records(keys)))
    twice = data.replace(b"h=from:from:", b"h=x:y:")
    assert twice != data
    assert not any(one.valid for one in verify(twice, records(keys)))


@given(st.binary(max_size=200))
def test_junk_never_raises(junk: bytes) -> None:
    assert not any(one.valid for one in verify(b"DKIM-Signature: " + junk + b"\r\n\r\n" + junk, {}))
    verify(junk, {})


def test_at_most_ten_are_looked_at() -> None:
    assert len(verify(b"DKIM-Signature: v=1\r\n" * 50 + MAIL, {})) == 10


@settings(max_examples=examples(25))
@given(st.text(max_size=300), st.text(max_size=80))
def test_whatever_we_compose_verifies(text: str, subject: str) -> None:
    data = compose(replace(LETTER, text=text, subject=subject), ForOutsider(Mailbox(subject, "reply@acme.example")))
    ring = [SigningKey("acme.example", "wm26e", "ed25519", PEM)]
    signed = sign(data, ring, NOW)
    assert judged(signed, ring) == [True]
    assert verify(signed, records(ring)) == GOOD[1:]


def _pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


PEM = dkim_files._generate("ed25519")


_ODD = st.text(st.sampled_from(" \t.:ab=é"), max_size=12)


@settings(max_examples=examples(200), deadline=None)
@given(
    fields=st.lists(
        st.tuples(
            st.sampled_from(["From", "TO", "Subject", "subject", "List-Id", "Content-Language", "X-Weftmail-Hops"]),
            st.lists(_ODD, min_size=1, max_size=3),
        ),
        max_size=8,
    ),
    lines=st.lists(_ODD, max_size=8),
    ends=st.booleans(),
)
def test_dkimpy_finds_the_same_canonical_forms(
    fields: list[tuple[str, list[str]]], lines: list[str], ends: bool
) -> None:
    """Whatever blanks, folds, repeated fields and empty lines there are: it is dkimpy, not we, that says what holds."""
    key = SigningKey("acme.example", "wm26e", "ed25519", PEM)
    # A line of blanks alone would end the header for some and not for others; none of ours has one.
    written = [name + ":" + "\r\n ".join(f"{one}x" for one in values) for name, values in fields]
    head = "\r\n".join(["From: Anna <a@acme.example>", *written, ""])
    mail = (head + "\r\n" + "\r\n".join(lines) + ("\r\n" if ends else "")).encode()
    signed = sign(mail, [key], NOW)
    # The mail server is given a line end where there is none.
    assert signed.endswith(mail) and judged(signed + (b"" if mail.endswith(b"\r\n") else b"\r\n"), [key]) == [True]


def test_keys_lie_in_files_of_their_owner_alone(tmp_path: Path) -> None:
    key = dkim_files.create(str(tmp_path / "dkim"), "Acme.example", "wm26e", "ed25519")
    file = tmp_path / "dkim" / "acme.example" / "wm26e.pem"
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(file.parent).st_mode) == 0o700
    assert dkim_files.load(str(tmp_path / "dkim"), "acme.example") == [key]
    assert dkim_files.load(str(tmp_path / "dkim"), "other.example") == []
    with pytest.raises(FileExistsError):
        dkim_files.create(str(tmp_path / "dkim"), "acme.example", "wm26e", "ed25519")
    assert "PRIVATE" not in repr(key)
    file.write_text("no key")
    with pytest.raises(BadKey, match=r"wm26e\.pem holds no key"):
        dkim_files.load(str(tmp_path / "dkim"), "acme.example")


def test_a_key_is_deleted_for_good(tmp_path: Path) -> None:
    dkim_files.create(str(tmp_path), "Acme.example", "wm26e", "ed25519")
    kept = dkim_files.create(str(tmp_path), "acme.example", "wm27e", "ed25519")
    assert dkim_files.remove(str(tmp_path), "acme.example", "wm26e")
    assert not dkim_files.remove(str(tmp_path), "acme.example", "wm26e")
    assert dkim_files.load(str(tmp_path), "acme.example") == [kept]


@pytest.mark.parametrize("selector", ["", "a b", "../x", "A", "a;b", "-a", "x" * 64])
def test_names_that_cannot_be(tmp_path: Path, selector: str) -> None:
    with pytest.raises(BadKey, match="no name"):
        dkim_files.create(str(tmp_path), "acme.example", selector, "ed25519")
    with pytest.raises(BadAddress):
        dkim_files.create(str(tmp_path), "../x", "a", "ed25519")
    for domain in ("../x", "ACME.example"):
        with pytest.raises(BadKey):
            SigningKey(domain, "a", "ed25519", PEM)


def test_keys_that_do_not_do() -> None:
    with pytest.raises(BadKey, match="no private key"):
        SigningKey("acme.example", "a", "rsa", "junk")
    with pytest.raises(BadKey, match="not of the kind rsa"):
        SigningKey("acme.example", "a", "rsa", PEM)
    with pytest.raises(BadKey, match="1024 bits"):
        SigningKey("acme.example", "a", "rsa", _pem(rsa.generate_private_key(65537, 1024)))
    with pytest.raises(BadKey, match="neither"):
        SigningKey("acme.example", "a", "rsa", _pem(ec.generate_private_key(ec.SECP256R1())))


def test_a_record_in_parts(keys: list[SigningKey]) -> None:
    record = keys[0].record
    assert record.startswith("v=DKIM1; k=rsa; p=MIIBIj")
    assert [len(part) for part in dkim_key.parts(record)] == [255, len(record) - 255]
    assert "".join(dkim_key.parts(record)) == record
    assert dkim_key.parts(keys[1].record) == [keys[1].record]
