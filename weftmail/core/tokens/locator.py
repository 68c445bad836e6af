"""Locators: the left side of the Message-ID of what we send (RFC 5322, 3.6.4); it finds a message, and grants nothing.

A locator has 20 bytes, written as 32 characters of lower-case base32: visibility and number of the key (1), message
(5, masked), HMAC-SHA256 cut to 14.  Every copy of a message bears the same one.  Labels and keys differ from those
of reply tokens, so that neither verifies as the other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from weftmail.core.address import canonical_domain, fold_ascii
from weftmail.core.tokens.keys import Keyring
from weftmail.core.tokens.label import seal, unseal
from weftmail.core.tokens.reply_token import MAX_MESSAGE

Visibility = Literal["public", "internal"]

_CODES: Final[dict[Visibility, int]] = {"public": 1, "internal": 2}
_VISIBILITIES: Final[dict[int, Visibility]] = {code: visibility for visibility, code in _CODES.items()}
_NAMES: Final = dict.fromkeys(_VISIBILITIES, "locator")
_PLAIN: Final = 5
_MAC: Final = 14

_FOUND = re.compile(r"(?<![a-z0-9])([a-z2-7]{32})@([a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)")


@dataclass(frozen=True, slots=True)
class Locator:
    """What a locator says: which message, and whether it may be seen outside the installation."""

    message: int
    visibility: Visibility
    domain: str


def mint(keyring: Keyring, message: int, visibility: Visibility, domain: str) -> str:
    """Return the Message-ID, angle brackets included; raise ValueError for what does not fit."""
    if not 0 < message <= MAX_MESSAGE:
        raise ValueError("the message's number does not fit into a locator")
    code = _CODES[visibility]
    label = seal(keyring, b"locator", _NAMES[code], code, message.to_bytes(_PLAIN, "big"), domain, _MAC)
    return f"<{label}@{canonical_domain(domain)}>"


def verify(keyring: Keyring, message_id: str) -> Locator | None:
    """Return what the first genuine locator of ours in ``message_id`` says; None where there is none.

    Case is folded, and what stands around it does not matter: mail programs change both.  Never raises.
    """
    for found in _FOUND.finditer(fold_ascii(message_id)):
        label = unseal(keyring, b"locator", _NAMES, found[1], found[2], _PLAIN)
        if label is not None:
            code, content = label
            return Locator(int.from_bytes(content, "big"), _VISIBILITIES[code], canonical_domain(found[2]))
    return None
