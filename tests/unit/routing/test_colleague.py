"""How far a signature of their domain proves a colleague's mail, and why it does not."""

from __future__ import annotations

import pytest

from tests.unit.mail import mail
from weftmail.core.address import Mailbox
from weftmail.core.envelope import Envelope
from weftmail.core.parsing.dkim_tags import SignatureField, Signers
from weftmail.core.routing import colleague
from weftmail.core.wording.phrase import Phrase

GOOD = SignatureField("acme.example", "acme.example", (), False, True)
ACME = "acme.example"


def signed(*signatures: SignatureField, flaws: tuple[str, ...] = ()) -> Signers:
    return Signers((), signatures, flaws)


def field(**changes: object) -> SignatureField:
    known: dict[str, object] = {
        "domain": ACME, "identity": ACME, "leaves_out": (), "partial": False, "agrees": True, **changes,
    }  # fmt: skip
    return SignatureField(**known)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("signers", "why"),
    [
        (signed(GOOD), None),
        (signed(field(domain="ACME.example", identity="x")), None),
        (signed(field(domain="x.example", identity="Acme.Example")), None),
        (signed(GOOD, flaws=("control",)), Phrase("held.signed.control")),
        (signed(GOOD, flaws=("stray",)), Phrase("held.signed.stray")),
        (signed(GOOD, flaws=("many",)), Phrase("held.signed.many")),
        (signed(GOOD, flaws=("twice reply-to",)), Phrase("held.signed.twice", {"field": "Reply-To"})),
        (signed(GOOD, flaws=("mended message-id",)), Phrase("held.signed.mended", {"field": "Message-ID"})),
        (signed(GOOD, flaws=("twice mime-version", "many")), Phrase("held.signed.twice", {"field": "MIME-Version"})),
        (signed(), Phrase("held.signed.elsewhere", {"domain": ACME})),
        (signed(field(domain="..", identity="@")), Phrase("held.signed.elsewhere", {"domain": ACME})),
        (signed(GOOD, field(partial=True)), Phrase("held.signed.partial", {"domain": ACME})),
        (signed(GOOD, field(agrees=False)), Phrase("held.signed.body", {"domain": ACME})),
        (
            signed(GOOD, field(leaves_out=("subject", "date", "to"))),
            Phrase("held.signed.uncovered", {"domain": ACME, "fields": "Date, Subject"}),
        ),
        (signed(field(leaves_out=("to", "cc"))), None),
        (signed(GOOD, field(domain="x.example", identity="x.example", partial=True, agrees=False)), None),
    ],
)
def test_why_a_signed_mail_is_not_a_colleagues(signers: Signers, why: Phrase | None) -> None:
    assert colleague.doubt(mail(signers=signers), ACME) == why


def test_what_any_signature_of_the_domain_leaves_out_is_left_out() -> None:
    found = signed(
        field(leaves_out=("to",)),
        field(leaves_out=("cc",)),
        field(domain="x.example", identity="x", leaves_out=("date",)),
    )
    assert colleague.left_out(found, ACME) == {"to", "cc"}


@pytest.mark.parametrize(
    ("name", "member"),
    [
        ("to", "to"),
        ("cc", "cc"),
        ("reply-to", "reply_to"),
        ("in-reply-to", "in_reply_to"),
        ("references", "references"),
    ],
)
def test_what_is_left_out_is_not_believed(name: str, member: str) -> None:
    box = (Mailbox("", "a@b.example"),)
    whole = mail(to=box, cc=box, reply_to=box, in_reply_to=("<1@x>",), references=("<1@x>",))
    changed = colleague.covered(whole, frozenset({name, "x-other"}))
    others = {"to", "cc", "reply_to", "in_reply_to", "references"} - {member}
    assert getattr(changed, member) == () and all(getattr(changed, one) == getattr(whole, one) for one in others)
    assert colleague.covered(whole, frozenset({"x-other"})) is whole


@pytest.mark.parametrize(
    ("to", "cc", "meant"),
    [
        ("Leads@acme.example", "", True), ("x@y.example", "leads@ACME.example", True), ("old@acme.example", "", True),
        ("x@y.example", "z@y.example", False), ("", "", False),
    ],
)  # fmt: skip
def test_it_was_meant_to_come_where_it_came(to: str, cc: str, meant: bool) -> None:
    boxes = {"to": tuple(Mailbox("", one) for one in [to] if one), "cc": tuple(Mailbox("", one) for one in [cc] if one)}
    envelope = Envelope("leads@acme.example", "anna@acme.example", original_recipient="old@acme.example")
    assert colleague.addressed(envelope, mail(**boxes)) == meant


def test_fields_are_named_as_people_write_them() -> None:
    assert [colleague.shown(one) for one in ("reply-to", "message-id", "mime-version")] == [
        "Reply-To", "Message-ID", "MIME-Version",
    ]  # fmt: skip
