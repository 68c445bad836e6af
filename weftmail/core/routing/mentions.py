"""Mentions: the colleagues whom a note names with an @ before their name or address."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Called:
    """A colleague by what they are called."""

    user_id: int
    name: str
    address: str | None


@dataclass(frozen=True, slots=True)
class Mentions:
    """Whom a text mentions, each once, and the names in it that several colleagues have."""

    user_ids: tuple[int, ...] = ()
    unclear: tuple[str, ...] = ()


def mentions(text: str, people: Sequence[Called]) -> Mentions:
    """Return whom of the ``people`` the text mentions: by whole name, by first name, or by address.

    The longest name that fits counts, capitals do not, and an address in running text mentions nobody.  A name that
    several people have mentions none of them; their address, or a whole name, tells them apart.
    """
    handles = _handles(people)
    if "@" not in text or not handles:
        return Mentions()
    names = "|".join(r"\s+".join(map(re.escape, one.split())) for one in sorted(handles, key=len, reverse=True))
    found = re.findall(rf"(?<![\w@.+-])@({names})(?!\w|[@.-]\w)", _folded(text))
    called = dict.fromkeys(" ".join(one.split()) for one in found)
    clear = [next(iter(handles[one])) for one in called if len(handles[one]) == 1]
    return Mentions(tuple(dict.fromkeys(clear)), tuple(one for one in called if len(handles[one]) > 1))


def called(text: str, people: Sequence[Called]) -> frozenset[int]:
    """Return who is called exactly this."""
    return frozenset(_handles(people).get(_folded(" ".join(text.split())), ()))


def handle_of(one: Called, people: Sequence[Called]) -> str:
    """Return what to write behind the @ to mention somebody: their name, else the address where others have it."""
    alone = _handles(people).get(_folded(" ".join(one.name.split()))) == {one.user_id}
    return one.name if alone or one.address is None else one.address


def _handles(people: Sequence[Called]) -> dict[str, set[int]]:
    """Return who is called what; somebody's whole name is theirs, whoever has it as a first name."""
    whole: dict[str, set[int]] = defaultdict(set)
    first: dict[str, set[int]] = defaultdict(set)
    for one in people:
        words = _folded(one.name).split()
        if words:
            whole[" ".join(words)].add(one.user_id)
            first[words[0]].add(one.user_id)
        if one.address is not None:
            whole[_folded(one.address)].add(one.user_id)
    return {**first, **whole}


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).lower()
