"""The words of a body in RTF, and nothing of its looks; HTML that was wrapped in it keeps its words (MS-OXRTFEX)."""

from __future__ import annotations

import re
from typing import Final

from weftmail.core.limits import RTF_GROUPS, RTF_SIZE
from weftmail.core.parsing import charset

_TOKEN: Final = re.compile(
    rb"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z\d\r\n])|([{}])|[\r\n]+|([^\\{}\r\n]+)|\\", re.S
)
_SIGNS: Final = {
    b"par": "\n", b"line": "\n", b"row": "\n", b"cell": "\t", b"tab": "\t", b"emdash": "\u2014", b"endash": "\u2013",
    b"lquote": "\u2018", b"rquote": "\u2019", b"ldblquote": "\u201c", b"rdblquote": "\u201d", b"bullet": "\u2022",
}  # fmt: skip
_UNSAID: Final = {
    b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"object", b"header", b"footer", b"htmltag", b"xe",
    b"listtable", b"generator", b"themedata", b"fldinst",
}  # fmt: skip
"""Groups that are no words."""
_MANY_LINES: Final = re.compile(r"\n{3,}")


def words(data: bytes) -> str:
    """Return the words of a document in RTF; "" for what is none.  Never raises."""
    return _RtfPass().read(data[:RTF_SIZE]) if data.startswith(b"{\\rtf") else ""


class _RtfPass:
    """One pass over the tokens."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.bytes = bytearray()
        self.label = "cp1252"
        self.stack: list[tuple[bool, int]] = []
        self.silent = False
        """What stands here is no words."""
        self.doubled = False
        """What stands here repeats in RTF what the HTML says."""
        self.skips = 1
        """So many letters behind one of Unicode stand for it in programs that know none."""
        self.skip = 0

    def read(self, data: bytes) -> str:
        for token in _TOKEN.finditer(data):
            word, number, code, sign, brace, text = token.groups()
            if brace:
                self._group(brace)
            elif word:
                self._word(word, int(number) if number else None)
            elif code:
                self._letters(bytes.fromhex(code.decode()))
            elif sign == b"*":
                self.silent = True
            elif sign:
                self._letters(b"\xa0" if sign == b"~" else sign if sign in b"\\{}" else b"")
            elif text:
                self._letters(text)
        self._flush()
        lines = (line.strip() for line in charset.clean("".join(self.out)).split("\n"))
        return _MANY_LINES.sub("\n\n", "\n".join(lines)).strip()

    def _group(self, brace: bytes) -> None:
        self.skip = 0
        if brace == b"{":
            if len(self.stack) < RTF_GROUPS:
                self.stack.append((self.silent, self.skips))
        elif self.stack:
            self.silent, self.skips = self.stack.pop()

    def _word(self, word: bytes, number: int | None) -> None:
        if word == b"ansicpg" and number:
            self.label = f"cp{number}"
        elif word == b"uc" and number is not None:
            self.skips = number
        elif word == b"htmlrtf":
            self.doubled = number != 0
        elif word in _UNSAID:
            self.silent = True
        elif word == b"u" and number is not None:
            self._say(chr(number % 65536))
            self.skip = self.skips
        elif word in _SIGNS:
            self._say(_SIGNS[word])

    def _letters(self, letters: bytes) -> None:
        passed = min(self.skip, len(letters))
        self.skip -= passed
        if not self.silent and not self.doubled:
            self.bytes += letters[passed:]

    def _say(self, text: str) -> None:
        if not self.silent and not self.doubled:
            self._flush()
            self.out.append(text)

    def _flush(self) -> None:
        """Letters of several bytes may stand in several tokens."""
        if self.bytes:
            self.out.append(charset.decode(bytes(self.bytes), self.label, sparing=True)[0])
            self.bytes.clear()
