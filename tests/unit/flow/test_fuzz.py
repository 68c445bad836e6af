"""Mails damaged at random go somewhere, in no time; ``fuzz.py`` does it for an hour."""

from __future__ import annotations

import random
from datetime import date

from tests.unit.flow.fuzz import KEPT, SHAPED, Fuzzed, damaged
from tests.unit.thorough import THOROUGH
from tests.unit.world import World

MAILS = 600 if THOROUGH else 150


def test_a_damaged_mail_goes_somewhere(world: World) -> None:
    fuzzed = Fuzzed(world)
    first = date.today().toordinal() * 1000
    for seed in range(first, first + MAILS):
        fuzzed.play(seed)
    print(f"\n{MAILS} mails from seed {first}: {dict(fuzzed.states)}")
    # The control: they do not all end in one place, as noise would.
    assert len(fuzzed.states) >= 3 and max(fuzzed.states.values()) < MAILS


def test_a_seed_makes_the_same_mail_again() -> None:
    assert [damaged(random.Random(one)) for one in range(20)] == [damaged(random.Random(one)) for one in range(20)]
    assert len(KEPT) > 3 and len(SHAPED) > 20
