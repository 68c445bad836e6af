"""TNEF, the container that Outlook sends as winmail.dat: its body and its files (MS-OXTNEF, MS-OXRTFCP).

Every count in it is checked against the bytes that are left, each property is passed over once, and what is damaged
ends the reading; what was read until then counts.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from weftmail.core.limits import TNEF_FILES, TNEF_NESTING, TNEF_PROPERTIES, TNEF_RTF_SIZE
from weftmail.core.parsing import charset

SIGNATURE: Final = b"\x78\x9f\x3e\x22"

_BODY, _TITLE, _DATA, _NEW_FILE = 0x800C, 0x8010, 0x800F, 0x9002
_MESSAGE_PROPERTIES, _FILE_PROPERTIES, _CODEPAGE = 0x9003, 0x9005, 0x9007
_SUBJECT, _PR_SUBJECT = 0x8004, 0x0037
_PR_BODY, _PR_RTF, _PR_HTML, _PR_CPID, _PR_MESSAGE_CP = 0x1000, 0x1009, 0x1013, 0x3FDE, 0x3FFD
_PR_LONG_NAME, _PR_NAME, _PR_DISPLAY, _PR_TYPE, _PR_CID = 0x3707, 0x3704, 0x3001, 0x370E, 0x3712
_PR_CONTENT, _PR_LOCATION = 0x3701, 0x3713
_OBJECT_ID = 16
"""An embedded message begins with the id of its interface."""
_SIZES: Final = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 10: 4, 11: 4, 20: 8, 64: 8, 72: 16}
"""Bytes of the types whose size is fixed, as they stand in the list."""
_TEXT, _WIDE_TEXT, _OBJECT, _BINARY = 0x1E, 0x1F, 0x0D, 0x102
_LONG: Final = (_TEXT, _WIDE_TEXT, _OBJECT, _BINARY)
_MANY, _NAMED = 0x1000, 0x8000
_CHARSETS: Final = {
    20127: "ascii", 20866: "koi8-r", 21866: "koi8-u", 28591: "iso-8859-1", 28592: "iso-8859-2", 28595: "iso-8859-5",
    28605: "iso-8859-15", 50220: "iso-2022-jp", 50221: "iso-2022-jp", 51932: "euc-jp", 51949: "euc-kr",
    936: "gb18030", 54936: "gb18030", 950: "big5", 65001: "utf-8",
}  # fmt: skip


@dataclass(slots=True)
class TnefFile:
    """A file of the container."""

    name: str = ""
    content_type: str = ""
    content: bytes = b""
    content_id: str = ""
    location: str = ""


@dataclass(slots=True)
class Tnef:
    """What a container holds; ``rtf`` is the body in RTF, decompressed."""

    subject: str = ""
    text: str = ""
    html: str = ""
    rtf: bytes = b""
    files: list[TnefFile] = field(default_factory=list)
    codepage: str = ""


class _Damaged(Exception):
    """A count or a length that the bytes do not bear out."""


def read(data: bytes, depth: int = 0) -> Tnef | None:
    """Return what the container holds, as far as it can be read; None for what is none. Never raises."""
    if not data.startswith(SIGNATURE):
        return None
    found = Tnef()
    try:
        for name, value in _attributes(memoryview(data)):
            _take(found, name, value, depth)
    except (_Damaged, struct.error):
        pass
    return found


def _attributes(data: memoryview) -> Iterator[tuple[int, memoryview]]:
    at = 6
    while at + 11 <= len(data):
        name, size = struct.unpack_from("<HxxI", data, at + 1)
        yield name, data[at + 9 : at + 9 + size]
        at += 11 + size


def _take(found: Tnef, name: int, value: memoryview, depth: int) -> None:
    if name == _NEW_FILE:
        if len(found.files) >= TNEF_FILES:
            raise _Damaged
        found.files.append(TnefFile())
    elif name == _CODEPAGE and len(value) >= 4:
        found.codepage = _charset(struct.unpack_from("<I", value)[0])
    elif name == _MESSAGE_PROPERTIES:
        _message(found, list(_properties(value)))
    elif name == _BODY:
        found.text = found.text or _text(value, found.codepage)
    elif name == _SUBJECT:
        found.subject = found.subject or _text(value, found.codepage)
    elif found.files and name in (_TITLE, _DATA, _FILE_PROPERTIES):
        _file(found, found.files[-1], name, value, depth)


def _file(found: Tnef, last: TnefFile, name: int, value: memoryview, depth: int) -> None:
    if name == _TITLE:
        last.name = last.name or _text(value, found.codepage)
    elif name == _DATA:
        last.content = bytes(value)
    else:
        _described(found, last, list(_properties(value)), depth)


def _message(found: Tnef, properties: list[tuple[int, int, memoryview]]) -> None:
    numbers = {name: struct.unpack_from("<I", value)[0] for name, kind, value in properties if kind == 3}
    page = numbers.get(_PR_CPID) or numbers.get(_PR_MESSAGE_CP)
    label = _charset(page) if page else found.codepage
    for name, kind, value in properties:
        if name == _PR_BODY:
            found.text = _text(value, label, kind) or found.text
        elif name == _PR_SUBJECT:
            found.subject = _text(value, label, kind) or found.subject
        elif name == _PR_HTML:
            found.html = _text(value, label, kind)
        elif name == _PR_RTF:
            found.rtf = decompressed(bytes(value))


def _described(found: Tnef, last: TnefFile, properties: list[tuple[int, int, memoryview]], depth: int) -> None:
    said = {name: (kind, value) for name, kind, value in properties}

    def text(*names: int) -> str:
        texts = (_text(said[name][1], found.codepage, said[name][0]) for name in names if name in said)
        return next(filter(None, texts), "")

    last.name = text(_PR_LONG_NAME, _PR_NAME) or last.name or text(_PR_DISPLAY)
    last.content_type = text(_PR_TYPE)
    last.content_id = text(_PR_CID)
    last.location = text(_PR_LOCATION)
    kind, content = said.get(_PR_CONTENT, (0, memoryview(b"")))
    if kind == _OBJECT:
        content = content[_OBJECT_ID:]
    if not last.content:
        last.content = bytes(content)
    if kind == _OBJECT and depth < TNEF_NESTING:
        _embedded(found, last, depth)


def _embedded(found: Tnef, last: TnefFile, depth: int) -> None:
    """Turn a message within the message into a file of its words, and files of its own."""
    inner = read(last.content, depth + 1)
    if inner is None:
        return
    last.name = f"{last.name or inner.subject or 'message'}.{'html' if inner.html and not inner.text else 'txt'}"
    last.content = (inner.text or inner.html).encode()
    last.content_type = "text/html" if inner.html and not inner.text else "text/plain"
    found.files += inner.files[: max(0, TNEF_FILES - len(found.files))]
    # What follows describes this file no more.
    if inner.files:
        found.files.remove(last)
        found.files.append(last)


def _properties(data: memoryview) -> Iterator[tuple[int, int, memoryview]]:
    """Yield name, type and value of each property of a list; of one with several values the first."""
    (count,) = struct.unpack_from("<I", data)
    at = 4
    for _ in range(min(count, TNEF_PROPERTIES)):
        if at + 4 > len(data):
            return
        kind, name = struct.unpack_from("<HH", data, at)
        at = _behind_name(data, at + 4) if name >= _NAMED else at + 4
        many, kind = bool(kind & _MANY), kind & ~_MANY
        values = 1
        if many or kind in _LONG:
            (values,) = struct.unpack_from("<I", data, at)
            at += 4
        if kind in _LONG:
            first, at = _long(data, at, values)
        elif kind in _SIZES:
            first = data[at : at + _SIZES[kind]]
            at += _SIZES[kind] * values if kind != 2 or not many else (2 * values + 3) // 4 * 4
        else:
            raise _Damaged
        if len(first) >= 4 or kind in _LONG:
            yield name, kind, first


def _behind_name(data: memoryview, at: int) -> int:
    (kind,) = struct.unpack_from("<I", data, at + 16)
    if kind == 0:
        return at + 24
    size: int = struct.unpack_from("<I", data, at + 20)[0]
    return at + 24 + (size + 3) // 4 * 4


def _long(data: memoryview, at: int, values: int) -> tuple[memoryview, int]:
    first = data[:0]
    for number in range(values):
        (size,) = struct.unpack_from("<I", data, at)
        if at + 4 + size > len(data):
            raise _Damaged
        first = first if number else data[at + 4 : at + 4 + size]
        at += 4 + (size + 3) // 4 * 4
    return first, at


def _charset(page: int) -> str:
    return _CHARSETS.get(page) or (f"cp{page}" if page < 2000 else "")


def _text(value: memoryview, label: str, kind: int = _TEXT) -> str:
    data = bytes(value)
    if kind == _WIDE_TEXT:
        return charset.clean(data.decode("utf-16-le", "replace")).strip("\x00")
    return charset.decode(data.rstrip(b"\x00"), label)[0]


_HEADER: Final = struct.Struct("<IIII")
_COMPRESSED, _AS_IT_IS = 0x75465A4C, 0x414C454D
_BEGUN: Final = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript "
    b"\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
"""What every dictionary begins with (MS-OXRTFCP, 2.1.2.1)."""


def decompressed(data: bytes) -> bytes:
    """Return RTF that was compressed for a mail, at most 4 MB of it; b"" for what is none. Never raises."""
    if len(data) < _HEADER.size:
        return b""
    _, size, kind, _ = _HEADER.unpack_from(data)
    if kind == _AS_IT_IS:
        return data[_HEADER.size : _HEADER.size + min(size, TNEF_RTF_SIZE)]
    return bytes(_Decompressing(data).run(min(size, TNEF_RTF_SIZE))) if kind == _COMPRESSED else b""


class _Decompressing:
    """LZFu: literal bytes, and references of two to 17 bytes into a ring of 4 KB."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.ring = bytearray(_BEGUN.ljust(4096, b"\x00"))
        self.at = len(_BEGUN)
        self.out = bytearray()

    def run(self, size: int) -> bytearray:
        data, position = self.data, _HEADER.size
        while len(self.out) < size and position < len(data):
            control = data[position]
            position += 1
            for bit in range(8):
                step = 2 if control >> bit & 1 else 1
                if position + step > len(data) or len(self.out) >= size:
                    return self.out
                if step == 1:
                    self._put(data[position])
                elif not self._repeat(data[position] << 8 | data[position + 1]):
                    return self.out
                position += step
        return self.out

    def _put(self, byte: int) -> None:
        self.out.append(byte)
        self.ring[self.at] = byte
        self.at = (self.at + 1) % 4096

    def _repeat(self, reference: int) -> bool:
        """Repeat what the reference names; False where it says that the end has come."""
        start = reference >> 4
        if start == self.at:
            return False
        for step in range((reference & 15) + 2):
            self._put(self.ring[(start + step) % 4096])
        return True
