"""Copies in the outbox, as far as a person moves them: one that waits or failed leaves now."""

from __future__ import annotations

from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup.act import Done, Setup, act


@act
def retry(setup: Setup, copy_id: int) -> Done:
    """Make a copy due now that waits or failed."""
    store = setup.store
    if not store.outbox.retry(copy_id, setup.clock()):
        raise RefusedAct("id", "no_such_copy" if store.outbox.get(copy_id) is None else "copy_left", id=copy_id)
    return Done("outbox.retry", None, f"copy {copy_id}", {"due": "later"}, {"due": "now"})
