"""Character sets: bytes to text, whatever their label says (RFC 2046 section 4.1.2, and what mail really holds).

Labels are wrong, missing or made up in a good part of real mail.  The order is: UTF-8 where the bytes are valid
UTF-8 and not plain ASCII, which practically never happens by chance; then the label; then a guess.
"""

from __future__ import annotations

import codecs
import re
from encodings.aliases import aliases
from functools import lru_cache

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
    "iso-2022-jp": "iso2022_jp_3",
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
_ESCAPES = re.compile(rb"\x1b(?:\$[@AB]|\$\([A-Q]|\([BIJ])")
_STATEFUL = {"utf-7", "hz"}
_WIDE = {"utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"}
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
    name = codec(label)
    return name in _WIDE or name in _STATEFUL or name.startswith("iso2022")


def decode(data: bytes, label: str = "", *, sparing: bool = False) -> tuple[str, bool]:
    """Return ``data`` as text, and whether the label held; never raises.

    ``sparing``: nothing is counted to find a likely charset, which takes as long for ten letters as for a thousand.

    The text is as it was sent but for what no page and no table can hold: control characters (tabs and line
    ends stay) and lone surrogates are left out, and line ends are LF.
    """
    text, good = _decode(data, codec(label) if label else "ascii", sparing)
    return clean(text), good


def clean(text: str) -> str:
    """Return ``text`` with LF line ends and without control characters and lone surrogates."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNPRINTABLE.sub("", text)


def _decode(data: bytes, name: str, sparing: bool) -> tuple[str, bool]:
    if name in _WIDE or name in _STATEFUL or name.startswith("iso2022"):
        try:
            return data.decode(name), True
        except UnicodeDecodeError:
            return guess(data, sparing=sparing), False
    if data.isascii():
        # Japanese mail of old is plain ASCII with escape sequences, and often says no more than that.
        return (guess(data, sparing=sparing), False) if _ESCAPES.search(data) else (data.decode("ascii"), bool(name))
    try:
        # A sender that wrote UTF-8 under another label is common; a text in another charset that happens to be
        # valid UTF-8 is not.
        return data.decode("utf-8-sig"), name in ("utf-8", "utf-8-sig")
    except UnicodeDecodeError:
        pass
    if name not in ("", "ascii", "utf-8"):
        try:
            return data.decode(name), True
        except UnicodeDecodeError:
            pass
    return guess(data, name, sparing=sparing), False


def guess(data: bytes, name: str = "", *, sparing: bool = False) -> str:
    """Return ``data``, which its label does not describe, as text: the likeliest reading."""
    if _ESCAPES.search(data):
        try:
            return data.decode("iso2022_jp_3")
        except UnicodeDecodeError:
            pass
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    # A few broken characters in a long UTF-8 text come from a cut or a bad gateway; then the label was right.
    if broken and broken * 10 < sum(1 for letter in text if letter > "\u007f"):
        return text
    if name not in ("", "ascii", "utf-8"):
        return data.decode(name, "replace")
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace") if sparing else _by_statistics(data)


def _by_statistics(data: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(data[:8192]).best()
    return data.decode(best.encoding if best else "cp1252", "replace")
