"""Encoded words in a header, well formed or not (RFC 2047): letters cut between two words, bare blanks, a cut end."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from weftmail.core.limits import ENCODED_WORD
from weftmail.core.parsing import charset, transfer

_WORD = re.compile(r"=\?([\w.:()+-]{1,40})(?:\*[\w-]{0,20})?\?([bBqQ])\?")
_CUT = re.compile(r"[A-Za-z0-9+/=_.-]{4,200}\??")


def decode_words(value: str, label: str = "") -> str:
    """Return a value with its encoded words and raw letters decoded; ``label``: what raw letters are likely in."""
    out: list[str] = []
    pending: list[_Word] = []
    at = 0
    for word in _encoded(value):
        between = value[at : word.start]
        at = word.end
        # Blanks between two encoded words belong to the folding; and a letter may be split over two words of the
        # same charset, so that their bytes are joined before they become text.
        if pending and not between.strip() and pending[0].charset == word.charset:
            pending.append(word)
            continue
        if pending:
            out.append(_joined(pending, label))
        if not pending or between.strip():
            out.append(letters_of(between, label))
        pending = [word]
    if pending:
        out.append(_joined(pending, label))
    out.append(letters_of(value[at:], label))
    return "".join(out)


class _Word(NamedTuple):
    """An encoded word: where it starts and ends, its charset, its kind in upper case, its body."""

    start: int
    end: int
    charset: str
    kind: str
    body: str


def _encoded(value: str) -> Iterator[_Word]:
    at, end = 0, -2
    while word := _WORD.search(value, at):
        # Found once, the end of a word is that of all that begin before it: no stretch is searched twice.
        if end < word.end() and end != -1:
            end = value.find("?=", word.end())
        if end < 0:
            # The last word of a field that was cut.
            if _CUT.fullmatch(value, word.end()):
                body = value[word.end() :].rstrip("?")
                yield _Word(word.start(), len(value), _charset(word[1]), word[2].upper(), body)
            return
        at = word.end()
        if end - word.end() <= ENCODED_WORD:
            at = end + 2
            yield _Word(word.start(), at, _charset(word[1]), word[2].upper(), value[word.end() : end])


def _charset(label: str) -> str:
    return charset.codec(label) or label.lower()


def _joined(words: Sequence[_Word], label: str) -> str:
    """Return the text of words of one charset; base64 that was cut between its groups of four goes on in the next."""
    out: list[bytes] = []
    begun = ""
    for word in words:
        if word.kind == "Q":
            out += [_base64(begun), binascii.a2b_qp(transfer.octets(word.body), header=True)]
            begun = ""
            continue
        begun += word.body
        if len(begun) % 4 == 0 or begun.endswith("="):
            out.append(_base64(begun))
            begun = ""
    data = b"".join((*out, _base64(begun)))
    return charset.decode(data, words[0].charset, likely=label, sparing=True)[0]


def _base64(body: str) -> bytes:
    return transfer.base64((transfer.octets(body),))[0]


def letters_of(value: str, label: str = "") -> str:
    """Return letters that no word encodes, as bytes above 127 have them."""
    if value.isascii() and "\x1b" not in value:
        return value
    return charset.decode(transfer.octets(value), likely=label, sparing=True)[0]
