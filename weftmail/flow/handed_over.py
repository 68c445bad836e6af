"""The mail server's count beside ours: what its log says it handed over to us is here, or is named by its queue id."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from weftmail.core.next_hop import HandedOver
from weftmail.store.store import Store

HOUR: Final = 3600_000
GRACE: Final = 60_000
"""What was handed over so short a while ago may still be on its way into the store; in milliseconds."""
EARLIER: Final = 24 * HOUR
"""Queue ids are used again: what came so much earlier is another mail."""
KEPT: Final = 7 * 24 * HOUR
MOST: Final = 200
"""Of what is missing, so much is looked for at a time."""


def compare(store: Store, handed: Sequence[HandedOver], now: int) -> None:
    """Count what was handed over, and look once more for what was not here before; in one transaction."""
    before = store.handed_over.missing(now, MOST)
    if not handed and not before:
        return
    # A line that is read once more, because nobody could keep how far the log was read, is counted already.
    counted_before = {_name(one) for one in before}
    handed = [one for one in handed if _name(one) not in counted_before]
    everything = [*before, *handed]
    since = min(one.at for one in everything) - EARLIER
    here = store.handed_over.arrived({one.queue_id for one in everything}, since)
    found = [one for one in before if _name(one) in here]
    new = [one for one in handed if _name(one) in here]
    with store.transaction():
        for one in found:
            store.handed_over.found(one)
        store.handed_over.miss([one for one in handed if _name(one) not in here])
        counted, kept = _hours(handed), _hours([*new, *found])
        for hour in counted.keys() | kept.keys():
            store.handed_over.count(hour, counted[hour], kept[hour])


def _name(one: HandedOver) -> tuple[str, str]:
    return one.queue_id, one.recipient.lower()


def _hours(handed: Sequence[HandedOver]) -> Counter[int]:
    return Counter(one.at // HOUR for one in handed)
