"""Search for a reader: what was found, and where nothing was, what a mistyped word may have been."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from weftmail.core.folding import folded
from weftmail.core.sought import Sought, near_words, sought
from weftmail.core.wording.phrase import Phrase
from weftmail.store.search import Findings, Hit
from weftmail.store.store import Store


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gave; ``instead``: nothing holds what was typed, so these words were looked for."""

    what: Sought
    hits: tuple[Hit, ...]
    instead: str = ""
    whole: bool = True
    """Whether all that holds the words was looked at; else there may be more, further back."""

    @property
    def wrong(self) -> Phrase | None:
        """What is wrong with what was typed, so that nothing was looked for; None where nothing is."""
        return Phrase("day_malformed", {"day": self.what.no_day}) if self.what.no_day else None


def search(
    store: Store, company_id: int, text: str, hidden_types: Sequence[str], most: int = 30, *, slips: bool = True
) -> Found:
    """Look for what somebody typed; one mistyped letter is forgiven only where nothing is found exactly, and where
    ``slips`` are looked for at all.
    """
    what = sought(text)
    if not what or what.no_day:
        return Found(what, ())
    looked = store.search.find(company_id, what, hidden_types, most)
    if looked.hits or not looked.whole or not what.phrases or not slips:
        return Found(what, _once(looked), whole=looked.whole)
    for other in _others(store, what):
        looked = store.search.find(company_id, other, hidden_types, most)
        if looked.hits:
            return Found(other, _once(looked), " ".join(other.words), looked.whole)
    return Found(what, ())


def within(store: Store, company_id: int, record_id: int, text: str, most: int = 50) -> Found:
    """Look for what somebody typed in the conversation of one record; nothing mistyped is forgiven there."""
    what = sought(text)
    if not what or what.no_day:
        return Found(what, ())
    hits = store.search.find(company_id, what, (), most, record_id).hits
    return Found(what, tuple(one for one in hits if one.number))


def _once(looked: Findings) -> tuple[Hit, ...]:
    # A record that was merged into this one is found as this one, by its title and its number then.
    return tuple({(one.label, one.number): one for one in reversed(looked.hits)}.values())[::-1]


def _others(store: Store, what: Sought) -> list[Sought]:
    """Return what may have been meant: with one word replaced by one that is a slip away.

    No word of a number or an address is: LEAD-1 and LEAF-1 are two things, and so are two domains that look alike.
    """
    others = []
    for at, phrase in enumerate(what.phrases):
        for place, word in enumerate(phrase):
            if (at, place) in what.exact:
                continue
            for near in near_words(folded(word), store.search.near(folded(word))):
                meant = (*phrase[:place], near, *phrase[place + 1 :])
                others.append(replace(what, phrases=(*what.phrases[:at], meant, *what.phrases[at + 1 :])))
    return others
