"""Which charset are these bytes in, where nobody says so?  Letters are counted, by chardet, within bounds.

Looked at are at most 2 KB, of the lines that hold letters beyond ASCII; the last answers are kept, as one mail asks
about the same letters more than once.
"""

from __future__ import annotations

import re
from functools import lru_cache

from weftmail.core.limits import CHARSET_SAMPLE

_LETTER = re.compile(rb"[\x80-\xff]")
_BEFORE = 40
"""Of a long line so many bytes before its first such letter."""
_RUN = re.compile(rb"[\x80-\x9f\xa1-\xff]{4,}")
_HIGH = bytes(range(128))
# What mail is written in.  Others, such as those of mainframes, would be found in a few letters by chance.
_LATIN = (
    "cp1250", "cp1252", "cp1254", "cp1257", "cp1258", "cp437", "cp850", "iso8859-1", "iso8859-15", "iso8859-2",
    "mac-roman",
)  # fmt: skip
_CANDIDATES = (
    *_LATIN, "big5hkscs", "cp1251", "cp1253", "cp1255", "cp1256", "cp874", "cp932", "cp949", "euc-jp", "euc-kr",
    "gb18030", "iso8859-5", "iso8859-7", "iso8859-8", "koi8-r", "koi8-u", "shift_jis", "tis-620",
)  # fmt: skip
_WORD = re.compile(rb"[\x80-\x9f\xa1-\xff]{3}|[\x81\x83\x86-\x89\x8b\x8d\x8f\x90\x98\x9b\x9d]")
"""Letters in a row, or one that Western Europe hardly writes: the first bytes of Shift_JIS stand among ASCII."""
_WESTERN = frozenset("ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜßàáâãäåæçèéêëìíîïñòóôõöøùúûüœŒÿ’‘“”„‚–—…€£§°«»·½©®¡¿•´º²³¼¾\u00a0")
"""What letters of Western Europe are written with, and no more."""
_SURE = 0.056
"""Below this a text that reads as Western Europe's is taken for one: a few letters say nothing."""


def likely(data: bytes) -> str:
    """Return the codec that ``data``, letters beyond ASCII among it, is most likely written in; cp1252 in doubt."""
    sample = b"".join(_lines(data))[:CHARSET_SAMPLE]
    return _counted(sample)


def foreign(data: bytes) -> bool:
    """Say whether bytes that are labelled as Western Europe's cannot be it: their letters come in long runs."""
    sample = data[: 2 * CHARSET_SAMPLE]
    runs = sum(len(run) for run in _RUN.findall(sample) if len(set(run)) > 2)
    return runs > 0 and 2 * runs > len(sample.translate(None, _HIGH))


def _lines(data: bytes) -> list[bytes]:
    found: list[bytes] = []
    size = at = 0
    while size < CHARSET_SAMPLE and (letter := _LETTER.search(data, at)):
        start = max(data.rfind(b"\n", at, letter.start()) + 1, at, letter.start() - _BEFORE)
        at = data.find(b"\n", letter.start(), letter.start() + CHARSET_SAMPLE) + 1 or letter.start() + CHARSET_SAMPLE
        found.append(data[start:at])
        size += at - start
    return found


@lru_cache(maxsize=64)
def _counted(sample: bytes) -> str:
    import chardet

    found = chardet.detect(
        sample,
        # Letters one by one among those of ASCII are Latin ones.
        include_encodings=_CANDIDATES if _WORD.search(sample) else _LATIN,
        max_bytes=CHARSET_SAMPLE,
        prefer_superset=True,
        compat_names=False,
        no_match_encoding="cp1252",
        empty_input_encoding="cp1252",
    )
    name = found["encoding"] or "cp1252"
    if (found["confidence"] or 0) < _SURE and _western(sample):
        return "cp1252"
    return name


def _western(sample: bytes) -> bool:
    return _WESTERN.issuperset(letter for letter in sample.decode("cp1252", "replace") if letter > "\u007f")
