"""Those listed before Send are those who get it, whatever the record is and whatever somebody does to the draft."""

from __future__ import annotations

from tests.unit.flow.listed import run
from tests.unit.thorough import examples


def test_who_is_listed_gets_it_and_nobody_else() -> None:
    sent, wrong = run(examples(1000))
    assert wrong == [] and sent > examples(1000) // 3
