"""Character sets: bytes to text, whatever their label says (RFC 2046 section 4.1.2, and what mail really holds).

Labels are wrong, missing or made up in a good part of real mail.  The order is: UTF-8 where the bytes are valid
UTF-8 and not plain ASCII, which practically never happens by chance; then the label, where the bytes can be what it
says; then a charset that the rest of the mail is in; then letters are counted (``detection``).
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from encodings.aliases import aliases
from functools import lru_cache

from weftmail.core.parsing import detection, japanese

# Names that senders use and the codec registry does not know, or knows too narrowly: the browsers' reading of a
# label is the wider set that the same senders really write.
_ALIASES = {
    "ansi_x3.4-1968": "ascii",
    "big5": "big5hkscs",
    "cp-850": "cp850",
    "cp1252": "cp1252",
    "euc-kr": "cp949",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "cp50220": "iso2022_jp",
    "cp50221": "iso2022_jp",
    "cp50222": "iso2022_jp",
    "iso-8859-1": "cp1252",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-8-i": "iso-8859-8",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "ks_c_5601-1987": "cp949",
    "latin1": "cp1252",
    "macintosh": "mac_roman",
    "shift-jis": "cp932",
    "shift_jis": "cp932",
    "unicode-1-1-utf-7": "utf-7",
    "us-ascii": "ascii",
    "utf8mb4": "utf-8",
    "windows-874": "cp874",
    "windows-949": "cp949",
    "x-euc-jp": "euc_jp",
    "x-gbk": "gb18030",
    "x-windows-949": "cp949",
    "x-mac-roman": "mac_roman",
    "x-sjis": "cp932",
}
_LABEL = re.compile(r"[a-z0-9][a-z0-9._:()+-]{0,39}")
# Codecs for programs, not for people: some of them run in quadratic time, and none of them is a charset.
_NOT_MAIL = {"idna", "mbcs", "oem", "palmos", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"}
_SEPARATORS = re.compile(r"[^a-z0-9.]+")
_KNOWN = {*aliases, *aliases.values()} | {
    "cp1006",
    "cp720",
    "cp737",
    "cp856",
    "cp874",
    "cp875",
    "koi8_t",
    "koi8_u",
    "mac_arabic",
    "mac_croatian",
    "mac_farsi",
    "mac_romanian",
    "utf_8_sig",
}
_ESCAPES = re.compile(rb"\x1b(?:\$[@AB]|\$\([A-Q]|\$\)C|\([BIJ])")
_KOREAN = b"\x1b$)C"
_STATEFUL = {"utf-7", "hz"}
_WIDE = {"utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"}
# What programs write over a text without having looked at it.
_DEFAULTS = {"", "ascii", "cp1252", "iso8859-15"}
_SURROGATES = re.compile(rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]")
_UNPRINTABLE = re.compile("[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ud800-\udfff\ufffe\uffff]")


@lru_cache(maxsize=256)
def codec(label: str) -> str:
    """Return the codec's name for a charset label, or "" where the label names none that mail may use."""
    name = label.strip(" \t\"'").lower()
    name = _ALIASES.get(name, name)
    # Any other name would be looked for on the disk, each time anew.
    if not _LABEL.fullmatch(name) or _SEPARATORS.sub("_", name) not in _KNOWN:
        return ""
    try:
        info = codecs.lookup(name)
    except LookupError:
        return ""
    if not getattr(info, "_is_text_encoding", False) or info.name in _NOT_MAIL:
        return ""
    return info.name


def shifts(label: str) -> bool:
    """Say whether the charset writes letters beyond ASCII by bytes that are ASCII, so that a label changes a text."""
    return shifts_by(codec(label))


def decode(data: bytes, label: str = "", *, likely: str = "", sparing: bool = False) -> tuple[str, bool]:
    """Return ``data`` as text, and whether the label held; never raises.

    ``likely``: the charset of the rest of the mail, for letters that no label describes.  ``sparing``: nothing is
    counted to find a likely charset, which takes as long for ten letters as for a thousand.

    The text is as it was sent but for what no page and no table can hold: control characters (tabs and line
    ends stay) and lone surrogates are left out, and line ends are LF.
    """
    text, good = _decode(data, codec(label) if label else "ascii", likely, sparing)
    return clean(text), good


