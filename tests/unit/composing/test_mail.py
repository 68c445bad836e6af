"""Composing: the mail reads back as exactly what was meant, whatever stands in the values."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import replace
from email.message import Message

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.thorough import examples
from weftmail.core.address import BadAddress, Mailbox
from weftmail.core.composing import mail
from weftmail.core.composing.mail import Attached, ForColleagues, ForOutsider, Letter, compose
from weftmail.core.composing.notification import Answer, Notice
from weftmail.core.parsing import header
from weftmail.core.tokens import keys, reply_token
from weftmail.core.tokens.reply_token import Token

RING = keys.single(bytes(range(32)))
OWN = reply_token.address(RING, Token("post", 298), "in.acme.example")
OTHERS = reply_token.address(RING, Token("post", 298, 17), "in.acme.example")
NOTICE = Notice(
    kind="received",
    number="LEAD-298",
    title="Quote for 40 chairs",
    url="https://weft.acme.example/records/LEAD-298",
    author="Karin Ek",
    author_address="karin@customer.example",
    verified=True,
    outsiders=("Erik Ek <erik@other.example>",),
    answer=Answer(("Karin Ek",), ("Erik Ek",), "Acme Sales"),
)
LETTER = Letter(
    message_id="<abcdefghijklmnopqrstuvwxyz234567@in.acme.example>",
    from_=Mailbox("Karin Ek via Acme Sales", "sales@acme.example"),
    subject="Re: Quote for 40 chairs",
    text="Could you do 38 instead?\nDrawing attached.\n",
    date=1_790_000_000_000,
    loop="installation-1",
    to=(Mailbox("Karin Ek", "karin@customer.example"),),
    cc=(Mailbox("Erik Ek", "erik@other.example"),),
    in_reply_to="<b@customer.example>",
    references=("<a@customer.example>", "<b@customer.example>"),
)
COLLEAGUES = ForColleagues(OWN, NOTICE)
OUTSIDER = ForOutsider(Mailbox("Acme Sales", OWN), ("Anna Berg", "Acme Sales"))


def parse(data: bytes) -> Message:
    assert b"\r" not in data.replace(b"\r\n", b"") and b"\n" not in data.replace(b"\r\n", b"")
    assert all(len(line) <= 998 for line in data.split(b"\r\n"))
    parsed: Message = email.message_from_bytes(data, policy=email.policy.compat32)
    assert not any(part.defects for part in parsed.walk())
    return parsed


def kinds(mail: Message) -> list[str]:
    return [part.get_content_type() for part in mail.walk()]


def body(mail: Message, kind: str) -> str:
    for part in mail.walk():
        if part.get_content_type() == kind:
            data = part.get_payload(decode=True)
            assert isinstance(data, bytes)
            return data.decode("utf-8").replace("\r\n", "\n")
    raise AssertionError(kind)


def test_the_colleagues_copy() -> None:
    mail = parse(compose(LETTER, COLLEAGUES))
    assert dict(mail.items()) == {
        "From": "Karin Ek via Acme Sales <sales@acme.example>",
        "To": f"LEAD-298 Quote for 40 chairs <{OWN}>",
        "Reply-To": f"LEAD-298 Quote for 40 chairs <{OWN}>",
        "Subject": "Re: Quote for 40 chairs",
        "Date": "Mon, 21 Sep 2026 14:13:20 +0000",
        "Message-ID": "<abcdefghijklmnopqrstuvwxyz234567@in.acme.example>",
        "In-Reply-To": "<b@customer.example>",
        "References": "<a@customer.example>\r\n <b@customer.example>",
        "X-Weftmail-Loop": "installation-1",
        "X-Weftmail-Hops": "1",
        "MIME-Version": "1.0",
        "Content-Type": mail["Content-Type"],
    }
    assert kinds(mail) == ["multipart/alternative", "text/plain", "text/html"]
    text = body(mail, "text/plain")
    assert text.startswith("--- Reply above this line ---\n\nKarin Ek wrote on LEAD-298")
    assert "Could you do 38 instead?" in text and "Erik Ek <erik@other.example>" in text
    assert "Could you do 38 instead?<br>\nDrawing attached." in body(mail, "text/html")


def test_the_outsiders_copy_has_to_cc_text_and_sign_off_and_nothing_of_ours() -> None:
    mail = parse(compose(LETTER, OUTSIDER))
    assert (mail["To"], mail["Cc"]) == ("Karin Ek <karin@customer.example>", "Erik Ek <erik@other.example>")
    assert mail["Reply-To"] == f"Acme Sales <{OWN}>"
    assert body(mail, "text/plain") == ("Could you do 38 instead?\nDrawing attached.\n\n-- \nAnna Berg\nAcme Sales\n")
    page = body(mail, "text/html")
    assert "-- <br>\nAnna Berg<br>\nAcme Sales" in page and "LEAD-298" not in page and "Open" not in page
    plain = parse(compose(LETTER, replace(OUTSIDER, sign_off=())))
    assert body(plain, "text/plain") == LETTER.text


def test_pictures_stay_with_the_page_and_files_with_the_mail() -> None:
    files = (
        Attached("plan å.pdf", "application/pdf", b"%PDF" * 100),
        Attached("logo.png", "image/png; name=x", b"\x89PNG", "logo@1", inline=True),
        Attached("a mail.eml", "message/rfc822", b"From: x\n\nbody\n"),
        Attached("", "multipart/mixed; boundary=x", b"", inline=True),
    )
    letter = replace(LETTER, attachments=files, html='<p>Hi <img src="cid:logo@1"></p>')
    mail = parse(compose(letter, OUTSIDER))
    assert kinds(mail) == [
        "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
        "application/pdf", "application/octet-stream", "application/octet-stream",
    ]  # fmt: skip
    found = {header.parameters(part["Content-Disposition"])[1]["filename"]: part for part in list(mail.walk())[5:]}
    assert list(found) == ["logo.png", "plan å.pdf", "a mail.eml", "file"]
    assert found["logo.png"]["Content-ID"] == "<logo@1>"
    assert found["plan å.pdf"].get_payload(decode=True) == b"%PDF" * 100
    assert found["a mail.eml"].get_payload(decode=True) == b"From: x\n\nbody\n"
    only_text = parse(compose(replace(letter, html=None), OUTSIDER))
    assert "multipart/related" not in kinds(only_text) and "image/png" in kinds(only_text)


def test_what_no_person_wrote_says_so_and_a_list_names_itself() -> None:
    mail = parse(compose(replace(LETTER, automatic=True, list_id="<sales.in.acme.example>"), COLLEAGUES))
    assert mail["Auto-Submitted"] == "auto-generated" and mail["List-Id"] == "<sales.in.acme.example>"


def test_the_same_values_give_the_same_bytes() -> None:
    assert compose(LETTER, COLLEAGUES) == compose(LETTER, COLLEAGUES)
    assert compose(LETTER, COLLEAGUES) != compose(replace(LETTER, text="x"), COLLEAGUES)


@pytest.mark.parametrize(
    ("subject", "line"),
    [
        ("Quote", "Quote"),
        ("Re: Quote", "Re: Quote"),
        ("RE: SV: re[2]: Quote", "Re: Quote"),
        ("Regarding: x", "Regarding: x"),
        ("Fwd: Re: x", "Fwd: Re: x"),
        ("a\r\nBcc: x", "a Bcc: x"),
        ("", ""),
    ],
)
def test_subject_as_written_with_one_re(subject: str, line: str) -> None:
    assert mail.subject_line(subject) == line


@pytest.mark.parametrize(
    "text", ["å" * 4000, "Hallå där " * 300, "x" * 5000, "日本語\n" * 900, ".\n..\nFrom x\n \n", ""]
)
def test_any_text_comes_back_whole_in_short_ascii_lines(text: str) -> None:
    data = compose(replace(LETTER, text=text, subject=text[:50]), replace(OUTSIDER, sign_off=()))
    assert data.isascii() and max(map(len, data.split(b"\r\n"))) <= 100
    assert body(parse(data), "text/plain") == text
    assert b"\r\nFrom x" not in data and b"\r\n.\r\n" not in data


def test_html_of_shows_text_as_it_stands() -> None:
    assert mail.html_of("a <b>\n  c   d\n") == "<div>a &lt;b&gt;<br>\n&nbsp; c&nbsp;&nbsp; d</div>"


def test_no_reply_token_leaves_but_the_recipients_own() -> None:
    letter = replace(
        LETTER,
        subject=f"Fwd {OTHERS}",
        text=f"> To: {OTHERS}\n> {OTHERS.upper()}",
        html=f'<a href="mailto:{OTHERS}">{OTHERS}</a>',
        from_=Mailbox(f"x {OTHERS}", "sales@acme.example"),
        to=(Mailbox(OTHERS, "karin@customer.example"), Mailbox("x", OTHERS)),
        in_reply_to=f"<{OTHERS}>",
        references=(f"<{OTHERS}>", "<a@b>"),
        attachments=(
            Attached(f"{OTHERS}.txt", f"application/{OTHERS.partition('@')[0]}", b"x", OTHERS),
            Attached("\x01".join(OTHERS), "image/png", b"x", f"<{OTHERS}>", inline=True),
        ),
    )
    notice = replace(NOTICE, title=OTHERS, author=OTHERS, outsiders=(OTHERS,))
    secret, own = OTHERS.split("@")[0].split("+")[1], OWN.split("@")[0].split("+")[1]
    for copy in (ForColleagues(OWN, notice), replace(OUTSIDER, sign_off=(OTHERS,))):
        mail = parse(compose(letter, copy))
        heads = "\n".join(header.text(value) for part in mail.walk() for value in part.values())
        texts = body(mail, "text/plain") + body(mail, "text/html")
        assert secret not in (heads + texts).lower()
        assert own in heads and own not in texts
        assert not any(part["Content-ID"] for part in mail.walk())
        assert mail["In-Reply-To"] is None and mail["References"] == "<a@b>"


def test_addresses_that_cannot_be_are_refused_or_left_out() -> None:
    with pytest.raises(BadAddress):
        compose(replace(LETTER, from_=Mailbox("x", "a@b\r\nBcc: c@d.example")), COLLEAGUES)
    with pytest.raises(BadAddress):
        compose(LETTER, replace(COLLEAGUES, reply_to=""))
    mail = parse(compose(replace(LETTER, to=(Mailbox("x", "not one"),), cc=()), OUTSIDER))
    assert mail["To"] is None and mail["Cc"] is None


def test_only_an_address_beyond_ascii_makes_headers_beyond_ascii() -> None:
    letter = replace(LETTER, to=(Mailbox("Jösé", "jösé@exämple.example"),), text="åäö")
    data = compose(letter, OUTSIDER)
    head, _, rest = data.partition(b"\r\n\r\n")
    assert "<jösé@xn--exmple-cua.example>" in head.decode("utf-8")
    assert rest.isascii()


NASTY = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(["\r\n", "\n", "\r", "\0", "\u0085", "\u2028", "\x0b", "Bcc: evil@evil.example", " ", ":", "å",
                         '"', "=?utf-8?q?=0D=0A?=", "<", ">", ",", ";", "\\", "(", "\t", "x" * 90]),
        max_size=12,
    ).map("".join),
)  # fmt: skip
EXPECTED = ["From", "To", "Cc", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "List-Id",
            "X-Weftmail-Loop", "X-Weftmail-Hops", "MIME-Version", "Content-Type"]  # fmt: skip


@settings(max_examples=examples(150))
@given(st.tuples(*[NASTY] * 12))
def test_no_value_can_add_a_header_or_change_another(made: tuple[str, ...]) -> None:
    name, subject, text, to, cc, loop, list_id, file, kind, cid, title, ident = made
    letter = replace(
        LETTER,
        from_=Mailbox(name, "sales@acme.example"),
        subject=f"s{subject}",
        text=text,
        to=(Mailbox(to, "karin@customer.example"), Mailbox("", f"{ident}@customer.example")),
        cc=(Mailbox(cc, "erik@other.example"),),
        loop=f"h{loop}",
        list_id=f"l{list_id}",
        references=("<a@b>", ident, f"<{ident}>"),
        in_reply_to="<b@c>",
        attachments=(Attached(file, kind, b"x", cid, inline=True),),
    )
    mail = parse(compose(letter, replace(OUTSIDER, reply_to=Mailbox(title, OWN), sign_off=(title,))))
    assert mail.keys() == EXPECTED
    raw = dict(mail.raw_items())
    assert header.mailboxes(mail["From"]) == (Mailbox(header.clean(name)[:200].strip(), "sales@acme.example"),)
    assert header.mailboxes(mail["Cc"]) == (Mailbox(header.clean(cc)[:200].strip(), "erik@other.example"),)
    assert header.mailboxes(raw["To"])[0] == Mailbox(header.clean(to)[:200].strip(), "karin@customer.example")
    assert [box.address for box in header.mailboxes(mail["Reply-To"])] == [OWN]
    assert header.text(mail["Subject"]) == header.clean(f"s{subject}")
    assert re.fullmatch(r"<a@b>(\r\n <[^<>\s]+>)?", mail["References"])
    for part in list(mail.walk())[1:]:
        assert set(part.keys()) <= {"Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "Content-ID"}
    shared = parse(compose(letter, ForColleagues(OWN, replace(NOTICE, title=title, author=name))))
    assert shared.keys() == [each for each in EXPECTED if each != "Cc"]
    assert [box.address for box in header.mailboxes(shared["To"])] == [OWN]
