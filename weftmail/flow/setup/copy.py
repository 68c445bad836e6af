"""Copies in the outbox, as far as a person moves them: one that waits or failed leaves now."""

from __future__ import annotations

from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup.act import Done, Fields, Setup, act


@act
def retry(setup: Setup, copy_id: int) -> Done:
    """Make a copy due now that waits or failed."""
    store = setup.store
    copy = store.outbox.get(copy_id)
    if copy is None:
        raise RefusedAct("id", "no_such_copy", id=copy_id)
    was = store.outbox.state(copy.company_id, copy_id)
    if not store.outbox.retry(copy.company_id, copy_id, setup.clock()):
        raise RefusedAct("id", "copy_left", id=copy_id)
    before: Fields = {"state": was, "due": "later"}
    return Done("outbox.retry", None, f"copy {copy_id}", before, {"state": "waiting", "due": "now"})
