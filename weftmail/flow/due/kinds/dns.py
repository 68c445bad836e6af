"""The DNS of every domain is looked at once a day; who looks is the site, for the network is asked outside of this."""

from __future__ import annotations

from weftmail.flow.installation import Installation
from weftmail.store.due import Due
from weftmail.store.store import Store

EACH = 24 * 3600_000


class Dns:
    """Each day; what is wanted stays wanted until somebody has looked."""

    name = "dns"
    standing = True

    def farthest(self, store: Store) -> int | None:
        """Return how often it runs."""
        return EACH

    def run(self, store: Store, installation: Installation, due: Due, now: int) -> int | None:
        """Have every domain looked at."""
        for domain in store.domains.all():
            store.dns.want(domain.id, now)
        return now + EACH


kind = Dns()
