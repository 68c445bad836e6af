"""What is said of a message that has no words, or none that can be read here."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from weftmail.core.composing.wordless import instead_of_words
from weftmail.core.wording.sentences import say


@dataclass(frozen=True)
class Held:
    filename: str
    content_type: str = "application/pdf"


PDF, SEALED = Held("plan.pdf"), Held("smime.p7m", "application/pkcs7-mime")


@pytest.mark.parametrize(
    ("words", "files", "said"),
    [
        ("Hej", [PDF], ""),
        (" \n", [], "This message has no text and no files."),
        ("", [PDF, Held("ritning.dwg")], "This message has no text. It holds: plan.pdf, ritning.dwg"),
        ("", [PDF] * 11, "This message has no text. It holds: " + "plan.pdf, " * 10 + "\u2026"),
        ("", [PDF, SEALED], "This message is encrypted (S/MIME). Open smime.p7m in a mail program"),
        ("", [Held("x", "application/pgp-encrypted")], "This message is encrypted (PGP)."),
        ("-----BEGIN PGP MESSAGE-----\n\nhQEM", [], "This message is encrypted (PGP)."),
        ("A list's footer", [SEALED], "This message is encrypted (S/MIME)."),
    ],
)
def test_what_is_said(words: str, files: list[Held], said: str) -> None:
    found = instead_of_words(words, files)
    assert (say(found) if found else "").startswith(said) and bool(found) is bool(said)
