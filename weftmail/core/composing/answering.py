"""A colleague's answer as it goes out: nothing is cut from it in doubt, and no line of ours leaves with it.

What the cut takes from a received mail stays on its page; what it takes from a colleague's answer never reaches the
customer.  So only what is certainly a quote or a signature goes: our own notification, by its mark or by its words,
and what stands below "-- ".  Lines of our notification's foot go wherever they stand; where one still stands after
that, or an address or link of ours that lets somebody in, the answer does not leave by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from weftmail.core.composing.cutting import cut_notification, without_attribution
from weftmail.core.composing.marks import MARK
from weftmail.core.composing.notification import Foot, foot_of
from weftmail.core.limits import NOTIFICATION_WORDS
from weftmail.core.tokens.reply_token import mask_addresses
from weftmail.core.wording.language import Language

SIGNATURE: Final = 20
"""A signature has at most so many lines; what is longer may be words."""
QUOTED: Final = 500
"""Of more lines than this nobody asks where they come from."""
_FOR_COLLEAGUES: Final = re.compile(r"/records/[^/\s]+/\d+/mail/(?:assign|note|mute)\b")
"""A link of a notification beside *Open*."""
_ADDRESS: Final = r"[(<\[]?(?:mailto:)?reply\+[a-z2-7]{40}@[^\s>]+[)>\]]*"
"""An address of ours, as it stands in the text or as a program writes a link."""
_QUOTE: Final = re.compile(r"[>\s]*>")


@dataclass(frozen=True, slots=True)
class Answered:
    """What a colleague's answer may quote: the record, the words that we notified them of, and our own sentences."""

    number: str
    text: str = ""
    languages: Sequence[Language] = ()
    doors: Sequence[str] = ()
    """The beginnings of links that let whoever has one in."""
    author: str = ""
    """The name of whoever wrote the words."""


@dataclass(frozen=True, slots=True)
class OwnWords:
    """The words that go out; ``clean``: no line of ours is among them."""

    text: str
    clean: bool


def answer_of(text: str, answered: Answered) -> OwnWords:
    """Return what leaves of a colleague's answer; rather a quote too many than a word lost."""
    feet = [foot_of(answered.number, one) for one in answered.languages]
    lines = _without_signature(cut_notification(text.replace("\r\n", "\n")).split("\n"))
    found = "\n".join(lines)
    for foot in feet:
        found = _footless(found, foot)
    found = "\n".join(_without_quotes(found.split("\n"), answered))
    found = found.strip("\n") if found.strip() else text.strip("\n")
    return OwnWords(found, _clean(found, feet, answered.doors))


def _footless(text: str, foot: Foot) -> str:
    """Leave out the sentences of our foot, however a program wrapped and quoted them."""
    # Never over an empty line: what stands above that is the colleague's own.
    both = rf"{_flexible(foot.where)}(?:(?!\n[> \t]*\n)[\s\S]){{0,400}}?{_flexible(foot.filed)}"
    for pattern in (
        both,
        _flexible(foot.follows),
        _flexible(foot.mentioned),
        # With the addresses behind it, up to the next empty line at most.
        rf"{_flexible(foot.unfollow)}(?:[\s>·]+(?:(?!\n[> \t]*\n)[\s\S]){{0,200}}?{_ADDRESS}){{0,2}}",
        rf"(?:{'|'.join(map(_flexible, foot.links))}):[\s>]*https?://\S+",
        # The row of buttons, as a program writes it that makes text of our HTML.
        r"[\s>]+".join(map(_flexible, foot.links)),
    ):
        text = re.sub(rf"(?m)^[> \t]*{pattern}[ \t]*$\n?", "", text)
    return text


def _flexible(sentence: str) -> str:
    return r"[\s>]+".join(re.escape(word) for word in sentence.split())


def _without_signature(lines: list[str]) -> list[str]:
    at = next((number for number, line in enumerate(lines) if line == "-- "), len(lines))
    return lines[:at] if at > 0 and len(lines) - at <= SIGNATURE else lines


def _without_quotes(lines: Sequence[str], answered: Answered) -> list[str]:
    """Leave out the quoted blocks whose every word stands in what we notified of, with what introduces them."""
    words = _squashed(answered.text[:NOTIFICATION_WORDS])
    kept: list[str] = []
    for block, quoted in _blocks(lines):
        if quoted and len(block) <= QUOTED and all(_squashed(line) in words for line in block):
            kept = without_attribution(kept, answered.author)
        else:
            kept += block
    return kept


def _blocks(lines: Sequence[str]) -> Iterator[tuple[list[str], bool]]:
    block: list[str] = []
    before = False
    for line in lines:
        quoted = _QUOTE.match(line) is not None
        if block and quoted != before:
            yield block, before
            block = []
        block.append(line)
        before = quoted
    yield block, before


def _squashed(text: str) -> str:
    """The letters alone: programs wrap and indent what they quote."""
    return re.sub(r"[\s>]+", "", text)


def _clean(text: str, feet: Sequence[Foot], doors: Sequence[str]) -> bool:
    whole = _squashed(text)
    if any(
        _squashed(one) in whole for foot in feet for one in (foot.filed, foot.follows, foot.mentioned, foot.unfollow)
    ):
        return False
    if any(MARK.fullmatch(line[:400].strip()) for line in text.split("\n")) or any(door in text for door in doors):
        return False
    return _FOR_COLLEAGUES.search(text) is None and mask_addresses(text) == text
