"""Reply tokens: the capability that stands in the reply address and in the return path.

A token says which message an answer belongs to and, for an outsider, whose it is.  It has 25 bytes, written as 40
characters of lower-case base32 (RFC 4648, section 6) with no spare bits:

    1   purpose (four bits) and number of the key (four bits)
    11  message (5), contact or 0 (4), epoch (2), masked
    13  HMAC-SHA256, cut, over the purpose's label, the domain, the first byte and the eleven

The mask is an HMAC of those 13 bytes under a second key, so that nobody can count our records, and so that two
tokens for one message look unlike each other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from weftmail.core.address import canonical_domain, fold_ascii
from weftmail.core.tokens.keys import Keyring
from weftmail.core.tokens.label import seal, unseal

Purpose = Literal["post", "note", "bounce", "record", "unfollow", "unfollow type"]
System = Literal["reply", "bounce", "record"]

LENGTH: Final = 40
MAX_MESSAGE: Final = 2**40 - 1
MAX_CONTACT: Final = 2**32 - 1
MAX_EPOCH: Final = 2**16 - 1

_CODES: Final[dict[Purpose, int]] = {
    "post": 1, "note": 2, "bounce": 3, "record": 4, "unfollow": 5, "unfollow type": 6,
}  # fmt: skip
_PURPOSES: Final[dict[int, Purpose]] = {code: purpose for purpose, code in _CODES.items()}
_NAMES: Final = {code: f"reply token {purpose}" for purpose, code in _CODES.items()}
_PLAIN: Final = 11
_MAC: Final = 13
_SYSTEMS: Final[dict[Purpose, System]] = {
    "post": "reply", "note": "reply", "bounce": "bounce", "record": "record",
    "unfollow": "reply", "unfollow type": "reply",
}  # fmt: skip

_TEXT = re.compile("[a-z2-7]{40}")
_LOCAL = re.compile(r"(reply|bounce|record)\+(.*)", re.DOTALL)
_SHOWN = "..."

# Programs write the plus sign in several ways, and may put invisible characters into a long word.  Eight characters
# are enough to mask the first half of a token that somebody's program has broken in two; what remains is useless.
_PLUS = r"(?:\+|%2[bB]|&#0*43;|&#[xX]0*2[bB];|&plus;)"
_SOFT = "(?:[\u00ad\u200b-\u200d\u2060\ufeff]|&shy;|<wbr ?/?>)*"
_PREFIXED = re.compile(rf"\b(reply|bounce)({_PLUS}){_SOFT}(?:[a-z2-7]{_SOFT}){{8,}}", re.IGNORECASE | re.ASCII)
_BARE = re.compile("(?<![a-z0-9])[a-z2-7]{40}(?![a-z0-9])", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Token:
    """What a reply token says.  ``contact`` is 0 where colleagues share the token.

    In the own address of a record, which is shown to colleagues, ``message`` is the record.
    """

    purpose: Purpose
    message: int
    contact: int = 0
    epoch: int = 0

    def __post_init__(self) -> None:
        fits = 0 < self.message <= MAX_MESSAGE and 0 <= self.contact <= MAX_CONTACT
        if not fits or not 0 <= self.epoch <= MAX_EPOCH:
            raise ValueError("message, contact or epoch does not fit into a reply token")


def mint(keyring: Keyring, token: Token, domain: str) -> str:
    """Return the token as 40 characters, made under the current key; raise BadAddress for a bad domain."""
    content = token.message.to_bytes(5, "big") + token.contact.to_bytes(4, "big") + token.epoch.to_bytes(2, "big")
    code = _CODES[token.purpose]
    return seal(keyring, b"token", _NAMES[code], code, content, domain, _MAC)


def verify(keyring: Keyring, text: str, domain: str) -> Token | None:
    """Return what a genuine token of ours for ``domain`` says; None for anything else.

    Upper case counts as lower case, as some mail servers change it.  The comparison takes constant time; nothing
    is ever raised, and nothing tells one kind of wrong token from another.
    """
    folded = fold_ascii(text)
    if not _TEXT.fullmatch(folded):
        return None
    found = unseal(keyring, b"token", _NAMES, folded, domain, _PLAIN)
    if found is None:
        return None
    code, content = found
    return Token(
        _PURPOSES[code],
        int.from_bytes(content[:5], "big"),
        int.from_bytes(content[5:9], "big"),
        int.from_bytes(content[9:], "big"),
    )


def address(keyring: Keyring, token: Token, domain: str) -> str:
    """Return the address in which the token travels: ``reply+TOKEN@domain``, or ``bounce+``, or ``record+``."""
    return f"{_SYSTEMS[token.purpose]}+{mint(keyring, token, domain)}@{canonical_domain(domain)}"


def find(local_part: str) -> tuple[System, str] | None:
    """Return system name and token text of a local part such as ``reply+TOKEN``; None where it is none.

    The text may be anything, the empty one included: only ``verify`` says whether it is a token.
    """
    found = _LOCAL.fullmatch(fold_ascii(local_part))
    if found is None:
        return None
    system: System = "reply" if found[1] == "reply" else "bounce" if found[1] == "bounce" else "record"
    return system, found[2]


def resolve(keyring: Keyring, local_part: str, domain: str) -> Token | None:
    """Return the token of an address of ours, if it is genuine and stands where its purpose belongs."""
    found = find(local_part)
    if found is None:
        return None
    token = verify(keyring, found[1], domain)
    return token if token is not None and _SYSTEMS[token.purpose] == found[0] else None


def mask(text: str) -> str:
    """Return ``text`` with every reply token in it made useless, for text from outside that we send on.

    Plain text and HTML alike; what merely looks like a token is masked, too.
    """
    masked = mask_addresses(text)
    # A token is a word, or stands in one: most texts have no word that is long enough.
    words = masked.split()
    if max(map(len, words), default=0) < LENGTH or not any(_BARE.search(one) for one in words if len(one) >= LENGTH):
        return masked
    return _BARE.sub(_SHOWN, masked)


def mask_addresses(text: str) -> str:
    """Return ``text`` with the token of every reply address in it made useless, for what people and programs read here.

    A word that is no address stays as it is: public keys and links to sign in are printed to be copied.
    """
    lower = text.lower()
    # Looked for by itself, each of these words is found a dozen times faster than the pattern.
    if "reply" not in lower and "bounce" not in lower:
        return text
    return _PREFIXED.sub(rf"\1\2{_SHOWN}", text)
