"""What the command line says of a refusal: the sentence, the command that comes next, and the status."""

from __future__ import annotations

import string
from collections import defaultdict

import pytest

from tests.unit.wording.codes import used
from weftmail.cli.refusals import MEANINGLESS, STEPS, carried_out, failure
from weftmail.core.failure import UsageError
from weftmail.core.wording.phrase import Phrase
from weftmail.core.wording.refusals import REFUSALS
from weftmail.core.wording.sentences import say
from weftmail.flow.refusal import Refusal

VALUES: defaultdict[str, list[frozenset[str]]] = defaultdict(list)
for _one in used():
    if _one.refusal and _one.code is not None and _one.values is not None:
        VALUES[_one.code].append(_one.values)


def test_every_step_belongs_to_a_refusal_that_has_its_values() -> None:
    assert {*STEPS, *MEANINGLESS} <= set(REFUSALS)
    for code, step in STEPS.items():
        wanted = {name for _, name, _, _ in string.Formatter().parse(step) if name is not None}
        assert all(wanted <= values for values in VALUES[code]), code


@pytest.mark.parametrize(
    ("refusal", "said", "status"),
    [
        (
            Refusal("name", "company_there", {"name": "Ek's"}),
            "there is a company Ek's already; see: mail-admin company show 'Ek'\"'\"'s'",
            1,
        ),
        (Refusal("title", "text_empty"), "title: this is empty", 2),
        (Refusal("add_addresses", "text_long", {"most": 200}), "add addresses: this is too long; 200 characters", 2),
        (Refusal("address", "alias_of_user", {"address": "Anna@acme.example"}), "Anna@acme.example is the address", 1),
        (
            Refusal("name", "no_such_domain_but_near", {"name": "b.example", "names": "a.test", "near": "a.test"}),
            "unknown domain b.example (known: a.test). Did you mean a.test? Add it: mail-admin domain add b.ex",
            1,
        ),
    ],
)
def test_a_refusal_is_one_line(refusal: Refusal, said: str, status: int) -> None:
    with pytest.raises(UsageError) as caught:
        carried_out(refusal)
    assert str(caught.value).startswith(said) and caught.value.status == status


def test_a_reason_that_is_a_sentence_itself_is_said() -> None:
    why = Phrase("bounce.no such user")
    text = str(failure(Refusal("to", "post_suppressed", {"address": "a@b.example", "why": why})))
    assert say(why) in text and "Phrase" not in text


def test_what_a_terminal_would_obey_is_spelt_out() -> None:
    text = str(failure(Refusal("name", "company_there", {"name": "a\x1b[2J\u202eb"})))
    assert "\\x1b[2J\\u202eb" in text and text.isprintable()
