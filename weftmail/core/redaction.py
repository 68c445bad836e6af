"""Texts without a person: their addresses and their name are replaced wherever they stand."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Sequence

INSTEAD = "[…]"
"""What stands where something was taken out, in every language."""


def redaction(addresses: Sequence[str], names: Sequence[str]) -> Callable[[str], str]:
    """Return a function that puts ``INSTEAD`` in the place of addresses and names, however capitals are used.

    Each counts where it stands by itself, not within a longer word or address.  A text that is a JSON object or list
    stays one: its keys, and the codes of phrases, are left alone.
    """
    whole = [rf"(?<![\w.+-]){re.escape(one)}(?![\w-])(?!\.\w)" for one in addresses]
    whole += [rf"(?<!\w){re.escape(one)}(?!\w)" for one in names if one.strip()]
    if not whole:
        return lambda text: text
    either = re.compile("|".join(whole), re.IGNORECASE)

    def within(text: str) -> str:
        return either.sub(INSTEAD, text)

    return lambda text: _as_json(text, within) if text[:1] in ("{", "[") else within(text)


_MACHINE = (
    "OSError", "FileNotFoundError", "PermissionError", "ConnectionError", "TimeoutError", "BrokenPipeError",
    "ConnectionRefusedError", "ConnectionResetError", "BlockingIOError", "sqlite3.OperationalError",
)  # fmt: skip
"""Failures of the machine, which speak of files and sockets and not of what is in an email."""
_BEGIN = "Traceback (most recent call last):"
_KIND = re.compile(r"(?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*")


def without_words(traceback: str) -> str:
    """Return a traceback without what its failures say: that may be a piece of the email on which our code failed.

    Where it happened and the kind of failure stay; what a failure of the machine says stays, too.
    """
    kept: list[str] = []
    inside = False
    for line in traceback.splitlines():
        if line == _BEGIN:
            inside = True
            kept += ["", line] if kept else [line]
        elif inside and line.startswith("  "):
            kept.append(line)
        elif inside:
            inside = False
            found = _KIND.match(line)
            kind = found[0] if found else ""
            kept.append(line if kind in _MACHINE else kind)
    return "\n".join(kept)


def emptied(text: str, ids: Collection[int]) -> str:
    """Return the JSON object of one of these ids with ``INSTEAD`` for each of its texts; any other text as it is."""
    found = json.loads(text) if text[:1] == "{" else {}
    if found.get("id") not in ids:
        return text
    return json.dumps(_walked(found, lambda _: INSTEAD), ensure_ascii=False)


def _as_json(text: str, within: Callable[[str], str]) -> str:
    try:
        found = json.loads(text)
    except ValueError:
        return within(text)
    became = _walked(found, within)
    return text if became == found else json.dumps(became, ensure_ascii=False)


def _walked(value: object, within: Callable[[str], str]) -> object:
    if isinstance(value, dict):
        return {name: one if name == "code" else _walked(one, within) for name, one in value.items()}
    if isinstance(value, list):
        return [_walked(one, within) for one in value]
    return within(value) if isinstance(value, str) else value
