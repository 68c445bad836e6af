"""What of a colleague's answer goes out: all but what is certainly quoted, and no line of our own notification."""

from __future__ import annotations

from weftmail.core.composing.answering import Answered, OwnWords, answer_of
from weftmail.core.parsing.html import quoted_text_of
from weftmail.core.parsing.message import Message
from weftmail.core.parsing.words import text_of
from weftmail.core.routing.disposition import Append, Asked, Decision, Hold, Note
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.installation import Installation
from weftmail.store.store import Store


def outgoing(store: Store, installation: Installation, message: Message, disposition: Append | Note) -> OwnWords:
    """Return the words of a colleague's answer as they leave; only reads."""
    company_id, answers_id = disposition.company_id, disposition.answers
    answered = store.messages.get(company_id, answers_id) if answers_id is not None else None
    languages = installation.languages
    return answer_of(
        _text(message),
        Answered(
            disposition.record,
            "" if answered is None else f"{answered.text}\n{answered.reply_text}",
            [languages.of(code) for code in languages.names],
            (f"{installation.site_url}/enter/",),
            "" if answered is None else answered.author_name,
        ),
    )


def _text(message: Message) -> str:
    """The words of the mail, with the cite blocks of HTML as quotes where its words are those of the HTML."""
    if not message.page or text_of(message.page).split() != message.text.split():
        return message.text
    return quoted_text_of(message.page)


def within_words(store: Store, installation: Installation, message: Message, decision: Decision) -> Decision:
    """Return the decision, or to let an answer wait for its author that would take a line of ours to the customer.

    Whoever released it from review has seen it: that decides.
    """
    post = decision.disposition
    if not isinstance(post, Append) or not post.post or any(one.rule == "review" for one in decision.trace):
        return decision
    if outgoing(store, installation, message, post).clean:
        return decision
    why = Phrase("held.ours")
    hold = Hold(
        "held", why, post.company_id, post.record_id, post.record, post.answers, notify=post.author.user_id, own=True
    )
    return Decision(hold, (*decision.trace, Asked("own lines", True, why)))
