"""Header fields on their way out: from plain values to what may stand on the wire (RFC 5322, 2047, 2231, 6532).

Whatever a person typed, or a stranger sent, ends up as one field with one meaning: no CR, LF, NUL, U+0085 or U+2028
leaves this module, words are encoded where they must be, and no identifier or address is folded inside.  Only the
local part of an address may be beyond ASCII; then the mail needs SMTPUTF8.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from email.header import Header
from email.utils import format_datetime
from typing import Final
from urllib.parse import quote

from weftmail.core.address import BadAddress, Mailbox, canonical, canonical_domain, split
from weftmail.core.parsing.header import clean

CRLF: Final = "\r\n"
WIDTH: Final = 76
MAX_IDENTIFIERS: Final = 20

_ATOMS: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_IDENTIFIER: Final = re.compile(r"<[!-;=?-~]{1,900}>")
_LONG: Final = re.compile(r"\S{72}")
_TEXT_CUT: Final = 2000
_NAME_CUT: Final = 200
_CHUNK: Final = 54


def words(name: str, text: str) -> str:
    """Return an unstructured field's value, such as a subject's, folded and encoded where it must be."""
    line = clean(text)[:_TEXT_CUT].strip()
    if line.isascii() and "=?" not in line and not _LONG.search(line):
        return _fold(line.split(" "), len(name) + 2)
    return _encoded(line, len(name) + 2)


def mailbox(box: Mailbox) -> str:
    """Return a mailbox: its name as a phrase, its domain as A-label; raise BadAddress for what cannot be sent to."""
    address = sendable_address(box.address)
    name = clean(box.name)[:_NAME_CUT].strip()
    if not name:
        return f"<{address}>"
    if not name.isascii() or "=?" in name:
        return f"{_encoded(name, 20)} <{address}>"
    if _ATOMS.fullmatch(name):
        return f"{name} <{address}>"
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}" <{address}>'


def mailboxes(boxes: Iterable[Mailbox]) -> str:
    """Return an address list, one mailbox a line; an address that nothing could be sent to is left out."""
    return f",{CRLF} ".join(mailbox(box) for box in boxes if _sendable(box.address))


def sendable_address(address: str) -> str:
    """Return the address as it goes into headers and SMTP commands: the local part as it is, the domain as A-label.

    Raises BadAddress for what could not be an address.
    """
    canonical(address)
    local, domain = split(address)
    return f"{local}@{canonical_domain(domain)}"


def identifiers(ids: Sequence[str]) -> str:
    """Return a list of message identifiers, one a line, oldest first: the first and the newest, at most twenty.

    What is no identifier, or too long for a line, is left out.
    """
    good = [one for one in dict.fromkeys(ids) if _IDENTIFIER.fullmatch(one)]
    if len(good) > MAX_IDENTIFIERS:
        good = good[:1] + good[1 - MAX_IDENTIFIERS :]
    return f"{CRLF} ".join(good)


def date(milliseconds: int) -> str:
    """Return a time as RFC 5322 writes it, in UTC."""
    return format_datetime(datetime.fromtimestamp(milliseconds // 1000, UTC))


def file_name(name: str) -> str:
    """Return a file's name without folders and control characters, 200 characters at most; never empty."""
    return clean(name).replace("/", "_").replace("\\", "_")[:_NAME_CUT].strip(". ") or "file"


def parameter(name: str, value: str) -> str:
    """Return a parameter with the semicolon before it, in parts where it is long (RFC 2231)."""
    line = clean(value)
    if line.isascii() and len(line) <= 60:
        escaped = line.replace("\\", "\\\\").replace('"', '\\"')
        return f';{CRLF} {name}="{escaped}"'
    coded = "utf-8''" + quote(line, safe="")
    parts = _percent_parts(coded)
    if len(parts) == 1:
        return f";{CRLF} {name}*={coded}"
    return "".join(f";{CRLF} {name}*{number}*={part}" for number, part in enumerate(parts))


def _sendable(address: str) -> bool:
    try:
        canonical(address)
    except BadAddress:
        return False
    return True


def _encoded(line: str, already: int) -> str:
    return Header(line, "utf-8", maxlinelen=WIDTH, header_name="x" * already).encode(linesep=CRLF)


def _fold(parts: Sequence[str], already: int) -> str:
    lines, width = [""], already
    for part in parts:
        if lines[-1] and width + len(part) + 1 > WIDTH:
            lines.append(part)
            width = len(part) + 1
            continue
        lines[-1] = f"{lines[-1]} {part}" if lines[-1] else part
        width += len(part) + 1
    return f"{CRLF} ".join(lines)


def _percent_parts(coded: str) -> list[str]:
    """Cut between characters, never inside a %XX."""
    parts: list[str] = []
    while len(coded) > _CHUNK:
        cut = _CHUNK
        if "%" in coded[cut - 2 : cut]:
            cut = coded.rindex("%", 0, cut)
        parts.append(coded[:cut])
        coded = coded[cut:]
    return [*parts, coded]
