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
    "notice.not sent": marked("A notification could not be sent to you; the message is on {record}: {subject}"),
    "notice.role": marked("An email to {recipient} from {sender} is in the review queue under No match: {subject}"),
}
