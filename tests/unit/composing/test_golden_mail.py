"""Whole mails as they leave, byte for byte: a notification in each language, the same message for somebody outside.

``golden/KIND-LANGUAGE.eml`` are our own.  ``python -m tests.unit.composing.test_golden_mail`` writes them anew.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.composing.test_cutting import NOTICE
from weftmail.core.address import Mailbox
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
NOTE = replace(
    NOTICE, kind="note", author="Björn Lund", outsiders=(), answer=Answer(inside=("Anna Berg", "Björn Lund"))
)
COPIES: dict[str, Copy] = {
    "notification-en": ForColleagues("reply+x@in.acme.example", NOTICE),
    "notification-sv": ForColleagues("reply+x@in.acme.example", replace(NOTICE, language=language("sv"))),
    "unverified-en": ForColleagues("reply+x@in.acme.example", replace(NOTICE, verified=False)),
    "note-en": ForColleagues("reply+x@in.acme.example", NOTE),
    "note-sv": ForColleagues("reply+x@in.acme.example", replace(NOTE, language=language("sv"))),
    "outsider-en": ForOutsider(Mailbox("Acme Sales", "reply+y@in.acme.example"), ("Anna Berg", "Acme Sales")),
}


@pytest.mark.parametrize("name", COPIES)
def test_it_leaves_as_it_did(name: str) -> None:
    assert compose(LETTER, COPIES[name]) == (GOLDEN / f"{name}.eml").read_bytes()


def test_each_file_is_compared() -> None:
    assert {path.stem for path in GOLDEN.glob("*.eml")} == set(COPIES)


if __name__ == "__main__":
    for name, copy in COPIES.items():
        (GOLDEN / f"{name}.eml").write_bytes(compose(LETTER, copy))
