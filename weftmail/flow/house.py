"""What every flow is given: the keys, whom we believe, the names of this house, and the clock."""

from __future__ import annotations

from dataclasses import dataclass

from weftmail.core.keys import Keyring
from weftmail.core.ports import Clock
from weftmail.core.proof import Policy


@dataclass(frozen=True, slots=True)
class House:
    """One installation.

    ``name`` goes into the loop header of all that leaves, and tells our own mail when it comes back.  ``site_url`` is
    where the pages are, without a slash at its end; empty where there is no site.
    """

    name: str
    keyring: Keyring
    policy: Policy
    clock: Clock
    site_url: str = ""
