"""Whether somebody wrote on a record after what a colleague had seen of it when they answered by email."""

from __future__ import annotations

from weftmail.core.parsing.message import Message
from weftmail.core.routing.crossing import answer_of, held_for_author
from weftmail.core.routing.disposition import Append, Decision
from weftmail.core.tokens import locator
from weftmail.flow.installation import Installation
from weftmail.store.store import Store


def within_crossing(store: Store, installation: Installation, message: Message, decision: Decision) -> Decision:
    """Return the decision, or to let an answer wait for its author that crosses what somebody wrote; only reads."""
    post = answer_of(decision)
    if post is None or post.author.user_id is None:
        return decision
    seen = _seen(installation, message, post)
    name = store.references.crossing(post.company_id, post.record_id, post.author.user_id, seen)
    return decision if name is None else held_for_author(decision, post, name)


def _seen(installation: Installation, message: Message, post: Append) -> list[int]:
    """Return the messages that the author had before them: the one that they answer, and those that the mail names."""
    named = (locator.verify(installation.keyring, one) for one in (*message.in_reply_to, *message.references))
    answered = [post.answers] if post.answers is not None else []
    return [*answered, *(one.message for one in named if one is not None)]
