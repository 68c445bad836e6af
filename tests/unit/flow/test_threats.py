"""Attacks that mail systems have suffered, tried on this one; ``docs/security.md`` says which test answers for which.

What other tests of a module hold already is not repeated here.
"""

from __future__ import annotations

import ast
import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import BinaryIO

import pytest

from tests.unit.pace import at_most
from tests.unit.world import ANNA, ERIK, HOST, KARIN, World, beyond_inbox
from weftmail.core.envelope import Envelope
from weftmail.core.parsing import dkim_tags
from weftmail.core.parsing.block import read_block
from weftmail.core.parsing.html import sanitise
from weftmail.core.routing.authentication import Proof
from weftmail.core.tokens import locator, reply_token
from weftmail.core.tokens.reply_token import Token
from weftmail.flow.proof import proof_of
from weftmail.flow.reading import read
from weftmail.flow.review import release
from weftmail.store.alias import AliasSettings

LEADS = "leads@acme.example"
RECEIVED = (
    f"Received: from {{}} (client.example [192.0.2.9])\n\tby {HOST} (Postfix) with ESMTP id Q1\n"
    "\tfor <x@acme.example>; Mon, 23 Nov 2026 10:00:01 +0000 (UTC)\n"
)


def verdict(*results: str) -> str:
    """Return our own mail server's report with these results."""
    return f"Authentication-Results: {'; '.join((HOST, *results))}\n"


def proof(world: World, raw: str, sender: str = "x@evil.example", queue_id: str = "") -> Proof:
    """Return what a mail proves, as the installation reads it."""
    return proof_of(world.installation, Envelope(LEADS, sender, queue_id=queue_id), read(raw.encode("utf-8")))


def signed(identity: str, name: str = "DKIM-Signature") -> str:
    return f"{name}: v=1; a=rsa-sha256; d=evil.example; s=s1;\n\ti={identity}; h=from; bh=x; b=y\n"


def named(raw: bytes | BinaryIO) -> tuple[str, ...]:
    """Return what the signatures of a mail name."""
    return dkim_tags.read(read_block(raw), raw).names


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
        assert not found.verified and found.dkim == "none"

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
        assert not proof(world, raw, sender).verified
        assert proof(world, raw, "x@evil.example").verified

    def test_a_helo_that_postfix_had_to_mend_makes_the_report_worthless(self, world: World):
        raw = verdict(self.FORGED) + RECEIVED.format("evil? dkim=pass".replace(" ", "?")) + self.FROM
        assert not proof(world, raw).verified

    def test_a_signature_behind_a_header_without_end_is_not_overlooked(self, world: World):
        padding = "".join(f"X-{number}: {'x' * 900}\n" for number in range(1200))
        raw = verdict(self.FORGED) + RECEIVED.format("evil.example") + padding + signed("x=3Bdkim=3Dpass@evil.example")
        assert not proof(world, raw + self.FROM).verified

    def test_names_are_read_from_the_header_alone(self):
        raw = (signed("=4a=C3=B6@evil.example") + "From: x\n\n" + signed("=3B@evil.example")).encode()
        names = ("evil.example", "s1", "Jö@evil.example")
        assert named(raw) == names
        assert named(io.BytesIO(raw.replace(b"\n", b"\r\n"))) == names
        assert named(b"X: " + b"y" * 70_000 + b"\n" + raw) == names
        assert named(b"dkim-signature: i=@a.example") == ("@a.example",)
        assert named(b"X: " + b"y" * 2_000_000 + b"\n" + raw) == ()

    @pytest.mark.parametrize("domain", ["acme.example", "Mail.ACME.example.", "example"])
    @pytest.mark.parametrize("result", ["dkim=pass header.d=acme.example", "dmarc=pass header.from=acme.example"])
    def test_a_signature_that_leaves_the_end_of_the_text_out_proves_nothing(
        self, world: World, domain: str, result: str
    ):
        def verified(tags: str) -> bool:
            return proof(world, f"{verdict(result)}{RECEIVED.format('x')}DKIM-Signature: {tags}\n{self.FROM}").verified

        assert not verified(f"v=1; d={domain}; s=s1;\n\tl =200; b=x")
        assert verified(f"v=1; d={domain}; s=s1; b=x")
        assert verified("v=1; d=list.example; s=s1; l=200; b=x")


