"""What stands in an export, taken by type: a value of another type than is expected is as good as none.

An export is a stranger's file.  Nothing here raises, whatever a value is.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from weftmail.core.address import BadAddress, Mailbox, canonical
from weftmail.core.limits import IMPORT_FILES, IMPORT_TEXT
from weftmail.core.parsing import header

Row = Mapping[str, Any]
"""An object of an export."""

LINE = 998
"""Letters of a line, such as a title or a name."""
PEOPLE = 500
"""So many people are taken from one field."""
_LARGEST = 2**53
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def words(value: object) -> str:
    """Return a text, without what no text holds; "" where there is none."""
    if isinstance(value, str):
        return _CONTROL.sub("", value[:IMPORT_TEXT])
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def line(value: object) -> str:
    """Return a text on one line, its blanks made one."""
    return " ".join(words(value).split())[:LINE]


def number(value: object) -> int | None:
    """Return a whole number above 0 that a program counts by, written as a number or in digits."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 20:
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    fits = isinstance(value, int) and not isinstance(value, bool) and 0 < value < _LARGEST
    return value if fits and isinstance(value, int) else None


def row(value: object) -> Row:
    """Return an object; an empty one where it is none."""
    return value if isinstance(value, dict) else {}


def rows(value: object) -> list[Row]:
    """Return the objects of a list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def items(value: object) -> Sequence[object]:
    """Return a list; an empty one where it is none."""
    return value if isinstance(value, list) else ()


def when(value: object) -> int | None:
    """Return a time in milliseconds: ISO 8601, in UTC where it names no zone; None for what is none since 1970."""
    text = words(value).strip()
    try:
        read = datetime.fromisoformat(text[:-1] + "+00:00" if text.endswith(("Z", "z")) else text)
        at = int((read if read.tzinfo is not None else read.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None
    return at if at > 0 else None


def address(value: object) -> str:
    """Return an address in its canonical form; "" for what is none."""
    try:
        return canonical(line(value))
    except BadAddress:
        return ""


def person(name: object, at: object) -> Mailbox:
    """Return somebody by name and address, either of which may be missing."""
    return Mailbox(line(name), address(at))


def people(value: object) -> tuple[Mailbox, ...]:
    """Return the people of a header field, or of a list of addresses."""
    text = ", ".join(map(line, items(value)[:PEOPLE])) if isinstance(value, list) else line(words(value)[:100_000])
    found = header.mailboxes(text)[:PEOPLE]
    return tuple(Mailbox(line(one.name), address(one.address)) for one in found)


def coded(value: object) -> bytes | None:
    """Return the bytes of a text in base64; None for what is none, or for too many."""
    if not isinstance(value, str) or len(value) > IMPORT_FILES * 4 // 3 + 4:
        return None
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
