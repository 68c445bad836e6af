"""Mail addresses: one canonical form to compare by, and a strict form for what leaves (RFC 5321, RFC 5890).

Two addresses are the same when their canonical forms are equal: the domain as A-label in lower case, the ASCII
letters of the local part in lower case, everything else exact.  Nothing is ever matched by part or by pattern.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import idna

# What may stand in an address that we put into an SMTP command, a header or a map: RFC 5321 dot-atom, with
# UTF-8 letters as RFC 6531 allows.  Quoted local parts are refused: they are rare, and a source of differences
# between parsers.
_LOCAL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+)*"
)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_BAD = re.compile("[\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200f\u2028-\u202f\u2060-\u206f\u3000\ud800-\udfff\ufeff]")
_ASCII_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


class BadAddress(ValueError):
    """This text is not an address that we could send to or compare; the message says why, and ``code`` in a word."""

    def __init__(self, text: str, code: str = "address_malformed") -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address with the name that stood beside it; both as text, either may be empty."""

    name: str
    address: str


def fold_ascii(text: str) -> str:
    """Return ``text`` with its ASCII letters in lower case and everything else untouched."""
    return text.translate(_ASCII_LOWER)


def canonical_domain(domain: str) -> str:
    """Return the A-label form of ``domain`` in lower case (RFC 5891); raise BadAddress for what is no domain."""
    name = domain.strip().rstrip(".")
    if len(name) > 253:
        # In letters it is shorter than its A-label; and the conversion takes its time.
        raise BadAddress(f"{domain[:40]!r}... is not a domain name", "domain_malformed")
    return _a_labels(name)


# A message to fifty people asks for their domains, and for ours, a hundred times a copy.
@lru_cache(maxsize=1024)
def _a_labels(domain: str) -> str:
    name = domain
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError) as error:
            raise BadAddress(f"{domain!r} is not a domain name: {error}", "domain_malformed") from None
    name = fold_ascii(name)
    labels = name.split(".")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise BadAddress(f"{domain!r} is not a domain name", "domain_malformed")
    return name


def split(address: str) -> tuple[str, str]:
    """Return local part and domain of ``address`` as they stand, parted at the last ``@``.

    Raises BadAddress where either is missing.
    """
    local, at, domain = address.rpartition("@")
    if not at or not local or not domain:
        raise BadAddress(f"{address!r} is not an address; enter an address such as name@example.com")
    return local, domain


def canonical(address: str) -> str:
    """Return the canonical form of ``address``; raise BadAddress for what we would neither send to nor file under.

    The plus part stays.  At most 64 octets may stand before the @ and 255 after it (RFC 5321, 4.5.3.1).
    """
    # Filing one mail asks for the same few addresses a dozen times.
    return _remembered(address) if len(address) <= _LONGEST else _canonical(address)


def _canonical(address: str) -> str:
    local, domain = split(address)
    if _BAD.search(address):
        raise BadAddress(f"{address!r} holds a blank or a control character", "address_blank")
    if local.startswith("-"):
        raise BadAddress(f"{address!r} begins with a hyphen; programs would read it as an option", "address_hyphen")
    if not _LOCAL.fullmatch(local):
        text = f"{address!r} is not an address: the part before the @ holds something unusual"
        raise BadAddress(text, "address_unusual")
    if len(local.encode("utf-8")) > 64:
        raise BadAddress(f"{address!r} is too long before the @; 64 octets are allowed", "address_long")
    try:
        name = canonical_domain(domain)
    except BadAddress:
        raise BadAddress(f"{address!r} is not an address: {domain!r} is not a domain name", "address_domain") from None
    return f"{fold_ascii(local)}@{name}"


_LONGEST = 64 + 1 + 255
"""Octets of an address (RFC 5321, 4.5.3.1); nothing longer is remembered."""
_remembered = lru_cache(maxsize=1024)(_canonical)


def comparable(address: str) -> str:
    """Return the canonical form where there is one, else the text in lower case; never raises.

    For addresses that others wrote: what does not parse still compares with itself, and with nothing of ours.
    """
    try:
        return canonical(address)
    except BadAddress:
        return fold_ascii(address.strip())


def without_plus(local: str) -> str:
    """Return the local part up to its first plus sign; one that begins with a plus sign stays whole (RFC 5233)."""
    head, _, _ = local.partition("+")
    return head or local


_ANGLES = str.maketrans("<>", "  ")


def in_full(name: str, address: str) -> str:
    """Return how somebody outside is shown: with the address beside the name, for anybody can bear any name.

    A name that looks like an address in angle brackets loses these.
    """
    plain = " ".join(name.translate(_ANGLES).split())
    return f"{plain} <{address}>" if address and plain not in ("", address) else address or plain


def domain_of(address: str) -> str:
    """Return the domain of a canonical address, or "" where there is none."""
    return address.rpartition("@")[2] if "@" in address else ""
