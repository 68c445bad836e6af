"""What the event says that a mail server's report becomes in a conversation."""

from __future__ import annotations

from weftmail.core.parsing.message import DeliveryReport
from weftmail.core.wording.phrase import Phrase


def event_of(report: DeliveryReport | None) -> Phrase:
    """Return the event of a report, with what it says of each address; None is a report that names nobody."""
    people = [
        f"{one.address}: {one.diagnostic or one.status or one.action}"
        for one in (report.recipients if report is not None else ())
    ]
    if not people:
        return Phrase("event.report")
    return Phrase("event.report.people", {"people": "\n".join(people)})
