"""Email: a copy is composed, signed, and handed over to the mail server of this machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from weftmail.core.composing.dkim import SigningKey, sign
from weftmail.core.ports import Outcome, Refused, Submitter
from weftmail.flow.copy import copy_of
from weftmail.flow.installation import Installation
from weftmail.store.outbox import Claimed
from weftmail.store.store import Store

Keys = Callable[[str], Sequence[SigningKey]]
"""Returns the signing keys of a domain; none where it has none yet."""


class EmailChannel:
    """Fulfils ``Channel``."""

    name = "email"

    def __init__(self, store: Store, installation: Installation, submitter: Submitter, keys: Keys) -> None:
        self._store = store
        self._installation = installation
        self._submitter = submitter
        self._keys = keys

    def send(self, claimed: Claimed, addresses: Sequence[str]) -> Mapping[str, Outcome]:
        """Hand the copy over; Refused for everybody where it cannot be composed."""
        made = copy_of(self._store, self._installation, claimed)
        if isinstance(made, Refused):
            return dict.fromkeys(addresses, made)
        data = sign(made.data, self._keys(made.domain), self._installation.clock())
        return self._submitter.submit(made.return_path, addresses, data)
