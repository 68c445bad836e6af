"""Whole mails as they leave, byte for byte: a notification in each language, the same message for somebody outside.

``golden/KIND-LANGUAGE.eml`` are our own.  ``python -m tests.unit.composing.test_golden_mail`` writes them anew.
"""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.composing.test_cutting import NOTICE
from weftmail.core.address import Mailbox
from weftmail.core.composing.formatting import plain
from weftmail.core.composing.mail import Attached, Copy, ForColleagues, ForOutsider, Letter, compose
from weftmail.core.composing.notification import Answer
from weftmail.core.parsing.html import sanitise
from weftmail.locale import language

GOLDEN = Path(__file__).parent / "golden"
LETTER = Letter(
    message_id="<abcdefghijklmnopqrstuvwxyz234567@in.acme.example>",
    from_=Mailbox("Karin Ek via Acme Sales", "sales@acme.example"),
    subject="Re: Quote for 40 chairs",
    text="Could you do 38 instead?\n\noak  38\n",
    date=1_790_000_000_000,
    loop="installation-1",
    to=(Mailbox("Karin Ek", "karin@customer.example"),),
    html=sanitise("<p>Could you do <b>38</b> instead?</p><table border=1><tr><td>oak</td><td>38</td></tr></table>"),
    attachments=(Attached("plan.pdf", "application/pdf", b"%PDF-1.4 a plan"),),
)
COMPOSED = (
    "<div>We have <strong>38</strong>:</div><ul><li><div>oak</div></li><li><div>ash</div></li></ul>"
    '<blockquote style="margin:0 0 0 0.5em;padding-left:0.8em;border-left:2px solid #98a2b3"><div>How many?</div>'
    '</blockquote><div><img src="cid:abc@part.invalid" alt="A chair" style="max-width:100%"></div>'
)
FORMATTED = replace(
    LETTER,
    from_=Mailbox("Anna Berg via Acme Sales", "sales@acme.example"),
    text=plain(COMPOSED),
    html=sanitise(COMPOSED),
    attachments=(
        Attached("chair.png", "image/png", b"\x89PNG\r\n\x1a\n", "abc@part.invalid", inline=True),
        *LETTER.attachments,
    ),
)
"""What somebody formatted in the composer, with an image among the words and a file."""
NOTE = replace(
    NOTICE, kind="note", author="Björn Lund", outsiders=(), answer=Answer(inside=("Anna Berg", "Björn Lund"))
)
COPIES: dict[str, Copy] = {
    "notification-en": ForColleagues("reply+x@in.acme.example", NOTICE),
    "notification-sv": ForColleagues("reply+x@in.acme.example", replace(NOTICE, language=language("sv"))),
    "unverified-en": ForColleagues("reply+x@in.acme.example", replace(NOTICE, verified=False)),
    "note-en": ForColleagues("reply+x@in.acme.example", NOTE),
    "note-sv": ForColleagues("reply+x@in.acme.example", replace(NOTE, language=language("sv"))),
    "outsider-formatted": ForOutsider(Mailbox("Acme Sales", "reply+y@in.acme.example"), ("Anna Berg", "Acme Sales")),
    "formatted-sv": ForColleagues("reply+x@in.acme.example", replace(NOTICE, kind="post", language=language("sv"))),
    "outsider-en": ForOutsider(Mailbox("Acme Sales", "reply+y@in.acme.example"), ("Anna Berg", "Acme Sales")),
}


def letter(name: str) -> Letter:
    """Return what the copy of this name is made of."""
    return FORMATTED if "formatted" in name else LETTER


@pytest.mark.parametrize("name", COPIES)
def test_it_leaves_as_it_did(name: str) -> None:
    assert compose(letter(name), COPIES[name]) == (GOLDEN / f"{name}.eml").read_bytes()


def test_formatted_words_leave_as_text_first_and_as_html_with_the_image_beside_it() -> None:
    mail = email.message_from_bytes((GOLDEN / "outsider-formatted.eml").read_bytes(), policy=email.policy.default)
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
        "application/pdf",
    ]  # fmt: skip
    text, page, image = (
        part for part in mail.walk() if part.get_content_type() in ("text/plain", "text/html", "image/png")
    )
    assert text.get_content().splitlines()[:5] == ["We have 38:", "- oak", "- ash", "> How many?", "[A chair]"]
    assert "cid:abc@part.invalid" in page.get_content() and image["Content-ID"] == "<abc@part.invalid>"
    assert image.get_content_disposition() == "inline" and not mail.defects


def test_each_file_is_compared() -> None:
    assert {path.stem for path in GOLDEN.glob("*.eml")} == set(COPIES)


if __name__ == "__main__":
    for name, copy in COPIES.items():
        (GOLDEN / f"{name}.eml").write_bytes(compose(letter(name), copy))
