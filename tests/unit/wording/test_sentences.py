"""Every phrase of the product has its sentence, every sentence its phrase, and both have the same values."""

from __future__ import annotations

import string
from pathlib import Path

import pytest

from tests.unit.wording.codes import TOP, Used, used
from weftmail.core.routing.rules import RULES
from weftmail.core.wording.language import ENGLISH, ONLY_ENGLISH, Language
from weftmail.core.wording.phrase import Phrase, Plural, Sentence
from weftmail.core.wording.routing import RULE_NAMES
from weftmail.core.wording.sentences import SENTENCES, say, say_rule

USED = list(used())


def placeholders(sentence: Sentence) -> set[str]:
    texts = (sentence.one, sentence.many) if isinstance(sentence, Plural) else (sentence,)
    return {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_phrase_names_its_sentence_and_its_values_where_it_is_made() -> None:
    assert len(USED) > 50
    assert [one.where for one in USED if one.code is None or one.values is None] == []


def test_no_sentence_is_missing_and_none_is_unused() -> None:
    assert {one.code for one in USED} == set(SENTENCES)


def test_the_placeholders_of_a_sentence_are_the_values_of_its_phrase() -> None:
    assert [one for one in USED if not _fits(one)] == []


def _fits(one: Used) -> bool:
    """A refusal may hold more than its sentence says: the next step of the command line names it.

    The seed of a link, and the path of a page, stand beside the sentence that the link follows, and are said by nobody.
    """
    assert one.code is not None and one.values is not None
    wanted = placeholders(SENTENCES[one.code])
    return wanted <= one.values if one.refusal else wanted == one.values - {"seed", "path"}


def test_both_forms_of_a_sentence_that_counts_say_the_count() -> None:
    plurals = [one for one in SENTENCES.values() if isinstance(one, Plural)]
    assert plurals
    assert all("{count}" in one.one and "{count}" in one.many for one in plurals)


def test_each_code_stands_in_one_table_once() -> None:
    # What fields are called in the history are words, and no codes.
    tables = [one for one in Path(TOP / "weftmail/core/wording").glob("*.py") if one.name != "changes.py"]
    text = "".join(one.read_text(encoding="utf-8") for one in tables)
    assert [code for code in SENTENCES if text.count(f'    "{code}": ') > 1 and code not in RULE_NAMES] == []


def test_every_rule_has_a_name() -> None:
    assert set(RULE_NAMES) == {*RULES, "review", "handed over before", "ceiling", "turns", "own lines", "crossing"}
    assert say_rule("loop") == "loop"
    assert say_rule("a rule of a later version") == "a rule of a later version"


@pytest.mark.parametrize(
    ("phrase", "words"),
    [
        (Phrase("alias.removed", {"alias": "a@acme.example"}), "a@acme.example was removed"),
        (Phrase("loop.hops", {"count": 51}), "51 Received fields: it may go round in circles"),
        (Phrase("loop.hops", {"count": 1}), "1 Received field: it may go round in circles"),
        (
            Phrase("report.found", {"kind": Phrase("report.kind.bounce"), "record": "LEAD-1"}),
            "a bounce by the return path of a message on LEAD-1",
        ),
        (Phrase("alias.removed"), "alias was removed"),
        (Phrase("of a later version", {"x": 1}), "of a later version"),
        (Phrase("alias.removed", {"alias": "{record} {0} %s"}), "{record} {0} %s was removed"),
    ],
)
def test_a_phrase_is_said(phrase: Phrase, words: str) -> None:
    assert say(phrase) == words
    assert Phrase.from_json(phrase.as_json()) == phrase


def test_a_phrase_inside_a_phrase_is_said_in_the_same_language() -> None:
    loud = Language("xx", str.upper, lambda one, many, count: (one if count == 1 else many).upper())
    found = Phrase("judged", {"how": Phrase("held.note"), "then": Phrase("who.other")})
    said = say(found, loud)
    assert said == said.upper() or said == "HOW; THEN"
    assert ONLY_ENGLISH.of("sv") is ENGLISH
