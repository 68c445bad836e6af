"""The two signing keys of a domain: private halves in files, public ones in the store."""

from __future__ import annotations

from datetime import UTC, datetime

from weftmail.cli.context import Context, joined
from weftmail.core.composing.dkim_key import Algorithm, BadKey, SigningKey
from weftmail.core.failure import UsageError
from weftmail.store.domain import Domain
from weftmail.transport import dkim_files

KINDS: tuple[tuple[Algorithm, str], ...] = (("rsa", "a"), ("ed25519", "e"))
"""Both kinds, each with the letter that ends its selector: ``wm26a`` and ``wm26e`` are of 2026."""


def make_keys(context: Context, domain: Domain) -> list[str]:
    """Make those of the two keys that the domain lacks; return their selectors.

    Raises UsageError where the private half of a key that the store knows is missing.
    """
    folder = str(context.config.dkim)
    files = {key.selector: key for key in _load(folder, domain.name)}
    known = context.store.domains.dkim_keys(domain.name)
    lost = [key.selector for key in known if key.selector not in files]
    if lost:
        raise UsageError(f"{folder}/{domain.name} lacks the private key {joined(lost)}; bring it back from the backup")
    made = []
    for algorithm, letter in KINDS:
        if any(key.algorithm == algorithm for key in known):
            continue
        selector = f"wm{datetime.fromtimestamp(context.clock() / 1000, UTC):%y}{letter}"
        # A file without a row is left from a call that was cut short.
        key = files.get(selector) or dkim_files.create(folder, domain.name, selector, algorithm)
        with context.store.transaction():
            context.store.domains.add_dkim_key(domain.id, selector, algorithm, key.record, context.clock())
        made.append(selector)
    return made


def _load(folder: str, domain: str) -> list[SigningKey]:
    try:
        return dkim_files.load(folder, domain)
    except BadKey as error:
        raise UsageError(f"{error}; bring it back from the backup") from None
