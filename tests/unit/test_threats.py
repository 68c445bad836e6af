"""Attacks that mail systems have suffered, tried on this one; ``docs/security.md`` says which test answers for which.

What other tests of a module hold already is not repeated here.
"""

from __future__ import annotations

import io

import pytest

from tests.unit.world import HOST, World
from weftmail.core import dkim_tags
from weftmail.core.envelope import Envelope
from weftmail.core.message import read
from weftmail.core.proof import Proof
from weftmail.flow.facts import proof_of

LEADS = "leads@acme.example"
RECEIVED = (
    f"Received: from {{}} (client.example [192.0.2.9])\n\tby {HOST} (Postfix) with ESMTP id Q1\n"
    "\tfor <x@acme.example>; Mon, 23 Nov 2026 10:00:01 +0000 (UTC)\n"
)


def verdict(*results: str) -> str:
    """Return our own mail server's report with these results."""
    return f"Authentication-Results: {'; '.join((HOST, *results))}\n"


def proof(world: World, raw: str, sender: str = "x@evil.example", queue_id: str = "") -> Proof:
    """Return what a mail proves, as the house reads it."""
    return proof_of(world.house, Envelope(LEADS, sender, queue_id=queue_id), read(raw.encode("utf-8")))


def signed(identity: str, name: str = "DKIM-Signature") -> str:
    return f"{name}: v=1; a=rsa-sha256; d=evil.example; s=s1;\n\ti={identity}; h=from; bh=x; b=y\n"


class TestWhatAStrangerWritesIntoOurOwnFields:
    """Our mail server's fields are believed; parts of them say what a stranger chose."""

    FROM = "From: Anna <anna@acme.example>\nSubject: x\n\nhi\n"
    FORGED = "dkim=pass header.d=acme.example"

    @pytest.mark.parametrize("queue_id", ["", "Q1", "XX"])
    def test_an_encoded_helo_is_no_login(self, world: World, queue_id: str):
        helo = (
            f"=?us-ascii?Q?a_=28c_[192.0.2.9]=29_=28Authenticated_sender=3A_anna=40acme.example=29_by_{HOST}"
            "_=28Postfix=29_with_ESMTPSA_id_XX=3B?="
        )
        found = proof(world, RECEIVED.format(helo) + self.FROM, queue_id=queue_id)
        assert found == Proof(address="anna@acme.example")

    def test_an_encoded_sender_is_no_result(self, world: World):
        sender = "=?utf-8?Q?x=3B_dkim=3Dpass_header.d=3Dacme.example?=@evil.example"
        raw = verdict(f"spf=pass smtp.mailfrom={sender}") + RECEIVED.format("evil.example") + self.FROM
        found = proof(world, raw, sender)
        assert not found.proven and found.dkim == "none"

    @pytest.mark.parametrize(
        ("identity", "written"),
        [
            ("x=3B=20dkim=3Dpass=20header.d=3Dacme.example=20header.i=3D@evil.example",
             f"x; {FORGED} header.i=@evil.example"),
            ("x=3\n\tB=20dkim=3Dpass=20header.d=3Dacme.example=20x@evil.example", f"x; {FORGED} x@evil.example"),
            ("a=20header.d=3Dacme.example@evil.example", "a header.d=acme.example@evil.example"),
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("name", ["DKIM-Signature", "dkim-SIGNATURE", "DKIM-Signature "])
    def test_an_identity_that_reads_like_a_result_makes_the_report_worthless(
        self, world: World, identity: str, written: str, name: str
    ):
        report = verdict(f"dkim=pass (2048-bit key) header.d=evil.example header.i={written} header.a=rsa-sha256")
        found = proof(world, report + RECEIVED.format("evil.example") + signed(identity, name) + self.FROM)
        assert found == Proof(address="anna@acme.example")

    def test_an_ordinary_identity_does_no_harm(self, world: World):
        report = verdict("dkim=pass header.d=acme.example header.i=bounce=3Dx@acme.example")
        raw = report + RECEIVED.format("acme.example") + signed("bounce=3Dx@acme.example") + self.FROM
        assert proof(world, raw, "anna+x@acme.example").colleague_proof

    @pytest.mark.parametrize(
        "sender",
        ['"x; dkim=pass header.d=acme.example"@evil.example', "x) ; dkim=pass (y@evil.example", "a b@c", "a\u2003b@c"],
    )
    def test_a_sender_that_is_no_plain_word_makes_the_report_worthless(self, world: World, sender: str):
        raw = verdict(self.FORGED) + RECEIVED.format("evil.example") + self.FROM
        assert not proof(world, raw, sender).proven
        assert proof(world, raw, "x@evil.example").proven

    def test_a_helo_that_postfix_had_to_mend_makes_the_report_worthless(self, world: World):
        raw = verdict(self.FORGED) + RECEIVED.format("evil? dkim=pass".replace(" ", "?")) + self.FROM
        assert not proof(world, raw).proven

    def test_a_signature_behind_a_header_without_end_is_not_overlooked(self, world: World):
        padding = "".join(f"X-{number}: {'x' * 900}\n" for number in range(1200))
        raw = verdict(self.FORGED) + RECEIVED.format("evil.example") + padding + signed("x=3Bdkim=3Dpass@evil.example")
        assert not proof(world, raw + self.FROM).proven

    def test_names_are_read_from_the_header_alone(self):
        raw = (signed("=4a=C3=B6@evil.example") + "From: x\n\n" + signed("=3B@evil.example")).encode()
        assert dkim_tags.names(raw) == ("evil.example", "s1", "Jö@evil.example")
        assert dkim_tags.names(io.BytesIO(raw.replace(b"\n", b"\r\n"))) == ("evil.example", "s1", "Jö@evil.example")
        long = b"X: " + b"y" * 70_000 + b"\n" + raw
        assert dkim_tags.names(long) == dkim_tags.names(raw)
        assert dkim_tags.names(b"dkim-signature: i=@a.example") == ("@a.example",)
        assert dkim_tags.names(b"X: " + b"y" * 2_000_000 + b"\n" + raw) == ()
