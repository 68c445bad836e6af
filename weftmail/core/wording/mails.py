"""The sentences that stand in mails beside what their author wrote."""

from __future__ import annotations

from typing import Final

from weftmail.core.wording.phrase import Sentence, marked

MAILS: Final[dict[str, Sentence]] = {
    "mail.cut": marked("This is the beginning of the message; all of it is on the record."),
    "record.untitled": marked("(no subject)"),
    "mail.left out": marked("Too large to send with this email: {names}."),
}
