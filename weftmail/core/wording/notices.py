"""The sentences of notices: what a user is told in the inbox that is no message of a conversation."""

from __future__ import annotations

from typing import Final

from weftmail.core.wording.phrase import Sentence, marked

NOTICES: Final[dict[str, Sentence]] = {
    "notice.held": marked(
        "An email with your address as its sender was held on {record}, because nothing proves that it is yours. "
        "If you wrote it, release it from the review queue. So that your next one is verified, send it through your "
        "company's mail server with your login, or have your domain sign its email (DKIM)."
    ),
    "notice.unreadable": marked(
        "An email to {recipient} from {sender} could not be displayed; it is kept, and the original can be downloaded: "
        "{subject}"
    ),
    "notice.turns": marked(
        "More than {turns} times within an hour {sender} wrote to {place} and got something back. It looks like a loop "
        "of two programs, so further email from there is held for review until an hour has passed without any. If it "
        "is none, exempt the sender: mail-admin exemption add {sender}"
    ),
    "notice.flood": marked(
        "More than {mails} emails came from {sender} to {place} within an hour. Nothing is held, because nothing is "
        "sent back to that sender. If this is usual, exempt the sender: mail-admin exemption add {sender}"
    ),
    "notice.not sent": marked("A notification could not be sent to you; the message is on {record}: {subject}"),
    "notice.role": marked("An email to {recipient} from {sender} is in the review queue under No match: {subject}"),
}
