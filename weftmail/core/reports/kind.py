"""What kind of message this is, and what it reports: a standard report, a bounce letter, an automatic answer.

The cheap and certain is asked first: a report in a standard form says itself what it is.
"""

from __future__ import annotations

from dataclasses import replace

from weftmail.core.parsing.message import Evidence, Judged
from weftmail.core.reports import automatic, complaint, dsn, letter, ses


def classify(evidence: Evidence) -> Judged:
    """Return the kind of the message and, for a report, what it says; what nothing speaks against is a ``mail``."""
    fields, subject, author, text = evidence.fields, evidence.subject, evidence.author, evidence.text
    found = dsn.read(fields, evidence.leaves, text) or complaint.read(evidence)
    if found is None or (found[0] == "bounce" and found[1] and not found[1].recipients):
        found = letter.read(evidence) or ses.read(evidence) or found
    if found is None:
        kind = automatic.kind(fields, subject, author.address, text)
        return Judged(kind, titled=automatic.by_words_alone(fields, subject, text))
    report, about = found
    if about and about.original_message_id is None:
        about = replace(about, original_message_id=dsn.returned_id(evidence.leaves))
    return Judged(report, about)
