"""Labels: our numbers as letters that nobody can make, change or count (HMAC-SHA256, RFC 2104; base32, RFC 4648).

A label is a first byte with a code (four bits) and the number of the key (four bits), the numbers, masked, and a MAC
over the label's name, the domain, the first byte and the numbers.  The mask is an HMAC of the MAC under a second key,
so that two labels of like numbers look unlike each other.  Reply tokens and locators are labels of different names and
keys: neither verifies as the other.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping

from weftmail.core.address import BadAddress, canonical_domain
from weftmail.core.tokens.keys import Keyring


def seal(keyring: Keyring, use: bytes, name: str, code: int, content: bytes, domain: str, mac_size: int) -> str:
    """Return the label in lower-case letters, made under the current key.

    ``use`` names the keys, ``name`` goes into the MAC, ``code`` (0 to 15) says which name.  The sizes have to come to a
    multiple of five bytes, so that no spare bits are left.  Raises BadAddress for a bad domain.
    """
    head = bytes([code << 4 | keyring.current])
    mac = _mac(keyring.current_key(use + b" mac"), name, canonical_domain(domain), head + content, mac_size)
    masked = _xor(content, hmac.digest(keyring.current_key(use + b" mask"), mac, "sha256"))
    return base64.b32encode(head + masked + mac).decode("ascii").lower()


def unseal(
    keyring: Keyring, use: bytes, names: Mapping[int, str], text: str, domain: str, size: int
) -> tuple[int, bytes] | None:
    """Return code and numbers, ``size`` bytes of them, of a genuine label for ``domain``; None for anything else.

    ``text`` is in lower case and as long as the label is.  The comparison takes constant time; nothing is raised, and
    nothing tells one kind of wrong label from another.
    """
    raw = base64.b32decode(text.upper())
    head, masked, mac = raw[:1], raw[1 : 1 + size], raw[1 + size :]
    code, key_id = head[0] >> 4, head[0] & 15
    name = names.get(code)
    mac_key, mask_key = keyring.derive(key_id, use + b" mac"), keyring.derive(key_id, use + b" mask")
    if name is None or mac_key is None or mask_key is None:
        return None
    content = _xor(masked, hmac.digest(mask_key, mac, "sha256"))
    try:
        expected = _mac(mac_key, name, canonical_domain(domain), head + content, len(mac))
    except BadAddress:
        return None
    return (code, content) if hmac.compare_digest(mac, expected) else None


def _mac(key: bytes, name: str, domain: str, data: bytes, size: int) -> bytes:
    # The length of the domain keeps the parts apart, whatever characters a domain may hold one day.
    where = domain.encode("ascii")
    text = name.encode("ascii") + b"\0" + len(where).to_bytes(2, "big") + where + data
    return hmac.digest(key, text, "sha256")[:size]


def _xor(data: bytes, pad: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(data, pad, strict=False))
