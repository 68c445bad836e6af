"""Locators: the left side of the Message-ID of what we send (RFC 5322, 3.6.4); it finds a message, and grants nothing.

A locator has 20 bytes, written as 32 characters of lower-case base32: visibility and number of the key (1), message
(5, masked), HMAC-SHA256 cut to 14.  Every copy of a message bears the same one.  Labels and keys differ from those
of reply tokens, so that neither verifies as the other.
"""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import dataclass
from typing import Final, Literal

from weftmail.core.address import BadAddress, canonical_domain, fold_ascii
from weftmail.core.keys import Keyring
from weftmail.core.token import MAX_MESSAGE

Visibility = Literal["public", "internal"]

_CODES: Final[dict[Visibility, int]] = {"public": 1, "internal": 2}
_VISIBILITIES: Final[dict[int, Visibility]] = {code: visibility for visibility, code in _CODES.items()}

_FOUND = re.compile(r"(?<![a-z0-9])([a-z2-7]{32})@([a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)")


@dataclass(frozen=True, slots=True)
class Locator:
    """What a locator says: which message, and whether it may be seen outside the house."""

    message: int
    visibility: Visibility
    domain: str


def mint(keyring: Keyring, message: int, visibility: Visibility, domain: str) -> str:
    """Return the Message-ID, angle brackets included; raise ValueError for what does not fit."""
    if not 0 < message <= MAX_MESSAGE:
        raise ValueError("the message's number does not fit into a locator")
    name = canonical_domain(domain)
    head = bytes([_CODES[visibility] << 4 | keyring.current])
    plain = message.to_bytes(5, "big")
    mac = _mac(keyring.current_key(b"locator mac"), name, head + plain)
    masked = _xor(plain, hmac.digest(keyring.current_key(b"locator mask"), mac, "sha256"))
    return f"<{base64.b32encode(head + masked + mac).decode('ascii').lower()}@{name}>"


def verify(keyring: Keyring, message_id: str) -> Locator | None:
    """Return what the first genuine locator of ours in ``message_id`` says; None where there is none.

    Case is folded, and what stands around it does not matter: mail programs change both.  Never raises.
    """
    for found in _FOUND.finditer(fold_ascii(message_id)):
        locator = _decode(keyring, found[1], found[2])
        if locator is not None:
            return locator
    return None


def _decode(keyring: Keyring, text: str, domain: str) -> Locator | None:
    raw = base64.b32decode(text.upper())
    head, masked, mac = raw[:1], raw[1:6], raw[6:]
    visibility = _VISIBILITIES.get(head[0] >> 4)
    mac_key = keyring.derive(head[0] & 15, b"locator mac")
    mask_key = keyring.derive(head[0] & 15, b"locator mask")
    if visibility is None or mac_key is None or mask_key is None:
        return None
    plain = _xor(masked, hmac.digest(mask_key, mac, "sha256"))
    try:
        name = canonical_domain(domain)
    except BadAddress:
        return None
    if not hmac.compare_digest(mac, _mac(mac_key, name, head + plain)):
        return None
    return Locator(int.from_bytes(plain, "big"), visibility, name)


def _mac(key: bytes, domain: str, data: bytes) -> bytes:
    name = domain.encode("ascii")
    return hmac.digest(key, b"locator\0" + len(name).to_bytes(2, "big") + name + data, "sha256")[:14]


def _xor(data: bytes, pad: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(data, pad, strict=False))
