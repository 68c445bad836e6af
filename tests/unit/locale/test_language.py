"""Which languages there are, what they say, and which one a browser gets; programs that file mail pay nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest

from weftmail.core.wording.language import ENGLISH
from weftmail.core.wording.phrase import Phrase
from weftmail.core.wording.sentences import say, say_rule
from weftmail.locale import LANGUAGES, accepted, language


def test_a_phrase_is_said_in_swedish() -> None:
    swedish = language("sv")
    assert swedish.code == "sv" and LANGUAGES.of("sv") is swedish
    assert say(Phrase("alias.removed", {"alias": "a@acme.example"}), swedish) == "a@acme.example har tagits bort"
    assert say(Phrase("error.died", {"count": 1}), swedish).endswith("kraschat 1 gång")
    assert say(Phrase("error.died", {"count": 3}), swedish).endswith("kraschat 3 gånger")
    found = Phrase("report.found", {"kind": Phrase("report.kind.bounce"), "record": "LEAD-1"})
    assert say(found, swedish) == "en studs via returadressen för ett meddelande i LEAD-1"
    assert say_rule("alias", swedish) == "alias"


@pytest.mark.parametrize("code", ["en", "xx", "", "../sv", "SV"])
def test_any_other_code_is_english(code: str) -> None:
    assert language(code) is ENGLISH


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "en"),
        ("sv", "sv"),
        ("sv-SE,sv;q=0.9,en;q=0.8", "sv"),
        ("SV-fi", "sv"),
        ("en-GB,en;q=0.9,sv;q=0.5", "en"),
        ("de,fr;q=0.9", "en"),
        ("de, sv;q=0.3", "sv"),
        ("sv;q=0, en", "en"),
        ("sv;q=0", "en"),
        ("en;q=0.2, sv; q=0.7", "sv"),
        ("sv;q=x", "en"),
        ("*", "en"),
        ("," * 1000 + "sv", "en"),
    ],
)
def test_a_browser_gets_what_it_asks_for(header: str, code: str) -> None:
    assert accepted(header) == code


def test_babel_and_jinja_are_not_imported_before_they_are_needed() -> None:
    program = (
        "import sys; import weftmail.flow.settle, weftmail.flow.copy, weftmail.locale, weftmail.locale.dates;"
        "print([one for one in ('babel', 'jinja2') if one in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout == b"[]\n"
