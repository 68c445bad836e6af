"""The hour of somebody's digest comes: what waits for them leaves as one mail; its key is the user's number."""

from __future__ import annotations

from weftmail.flow import digest
from weftmail.flow.account import sends_for
from weftmail.flow.installation import Installation
from weftmail.store.due import Due
from weftmail.store.store import Store

LONGEST = 8 * 24 * 3600_000
"""A week, and the hours by which a day of it can be longer; in milliseconds."""


class DigestDue:
    """Each day or each Monday, at the hour that the user chose."""

    name = digest.KIND
    standing = False

    def farthest(self, store: Store) -> int | None:
        """Return the longest way from one digest to the next."""
        return LONGEST

    def run(self, store: Store, installation: Installation, due: Due, now: int) -> int | None:
        """Put the mail into the outbox; none leaves where nothing waits."""
        user = store.users.get(int(due.key))
        if user is None or not user.active or user.digest == "none":
            return None
        says = digest.gathered(store, user, now)
        company_id = sends_for(store, user) if says and store.users.addresses(user.id) else None
        if company_id is not None:
            store.outbox.add_words(company_id, "digest", says, user.language, now, user_id=user.id)
        return digest.next_at(user, now)


kind = DigestDue()
