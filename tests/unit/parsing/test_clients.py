"""Answers and forwards as mail programs write them, in their users' languages.

``replies.txt`` has, for each program, the new words and what the program put below them (or the whole text);
``forwards.txt`` what it makes of a mail by Erik that Karin sends on, with the subject.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from weftmail.core.address import Mailbox
from weftmail.core.parsing.forward import find
from weftmail.core.parsing.quote import new_words

HERE = Path(__file__).parent
_REPLIES = (HERE / "replies.txt").read_text(encoding="utf-8")
_FORWARDS = (HERE / "forwards.txt").read_text(encoding="utf-8")
REPLIES = [
    re.fullmatch(r"(.+?)\n(.*?)\n--- \{(\w+)\}\n?(.*)", one, re.S)
    for one in re.split(r"^=== ", _REPLIES, flags=re.M)[1:]
]
FORWARDS = [one.split("\n", 1) for one in re.split(r"^=== ", _FORWARDS, flags=re.M)[1:]]


def test_all_of_the_tables_is_read() -> None:
    assert None not in REPLIES and len(REPLIES) >= 95 and len(FORWARDS) >= 50


@pytest.mark.parametrize("row", REPLIES, ids=lambda row: row[1])
def test_the_new_words_are_what_the_author_added(row: re.Match[str]) -> None:
    _, words, form, below = row.groups()
    text = below if form == "whole" else f"{words}\n\n{below}"
    assert new_words(text).split() == words.split()


@pytest.mark.parametrize("row", FORWARDS, ids=lambda row: row[0])
def test_the_first_sender_is_found(row: list[str]) -> None:
    found = find(row[1], row[0].split(" | ")[1], [])
    assert found is not None and found.from_ == Mailbox("Erik Ek", "erik@other.example")