def reply(world: World, label: str = "LEAD-1", contact: int = 0, purpose: str = "post") -> str:
    """Return a reply address of the newest message of a record."""
    message = world.thread(label)[-1]
    return reply_token.address(
        world.installation.keyring, Token(purpose, message.id, contact, message.token_epoch), "acme.example"
    )


def outgoing(world: World) -> list[str]:
    """Return who outside is to get something."""
    rows = world.store.connection.execute("select address from delivery where contact_id is not null order by id")
    return [row[0] for row in rows]


@pytest.fixture
def opened(world: World) -> World:
    """Karin's verified mail opened LEAD-1."""
    world.deliver(world.mail(verified=True, message_id="<first@customer.example>"), LEADS)
    return world


class TestACopySentAhead:
    """Whoever is in Cc of a mail knows it, and may be faster: the mail itself must not count as a second copy."""

    @pytest.mark.parametrize(
        ("headers", "sender"),
        [
            ((), "erik@other.example"),
            ((("Auto-Submitted", "auto-generated"),), "erik@other.example"),
            ((("X-Weftmail-Loop", "this installation"),), "erik@other.example"),
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
        genuine = opened.mail(ANNA, address, "Re: chairs", "Yes, 40.\n", verified=True, message_id="<a@acme.example>")
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
        genuine = world.mail(verified=True, message_id="<q@customer.example>")
        at = genuine.index(b"From: ")
        world.deliver(genuine[:at] + b"Auto-Submitted: auto-generated\n" + genuine[at:], LEADS)
        row = world.deliver(genuine, LEADS)
        assert row.state == "filed"
        got = beyond_inbox(world.store.messages.deliveries(world.acme, row.message_id or 0))
        assert [one.user_id for one in got] == [world.anna]

    def test_a_copy_released_after_the_mail_itself_is_the_same_message(self, opened: World):
        address = reply(opened)
        genuine = opened.mail(ANNA, address, "Re: chairs", "Yes.\n", verified=True)
        held = opened.deliver(genuine.partition(b"\n")[2], address)
        opened.deliver(genuine, address)
        release(opened.store, opened.installation, held.id)
        assert opened.row(held.id).state == "duplicate"
        assert outgoing(opened) == ["karin@customer.example"]


class TestAnIdTakenByOthers:
    """A Message-ID belongs to nobody: whoever reuses one neither blocks a mail nor draws its answers away."""

    @pytest.mark.parametrize("to", ["leads", "support"])
    def test_answers_stay_where_their_author_takes_part(self, opened: World, to: str):
        for number in range(6):
            squatter = opened.mail(ERIK, text=f"Mine {number}.\n", message_id="<first@customer.example>", verified=True)
            assert opened.deliver(squatter, f"{to}@acme.example").state == "filed"
        answer = opened.mail(text="One more thing.\n", references=["<first@customer.example>"])
        row = opened.deliver(answer, LEADS)
        assert (row.state, row.record) == ("filed", "LEAD-1")

    def test_an_id_taken_before_the_mail_came(self, world: World):
        world.deliver(world.mail(ERIK, message_id="<next@customer.example>", verified=True), LEADS)
        row = world.deliver(world.mail(message_id="<next@customer.example>", verified=True), LEADS)
        assert (row.state, row.record) == ("filed", "LEAD-2")
        assert world.thread("LEAD-2")[0].flag == "id reused"
        answer = world.mail(text="More.\n", references=["<next@customer.example>"])
        assert world.deliver(answer, LEADS).record == "LEAD-2"


ROOT = Path(__file__).parents[3]


class TestNobodyActsAsAColleague:
    """The address of a colleague is not enough, nor is any proof of something else (CVE-2024-49193 and its kin)."""

    @pytest.mark.parametrize(
        "above",
        [
            "",
            verdict("dkim=pass header.d=evil.example header.i=@evil.example"),
            verdict("dkim=pass header.d=evil.example header.i=anna@acme.example"),
            verdict("dkim=pass header.d=acme.example.evil.example"),
            verdict("dkim=pass header.d=mail.acme.example"),
            verdict("dkim=pass header.d=example"),
            verdict("dkim=fail header.d=acme.example"),
            verdict("dkim=pass header.s=acme.example"),
            verdict("dkim=pass (header.d=acme.example) header.d=evil.example"),
            verdict("dmarc=pass header.from=evil.example", "spf=pass smtp.mailfrom=anna@acme.example"),
            verdict("dmarc=pass header.from=acme.example"),
            verdict("spf=pass smtp.mailfrom=acme.example", "spf=pass smtp.helo=acme.example"),
            verdict("auth=pass smtp.auth=bjorn@acme.example"),
            verdict("arc=pass header.oldest-pass=0", "dkim=none"),
            verdict("dkim=pass header.d=acme.example").replace(HOST, "mx1.acme.example.evil.example"),
            verdict("dkim=pass header.d=acme.example").replace(HOST, f"({HOST}) evil.example"),
        ],
    )
    @pytest.mark.parametrize("below", ["", verdict("dkim=pass header.d=acme.example", "auth=pass smtp.auth=anna")])
    def test_by_another_proof(self, opened: World, above: str, below: str):
        mail = opened.mail(ANNA, text="Pay here.\n").replace(b"From: ", below.encode() + b"From: ", 1)
        row = opened.deliver(above.encode() + mail, reply(opened))
        assert (row.state, row.record) == ("held", "LEAD-1")
        assert outgoing(opened) == []

    @pytest.mark.parametrize(
        "author",
        [
            "Anna <anna@acme.example>, mallory@evil.example",
            "mallory@evil.example, Anna <anna@acme.example>",
            "Anna <anna@acme.example>\nFrom: mallory@evil.example",
            "mallory@evil.example\nFROM: Anna <anna@acme.example>",
            "Team: anna@acme.example, bjorn@acme.example;",
            '"anna@acme.example" <mallory@evil.example>',
            "mallory@evil.example (Anna <anna@acme.example>)",
            "anna@acme.example <mallory@evil.example>",
            "=?utf-8?q?anna=40acme.example_=3Cx=3E?= <mallory@evil.example>",
            "=?utf-8?q?anna?=@acme.example",
            '"anna"@acme.example',
            "anna@acme.example@evil.example",
            "<@evil.example:anna@acme.example>, x@evil.example",
            "\u0430nna@acme.example",
            "anna@\u0430cme.example",
            "anna\u200b@acme.example",
            "anna@acme.example\x00.evil.example",
            "",
            "anna",
        ],
    )
    def test_by_an_odd_from(self, opened: World, author: str):
        """Even where Acme signed it: who writes one address and shows another is nobody."""
        head = verdict("dkim=pass header.d=acme.example", "dkim=pass header.d=evil.example")
        raw = head + RECEIVED.format("x") + f"From: {author}\nSubject: x\nMessage-ID: <x@y>\n\nPay here.\n"
        row = opened.deliver(raw.encode(), reply(opened))
        assert row.state == "held"
        assert outgoing(opened) == [] and len(opened.thread("LEAD-1")) == 1

    @pytest.mark.parametrize("name", ["Sender", "Reply-To", "Resent-From", "X-Original-From", "Return-Path"])
    def test_by_another_field(self, opened: World, name: str):
        mail = opened.mail(ERIK, verified=True, headers=[(name, "anna@acme.example")])
        assert opened.deliver(mail, reply(opened), "anna@acme.example").state == "held"
        assert opened.deliver(opened.mail(ERIK, headers=[(name, "anna@acme.example")]), LEADS).state == "filed"
        assert opened.thread("LEAD-2")[0].author_address == "erik@other.example"

    @pytest.mark.parametrize("how", ["inactive", "left", "reader", "other company", "address taken away"])
    def test_by_one_who_is_none_any_more(self, opened: World, how: str):
        address, store = reply(opened), opened.store
        user = store.users.get(opened.anna)
        assert user is not None
        if how == "inactive":
            store.users.set(replace(user, active=False))
        elif how == "reader":
            store.users.join(opened.acme, opened.anna, "reader")
        elif how == "address taken away":
            store.users.remove_address(opened.anna, "anna@acme.example")
        else:
            store.users.leave(opened.acme, opened.anna)
        if how == "other company":
            store.users.join(store.companies.add("Other", 2), opened.anna, "admin")
        row = opened.deliver(opened.mail(ANNA, verified=True, login="anna@acme.example"), address)
        assert (row.state, outgoing(opened)) == ("held", [])
        assert row.why.code == "held.other"

    def test_by_the_login_of_another(self, opened: World):
        mail = opened.mail(ANNA, login="bjorn@acme.example")
        assert opened.deliver(mail, reply(opened)).state == "held"


class TestASignedMailHandedOverAgain:
    """A signature says who wrote a mail and nothing of where it is handed: its readers can hand it to us, too."""

    @pytest.mark.parametrize("purpose", ["post", "note", "bounce"])
    def test_what_a_colleague_wrote_to_somebody_goes_onto_no_thread(self, opened: World, purpose: str):
        private = opened.mail(ANNA, KARIN, text="Only for you.\n", verified=True)
        row = opened.deliver(private, reply(opened, contact=1, purpose=purpose), "karin@customer.example")
        assert (row.state, row.record, outgoing(opened)) == ("held", "LEAD-1", [])

    def test_nor_does_her_answer_go_onto_another_one(self, opened: World):
        opened.deliver(opened.mail(ERIK, verified=True), LEADS)
        first, second = reply(opened), reply(opened, "LEAD-2", 2)
        answer = opened.mail(ANNA, first, text="38.\n", verified=True)
        assert opened.deliver(answer, first).state == "filed"
        assert opened.deliver(answer, second).state == "held"
        assert outgoing(opened) == ["karin@customer.example"]

    @pytest.mark.parametrize(
        ("signed", "added", "state"),
        [
            ("from:date:to:subject", "", "filed"),
            ("From : To : To : Date : Subject", "", "filed"),
            ("from:date:to:subject", "Cc: {}\n", "filed"),
            ("from:date:subject", "Cc: {}\n", "held"),
            ("from:date:cc:subject", "Cc: {}\n", "filed"),
            ("from:date:to:subject", "To: x@y.example\n", "held"),
            ("from:date:subject", "", "held"),
            ("from:to:subject", "", "held"),
            ("date:to:subject", "", "held"),
        ],
    )
    def test_a_field_that_was_not_signed_says_nothing(self, opened: World, signed: str, added: str, state: str):
        address = reply(opened, contact=1)
        mail = opened.mail(ANNA, address, verified=True, signs=signed)
        mail = mail.replace(b"From: ", f"{added.format(address)}From: ".encode(), 1)
        assert opened.deliver(mail, address).state == state

    def test_what_she_hands_to_our_own_mail_server_is_meant_for_where_it_goes(self, opened: World):
        address = reply(opened)
        hidden = opened.mail(ANNA, KARIN, text="By Bcc.\n", login="anna@acme.example")
        assert opened.deliver(hidden, address).state == "filed"
        copied = opened.mail(ANNA, KARIN, text="By Cc.\n", cc=address.upper(), verified=True)
        assert opened.deliver(copied, address).state == "filed"


class TestNobodyIsAdded:
    """Reading rights come from people, never from a mail."""

    @pytest.mark.parametrize("verified", [True, False])
    def test_no_mail_adds_a_follower_or_changes_the_customer(self, opened: World, verified: bool):
        before = opened.record("LEAD-1").customer
        cc = "bjorn@acme.example, erik@other.example"
        mail = opened.mail(cc=cc, verified=verified, headers=[("Reply-To", "erik@other.example")])
        assert opened.deliver(mail, reply(opened, contact=1)).state == "filed"
        assert [one.name for one in opened.store.records.followers(opened.acme, opened.record("LEAD-1").id)] == ["Anna"]
        assert opened.record("LEAD-1").customer == before
        people = {
            one.address: one.message_id
            for one in opened.store.records.participants(opened.acme, opened.record("LEAD-1").id)
        }
        erik = {"erik@other.example": opened.thread("LEAD-1")[-1].id} if verified else {}
        assert people == {"karin@customer.example": None, **erik}

    def test_the_ticket_trick(self, world: World):
        """A stranger signs up somewhere with one of our addresses, and reads what is confirmed there: never."""
        world.deliver(world.mail(ERIK, message_id="<mine@other.example>", verified=True), "support@acme.example")
        contact = world.store.contacts.by_address(world.acme, "erik@other.example")
        assert contact is not None
        service = "Chat <noreply@chat.example>"
        for to in ("support@acme.example", LEADS, reply(world, "TICKET-1", contact.id), reply(world, "TICKET-1")):
            for references in ([], ["<mine@other.example>"]):
                code = world.mail(
                    service, to, "Confirm your address", "Code 123456\n", verified=True, references=references
                )
                world.deliver(code, to, "noreply@chat.example")
        assert outgoing(world) == []
        assert [one.author_address for one in world.thread("TICKET-1")] == ["erik@other.example"]

    def test_what_a_company_has_is_none_in_another(self, opened: World):
        """Two companies behind one domain: token, locator, foreign id and contact of one name nothing in the other."""
        store = opened.store
        with store.transaction():
            other = store.companies.add("Other", 2)
            shared = store.domains.add("shared.example", None, True, 2)
            eva = store.users.add("Eva", "eva@other.example", 2)
            store.users.join(other, eva, "admin")
            for company, local in ((opened.acme, "acme"), (other, "other")):
                settings = AliasSettings("lead", None, None, "everyone", "", "{}")
                store.aliases.add(company, shared, local, settings, 2)
        opened.deliver(opened.mail(message_id="<s@customer.example>", verified=True), "acme@shared.example")
        here = store.messages.thread(opened.acme, store.records.all(opened.acme)[0].id)[-1]
        located = locator.mint(opened.installation.keyring, here.id, "public", "shared.example")
        for reference in ("<s@customer.example>", located):
            answer = opened.mail(references=[reference], verified=True)
            row = opened.deliver(answer, "other@shared.example")
            assert (row.company, row.state) == ("Other", "filed")
        assert len(store.messages.thread(here.company_id, here.record_id)) == 1
        row = opened.deliver(opened.mail(references=["<s@customer.example>"]), "reply@shared.example")
        assert (row.company, row.record, row.state) == (None, None, "unmatched")
        address = reply_token.address(opened.installation.keyring, Token("post", here.id), "shared.example")
        mail = opened.mail("Eva <eva@other.example>", verified=True, login="eva@other.example")
        row = opened.deliver(mail, address)
        assert (row.company, row.state) == ("Acme", "held")
        assert row.why.code == "held.other"
        assert store.contacts.by_address(other, "karin@customer.example") is not None
        assert store.records.followers(here.company_id, here.record_id) == []

    @pytest.mark.parametrize("odd", ["%", "_", "k%", "karin_", "'", "a'b", "*", "?", "[a-z]"])
    def test_no_letter_of_an_address_is_a_pattern(self, opened: World, odd: str):
        store = opened.store
        assert store.contacts.by_address(opened.acme, f"{odd}@customer.example") is None
        assert store.users.by_address(f"{odd}@acme.example") is None
        assert store.aliases.by_address(f"{odd}@acme.example") is None
        answer = opened.mail(f"<{odd}@customer.example>", references=[f"<{odd}@customer.example>"])
        assert opened.deliver(answer, f"{odd}@acme.example").state == "unmatched"


# --- content ------------------------------------------------------------------------------------------------------

HOSTILE = [
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<<script>script>alert(1)</script>",
    "<a href='java\tscript:alert(1)'>x</a><a href='&#106;avascript:alert(1)'>y</a><a href=' javascript:z'>z</a>",
    "<a href='vbscript:x'>x</a><a href='file:///etc/passwd'>y</a><a href='//evil.example'>z</a>",
    "<img src='data:image/svg+xml,<svg onload=alert(1)>'><img src='data:text/html,<script>x</script>'>",
    "<img alt='`><img src=x onerror=alert(1)>' src='cid:a&quot; onerror=&quot;x'>",
    "<div style='background:u\\rl(https://evil.example)'>x</div><p style='width:calc(1px);position:fixed;top:0'>y</p>",
    "<div style=\"color:red;/**/background:url('https://evil.example')\">x</div>",
    "<link rel=stylesheet href=https://evil.example><meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href=https://evil.example/><object data=x><embed src=x><applet code=x><video src=x onerror=alert(1)>",
    "<textarea><img src=x onerror=alert(1)></textarea><xmp><img src=x onerror=alert(1)></xmp><plaintext><img src=x>",
    "<template><img src=x onerror=alert(1)></template><select><style></select><img src=x onerror=alert(1)></style>",
    "<p id=getElementById name=body class=trigger>x</p><a name='cookie'>y</a><p/onclick=alert(1)>z</p>",
    "\x00<\x00img src=x onerror=alert(1)><img\x0bsrc=x\x0conerror=alert(1)>",
    "<!--><img src=x onerror=alert(1)>--><![CDATA[<img src=x onerror=alert(1)>]]><?php <img src=x onerror=x> ?>",
]


class Judge(HTMLParser):
    """Fails on whatever runs, loads, submits or leaves the page by itself."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in {
            "script",
            "style",
            "svg",
            "math",
            "iframe",
            "object",
            "embed",
            "form",
            "link",
            "meta",
            "base",
        }
        for name, value in attrs:
            assert not name.startswith("on") and name not in {"id", "class", "srcset", "formaction", "background"}
            if name == "href":
                assert re.match(r"(https?|mailto|tel):", value or ""), value
            if name == "src":
                assert re.match(r"cid:|data:image/(png|gif|jpeg|webp);base64,", value or ""), value
            if name == "style":
                assert not re.search(r"(?i)url|position|@|\\\\|expression", value or "")


@pytest.mark.parametrize("html", HOSTILE)
def test_hostile_html_is_harmless_and_stays_so(html: str):
    clean = sanitise(html)
    for form in (clean, sanitise(clean), sanitise(html * 3)):
        judge = Judge()
        judge.feed(form)
        judge.close()


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
    # What is shut out here took minutes.
    with at_most(400):
        assert world.deliver(raw, LEADS).state in ("filed", "held")
    world.deliver(world.mail(), LEADS)
    assert world.record("LEAD-2" if name != "50,000 reports" else "LEAD-1").title == "Quote for 40 chairs"


# --- the code itself ----------------------------------------------------------------------------------------------

SECRET = re.compile(r"mac|expected|csrf|token|secret|password|signature")


def compared(path: Path) -> list[str]:
    """Return the names of secrets that a module compares with ``==`` or ``!=``."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Compare) and any(isinstance(one, (ast.Eq, ast.NotEq)) for one in node.ops):
            sides = [one for one in (node.left, *node.comparators) if isinstance(one, (ast.Name, ast.Attribute))]
            names = [one.id if isinstance(one, ast.Name) else one.attr for one in sides]
            found += [name for name in names if SECRET.fullmatch(name)]
    return found


def test_secrets_are_compared_in_constant_time():
    modules = [
        ROOT / "store/session.py",
        *(ROOT / f"weftmail/core/tokens/{name}.py" for name in ("reply_token", "locator", "label")),
    ]
    modules += sorted((ROOT / "admin").rglob("*.py"))
    assert {path.name: compared(path) for path in modules if compared(path)} == {}
    for name in ("weftmail/core/tokens/label.py", "admin/page.py"):
        assert "hmac.compare_digest(" in (ROOT / name).read_text(encoding="utf-8")


def test_no_text_becomes_sql_and_nothing_is_matched_by_pattern():
    """Values are bound by name; no query is put together from text, and none has LIKE, GLOB or a regular expression."""
    for path in sorted((ROOT / "store/queries").glob("*.sql")):
        assert not re.search(r"(?i)\b(like|glob|regexp|match)\b", re.sub(r"--.*", "", path.read_text())), path.name
    modules = [one for top in ("weftmail", "store", "admin") for one in (ROOT / top).rglob("*.py")]
    for path in modules:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                made = bool(node.args) and isinstance(node.args[0], (ast.JoinedStr, ast.BinOp))
                assert not (node.func.attr.startswith("execute") and made), path


def test_every_test_that_the_security_page_names_is_there():
    """The page is a promise: a row without its test would be an empty one."""
    page = (ROOT / "docs/security.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:unit(?:/\w+)*|e2e|admin|store)/test_\w+\.py)::((?:Test\w+::)?(?:Test|test_)\w+)`", page)
    assert len(named) > 60 and len(named) == page.count(".py::")
    have: dict[str, set[str]] = {}
    for file, names in named:
        if file not in have:
            tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
            have[file] = {one.name for one in ast.walk(tree) if isinstance(one, (ast.FunctionDef, ast.ClassDef))}
        assert have[file].issuperset(names.split("::")), f"{file} has no {names}"
    threats = page.partition("## Threats")[2]
    rows = [line for line in threats.splitlines() if line.startswith("| ") and "|---" not in line]
    assert all(re.search(r"\.py::(?:Test|test_)", line) or "| held by |" in line for line in rows)
