"""Letters and replies of servers that have a style of their own: who failed, and whether for good or not.

``letters.txt`` has the letters, by what they are, whose style, and title; ``diagnostics.tsv`` what far servers say in a
report, beside the status that the reporting server states.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.unit.reports.test_forms import ERIK, hard, letter, report

HERE = Path(__file__).parent
LETTERS = re.findall(
    r"^=== (\w+) \| (.+?) \| (.+)\n((?:(?!=== ).*\n)+)", (HERE / "letters.txt").read_text(encoding="utf-8"), re.M
)
REPLIES = [line.split("\t") for line in (HERE / "diagnostics.tsv").read_text(encoding="utf-8").splitlines()]
AUTHORS = ("MAILER-DAEMON@mx.other.example", "postmaster@other.example", "Mail Delivery <mailer-daemon@mail.example>")


def test_all_of_the_table_is_read() -> None:
    assert len(LETTERS) == (HERE / "letters.txt").read_text(encoding="utf-8").count("=== ") >= 80
    assert {len(row) for row in REPLIES} == {3} and len(REPLIES) >= 120


@pytest.mark.parametrize("author", AUTHORS)
@pytest.mark.parametrize(("what", "name", "subject", "body"), LETTERS)
def test_a_letter_says_who_failed_and_whether_for_good(
    what: str, name: str, subject: str, body: str, author: str
) -> None:
    message = letter(body, author, subject)
    assert message.report is not None, name
    assert {one.address: one.hard for one in message.report.recipients} == {ERIK: what == "hard"}
    assert message.kind == ("delay" if what == "delay" else "bounce")


@pytest.mark.parametrize(("what", "status", "said"), REPLIES)
def test_a_reply_tells_against_the_address_or_does_not(what: str, status: str, said: str) -> None:
    assert hard(report(f"smtp; {said}", status=status)) == (what == "hard")