def clean(text: str) -> str:
    """Return ``text`` with LF line ends and without control characters and lone surrogates."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNPRINTABLE.sub("", text)


def counted(data: bytes) -> str:
    """Return the charset that letters beyond ASCII are most likely in; "" for ASCII and for UTF-8, which need none."""
    if data.isascii() or _utf8(data) is not None:
        return ""
    return detection.likely(data)


def fitting(label: str, data: bytes) -> str:
    """Return the charset of letters that no label describes: ``label``, that of the text beside them, if it can be."""
    name = codec(label)
    if name in ("", "ascii", "utf-8") or shifts_by(name) or (name in _DEFAULTS and detection.foreign(data)):
        return label if name.startswith("iso2022_jp") else counted(data)
    return label


def _decode(data: bytes, name: str, likely: str, sparing: bool) -> tuple[str, bool]:
    if shifts_by(name):
        found = _shifted(data, name)
        return (found, True) if found is not None else (guess(data, likely=likely, sparing=sparing), False)
    if data.isascii():
        # Japanese mail of old is plain ASCII with escape sequences, and often says no more than that.
        return (guess(data), False) if _ESCAPES.search(data) else (data.decode("ascii"), bool(name))
    text = _utf8(data)
    if text is not None:
        # A sender that wrote UTF-8 under another label is common; a text in another charset that happens to be
        # valid UTF-8 is not.
        return text, name in ("utf-8", "utf-8-sig")
    if name not in ("", "ascii", "utf-8") and not (name in _DEFAULTS and not sparing and detection.foreign(data)):
        try:
            return _read(data, name), True
        except UnicodeDecodeError:
            pass
    return guess(data, name, likely=likely, sparing=sparing), False


def shifts_by(name: str) -> bool:
    """Say whether a codec makes other letters of bytes that are ASCII."""
    return name in _WIDE or name in _STATEFUL or name.startswith("iso2022")


def _shifted(data: bytes, name: str) -> str | None:
    """Return the text by such a codec; None where the bytes cannot be what it says."""
    if name.startswith("iso2022") and not data.isascii():
        return None
    if name.startswith("iso2022_jp"):
        text, good = japanese.decode(data)
        return text if good or _mostly(text) else None
    if name in _WIDE and b"\0" not in data and (data.isascii() or _utf8(data) is not None):
        # Whatever is written in such a charset holds blanks and line ends, and each of these a zero byte.
        return None
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        return None


def _utf8(data: bytes) -> str | None:
    if _SURROGATES.search(data):
        # Letters of four bytes as two halves of three: Java and old databases write them so.
        data = _SURROGATES.sub(_joined, data)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _joined(found: re.Match[bytes]) -> bytes:
    halves = found[0].decode("utf-8", "surrogatepass")
    return halves.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def _read(data: bytes, name: str, errors: str = "strict") -> str:
    text = data.decode(name, errors)
    # Vietnamese is written there with its tones behind the letters.
    return unicodedata.normalize("NFC", text) if name == "cp1258" else text


def _japanese(data: bytes) -> str:
    """Return Japanese that its label denies: Shift_JIS, or else EUC, which would be half-width kana there."""
    text = _read(data, "cp932", "replace")
    narrow = sum(1 for letter in text if "\uff61" <= letter <= "\uff9f")
    return _read(data, "euc_jp", "replace") if 2 * narrow > len(text) else text


def _mostly(text: str) -> bool:
    """Say whether few of the letters are broken: a cut, or a bad gateway; then the charset was right."""
    return text.count("\ufffd") * 10 < sum(1 for letter in text if letter > "\u007f")


def guess(data: bytes, name: str = "", *, likely: str = "", sparing: bool = False) -> str:
    """Return ``data``, which its label does not describe, as text: the likeliest reading."""
    if data.isascii() and _ESCAPES.search(data):
        return data.decode("iso2022_kr", "replace") if _KOREAN in data else japanese.decode(data)[0]
    text = data.decode("utf-8", "replace")
    if _mostly(text):
        return text
    others = dict.fromkeys((name, codec(likely) if likely else ""))
    if any(other.startswith("iso2022_jp") for other in others):
        return _japanese(data)
    for other in others:
        if other not in ("", "ascii", "utf-8") and not shifts_by(other):
            text = _read(data, other, "replace")
            if _mostly(text) and not (other in _DEFAULTS and detection.foreign(data)):
                return text
    return _read(data, "cp1252" if sparing else detection.likely(data), "replace")
