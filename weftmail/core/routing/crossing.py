"""A colleague's answer by email that crosses another: it waits for its author, where the record's team wants it so."""

from __future__ import annotations

from weftmail.core.routing.disposition import Append, Asked, Decision, Hold
from weftmail.core.wording.phrase import Phrase


def answer_of(decision: Decision) -> Append | None:
    """Return what a colleague answers by email; None for all else, and for what a person let through."""
    post = decision.disposition
    if not isinstance(post, Append) or not post.post or post.answers is None or post.author.user_id is None:
        return None
    return None if any(one.rule == "review" for one in decision.trace) else post


def held_for_author(decision: Decision, post: Append, name: str) -> Decision:
    """Return that an answer waits for its author, because ``name`` wrote meanwhile and they had not seen that."""
    why = Phrase("held.crossing", {"name": name, "record": post.record})
    hold = Hold(
        "held", why, post.company_id, post.record_id, post.record, post.answers, notify=post.author.user_id, own=True
    )
    return Decision(hold, (*decision.trace, Asked("crossing", True, why)))
