"""Whether somebody wrote on a record after what a colleague had seen of it when they answered by email.

Where the team of the record wants it so, such an answer waits for its author.  Else it goes out, and where a colleague
had answered within minutes, its author is told.
"""

from __future__ import annotations

from weftmail.core.parsing.message import Message
from weftmail.core.routing.crossing import answer_of, held_for_author
from weftmail.core.routing.disposition import Append, Decision
from weftmail.core.tokens import locator
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.installation import Installation
from weftmail.flow.notices import notify
from weftmail.store.record import Record
from weftmail.store.store import Store

SHORTLY = 15 * 60_000
"""Two answers within so many milliseconds are taken for two people who did not know of each other."""


def within_crossing(store: Store, installation: Installation, message: Message, decision: Decision) -> Decision:
    """Return the decision, or to let an answer wait for its author that crosses what somebody wrote; only reads."""
    post = answer_of(decision)
    if post is None or post.author.user_id is None:
        return decision
    seen = _seen(installation, message, post)
    name = store.references.crossing(post.company_id, post.record_id, post.author.user_id, seen)
    return decision if name is None else held_for_author(decision, post, name)


def tell_of_another(
    store: Store, installation: Installation, message: Message, post: Append, record: Record, now: int
) -> None:
    """Tell the author of an answer that went out where a colleague had answered shortly before, unseen by them.

    Called before the answer is filed.
    """
    user_id, seen = post.author.user_id or 0, _seen(installation, message, post)
    name = store.references.answered_meanwhile(record.company_id, record.id, user_id, seen, now - SHORTLY)
    if name is not None:
        people = [one for one in [store.users.follower(record.company_id, user_id)] if one is not None]
        says = Phrase("notice.crossed", {"record": record.label, "name": name})
        notify(store, record.company_id, people, says, now, by_mail="crossed", record_id=record.id)


def _seen(installation: Installation, message: Message, post: Append) -> list[int]:
    """Return the messages that the author had before them: the one that they answer, and those that the mail names."""
    named = (locator.verify(installation.keyring, one) for one in (*message.in_reply_to, *message.references))
    answered = [post.answers] if post.answers is not None else []
    return [*answered, *(one.message for one in named if one is not None)]
