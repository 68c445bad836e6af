"""The name of an alias: what may stand before its @, and how it is spelled; one rule for pages, commands and files.

A name is cleaned as people would have meant it (blanks around it, capital letters, composed letters, wide letters), and
refused where mail to it would never come: RFC 5321 lets more stand there than mail servers take from strangers.
"""

from __future__ import annotations

import unicodedata

from weftmail.core.address import BadAddress, canonical, split

CATCH_ALL = "*"
"""The name of an alias that takes all mail of its domain that no other alias takes."""
UNROUTABLE = "%!/|`*?"
"""What mail servers and shells give a meaning of their own: Postfix refuses strangers' mail to some of them."""


def alias_address(text: str) -> str:
    """Return the address of an alias as it is stored: the name clean and in small letters, the domain as A-label.

    Raises BadAddress, whose code names the reason, for a name that no mail could come to.
    """
    local, domain = split(text.strip())
    address = canonical(f"{unicodedata.normalize('NFKC', local).lower()}@{domain}")
    name, _ = split(address)
    if "+" in name:
        raise BadAddress(f"leave out the plus sign of {name!r} and what follows it", "name_with_plus")
    if name != CATCH_ALL and set(name) & set(UNROUTABLE):
        raise BadAddress(f"{name!r} holds a letter that mail servers read as a route", "name_unroutable")
    return address
