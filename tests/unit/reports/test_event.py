"""What the event says that a report becomes."""

from __future__ import annotations

from weftmail.core.parsing.message import DeliveryReport, Failure
from weftmail.core.reports.event import event_of
from weftmail.core.wording.phrase import Phrase


def test_each_address_with_what_is_said_of_it() -> None:
    found = [
        Failure("a@x.example", "5.1.1", "failed", "550 no such user", True, ""),
        Failure("b@x.example", "4.2.2", "delayed", "", False, ""),
        Failure("c@x.example", "", "failed", "", True, ""),
    ]
    people = "a@x.example: 550 no such user\nb@x.example: 4.2.2\nc@x.example: failed"
    assert event_of(DeliveryReport(tuple(found), None)) == Phrase("event.report.people", {"people": people})


def test_a_report_that_names_nobody() -> None:
    assert event_of(None) == event_of(DeliveryReport((), None)) == Phrase("event.report")
