"""Macros of SPF records (RFC 7208, 7): whether they can be read, and what they stand for where this server sends."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

_MACRO: Final = re.compile(r"%\{([slodiphv])([1-9]\d{0,2})?(r?)([.\-+,/_=]*)\}", re.I)
_NAME: Final = re.compile(r"(?:[\x21-\x24\x26-\x7e]|%[%_-]|" + _MACRO.pattern + ")+", re.I)
_SIGNS: Final = {"%%": "%", "%_": " ", "%-": "%20"}


def readable(name: str) -> bool:
    """Say whether a receiver can read the name that a term gives; c, r and t are for explanations alone."""
    return _NAME.fullmatch(name) is not None


def expand(name: str, address: str, domain: str, host: str) -> str | None:
    """Return the name for an email from ``address`` with the return path's ``domain``; ``host`` is the name in HELO.

    None where it depends on more than that: on the return path's local part, which is another for each email, or on an
    address that nobody knows.
    """
    words = {"d": domain, "o": domain, "h": host, "p": "unknown", "i": "", "v": ""}
    if address:
        parsed = ipaddress.ip_address(address)
        words["i"] = str(parsed) if parsed.version == 4 else ".".join(parsed.exploded.replace(":", ""))
        words["v"] = "in-addr" if parsed.version == 4 else "ip6"
    done = name
    for found in reversed(list(_MACRO.finditer(name))):
        word = words.get(found[1].lower(), "")
        if not word:
            return None
        done = done[: found.start()] + _transformed(word, found) + done[found.end() :]
    return re.sub("%[%_-]", lambda sign: _SIGNS[sign[0]], done)


def _transformed(word: str, macro: re.Match[str]) -> str:
    """Return the word as a macro wants it: cut at its delimiters, turned round, its last parts alone."""
    parts = re.split(f"[{re.escape(macro[4] or '.')}]", word)
    if macro[3]:
        parts.reverse()
    return ".".join(parts[-int(macro[2]) :] if macro[2] else parts)
