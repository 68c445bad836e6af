"""What stands in LMTP commands: paths, parameters, xtext (RFC 5321, 4.1.2; RFC 6531; RFC 3461, 4), read leniently.

The mail server has checked its client; here only what cannot be understood is refused.  Text comes out as the mail
server's own queue holds it: local parts without their quotes, bytes that are no UTF-8 as lone surrogates.
"""

from __future__ import annotations

import re

_PATH = re.compile(rb'(FROM|TO):[ \t]*<((?:"(?:[^"\\]|\\.)*"|[^">])*)>(?:[ \t]+(.*))?', re.DOTALL | re.IGNORECASE)
_ROUTE = re.compile(rb"@[^:]*:")
_QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*)"(@.*)?', re.DOTALL)
_PAIR = re.compile(rb"\\(.)", re.DOTALL)
_XTEXT = re.compile(rb"\+([0-9A-F]{2})")

_UNKNOWN = ("UNKNOWN", "[UNAVAILABLE]", "[TEMPUNAVAIL]")


class BadCommand(ValueError):
    """The words of this command cannot be understood."""


def path(keyword: bytes, words: bytes) -> tuple[str, dict[str, str]]:
    """Return the address and the parameters in ``FROM:<address> NAME=VALUE ...``; names come in upper case.

    The null path ``<>`` is "".  A source route is dropped, as RFC 5321 asks.  Raises BadCommand.
    """
    match = _PATH.fullmatch(words)
    if match is None or match[1].upper() != keyword:
        raise BadCommand("no address in angle brackets")
    address = match[2]
    if address.startswith(b"@"):
        address = _ROUTE.sub(b"", address, count=1)
    quoted = _QUOTED.fullmatch(address)
    if quoted is not None:
        address = _PAIR.sub(rb"\1", quoted[1]) + (quoted[2] or b"")
    return text(address), parameters(match[3] or b"")


def parameters(words: bytes) -> dict[str, str]:
    """Return ``NAME=value`` words as a dictionary, names in upper case; a word without ``=`` has the value ""."""
    found = {}
    for word in words.split():
        name, _, value = word.partition(b"=")
        found[text(name).upper()] = text(value)
    return found


def xtext(value: str) -> str:
    """Return what ``value`` stands for in the encoding in which +HH is one byte (RFC 3461, 4)."""
    return text(_XTEXT.sub(lambda match: bytes.fromhex(match[1].decode()), octets(value)))


def client(value: str) -> str:
    """Return a client's address without what Postfix puts before IPv6; "" where the client is not known."""
    if value.upper() in _UNKNOWN:
        return ""
    return value[5:] if value[:5].upper() == "IPV6:" else value


def text(value: bytes) -> str:
    """Return the bytes as text; those that are no UTF-8 become lone surrogates, which `clean` takes away."""
    return value.decode("utf-8", "surrogateescape")


def octets(value: str) -> bytes:
    """Return the bytes that `text` made ``value`` of."""
    return value.encode("utf-8", "surrogateescape")
