"""What is to say of how it stands: what is broken, and what somebody should look at."""

from __future__ import annotations

from typing import Final

from weftmail.core.wording.phrase import marked

STATUS: Final = {
    "status.sum": marked("The sum of incoming email does not come out; look at the log."),
    "status.listener": marked(
        "The listener does not answer. Your mail server keeps the email and tries again; start the listener."
    ),
    "status.sender": marked("No sender runs, so nothing leaves. Start it: mail-send"),
    "status.disk": marked("The disk is almost full. Make room before email has to wait."),
    "status.paused": marked("Sending is paused."),
    "status.late": marked("Email has been waiting to leave for more than 15 minutes."),
    "status.failed": marked("Some email did not reach its recipient within the last 24 hours."),
    "status.error": marked("The program failed on some email, which is safe; try it again in the review queue."),
    "status.spool": marked("Email waits in the spool until the listener takes it up."),
    "status.missing": marked(
        "The mail server's log says that it delivered email to weftmail that is not here; it is named by its queue id."
    ),
    "status.mail log": marked(
        "The mail server's log cannot be read, so email that left shows no further than Sent. Let the user who runs "
        "weftmail read it: adduser weftmail adm; then restart mail-send."
    ),
    "status.dns": marked("Some records in the DNS of your domains are missing or wrong."),
    "status.good": marked("Mail is flowing"),
    "status.look": marked("Mail is flowing; something needs a look"),
    "status.broken": marked("Mail is not flowing"),
}
"""Each sentence by "status." and its name."""

CAME: Final = {
    "came.received": marked("received"),
    "came.accepted": marked("accepted"),
    "came.filed": marked("filed"),
    "came.reports": marked("reports of mail servers"),
    "came.duplicates": marked("handed over before"),
    "came.held": marked("held"),
    "came.unmatched": marked("no match"),
    "came.errors": marked("error"),
    "came.discarded": marked("dropped"),
    "came.unfiled": marked("being read"),
    "came.spool": marked("in the spool"),
    "came.deferred": marked("deferred"),
}
"""The parts of the sum of what came in, by "came." and their names; log and review queue say the same words."""
