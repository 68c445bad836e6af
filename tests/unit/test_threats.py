"""Attacks that mail systems have suffered, tried on this one; ``docs/security.md`` says which test answers for which.

What other tests of a module hold already is not repeated here.
"""

from __future__ import annotations

import io
import time

import pytest

from tests.unit.world import ANNA, ERIK, HOST, World
from weftmail.core import dkim_tags, token
from weftmail.core.envelope import Envelope
from weftmail.core.message import read
from weftmail.core.proof import Proof
from weftmail.core.token import Token
from weftmail.flow.facts import proof_of
from weftmail.flow.tray import release

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


def reply(world: World, label: str = "LEAD-1", contact: int = 0, purpose: str = "post") -> str:
    """Return a reply address of the newest message of a record."""
    message = world.thread(label)[-1]
    return token.address(world.house.keyring, Token(purpose, message.id, contact, message.token_epoch), "acme.example")


def outgoing(world: World) -> list[str]:
    """Return who outside is to get something."""
    rows = world.store.connection.execute("select address from delivery where contact_id is not null order by id")
    return [row[0] for row in rows]


@pytest.fixture
def opened(world: World) -> World:
    """Karin's proven mail opened LEAD-1."""
    world.deliver(world.mail(proven=True, message_id="<first@customer.example>"), LEADS)
    return world


class TestACopySentAhead:
    """Whoever is in Cc of a mail knows it, and may be faster: the mail itself must not count as a second copy."""

    @pytest.mark.parametrize(
        ("headers", "sender"),
        [
            ((), "erik@other.example"),
            ((("Auto-Submitted", "auto-generated"),), "erik@other.example"),
            ((("X-Weftmail-Loop", "this house"),), "erik@other.example"),
            ((("Precedence", "bulk"),), "erik@other.example"),
            ((("References", "<first@customer.example>"),), "erik@other.example"),
            (tuple(("Received", "from a by b") for _ in range(51)), "erik@other.example"),
            ((), ""),
        ],
    )
    def test_a_colleagues_answer_goes_out_all_the_same(
        self, opened: World, headers: tuple[tuple[str, str], ...], sender: str
    ):
        address = reply(opened)
        genuine = opened.mail(ANNA, address, "Re: chairs", "Yes, 40.\n", proven=True, message_id="<a@acme.example>")
        forged = genuine.partition(b"\n")[2]
        added = "".join(f"{name}: {value}\n" for name, value in headers).encode()
        end = forged.index(b"From: ")
        first = opened.deliver(forged[:end] + added + forged[end:], address, sender)
        assert first.state in ("held", "discarded")
        assert opened.deliver(genuine, address).state == "filed"
        assert outgoing(opened) == ["karin@customer.example"]
        assert opened.deliver(genuine, address).state == "duplicate"
        assert opened.deliver(forged[:end] + added + forged[end:], address, sender).state == "duplicate"

    def test_a_question_is_told_of_although_a_machines_copy_lies_there(self, world: World):
        genuine = world.mail(proven=True, message_id="<q@customer.example>")
        at = genuine.index(b"From: ")
        world.deliver(genuine[:at] + b"Auto-Submitted: auto-generated\n" + genuine[at:], LEADS)
        row = world.deliver(genuine, LEADS)
        assert row.state == "filed"
        told = world.store.connection.execute("select count(*) from delivery where user_id = ?", [world.anna])
        assert told.fetchone()[0] == 1

    def test_a_copy_let_in_after_the_mail_itself_is_the_same_message(self, opened: World):
        address = reply(opened)
        genuine = opened.mail(ANNA, address, "Re: chairs", "Yes.\n", proven=True)
        held = opened.deliver(genuine.partition(b"\n")[2], address)
        opened.deliver(genuine, address)
        release(opened.store, opened.house, held.id)
        assert opened.row(held.id).state == "duplicate"
        assert outgoing(opened) == ["karin@customer.example"]


class TestAnIdTakenByOthers:
    """A Message-ID belongs to nobody: whoever reuses one neither blocks a mail nor draws its answers away."""

    @pytest.mark.parametrize("to", ["leads", "support"])
    def test_answers_stay_where_their_author_takes_part(self, opened: World, to: str):
        for number in range(6):
            squatter = opened.mail(ERIK, text=f"Mine {number}.\n", message_id="<first@customer.example>", proven=True)
            assert opened.deliver(squatter, f"{to}@acme.example").state == "filed"
        answer = opened.mail(text="One more thing.\n", references=["<first@customer.example>"])
        row = opened.deliver(answer, LEADS)
        assert (row.state, row.record) == ("filed", "LEAD-1")

    def test_an_id_taken_before_the_mail_came(self, world: World):
        world.deliver(world.mail(ERIK, message_id="<next@customer.example>", proven=True), LEADS)
        row = world.deliver(world.mail(message_id="<next@customer.example>", proven=True), LEADS)
        assert (row.state, row.record) == ("filed", "LEAD-2")
        assert "same Message-ID" in world.thread("LEAD-2")[0].flag
        answer = world.mail(text="More.\n", references=["<next@customer.example>"])
        assert world.deliver(answer, LEADS).record == "LEAD-2"


BOMBS = {
    "10,000 parts": b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 10_000 + b"--b--\n",
    "1,500 multiparts in one another": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (depth, depth) for depth in range(1500)
    ),
    "1,500 mails in one another": b"Content-Type: message/rfc822\n\n" * 1500,
    "a field of 50 MB": b"X-A: " + b"y" * 50_000_000 + b"\n\nx\n",
    "a million addresses": b"Cc: " + b"a@b.example, " * 1_000_000 + b"\n\nx\n",
    "60 KB of opened quotes": b"Cc: " + b'"\\' * 30_000 + b"\n\nx\n",
    "60 KB of opened comments": b"Cc: " + b"(" * 60_000 + b"\n\nx\n",
    "20,000 authors": b"From: a@b.example\n" * 20_000 + b"\nx\n",
    "20,000 signatures": b"DKIM-Signature: i=x@a; d=b; s=c\n" * 20_000 + b"\nx\n",
    "50,000 references": b"References: " + b"<x@customer.example> " * 50_000 + b"\n\nx\n",
    "50,000 pieces of a name": b"Content-Disposition: attachment" + b"; filename*7=a" * 50_000 + b"\n\nx\n",
    "50,000 links": b'Content-Type: text/html\n\n<a href="https://x.example/">a</a>' * 20_000,
    "100,000 attributes": b"Content-Type: text/html\n\n<p " + b" ".join(b"a%d" % n for n in range(100_000)) + b">x",
    "half a million quoted lines": b"\n" + b"> x\n" * 500_000,
    "50,000 reports": b"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n"
    + b"Final-Recipient: rfc822; a@b\nAction: failed\nStatus: 5.1.1\n\n" * 50_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_holds_nobody_up(world: World, name: str):
    raw = RECEIVED.format("x").encode() + b"From: x@customer.example\nSubject: x\nMessage-ID: <x@y>\n" + BOMBS[name]
    before = time.process_time()
    assert world.deliver(raw, LEADS).state in ("filed", "discarded")
    # A hundredth of it or so where nothing else runs: what is shut out here took minutes.
    assert time.process_time() - before < 4
    world.deliver(world.mail(), LEADS)
    assert world.record("LEAD-2" if name != "50,000 reports" else "LEAD-1").title == "Quote for 40 chairs"
